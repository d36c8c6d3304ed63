"""No memory at all: the control."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Dense only, no memory",
    heading="Dense layers only, no hidden state",
    answers="every step",
    source="https://keras.io/api/layers/core_layers/dense/",
    units=range(1, 257),
)
def dense_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Two Dense layers, the same at every timestep; nothing passes between timesteps.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    Nothing passes from one timestep to the next; between the two layers is (batch, timesteps, units).
    What this model cannot learn needs memory.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    hidden = layers.TimeDistributed(layers.Dense(units, activation="relu"), name="hidden")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(hidden)
    return keras.Model(sequence, answer, name="dense_every_step")
