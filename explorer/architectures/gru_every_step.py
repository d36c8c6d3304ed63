"""A GRU that answers at every timestep."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="GRU, an answer at every step",
    answers="every step",
    source="https://arxiv.org/abs/1406.1078",
    units=range(1, 257),
)
def gru_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Carry a memory along the sequence and read an answer off it at each step.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    return_sequences=True keeps the memory of every step, (batch, timesteps, units);
    without it only the last survives. One set of answer weights serves every step.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.GRU(units, return_sequences=True, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="gru_every_step")
