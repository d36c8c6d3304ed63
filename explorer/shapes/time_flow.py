"""The ways of moving along time, and all that is said of each: on the chain over time, between two chains, and in the quiz.

`explorer.shapes.unrolled` tells which of them a layer has.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.tensors.text import count, one_of


@dataclass(frozen=True)
class TimeFlow:
    """What is said of one way.

    says: of the layer over time. hands, more: what goes up from its row, and how it came about.
    shared: whether the same weights stand at every step. keeps: what a recurrent layer hands on, beside another one.
    kept, dropped: why a shape is wrong where time stays, or goes, and should not.
    In braces stand {reach}, how many steps a window spans, and amounts that agree with their nouns (`handed`, `told`).
    """

    says: str
    hands: str
    more: str = ""
    shared: bool = False
    keeps: str | None = None
    kept: str | None = None
    dropped: str | None = None


TIME_FLOWS = {
    "each": TimeFlow(
        "the same weights at every step, and no step sees another",
        "{vectors}",
        "one for each {step}",
        shared=True,
        kept="Each of the {kept} is read to its end and leaves one vector, not one for every step within.",
        dropped="The same weights are used at each of the {steps}, and each has its own result: nothing reads along them.",
    ),
    # A memory runs from step to step, and all or only the last is handed on.
    "along": TimeFlow(
        "one cell with one set of weights; its memory flows along, and every step's is handed on",
        "{memories}",
        shared=True,
        keeps="{memories}",
        dropped="That is the last memory alone, as without return_sequences; here every step's memory is handed on.",
    ),
    "last": TimeFlow(
        "one cell with one set of weights; its memory flows along, and only the last is handed on",
        "only the last memory",
        shared=True,
        keeps="only its last memory",
        kept="That keeps the memory of every step, as return_sequences=True would; here only the last is handed on.",
    ),
    "both": TimeFlow(
        "one cell forwards and one backwards; at every step both memories are handed on",
        "both memories of {all_steps}",
        shared=True,
        keeps="{memories} of each direction",
        dropped="Those are the last memories alone, as without return_sequences; here those of every step are handed on.",
    ),
    "both last": TimeFlow(
        "one cell forwards and one backwards; only the last memory of each is handed on",
        "only the last memory of each way",
        shared=True,
        keeps="only the last memory of each direction",
        kept="That keeps the memories of every step, as return_sequences=True would; here only the last ones are.",
    ),
    "pool": TimeFlow(
        "all steps become one", "one vector", "made of all", kept="All {steps} become one vector: none of them is left."
    ),
    "window": TimeFlow(
        "each step is made from {reach}, with the same weights everywhere",
        "{vectors}",
        "each made of {seen}",
        shared=True,
        dropped="It slides along and gives a result at every place that it comes to; nothing makes one of them all.",
    ),
    "all": TimeFlow(
        "every step looks at every step",
        "{vectors}",
        "each made of all",
        shared=True,
        dropped="Every step takes what fits it from the others, and stays: each has its own result.",
    ),
    "repeat": TimeFlow(
        "the same vector is handed to every step",
        "the same vector {times}",
        dropped="The vector is handed to each of the {steps}: that makes an axis of them.",
    ),
    "merge": TimeFlow(
        "what stands at the same step is put together",
        "{vectors}",
        dropped="What stands at the same step is put together, and every step stays.",
    ),
    "mark": TimeFlow(
        "no number changes; some steps are marked to be skipped",
        "every {step}",
        "some marked to be skipped",
        dropped="Steps are only marked, to be skipped later; they all stay where they are.",
    ),
    "none": TimeFlow("one vector, without time", "one vector"),
}


def told(flow: str, axis: str, reach: int | None, begins_anew: bool) -> str:
    """What a layer does along time. begins_anew: whether a memory within begins at zero at each step."""
    words = TIME_FLOWS[flow].says
    # Over windows it is windows that do not see each other, and a memory inside each begins anew.
    words = words.replace("step", "window") if axis == "windows" else words
    words = words.format(reach=count(reach, axis if axis == "windows" else "steps"))
    return f"{words}: the memory begins at zero in each" if begins_anew else words


def handed(
    flow: str, axis: str, steps: int | None, seen: int | None, *, last_memories: bool, answers: bool
) -> tuple[str, str]:
    """What goes up from a layer's row in the chain over time, and how it came about.

    seen: how many steps a window sees. last_memories: whether each vector is the last memory of a window. answers: whether
    it goes out of the model.

    >>> handed("along", "timesteps", 20, None, last_memories=False, answers=False)
    ('hands on all 20 memories', '')
    >>> handed("each", "windows", 1, None, last_memories=True, answers=True)
    ('answers with 1 last memory', 'one for each window')
    """
    amounts = {
        "vectors": _some(steps, "last memories" if last_memories else "vectors"),
        "memories": all_of(steps, "memories"),
        "all_steps": all_of(steps, axis),
        "times": f"at every {one_of(axis)}" if steps is None else "once" if steps == 1 else f"{steps:,} times",
        "step": one_of(axis),
        "seen": count(seen, axis),
    }
    words = TIME_FLOWS[flow]
    verb = "answers with" if answers else "hands on"
    return f"{verb} {words.hands.format(**amounts)}", words.more.format(**amounts)


def kept_memories(flow: str, steps: int | None) -> str | None:
    """What a recurrent layer hands on, None for other layers."""
    known = TIME_FLOWS.get(flow)
    return known.keeps.format(memories=all_of(steps, "memories")) if known and known.keeps else None


def all_of(number: int | None, name: str) -> str:
    """All of so many: "all 20 memories", "the one memory", and "all memories" where nobody knows how many."""
    if number is None:
        return f"all {name}"
    return f"the one {one_of(name)}" if number == 1 else f"all {count(number, name)}"


def _some(number: int | None, name: str) -> str:
    return name if number is None else count(number, name)
