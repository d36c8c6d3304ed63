"""Two numbers added as text, the sum written one digit at a time."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

import numpy as np

from explorer.catalog.arrows import Arrow, Cell
from explorer.catalog.entries import Baseline
from explorer.catalog.registry import task

# Padding, the sign that a target begins with, the one that it ends with, plus, and the digits.
SYMBOLS = " >.+0123456789"


def digits_of(timesteps: int) -> int:
    """How many digits a number has at most: two of them and the plus fit into the timesteps."""
    return (timesteps - 1) // 2


@lru_cache(maxsize=64)
def sums(timesteps: int) -> dict[str, float]:
    """The text of every sum with its end, and how probable it is: m - |s - m + 1| pairs of numbers below m add up to s."""
    below = 10 ** digits_of(timesteps)
    return {f"{total}.": (below - abs(total - below + 1)) / below**2 for total in range(2 * below - 1)}


@lru_cache(maxsize=64)
def frequencies(timesteps: int) -> np.ndarray:
    """How often each symbol stands in a sum with its end, on average."""
    found = np.zeros(len(SYMBOLS))
    for text, probability in sums(timesteps).items():
        for symbol in text:
            found[SYMBOLS.index(symbol)] += probability
    return found


def symbol_loss(timesteps: int, features: int) -> float:
    """The entropy of a symbol when nothing is known of it, in nats."""
    counts = frequencies(timesteps)
    part = counts[counts > 0] / counts.sum()
    return float(-(part * np.log(part)).sum())


def without_source_loss(timesteps: int, features: int) -> float:
    """The entropy of the sum by its mean length: that of a symbol when those before it are known."""
    entropy = -sum(probability * math.log(probability) for probability in sums(timesteps).values())
    return float(entropy / frequencies(timesteps).sum())


@lru_cache(maxsize=64)
def next_symbols(timesteps: int) -> dict[str, np.ndarray]:
    """For every beginning of a sum the probability of each symbol that may come next."""
    found: dict[str, Counter[int]] = {}
    for text, probability in sums(timesteps).items():
        for place, symbol in enumerate(text):
            found.setdefault(text[:place], Counter())[SYMBOLS.index(symbol)] += probability  # type: ignore[assignment]
    return {
        text: np.array([counts[symbol] for symbol in range(len(SYMBOLS))]) / sum(counts.values())
        for text, counts in found.items()
    }


def predict_symbols(inputs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    counts = frequencies(inputs[0].shape[1])
    return np.broadcast_to(counts / counts.sum(), (*inputs[0].shape, len(SYMBOLS)))


def predict_without_source(inputs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    shifted = inputs[1].astype(int)
    known, answers = next_symbols(shifted.shape[1]), np.zeros((*shifted.shape, len(SYMBOLS)))
    for row, answer in zip(shifted, answers, strict=True):
        text = "".join(SYMBOLS[symbol] for symbol in row[1:]).strip()
        for place in range(len(text) + 1):
            answer[place] = known[text[:place]]
    return answers


def arrow(inputs: tuple[np.ndarray, np.ndarray]) -> Arrow:
    """All of the source, at the first digit of the sum."""
    text = "".join(SYMBOLS[symbol] for symbol in inputs[0].astype(int)).strip()
    first, second = text.split("+")
    words = f"{first} + {second} = {int(first) + int(second)}"
    return Arrow(words, tuple(Cell(step) for step in range(len(text))))


@task(
    title="Add numbers as text",
    arrow=arrow,
    answers="every step",
    answer="class",
    inputs="source and target",
    symbols=SYMBOLS,
    classes=SYMBOLS,
    timesteps=range(3, 6),
    baselines=(
        Baseline("always the same", symbol_loss, predict_symbols, "Only a model that uses the input can."),
        Baseline(
            "without the source", without_source_loss, predict_without_source, "Only a decoder that knows the source can."
        ),
    ),
)
def symbol_addition(
    rng: np.random.Generator, samples: int, timesteps: int, features: int
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Write the sum of the two numbers in the source, digit by digit, then a full stop.

    Inputs (samples, timesteps) and (samples, timesteps), targets (samples, timesteps), whole numbers: 0 is padding, 1 is
    ">", 2 is ".", 3 is "+", and 4 to 13 are the digits. The first input is the source, such as "7+42". The second is the
    target shifted by one timestep: ">" comes before its first digit. Each number has (timesteps - 1) // 2 digits at most,
    and all are equally likely.
    Baseline of always giving the same probabilities: the entropy of a symbol of the target. Baseline without the source: the
    entropy of the sum by its mean number of symbols, since the digits before tell something of the next.

    Raises ValueError unless timesteps is at least 3.

    >>> (source, shifted), target = symbol_addition(np.random.default_rng(3), samples=1, timesteps=5, features=1)
    >>> ["".join(SYMBOLS[symbol] for symbol in row[0]) for row in (source, shifted, target)]
    ['81+8 ', '>89  ', '89.  ']
    """
    if timesteps < 3:
        raise ValueError(f"timesteps must be at least 3, for two digits and a plus. Received: timesteps={timesteps}")
    source, shifted, target = (np.zeros((samples, timesteps), np.int32) for _ in range(3))
    for sample, (first, second) in enumerate(rng.integers(0, 10 ** digits_of(timesteps), (samples, 2))):
        total = f"{first + second}."
        for row, text in ((source, f"{first}+{second}"), (shifted, f">{total[:-1]}"), (target, total)):
            row[sample, : len(text)] = [SYMBOLS.index(symbol) for symbol in text]
    return (source, shifted), target
