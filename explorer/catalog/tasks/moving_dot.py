"""Which way does a dot move? No frame alone can tell."""

from __future__ import annotations

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task


def half_loss(timesteps: int, features: int, rows: int, columns: int) -> float:
    """The binary cross-entropy of 1/2, in nats."""
    return float(np.log(2))


def predict_half(inputs: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return np.full((len(inputs), 1), 1 / 2)


def arrow(inputs: np.ndarray, rows: int, columns: int) -> Arrow:
    """The dot in the first two frames: it always moves between them. A frame is drawn as a window of its columns."""
    row = int(inputs[0, ..., 0].max(axis=1).argmax())
    places = [int(inputs[frame, row, :, 0].argmax()) for frame in (0, 1)]
    words = "to the right" if (places[1] - places[0]) % columns == 1 else "to the left"
    return Arrow(words, tuple(Cell(place, row, window=frame) for frame, place in enumerate(places)))


@task(
    title="Moving dot",
    arrow=arrow,
    answers="once",
    answer="yes/no",
    inputs="frames",
    timesteps=range(2, 13),
    features=1,
    rows=range(2, 9),
    columns=range(3, 9),
    why={"features": "A frame has one channel, its brightness."},
    help={
        "rows": "How many rows of pixels a frame has.",
        "columns": "How many columns of pixels a frame has.",
    },
    baselines=(Baseline("one frame alone", half_loss, predict_half, "Only a model that compares frames can."),),
)
def moving_dot(
    rng: np.random.Generator, samples: int, timesteps: int, features: int, rows: int = 4, columns: int = 6
) -> tuple[np.ndarray, np.ndarray]:
    """Tell whether the dot moves to the right.

    Inputs (samples, timesteps, rows, columns, 1) and targets (samples, 1), 1 for yes and 0 for no, float32. One pixel of
    each frame, the dot, has a brightness uniform in [0.6, 1), all others in [0, 0.4). It stays in its row and moves to one
    side: by one column to the second frame, then each time by one column or not at all, equally likely. Behind an
    edge it comes in again at the other one, so that both directions are equally likely wherever it is.
    Baseline of one frame alone: ln 2 = 0.693, of always predicting one half.

    Raises ValueError unless features is 1, timesteps at least 2 and columns at least 3.

    >>> inputs, targets = moving_dot(np.random.default_rng(0), samples=1, timesteps=4, features=1, rows=2, columns=5)
    >>> inputs.shape, inputs[0, ..., 0].max(axis=1).argmax(axis=-1).tolist(), targets[0].tolist()
    ((1, 4, 2, 5, 1), [2, 3, 3, 4], [1.0])
    """
    if features != 1:
        raise ValueError(f"features must be 1: the brightness of a pixel. Received: features={features}")
    if timesteps < 2:
        raise ValueError(f"timesteps must be at least 2, to see the dot move. Received: timesteps={timesteps}")
    if columns < 3:
        raise ValueError(f"columns must be at least 3, for two directions. Received: columns={columns}")
    inputs = rng.uniform(0, 0.4, (samples, timesteps, rows, columns, 1)).astype(np.float32)
    right = rng.integers(0, 2, (samples, 1))
    moves = rng.integers(0, 2, (samples, timesteps))
    moves[:, :2] = 0, 1
    row, start = rng.integers(0, rows, (samples, 1)), rng.integers(0, columns, (samples, 1))
    column = (start + (2 * right - 1) * moves.cumsum(axis=1)) % columns
    frame = np.arange(timesteps)
    inputs[np.arange(samples)[:, None], frame, row, column, 0] = rng.uniform(0.6, 1, (samples, timesteps))
    return inputs, right.astype(np.float32)
