"""A GRU with one output, at the end."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="GRU, last timestep",
    answers="once",
    source="https://keras.io/api/layers/recurrent_layers/gru/",
    units=range(1, 257),
)
def gru_once(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """With return_sequences=False the GRU returns only its last hidden state; a Dense layer reads it.

    (batch, timesteps, features) -> (batch, outputs)

    The last hidden state is (batch, units): timesteps are removed, and it must hold everything that the output needs.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.GRU(units, name="memory")(sequence)
    answer = layers.Dense(outputs, name="answer")(memory)
    return keras.Model(sequence, answer, name="gru_once")
