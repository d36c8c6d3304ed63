"""Two sequences, each read in both directions."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Two inputs, Bidirectional",
    heading="Two inputs with Bidirectional GRUs",
    answers="every step",
    inputs="two streams",
    source="https://keras.io/guides/functional_api/",
    units=range(1, 257),
    second_features=range(1, 33),
    help={"second_features": "How many numbers the second input has at each timestep."},
)
def two_streams(timesteps: int, features: int, outputs: int, units: int = 32, second_features: int = 2) -> keras.Model:
    """Each input has its Bidirectional GRU; one Dense layer reads both, concatenated.

    (batch, timesteps, features), (batch, timesteps, second_features) -> (batch, timesteps, outputs)

    The inputs have the same timesteps and different features. Each direction of the first GRU has as many units as
    chosen, of the second half as many; concatenate puts all four side by side. The last layer can only add what they
    hold: it can weight the two inputs, but not multiply them.
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
