"""The ways of moving along time, and all that is said of each: on the chain over time, between two chains, and in the quiz.

Which of them a layer has is told by its rules (`explorer.layers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.description import TimeFlow, Window
from explorer.tensors.text import count, one_of


@dataclass(frozen=True)
class FlowWords:
    """What is said of one way.

    says: of the layer over time. hands, more: what its row returns, and how that came about.
    shared: whether the same weights are used at every timestep. keeps: what a recurrent layer returns, beside another one.
    kept, dropped: why a shape is wrong that has a time axis, or has none, and should not.
    In braces stand {reach}, the timesteps that a window sees, {weights}, where the same stand at every timestep, {cells} and
    what is said of their states, and amounts that agree with their nouns (`handed`, `told`).
    """

    says: str
    hands: str
    more: str = ""
    shared: bool = False
    keeps: str | None = None
    kept: str | None = None
    dropped: str | None = None


TIME_FLOWS: dict[TimeFlow, FlowWords] = {
    "each": FlowWords(
        "{weights}no timestep sees another",
        "{vectors}",
        "one for each {step}",
        shared=True,
        kept="Each of the {kept} is read to its end and gives one vector, not one for every timestep within.",
        dropped="The same weights are applied to each of the {steps}. Each has its own result: they are not combined.",
    ),
    "along": FlowWords(
        "{cells}; {runs} {way}{returned} at every timestep",
        "{states}",
        shared=True,
        keeps="{states}",
        dropped="That is only the last hidden state, as with return_sequences=False; this layer returns all of them.",
    ),
    "last": FlowWords(
        "{cells}; {runs} {way}, and only the last one{of_last} is returned",
        "only the last hidden state",
        shared=True,
        keeps="only its last hidden state",
        kept="That is the hidden state of every timestep, as with return_sequences=True; this layer returns only the last.",
    ),
    "both": FlowWords(
        "{cells} forwards and {others} backwards; both hidden states{of_last} are returned at every timestep",
        "both hidden states of {all_steps}",
        shared=True,
        keeps="{states} of each direction",
        dropped="Those are only the last hidden states, as with return_sequences=False; this layer returns all of them.",
    ),
    "both last": FlowWords(
        "{cells} forwards and {others} backwards; only the last hidden state of each{of_last} is returned",
        "only the last hidden state of each direction",
        shared=True,
        keeps="only the last hidden state of each direction",
        kept="Those are the states of every timestep, as with return_sequences=True; this layer returns only the last.",
    ),
    "pool": FlowWords(
        "all timesteps become {one}",
        "{one}",
        "made from all {axis}",
        kept="All {steps} become one vector: none is left.",
    ),
    "window": FlowWords(
        "{weights}each output is made from {reach}",
        "{vectors}",
        "each made from {seen}",
        shared=True,
        dropped="The window slides along and gives one output at each position; they are not combined into one.",
    ),
    "spread": FlowWords(
        "each timestep contributes to {reach} of the output, in the same way everywhere",
        "{vectors}",
        dropped="Every timestep contributes to some timesteps of the output; they are not combined into one.",
    ),
    "all": FlowWords(
        "every timestep attends to every timestep",
        "{vectors}",
        "each made from all {axis}",
        shared=True,
        dropped="Every timestep gets a mean of all the others, and has its own result: none is removed.",
    ),
    "all before": FlowWords(
        "every timestep attends to itself and those before it",
        "{vectors}",
        "each made from itself and those before",
        shared=True,
        dropped="Every timestep gets a mean of itself and those before it, and has its own result: none is removed.",
    ),
    "over all": FlowWords(
        "each output depends on all timesteps",
        "{vectors}",
        "each made from all {axis}",
        dropped="Every timestep has a result of its own, though it depends on all of them: none is removed.",
    ),
    "repeat": FlowWords(
        "the same vector is given to every timestep",
        "the same vector {times}",
        dropped="The vector is repeated for each of the {steps}: that adds the time axis.",
    ),
    "merge": FlowWords(
        "tensors are combined timestep by timestep",
        "{vectors}",
        dropped="The tensors are combined timestep by timestep, and every timestep stays.",
    ),
    "mark": FlowWords(
        "some timesteps are masked, the others pass unchanged",
        "every {step}",
        "some of them masked",
        dropped="Timesteps are only masked, so that later layers skip them; they all stay in the tensor.",
    ),
    "input": FlowWords("comes in", "its input"),
    "none": FlowWords("its input has no time axis", "{tensors}"),
    "unknown": FlowWords("it is not known which timesteps an output depends on", "{tensors}"),
}


def time_sentence(
    flow: TimeFlow,
    axis: str,
    window: Window | None = None,
    *,
    begins_anew: bool = False,
    backwards: bool = False,
    shares_weights: bool = False,
    cells: int = 1,
    what: str = "vectors",
    skips_masked: bool = False,
) -> str:
    """What a layer does along time.

    begins_anew: whether a hidden state within starts at zero at each position. backwards: it reads the last timestep first.
    shares_weights: it has weights, and the same at every timestep. cells: how many of them, one above the other, it has in
    each direction. what: what it returns for a position (`standing`). skips_masked: whether it leaves out masked timesteps.
    """
    words = TIME_FLOWS[flow].says
    # Over windows it is windows that do not see each other, and a state inside each starts anew.
    words = words.replace("timestep", "window") if axis == "windows" else words
    step = one_of(axis)
    way = f"from the last {step} to the first" if backwards else f"from {step} to {step}"
    weights = f"the same weights at every {step}; " if shares_weights else ""
    words = words.format(reach=_seen(window, axis), way=way, weights=weights, one=f"one {one_of(what)}", **_of_cells(cells))
    words += f"; masked {axis} are left out" if skips_masked else ""
    return f"{words}; the hidden state starts at zero in each" if begins_anew else words


def _of_cells(cells: int) -> dict[str, str]:
    """What is said of one cell in each direction, or of several of which each reads the one below."""
    if cells == 1:
        return {
            "cells": "one cell",
            "others": "one",
            "runs": "its hidden state passes",
            "of_last": "",
            "returned": " and is returned",
        }
    return {
        "cells": f"{cells:,} stacked cells",
        "others": f"{cells:,}",
        "runs": "their hidden states pass",
        "of_last": " of the last cell",
        "returned": ", and that of the last cell is returned",
    }


def standing(axes: Sequence[str], axis: str) -> str:
    """What stands at each position along an axis, as far as the names of the others tell.

    >>> standing(("batch", "timesteps", "features"), "timesteps"), standing(("batch", "timesteps"), "timesteps")
    ('vectors', 'numbers')
    >>> standing(("batch", "timesteps", "rows", "columns", "channels"), "timesteps")
    'images'
    """
    others = [name for name in axes if name not in ("batch", axis)]
    if len(others) < 2:
        return "vectors" if others else "numbers"
    if "rows" in others and "columns" in others:
        return "volumes" if "depth" in others else "images"
    return "tensors"


def _seen(window: Window | None, axis: str) -> str:
    """The timesteps that a window sees: those between them it passes over."""
    seen = count(window.size if window else None, axis)
    return f"{seen}, {window.dilation:,} apart" if window and window.dilation > 1 and window.size > 1 else seen


def handed(
    flow: TimeFlow,
    axis: str,
    steps: int | None,
    seen: int | None,
    *,
    last_states: bool,
    answers: bool,
    what: str = "vectors",
    tensors: str = "one tensor",
    skips_masked: bool = False,
) -> tuple[str, str]:
    """What a layer's row in the unrolled view returns, and how that came about.

    seen: how many timesteps a window sees. last_states: whether each vector is the last hidden state of a window. answers:
    whether it is an output of the model. what: what it returns for a position (`standing`). tensors: what it returns, where
    nothing else is said of it. skips_masked: whether it leaves out masked timesteps.

    >>> handed("along", "timesteps", 20, None, last_states=False, answers=False)
    ('returns all 20 hidden states', '')
    >>> handed("each", "windows", 1, None, last_states=True, answers=True)
    ('outputs 1 last hidden state', 'one for each window')
    """
    amounts = {
        "vectors": _some(steps, "last hidden states" if last_states else what),
        "one": f"one {one_of(what)}",
        "tensors": tensors,
        "states": all_of(steps, "hidden states"),
        "all_steps": all_of(steps, axis),
        "times": f"at every {one_of(axis)}" if steps is None else "once" if steps == 1 else f"{steps:,} times",
        "step": one_of(axis),
        "axis": f"{axis} that are not masked" if skips_masked else axis,
        "seen": count(seen, axis),
    }
    words = TIME_FLOWS[flow]
    verb = "outputs" if answers else "returns"
    return f"{verb} {words.hands.format(**amounts)}", words.more.format(**amounts)


def returned_states(flow: TimeFlow, steps: int | None) -> str | None:
    """Which hidden states a recurrent layer returns, None for other layers."""
    known = TIME_FLOWS.get(flow)
    return known.keeps.format(states=all_of(steps, "hidden states")) if known and known.keeps else None


def all_of(number: int | None, name: str) -> str:
    """All of so many: "all 20 hidden states", "the one hidden state"; "all hidden states" where the number is not known."""
    if number is None:
        return f"all {name}"
    return f"the one {one_of(name)}" if number == 1 else f"all {count(number, name)}"


def _some(number: int | None, name: str) -> str:
    return name if number is None else count(number, name)
