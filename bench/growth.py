"""Time and memory of an epoch as timesteps, units and samples grow, and the floor beside them.

Each size has a process of its own, so that its memory is not that of another.
"""

from __future__ import annotations

from typing import Any

from bench.contest import in_turn, started, tell
from bench.numbers import exponent, median
from explorer.catalog import read_experiment

AXES = {
    "timesteps": (10, 20, 50, 100, 200),
    "units": (8, 16, 32, 64, 128, 256),
    "samples": (256, 512, 1024, 2048, 4096),
}
QUICK = {"timesteps": (10, 50), "units": (16, 64), "samples": (256, 1024)}


def measure(quick: bool = False) -> dict[str, dict[str, Any]]:
    """By axis: sizes; ours and floor, median seconds an epoch; memory, bytes of the worker; the exponents of both times."""
    found: dict[str, dict[str, Any]] = {}
    for axis, sizes in (QUICK if quick else AXES).items():
        points = [_point(axis, size, 3 if quick else 7) for size in sizes]
        found[axis] = {
            "sizes": list(sizes),
            **{name: [point[name] for point in points] for name in ("ours", "floor", "memory")},
        }
        for name in ("ours", "floor"):
            found[axis][f"{name}_exponent"] = exponent(sizes, found[axis][name])
    return found


def _point(axis: str, size: int, rounds: int) -> dict[str, float]:
    tell(f"growth: {axis} {size}")
    experiment = read_experiment({axis: size}).experiment
    with started("ours", "products") as contestants:
        for contestant in contestants.values():
            contestant.setup(experiment)
        times = in_turn(list(contestants.values()), 1, rounds)
        memory = contestants["ours"].ask("memory")["bytes"]
    return {"ours": median(times["ours"]), "floor": median(times["products"]), "memory": memory}
