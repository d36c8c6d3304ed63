"""Every architecture of the catalog against `model.fit`, Keras on JAX, and (the two plain ones) PyTorch."""

from __future__ import annotations

from typing import Any

from bench.contest import Contestant, in_turn, started, tell
from bench.numbers import median
from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.experiment import Experiment

WITH_TORCH = ("gru_every_step", "lstm_every_step")
QUICK = ("gru_every_step", "windows_gru")
WARMUPS, ROUNDS = 2, 7


def measure(quick: bool = False) -> dict[str, dict[str, Any]]:
    """By architecture, at the sizes that the page opens with:

    ours, other, fit, jax, torch: median milliseconds an epoch; absent where the contestant does not take part, None where
    it is not installed (other: where it does not compile). xla: whether ours is compiled by XLA; other is then not.
    difference: from plain Keras, relative; keras_itself: see `sameness`. first, first_compiled: seconds from "train" to
    a frame.
    """
    with started("ours", "other", "fit", "jax", "torch") as contestants:
        return {name: _race(name, contestants, quick) for name in (QUICK if quick else ARCHITECTURES)}


def _race(name: str, contestants: dict[str, Contestant], quick: bool) -> dict[str, Any]:
    tell(f"race: {name}")
    experiment = read_experiment({"architecture": name}).experiment
    found: dict[str, Any] = {"task": experiment.task}
    taking_part = []
    for contestant in contestants.values():
        if contestant.name == "torch" and name not in WITH_TORCH:
            continue
        found[contestant.name] = None
        answer = contestant.setup(experiment)
        if answer.get("ok"):
            taking_part.append(contestant)
        if contestant.name == "other":
            found["xla"] = not answer["xla"]
    times = in_turn(taking_part, WARMUPS, 3 if quick else ROUNDS)
    found |= {one: 1000 * median(seconds) for one, seconds in times.items()}
    ours = contestants["ours"]
    found |= ours.ask("difference", experiment=experiment.to_dict())
    # Other timesteps are another program: nothing that was compiled before helps.
    others = _at_other_timesteps(experiment)[: 1 if quick else 3]
    found["first"] = median(_first(ours, one, compiled=False) for one in others)
    found["first_compiled"] = median(_first(ours, one, compiled=True) for one in others)
    return found


def _at_other_timesteps(experiment: Experiment) -> list[Experiment]:
    """The same with a few timesteps more, or less where a task takes no more."""
    found = {experiment.timesteps: experiment}
    for change in (1, 2, 3, -1, -2, -3):
        wanted = {**experiment.to_query(), "timesteps": experiment.timesteps + change}
        other = read_experiment(wanted).experiment
        found.setdefault(other.timesteps, other)
    return list(found.values())[1:]


def _first(ours: Contestant, experiment: Experiment, compiled: bool) -> float:
    values = experiment.to_dict() | {"seed": int(compiled)}
    return float(ours.ask("first", experiment=values, compiled=compiled)["seconds"])
