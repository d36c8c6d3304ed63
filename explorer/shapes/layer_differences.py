"""How a layer differs from the one of the same name in another model, in sentences: in its shapes, in its parameters."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.description import Layer
from explorer.shapes.time_flow import returned_states
from explorer.tensors.tensor import ORDERED
from explorer.tensors.text import agreed, an, count, in_words, joined


def outputs(layer: Layer) -> str:
    """The shapes that a layer gives, with the name and the size of each axis."""
    return joined([in_words(axes, shape) for axes, shape in zip(layer.axes_out, layer.output, strict=True)])


def answers(layer: Layer) -> str:
    """How often a layer answers: "one answer", "20 answers"."""
    pairs = zip(layer.axes_out[0], layer.output[0], strict=True)
    steps = next((size for axis, size in pairs if axis in ORDERED), 1)
    return "one answer" if steps == 1 else count(steps, "answers")


def what_it_does(layer: Layer) -> list[str]:
    """What a layer and those that it holds do, without what becomes of the axes; the outermost first."""
    own = [layer.does, "; ".join(layer.equation)]
    return own + [each for held in layer.inside for each in what_it_does(held)]


def shapes_differ(name: str, here: Layer, there: Layer) -> str:
    """How the shapes that a layer gives differ, and what it does to make them so."""
    if len(here.output) != len(there.output):
        tensors = [f"{count(len(each.output), 'tensors')}, {outputs(each)}" for each in (here, there)]
        return f"`{name}` returns {tensors[0]}, on the left and {tensors[1]}, on the right"
    axes, sizes = _changes(here, there)
    keeps = [_keeps(layer) for layer in (here, there)]
    if all(keeps) and keeps[0] != keeps[1]:
        return f"`{name}` keeps {keeps[0]} here and {keeps[1]} there: {', '.join(axes + sizes)}"
    given = f"{outputs(here)} here and {outputs(there)} there: {', '.join(axes)}" if axes else ", ".join(sizes)
    begin = f"`{name}` gives {given or f'{outputs(here)} here and {outputs(there)} there'}"
    if here.type != there.type:
        return f"{begin}, as it is {an(here.type)} here and {an(there.type)} there"
    return begin + (what_each_does(here, there) if here.input == there.input else "")


def what_each_does(here: Layer, there: Layer) -> str:
    """What each of the two layers does, in brackets, without the clauses that both share; nothing where they do the same."""
    left, right = (what_it_does(layer)[0].split(", ") for layer in (here, there))
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    if not left or not right:
        return ""
    own, other = (", ".join(clauses).removeprefix("and ") for clauses in (left, right))
    return f" (here: {own}; there: {other})"


def parameters_differ(name: str, here: Layer, there: Layer) -> str:
    """How many weights each of the two has, and how the numbers come about."""
    gates = [max((len(weight.parts) for weight in each.weights), default=0) for each in (here, there)]
    totals = [f"{each.params:,}" for each in (here, there)]
    if gates[0] != gates[1] and here.params and there.params:
        words = [f"{count(each, 'gates') if each else 'no gates'} and " for each in gates]
        return f"`{name}` has {words[0]}{totals[0]} parameters here, {words[1]}{totals[1]} there"
    why = [f", {each.arithmetic.rsplit(' = ', 1)[0]}," if each.arithmetic else "" for each in (here, there)]
    return (
        f"`{name}` has {totals[0]} parameters here{why[0]} and {totals[1]} there{why[1].rstrip(',')}{_biases(here, there)}"
    )


def _changes(here: Layer, there: Layer) -> tuple[list[str], list[str]]:
    """Which axes go, and which have another size: ["timesteps go"], ["64 units here and 32 there"]."""
    left, right = (dict(zip(each.axes_out[0], each.output[0], strict=True)) for each in (here, there))
    gone, come = [axis for axis in left if axis not in right], [axis for axis in right if axis not in left]
    axes = ([f"{joined(gone)} {agreed('go', gone)}"] if gone else []) + (
        [f"{joined(come)} {agreed('stay', come)}"] if come else []
    )
    sizes = [
        f"{count(size, axis)} here and {right[axis]:,} there"
        for axis, size in left.items()
        if size is not None and right.get(axis, size) not in (size, None)
    ]
    return axes, sizes


def _keeps(layer: Layer) -> str | None:
    """What a recurrent layer hands on, or the one that is wrapped."""
    if layer.input and (keeps := returned_states(layer.flow, layer.input[0][1])):
        return keeps
    return _keeps(layer.inside[0]) if len(layer.inside) == 1 else None


def _biases(here: Layer, there: Layer) -> str:
    """Which weights only one of the two has, or in another shape, where the layer reads and gives the same."""
    if (here.type, here.input) != (there.type, there.input):
        return ""
    left, right = ({weight.name: weight.shape for weight in each.weights} for each in (here, there))
    gone, come = [name for name in left if name not in right], [name for name in right if name not in left]
    parts = ([f"without {joined(gone)} there"] if gone else []) + ([f"with {joined(come)} there"] if come else [])
    parts += [
        f"{name} is {_times(shape)} here and {_times(right[name])} there"
        for name, shape in left.items()
        if right.get(name, shape) != shape
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _times(shape: Sequence[int]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
