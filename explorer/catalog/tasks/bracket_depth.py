"""How deep each symbol stands within brackets."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from explorer.catalog.arrows import DRAWN_TIMESTEPS, Arrow, Cell, drawn_middle
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task

SYMBOLS = " ()x"
DEEPEST = 4


def allowed(left: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Which symbols may come next, (..., 4) yes or no in the order of SYMBOLS, so that every bracket is closed at the end.

    left: how many symbols are still to come, this one included. depth: how many brackets are open before it.
    """
    opens = (depth < DEEPEST) & (depth + 1 < left)
    return np.stack([np.zeros_like(opens), opens, depth > 0, depth < left], axis=-1)


@lru_cache(maxsize=64)
def frequencies(timesteps: int) -> np.ndarray:
    """How many symbols of each kind stand at each depth in a sequence, on average: (symbols, depths)."""
    lengths = range((timesteps + 1) // 2, timesteps + 1)
    depths = np.arange(DEEPEST + 1)
    found, at = np.zeros((len(SYMBOLS), DEEPEST + 1)), np.zeros(DEEPEST + 1)
    for left in range(timesteps, 0, -1):
        at[0] += (left in lengths) / len(lengths)
        may = allowed(np.full(DEEPEST + 1, left), depths)
        _, opens, closes, stays = (at[:, None] * may / np.maximum(may.sum(axis=1, keepdims=True), 1)).T
        found[1, 1:] += opens[:-1]
        found[2] += closes
        found[3] += stays
        at = stays + np.append(0, opens[:-1]) + np.append(closes[1:], 0)
    return found


def entropy(counts: np.ndarray) -> float:
    """The mean of -ln p over all that is counted, where p is its part of its row. counts: (rows, classes)."""
    rows = counts.sum(axis=1, keepdims=True)
    part = counts / np.where(rows > 0, rows, 1)
    return float(-(counts * np.log(np.where(part > 0, part, 1))).sum() / counts.sum())


def class_loss(timesteps: int, features: int) -> float:
    """The entropy of the depth, in nats."""
    return entropy(frequencies(timesteps).sum(axis=0, keepdims=True))


def symbol_loss(timesteps: int, features: int) -> float:
    """The entropy of the depth when the symbol is known, in nats."""
    return entropy(frequencies(timesteps))


def predict_classes(inputs: np.ndarray) -> np.ndarray:
    counts = frequencies(inputs.shape[1]).sum(axis=0)
    return np.broadcast_to(counts / counts.sum(), (*inputs.shape, DEEPEST + 1))


def predict_from_symbol(inputs: np.ndarray) -> np.ndarray:
    counts = frequencies(inputs.shape[1])
    rows = counts.sum(axis=1, keepdims=True)
    probabilities: np.ndarray = counts / np.where(rows > 0, rows, 1)
    return np.take(probabilities, inputs.astype(int), axis=0)


def arrow(inputs: np.ndarray) -> Arrow | None:
    """The brackets that are open at the first of the deepest symbols, of those that open none.

    Of a long sequence one in the middle of what is drawn: words stand at its left.
    """
    begin = drawn_middle(len(inputs)) if len(inputs) > DRAWN_TIMESTEPS else 0
    opened: list[int] = []
    best: tuple[int, ...] = ()
    target = 0
    for step, symbol in enumerate(inputs[:DRAWN_TIMESTEPS].astype(int)):
        if symbol == 1:
            opened.append(step)
        elif step >= begin and len(opened) > len(best):
            best, target = tuple(opened), step
        if symbol == 2:
            opened.pop()
    if not best:
        return None
    words = "1 bracket is open" if len(best) == 1 else f"{len(best)} brackets are open"
    return Arrow(words, tuple(Cell(step) for step in best), target)


@task(
    title="Depth of brackets",
    arrow=arrow,
    answers="every step",
    answer="class",
    inputs="symbols",
    symbols=SYMBOLS,
    classes="01234",
    timesteps=range(4, 201),
    baselines=(
        Baseline("always the same", class_loss, predict_classes, "Only a model that uses the input can."),
        Baseline("one symbol alone", symbol_loss, predict_from_symbol, "Only a model that uses more than one timestep can."),
    ),
)
def bracket_depth(rng: np.random.Generator, samples: int, timesteps: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Tell how many brackets are open at each symbol, itself included if it is a bracket.

    Inputs and targets (samples, timesteps), whole numbers. Inputs: 1 is "(", 2 is ")", 3 is "x", and 0 is padding. Targets:
    the depth, from 0 to 4. The lengths are all from half the timesteps on, equally likely; every bracket is closed, and each
    symbol is drawn among those that allow it.
    Baseline of always giving the same probabilities: the entropy of the depth. Baseline of one symbol alone: the entropy of
    the depth when the symbol is known. Both follow from how often each symbol stands at each depth.

    Raises ValueError unless timesteps is at least 4.

    >>> inputs, targets = bracket_depth(np.random.default_rng(2), samples=1, timesteps=12, features=1)
    >>> "".join(SYMBOLS[symbol] for symbol in inputs[0]), "".join(map(str, targets[0]))
    ('(x(x(())x)) ', '112234432210')
    """
    if timesteps < 4:
        raise ValueError(f"timesteps must be at least 4, for brackets within brackets. Received: timesteps={timesteps}")
    lengths = rng.integers((timesteps + 1) // 2, timesteps + 1, samples)
    inputs, targets = (np.zeros((samples, timesteps), np.int32) for _ in range(2))
    depth = np.zeros(samples, np.int32)
    for step in range(timesteps):
        may = allowed(lengths - step, depth)
        # The largest of random numbers, of those that may come: each of them is equally likely.
        symbol = np.where(may, rng.random(may.shape), 0).argmax(axis=1)
        here = step < lengths
        inputs[:, step] = np.where(here, symbol, 0)
        targets[:, step] = np.where(here, depth + (symbol == 1), 0)
        depth += here * ((symbol == 1).astype(np.int32) - (symbol == 2))
    return inputs, targets
