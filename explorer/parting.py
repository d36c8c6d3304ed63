"""Where two chains part, and why: two descriptions laid side by side, layer by layer.

Nothing here knows Keras. "Here" is the first of the two descriptions, "there" the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

from explorer.description import Description, Layer, Parameters, Source
from explorer.sentences import agreed, count, joined
from explorer.tensors import ORDERED
from explorer.time_flow import kept_memories

# A layer of both models, by its name.
Row = tuple[str, Layer | None, Layer | None]
SAME = "The two models have the same shapes and the same parameters"
ONLY_PARAMETERS = ": the shapes stay the same, only the parameters differ"


class Changed(TypedDict):
    """A setting that differs. layer: whose it is, None for one of the whole model. here, there: its values."""

    layer: str | None
    setting: str
    label: str
    here: Any
    there: Any


class Broken(TypedDict):
    """Where a twin cannot go on, and why; what Keras says of it stands apart, and is "" where Keras was not asked."""

    layer: str
    says: str
    keras_says: str


class Difference(TypedDict):
    """What differs of a layer: "output", "parameters", "type", "says" or "missing"."""

    layer: str
    what: str
    here: Any
    there: Any
    says: str


class Parting(TypedDict):
    """layer: the first one where two models part, or None. why: a sentence."""

    layer: str | None
    why: str
    differences: list[Difference]


def parting(
    here: Description, there: Description | None, broken: Broken | None = None, changed: Changed | None = None
) -> Parting:
    """Where two models part, and why. Of what a layer says only where all else of it is equal.

    there: None where nothing of the second model holds. broken, changed: where the second breaks off and which setting
    differs, as `explorer.twins` finds them.
    """
    rows = list(_side_by_side(_chained(here), _chained(there) if there else [_as_layer(each) for each in here.sources]))
    differences = [each for row in rows for each in _differences(*row, broken)]
    first = differences[0]["layer"] if differences else None
    if first is None:
        return {"layer": None, "why": _nothing(changed), "differences": []}
    own = {each["what"]: each for each in differences if each["layer"] == first}
    left, right = next(row[1:] for row in rows if row[0] == first)
    if broken and first == broken["layer"]:
        why = broken["says"]
    elif "missing" in own or left is None or right is None:
        why = own["missing"]["says"]
    elif "output" in own:
        why = _shapes_part(first, left, right) + _consequence(first, rows, broken)
    elif "parameters" in own:
        rest = "" if any(each["what"] in ("output", "missing") for each in differences) else ONLY_PARAMETERS
        why = _parameters_part(first, left, right) + rest
    elif "type" in own:
        why = f"{own['type']['says'].rstrip('.')}: shapes and parameters stay the same{_apart(left, right)}"
    else:
        why = f"{SAME}; what differs is what `{first}` does. {own['says']['says'].rstrip('.')}"
    return {"layer": first, "why": f"{why.rstrip('.')}.", "differences": differences}


def in_words(axes: Sequence[str], shape: Sequence[int | None]) -> str:
    """A shape with the name and the size of each axis.

    >>> in_words(["batch", "timesteps", "features"], [None, 20, 5])
    '(batch, timesteps 20, features 5)'
    """
    return f"({', '.join(axis if size is None else f'{axis} {size:,}' for axis, size in zip(axes, shape, strict=True))})"


def an(name: str) -> str:
    """A class with its article.

    >>> an("LSTM"), an("GRU"), an("Average")
    ('an LSTM', 'a GRU', 'an Average')
    """
    return f"{'an' if name[0] in 'AEIO' or name.startswith('LSTM') else 'a'} {name}"


def _side_by_side(here: Sequence[Layer], there: Sequence[Layer]) -> Iterator[Row]:
    """The layers of both by name, in the order of the data; None where one of the two has none of that name."""
    left, right = ({each.name: each for each in chain} for chain in (here, there))
    waiting = list(right)
    for name in left:
        if name in waiting:
            # What only the second has comes before the next layer that both have.
            until = waiting.index(name)
            yield from ((extra, None, right[extra]) for extra in waiting[:until] if extra not in left)
            waiting = waiting[until + 1 :]
        yield name, left[name], right.get(name)
    yield from ((extra, None, right[extra]) for extra in waiting if extra not in left)


def _chained(description: Description) -> list[Layer]:
    """Sources, as layers that take nothing, and layers."""
    return [*map(_as_layer, description.sources), *description.layers]


def _as_layer(source: Source) -> Layer:
    return Layer(
        name=source.name,
        type="Input",
        params=0,
        arithmetic=None,
        says="",
        does="",
        change="",
        short="",
        wraps=None,
        shares=None,
        explained=True,
        flow="input",
        reach=None,
        window=None,
        merge_mode=None,
        title=source.name,
        counted=(),
        note=None,
        parameters=Parameters(None, None, 0),
        input=(),
        output=(source.shape,),
        axes_in=(),
        axes_out=(source.axes,),
        symbols_in=(),
        symbols_out=(source.symbols,),
        equation=(),
        weights=(),
        reads=(),
        inside=(),
    )


def _differences(name: str, here: Layer | None, there: Layer | None, broken: Broken | None) -> list[Difference]:
    def difference(what: str, of_here: Any, of_there: Any, says: str) -> Difference:
        return {"layer": name, "what": what, "here": of_here, "there": of_there, "says": f"{says}."}

    if here is None:
        kind = there.type if there else ""
        return [difference("missing", None, kind, f"`{name}` is only there, {an(kind)}")]
    if there is None:
        only = f"`{name}` is only here, {an(here.type)}"
        if broken:
            only = f"`{name}` {'cannot go on' if name == broken['layer'] else 'is not reached'} there"
        return [difference("missing", here.type, None, only)]
    found = []
    gives, other = _outputs(here), _outputs(there)
    if gives != other:
        found.append(difference("output", gives, other, f"`{name}` gives {gives} here and {other} there"))
    if here.params != there.params:
        says = _parameters_part(name, here, there)
        found.append(difference("parameters", here.params, there.params, says))
    if here.type != there.type:
        says = f"`{name}` is {an(here.type)} here and {an(there.type)} there"
        found.append(difference("type", here.type, there.type, says))
    # What a layer says of other shapes, or of another class, is bound to differ.
    if not found and here.input == there.input and _does(here) != _does(there):
        pair = next(pair for pair in zip(_does(here), _does(there), strict=True) if pair[0] != pair[1])
        found.append(difference("says", *pair, f"Here: {pair[0]}. There: {pair[1]}"))
    return found


def _outputs(layer: Layer) -> str:
    return joined([in_words(axes, shape) for axes, shape in zip(layer.axes_out, layer.output, strict=True)])


def _does(layer: Layer) -> list[str]:
    """What a layer and those that it holds do, without what becomes of the axes; the outermost first."""
    own = [layer.does, "; ".join(layer.equation)]
    return own + [each for held in layer.inside for each in _does(held)]


def _shapes_part(name: str, here: Layer, there: Layer) -> str:
    """How the shapes that a layer gives differ, and what it does to make them so."""
    if len(here.output) != len(there.output):
        tensors = [f"{count(len(each.output), 'tensors')}, {_outputs(each)}" for each in (here, there)]
        return f"`{name}` hands on {tensors[0]}, here and {tensors[1]}, there"
    axes, sizes = _changes(here, there)
    keeps = [_keeps(layer) for layer in (here, there)]
    if all(keeps) and keeps[0] != keeps[1]:
        return f"`{name}` keeps {keeps[0]} here and {keeps[1]} there: {', '.join(axes + sizes)}"
    given = f"{_outputs(here)} here and {_outputs(there)} there: {', '.join(axes)}" if axes else ", ".join(sizes)
    begin = f"`{name}` gives {given or f'{_outputs(here)} here and {_outputs(there)} there'}"
    if here.type != there.type:
        return f"{begin}, as it is {an(here.type)} here and {an(there.type)} there"
    return begin + (_apart(here, there) if here.input == there.input else "")


def _apart(here: Layer, there: Layer) -> str:
    """What each of the two layers does, in brackets, without the clauses that both share; nothing where they do the same."""
    left, right = (_does(layer)[0].split(", ") for layer in (here, there))
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    if not left or not right:
        return ""
    own, other = (", ".join(clauses).removeprefix("and ") for clauses in (left, right))
    return f" (here: {own}; there: {other})"


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
    if layer.input and (keeps := kept_memories(layer.flow, layer.input[0][1])):
        return keeps
    return _keeps(layer.inside[0]) if len(layer.inside) == 1 else None


def _consequence(first: str, rows: Sequence[Row], broken: Broken | None) -> str:
    """What follows from the first difference for the layers after it."""
    if broken:
        return f", so `{broken['layer']}` cannot go on there"
    after = [(name, here, there) for name, here, there in rows if here and there]
    after = after[[row[0] for row in after].index(first) + 1 :]
    if not after:
        return ""
    name, here, there = after[-1]
    answers = [_answered(each) for each in (here, there)]
    if _outputs(here) != _outputs(there):
        if answers[0] != answers[1]:
            return f", so `{name}` gives {answers[1]} instead of {answers[0].split()[0]}"
        return f", so `{name}` gives {_outputs(there)} instead of {_outputs(here)}"
    for name, here, there in after:
        if here.params != there.params:
            return f", so `{name}` has {count(here.params, 'parameters')} here and {there.params:,} there"
    return ""


def _answered(layer: Layer) -> str:
    """How often a layer answers: "one answer", "20 answers"."""
    pairs = zip(layer.axes_out[0], layer.output[0], strict=True)
    steps = next((size for axis, size in pairs if axis in ORDERED), 1)
    return "one answer" if steps == 1 else count(steps, "answers")


def _parameters_part(name: str, here: Layer, there: Layer) -> str:
    gates = [max((len(weight.parts) for weight in each.weights), default=0) for each in (here, there)]
    totals = [f"{each.params:,}" for each in (here, there)]
    if gates[0] != gates[1] and here.params and there.params:
        words = [f"{count(each, 'gates') if each else 'no gates'} and " for each in gates]
        return f"`{name}` has {words[0]}{totals[0]} parameters here, {words[1]}{totals[1]} there"
    why = [f", {each.arithmetic.rsplit(' = ', 1)[0]}," if each.arithmetic else "" for each in (here, there)]
    return (
        f"`{name}` has {totals[0]} parameters here{why[0]} and {totals[1]} there{why[1].rstrip(',')}{_biases(here, there)}"
    )


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


def _nothing(changed: Changed | None) -> str:
    if not changed:
        return f"{SAME}, and every layer does the same."
    values = f"{changed['here']} here and {changed['there']} there"
    return f"{SAME}; what differs is {changed['label']}, {values}: it moves no shape and no weight."


def tell(here: Description, there: Description | None, broken: Broken | None, changed: Changed) -> str:
    """Both chains as text, where they part and why; the arguments are those of `parting`."""
    found = parting(here, there, broken, changed)
    lines = [f"{changed['label']}: {changed['here']} here, as it is; {changed['there']} there, in its twin.", "", "Here"]
    lines += [*_chain(here), "", "There", *(_chain(there) if there else [])]
    if broken:
        lines += [f"  {broken['layer']:<16} cannot go on", "", broken["says"]]
        lines += [f"Keras says: {broken['keras_says']}"] if broken["keras_says"] else []
    if found["layer"] != (broken["layer"] if broken else None):
        lines += ["", found["why"]]
    lines += ["", "What differs", *(f"  {each['says']}" for each in found["differences"])] if found["differences"] else []
    return "\n".join(lines).replace("`", "")


def _chain(description: Description) -> Iterator[str]:
    for each in _chained(description):
        params = f"  {count(each.params, 'parameters')}" if each.params else ""
        yield f"  {each.name:<16} {each.type:<24} {_outputs(each)}{params}"
