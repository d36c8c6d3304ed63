"""A GRU that reads each window of a sequence by itself."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="TimeDistributed(GRU)",
    heading="TimeDistributed GRU over windows",
    answers="once",
    answer="yes/no",
    inputs="windows",
    source="https://keras.io/api/layers/recurrent_layers/time_distributed/",
    units=range(1, 257),
    windows=range(2, 17),
    help={"windows": "How many windows one sequence is cut into; each has its own timesteps."},
)
def windows_gru(timesteps: int, features: int, outputs: int, units: int = 32, windows: int = 8) -> keras.Model:
    """The same GRU reads each window; Dense reads the mean of the last hidden states.

    (batch, windows, timesteps, features) -> (batch, outputs)

    The hidden state starts at zero in each window, and the last one is returned, (batch, windows, units).
    The input needs four axes: TimeDistributed takes the second one, and the GRU needs timesteps of its own.
    """
    import keras
    from keras import layers

    sequence = keras.Input((windows, timesteps, features), name="sequence")
    memory = layers.TimeDistributed(layers.GRU(units), name="memory")(sequence)
    average = layers.GlobalAveragePooling1D(name="average")(memory)
    answer = layers.Dense(outputs, activation="sigmoid", name="answer")(average)
    return keras.Model(sequence, answer, name="windows_gru")
