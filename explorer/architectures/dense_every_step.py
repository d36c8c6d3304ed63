"""No memory at all: the control."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="Dense at every step, no memory",
    answers="every step",
    source="https://keras.io/api/layers/core_layers/dense/",
    units=range(1, 257),
)
def dense_every_step(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """Answer at each step from that step alone: the control that no task with a past can be solved with.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    The same two Dense layers meet every step, (batch, timesteps, units) between them, and nothing passes
    from one step to the next. What this model cannot learn needs memory.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    hidden = layers.TimeDistributed(layers.Dense(units, activation="relu"), name="hidden")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(hidden)
    return keras.Model(sequence, answer, name="dense_every_step")
