"""Every step looks at all the others."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="Self-attention, blind to order",
    answers="every step",
    source="https://arxiv.org/abs/1706.03762",
    units=range(1, 257),
    heads=(1, 2, 4, 8),
    help={"heads": "How many times side by side each step chooses what to look at."},
)
def self_attention(timesteps: int, features: int, outputs: int, units: int = 32, heads: int = 2) -> keras.Model:
    """Let each step choose by what they hold which steps to look at, and answer from itself and what it saw.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    No step waits for another, and no memory is carried: the steps, (batch, timesteps, units), look at each
    other all at once. Without a sign of their place they know what was said, and not when.
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    steps = layers.TimeDistributed(layers.Dense(units), name="steps")(sequence)
    attention = layers.MultiHeadAttention(heads, max(1, units // heads), name="attention")
    seen = layers.Add(name="both")([steps, attention(steps, steps)])
    hidden = layers.TimeDistributed(layers.Dense(units, activation="relu"), name="hidden")(seen)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(hidden)
    return keras.Model(sequence, answer, name="self_attention")
