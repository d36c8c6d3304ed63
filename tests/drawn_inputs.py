"""Inputs of an architecture's shapes, drawn at random: numbers in [-1, 1], or symbols where it reads symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.catalog.entries import SYMBOLS, Architecture, Sizes


def drawn_inputs(
    architecture: Architecture, sizes: Sizes, samples: int, knobs: Mapping[str, Any] | None = None
) -> list[np.ndarray]:
    """An array (samples, ...) for each input; no symbol is padding."""
    found = []
    for shape in architecture.input_shapes(sizes, knobs):
        rng = np.random.default_rng(0)
        whole = (samples, *shape[1:])
        are_symbols = architecture.inputs in SYMBOLS
        drawn = rng.integers(1, sizes.symbols, whole) if are_symbols else rng.uniform(-1, 1, whole)
        found.append(drawn.astype(np.float32))
    return found


def padded(inputs: list[np.ndarray]) -> list[np.ndarray]:
    """The same with the last two timesteps of every sequence at zero, as padding is."""
    inputs = [array.copy() for array in inputs]
    for array in inputs:
        (array if array.ndim == 2 else np.moveaxis(array, -2, 1))[:, -2:] = 0
    return inputs
