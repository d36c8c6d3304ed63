"""Letters in reverse order, written one at a time."""

from __future__ import annotations

import math

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task

# Padding, the sign that a target begins with, the one that it ends with, and the letters.
SYMBOLS = " >.abcde"
START, END = 1, 2
LETTERS = len(SYMBOLS) - 3


def lengths_of(timesteps: int) -> range:
    """How many letters there may be: the end needs a timestep, too."""
    return range(timesteps // 2, timesteps)


def letter_loss(timesteps: int, features: int) -> float:
    """The entropy of a symbol when nothing is known of it, in nats: an end, or one of the letters."""
    letters = sum(lengths_of(timesteps)) / len(lengths_of(timesteps))
    end = 1 / (letters + 1)
    return -end * math.log(end) - (1 - end) * math.log((1 - end) / LETTERS)


def without_source_loss(timesteps: int, features: int) -> float:
    """The entropy of a symbol when those before it are known: all letters are equally likely, and so are all lengths."""
    lengths = lengths_of(timesteps)
    letters = sum(lengths) / len(lengths)
    return (math.log(len(lengths)) + letters * math.log(LETTERS)) / (letters + 1)


def predict_letters(inputs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    timesteps = inputs[0].shape[1]
    end = 1 / (sum(lengths_of(timesteps)) / len(lengths_of(timesteps)) + 1)
    return np.broadcast_to(_probabilities(np.array(end)), (*inputs[0].shape, len(SYMBOLS)))


def predict_without_source(inputs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    timesteps = inputs[0].shape[1]
    steps, least = np.arange(timesteps), lengths_of(timesteps)[0]
    ends = np.where(steps < least, 0, 1 / (timesteps - np.maximum(steps, least)))
    return np.broadcast_to(_probabilities(ends), (*inputs[0].shape, len(SYMBOLS)))


def _probabilities(ends: np.ndarray) -> np.ndarray:
    """Of every symbol, (..., symbols), where the end has this probability."""
    letters = [(1 - ends) / LETTERS] * LETTERS
    return np.stack([np.zeros_like(ends), np.zeros_like(ends), ends, *letters], axis=-1)


def arrow(inputs: tuple[np.ndarray, np.ndarray]) -> Arrow:
    return Arrow("first becomes last", (Cell(0),), int((inputs[0] != 0).sum()) - 1)


@task(
    title="Reverse symbols",
    arrow=arrow,
    answers="every step",
    answer="class",
    inputs="source and target",
    symbols=SYMBOLS,
    classes=SYMBOLS,
    timesteps=range(4, 11),
    baselines=(
        Baseline("always the same", letter_loss, predict_letters, "Only a model that uses the input can."),
        Baseline(
            "without the source", without_source_loss, predict_without_source, "Only a decoder that knows the source can."
        ),
    ),
)
def symbol_reverse(
    rng: np.random.Generator, samples: int, timesteps: int, features: int
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Write the letters of the source in reverse order, then a full stop.

    Inputs (samples, timesteps) and (samples, timesteps), targets (samples, timesteps), whole numbers: 0 is padding, 1 is
    ">", 2 is ".", and 3 to 7 are letters, all equally likely. The first input is the source. The second is the target
    shifted by one timestep: ">" comes before its first letter. There are from timesteps // 2 to timesteps - 1 letters.
    Baseline of always giving the same probabilities: the entropy of a symbol of the target. Baseline without the source:
    with n letters, (ln(number of lengths) + mean(n) ln 5) / (mean(n) + 1): the letters before tell nothing of the next.

    Raises ValueError unless timesteps is at least 4.

    >>> (source, shifted), target = symbol_reverse(np.random.default_rng(1), samples=1, timesteps=6, features=1)
    >>> ["".join(SYMBOLS[symbol] for symbol in row[0]) for row in (source, shifted, target)]
    ['cdea  ', '>aedc ', 'aedc. ']
    """
    if timesteps < 4:
        raise ValueError(f"timesteps must be at least 4, for letters and an end. Received: timesteps={timesteps}")
    lengths = rng.choice(lengths_of(timesteps), samples)
    letters = rng.integers(END + 1, len(SYMBOLS), (samples, timesteps), dtype=np.int32)
    steps = np.arange(timesteps)
    source = np.where(steps < lengths[:, None], letters, 0)
    backwards = np.take_along_axis(source, np.maximum(lengths[:, None] - 1 - steps, 0), axis=1)
    target = np.where(steps < lengths[:, None], backwards, np.where(steps == lengths[:, None], END, 0)).astype(np.int32)
    shifted = np.where(steps <= lengths[:, None], np.roll(target, 1, axis=1), 0).astype(np.int32)
    shifted[:, 0] = START
    return (source, shifted), target
