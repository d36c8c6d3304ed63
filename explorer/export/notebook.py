"""An experiment as a notebook: the script in cells, each layer explained as text, and its shapes as assertions.

The format is nbformat's, version 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from explorer.description import Description, Layer
from explorer.experiment import Experiment
from explorer.export import parts_of
from explorer.shapes.explanation import counted, layer_text, spelled, taken_and_given

# What may be skipped by who only wants to see the shapes: tags of cells, as Jupyter knows them.
TRAINING = "training"
_HEAD = """\
# {title}: {task_title}

{summary} The notebook stands alone: it needs NumPy, Keras and TensorFlow. The data are the page's, number for number. The \
first weights and the order of the batches are Keras's own here, so the losses differ a little.

The same experiment on the page: `?{query}`"""
_SETTINGS_TEXT = """\
## Settings

Change one, run all cells again, and the first assertion that fails names the shape that the setting decides."""
_DATA = """\
{code}


def data(part, samples):
    \"""Inputs, one array or a list of them, and targets. Each part has random numbers of its own.\"""
    rng = np.random.default_rng([seed, part])
    inputs, targets = {task_call}
    return (list(inputs) if isinstance(inputs, tuple) else inputs), targets


inputs, targets = data(0, samples)
held_out = data(1, {held_out})"""
_MODEL = """\
{code}


model = {architecture_call}


def shapes(tensors):
    \"""The shapes of a tensor, or of several; None is the batch, which may have any size.\"""
    return [tuple(tensor.shape) for tensor in keras.tree.flatten(tensors)]"""
_TRAIN = """\
{carried}model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="{loss}"{metrics})
history = model.fit({fit}, verbose=2)"""
_EVALUATE = """\
found = model.evaluate({evaluate}, verbose=0, return_dict=True)
print("validation:", ", ".join(f"{{name}} {{value:.4f}}" for name, value in found.items()))
{decoding}{baselines}"""


def notebook(experiment: Experiment, found: Mapping[str, Any]) -> str:
    """The experiment as a notebook's file. found: what `explorer.runtime.jobs.jobs.describe` says of its model.

    Raises ValueError for pasted code.
    """
    if experiment.pasted is not None:
        raise ValueError(
            "A notebook is made of an architecture of the catalog. Of pasted code take the script home instead."
        )
    description = Description.read(found["description"])
    parts = parts_of(experiment)
    sources = "\n".join(
        f"- {_words(each.name)}: {_words(spelled(each.axes, each.symbols, each.shape))}" for each in description.sources
    )
    cells = [
        _text(_HEAD.format(**parts)),
        _code(parts["imports"]),
        _text(_SETTINGS_TEXT),
        _code(f"{parts['settings']}\n\nkeras.utils.set_random_seed(seed)"),
        _text(f"## Data\n\n{_words(parts['summary'])}\n\n{sources}"),
        _code(_DATA.format(**parts, code="\n\n\n".join(parts["task_code"]))),
        _code(_input_assertions(description)),
        _text("## Model\n\nEvery axis has its name, its symbol and its size."),
        _code(_MODEL.format(**parts, code="\n\n\n".join(parts["architecture_code"]))),
    ]
    for layer in description.layers:
        cells += [_text(_explained(layer, found.get("drawings") or {})), _code(_assertions(layer))]
    cells += [
        _text(f"All layers together have {description.params:,} parameters."),
        _code(f"assert model.count_params() == {description.params!r}"),
        _text("## Training"),
        _code(_TRAIN.format(**parts), TRAINING),
        _text("The loss on sequences that the model has not seen, beside the losses of the simplest answers."),
        _code(_EVALUATE.format(**parts).rstrip(), TRAINING),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, 1)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": lines}


def _explained(layer: Layer, drawings: Mapping[str, Any]) -> str:
    """A layer as Markdown: its rule, its axes, its equation, how its parameters come about, what it does to one sequence."""
    takes, gives = taken_and_given(layer)
    says = layer.says[:1].upper() + layer.says[1:]
    lines = [f"### {_words(layer.name)}: `{layer.as_code or layer.type}`", ""]
    lines += [f"{_words(says)}."] if layer.explained else [_words(layer.note or "")]
    lines += ["", f"- takes {_words(takes)}", f"- returns {_words(gives)}"]
    if layer.shares:
        lines += [f"- no parameters of its own: it shares the weights of {_words(layer.shares)}"]
    elif layer.params:
        lines += [f"- parameters: {_words(counted(layer.parameters) if layer.explained else f'{layer.params:,}')}"]
    if layer.name in drawings:
        lines += [f"- on one sequence: {_words(drawings[layer.name]['says'])}"]
    blocks = ["\n".join(layer.equation), *(layer_text(each) for each in layer.inside)]
    return "\n".join(lines) + "".join(f"\n\n```text\n{block}\n```" for block in blocks if block)


def _input_assertions(description: Description) -> str:
    """What the data must be for this model: a sample of any number, then the sizes of the axes."""
    wanted = [tuple(source.shape[1:]) for source in description.sources]
    return (
        "streams = inputs if isinstance(inputs, list) else [inputs]\n"
        f"assert [stream.shape[1:] for stream in streams] == {wanted!r}\n"
        "assert all(len(stream) == len(targets) == samples for stream in streams)"
    )


def _assertions(layer: Layer) -> str:
    made = f"layer = model.get_layer({layer.name!r})"
    gives = f"assert shapes(layer.output) == {[tuple(shape) for shape in layer.output]!r}"
    return f"{made}\n{gives}\nassert layer.count_params() == {layer.params!r}"


def _words(text: str) -> str:
    """Text for Markdown, in which no sign is taken for a mark."""
    return re.sub(r"([\\`*_{}\[\]#|~$<>])", r"\\\1", text)
