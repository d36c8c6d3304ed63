"""Two sequences, each heard in both directions."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="Two streams, both directions",
    answers="every step",
    inputs="two streams",
    source="https://keras.io/guides/functional_api/",
    units=range(1, 257),
    second_features=range(1, 33),
    help={"second_features": "How many numbers come in at every step of the second stream."},
)
def two_streams(timesteps: int, features: int, outputs: int, units: int = 32, second_features: int = 2) -> keras.Model:
    """Give each of two streams a memory of its own, and answer from both side by side.

    (batch, timesteps, features), (batch, timesteps, second_features) -> (batch, timesteps, outputs)

    The streams share their timesteps, not their width. Each direction of the first memory has units numbers,
    of the second half as many; concatenate lays all four side by side. The answer adds up what they hold: it can
    weigh the streams, but not multiply them.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    second_sequence = keras.Input((timesteps, second_features), name="second_sequence")
    memory = layers.Bidirectional(layers.GRU(units, return_sequences=True), name="memory")(sequence)
    half = layers.GRU(max(1, units // 2), return_sequences=True)
    second_memory = layers.Bidirectional(half, name="second_memory")(second_sequence)
    merged = layers.concatenate([memory, second_memory], name="merged")
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(merged)
    return keras.Model([sequence, second_sequence], answer, name="two_streams")
