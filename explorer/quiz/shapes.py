"""Wrong shapes of what a layer gives and of what it takes, each with the misconception behind it and why it is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator

from explorer.layers.base import RULES
from explorer.layers.merging import joined_axis
from explorer.quiz.facts import BOTH_WAYS, Facts, written
from explorer.quiz.values import Wrong
from explorer.shapes.time_flow import TIME_FLOWS
from explorer.tensors.tensor import Tensor, known
from explorer.tensors.text import count, counted, joined

# What a mistake makes of the first tensor that comes out: its name, the tensor, and the reason.
Mistake = tuple[str, Tensor, str]


def wrong_outputs(facts: Facts) -> Iterator[Wrong]:
    """Shapes that the layer does not give."""
    rest = facts.returned[1:]
    if all(tensor.shape and tensor.shape[0] is None for tensor in facts.returned):
        number = [_put(tensor, {0: facts.batch}) for tensor in facts.returned]
        yield _wrong("batch a number", number, "No layer fixes the batch size: Keras writes None for it.")
        without = [tensor.without(0) for tensor in facts.returned]
        yield _wrong("batch forgotten", without, "The batch is the first axis of every tensor.")
    for mistake, tensor, reason in _mistakes(facts):
        yield _wrong(mistake, [tensor, *rest], reason)
    if rest:
        yield _wrong("a tensor forgotten", [facts.out], f"It returns {len(rest) + 1} tensors: that is only the first.")


def _wrong(mistake: str, tensors: list[Tensor], reason: str) -> Wrong:
    return Wrong(mistake, tuple(tensor.shape for tensor in tensors), together(tensors), reason)


def together(tensors: list[Tensor]) -> str:
    return joined([written(tensor) for tensor in tensors])


def _mistakes(facts: Facts) -> Iterator[Mistake]:
    out = facts.out
    kind = facts.type.split("(")[0]
    if not facts.layer.explained:
        if facts.first.shape != out.shape and facts.received:
            yield (
                "nothing changes",
                facts.first,
                f"That is its input shape. Keras returns {together(facts.returned)}.",
            )
        return
    if kind in ("Reshape", "Permute", "Flatten"):
        yield from _rearranged(facts, kind)
        return
    yield from _along_time(facts)
    yield from _width(facts)
    if facts.flow in BOTH_WAYS:
        yield from _both_ways(facts)
    if facts.flow == "window":
        yield from _window(facts)
    if kind == "MultiHeadAttention":
        yield from _attention(facts)
    if len(facts.received) > 1:
        yield from _merged(facts, kind)
    if facts.weights("embeddings"):
        rows = facts.weights("embeddings")[0].shape[0]
        table = Tensor((*out.shape[:-1], rows), out.axes)
        yield "rows for width", table, f"The table has {count(rows, 'rows')}; a number looks up one row, not all of them."


def _rearranged(facts: Facts, kind: str) -> Iterator[Mistake]:
    first, out = facts.first, facts.out
    if len(first.shape) > 2:
        yield (
            "axes swapped" if kind == "Permute" else "nothing changes",
            first,
            f"That is its input shape. {kind} returns {written(out)}, with the same numbers.",
        )
    if kind == "Flatten" and len(first.shape) == 3:
        yield "time dropped", _put(first, {1: None}), "Flatten keeps every number: it puts all of them into one vector."
        yield "time for width", _put(first, {2: None}), "Flatten keeps every number: it puts all of them into one vector."
    elif len(out.shape) > 2 and None not in out.shape[1:]:
        flat = Tensor((out.shape[0], math.prod(known(out.shape[1:]))), ("batch", "features"))
        yield "laid in one row", flat, f"{kind} does not put all numbers into one vector: Flatten does."


def _put(tensor: Tensor, sizes: dict[int, int | None]) -> Tensor:
    """The tensor with other sizes at some places; None takes the axis away."""
    kept = [place for place in range(len(tensor.shape)) if sizes.get(place, 0) is not None]
    shape = tuple(sizes.get(place, tensor.shape[place]) for place in kept)
    return Tensor(shape, tuple(tensor.axes[place] for place in kept))


def _along_time(facts: Facts) -> Iterator[Mistake]:
    first, out, flow = facts.first, facts.out, facts.flow
    gone = [name for name in first.places if name not in out.places]
    words = TIME_FLOWS[flow]
    if words.kept and gone and len(out.shape) == len(first.shape) - len(gone):
        kept = Tensor((*first.shape[:-1], out.shape[-1]), (*first.axes[:-1], out.axes[-1]))
        steps = count(*_sized(first, gone[-1]))
        inner = count(*_sized(out, next(iter(out.places)))) if out.places else ""
        yield "time not dropped", kept, words.kept.format(steps=steps, kept=inner)
        if out.places and flow == "each":
            swapped = Tensor((out.shape[0], first.places[gone[-1]], out.shape[-1]), ("batch", gone[-1], out.axes[-1]))
            reason = (
                f"The inner layer reads along {gone[-1]} and removes that axis; it gives one vector for each of {inner}."
            )
            yield "the wrong axis dropped", swapped, reason
    is_longer = facts.type == "Concatenate" and joined_axis(facts.layer) != -1
    if words.dropped and out.places and not is_longer:
        name = list(out.places)[-1]
        dropped = out.without(out.axes.index(name))
        yield "time dropped", dropped, words.dropped.format(steps=count(*_sized(out, name)))
    if out.places and out.width:
        name, width = list(out.places)[-1], out.width[1]
        shape, axes = (*out.shape[:-2], out.shape[-1], out.shape[-2]), (*out.axes[:-2], out.axes[-1], out.axes[-2])
        steps = _plain(name, "steps")
        reason = f"The axes are in the wrong order: {steps} come before {_plain(width)}."
        yield "axes swapped", Tensor(shape, axes), reason
    if flow == "repeat" and out.shape[-1] and out.shape[1]:
        row = Tensor((out.shape[0], out.shape[1] * out.shape[-1]), (out.axes[0], out.axes[-1]))
        yield "laid in one row", row, "The copies are not joined into one vector: they are stacked along a new axis."


def _plain(name: str, instead: str = "numbers") -> str:
    """The name of an axis as it stands in a sentence, also where it is only numbered."""
    return instead if name.startswith("axis ") else name


def _sized(tensor: Tensor, name: str) -> tuple[int | None, str]:
    return tensor.places[name], name


def _width(facts: Facts) -> Iterator[Mistake]:
    """Mistakes about the last axis, where one tensor comes in and its width becomes another."""
    first, out = facts.first, facts.out
    if len(facts.received) != 1 or not first.width or not out.width:
        return
    before, after = first.width[0], out.width[0]
    if before is None or after is None or before == after:
        return
    old, new = _plain(first.width[1]), _plain(out.width[1])
    becomes = f"{counted(before, old, 'become')} {count(after, new)}"
    kept = Tensor((*out.shape[:-1], before), (*out.axes[:-1], first.axes[-1]))
    yield "width unchanged", kept, f"The size of the last axis changes: {becomes}."
    appended = Tensor((*out.shape[:-1], before, after), (*out.axes[:-1], first.axes[-1], out.axes[-1]))
    yield "units as a new axis", appended, f"No axis is added: {becomes}, on the same axis."
    beside = Tensor((*out.shape[:-1], before + after), out.axes)
    yield "units beside features", beside, f"The {old} are not kept beside the {new}: {becomes}."
    units = facts.cell.units
    if units and first.places and facts.weights("recurrent_kernel"):
        name = list(first.places)[-1]
        taken = Tensor((first.shape[0], units, before), (first.axes[0], name, first.axes[-1]))
        steps = _plain(name, "steps")
        reason = (
            f"{counted(units, 'units', 'are')} not {count(units, steps)}: units is the size of the hidden state, and the "
            f"number of {steps} comes from the data."
        )
        yield "units for timesteps", taken, reason


def _both_ways(facts: Facts) -> Iterator[Mistake]:
    units, width = facts.units, facts.out.shape[-1]
    if units and width == 2 * units:
        single = Tensor((*facts.out.shape[:-1], units), facts.out.axes)
        yield "concat not doubled", single, f"The two hidden states are concatenated: {units} + {units} = {width}."
    elif units and width == units:
        double = Tensor((*facts.out.shape[:-1], 2 * units), facts.out.axes)
        how = {"sum": "added", "ave": "averaged", "mul": "multiplied"}.get(facts.merge_mode or "", "returned separately")
        yield "sum doubled", double, f"The two hidden states are {how}, not concatenated: the size stays {units}."


def _window(facts: Facts) -> Iterator[Mistake]:
    before, after, reach = facts.first.shape[1], facts.out.shape[1], facts.layer.reach
    if before is None or not reach:
        return
    rest = facts.out.shape[2:]
    if after == before and before >= reach > 1:
        fewer = Tensor((None, before - reach + 1, *rest), facts.out.axes)
        yield "padding forgotten", fewer, "The sequence is padded, so there is an output at every timestep."
    elif after == before - reach + 1:
        padded = Tensor((None, before, *rest), facts.out.axes)
        reason = f"Without padding, each output needs all {reach} of its inputs: {before} − {reach - 1} = {after}."
        yield "padding assumed", padded, reason
    elif after != before:
        reason = f"{counted(before, facts.first.axes[1], 'become')} {after}."
        yield "nothing gets shorter", Tensor((None, before, *rest), facts.out.axes), reason


def _attention(facts: Facts) -> Iterator[Mistake]:
    out, (heads, wide) = facts.out, facts.layer.weights[0].shape[1:]
    split = Tensor((*out.shape[:-1], heads, wide), (*out.axes[:-1], "heads", "head size"))
    yield "heads as an axis", split, "The output projection combines the heads into one vector again."
    steps = (facts.received[1] if len(facts.received) > 1 else facts.first).shape[1]
    scores = Tensor((*out.shape[:-1], steps), (*out.axes[:-1], "attended steps"))
    yield (
        "scores for values",
        scores,
        "Those are the attention weights: they only weight the values that are returned.",
    )


def _merged(facts: Facts, kind: str) -> Iterator[Mistake]:
    out, widths = facts.out, known(tensor.shape[-1] for tensor in facts.received)
    # Dot adds up what it multiplies: no tensor comes out as it went in, or beside another.
    if len(widths) < len(facts.received) or kind == "Dot" or kind not in RULES or RULES[kind].family != "merging":
        return
    if kind == "Concatenate" and out.shape[-1] == sum(widths):
        how = f"They are concatenated: {' + '.join(map(str, widths))} = {sum(widths)}."
        yield "concatenated as added", Tensor((*out.shape[:-1], max(widths)), out.axes), how
        if out.places and out.shape[1]:
            longer = Tensor((out.shape[0], len(widths) * out.shape[1], *out.shape[2:-1], widths[0]), out.axes)
            yield "the wrong axis joined", longer, f"They are joined along the last axis, not along the {out.axes[1]}."
    elif kind != "Concatenate":
        wide = Tensor((*out.shape[:-1], sum(widths)), out.axes)
        yield "added as concatenated", wide, f"{kind} works element by element; Concatenate would join the last axes."
    stacked = Tensor((*out.shape[:-1], len(widths), widths[0]), (*out.axes[:-1], "tensors", out.axes[-1]))
    yield "tensors as an axis", stacked, "The tensors are combined into one: there is no axis for them."


def wrong_inputs(facts: Facts) -> Iterator[Wrong]:
    """Shapes that a layer of so many axes does not take."""
    first, rank = facts.first, len(facts.first.shape)
    cell = facts.cell
    held = len(cell.first.shape)

    def found(more: int) -> str:
        if facts.type.startswith("TimeDistributed"):
            return f"Then the inner {cell.type} gets {count(held + more, 'axes')} and needs {held}:"
        return f"Then Keras says “expected ndim={rank}, found ndim={rank + more}”:"

    without = f"{found(-1)} the batch is an axis too, even with one sequence."
    yield _input("batch forgotten", first.without(0), without)
    if rank > 2:
        name = list(first.places)[-1]
        reason = f"{found(-1)} that is one vector, without {name}. A recurrent layer before it needs return_sequences=True."
        yield _input("time dropped", first.without(first.axes.index(name)), reason)
    else:
        steps = Tensor((first.shape[0], facts.out.shape[1], first.shape[1]), ("batch", "timesteps", first.axes[1]))
        yield _input("time not dropped", steps, f"{found(1)} the input is one vector, and RepeatVector adds the timesteps.")
    channel = Tensor((*first.shape, 1), (*first.axes, "axis 1"))
    yield _input("an axis too many", channel, f"{found(1)} a sequence has no channel axis; an image has.")


def _input(mistake: str, tensor: Tensor, reason: str) -> Wrong:
    # The last two mistakes may have as many axes as each other; what counts here is which axes they are.
    return Wrong(mistake, (len(tensor.axes), tensor.axes), ranked(tensor), reason)


def ranked(tensor: Tensor) -> str:
    """A number of axes and their names: "3: (batch, timesteps, features)"."""
    names = ["1" if name.startswith("axis ") else name for name in tensor.axes]
    return f"{len(names)}: ({', '.join(names)})"


def wrong_axes_gone(facts: Facts, gone: list[str]) -> Iterator[Wrong]:
    """Axes that are not removed."""
    first, out = facts.first, facts.out
    for name in first.axes:
        if [name] == gone:
            continue
        if name == "batch":
            yield Wrong(
                "batch forgotten", (name,), name, "Every layer keeps the batch: it is the first axis of every tensor."
            )
        elif first.width and name == first.width[1]:
            reason = f"The last axis stays: {_became(first.width, out)}."
            yield Wrong("width dropped", (name,), name, reason)
        elif name not in gone:
            yield Wrong("time dropped", (name,), name, f"It returns {written(out)}, which still has the {name}.")
        else:
            yield Wrong("time not dropped", (name,), name, f"That is only one of them: {joined(gone)} are removed together.")
    if gone:
        yield Wrong("time not dropped", (), "none", f"It returns {written(out)}, without {joined(gone)}.")


def _became(width: tuple[int | None, str], out: Tensor) -> str:
    if not out.width or width == out.width:
        return f"{count(*width)} as before"
    return f"{counted(*width, 'become')} {count(*out.width)}"
