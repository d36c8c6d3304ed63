"""The oldest recurrent layer: a hidden state without gates."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="SimpleRNN, every timestep",
    heading="SimpleRNN with an output at every timestep",
    answers="every step",
    source="https://doi.org/10.1207/s15516709cog1402_1",
    units=range(1, 257),
)
def simple_rnn_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """The SimpleRNN computes its whole hidden state anew at every timestep, without gates.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    No gate protects the hidden state, (batch, timesteps, units): it passes through a matrix and tanh at every
    timestep, so it fades or is overwritten. It has about a third of the GRU's weights, and remembers less.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.SimpleRNN(units, return_sequences=True, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="simple_rnn_every_step")
