"""Every timestep attends to every timestep."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Self-attention, no positions",
    heading="MultiHeadAttention without positions",
    answers="every step",
    source="https://arxiv.org/abs/1706.03762",
    units=range(1, 257),
    heads=(1, 2, 4, 8),
    help={"heads": "How many attention heads work side by side."},
)
def self_attention(timesteps: int, features: int, outputs: int, units: int = 32, heads: int = 2) -> keras.Model:
    """Each timestep attends to all timesteps; Dense layers read the result plus the input.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    All timesteps are computed at once, (batch, timesteps, units), without a hidden state.
    There is no positional encoding, so the model cannot tell the order of the timesteps.
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
