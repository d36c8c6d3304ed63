"""Filters over the last few timesteps, and no hidden state."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Causal convolutions",
    heading="Causal Conv1D layers, no hidden state",
    answers="every step",
    source="https://arxiv.org/abs/1803.01271",
    units=range(1, 257),
    kernel_size=range(2, 8),
    help={"kernel_size": "How many timesteps one filter reads; three layers span 1 + 7 · (kernel size - 1) timesteps."},
)
def causal_convolution(timesteps: int, features: int, outputs: int, units: int = 32, kernel_size: int = 3) -> keras.Model:
    """Three causal Conv1D layers: each output depends on a fixed number of past timesteps.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    The dilation rate doubles with each layer, (batch, timesteps, units) after every one; with causal padding no
    output depends on later timesteps. There is no hidden state: inputs further back than the filters span have no effect.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    x = sequence
    for name, dilation in (("near", 1), ("further", 2), ("furthest", 4)):
        convolution = layers.Conv1D(
            units, kernel_size, padding="causal", dilation_rate=dilation, activation="relu", name=name
        )
        x = convolution(x)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(x)
    return keras.Model(sequence, answer, name="causal_convolution")
