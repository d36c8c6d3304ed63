"""Wrong numbers of parameters and wrong shapes of weights, each with the misconception behind it and why it is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from explorer.description import Weight
from explorer.quiz.facts import Facts, size_of
from explorer.quiz.values import Wrong
from explorer.tensors.text import count

SAME_WEIGHTS = "There is one set of weights, and every {step} is met with it"


def wrong_counts(facts: Facts) -> Iterator[Wrong]:
    """Numbers of parameters that the layer does not have."""
    mistakes = _of_none(facts) if not facts.total else _of_some(facts)
    for mistake, number, reason in mistakes:
        yield Wrong(mistake, number, f"{number:,}", reason)


def _of_none(facts: Facts) -> Iterator[tuple[str, int, str]]:
    """A layer that has no weights, or none of its own."""
    shared, kind = facts.layer.shares, facts.type.split("(")[0]
    own = sum(map(size_of, facts.layer.weights))
    nothing = f"{kind} has nothing to learn: it has no weights at all."
    if shared:
        yield "shared counted again", own, f"These are the weights of {shared}: they are counted there, and once."
        yield "shared counted again", 2 * own, f"Using the weights of {shared} a second time does not make more of them."
        return
    before, after = facts.first.shape[-1] if facts.first.shape else None, facts.out.shape[-1]
    if before and after:
        yield "weights without need", after * (before + 1), f"So many has a Dense from {before} to {after}. {nothing}"
        yield "weights without need", after, f"That is one weight for each of {after} numbers. {nothing}"
    if facts.steps:
        name, steps = facts.steps
        yield "counted per step", steps, f"That is one weight for each of {count(steps, name)}. {nothing}"
    yield "batch counted", facts.batch, f"That is one weight for each sequence in a batch of {facts.batch}. {nothing}"


def _of_some(facts: Facts) -> Iterator[tuple[str, int, str]]:
    total = facts.total
    batch = facts.batch
    sequences = f"sequences in a batch of {batch} share one set of weights."
    yield "batch counted", total * batch, f"That is {total:,} · {batch}, and {sequences}"
    for name, steps in facts.first.places.items():
        if steps:
            same = SAME_WEIGHTS.format(step=name.removesuffix("s"))
            yield "counted per step", total * steps, f"That is {total:,} · {steps}. {same}: {name} are not in the count."
    bias = sum(size_of(weight) for weight in facts.weights("bias"))
    if bias:
        what = "Each gate adds a bias to every unit" if _gates(facts) > 1 else "A bias is added to every unit"
        yield "bias forgotten", total - bias, f"That forgets the bias. {what}: {bias:,} more."
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
                f"That is one weight for each of {width} numbers; there are more.",
            )
        yield "counted twice", 2 * total, f"That is twice {total:,}: every weight is counted once."


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
            f"That is one bias short. With reset_after, which is the default, a GRU adds one bias to what comes in and "
            f"another to its memory: {one:,} more."
        )
        yield "second bias forgotten", total - one, reason
    memory = sum(map(size_of, facts.weights("recurrent_kernel")))
    reason = f"That forgets the recurrent kernel, by which every unit reads all {units} of the last step: {memory:,} more."
    yield "recurrent kernel forgotten", total - memory, reason
    if gates > 1:
        parts = ", ".join(facts.weights("kernel")[0].parts)
        yield (
            "gates forgotten",
            total // gates,
            f"That is one part. There are {gates}, each with its own weights: {parts}.",
        )
    if ways > 1:
        reason = f"That is one direction. Each of the two has weights of its own: {ways} · {total // ways:,}."
        yield "one direction forgotten", total // ways, reason
    chained = total - memory + memory // units
    reason = (
        f"That is a memory in which every unit reads only itself. {count(units, 'units')} are one cell, not {units} in a "
        f"row: each reads all {units} numbers of the last step."
    )
    yield "units as separate cells", chained, reason
    added = ways * gates * units
    yield "only counted once a unit", added, f"That is one weight for each unit; each reads {width} numbers and its memory."


def _of_kernel(facts: Facts, kernel: Weight) -> Iterator[tuple[str, int, str]]:
    """A Dense or a convolution: one kernel, whose last axis is what comes out."""
    shape, bias = kernel.shape, sum(size_of(weight) for weight in facts.weights("bias"))
    *into, units = shape
    each = math.prod(into)
    if bias and units > 1:
        reason = f"That has one bias for all of them; each of the {units} has its own."
        yield "one bias for all", each * units + 1, reason
    yield (
        "added, not multiplied",
        sum(shape) + bias,
        f"Each of {each:,} goes to each of {units}: {each:,} · {units:,}.",
    )
    if len(into) > 1:
        one = math.prod(into[1:]) * units + bias
        yield "one step seen", one, f"That sees one step. Each filter sees {into[0]}, and each has weights of its own."
        reach = facts.layer.reach
        if reach and reach > into[0]:
            wide = reach * math.prod(into[1:]) * units + bias
            yield (
                "gaps counted",
                wide,
                f"It reaches over {reach} steps, but sees {into[0]} of them; gaps have no weights.",
            )
        if units > 1:
            yield "one filter", each + 1, f"That is one filter; there are {units}."
    elif facts.steps:
        name, steps = facts.steps
        reason = f"That mixes all {steps} {name} at once. The same weights are used at each of them, one after the other."
        yield "time mixed in", each * steps * units + bias, reason
    else:
        yield "counted twice", 2 * each * units + bias, f"The kernel is counted once: {each:,} · {units:,}."


def _of_attention(facts: Facts) -> Iterator[tuple[str, int, str]]:
    heads = facts.layer.weights[0].shape[1]
    inner = sum(size_of(weight) for weight in facts.layer.weights if weight.name.startswith(("query", "key", "value")))
    back = facts.total - inner
    reason = f"That forgets the way back: the heads together are mixed to one width again, {back:,} more."
    yield "way back forgotten", inner, reason
    reason = "That is one of query, key and value; each of the three has weights of its own."
    yield "one of three", inner // 3 + back, reason
    if heads > 1:
        # The way back has one bias however many heads there are.
        kernel = sum(size_of(weight) for weight in facts.layer.weights if weight.name == "attention_output kernel")
        one = inner // heads + kernel // heads + back - kernel
        yield "one head", one, f"That is one head. There are {heads}, each with weights of its own."
    if facts.steps:
        steps = facts.steps[1]
        reason = f"The {steps} · {steps} shares are worked out anew for every sequence: they are not weights."
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
        reason = "The other way round: rows are what is read, columns what is made of it, as in x · kernel."
        yield "axes swapped", shape[::-1], reason
    if gates:
        single = [*shape[:-1], shape[-1] // gates]
        yield "gates forgotten", single, f"That is one part. There are {gates}, side by side: {', '.join(weight.parts)}."
    if part == "bias":
        reason = "With reset_after there are two biases: one for what comes in and one for the memory."
        yield "second bias forgotten", shape[1:], reason
    for other, what in (("kernel", "what comes in"), ("recurrent_kernel", "the memory")):
        for found in facts.weights(other)[:1] if other != part and gates else []:
            yield "the other kernel", found.shape, f"That is the {other}, which meets {what}."
    if facts.steps and facts.steps[1] != shape[0]:
        name, steps = facts.steps
        same = SAME_WEIGHTS.format(step=name.removesuffix("s"))
        yield "counted per step", [steps, *shape], f"{same}: weights have no axis of {name}."
    yield (
        "batch counted",
        [facts.batch, *shape],
        "Every sequence of a batch meets the same weights: they have no axis of it.",
    )
    if len(shape) == 3 and part != "bias":
        yield "an axis forgotten", shape[1:], f"That lacks the axis of {weight.axes[0]}, which is {shape[0]} long."
    if len(shape) == 2 and part == "kernel" and facts.weights("bias"):
        yield "bias within", [shape[0] + 1, shape[1]], "The bias is no row of the kernel: it is an array of its own."
