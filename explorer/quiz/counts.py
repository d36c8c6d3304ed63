"""Wrong numbers of parameters and wrong shapes of weights, each with the misconception behind it and why it is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from explorer.description import Weight
from explorer.quiz.facts import Facts, size_of
from explorer.quiz.values import Wrong
from explorer.tensors.text import count, counted

SAME_WEIGHTS = "There is one set of weights, used at every {step}"


def wrong_counts(facts: Facts) -> Iterator[Wrong]:
    """Numbers of parameters that the layer does not have."""
    mistakes = _of_none(facts) if not facts.total else _of_some(facts)
    for mistake, number, reason in mistakes:
        yield Wrong(mistake, number, f"{number:,}", reason)


def _of_none(facts: Facts) -> Iterator[tuple[str, int, str]]:
    """A layer that has no weights, or none of its own."""
    shared, kind = facts.layer.shares, facts.type.split("(")[0]
    own = sum(map(size_of, facts.layer.weights))
    nothing = f"{kind} has no weights, so it has no parameters."
    if shared:
        yield "shared counted again", own, f"These are the weights of {shared}, and they are counted there."
        yield "shared counted again", 2 * own, f"Using the weights of {shared} a second time does not add any."
        return
    before, after = facts.first.shape[-1] if facts.first.shape else None, facts.out.shape[-1]
    if before and after:
        yield (
            "weights without need",
            after * (before + 1),
            f"A Dense from {before} to {after} has that many. {nothing}",
        )
        yield "weights without need", after, f"That is one weight for each of {after} numbers. {nothing}"
    if facts.steps:
        name, steps = facts.steps
        yield "counted per step", steps, f"That is one weight for each of {count(steps, name)}. {nothing}"
    yield "batch counted", facts.batch, f"That is one weight for each sequence in a batch of {facts.batch}. {nothing}"


def _of_some(facts: Facts) -> Iterator[tuple[str, int, str]]:
    total = facts.total
    batch = facts.batch
    sequences = f"all {batch} sequences of a batch share one set of weights."
    yield "batch counted", total * batch, f"That is {total:,} · {batch}, but {sequences}"
    for name, steps in facts.first.places.items():
        if steps:
            same = SAME_WEIGHTS.format(step=name.removesuffix("s"))
            yield "counted per step", total * steps, f"That is {total:,} · {steps}. {same}, however many {name} there are."
    bias = sum(size_of(weight) for weight in facts.weights("bias"))
    if bias:
        what = "Each gate has one bias per unit" if _gates(facts) > 1 else "There is one bias per unit"
        yield "bias forgotten", total - bias, f"That leaves out the bias. {what}: {bias:,} more."
    if facts.is_recurrent:
        yield from _of_recurrent(facts)
    elif facts.type.split("(")[0] == "MultiHeadAttention":
        yield from _of_attention(facts)
    elif facts.cell.type in ("Dense", "Conv1D"):
        yield from _of_kernel(facts, facts.weights("kernel")[0])
    else:
        width = facts.out.shape[-1]
        if width:
            yield (
                "one for each number",
                width,
                f"That is one weight for each of {width} outputs; there are more.",
            )
        yield "counted twice", 2 * total, f"That is twice {total:,}: each weight is counted once."


def _gates(facts: Facts) -> int:
    kernels = facts.weights("recurrent_kernel")
    return max(1, len(kernels[0].parts)) if kernels else 1


def _of_recurrent(facts: Facts) -> Iterator[tuple[str, int, str]]:
    total, units, gates, ways = facts.total, facts.units or 1, _gates(facts), len(facts.weights("recurrent_kernel"))
    width = facts.weights("kernel")[0].shape[0]
    double = [weight for weight in facts.weights("bias") if len(weight.shape) == 2]
    if double:
        one = sum(map(size_of, double)) // 2
        reason = (
            f"That leaves out one bias. With reset_after=True, the default, a GRU has one bias for its input and another "
            f"for its hidden state: {one:,} more."
        )
        yield "second bias forgotten", total - one, reason
    memory = sum(map(size_of, facts.weights("recurrent_kernel")))
    reason = f"That leaves out the recurrent kernel, with which each unit reads the previous hidden state: {memory:,} more."
    yield "recurrent kernel forgotten", total - memory, reason
    if gates > 1:
        parts = ", ".join(facts.weights("kernel")[0].parts)
        yield (
            "gates forgotten",
            total // gates,
            f"That is one of {gates} parts, each with its own weights: {parts}.",
        )
    if ways > 1:
        reason = f"That is one direction. Each of the two has its own weights: {ways} · {total // ways:,}."
        yield "one direction forgotten", total // ways, reason
    chained = total - memory + memory // units
    reason = (
        f"That is one recurrent weight per unit, as if each unit read only itself. {counted(units, 'units', 'are')} one "
        "cell: each unit reads the whole previous hidden state."
    )
    yield "units as separate cells", chained, reason
    added = ways * gates * units
    each = "per unit and gate" if gates > 1 else "per unit"
    reason = f"That is one weight {each}; each unit reads {count(width, 'inputs')} and the previous hidden state."
    yield (
        "only counted once a unit",
        added,
        reason,
    )


def _of_kernel(facts: Facts, kernel: Weight) -> Iterator[tuple[str, int, str]]:
    """A Dense or a convolution: one kernel, whose last axis is what comes out."""
    shape, bias = kernel.shape, sum(size_of(weight) for weight in facts.weights("bias"))
    *into, units = shape
    each = math.prod(into)
    if bias and units > 1:
        reason = f"That has one bias in all; each of the {units} outputs has its own."
        yield "one bias for all", each * units + 1, reason
    yield (
        "added, not multiplied",
        sum(shape) + bias,
        f"Each input has one weight for each output: {each:,} · {units:,}.",
    )
    if len(into) > 1:
        one = math.prod(into[1:]) * units + bias
        reason = f"That is a filter over one timestep. Each filter reads {into[0]}, with its own weights for each."
        yield (
            "one step seen",
            one,
            reason,
        )
        reach = facts.layer.reach
        if reach and reach > into[0]:
            wide = reach * math.prod(into[1:]) * units + bias
            yield (
                "gaps counted",
                wide,
                f"It spans {reach} timesteps, but reads only {into[0]} of them; the gaps have no weights.",
            )
        if units > 1:
            yield "one filter", each + 1, f"That is one filter; there are {units}."
    elif facts.steps:
        name, steps = facts.steps
        reason = f"That reads all {count(steps, name)} at once. The same weights are used at each of them separately."
        yield "time mixed in", each * steps * units + bias, reason
    else:
        yield "counted twice", 2 * each * units + bias, f"The kernel is counted once: {each:,} · {units:,}."


def _of_attention(facts: Facts) -> Iterator[tuple[str, int, str]]:
    heads = facts.layer.weights[0].shape[1]
    inner = sum(size_of(weight) for weight in facts.layer.weights if weight.name.startswith(("query", "key", "value")))
    back = facts.total - inner
    reason = f"That leaves out the output projection, which combines the heads: {back:,} more."
    yield "way back forgotten", inner, reason
    reason = "That is one of query, key and value; each of the three has its own weights."
    yield "one of three", inner // 3 + back, reason
    if heads > 1:
        # The way back has one bias however many heads there are.
        kernel = sum(size_of(weight) for weight in facts.layer.weights if weight.name == "attention_output kernel")
        one = inner // heads + kernel // heads + back - kernel
        yield "one head", one, f"That is one head. There are {heads}, each with its own weights."
    if facts.steps:
        steps = facts.steps[1]
        reason = f"The {steps} · {steps} attention weights are computed for each sequence: they are not parameters."
        yield "shares as weights", steps * steps, reason


def wrong_weights(facts: Facts, weight: Weight) -> Iterator[Wrong]:
    """Shapes that a weight of two axes or more does not have."""
    for mistake, shape, reason in _shapes(facts, weight):
        yield Wrong(mistake, tuple(shape), plain(shape), reason)


def plain(shape: Sequence[int]) -> str:
    """A shape of weights.

    >>> plain([5, 96]), plain([96])
    ('(5, 96)', '(96,)')
    """
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _shapes(facts: Facts, weight: Weight) -> Iterator[tuple[str, Sequence[int], str]]:
    shape, gates, part = weight.shape, len(weight.parts), weight.name.split(" ")[-1]
    if part != "bias":
        reason = "The other way round: rows are inputs and columns are outputs, as in x · kernel."
        yield "axes swapped", shape[::-1], reason
    if gates:
        single = [*shape[:-1], shape[-1] // gates]
        yield (
            "gates forgotten",
            single,
            f"That is one of {gates} parts, side by side: {', '.join(weight.parts)}.",
        )
    if part == "bias":
        reason = "With reset_after=True there are two biases: one for the input and one for the hidden state."
        yield "second bias forgotten", shape[1:], reason
    for other, what in (("kernel", "the input"), ("recurrent_kernel", "the hidden state")):
        for found in facts.weights(other)[:1] if other != part and gates else []:
            yield "the other kernel", found.shape, f"That is the {other}, which multiplies {what}."
    if facts.steps and facts.steps[1] != shape[0]:
        name, steps = facts.steps
        same = SAME_WEIGHTS.format(step=name.removesuffix("s"))
        yield "counted per step", [steps, *shape], f"{same}: weights have no {name} axis."
    yield (
        "batch counted",
        [facts.batch, *shape],
        "All sequences of a batch use the same weights: weights have no batch axis.",
    )
    if len(shape) == 3 and part != "bias":
        yield "an axis forgotten", shape[1:], f"The {weight.axes[0]} axis is missing; its size is {shape[0]}."
    if len(shape) == 2 and part == "kernel" and facts.weights("bias"):
        yield "bias within", [shape[0] + 1, shape[1]], "The bias is not a row of the kernel: it is a separate array."
