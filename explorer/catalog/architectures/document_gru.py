"""A GRU over documents, each of which was read by another one in both directions."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="GRU over documents",
    heading="TimeDistributed(Bidirectional(GRU)), GRU",
    answers="once",
    inputs="windows",
    source="https://aclanthology.org/N16-1174/",
    units=range(1, 257),
    windows=range(2, 9),
    help={"windows": "How many documents one sequence has, each a window with its own timesteps."},
)
def document_gru(timesteps: int, features: int, outputs: int, units: int = 32, windows: int = 4) -> keras.Model:
    """The same Bidirectional(GRU) reads each document; a GRU reads their vectors in order.

    (batch, windows, timesteps, features) -> (batch, outputs)

    Each window holds a document. Both last hidden states are returned for each, (batch, windows, 2 · units); the second GRU
    has the windows as its timesteps. It returns its last hidden state only, (batch, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((windows, timesteps, features), name="sequence")
    document = layers.TimeDistributed(layers.Bidirectional(layers.GRU(units)), name="document")(sequence)
    memory = layers.GRU(units, name="memory")(document)
    answer = layers.Dense(outputs, name="answer")(memory)
    return keras.Model(sequence, answer, name="document_gru")
