"""A chunk that uses more memory than its worker may: workers import it, as they do `explorer.runtime.jobs.jobs`."""

from __future__ import annotations

import time

from explorer.runtime.jobs import jobs

GREEDY_SEED = 666


def chunk(experiment: dict, before: object, until: int, budget: float, watched: tuple[int, ...] = ()):
    if experiment["seed"] != GREEDY_SEED:
        return jobs.chunk(experiment, before, until, budget, watched)
    held = []
    while True:
        held.append(bytearray(100 * 2**20))
        time.sleep(0.01)
