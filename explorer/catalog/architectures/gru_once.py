"""A GRU with one output, at the end."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="GRU, last timestep",
    heading="GRU with one output per sequence",
    answers="once",
    source="https://keras.io/api/layers/recurrent_layers/gru/",
    units=range(1, 257),
)
def gru_once(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """The GRU returns its last hidden state only; a Dense layer reads it.

    (batch, timesteps, features) -> (batch, outputs)

    With return_sequences=False, the default, that is (batch, units): timesteps are removed, and it must hold everything
    that the output needs.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.GRU(units, name="memory")(sequence)
    answer = layers.Dense(outputs, name="answer")(memory)
    return keras.Model(sequence, answer, name="gru_once")
