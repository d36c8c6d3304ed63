"""A GRU that reads the sequence in both directions."""

from __future__ import annotations

from explorer.catalog.registry import architecture


@architecture(
    title="Bidirectional GRU",
    heading="Bidirectional GRU, output at every timestep",
    answers="every step",
    source="https://doi.org/10.1109/78.650093",
    units=range(1, 257),
    merge_mode=("concat", "sum", "mul", "ave"),
    help={
        "merge_mode": "How the directions are merged: concatenated (concat), added (sum), multiplied (mul), averaged (ave)."
    },
)
def bidirectional_gru(
    timesteps: int, features: int, outputs: int, units: int = 32, merge_mode: str = "concat"
) -> keras.Model:
    """One GRU reads forwards, one backwards; a Dense layer reads both hidden states.

    (batch, timesteps, features) -> (batch, timesteps, outputs)

    The backward GRU has read every later timestep, so an output may depend on later inputs.
    Concatenated, the hidden states are (batch, timesteps, 2 · units); merged in any other way, (batch, timesteps, units).
    """
    import keras
    from keras import layers

    sequence = keras.Input((timesteps, features), name="sequence")
    gru = layers.GRU(units, return_sequences=True)
    memory = layers.Bidirectional(gru, merge_mode=merge_mode, name="memory")(sequence)
    answer = layers.TimeDistributed(layers.Dense(outputs), name="answer")(memory)
    return keras.Model(sequence, answer, name="bidirectional_gru")
