"""One block of a Transformer's encoder: attention and Dense layers, each with a residual connection and a normalization."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Transformer encoder",
    heading="Transformer encoder block, averaged",
    answers="once",
    source="https://arxiv.org/abs/1706.03762",
    units=range(1, 257),
    heads=(1, 2, 4, 8),
    positions=("sinusoidal", "none"),
    help={
        "heads": "How many attention heads work side by side.",
        "positions": "Whether each timestep is marked with its position; without that the model cannot tell their order.",
    },
)
def transformer_encoder(
    timesteps: int, features: int, outputs: int, units: int = 32, heads: int = 2, positions: str = "sinusoidal"
) -> keras.Model:
    """Timesteps marked with their positions attend to each other; Dense reads their mean.

    (batch, timesteps, features) -> (batch, outputs)

    Rescaling adds the encoding of a position, sines and cosines of several frequencies, to the vector of its timestep. What
    attention returns is added to what went in, and normalized, (batch, timesteps, units); so is what the two Dense layers
    return.
    """
    import keras
    import numpy as np
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    x = layers.TimeDistributed(layers.Dense(units), name="steps")(sequence)
    if positions == "sinusoidal":
        unit = np.arange(units)
        angle = np.arange(timesteps)[:, None] / 10000 ** (unit // 2 * 2 / units)
        encoding = np.where(unit % 2, np.cos(angle), np.sin(angle)).astype("float32")
        x = layers.Rescaling(1.0, offset=encoding, name="positions")(x)
    attended = layers.MultiHeadAttention(heads, max(1, units // heads), name="attention")(x, x)
    x = layers.LayerNormalization(name="norm")(layers.Add(name="residual")([x, attended]))
    hidden = layers.TimeDistributed(layers.Dense(2 * units, activation="relu"), name="hidden")(x)
    back = layers.TimeDistributed(layers.Dense(units), name="back")(hidden)
    x = layers.LayerNormalization(name="norm_2")(layers.Add(name="residual_2")([x, back]))
    average = layers.GlobalAveragePooling1D(name="average")(x)
    answer = layers.Dense(outputs, name="answer")(average)
    return keras.Model(sequence, answer, name="transformer_encoder")
