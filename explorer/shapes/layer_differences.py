"""How a layer differs from the one of the same name in another model, in sentences: in its shapes, in its parameters.

`other` is how the second model is called: "with return_sequences=False".
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.description import Layer
from explorer.shapes.time_flow import returned_states
from explorer.tensors.tensor import ORDERED
from explorer.tensors.text import agreed, an, count, in_words, joined

# How the first model is called.
YOURS = "in your model"


def outputs(layer: Layer) -> str:
    """The shapes that a layer returns, with the name and the size of each axis."""
    return joined([in_words(axes, shape) for axes, shape in zip(layer.axes_out, layer.output, strict=True)])


def vectors(layer: Layer) -> str:
    """How many vectors a layer returns for a sequence: "one vector", "20 vectors"."""
    pairs = zip(layer.axes_out[0], layer.output[0], strict=True)
    steps = next((size for axis, size in pairs if axis in ORDERED), 1)
    return "one vector" if steps == 1 else count(steps, "vectors")


def what_it_does(layer: Layer) -> list[str]:
    """What a layer and those that it holds do, without what becomes of the axes; the outermost first."""
    own = [layer.does, "; ".join(layer.equation)]
    return own + [each for held in layer.inside for each in what_it_does(held)]


def shapes_differ(name: str, here: Layer, there: Layer, other: str) -> str:
    """How the shapes that a layer returns differ, and what it does to make them so."""
    if len(here.output) != len(there.output):
        tensors = [f"{count(len(each.output), 'tensors')}, {outputs(each)}" for each in (here, there)]
        return f"`{name}` returns {tensors[0]}, {YOURS} and {tensors[1]}, {other}"
    axes, sizes = _changes(here, there, other)
    keeps = [_keeps(layer) for layer in (here, there)]
    if all(keeps) and keeps[0] != keeps[1]:
        return f"`{name}` returns {keeps[0]} {YOURS} and {keeps[1]} {other}: {', '.join(axes + sizes)}"
    given = f"{outputs(here)} {YOURS} and {outputs(there)} {other}: {', '.join(axes)}" if axes else ", ".join(sizes)
    begin = f"`{name}` returns {given or f'{outputs(here)} {YOURS} and {outputs(there)} {other}'}"
    if here.type != there.type:
        return f"{begin}, as it is {an(here.type)} {YOURS} and {an(there.type)} {other}"
    return begin + (what_each_does(here, there, other) if here.input == there.input else "")


def what_each_does(here: Layer, there: Layer, other: str) -> str:
    """What each of the two layers does, in brackets, without the clauses that both share; nothing where they do the same."""
    left, right = (what_it_does(layer)[0].split(", ") for layer in (here, there))
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    if not left or not right:
        return ""
    own, its = (", ".join(clauses).removeprefix("and ") for clauses in (left, right))
    return f" ({YOURS}: {own}; {other}: {its})"


def parameters_differ(name: str, here: Layer, there: Layer, other: str) -> str:
    """How many weights each of the two has, and how the numbers come about."""
    parts: list[tuple[str, ...]] = [
        max((weight.parts for weight in each.weights), key=len, default=()) for each in (here, there)
    ]
    totals = [f"{each.params:,}" for each in (here, there)]
    if len(parts[0]) != len(parts[1]) and here.params and there.params:
        own, its = (_gates(each) for each in parts)
        return f"`{name}` has {own} and {count(here.params, 'parameters')} {YOURS}, {its} and {totals[1]} {other}"
    why = [f", {each.arithmetic.rsplit(' = ', 1)[0]}," if each.arithmetic else "" for each in (here, there)]
    return (
        f"`{name}` has {count(here.params, 'parameters')} {YOURS}{why[0]} and {totals[1]} {other}{why[1].rstrip(',')}"
        f"{_biases(here, there, other)}"
    )


def _gates(parts: Sequence[str]) -> str:
    """The parts of a kernel in words; the candidate state is none of the gates.

    >>> _gates(["update z", "reset r", "candidate h̃"]), _gates([])
    ('2 gates, a candidate', 'no gates')
    """
    gates = sum(not part.startswith("candidate") for part in parts)
    told = count(gates, "gates") if gates else "no gates"
    return told if gates == len(parts) else f"{told}, a candidate"


def _changes(here: Layer, there: Layer, other: str) -> tuple[list[str], list[str]]:
    """Which axes are removed, and which have another size: ["timesteps are removed"], ["64 units in your model and ..."]."""
    left, right = (dict(zip(each.axes_out[0], each.output[0], strict=True)) for each in (here, there))
    gone, come = [axis for axis in left if axis not in right], [axis for axis in right if axis not in left]
    axes = ([f"{joined(gone)} {agreed('are', gone)} removed"] if gone else []) + (
        [f"{joined(come)} {agreed('stay', come)}"] if come else []
    )
    sizes = [
        f"{count(size, axis)} {YOURS} and {right[axis]:,} {other}"
        for axis, size in left.items()
        if size is not None and right.get(axis, size) not in (size, None)
    ]
    return axes, sizes


def _keeps(layer: Layer) -> str | None:
    """Which hidden states a recurrent layer returns, or the one that is wrapped."""
    if layer.input and (keeps := returned_states(layer.flow, layer.input[0][1])):
        return keeps
    return _keeps(layer.inside[0]) if len(layer.inside) == 1 else None


def _biases(here: Layer, there: Layer, other: str) -> str:
    """Which weights only one of the two has, or in another shape, where the layer reads and gives the same."""
    if (here.type, here.input) != (there.type, there.input):
        return ""
    left, right = ({weight.name: weight.shape for weight in each.weights} for each in (here, there))
    gone, come = [name for name in left if name not in right], [name for name in right if name not in left]
    parts = [f"no {' or '.join(gone)} {other}"] if gone else []
    parts += [f"no {' or '.join(come)} {YOURS}"] if come else []
    parts += [
        f"{name} is {_times(shape)} {YOURS} and {_times(right[name])} {other}"
        for name, shape in left.items()
        if right.get(name, shape) != shape
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _times(shape: Sequence[int]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
