"""A GRU that goes on in the next batch where it ended in the last one."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="GRU, stateful",
    heading="GRU(stateful=True)",
    answers="every step",
    source="https://keras.io/api/layers/recurrent_layers/gru/",
    units=range(1, 257),
)
def stateful_gru(timesteps: int, features: int, outputs: int, units: int = 32, batch: int = 32) -> keras.Model:
    """The hidden state is carried from batch to batch, so that a sequence may go on there.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    stateful=True keeps one state for each place of the batch, so the batch size is fixed, and sequence i of a batch
    must go on in sequence i of the next one. The state starts at zero where it is reset: where other long sequences begin.
    The hidden states are (batch, timesteps, units). No gradient goes back into the batch before.
    """
    import keras
    from keras import layers

    sequence = keras.Input(batch_shape=(batch, timesteps, features), name="sequence")
    memory = layers.GRU(units, return_sequences=True, stateful=True, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="stateful_gru")
