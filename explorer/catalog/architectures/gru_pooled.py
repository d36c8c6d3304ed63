"""A GRU for sequences of different lengths, padded to one."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="GRU with Masking, averaged",
    heading="GRU with Masking and average pooling",
    answers="once",
    answer="yes/no",
    inputs="padded",
    source="https://keras.io/guides/understanding_masking_and_padding/",
    units=range(1, 257),
)
def gru_pooled(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Masking hides the padding from the GRU; Dense reads the mean of its hidden states.

    (batch, timesteps, features) -> (batch, outputs)

    Sequences of different lengths are padded with zeros to the longest. Timesteps where every feature is zero
    are masked: the GRU skips them, and the average leaves them out.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    mask = layers.Masking(0.0, name="mask")(sequence)
    memory = layers.GRU(units, return_sequences=True, name="memory")(mask)
    average = layers.GlobalAveragePooling1D(name="average")(memory)
    answer = layers.Dense(outputs, activation="sigmoid", name="answer")(average)
    return keras.Model(sequence, answer, name="gru_pooled")
