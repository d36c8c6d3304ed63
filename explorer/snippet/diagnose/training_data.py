"""What a model is trained on: the data that the caller gave, and what the code says."""

from __future__ import annotations

import ast
import reprlib
from dataclasses import replace
from typing import Any

import keras

from explorer.report import Loss
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.models import named_models
from explorer.snippet.diagnose.problems import Data, Target, one_target, several_targets
from explorer.snippet.reader.data_values import Array, Batches, Full, Shape
from explorer.snippet.reader.limits import MOST_TENSORS
from explorer.snippet.reader.literals import LARGEST_AXIS, MOST_AXES, literal
from explorer.snippet.reader.values import Known, ModelValue, full

SAMPLES = 8
UNKNOWN_SIZE = 7
_INPUTS = ("x", "X", "x_train", "X_train", "train_x", "train_X", "trainX", "xs", "data_x", "inputs_data")
_TARGETS = ("y", "Y", "y_train", "Y_train", "train_y", "train_Y", "trainY", "ys", "labels", "targets", "train_labels")
_LOSSES = {
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "mean_absolute_percentage_error": "mape",
    "mean_squared_logarithmic_error": "msle",
}


def shapes_of(x: Any) -> tuple[Full, ...] | None:
    """The shapes of all inputs as tuples, (batch, timesteps, features), whether one was given or several.

    Raises ValueError for what is no shape.
    """
    if x is None:
        return None
    _counted("x", x)
    if x and not any(isinstance(each, (list, tuple)) for each in x):
        x = [x]
    return tuple(_shape("x", each) for each in x) or None


def target_of(y: Any) -> Target | None:
    """The shape of the target as a tuple, (batch, ...), or one for each of several outputs.

    Raises ValueError for what is no shape.
    """
    if y is None:
        return None
    _counted("y", y)
    if any(isinstance(each, (list, tuple)) for each in y):
        return tuple(_shape("y", each) for each in y)
    return _shape("y", y)


def loss_of(loss: Any) -> Loss | None:
    """A loss by its name, or a name for each of several outputs. Raises ValueError for what is none."""
    names = tuple(loss) if isinstance(loss, (list, tuple)) else (loss,)
    if loss is not None and not (names and all(isinstance(name, str) for name in names)):
        raise ValueError(f'loss takes a name, such as "mse", or a list of one for each output. Received: {loss!r:.80}')
    return names if isinstance(loss, (list, tuple)) else loss


def batch_of(batch_size: Any) -> int | None:
    """How many samples `fit` takes at a time. Raises ValueError for what is no whole number from 1 on."""
    if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
        raise ValueError(f"batch_size takes a whole number from 1 on, such as 32. Received: {batch_size!r:.80}")
    return batch_size


def _counted(name: str, shapes: Any) -> None:
    if not isinstance(shapes, (list, tuple)):
        own = getattr(shapes, "shape", None)
        what = f"an array; write its shape, {tuple(own)}" if isinstance(own, tuple) else reprlib.repr(shapes)
        raise ValueError(f"{name} takes a shape, the batch first, such as (8, 20, 5). Received: {what}")
    if len(shapes) > MOST_TENSORS:
        raise ValueError(f"{name} has {len(shapes):,} parts, and at most {MOST_TENSORS} are read.")


def _shape(name: str, given: Any) -> Full:
    sizes = tuple(given) if isinstance(given, (list, tuple)) and len(given) <= MOST_AXES else ()
    if not sizes or not all(type(size) is int and 0 < size <= LARGEST_AXIS for size in sizes):
        raise ValueError(
            f"A shape of {name} is whole numbers from 1 on, the batch first, such as (8, 20, 5): at most {MOST_AXES}, each "
            f"up to {LARGEST_AXIS:,}. Received: {reprlib.repr(given)}"
        )
    return sizes


def chosen(case: Case) -> ModelValue | None:
    """The model that is meant: the one that was asked for by name, or is fitted, compiled, called `model`, or made last."""
    if case.given.model is not None:
        return named_models(case.reader).get(case.given.model)
    models = [each for each in case.reader.models if each.layers or each.built or each.own is None or each.fits]
    fitted = [each for each in models if any(name == "fit" for name, *_ in each.fits)]
    compiled = [each for each in models if each.compiled is not None]
    named = [held for name, held in case.reader.names.items() if name == "model" and isinstance(held, ModelValue)]
    used = [each for each in models if each.fits]
    for found in (fitted, compiled, named, used, models):
        if found:
            return found[-1]
    return None


def find_arrays(case: Case) -> None:
    """The arrays that the code trains or asks with, and the loss that it names."""
    names = case.reader.names
    model = case.model or (case.reader.models[-1] if case.reader.models else None)
    given: dict[str, Any] = {}
    asked = False
    if model is not None:
        trained = [each for each in model.fits if each[0] == "fit"]
        for name, _, arguments in (trained or model.fits)[:1]:
            asked = name.startswith("predict")
            given = {key: arguments.get(key) for key in ("x", "y")}
    found: dict[str, Any] = {}
    for key, known in (("x", _INPUTS), ("y", _TARGETS)):
        value = given.get(key)
        if value is None:
            value = next((names[name] for name in known if isinstance(names.get(name), Array)), None)
        found[key] = value
    told = _samples(case, found)
    many = told or SAMPLES
    case.assumed_samples = told is None and any(_is_open(each) for each in found.values())
    case.arrays.update({key: array_in(value, many) for key, value in found.items()})
    x, y = case.arrays["x"], case.arrays["y"]
    if asked and x and y and x.shape and y.shape and x.shape[0] != y.shape[0]:
        # What is predicted has no target.
        case.arrays["y"] = None
    if isinstance(given.get("x"), (list, tuple)) and any(isinstance(each, Array) for each in given["x"]):
        parts = [array_in(each, many) for each in given["x"]]
        case.arrays["x"] = None
        case.arrays.update({f"x{place}": part for place, part in enumerate(parts)})
    elif isinstance(given.get("x"), dict):
        case.arrays["x"] = None
        case.arrays.update({f"x{place}": array_in(part, many) for place, part in enumerate(given["x"].values())})
    if model is not None and isinstance(given.get("y"), dict):
        given["y"] = by_outputs(model, given["y"])
    if isinstance(given.get("y"), (list, tuple)) and model is not None:
        given["y"] = _flat(given["y"], len(model.outputs))
    if isinstance(given.get("y"), (list, tuple)) and any(isinstance(each, Array) for each in given["y"]):
        case.arrays["y"] = None
        case.arrays.update({f"y{place}": array_in(part, many) for place, part in enumerate(given["y"])})


def _flat(value: Any, many: int) -> Any:
    """What is given for each of so many outputs, in nested lists, as one list; as it is where it is none of so many."""
    found = [each for part in value for each in (part if isinstance(part, (list, tuple)) else [part])]
    nested = any(isinstance(part, (list, tuple)) for part in value)
    return found if nested and not isinstance(value, Batches) and 1 < many == len(found) else value


def _is_open(value: Any) -> bool:
    """Whether it is an array, or several, of which all is known but for the number of samples."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    shapes = [each.shape for each in parts if isinstance(each, Array) and each.shape]
    return bool(shapes) and all(shape[0] is None and None not in shape[1:] for shape in shapes)


def _samples(case: Case, found: dict[str, Any]) -> int | None:
    """How many samples there are, as far as inputs or targets say it: what does not say it has as many."""
    if case.given.x is not None:
        return case.given.x[0][0]
    targets = [one_target(case.given.y) or (), *several_targets(case.given.y)]
    if told := next((each[0] for each in targets if each), None):
        return told
    for value in found.values():
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
        for each in parts:
            if isinstance(each, Array) and each.shape and each.shape[0] is not None:
                return each.shape[0]
    return None


def loosened(case: Case) -> None:
    """Leave out data that may have more axes than is known, where they would not fit: nothing says that they do not."""
    given, inputs = case.arrays.get("x"), case.whole.inputs
    shapes = case.data.x or ()
    if case.given.x is not None or given is None or not given.open or not len(shapes) == len(inputs) == 1:
        return
    if taken(inputs[0].shape, shapes[0], case.whole.sequential) is None:
        case.arrays["x"], case.data = None, replace(case.data, x=None)


def with_found(case: Case, given: Data) -> Data:
    """What was given, and where nothing was, what the code says."""
    data = given
    if data.x is None:
        data = replace(data, x=_several(case, "x"))
    if data.y is None:
        found = _several(case, "y")
        data = replace(data, y=found[0] if found and len(found) == 1 else found)
    model = case.model or (case.reader.models[-1] if case.reader.models else None)
    if (found := loss_named(loss_in_code(case))) is not None:
        data = replace(data, loss=found)
    elif data.loss is not None:
        data = replace(data, loss=loss_named(data.loss))
    if data.batch is None and model is not None:
        sizes = [arguments.get("batch_size") for name, _, arguments in model.fits if name == "fit"]
        if sizes and isinstance(sizes[-1], int):
            data = replace(data, batch=sizes[-1])
    return data


def sized(case: Case) -> list[Full]:
    """A shape without a gap for every input: of the data, or of what the Input declares."""
    model, target = case.whole, case.data.y
    first = target[0] if target else None
    samples = case.data.x[0][0] if case.data.x else first if isinstance(first, int) else SAMPLES
    if case.data.x and len(case.data.x) == len(model.inputs):
        found = [taken(each.shape, tuple(given), True) for each, given in zip(model.inputs, case.data.x, strict=True)]
        whole = [shape for shape in found if shape is not None]
        if len(whole) == len(found):
            fixed = [each.shape[0] for each in model.inputs]
            return [(batch or shape[0], *shape[1:]) for batch, shape in zip(fixed, whole, strict=True)]
    return [(each.shape[0] or samples, *(size or UNKNOWN_SIZE for size in each.shape[1:])) for each in model.inputs]


def taken(declared: Shape, given: Full, any_length: bool) -> Full | None:
    """The shape that a model really gets of data, None where it takes none of them.

    Keras adds or drops a last axis of 1; a Sequential model takes another number of timesteps than it declares.
    """
    if len(given) == len(declared) + 1 and given[-1] == 1:
        given = given[:-1]
    elif len(given) == len(declared) - 1 and declared[-1] == 1:
        given = (*given, 1)
    if len(given) != len(declared):
        return None
    for place, (mine, its) in enumerate(zip(declared, given, strict=True)):
        free = mine is None or place == 0 or (any_length and place == 1 and len(declared) > 2)
        if not free and mine != its:
            return None
    return given


def array_in(value: Any, samples: int = SAMPLES) -> Array | None:
    """An array with a size for every axis. samples: how many are looked at where the array does not say."""
    if isinstance(value, (list, tuple)) and value and not isinstance(value, Batches):
        value = literal(value, ast.Pass(lineno=1))
    if not isinstance(value, Array):
        return None
    shape = value.shape
    if shape and None in shape:
        shape = None if None in shape[1:] else (samples, *shape[1:])
    return value if shape is value.shape else replace(value, shape=shape)


def _several(case: Case, key: str) -> tuple[Full, ...] | None:
    one = case.arrays.get(key)
    if one is not None and one.shape:
        return (full(one.shape),)
    parts = [case.arrays.get(f"{key}{place}") for place in range(20) if f"{key}{place}" in case.arrays]
    shapes = [full(each.shape) for each in parts if each is not None and each.shape]
    return tuple(shapes) if shapes and len(shapes) == len(parts) else None


def loss_in_code(case: Case) -> Any:
    """What `compile` is given as the loss; of several a list, in the order of the outputs."""
    model = case.model or (case.reader.models[-1] if case.reader.models else None)
    told = (model.compiled or {}).get("loss") if model else None
    if model is not None and isinstance(told, dict):
        return by_outputs(model, told)
    if model is not None and isinstance(told, (list, tuple)):
        told = _flat(told, len(model.outputs))
    return list(told) if isinstance(told, (list, tuple)) else told


def by_outputs(model: ModelValue, given: dict[Any, Any]) -> list[Any]:
    """What a code gives by the names of outputs, in the order of the outputs; as it stands where the names are others."""
    names = names_of_outputs(model)
    return [given.get(name) for name in names] if given and set(given) <= set(names) else list(given.values())


def names_of_outputs(model: ModelValue) -> list[str]:
    """What Keras calls the outputs of a model: as their dictionary does, else by the layers that return them; "" where none
    does.
    """
    if model.keys:
        return list(model.keys)
    return [each.made.name if each.made is not None else "" for each in model.outputs]


def loss_named(value: Any) -> Any:
    """The name of a loss, however the code gives it; a list of names for several outputs, None where it is not known."""
    if isinstance(value, Known):
        value = value.last
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        found = [loss_named(each[0] if isinstance(each, (list, tuple)) and len(each) == 1 else each) for each in value]
        return tuple(each if isinstance(each, str) else None for each in found)
    if not isinstance(value, str):
        return None
    name = str(_LOSSES.get(value, value))
    try:
        keras.losses.get(name)
    except Exception:
        return None
    return name
