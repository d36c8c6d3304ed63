"""An explanation of a model, made of its description: as data for other programs, and as text to be read or heard.

Nothing here knows Keras: it reads an `explorer.description.Description`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.description import Axes, Description, Layer, Parameters, Plain, Shape, Symbols, Weight, every
from explorer.tensors.text import count, grouped, joined

NOT_COUNTED = "the number of parameters is not known"


class Axis(Plain, frozen=True):
    """An axis of a tensor; the size of the batch is None."""

    axis: str
    symbol: str | None
    size: int | None


class ExplainedLayer(Plain, frozen=True):
    """A layer for other programs. input, output: for each tensor its axes. equation: lines, or None.

    parameters: their `numbers` can be evaluated, and are None where there is no explanation yet.
    """

    name: str
    type: str
    input: tuple[tuple[Axis, ...], ...]
    output: tuple[tuple[Axis, ...], ...]
    says: str
    equation: str | None
    weights: tuple[Weight, ...]
    parameters: Parameters
    inside: tuple[ExplainedLayer, ...]


class Explained(Plain, frozen=True):
    """A model for other programs: what every layer does, in the order of the data."""

    layers: tuple[ExplainedLayer, ...]


def explained(description: Description) -> Explained:
    """What a description says, for other programs."""
    return Explained(tuple(map(_layer, description.layers)))


def _layer(layer: Layer) -> ExplainedLayer:
    parameters = layer.parameters if layer.explained else Parameters(None, None, layer.parameters.total)
    return ExplainedLayer(
        name=layer.name,
        type=layer.type,
        input=_tensors(layer.axes_in, layer.symbols_in, layer.input),
        output=_tensors(layer.axes_out, layer.symbols_out, layer.output),
        says=layer.says,
        equation="\n".join(layer.equation) or None,
        weights=layer.weights,
        parameters=parameters,
        inside=tuple(map(_layer, layer.inside)),
    )


def _tensors(axes: Sequence[Axes], symbols: Sequence[Symbols], shapes: Sequence[Shape]) -> tuple[tuple[Axis, ...], ...]:
    return tuple(
        tuple(Axis(axis, symbol, size) for axis, symbol, size in zip(names, letters, shape, strict=True))
        for names, letters, shape in zip(axes, symbols, shapes, strict=True)
    )


def spelled(axes: Sequence[str], symbols: Sequence[str | None], shape: Sequence[int | None]) -> str:
    """A shape with the name, the symbol and the size of each axis.

    >>> spelled(["batch", "timesteps", "units"], ["B", "T", "2 · U"], [None, 20, 64])
    '(batch B, timesteps T = 20, units 2 · U = 64)'
    >>> spelled(["batch", "features"], ["B", "5408"], [None, 5408])
    '(batch B, features 5,408)'
    """
    parts = []
    for axis, symbol, size in zip(axes, symbols, shape, strict=True):
        # A size that stands in the model is its own symbol.
        number = None if size is None else f"{size:,}"
        value = " = ".join(filter(None, [None if symbol == str(size) else symbol, number]))
        parts.append(f"{axis} {value}".strip())
    return f"({', '.join(parts)})"


def counted(parameters: Parameters) -> str:
    """How parameters come about: in symbols, in numbers, and in all.

    >>> counted(Parameters("O · (U + 1)", "1 * (32 + 1)", 33))
    'O · (U + 1) = 1 · (32 + 1) = 33'
    """
    return " = ".join(_counted(parameters))


def _counted(parameters: Parameters) -> tuple[str, ...]:
    parts = [
        parameters.formula,
        (parameters.numbers or "").replace("*", "·"),
        "" if parameters.total is None else f"{parameters.total:,}",
    ]
    return tuple(dict.fromkeys(filter(None, parts)))


def counted_parts(parameters: Parameters, explained: bool, shares: str | None) -> tuple[str, ...]:
    """What stands between the signs of equality where parameters are counted, or one sentence. shares: with which layer."""
    if shares:
        return (f"no parameters of its own: it shares the weights of {shares}",)
    if parameters.total is None:
        return (NOT_COUNTED,)
    if not parameters.total:
        return ("no parameters: nothing here is learned",)
    return _counted(parameters) if explained else (f"{parameters.total:,}",)


def named(description: Description, name: str) -> Layer:
    """A layer by its name. Raises ValueError with a sentence where there is none."""
    for layer in every(description.layers):
        if layer.name == name:
            return layer
    names = ", ".join(layer.name for layer in description.layers)
    raise ValueError(f"There is no layer called “{name}”. There are: {names}.")


def explanation_text(description: Description, drawings: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """The whole model as text: what comes in, every layer, what each setting changes, and the chain over time.

    drawings: what the drawings of the layers show of one sequence (`explorer.models.layer_views`), where there are any.
    """
    lines = [
        f"{source.name}: the input, {spelled(source.axes, source.symbols, source.shape)}" for source in description.sources
    ]
    parts = ["\n".join(lines), *(layer_text(layer, drawings) for layer in description.layers)]
    settings = [
        f"{name} ({each.symbol}) changes {f'the size of an axis in {joined(each.axes)}' if each.axes else 'no axis'}. "
        + each.says
        for name, each in description.settings.items()
    ]
    parts += ["\n".join(settings)] if settings else []
    parts += [description.unrolled.says, f"{total_parameters(description)}."]
    return "\n\n".join(parts)


def total_parameters(description: Description) -> str:
    """How many parameters a model has, as the beginning of a sentence."""
    if description.params is None:
        return f"{NOT_COUNTED[:1].upper()}{NOT_COUNTED[1:]}"
    return f"{count(description.params, 'parameters')} in total"


def layer_text(layer: Layer, drawings: Mapping[str, Mapping[str, Any]] | None = None, indent: str = "") -> str:
    """One layer as text: shapes, rule, equation, weights, arithmetic, what it does to one sequence, and what it holds."""
    takes, gives = taken_and_given(layer)
    lines = [
        f"{layer.name}: {layer.type}",
        f"  takes {takes}",
        f"  returns {gives}",
        f"  {_sentence(layer.says)}",
    ]
    lines += [f"    {line}" for line in layer.equation]
    lines += [f"  {layer.note}"] if layer.explained and layer.note else []
    # What a wrapper holds lists its weights itself.
    for weight in [] if layer.inside else layer.weights:
        gates = f", {len(weight.parts)} parts: {', '.join(weight.parts)}" if weight.parts else ""
        shape = spelled(weight.axes, weight.symbols, weight.shape) if weight.shape else "(one number)"
        lines.append(f"  {weight.name} {shape}{gates}")
    if not layer.explained:
        lines.append(f"  {layer.note}")
        lines.append(f"  parameters: {'not known' if layer.params is None else f'{layer.params:,}'}")
    elif layer.shares:
        lines.append(f"  no parameters of its own: it shares the weights of {layer.shares}")
    else:
        lines.append(f"  parameters: {counted(layer.parameters) if layer.params else 'none'}")
    lines += [f"  mask: {layer.mask}"] if layer.mask else []
    drawing = (drawings or {}).get(layer.name) if not indent else None
    lines += [f"  on one sequence: {drawing['says']}"] if drawing else []
    text = "\n".join(indent + line for line in lines)
    inside = [layer_text(each, drawings, indent + "    ") for each in layer.inside]
    return "\n".join([text, *([f"{indent}  inside:"] if inside else []), *inside])


def taken_and_given(layer: Layer) -> tuple[str, str]:
    """What a layer takes, and what it gives: tensors with their axes."""
    takes = [spelled(*each) for each in zip(layer.axes_in, layer.symbols_in, layer.input, strict=True)]
    gives = [spelled(*each) for each in zip(layer.axes_out, layer.symbols_out, layer.output, strict=True)]
    return grouped(called(layer.names_in, takes)), grouped(called(layer.names_out, gives))


def called(names: Sequence[str], shapes: Sequence[str]) -> list[str]:
    """Shapes with the names of their tensors before them, where there are several."""
    if len(shapes) < 2 or len(names) != len(shapes):
        return list(shapes)
    return [f"{name} {shape}" for name, shape in zip(names, shapes, strict=True)]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
