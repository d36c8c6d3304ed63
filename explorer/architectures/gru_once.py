"""A GRU that answers once, at the end."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="GRU, one answer at the end",
    answers="once",
    source="https://keras.io/api/layers/recurrent_layers/gru/",
    units=range(1, 257),
)
def gru_once(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Hear the whole sequence, and answer once from the last state of the memory.

    (batch, timesteps, features) -> (batch, outputs)

    Without return_sequences only the last state survives, (batch, units): the timesteps are gone,
    and whatever the answer needs must have been carried to the end.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.GRU(units, name="memory")(sequence)
    answer = layers.Dense(outputs, name="answer")(memory)
    return keras.Model(sequence, answer, name="gru_once")
