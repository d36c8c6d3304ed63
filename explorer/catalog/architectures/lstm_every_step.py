"""An LSTM with an output at every timestep."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="LSTM, every timestep",
    heading="LSTM with an output at every timestep",
    answers="every step",
    source="https://www.bioinf.jku.at/publications/older/2604.pdf",
    units=range(1, 257),
)
def lstm_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """The LSTM returns its hidden state at every timestep, but never its cell state.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    It has four blocks of weights, a GRU has three. The cell state stays inside the layer, and the output gate
    decides how much of it the hidden state shows, (batch, timesteps, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.LSTM(units, return_sequences=True, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="lstm_every_step")
