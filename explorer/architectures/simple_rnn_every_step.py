"""The oldest recurrent layer: a memory without gates."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="Simple RNN, an answer at every step",
    answers="every step",
    source="https://doi.org/10.1207/s15516709cog1402_1",
    units=range(1, 257),
)
def simple_rnn_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Rewrite the whole memory at every step, and read an answer off it.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    No gate protects what was remembered, (batch, timesteps, units): it passes through a matrix and tanh at
    each step, so it fades or is overwritten. About a third of the GRU's weights, and a shorter memory.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.SimpleRNN(units, return_sequences=True, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="simple_rnn_every_step")
