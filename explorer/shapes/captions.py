"""What the page says of a model beyond its shapes: to be shown, to be copied, and to be read aloud.

The front end writes no sentence about a model itself: `with_words` puts all of them into the description.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from explorer.description import Axes, Description, Layer, Shape, Source, Symbols, Weight
from explorer.shapes.explanation import called, layer_text, spelled, total_parameters
from explorer.tensors.text import count, grouped, joined, parameters

# What stands for a shape and a number that a question asks for.
HIDDEN_SHAPE, HIDDEN_NUMBER = "a hidden shape (?)", "? parameters"


def with_words(description: Description) -> Description:
    """The description with all that is read aloud and copied of it."""
    layers = tuple(replace(layer, text=layer_text(layer)) for layer in description.layers)
    return _speaking(replace(description, layers=layers), ())


def hidden_words(values: Mapping[str, Any], hidden: Sequence[str]) -> dict[str, Any]:
    """A description that can be read aloud while a question asks for what is hidden: "shapes" and "parameters"."""
    return _speaking(Description.read(values), hidden).to_dict()


def _speaking(description: Description, hidden: Sequence[str]) -> Description:
    sources = tuple(replace(source, spoken=source_in_words(source)) for source in description.sources)
    names = {layer.name: layer.names_out for layer in description.layers}
    layers = tuple(replace(layer, spoken=layer_in_words(layer, names, hidden)) for layer in description.layers)
    parts = [f"{each.name} comes in as {spelled(each.axes, each.symbols, each.shape)}" for each in sources]
    parts += [f"{each.name} ({each.type}) turns {read_by(each, names)} into {_given(each, hidden)}" for each in layers]
    total = f"{HIDDEN_NUMBER} in total" if "parameters" in hidden else total_parameters(description)
    spoken = f"The chain of layers: {'; '.join(parts)}. {total}."
    return replace(description, sources=sources, layers=layers, spoken=spoken)


def source_in_words(source: Source) -> str:
    return f"{source.name}: the input, {spelled(source.axes, source.symbols, source.shape)}."


def read_by(layer: Layer, names: Mapping[str, Sequence[str]]) -> str:
    """What a layer reads: of a layer that returns several tensors, which of them. names: what each returns, by its name."""
    read = [
        f"{names[each.name][each.output]} of {each.name}" if len(names.get(each.name, ())) > 1 else each.name
        for each in dict.fromkeys(layer.origins)
    ]
    return joined(read or list(layer.reads))


def layer_in_words(layer: Layer, names: Mapping[str, Sequence[str]], hidden: Sequence[str] = ()) -> str:
    """A layer with what it reads, takes and returns, and how many parameters it has. It begins with the words that are seen
    in its box, so that who speaks to a computer can say them: https://www.w3.org/WAI/WCAG22/Understanding/label-in-name
    """
    takes = HIDDEN_SHAPE
    if "shapes" not in hidden:
        takes = shapes_in_words(layer.axes_in, layer.symbols_in, layer.input, layer.names_in)
    says = "" if "shapes" in hidden else f" {layer.says[:1].upper()}{layer.says[1:]}."
    shapes = f"It reads {read_by(layer, names)}, takes {takes}, returns {_given(layer, hidden)}"
    # The arguments of a layer may be what is asked.
    kind = layer.type if hidden else layer.as_code or layer.type
    mask = f" {layer.mask}" if layer.mask and not hidden else ""
    return f"{kind}, {layer.name}.{says} {shapes}, and has {_parameters(layer.params, hidden)}.{mask}"


def shapes_in_words(
    axes: Sequence[Axes], symbols: Sequence[Symbols], shapes: Sequence[Shape], names: Sequence[str] = ()
) -> str:
    """Some shapes in a row, "nothing" where there are none. names: of the tensors, said where there are several."""
    found = [spelled(*each) for each in zip(axes, symbols, shapes, strict=True)]
    return grouped(called(names, found)) or "nothing"


def weight_in_words(weight: Weight) -> str:
    """An array of weights: its axes, its parts, and how many numbers it holds.

    >>> weight_in_words(Weight("kernel", (2, 6), ("units", "units"), ("U", "3 · U"), ("update z", "reset r", "candidate h̃")))
    'kernel: units U = 2 by units 3 · U = 6, in 3 parts: update z, reset r and candidate h̃; 12 weights'
    """
    places = zip(weight.axes, weight.symbols, weight.shape, strict=True)
    axes = [spelled([axis], [symbol], [size])[1:-1] for axis, symbol, size in places]
    parts = f", in {len(weight.parts)} parts: {joined(weight.parts)}" if weight.parts else ""
    return f"{weight.name}: {' by '.join(axes) or 'one number'}{parts}; {count(math.prod(weight.shape), 'weights')}"


def note_of(kind: str) -> str:
    """What is said of a layer of this class where no rule explains it."""
    return f"There is no explanation of {kind} yet: these shapes and counts are Keras's own."


def note_of_unknown(kind: str, whole: bool) -> str:
    """What is said of a layer of another package, or, where not the whole of it is of one, of what calls such a layer."""
    if whole:
        return f"{kind} is of another package and not known here: its shape is the one that was given for it."
    return f"A part of {kind} is of another package and not known here, so its parameters are not counted."


def _given(layer: Layer, hidden: Sequence[str]) -> str:
    given = (layer.axes_out, layer.symbols_out, layer.output, layer.names_out)
    return HIDDEN_SHAPE if "shapes" in hidden else shapes_in_words(*given)


def _parameters(number: int | None, hidden: Sequence[str]) -> str:
    if "parameters" in hidden:
        return HIDDEN_NUMBER
    if number is None:
        return "a number of parameters that is not known"
    return parameters(number)
