"""The matrix products that one epoch of `gru_every_step` needs, and the time that they alone take in NumPy: the floor.

With T timesteps, F features, U units, O outputs, and b sequences in a batch, the products of one training batch are

    input            (b, F) x (F, 3U)      at each of T steps
    recurrent        (b, U) x (U, 3U)      at each of T steps
    answer           (bT, U) x (U, O)      once, for all steps together

and backward two for each: one for the gradient of what came in, one for that of the weights. The model's own input needs
no gradient, so its product has one only:

    input            (F, b) x (b, 3U)      weights, at each step
    recurrent        (b, 3U) x (3U, U)     memory,  at each step
    recurrent        (U, b) x (b, 3U)      weights, at each step
    answer           (bT, O) x (O, U)      memory,  once
    answer           (U, bT) x (bT, O)     weights, once

After the epoch the held-out sequences and the probe, 264 in all, go forward once. Nothing else is counted: no gate's
sigmoid, no sum of gradients, no optimizer. Every product writes into an array that stands ready and is used again, so
it is always in the cache; NumPy has one thread, as a worker has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.catalog import TASKS
from explorer.experiment import HELD_OUT_SAMPLES, PROBE_SEQUENCES, Experiment


@dataclass(frozen=True)
class Product:
    """(rows, inner) x (inner, columns), so many times."""

    rows: int
    inner: int
    columns: int
    times: int

    @property
    def multiplications(self) -> int:
        return self.rows * self.inner * self.columns * self.times


def needed(experiment: Experiment) -> list[Product]:
    """The products of one epoch, those of whole batches, of the smaller last one where there is one, and of the look."""
    batches, rest = divmod(experiment.samples, experiment.batch)
    found = _forward(experiment, experiment.batch, batches) + _backward(experiment, experiment.batch, batches)
    if rest:
        found += _forward(experiment, rest, 1) + _backward(experiment, rest, 1)
    return found + _forward(experiment, HELD_OUT_SAMPLES + PROBE_SEQUENCES, 1)


def multiplications(experiment: Experiment) -> int:
    return sum(product.multiplications for product in needed(experiment))


def _forward(experiment: Experiment, batch: int, times: int) -> list[Product]:
    steps, features, units = experiment.timesteps, experiment.features, experiment.units
    return [
        Product(batch, features, 3 * units, steps * times),
        Product(batch, units, 3 * units, steps * times),
        Product(batch * steps, units, TASKS[experiment.task].outputs, times),
    ]


def _backward(experiment: Experiment, batch: int, times: int) -> list[Product]:
    steps, features, units = experiment.timesteps, experiment.features, experiment.units
    outputs = TASKS[experiment.task].outputs
    return [
        Product(features, batch, 3 * units, steps * times),
        Product(batch, 3 * units, units, steps * times),
        Product(units, batch, 3 * units, steps * times),
        Product(batch * steps, outputs, units, times),
        Product(units, batch * steps, outputs, times),
    ]


def ready(wanted: list[Product]) -> Callable[[], None]:
    """A function that computes all of them, on arrays that stand ready."""
    rng = np.random.default_rng(0)

    def filled(rows: int, columns: int) -> np.ndarray:
        return rng.standard_normal((rows, columns), dtype=np.float32)

    arrays = [
        (filled(one.rows, one.inner), filled(one.inner, one.columns), filled(one.rows, one.columns), one.times)
        for one in wanted
    ]

    def run() -> None:
        for left, right, result, times in arrays:
            for _ in range(times):
                np.matmul(left, right, out=result)

    return run
