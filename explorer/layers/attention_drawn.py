"""What is drawn of a layer of attention: the weights of every head, and which timesteps may not be attended to."""

from __future__ import annotations

import numpy as np

from explorer import drawings
from explorer.layers.drawn import MOST_HEADS, MOST_STEPS, Attending
from explorer.tensors.text import count, joined

PARTS = 10_000
# A row that sums to less attends to nothing.
NOTHING = 0.5


def attention_drawing(found: Attending) -> drawings.AttentionDrawing:
    """The weights of the first sequence: of at most 8 heads and 48 timesteps, evenly picked where there are more.

    A weight is written in ten-thousandths: of the most that are drawn, that takes half the room of a decimal fraction.
    """
    weights = found.weights[0]
    heads, queries, keys = weights.shape
    asking, asked = _picked(queries), _picked(keys)
    reasons = [reason for reason, where in found.barred.items() if where[0].any()]
    barred = np.zeros((queries, keys), int)
    # A timestep may be barred for several reasons: the first one is told.
    for place, reason in reversed(list(enumerate(reasons, 1))):
        barred[found.barred[reason][0]] = place
    finite = np.nan_to_num(weights[:MOST_HEADS][:, asking][:, :, asked], nan=0.0, posinf=0.0, neginf=0.0)
    parts = np.rint(finite * PARTS).astype(int)
    return drawings.AttentionDrawing(
        heads=tuple(tuple(map(tuple, head)) for head in parts.tolist()),
        queries=tuple((asking + 1).tolist()),
        keys=tuple((asked + 1).tolist()),
        of_heads=heads,
        of_queries=queries,
        of_keys=keys,
        barred=tuple(map(tuple, barred[asking][:, asked].tolist())),
        reasons=tuple(reasons),
        says=_caption(weights, reasons, len(asking), len(asked)),
    )


def _caption(weights: np.ndarray, reasons: list[str], asking: int, asked: int) -> str:
    heads, queries, keys = weights.shape
    of = f" of {heads} heads" if heads > 1 else ""
    found = [f"Attention weights{of}: how much each query timestep (row) attends to each key timestep (column)."]
    left_out = [
        f"{drawn} of {count(all_of, name)}"
        for drawn, all_of, name in (
            (min(heads, MOST_HEADS), heads, "heads"),
            (asking, queries, "query timesteps"),
            (asked, keys, "key timesteps"),
        )
        if drawn < all_of
    ]
    if not np.isfinite(weights).all():
        found.append("Some weights are NaN or infinite; they are drawn as 0.")
    else:
        over = f" over all {keys} key timesteps" if asked < keys else ""
        found.append(f"Each row sums to 1{over}.")
        # MultiHeadAttention gives nothing where nothing is allowed.
        if (weights.sum(axis=-1) < NOTHING).any():
            found[-1] = f"Each row sums to 1{over}, or to 0 where the query may attend to nothing."
    if left_out:
        found.append(f"Drawn are {joined(left_out)}{', evenly picked' if asking < queries or asked < keys else ''}.")
    if reasons:
        found.append(f"Hatched: {'; or '.join(reasons)}.")
    return " ".join(found)


def _picked(size: int) -> np.ndarray:
    """Places that stand for `size` places, the first and the last among them."""
    return np.linspace(0, size - 1, min(size, MOST_STEPS)).round().astype(int)
