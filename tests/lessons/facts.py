"""What a lesson's numbers are by the models themselves: the sources that a lesson's text names, worked out with Keras."""

from __future__ import annotations

import ast
import operator
import re
import warnings
from functools import lru_cache
from typing import Any

import numpy as np

from explorer.catalog import read_experiment, resolve
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons import Fact, Lesson
from explorer.catalog.lessons.values import NO_SETTINGS
from explorer.description import Description, Layer
from explorer.experiment import Experiment
from explorer.quiz import question_about
from explorer.runtime.jobs import jobs
from explorer.ui.model import compare_panel

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def experiment_at(lesson: Lesson, step: int, changed: str = "") -> Experiment:
    page, address = lesson.state(step)
    assert page == "explore", f"{lesson.name}: step {step} is on Paste and has no experiment"
    changes = dict(each.split("=") for each in changed.split(",") if each)
    reading = read_experiment({**address, **changes}, ignore=NO_SETTINGS)
    assert not reading.problems, reading.problems
    return reading.experiment


@lru_cache(maxsize=256)
def answered(experiment: Experiment) -> dict[str, Any]:
    """What a worker answers when it is asked to describe the model."""
    return jobs.describe(experiment.to_dict())


@lru_cache(maxsize=256)
def described(experiment: Experiment) -> Description:
    return Description.read(answered(experiment)["description"])


def at(lesson: Lesson, line: int) -> str:
    return f"{lesson.name}.md, line {line}"


def untrue(lesson: Lesson) -> list[str]:
    """A sentence for each fact that is not what the model has, and for each whose source names nothing."""
    found = []
    for fact in lesson.facts:
        place = at(lesson, fact.line)
        try:
            if not is_true(fact, lesson):
                had = value(fact.source, lesson, fact.step)
                found.append(f"{place}: {fact.said} is not {fact.source}: {had}")
        except Exception as error:
            found.append(f"{place}: the source {fact.source!r} of {fact.said} cannot be read: {error!r}")
    return found


def not_of_the_model(lesson: Lesson) -> list[str]:
    """A sentence for each layer, each comparison and each question that a step names and the step's model has not."""
    found = []
    for number, step in enumerate(lesson.steps, 1):
        experiment = lesson.experiment(number)
        if experiment is None:
            continue
        layers = [layer.name for layer in described(experiment).layers]
        opened = step.condition.name if step.condition and step.condition.kind == "opened" else ""
        for field, name in {"done": opened, "layer": step.address.get("layer", "")}.items():
            if name and name not in layers:
                sentence = f"the model has no layer called {name!r}. It has: {', '.join(layers)}."
                found.append(f"{at(lesson, step.lines[field])}: {sentence}")
        twin, _, other = step.address.get("twin", "").partition(":")
        for field, name, to in (
            ("twin", twin, other),
            ("compare", step.address.get("compare", ""), step.address.get("compare_value", "")),
        ):
            if wrong := compare_panel.wanted(compare_panel.offered(experiment, answered(experiment)), name, to)[2]:
                found.append(f"{at(lesson, step.lines[field])}: {wrong}")
        if step.quiz:
            try:
                question_about(described(experiment), step.quiz.kind, step.quiz.layer, 0, experiment)
            except ValueError as error:
                found.append(f"{at(lesson, step.lines['quiz'])}: {error}")
    return found


def spelled(shape: Any, axes: Any, named: bool) -> str:
    sizes = (
        axis if size is None else f"{size} {axis}" if named else str(size) for size, axis in zip(shape, axes, strict=True)
    )
    return f"({', '.join(sizes)})"


def of_layer(layer: Layer, what: str) -> Any:
    if what in ("output", "input"):
        shapes, axes = (layer.output, layer.axes_out) if what == "output" else (layer.input, layer.axes_in)
        return [spelled(shapes[0], axes[0], named) for named in (True, False)]
    return {"params": layer.params, "arithmetic": layer.arithmetic, "code": layer.as_code}[what]


def value(source: str, lesson: Lesson, step: int) -> Any:
    """What a source gives: a number, a text, or a list of texts that all say it."""
    source, _, changed = (part.strip() for part in source.partition(" @ "))
    if source.startswith("keras "):
        import keras
        from keras import layers

        return eval(source[6:], {"keras": keras, "layers": layers, "np": np})
    if source.startswith("error "):
        return Within(keras_error(source[6:]))
    page, state = lesson.state(step)
    if page == "paste":
        return of_example(source, state["example"])
    experiment = experiment_at(lesson, step, changed)
    if source.startswith("baseline "):
        return resolve(experiment).baselines[source[9:]]
    if source.startswith("shape "):
        return shape_of(source.split()[1:], experiment)
    if source == "mean target":
        task = resolve(experiment).task
        _, targets = task.make(np.random.default_rng(0), 4096, experiment.timesteps, experiment.features, experiment.knobs)
        return abs(float(targets.mean()))
    return _worked_out(ast.parse(source, mode="eval").body, experiment)


def shape_of(axes: list[str], experiment: Experiment) -> str:
    """The axes in this order, such as `batch 2*timesteps units`, with the experiment's sizes."""
    sizes = [None if axis == "batch" else _worked_out(ast.parse(axis, mode="eval").body, experiment) for axis in axes]
    names = [re.findall(r"[a-z_]+", axis)[0] for axis in axes]
    return spelled([size if size is None else int(size) for size in sizes], names, named=True)


def _worked_out(node: ast.AST, experiment: Experiment) -> Any:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_worked_out(node.left, experiment), _worked_out(node.right, experiment))
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return {**experiment.to_dict(), **experiment.knobs, "params": described(experiment).params}[node.id]
    assert isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name), ast.dump(node)
    layers = {layer.name: layer for layer in described(experiment).layers}
    sources = {source.name: source for source in described(experiment).sources}
    if node.value.id in sources and node.attr == "output":
        source = sources[node.value.id]
        return [spelled(source.shape, source.axes, named) for named in (True, False)]
    return of_layer(layers[node.value.id], node.attr)


class Within(str):
    """A text of which a fact says a part."""


def of_example(source: str, name: str) -> Any:
    """What an example on Paste has: its code, the shape of its input, or what Keras says where the code is run."""
    example = EXAMPLES[name]
    if source == "code":
        return Within(example.code)
    if source == "error":
        return Within(keras_error(name))
    assert source == "x" and example.x is not None, f"{source} is no source on Paste"
    _, *sizes = example.x[0]
    axes = ("timesteps", "features")[: len(sizes)]
    return [spelled((None, *sizes), ("batch", *axes), named) for named in (True, False)] + list(map(str, sizes))


@lru_cache
def keras_error(example: str) -> str:
    """What Keras says where the example's code is run."""
    try:
        with warnings.catch_warnings(action="ignore"):
            exec(compile(EXAMPLES[example].code, example, "exec"), {})
    except Exception as error:
        return str(error)
    raise AssertionError(f"the example {example} raises nothing")


def is_true(fact: Fact, lesson: Lesson) -> bool:
    found = value(fact.source, lesson, fact.step)
    if isinstance(found, list):
        return fact.said in found
    if isinstance(found, str):
        return fact.said in found if isinstance(found, Within) else fact.said == found
    if isinstance(found, tuple):
        return fact.said == str(found)
    number = re.sub(r",(?=\d{3})", "", fact.said)
    decimals = len(number.partition(".")[2])
    return float(number) == round(float(found), decimals)
