"""Symbols, looked up, read in both directions, and each given a class."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Embedding, Bidirectional GRU",
    heading="A Bidirectional GRU that tags symbols",
    answers="every step",
    answer="class",
    inputs="symbols",
    source="https://arxiv.org/abs/1508.01991",
    units=range(1, 257),
    help={"features": "How many numbers the Embedding has for each symbol."},
)
def embedding_tagger(timesteps: int, features: int, outputs: int, symbols: int, units: int = 32) -> keras.Model:
    """An Embedding gives each symbol its numbers; a Bidirectional GRU finds its class.

    (batch, timesteps) -> (batch, timesteps, outputs)

    The Embedding is a table with a row for each symbol, so that (batch, timesteps) becomes (batch, timesteps, features).
    With mask_zero=True it masks the number 0, which is padding: both directions skip it, and it does not count in the
    loss. The last layer gives a probability to each class at each timestep.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps,), dtype="int32", name="sequence")
    embedding = layers.Embedding(symbols, features, mask_zero=True, name="embedding")(sequence)
    memory = layers.Bidirectional(layers.GRU(units, return_sequences=True), name="memory")(embedding)
    answer = layers.TimeDistributed(layers.Dense(outputs, activation="softmax"), name="answer")(memory)
    return keras.Model(sequence, answer, name="embedding_tagger")
