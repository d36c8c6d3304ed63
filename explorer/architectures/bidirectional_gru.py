"""A GRU that hears the sequence from both ends."""

from __future__ import annotations

from explorer.registry import architecture


@architecture(
    title="GRU in both directions",
    answers="every step",
    source="https://doi.org/10.1109/78.650093",
    units=range(1, 257),
    merge_mode=("concat", "sum", "mul", "ave"),
    help={"merge_mode": "How the two directions become one: side by side (concat), added, multiplied or averaged (ave)."},
)
def bidirectional_gru(
    timesteps: int, features: int, outputs: int, units: int = 32, merge_mode: str = "concat"
) -> keras.Model:
    """Carry one memory forwards and one backwards, and answer at each step from both.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    The backward memory has heard everything after the step, so the answer may depend on what is still to come.
    Side by side they are (batch, timesteps, 2 · units); merged in any other way, (batch, timesteps, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    gru = layers.GRU(units, return_sequences=True)
    memory = layers.Bidirectional(gru, merge_mode=merge_mode, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="bidirectional_gru")
