"""Two GRUs, one on top of the other."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Two stacked GRUs",
    heading="Two stacked GRU layers",
    answers="every step",
    source="https://arxiv.org/abs/1303.5778",
    units=range(1, 257),
)
def stacked_gru(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """The second GRU reads the hidden states that the first returns at every timestep.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    The first GRU needs return_sequences=True: the second one reads its sequence, (batch, timesteps, units).
    For the second GRU, the units of the first are features.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.GRU(units, return_sequences=True, name="memory")(sequence)
    second_memory = layers.GRU(units, return_sequences=True, name="second_memory")(memory)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(second_memory)
    return keras.Model(sequence, answer, name="stacked_gru")
