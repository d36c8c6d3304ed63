"""A convolution reads each frame of a film; a GRU remembers what it saw."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Conv2D, then GRU",
    heading="TimeDistributed(Conv2D), then a GRU",
    answers="once",
    answer="yes/no",
    inputs="frames",
    source="https://keras.io/api/layers/recurrent_layers/time_distributed/",
    features=1,
    units=range(1, 257),
    rows=range(2, 9),
    columns=range(3, 9),
    filters=range(1, 17),
    why={"features": "A frame has one channel, its brightness."},
    help={
        "rows": "How many rows of pixels a frame has.",
        "columns": "How many columns of pixels a frame has.",
        "filters": "How many filters the convolution has; each returns one number at every pixel.",
    },
)
def frames_gru(
    timesteps: int, features: int, outputs: int, units: int = 32, rows: int = 4, columns: int = 6, filters: int = 3
) -> keras.Model:
    """The same Conv2D reads each frame; a GRU reads what it returns, frame by frame.

    (batch, timesteps, rows, columns, features) -> (batch, outputs)

    Each frame is an image, and TimeDistributed applies the same convolution to all of them,
    (batch, timesteps, rows, columns, filters). Flatten puts all numbers of a frame into one vector, as the GRU needs,
    (batch, timesteps, rows · columns · filters).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, rows, columns, features), name="sequence")
    convolution = layers.Conv2D(filters, 3, padding="same", activation="relu")
    seen = layers.TimeDistributed(convolution, name="seen")(sequence)
    flat = layers.TimeDistributed(layers.Flatten(), name="flat")(seen)
    memory = layers.GRU(units, name="memory")(flat)
    answer = layers.Dense(outputs, activation="sigmoid", name="answer")(memory)
    return keras.Model(sequence, answer, name="frames_gru")
