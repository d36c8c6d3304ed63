"""One GRU reads symbols; another one begins with its state and writes others."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Seq2seq with teacher forcing",
    heading="An encoder's state starts the decoder",
    answers="every step",
    answer="class",
    inputs="source and target",
    source="https://blog.keras.io/a-ten-minute-introduction-to-sequence-to-sequence-learning-in-keras.html",
    units=range(1, 257),
    help={"features": "How many numbers each Embedding has for a symbol."},
)
def seq2seq_with_state(timesteps: int, features: int, outputs: int, symbols: int, units: int = 32) -> keras.Model:
    """An encoder's last hidden state starts a decoder, which writes a symbol at a time.

    (batch, timesteps), (batch, timesteps) -> (batch, timesteps, outputs)

    The encoder's output is its last hidden state, (batch, units): all that the decoder knows of the source. While it
    trains, the decoder reads the target, shifted by one timestep: at each it is told the right symbol before. This is
    teacher forcing. When it is used, no target is there, and it reads its own outputs. Translation begins with this model.
    """
    import keras
    from keras import layers

    source = keras.Input((timesteps,), dtype="int32", name="sequence")
    shifted_target = keras.Input((timesteps,), dtype="int32", name="shifted_target")
    source_vectors = layers.Embedding(symbols, features, mask_zero=True, name="source_vectors")(source)
    encoder = layers.GRU(units, name="encoder")(source_vectors)
    target_vectors = layers.Embedding(symbols, features, mask_zero=True, name="target_vectors")(shifted_target)
    decoder = layers.GRU(units, return_sequences=True, name="decoder")(target_vectors, initial_state=encoder)
    answer = layers.Dense(outputs, activation="softmax", name="answer")(decoder)
    return keras.Model([source, shifted_target], answer, name="seq2seq_with_state")
