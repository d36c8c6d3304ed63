"""What an epoch costs more while a page looks into the net: with the tensors of a probe sequence, against without, in turn.

`python -m bench.watched` prints it as JSON: the bench asks for it so, because a worker's settings hold for a process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from bench.numbers import median
from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.runtime.jobs import jobs

# Two pages that show different sequences.
WATCHED = (0, 5)
ROUNDS = 9
CHUNK_SECONDS = 0.1


def measure(names: Sequence[str] = tuple(ARCHITECTURES)) -> dict[str, dict[str, float]]:
    """By architecture, at the sizes that the page opens with: without, watched: median milliseconds of the processor for an
    epoch, as chunks of 0.1 s train it; ratio: the median of the ratios of the pairs, one right after the other; bytes: of
    one sequence's tensors in one epoch.
    """
    return {name: _measured(name) for name in names}


def _measured(name: str) -> dict[str, float]:
    values = read_experiment({"architecture": name}).experiment.to_dict()
    seconds: dict[tuple[int, ...], list[float]] = {(): [], WATCHED: []}
    state, size = jobs.chunk(values, None, 1, 0.0).state, 0
    for turn in range(ROUNDS + 1):
        for watched in ((), WATCHED) if turn % 2 else (WATCHED, ()):
            began = time.process_time()
            state, frames, _ = jobs.chunk(values, state, 10**9, CHUNK_SECONDS, watched)
            seconds[watched].append((time.process_time() - began) / len(frames))
            size = max(size, *(len(each) for frame in frames for each in frame.tensors.values()), 0)
    without, with_tensors = (each[1:] for each in (seconds[()], seconds[WATCHED]))
    return {
        "without": 1000 * median(without),
        "watched": 1000 * median(with_tensors),
        "ratio": median(b / a for a, b in zip(without, with_tensors, strict=True)),
        "bytes": size,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:] or tuple(ARCHITECTURES))))
