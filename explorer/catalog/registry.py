"""Where an architecture or a task signs in: `@architecture` and `@task`.

The decorated function is the entry: its name the key, its docstring the help, its keywords the knobs, its defaults the
defaults of the page, and (for an architecture) its source the export. The decorators return the function as it was.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from explorer.catalog.arrows import Arrow
from explorer.catalog.entries import ANSWER, ANSWERS, INPUTS, SYMBOLS, Architecture, Baseline, Entry, Knob, Task

ARCHITECTURES: dict[str, Architecture] = {}
TASKS: dict[str, Task] = {}


def architecture(
    *,
    title: str,
    answers: str,
    source: str,
    answer: str = "number",
    inputs: str = "sequence",
    heading: str = "",
    help: Mapping[str, str] | None = None,
    why: Mapping[str, str] | None = None,
    **allowed: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Sign in an architecture.

    title: short, for a list. heading: the model in Keras's words, for the top of the page; the title unless given.
    answers: "every step" or "once". answer: "number", "yes/no" for a sigmoid, or "class" for a softmax over classes.
    inputs: what comes in, a key of `INPUTS`. source: the address of the paper or page that it is described in.
    help: a line for each knob, and for a size that means something else here than elsewhere. why: the reason, for each size
    that is fixed here.
    allowed: for a size (timesteps, features, units) a range or one number; for a knob its choices, a range or a tuple.
    A function that takes `batch` fixes the batch size: its layers with stateful=True carry their states from batch to batch.

    Raises ValueError or TypeError at import for an entry that is not whole.
    """

    def sign_in(function: Callable[..., Any]) -> Callable[..., Any]:
        skip = {"outputs", "symbols", "batch"}
        fields = _fields(function, title, answers, answer, inputs, help, why, {}, allowed, skip)
        _add(ARCHITECTURES, Architecture(**fields, source=source, heading=heading or title))
        return function

    return sign_in


def task(
    *,
    title: str,
    answers: str,
    answer: str = "number",
    inputs: str = "sequence",
    outputs: int = 1,
    symbols: str = "",
    classes: str = "",
    consecutive: str = "",
    baselines: tuple[Baseline, ...] = (),
    goal: str = "",
    arrow: Callable[..., Arrow | None] | None = None,
    help: Mapping[str, str] | None = None,
    why: Mapping[str, str] | None = None,
    at_most: Mapping[str, Callable[..., float]] | None = None,
    **allowed: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Sign in a task; the arguments are those of `architecture`, and:

    outputs: how many numbers the answer has. symbols: the character of each number that comes in, where numbers stand for
        symbols; the first is padding. classes: the character of each class, where the answer is one.
    consecutive: the knob that says of how many sequences, one after the other, a long one consists.
    baselines: the losses known beforehand.
    goal: the first sentence of the docstring for one experiment, where it depends on a knob that counts timesteps: with
        the knob's name in braces, in whose place "3 timesteps" will stand.
    arrow: a function of one sequence, (inputs, **knobs), that says from which inputs an arrow goes to which target in the
        drawing of the task. inputs: as the task makes them, without the axis of the samples. It returns None for a sequence
        that has nothing to point at; without a function there is no arrow.
    at_most: for a knob, a function of timesteps and features that says how far it may go.

    Raises ValueError or TypeError at import for an entry that is not whole.
    """

    def sign_in(function: Callable[..., Any]) -> Callable[..., Any]:
        skip = {"rng", "samples"}
        fields = _fields(function, title, answers, answer, inputs, help, why, at_most or {}, allowed, skip)
        if consecutive and consecutive not in fields["knobs"]:
            raise TypeError(f"{function.__name__}: `consecutive` names {consecutive}, which is no knob of it.")
        unknown = {name for _, name, _, _ in Formatter().parse(goal) if name is not None} - set(fields["knobs"])
        if unknown:
            raise TypeError(f"{function.__name__}: the goal names {', '.join(sorted(unknown))}, which is no knob of it.")
        if bool(classes) != (answer == "class") or bool(symbols) != (inputs in SYMBOLS):
            raise ValueError(
                f"{function.__name__}: classes name the answers of answer='class', and symbols the inputs of "
                f"{' or '.join(map(repr, SYMBOLS))}, and both only these. Received: answer={answer!r}, classes={classes!r}, "
                f"inputs={inputs!r}, symbols={symbols!r}"
            )
        named: dict[str, Any] = {"outputs": len(classes) or outputs, "symbols": symbols, "classes": classes}
        named["consecutive"] = consecutive
        _add(TASKS, Task(**fields, **named, baselines=baselines, goal=goal, arrow=arrow))
        return function

    return sign_in


def _add(entries: dict[str, Any], entry: Entry) -> None:
    known = entries.get(entry.name)
    if known is not None and known.function.__code__.co_filename != entry.function.__code__.co_filename:
        raise ValueError(f"Two files sign in as {entry.name!r}: rename one of the functions.")
    entries[entry.name] = entry


def _fields(
    function: Callable[..., Any],
    title: str,
    answers: str,
    answer: str,
    inputs: str,
    help: Mapping[str, str] | None,
    why: Mapping[str, str] | None,
    at_most: Mapping[str, Callable[..., float]],
    allowed: Mapping[str, Any],
    skip: set[str],
) -> dict[str, Any]:
    name, help = function.__name__, help or {}
    for value, known, what in ((answers, ANSWERS, "answers"), (answer, ANSWER, "answer"), (inputs, INPUTS, "inputs")):
        if value not in known:
            raise ValueError(f"{name}: {what} must be one of {', '.join(known)}, received {value!r}.")
    if not inspect.getdoc(function):
        raise ValueError(f"{name}: a docstring is missing; it is the help that the reader sees.")
    sizes = {"timesteps", "features", "units"}
    parameters = inspect.signature(function).parameters
    unknown = set(allowed) - sizes - set(parameters)
    if unknown:
        raise TypeError(f"{name}: takes no {', '.join(sorted(unknown))}.")
    knobs = {}
    for key, parameter in parameters.items():
        if key in sizes | skip:
            continue
        if key not in allowed or key not in help or parameter.default is parameter.empty:
            raise TypeError(f"{name}: the knob {key} needs a default, its choices and a line of help.")
        choices = tuple(allowed[key])
        if parameter.default not in choices:
            raise ValueError(f"{name}: the default of {key}, {parameter.default!r}, is not among its choices.")
        knobs[key] = Knob(key, parameter.default, choices, help[key], at_most.get(key))
    size_help = {key: text for key, text in help.items() if key in sizes}
    ranges = {key: (value,) if isinstance(value, int) else value for key, value in allowed.items() if key in sizes}
    return {
        "name": name,
        "title": title,
        "function": function,
        "answers": answers,
        "answer": answer,
        "inputs": inputs,
        "knobs": knobs,
        "ranges": ranges,
        "why": why or {},
        "size_help": size_help,
    }
