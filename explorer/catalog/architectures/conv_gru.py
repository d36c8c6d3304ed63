"""A convolution that shortens the sequence before a GRU reads it."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Conv1D, then GRU",
    heading="Conv1D front end, then a GRU",
    answers="once",
    source="https://arxiv.org/abs/1512.02595",
    units=range(1, 257),
    kernel_size=range(2, 8),
    strides=range(1, 5),
    help={
        "kernel_size": "How many timesteps one filter reads.",
        "strides": "How many timesteps the filters move on each time: with 2, the GRU has half as many to read.",
    },
)
def conv_gru(
    timesteps: int, features: int, outputs: int, units: int = 32, kernel_size: int = 4, strides: int = 2
) -> keras.Model:
    """Conv1D filters shorten the sequence; a GRU reads what they return.

    (batch, timesteps, features) -> (batch, outputs)

    With strides=2 the convolution returns a vector for every second timestep, so the GRU has half as many timesteps to
    remember over. It returns its last hidden state only, (batch, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    convolution = layers.Conv1D(units, kernel_size, strides=strides, padding="same", activation="relu", name="front_end")(
        sequence
    )
    memory = layers.GRU(units, name="memory")(convolution)
    answer = layers.Dense(outputs, name="answer")(memory)
    return keras.Model(sequence, answer, name="conv_gru")
