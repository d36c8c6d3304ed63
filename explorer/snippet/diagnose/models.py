"""The models that one code makes, each by a name of its own."""

from __future__ import annotations

import re

import keras

from explorer.keras_internals import number_of_parameters
from explorer.report import Made
from explorer.snippet.diagnose.cases import Case, waits
from explorer.snippet.reader.reading import Reader
from explorer.snippet.reader.values import ModelValue, behind

# To count the parameters of a model is to build its graph once more.
MOST_COUNTED = 12
_KERAS_NAMED_IT = re.compile(r"(?:sequential|functional|model)(?:_\d+)?")


def named_models(reader: Reader) -> dict[str, ModelValue]:
    """All models in order. A name that Keras gave is no help: then the variable's; of several alike, all but the first have
    their lines.
    """
    variables = {id(held): name for name, held in reader.names.items() if isinstance(held, ModelValue)}
    found: dict[str, ModelValue] = {}
    for model in reader.models:
        name = model.name
        if _KERAS_NAMED_IT.fullmatch(name):
            name = variables.get(id(model), name)
        if name in found:
            name = f"{name} (line {model.node.lineno})"
        while name in found:
            name = f"{name}*"
        found[name] = model
    return found


def made(case: Case) -> tuple[Made, ...]:
    """The models as a report lists them, the shown one first."""
    found = []
    for place, (name, model) in enumerate(named_models(case.reader).items()):
        layers = {id(call.layer) for call in behind(model.outputs, model.inputs) if not isinstance(call.layer, str)}
        known = not (case.reader.asked and waits(model))
        params = _params(model) if known and place < MOST_COUNTED else None
        output = tuple(each.shape for each in model.outputs) or None if known else None
        shown = model is case.model
        found.append(Made(name, model.node.lineno, shown, len(layers) or len(model.layers), output, params))
    return tuple(sorted(found, key=lambda each: not each.shown))


def _params(model: ModelValue) -> int | None:
    if not model.inputs or not model.outputs:
        return None
    try:
        graph = keras.Model([each.tensor for each in model.inputs], [each.tensor for each in model.outputs])
        return number_of_parameters(graph)
    except Exception:
        return None
