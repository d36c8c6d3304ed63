"""The targets, and what one run of the bench reached of each. Pure: figures in, rows out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.numbers import geometric_mean, median, percentile
from bench.sameness import EQUAL


@dataclass(frozen=True)
class Row:
    """met is None where the figure could not be had."""

    target: str
    reached: str
    met: bool | None


def rows(figures: dict[str, Any]) -> list[Row]:
    found: list[Row] = []
    for part, judge in (("race", _race), ("page", _page), ("crowd", _crowd), ("people", _people), ("growth", _growth)):
        if part in figures:
            found += judge(figures[part])
    if "watched" in figures:
        times = {name: each["ratio"] for name, each in figures["watched"].items()}
        dearest = max(times, key=lambda name: float(times[name]))
        target = "an epoch while the net is watched: at most 1.15 times one without"
        found.append(Row(target, f"{times[dearest]:.2f} times at most ({dearest})", times[dearest] <= 1.15))
    if "inside" in figures:
        times = figures["inside"]["open ratio"]
        target = "an epoch of the default GRU with Look inside open: at most 1.3 times one with it closed"
        found.append(Row(target, f"{times:.2f} times", times <= 1.3))
    if "start" in figures:
        start, seen = median(figures["start"]["empty"]), median(figures["start"]["seen"])
        found.append(Row("`make run` (installed) to painted shapes: under 6 s", f"{start:.1f} s", start < 6))
        found.append(Row("the same, with shapes seen before: 3 s", f"{seen:.1f} s", seen <= 3))
    return found


def ratios(race: dict[str, Any], other: str) -> dict[str, float]:
    """How many times the epochs a second of another contestant, by architecture, wherever both were measured."""
    return {name: found[other] / found["ours"] for name, found in race.items() if found.get(other)}


def _race(race: dict[str, Any]) -> Iterator[Row]:
    against_fit, against_jax = ratios(race, "fit"), ratios(race, "jax")
    mean = geometric_mean(list(against_fit.values()))
    slowest = min(against_fit, key=lambda name: against_fit[name])
    catalog = f"geometric mean of {len(race)} architectures"
    yield Row(f"epochs a second of `model.fit`, {catalog}: at least 6 times", f"{mean:.1f} times", mean >= 6)
    worst = against_fit[slowest]
    yield Row("no architecture under 2 times `model.fit`", f"the least is {worst:.1f} times ({slowest})", worst >= 2)
    target = f"epochs a second of Keras on JAX, {catalog}: at least 1.0 times"
    if against_jax:
        mean = geometric_mean(list(against_jax.values()))
        yield Row(target, f"{mean:.2f} times", mean >= 1)
    else:
        yield Row(target, "not installed", None)
    apart = {name: found["difference"] for name, found in race.items()}
    equal = sum(value <= EQUAL for value in apart.values())
    farthest = max(apart, key=lambda name: float(apart[name]))
    words = f"{equal} of {len(apart)}; the farthest is {farthest} by {apart[farthest]:.0e}"
    yield Row("losses of plain Keras on the same batches, within 1e-4 after 5 epochs", words, equal == len(apart))


def _page(page: dict[str, Any]) -> Iterator[Row]:
    ours, baseline = page["ours"], page["baseline"]
    first, at_once, theirs = median(ours["first"]), median(ours["first_at_once"]), median(baseline["first"])
    yield Row("click to first painted point, compiled ahead: 0.3 s", f"{first:.2f} s", first <= 0.3)
    yield Row("click to first painted point, not compiled: 2 s", f"{at_once:.2f} s", at_once <= 2)
    times = theirs / first
    yield Row("compiled ahead, at least 10 times sooner than the baseline", f"{times:.1f} times", times >= 10)
    high = percentile(ours["moves"], 0.95)
    yield Row("slider to new shapes, 95th percentile: under 0.15 s", f"{high:.3f} s", high < 0.15)
    high = percentile(ours["moves_at_opening"], 0.95)
    yield Row("ten quick moves right after opening, 95th percentile: 0.1 s", f"{high:.3f} s", high <= 0.1)
    for name, limit in (("controls", 1.0), ("shapes", 1.5)):
        value = median(ours[name])
        yield Row(f"opening to {name}, on a warm server: under {limit:g} s", f"{value:.2f} s", value < limit)
    redraws, replaced = median(ours["redraws"]), max(ours["replaced"])
    yield Row("redraws while training: 10 a second", f"{redraws:.1f} a second", redraws >= 10)
    yield Row("no DOM node replaced", f"{replaced:.0f}", replaced == 0)


def _crowd(crowd: dict[str, float]) -> Iterator[Row]:
    times = crowd["2"] / crowd["1"]
    yield Row("two runs on two workers: at least 1.8 times the epochs of one", f"{times:.2f} times", times >= 1.8)


def _people(people: dict[str, Any]) -> Iterator[Row]:
    if "60" in people:
        first, gap = (percentile(people["60"][name], 0.95) for name in ("firsts", "gaps"))
        yield Row("60 people at once, first frame, 95th percentile: 5 s", f"{first:.1f} s", first <= 5)
        yield Row("60 people at once, longest gap between frames, 95th percentile: 3.5 s", f"{gap:.1f} s", gap <= 3.5)
    if "200" in people:
        opening, errors = percentile(people["200"]["opens"], 0.95), len(people["200"]["errors"])
        words = f"{opening:.1f} s, {errors} errors"
        yield Row("200 people, opening, 95th percentile: 2 s, and no error", words, opening <= 2 and not errors)


def _growth(growth: dict[str, Any]) -> Iterator[Row]:
    for axis in ("timesteps", "samples"):
        power = growth[axis]["ours_exponent"]
        yield Row(f"time an epoch grows no faster than linearly in {axis}", f"exponent {power:.2f}", power <= 1)
    units = growth["units"]
    over = {
        size: ours / floor
        for size, ours, floor in zip(units["sizes"], units["ours"], units["floor"], strict=True)
        if size >= 64
    }
    if over:
        worst = max(over, key=lambda size: float(over[size]))
        words = f"at most {over[worst]:.1f} times (at {worst})"
        yield Row("within 3 times of the matrix-product floor from 64 units on", words, over[worst] <= 3)
