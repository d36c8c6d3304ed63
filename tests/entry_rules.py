"""The rules for a file in `architectures/` or `tasks/`: each gives a sentence for everything that breaks it.

`tests/catalog/test_catalog.py` holds every entry to them, and `make try NAME=...` tells of one what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import numpy as np

from explorer.catalog.arrows import LONGEST_WORDS, arrow_is_drawn, laid
from explorer.catalog.entries import Architecture, Entry, Sizes, Task
from explorer.experiment import SETTINGS, SIZES
from explorer.experiment.bounds import knob_choices

BUTTONS = ("train", "pause", "resume", "step", "stop", "reset")
RESERVED = {"architecture", "task", "outputs", "symbols", "rng", *SIZES, *SETTINGS, *BUTTONS}
# All different, so that a swapped axis shows.
WANTED = {"timesteps": 5, "features": 2, "units": 4}
OUTPUTS = 3
ACTIVATIONS = {"yes/no": "sigmoid", "class": "softmax"}


def sizes_of(architecture: Architecture) -> Sizes:
    """Sizes that are all different, moved to the nearest that the architecture allows."""
    wanted = dict(WANTED)
    for name, size in WANTED.items():
        if name in architecture.ranges:
            wanted[name] = min(architecture.ranges[name], key=lambda allowed: abs(allowed - size))
    return Sizes(outputs=OUTPUTS, **wanted)


def variants(architecture: Architecture) -> list[dict[str, Any]]:
    """The knobs at a first setting, and each turned once; where there is a choice, to numbers that no size has."""
    sizes = (*WANTED.values(), OUTPUTS)

    def best(choices: list[Any]) -> Any:
        return next((choice for choice in choices if choice not in sizes), choices[0])

    first = {name: best(list(knob.choices)) if knob.is_number else knob.default for name, knob in architecture.knobs.items()}
    turned = [
        first | {name: best([choice for choice in knob.choices if choice != first[name]])}
        for name, knob in architecture.knobs.items()
    ]
    return [first, *turned]


def built(architecture: Architecture, knobs: Mapping[str, Any]) -> Any:
    """The model at these knobs, for whoever only looks at it: the same for all rules that do so one after the other."""
    return _built(architecture.build, sizes_of(architecture), tuple(sorted(knobs.items())))


@lru_cache(maxsize=16)
def _built(build: Callable[..., Any], sizes: Sizes, knobs: tuple[tuple[str, Any], ...]) -> Any:
    return build(sizes, dict(knobs))


def shapes_in(text: str, sizes: Sizes, knobs: Mapping[str, Any]) -> list[tuple[int | None, ...]]:
    """Every shape that is spelled with names in the text, with the sizes put in for the names."""
    values: dict[str, Any] = asdict(sizes)
    values |= {name: value for name, value in knobs.items() if isinstance(value, int)}
    found = []
    for inner in re.findall(r"\((batch[^()]*)\)", text):
        factors = [[values.get(word, word) for word in axis.strip().split(" · ")] for axis in inner.split(",")[1:]]
        found.append((None, *(int(np.prod([int(factor) for factor in axis])) for axis in factors)))
    return found


def keeps_its_promise_of_shapes(architecture: Architecture) -> Iterator[str]:
    sizes = sizes_of(architecture)
    for knobs in variants(architecture):
        model = built(architecture, knobs)
        came, went = tuple(tensor.shape for tensor in model.inputs), model.output_shape
        if came != (promised := architecture.input_shapes(sizes, knobs)):
            yield f"It takes {came} where `inputs={architecture.inputs!r}` promises {promised}."
        if went != (promised := architecture.output_shape(sizes)):
            yield f"It returns {went} where `answers={architecture.answers!r}` promises {promised}."
        if model.name != architecture.name:
            yield f"Its model is called {model.name!r}: name it as the function, name={architecture.name!r}."
        wanted = ACTIVATIONS.get(architecture.answer)
        last = getattr(model.layers[-1], "layer", model.layers[-1])
        if wanted is not None and last.activation.__name__ != wanted:
            yield f'Its answer is {architecture.answer!r}, so its last layer needs activation="{wanted}".'


def spells_its_shapes(architecture: Architecture) -> Iterator[str]:
    sizes, lines = sizes_of(architecture), architecture.doc.splitlines()
    line = lines[2] if len(lines) > 2 else ""
    if not re.fullmatch(r"\(batch, .*\) -> \(batch, .*\)", line):
        yield (
            "The docstring's third line must spell its shapes, as in (batch, timesteps, features) -> (batch, timesteps, "
            f"outputs). It is: {line!r}"
        )
        return
    came, went = line.split(" -> ")
    for knobs in variants(architecture):
        model = built(architecture, knobs)
        for text, tensors in ((came, model.inputs), (went, model.outputs)):
            true = [(None, *tensor.shape[1:]) for tensor in tensors]
            if (told := shapes_in(text, sizes, knobs)) != true:
                yield f"The docstring says {text}, which is {told} at {sizes}, and the model has {true}."


def tells_of_shapes_that_are_there(architecture: Architecture) -> Iterator[str]:
    sizes, told, seen = sizes_of(architecture), {}, set()
    for knobs in variants(architecture):
        there = {(None, *layer.output.shape[1:]) for layer in built(architecture, knobs).layers}
        for place, shape in enumerate(shapes_in(architecture.doc, sizes, knobs)):
            told[place] = shape
            if shape in there:
                seen.add(place)
    for place in told.keys() - seen:
        yield f"The docstring tells of a shape that no layer returns: {told[place]} at {sizes}."


def names_its_layers(architecture: Architecture) -> Iterator[str]:
    first, second = ([layer.name for layer in architecture.build(sizes_of(architecture)).layers] for _ in range(2))
    if first[0] != "sequence":
        yield f"The first input must be called “sequence”, and is {first[0]!r}."
    if first[-1] != "answer":
        yield f"The last layer must be called “answer”, and is {first[-1]!r}."
    # Keras numbers the names that it gives, so they are others in a second model.
    for name, again in zip(first, second, strict=True):
        if name != again:
            yield f"The layer {name!r} was left with the name that Keras gave it: name it after its part."


def honours_its_settings(architecture: Architecture) -> Iterator[str]:
    sizes = sizes_of(architecture)

    def wiring(knobs: Mapping[str, Any]) -> list[str]:
        layers = [layer for layer in built(architecture, knobs).layers if layer.name != "answer"]
        return [re.sub(r"'name': '\w+'", "", repr(sorted(layer.get_config().items(), key=str))) for layer in layers]

    first, *turned = variants(architecture)
    for name, knobs in zip(architecture.knobs, turned, strict=True):
        if wiring(knobs) == wiring(first):
            yield f"The knob {name} changes nothing: {first[name]!r} and {knobs[name]!r} make the same layers."
    if architecture.takes("units"):
        more = replace(sizes, units=sizes.units + 2)
        if architecture.build(more, first).count_params() <= built(architecture, first).count_params():
            yield "More units do not make more parameters."


def stands_alone(architecture: Architecture) -> Iterator[str]:
    if "explorer" in architecture.code or "@" in architecture.code:
        yield "The function's own source must name nothing of explorer: it is what readers take away."
        return
    sizes, namespace = sizes_of(architecture), {}
    exec(compile(architecture.code, "pasted.py", "exec", dont_inherit=True), namespace)
    values = {"timesteps": sizes.timesteps, "features": sizes.features, "outputs": sizes.outputs}
    units = {name: getattr(sizes, name) for name in ("symbols", "units") if architecture.takes(name)}
    try:
        pasted = namespace[architecture.name](**values, **units)
    except NameError as error:
        yield f"The function does not run where it is pasted: {error}. Import what it needs inside it."
        return
    model = architecture.build(sizes)
    if [layer.name for layer in pasted.layers] != [layer.name for layer in model.layers]:
        yield "Pasted elsewhere, the function makes other layers."
    if [weight.shape for weight in pasted.weights] != [weight.shape for weight in model.weights]:
        yield "Pasted elsewhere, the function makes other weights."


def names_its_source(architecture: Architecture) -> Iterator[str]:
    if not architecture.source.startswith("https://"):
        yield f"`source` must be an address that begins with https://, and is {architecture.source!r}."


def has_words(entry: Entry) -> Iterator[str]:
    lines = entry.doc.splitlines()
    if not entry.summary.endswith(".") or len(lines) < 2 or lines[1]:
        yield "The docstring must begin with one sentence on a line of its own, and an empty line after it."
    if not entry.title[0].isupper() or entry.title.endswith("."):
        yield f"The title begins with a capital letter and has no full stop at its end. It is: {entry.title!r}"
    for knob in entry.knobs.values():
        if not knob.help.endswith(".") or "\n" in knob.help:
            yield f"The help of {knob.name} must be one line that ends with a full stop. It is: {knob.help!r}"
        if knob.name in RESERVED:
            yield f"A knob cannot be called {knob.name}: that is a setting or a button of the page."
        if len(knob.choices) < 2:
            yield f"The knob {knob.name} has nothing to choose from: {knob.choices!r}"
    for size, reason in entry.why.items():
        if size not in entry.ranges or not reason.endswith("."):
            yield f"`why` names {size}, which must be fixed, with a sentence that ends with a full stop. It is: {reason!r}"


def makes_what_its_knobs_say(task: Task) -> Iterator[str]:
    defaults = {name: knob.default for name, knob in task.knobs.items()}
    features = task.ranges.get("features", (2,))[0]

    def flat(knobs: Mapping[str, Any]) -> np.ndarray:
        inputs, targets = task.make(np.random.default_rng(0), 50, 9, features, knobs)
        return np.concatenate([array.ravel() for array in (*inputs, targets)])

    for name, knob in task.knobs.items():
        other = next(choice for choice in knob.choices if choice != knob.default)
        if np.array_equal(flat(defaults), flat(defaults | {name: other})):
            yield f"The knob {name} changes nothing: {knob.default!r} and {other!r} make the same data."


def points_at_what_is_there(task: Task) -> Iterator[str]:
    """`arrow` is optional; where there is one, the page must be able to draw it."""
    sizes = {size: min(allowed, key=lambda each: abs(each - 9)) for size, allowed in task.ranges.items()}
    timesteps, features = sizes.get("timesteps", 9), sizes.get("features", 2)
    knobs = {}
    for name, knob in task.knobs.items():
        allowed = knob_choices(knob, {"timesteps": timesteps, "features": features})
        knobs[name] = knob.default if knob.default in allowed else allowed[-1]
    inputs, targets = task.make(np.random.default_rng(0), 8, timesteps, features, knobs)
    for sample in range(len(targets)):
        arrow = task.arrow_in([stream[sample] for stream in inputs], knobs)
        if arrow is None:
            continue
        if not arrow.words or len(arrow.words) > LONGEST_WORDS:
            yield f"An arrow needs words, at most {LONGEST_WORDS} characters, such as “delay 3”. It has: {arrow.words!r}"
        shapes = [laid(stream[sample]).shape for stream in inputs]
        if not arrow_is_drawn(arrow, shapes, timesteps, task.answers):
            yield f"An arrow names an input or a target that is not there or not drawn: {arrow}, of inputs {shapes}."


EVERY_ENTRY: tuple[Callable[[Any], Iterator[str]], ...] = (has_words,)
EVERY_ARCHITECTURE = (
    *(keeps_its_promise_of_shapes, spells_its_shapes, tells_of_shapes_that_are_there, names_its_layers),
    *(honours_its_settings, stands_alone, names_its_source),
)
EVERY_TASK = (makes_what_its_knobs_say, points_at_what_is_there)
