"""A GRU whose hidden states are averaged with weights that the model learns."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="GRU, attention pooling",
    heading="GRU with attention pooling",
    answers="once",
    source="https://aclanthology.org/N16-1174/",
    units=range(1, 257),
)
def gru_attention_pooling(timesteps: int, features: int, outputs: int, units: int = 32) -> keras.Model:
    """A Dense layer scores each hidden state; a second one reads their weighted sum.

    (batch, timesteps, features) -> (batch, outputs)

    Softmax turns the scores of all timesteps, (batch, timesteps), into weights that sum to 1. The hidden states,
    (batch, timesteps, units), are multiplied by them and summed, (batch, units): the larger its weight, the more a
    timestep counts.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    memory = layers.GRU(units, return_sequences=True, name="memory")(sequence)
    score = layers.Dense(1, use_bias=False, name="score")(memory)
    scores = layers.Reshape((timesteps,), name="scores")(score)
    weights = layers.Softmax(name="weights")(scores)
    pooled = layers.Dot(axes=1, name="pooled")([memory, weights])
    answer = layers.Dense(outputs, name="answer")(pooled)
    return keras.Model(sequence, answer, name="gru_attention_pooling")
