"""One GRU reads the whole sequence, another one writes."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Encoder-decoder",
    heading="GRU encoder and GRU decoder",
    answers="every step",
    source="https://arxiv.org/abs/1409.3215",
    units=range(1, 257),
)
def encoder_decoder(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """One GRU reads the sequence into its last hidden state; another writes the outputs.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    Between the two GRUs is a single vector, (batch, units): everything that the outputs need must fit into it.
    RepeatVector gives the same vector to every timestep, (batch, timesteps, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    encoder = layers.GRU(units, name="encoder")(sequence)
    repeated = layers.RepeatVector(timesteps, name="repeated")(encoder)
    decoder = layers.GRU(units, return_sequences=True, name="decoder")(repeated)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(decoder)
    return keras.Model(sequence, answer, name="encoder_decoder")
