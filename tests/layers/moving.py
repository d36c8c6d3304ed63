"""Which numbers of an output move when those at one position of an input are others: what a layer sees, as Keras has it."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np

from tests.layers.drawing import Drawn

# Far up and far down, so that a maximum, a ReLU and a threshold move too.
STEPS = (1.0, -1.0, 20.0, -20.0)


def _large(weights: np.ndarray) -> np.ndarray:
    return weights * 0.7


def _small(weights: np.ndarray) -> np.ndarray:
    """With large weights a sigmoid is flat and a state runs wild; with small ones it dies out on its way."""
    return weights * 0.2


def _positive(weights: np.ndarray) -> np.ndarray:
    """A ReLU whose weights are all negative lets nothing through."""
    return np.abs(weights) * 0.7


@cache
def moved(one: Drawn, place: int, axis: int) -> list[np.ndarray]:
    """For each output (positions of the input along `axis`, *shape of the output without the batch): whether it moves.

    place: which input is changed.
    """
    rng = np.random.default_rng(5)
    size = one.inputs[place].shape[axis]
    weights, found = one.model.get_weights(), []
    for scaled in (_large, _small, _positive) if weights else (_large, _large):
        if scaled is _positive and all(each.any(axis=tuple(range(1, each.ndim))).all() for each in found):
            break
        one.model.set_weights([scaled(each) if each.dtype.kind == "f" else each for each in weights])
        calm = [_anew(each, rng) for each in one.inputs]
        # The last sample stays as it is: in one batch with the others it is rounded as they are.
        changed = np.repeat(calm[place], size * len(STEPS) + 1, axis=0)
        for position in range(size):
            for kind, step in enumerate(STEPS):
                row = changed[position * len(STEPS) + kind]
                there = [slice(None)] * row.ndim
                there[axis - 1] = position
                row[tuple(there)] = _other(row[tuple(there)], step, rng)
        fed = [changed if each == place else np.repeat(calm[each], len(changed), axis=0) for each in range(len(calm))]
        after = outputs(one.model, fed)
        moves = [np.abs(each[:-1] - each[-1]) > 1e-12 * (1 + np.abs(each[-1])) for each in after]
        moves = [each.reshape(size, len(STEPS), *each.shape[1:]).any(axis=1) for each in moves]
        found = [one | other for one, other in zip(found, moves, strict=True)] if found else moves
    one.model.set_weights(weights)
    return found


def along(moves: np.ndarray, axis: int) -> np.ndarray:
    """(positions of the input, positions of the output along its `axis`)."""
    return moves.any(axis=tuple(place for place in range(1, moves.ndim) if place != axis))


def outputs(model: keras.Model, inputs: list[np.ndarray]) -> list[np.ndarray]:
    given: Any = inputs if len(inputs) > 1 else inputs[0]
    return [np.asarray(each, np.float64) for each in keras.tree.flatten(model(given, training=False))]


def _anew(numbers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if numbers.dtype.kind == "i":
        return rng.integers(1, 11, numbers.shape).astype(numbers.dtype)
    return rng.normal(size=numbers.shape).astype(numbers.dtype)


def _other(numbers: np.ndarray, step: float, rng: np.random.Generator) -> np.ndarray:
    if numbers.dtype.kind == "i":
        return (numbers + rng.integers(1, 10, numbers.shape)) % 11
    return numbers + step * rng.uniform(0.5, 1.5, numbers.shape)
