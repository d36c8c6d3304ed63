"""The first difference between two models, and its reason: two descriptions side by side, layer by layer.

Nothing here knows Keras. `here` is the first of the two descriptions, "your model" in words; `there` is the second, which
is called by the setting that differs: "with return_sequences=False".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

from explorer.description import Description, Layer, Parameters, Source
from explorer.shapes.layer_differences import (
    YOURS,
    outputs,
    parameters_differ,
    shapes_differ,
    vectors,
    what_each_does,
    what_it_does,
)
from explorer.tensors.text import an, count

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
    """Where the second model fails, and why; `keras_says` is "" where Keras was not asked."""

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


class Comparison(TypedDict):
    """layer: the first one that differs, or None. why: a sentence."""

    layer: str | None
    why: str
    differences: list[Difference]


def compare(
    here: Description, there: Description | None, broken: Broken | None = None, changed: Changed | None = None
) -> Comparison:
    """Which layers of two models differ, and why the first of them does. Sentences are compared where all else is equal.

    there: None where no layer of the second model works. broken, changed: where the second fails and which setting
    differs, as `explorer.models.variants` finds them.
    """
    rows = list(_side_by_side(_chained(here), _chained(there) if there else [_as_layer(each) for each in here.sources]))
    other = phrase(changed)
    differences = [each for row in rows for each in _differences(*row, broken, other)]
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
        why = shapes_differ(first, left, right, other) + _consequence(first, rows, broken, other)
    elif "parameters" in own:
        rest = "" if any(each["what"] in ("output", "missing") for each in differences) else ONLY_PARAMETERS
        why = parameters_differ(first, left, right, other) + rest
    elif "type" in own:
        why = f"{own['type']['says'].rstrip('.')}: shapes and parameters stay the same{what_each_does(left, right, other)}"
    else:
        why = f"{SAME}; only what `{first}` does differs. {own['says']['says'].rstrip('.')}"
    return {"layer": first, "why": f"{why.rstrip('.')}.", "differences": differences}


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
        backwards=False,
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


def _differences(name: str, here: Layer | None, there: Layer | None, broken: Broken | None, other: str) -> list[Difference]:
    def difference(what: str, of_here: Any, of_there: Any, says: str) -> Difference:
        return {"layer": name, "what": what, "here": of_here, "there": of_there, "says": f"{says}."}

    if here is None:
        kind = there.type if there else ""
        return [difference("missing", None, kind, f"`{name}` ({kind}) exists only {other}")]
    if there is None:
        only = f"`{name}` ({here.type}) exists only {YOURS}"
        if broken:
            only = f"`{name}` {'fails' if name == broken['layer'] else 'is not reached'} {other}"
        return [difference("missing", here.type, None, only)]
    found = []
    own, its = outputs(here), outputs(there)
    if own != its:
        found.append(difference("output", own, its, f"`{name}` returns {own} {YOURS} and {its} {other}"))
    if here.params != there.params and None not in (here.params, there.params):
        says = parameters_differ(name, here, there, other)
        found.append(difference("parameters", here.params, there.params, says))
    if here.type != there.type:
        says = f"`{name}` is {an(here.type)} {YOURS} and {an(there.type)} {other}"
        found.append(difference("type", here.type, there.type, says))
    # What a layer says of other shapes, or of another class, is bound to differ.
    if not found and here.input == there.input and what_it_does(here) != what_it_does(there):
        pair = next(pair for pair in zip(what_it_does(here), what_it_does(there), strict=True) if pair[0] != pair[1])
        found.append(difference("says", *pair, f"{_begun(YOURS)}: {pair[0]}. {_begun(other)}: {pair[1]}"))
    return found


def _consequence(first: str, rows: Sequence[Row], broken: Broken | None, other: str) -> str:
    """What follows from the first difference for the layers after it."""
    if broken:
        return f", so `{broken['layer']}` fails"
    after = [(name, here, there) for name, here, there in rows if here and there]
    after = after[[row[0] for row in after].index(first) + 1 :]
    if not after:
        return ""
    name, here, there = after[-1]
    returned = [vectors(each) for each in (here, there)]
    if outputs(here) != outputs(there):
        if returned[0] != returned[1]:
            return f", so `{name}` returns {returned[1]} instead of {returned[0].split()[0]}"
        return f", so `{name}` returns {outputs(there)} instead of {outputs(here)}"
    for name, here, there in after:
        if here.params is not None and there.params is not None and here.params != there.params:
            return f", so `{name}` has {count(here.params, 'parameters')} {YOURS} and {there.params:,} {other}"
    return ""


def _nothing(changed: Changed | None) -> str:
    if not changed:
        return f"{SAME}, and every layer does the same."
    values = f"{changed['here']} {YOURS} and {changed['there']} in the other"
    return f"{SAME}; only {changed['label']} differs, {values}: it changes no shape and no parameter count."


def phrase(changed: Changed | None) -> str:
    """How the second model is called in a sentence: "with return_sequences=False"."""
    return f"with {changed['setting']}={changed['there']}" if changed else "in the other model"


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def comparison_text(here: Description, there: Description | None, broken: Broken | None, changed: Changed) -> str:
    """Both models as text, with their first difference and its reason; the arguments are those of `compare`."""
    found = compare(here, there, broken, changed)
    lines = [f"{changed['label']}: {changed['here']} {YOURS}; {changed['there']} in the other.", "", "Your model"]
    lines += [*_chain(here), "", _begun(phrase(changed)), *(_chain(there) if there else [])]
    if broken:
        lines += [f"  {broken['layer']:<16} fails", "", broken["says"]]
        lines += [f"Keras says: {broken['keras_says']}"] if broken["keras_says"] else []
    if found["layer"] != (broken["layer"] if broken else None):
        lines += ["", found["why"]]
    lines += ["", "What differs", *(f"  {each['says']}" for each in found["differences"])] if found["differences"] else []
    return "\n".join(lines).replace("`", "")


def _chain(description: Description) -> Iterator[str]:
    for each in _chained(description):
        params = f"  {count(each.params, 'parameters')}" if each.params else ""
        yield f"  {each.name:<16} {each.type:<24} {outputs(each)}{params}"
