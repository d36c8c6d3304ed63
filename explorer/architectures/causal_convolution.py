"""Filters over the last few steps, and no memory."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="Causal convolutions",
    answers="every step",
    source="https://arxiv.org/abs/1803.01271",
    units=range(1, 257),
    kernel_size=range(2, 8),
    help={"kernel_size": "How many steps a filter sees at once; three layers reach 1 + 7 · (kernel size - 1) steps."},
)
def causal_convolution(timesteps: int, features: int, outputs: int, units: int = 32, kernel_size: int = 3) -> keras.Model:
    """Answer at each step from a fixed stretch of the past, seen through three layers of filters.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    Each layer looks twice as far apart as the one before, (batch, timesteps, units) after every one; causal
    padding keeps the future out. Nothing is carried along: what is further back than the filters reach is lost.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    flow = sequence
    for name, apart in (("near", 1), ("further", 2), ("furthest", 4)):
        convolution = layers.Conv1D(units, kernel_size, padding="causal", dilation_rate=apart, activation="relu", name=name)
        flow = convolution(flow)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(flow)
    return keras.Model(sequence, answer, name="causal_convolution")
