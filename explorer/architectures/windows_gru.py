"""A GRU that reads every window of a sequence anew."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="GRU in windows, one answer",
    answers="once",
    answer="yes/no",
    inputs="windows",
    source="https://keras.io/api/layers/recurrent_layers/time_distributed/",
    units=range(1, 257),
    windows=range(2, 17),
    help={"windows": "How many windows one sequence is cut into; each has its own timesteps."},
)
def windows_gru(timesteps: int, features: int, outputs: int, units: int = 32, windows: int = 8) -> keras.Model:
    """Read each window with a fresh memory, and answer once from the average of what was remembered.

    (batch, windows, timesteps, features) -> (batch, outputs)

    TimeDistributed runs the same GRU on every window: the memory starts anew in each, and its last state
    stands for the window, (batch, windows, units). That is why four axes must come in: a GRU needs
    timesteps of its own, and with three axes the wrapper has already taken them.
    """
    import keras
    from keras import layers

    sequence = keras.Input((windows, timesteps, features), name="sequence")
    memory = layers.TimeDistributed(layers.GRU(units), name="memory")(sequence)
    average = layers.GlobalAveragePooling1D(name="average")(memory)
    answer = layers.Dense(outputs, activation="sigmoid", name="answer")(average)
    return keras.Model(sequence, answer, name="windows_gru")
