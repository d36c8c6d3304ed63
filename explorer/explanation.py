"""An explanation of a model, made of its description: as data for other programs, and as text to be read or heard.

Nothing here knows Keras: the description is that of `explorer.shapes.Description.to_dict`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from explorer.sentences import joined

NO_EXPLANATION = "There is no explanation of {type} yet: these shapes and counts are Keras's own."


def explained(description: Mapping[str, Any]) -> dict[str, Any]:
    """{"layers": [{"name", "type", "input", "output", "says", "equation", "weights", "parameters", "inside"}]}.

    input, output: for each tensor its axes, {"axis", "symbol", "size"}; the size of the batch is None. equation: lines, or
    None. weights: {"name", "shape", "axes", "symbols", "parts"}. parameters: {"formula", "numbers", "total"}; `numbers` can
    be evaluated, and is None where there is no explanation yet.
    """
    return {"layers": [_layer(layer) for layer in description["layers"]]}


def _layer(layer: Mapping[str, Any]) -> dict[str, Any]:
    parameters = dict(layer["parameters"])
    if not layer["explained"]:
        parameters |= {"formula": None, "numbers": None}
    return {
        "name": layer["name"],
        "type": layer["type"],
        "input": _tensors(layer["axes_in"], layer["symbols_in"], layer["input"]),
        "output": _tensors(layer["axes_out"], layer["symbols_out"], layer["output"]),
        "says": layer["says"],
        "equation": "\n".join(layer["equation"]) or None,
        "weights": layer["weights"],
        "parameters": parameters,
        "inside": [_layer(each) for each in layer["inside"]],
    }


def _tensors(axes: Sequence[Any], symbols: Sequence[Any], shapes: Sequence[Any]) -> list[list[dict[str, Any]]]:
    return [
        [{"axis": axis, "symbol": symbol, "size": size} for axis, symbol, size in zip(names, letters, shape, strict=True)]
        for names, letters, shape in zip(axes, symbols, shapes, strict=True)
    ]


def spelled(axes: Sequence[str], symbols: Sequence[str | None], shape: Sequence[int | None]) -> str:
    """A shape with the name, the symbol and the size of each axis.

    >>> spelled(["batch", "timesteps", "units"], ["B", "T", "2 · U"], [None, 20, 64])
    '(batch B, timesteps T = 20, units 2 · U = 64)'
    """
    parts = []
    for axis, symbol, size in zip(axes, symbols, shape, strict=True):
        number = None if size is None else f"{size:,}"
        value = " = ".join(filter(None, [symbol, number if number != symbol else None]))
        parts.append(f"{axis} {value}".strip())
    return f"({', '.join(parts)})"


def counted(parameters: Mapping[str, Any]) -> str:
    """How parameters come about: in symbols, in numbers, and in all.

    >>> counted({"formula": "O · (U + 1)", "numbers": "1 * (32 + 1)", "total": 33})
    'O · (U + 1) = 1 · (32 + 1) = 33'
    """
    parts = [parameters["formula"], (parameters["numbers"] or "").replace("*", "·"), f"{parameters['total']:,}"]
    return " = ".join(dict.fromkeys(filter(None, parts)))


def named(description: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A layer by its name. Raises ValueError with a sentence where there is none."""
    for layer in every(description["layers"]):
        if layer["name"] == name:
            return layer
    names = ", ".join(layer["name"] for layer in description["layers"])
    raise ValueError(f"There is no layer called “{name}”. There are: {names}.")


def every(layers: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """All layers, with those that they hold."""
    for layer in layers:
        yield layer
        yield from every(layer["inside"])


def told(description: Mapping[str, Any], looks: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """The whole model as text: what comes in, every layer, what moves what, and the chain over time.

    looks: what the drawings of the layers show of one sequence (`explorer.looks`), where there are any.
    """
    lines = [
        f"{source['name']}: comes in as {spelled(source['axes'], source['symbols'], source['shape'])}"
        for source in description["sources"]
    ]
    parts = ["\n".join(lines), *(told_layer(layer, looks) for layer in description["layers"])]
    settings = [
        f"{name} ({each['symbol']}) moves an axis of {joined(each['axes'])}. {each['says']}"
        for name, each in description["settings"].items()
    ]
    parts += ["\n".join(settings)] if settings else []
    parts += [description["unrolled"]["says"], f"{description['params']:,} parameters in all."]
    return "\n\n".join(parts)


def told_layer(layer: Mapping[str, Any], looks: Mapping[str, Mapping[str, Any]] | None = None, indent: str = "") -> str:
    """One layer as text: shapes, rule, equation, weights, arithmetic, what it does to one sequence, and what it holds."""
    tensors = {side: _spelled(layer, side) for side in ("in", "out")}
    lines = [
        f"{layer['name']}: {layer['type']}",
        f"  takes {tensors['in']}",
        f"  gives {tensors['out']}",
        f"  {_sentence(layer['says'])}",
    ]
    lines += [f"    {line}" for line in layer["equation"]]
    # What a wrapper holds lists its weights itself.
    for weight in [] if layer["inside"] else layer["weights"]:
        gates = f", {len(weight['parts'])} parts: {', '.join(weight['parts'])}" if weight["parts"] else ""
        lines.append(f"  {weight['name']} {spelled(weight['axes'], weight['symbols'], weight['shape'])}{gates}")
    if not layer["explained"]:
        lines.append(f"  {NO_EXPLANATION.format(type=layer['type'])}")
        lines.append(f"  parameters: {layer['params']:,}")
    elif layer["shares"]:
        lines.append(f"  no parameters of its own: it shares the weights of {layer['shares']}")
    else:
        lines.append(f"  parameters: {counted(layer['parameters']) if layer['params'] else 'none'}")
    look = (looks or {}).get(layer["name"]) if not indent else None
    lines += [f"  on one sequence: {look['says']}"] if look else []
    text = "\n".join(indent + line for line in lines)
    inside = [told_layer(each, looks, indent + "    ") for each in layer["inside"]]
    return "\n".join([text, *([f"{indent}  inside:"] if inside else []), *inside])


def _spelled(layer: Mapping[str, Any], side: str) -> str:
    shapes = layer["input" if side == "in" else "output"]
    return joined([spelled(*each) for each in zip(layer[f"axes_{side}"], layer[f"symbols_{side}"], shapes, strict=True)])


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
