"""The layers of pasted code that work, with the layer that fails at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from explorer.shapes.captions import shapes_in_words
from explorer.shapes.explanation import spelled

_LETTERS = {"batch": "B", "windows": "W", "timesteps": "T", "features": "F"}
# What the axes of data are called before any layer has said otherwise, by their number, the batch first.
AXES = {
    2: ("batch", "features"),
    3: ("batch", "timesteps", "features"),
}


def drawn(report: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The description to draw of a report of `Engine.check`: where a layer fails, it stands last and returns nothing.

    None where there is nothing to draw.
    """
    described: Mapping[str, Any] | None = report["description"]
    layers = report["layers"]
    broken = layers[-1] if layers and layers[-1].get("broken") else None
    if broken is None:
        return described
    description = dict(described or {"sources": [], "layers": [], "output": None, "params": None})
    if not description["sources"]:
        shapes = broken["input"] or [[None, *shape[1:]] for shape in report["x"] or ()]
        named = dict(enumerate(broken.get("axes_in", ())))
        sources = [_source(place, shape, len(shapes), named.get(place)) for place, shape in enumerate(shapes)]
        description["sources"] = sources
    last = {
        "name": broken["name"],
        "type": broken["type"],
        "input": broken["input"] or [],
        "output": [],
        "params": None,
        "arithmetic": "",
        "short": "fails here",
        "says": "",
        "change": "",
        "broken": True,
        **_reads(broken["input"] or [], description),
    }
    takes = shapes_in_words(last["axes_in"], last["symbols_in"], last["input"])
    last["spoken"] = f"{last['type']}, {last['name']}. It takes {takes}, and fails."
    held = [layer for layer in description["layers"] if layer["name"] != broken["name"]]
    spoken = f"{description.get('spoken', '')} {last['name']} ({last['type']}) fails.".strip()
    return {**description, "layers": [*held, last], "spoken": spoken}


def marks(report: Mapping[str, Any], title_of: Callable[[Mapping[str, Any]], str]) -> dict[str, str]:
    """The layers to mark, each with the titles of the problems that lie there: the whole reason stands beside the code."""
    found: dict[str, list[str]] = {}
    for problem in report["problems"]:
        name = layer_of(problem, report["layers"])
        if name is not None:
            found.setdefault(name, []).append(title_of(problem) + (f", line {problem['line']}" if problem["line"] else ""))
    return {name: "; ".join(titles) for name, titles in found.items()}


def layer_of(problem: Mapping[str, Any], layers: Sequence[Mapping[str, Any]]) -> str | None:
    """The name of the layer that causes a problem, where it is drawn."""
    place = problem["layer"]
    return layers[place]["name"] if place is not None and 0 <= place < len(layers) else None


def _source(place: int, shape: Sequence[int | None], inputs: int, names: Sequence[str] | None) -> dict[str, Any]:
    name = "input" if inputs == 1 else f"input_{place + 1}"
    axes, symbols = _named(shape, names)
    spoken = f"{name}: the input, {spelled(axes, symbols, shape)}."
    return {"name": name, "shape": list(shape), "axes": axes, "symbols": symbols, "spoken": spoken}


def _named(shape: Sequence[int | None], names: Sequence[str] | None = None) -> tuple[list[str], list[str]]:
    """Names of the axes of data with this shape, and a letter for each, or its size. names: as the layer has them."""
    axes = names or AXES.get(len(shape), ("batch", *(f"axis {place}" for place in range(1, len(shape)))))
    return list(axes), [_LETTERS.get(axis, str(size)) for axis, size in zip(axes, shape, strict=True)]


def _reads(shapes: Sequence[Sequence[int | None]], description: Mapping[str, Any]) -> dict[str, Any]:
    """What the layer that breaks reads, found by its shape: the latest that is like it."""
    tensors = [(source["name"], source["shape"], source["axes"], source["symbols"], 0) for source in description["sources"]]
    for layer in description["layers"]:
        sides = (layer["output"], layer["axes_out"], layer["symbols_out"])
        tensors += [(layer["name"], *parts, place) for place, parts in enumerate(zip(*sides, strict=False))]
    reads, axes, symbols, origins, left = [], [], [], [], tensors[::-1]
    for shape in shapes:
        found = next((each for each in left if list(each[1]) == list(shape)), None)
        if found is not None:
            left.remove(found)
        reads.append(found[0] if found else tensors[-1][0] if tensors else "")
        origins.append({"name": reads[-1], "output": found[4] if found else 0})
        axis, symbol = (list(found[2]), list(found[3])) if found else _named(shape)
        axes.append(axis)
        symbols.append(symbol)
    if not shapes and tensors:
        reads.append(tensors[-1][0])
    named = {"axes_in": axes, "symbols_in": symbols, "axes_out": [], "symbols_out": []}
    return {"reads": reads, "origins": origins, **named}
