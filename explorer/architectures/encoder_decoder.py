"""One GRU hears the whole sequence, another one speaks."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="Encoder and decoder",
    answers="every step",
    source="https://arxiv.org/abs/1409.3215",
    units=range(1, 257),
)
def encoder_decoder(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Hear the whole sequence into one state, and unroll the answer from that state alone.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    Between the two GRUs stands a single (batch, units): nothing is said before all is heard, and everything
    must fit through. RepeatVector hands the same state to every step, (batch, timesteps, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    encoder = layers.GRU(units, name="encoder")(sequence)
    repeated = layers.RepeatVector(timesteps, name="repeated")(encoder)
    decoder = layers.GRU(units, return_sequences=True, name="decoder")(repeated)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(decoder)
    return keras.Model(sequence, answer, name="encoder_decoder")
