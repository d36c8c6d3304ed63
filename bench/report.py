"""The figures of one run as a page of Markdown. Pure: every sentence that claims something is made from the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench import inside, people, reach
from bench.numbers import geometric_mean, median, percentile

MISSING = "not installed"
WAITS = {
    "controls": "page opened to controls",
    "shapes": "page opened to shapes",
    "moves": "slider moved to new shapes, step after step",
    "unforeseen": "slider moved to new shapes, after another slider",
    "moves_at_opening": "slider moved to new shapes, ten quick moves right after a start",
    "first": "Train to first painted point, compiled ahead",
    "first_at_once": "Train to first painted point, not compiled",
    "fifty": "Train to 50 epochs",
    "stop": "Stop to stopped",
}


def report(figures: dict[str, Any], machine: dict[str, Any]) -> str:
    """figures: what `bench.run.measure` gives. machine: what `bench.run.machine` gives."""
    parts = [_head(machine), _reach(figures), _race(figures["race"]), _same(figures["race"]), _first(figures["race"])]
    parts += [_growth(figures["growth"]), _crowd(figures["crowd"]), _page(figures["page"], figures["start"])]
    parts += [_people(figures["people"]), _status(figures["status"])]
    parts += [_watched(figures["watched"]), _inside(figures["inside"]), _estimates(figures["estimates"])]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number or MISSING}" for name, number in machine["versions"].items())
    return (
        "# Performance\n\n"
        f"From one run of `make bench` on {machine['date']}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory'] / 2**30:.0f} GiB; {machine['system']}, Python {machine['python']}, {versions}.\n\n"
        "What is compared was measured in turn, one epoch or one visit of each, and medians stand here. Machines differ, "
        "and others may use this one meanwhile: the ratios count, not the milliseconds."
    )


def _reach(figures: dict[str, Any]) -> str:
    words = {True: "yes", False: "no", None: "not measured"}
    found = reach.rows(figures)
    met = sum(row.met is True for row in found)
    table = _table(("target", "reached", "met"), [(row.target, row.reached, words[row.met]) for row in found])
    return f"## Reach\n\n{met} of {len(found)} targets are met in this run.\n\n{table}"


def _milliseconds(found: dict[str, Any], name: str) -> str:
    if name not in found:
        return ""
    return MISSING if found[name] is None else f"{found[name]:.1f}"


def _ratio(found: dict[str, Any], name: str) -> str:
    return f"{found[name] / found['ours']:.1f}" if found.get(name) else ""


def _race(race: dict[str, Any]) -> str:
    head = ("architecture", "here", "`model.fit`", "times", "Keras on JAX", "times", "PyTorch", "here, the other way")
    rows = []
    for name, found in race.items():
        other = "does not compile" if found["other"] is None else f"{found['other']:.1f}"
        other += " without XLA" if found["xla"] else " by XLA"
        cells = [_milliseconds(found, "ours")]
        for one in ("fit", "jax"):
            cells += [_milliseconds(found, one), _ratio(found, one)]
        rows.append((name, *cells, _milliseconds(found, "torch"), other))
    means = []
    for one in ("fit", "jax"):
        times = reach.ratios(race, one)
        means += ["", f"**{geometric_mean(list(times.values())):.2f}**" if times else MISSING]
    rows.append(("**geometric mean**", "", *means, "", ""))
    better = [name for name, found in race.items() if found["other"] and found["other"] < found["ours"]]
    return (
        "## An epoch of every architecture\n\n"
        "Milliseconds an epoch at the sizes that the page opens with. Each contestant is a process of its own; the first "
        "two turns (building, compiling) do not count. *Here* is a worker, on one thread: a chunk of 0.1 s as the engine "
        "sends it, its state taken in and given back, and in every epoch 256 held-out sequences and the 8 of the probe "
        "are judged too. The others have their default threads and only train: that is to our disadvantage. *The other "
        "way* is ours with the opposite choice of compiling by XLA or not"
        + (f"; it was faster for {', '.join(better)}.\n\n" if better else "; it was faster for none.\n\n")
        + _table(head, rows)
        + "\n\n![Milliseconds an epoch, by architecture](../assets/bench-architectures.svg)"
    )


def _same(race: dict[str, Any]) -> str:
    rows = []
    for name, found in race.items():
        itself = found.get("keras_itself")
        rows.append((name, f"{found['difference']:.1e}", "" if itself is None else f"{itself:.1e}"))
    return (
        "## The same losses\n\n"
        "The largest relative difference of a training or held-out loss from plain Keras (`train_on_batch` on the same "
        "batches, from the same weights) in 5 epochs. Where it is over 1e-4, the last column says how far plain Keras "
        "is from itself when the only change is `jit_compile=True`, which sums in another order: what training "
        "itself makes of the last bit.\n\n" + _table(("architecture", "difference", "plain Keras from itself"), rows)
    )


def _first(race: dict[str, Any]) -> str:
    rows = [(name, f"{found['first_compiled']:.3f}", f"{found['first']:.2f}") for name, found in race.items()]
    return (
        "## From “train” to the first frame\n\n"
        "Seconds in a worker that is up: compiled ahead, and at sizes that it never had.\n\n"
        + _table(("architecture", "compiled ahead", "not compiled"), rows)
        + "\n\n![Seconds to the first frame, by architecture](../assets/bench-first-frame.svg)"
    )


def _growth(growth: dict[str, Any]) -> str:
    parts = [
        "## Growth",
        "The default experiment along one axis, each size in a new worker. *Floor* is the time that the matrix products "
        "of the same epoch alone take in NumPy on one thread, with every array ready and in the cache "
        "(`bench/products.py` counts them). The exponent p is that of time ~ size ** p, by least squares.",
    ]
    for axis, found in growth.items():
        lines = zip(found["sizes"], found["ours"], found["floor"], found["memory"], strict=True)
        rows = [
            (str(size), f"{1000 * ours:.1f}", f"{1000 * floor:.1f}", f"{ours / floor:.1f}", f"{memory / 2**20:.0f}")
            for size, ours, floor, memory in lines
        ]
        parts.append(_table((axis, "ms an epoch", "floor, ms", "times the floor", "memory of the worker, MiB"), rows))
        parts.append(f"Exponent in {axis}: {found['ours_exponent']:.2f}; of the floor: {found['floor_exponent']:.2f}.")
    parts.append("![Seconds an epoch and memory, by timesteps, units and samples](../assets/bench-growth.svg)")
    return "\n\n".join(parts)


def _crowd(crowd: dict[str, float]) -> str:
    alone = crowd["1"]
    rows = [(runs, f"{rate:.1f}", f"{rate / alone:.2f}") for runs, rate in crowd.items()]
    return (
        "## Several runs at once\n\n"
        "Epochs a second of all runs together, on two workers, through the engine and its database; 64 units.\n\n"
        + _table(("runs at once", "epochs a second in all", "times one run"), rows)
        + "\n\n![Epochs a second, by runs at once](../assets/bench-crowd.svg)"
    )


def _people(found: dict[str, Any]) -> str:
    return (
        "## A class on the page at once\n\n"
        f"They come within 10 seconds, press Train within {people.SECONDS_TO_PRESS:g} of each other, and watch "
        f"{people.EPOCHS} epochs; half of them train the model that the page opens with, the others three more. Each has a "
        "connection of Streamlit's and one for the events. `python -m bench.people` measures this alone.\n\n"
        + people.table(found)
    )


def _status(found: dict[str, list[float]]) -> str:
    rows = [
        (name, *(f"{1e3 * percentile(found[key], share):.3f}" for share in (0.5, 0.95, 1.0)))
        for key, name in (("training", "while 20 runs train"), ("locked", "and another program locks the database"))
    ]
    return "How a run stands, by `Engine.status`:\n\n" + _table(("", "ms, median", "95%", "longest"), rows)


def _seconds(values: Sequence[float] | None) -> tuple[str, str]:
    if not values:
        return "", ""
    return f"{median(values):.3f}", f"{percentile(values, 0.95):.3f}"


def _page(page: dict[str, Any], start: dict[str, list[float]]) -> str:
    ours, baseline = page["ours"], page["baseline"]
    rows = []
    for key, words in WAITS.items():
        theirs = baseline.get(key)
        times = f"{median(theirs) / median(ours[key]):.1f}" if theirs else ""
        rows.append((words, *_seconds(ours[key]), str(len(ours[key])), *_seconds(theirs), times))
    for key, words in (("empty", ""), ("seen", ", once more on the same database")):
        seconds = start[key]
        rows.append((f"`make run` (installed) to painted shapes{words}", *_seconds(seconds), str(len(seconds)), "", "", ""))
    shown = [
        ("redraws a second", *(f"{median(site['redraws']):.1f}" for site in (ours, baseline))),
        ("DOM nodes replaced in a run", *(f"{median(site['replaced']):.0f}" for site in (ours, baseline))),
    ]
    return (
        "## On the page, in Chromium\n\n"
        "Seconds by the browser's own clock, from the key or click to the animation frame after the change, beside "
        "`bench/baseline.py`: the page as one writes it with `model.fit`. Every opening is a new visitor with an "
        "empty cache, on a server that somebody visited before. The baseline compiles at every click, so its two first "
        "points are one measure.\n\n"
        + _table(("from … to …", "here", "95%", "repeats", "baseline", "95%", "times sooner"), rows)
        + "\n\n"
        + _table(("while it trains", "here", "baseline"), shown)
        + "\n\n![What a person waits for](../assets/bench-page.svg)"
    )


def _watched(found: dict[str, dict[str, float]]) -> str:
    rows = [
        (name, f"{each['without']:.2f}", f"{each['watched']:.2f}", f"{each['ratio']:.2f}", f"{each['bytes']:,}")
        for name, each in found.items()
    ]
    return (
        "## While the net is watched\n\n"
        "Milliseconds of the processor for an epoch, without and with what flows through the net for two of the probe's "
        "sequences; chunks of 0.1 s in turn. Bytes are those that are stored and sent for one sequence and epoch.\n\n"
        + _table(("architecture", "without", "watched", "ratio", "bytes"), rows)
    )


def _inside(found: dict[str, float]) -> str:
    return (
        "## While somebody looks inside\n\n"
        "Time of the processor that two workers take for an epoch of the model that the page opens with: with "
        "the panel *Look inside* closed; open, asking what it shows of the newest epoch, a fifth of the time; and with "
        "the gradient through time in view, which asks once in 1.2 s at most. All three take turns within each run. "
        "`python -m bench.inside` measures this alone; with the folder of another checkout it compares the epochs of both, "
        "closed.\n\n" + inside.table(found)
    )


def _estimates(found: Sequence[Sequence[Any]]) -> str:
    rows = [(words, f"{guess:.3f} s", f"{real:.3f} s", f"{guess / real:.1f}") for words, guess, real in found]
    return (
        "## The estimate before a run\n\n"
        "What `explorer.training.cost` says an epoch will take, against what it took.\n\n"
        + _table(("an epoch of", "estimated", "measured", "ratio"), rows)
    )
