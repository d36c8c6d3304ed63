"""An LSTM that answers at every timestep."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="LSTM, an answer at every step",
    answers="every step",
    source="https://www.bioinf.jku.at/publications/older/2604.pdf",
    units=range(1, 257),
)
def lstm_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Carry two memories along, one kept and one shown, and read an answer off the shown one at each step.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    Four blocks of weights against the GRU's three: the cell is kept inside the layer, and an output gate
    decides how much of it shows in (batch, timesteps, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.LSTM(units, return_sequences=True, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="lstm_every_step")
