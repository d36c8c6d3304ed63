"""What the page is measured against: the same thing as one writes it with Streamlit and `model.fit`, in one script.

`streamlit run bench/baseline.py`. It knows nothing of this project.
"""

from typing import Any

import keras
import numpy as np
import plotly.graph_objects as go
import streamlit as st


@st.cache_data
def make_data(timesteps: int, features: int, samples: int = 512, delay: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    heard = rng.uniform(-1, 1, (samples, timesteps, features)).astype("float32")
    said = np.zeros((samples, timesteps, 1), "float32")
    said[:, delay:, 0] = heard[:, :-delay, 0]
    return heard, said


def build_model(timesteps: int, features: int, units: int) -> keras.Model:
    sequence = keras.Input((timesteps, features), name="sequence")
    memory = keras.layers.GRU(units, return_sequences=True, name="memory")(sequence)
    answer = keras.layers.TimeDistributed(keras.layers.Dense(1), name="answer")(memory)
    return keras.Model(sequence, answer)


st.title("Sequence explorer")
with st.sidebar:
    timesteps = st.slider("timesteps", 4, 200, 20, key="timesteps")
    features = st.slider("features", 1, 64, 5, key="features")
    units = st.slider("units", 1, 256, 32, key="units")

model = build_model(timesteps, features, units)
st.table(
    [{"layer": layer.name, "input": str(layer.input.shape), "output": str(layer.output.shape)} for layer in model.layers[1:]]
)

if st.button("Train", key="train"):
    inputs, targets = make_data(timesteps, features)
    chart = st.empty()
    losses: list[float] = []

    class Draw(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
            losses.append(logs["loss"])
            figure = go.Figure(go.Scatter(x=list(range(1, epoch + 2)), y=losses, mode="lines+markers", name="loss"))
            chart.plotly_chart(figure)

    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    model.fit(inputs, targets, batch_size=32, epochs=50, verbose=0, callbacks=[Draw()])
    st.success("Trained.")
