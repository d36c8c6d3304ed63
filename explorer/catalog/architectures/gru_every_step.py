"""A GRU with an output at every timestep."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="GRU, every timestep",
    heading="GRU with an output at every timestep",
    answers="every step",
    source="https://arxiv.org/abs/1406.1078",
    units=range(1, 257),
)
def gru_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """The GRU returns its hidden state at every timestep; one Dense layer reads each.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    With return_sequences=True they are (batch, timesteps, units); with False only the last one is returned.
    One Dense layer, the same at every timestep, turns each hidden state into an output.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.GRU(units, return_sequences=True, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="gru_every_step")
