"""A fix is really tried: the model that the code then makes, with weights, takes a step of the code's own `fit`.

The code is read as before and never run: its layers are Keras's own, and the data are made up in their shapes. No more
samples than a whole batch and what is left over at the end, of the training and of the validation, are made.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from explorer.keras_internals import layer_and_sublayers
from explorer.keras_source import named_anew
from explorer.report import TOO_LONG, Trial, not_tried
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.diagnosis import read, settled
from explorer.snippet.diagnose.problems import Data, one_target, several_targets
from explorer.snippet.diagnose.rules.batches import FIT_BATCH
from explorer.snippet.diagnose.rules.compiling import compiled
from explorer.snippet.diagnose.running import run
from explorer.snippet.diagnose.training_data import sized
from explorer.snippet.reader.data_values import Array, Full, Items
from explorer.snippet.reader.families import CONV_RECURRENT, RECURRENT
from explorer.snippet.reader.library.followed import Followed
from explorer.snippet.reader.library.paths import spoken
from explorer.snippet.reader.limits import Budget
from explorer.snippet.reader.unknowns import Given
from explorer.snippet.reader.values import LayerValue, TensorValue
from explorer.snippet.repair.real_models import real

# What is tried at most, so that it takes a moment: weights, numbers in a batch, timesteps of all recurrent layers.
MOST_WEIGHTS = 1_000_000
MOST_NUMBERS = 300_000
MOST_STEPS = 120


def _untried(why: str) -> Trial:
    return Trial(None, not_tried(why))


_NO_DATA = "no shape of the data is known"
_OWN = "it has layers that are not of Keras, and pasted code is never run"
_LARGE = "the model is too large to be tried in a moment"


def hindrance(case: Case) -> str:
    """Why a model cannot be tried: it is not Keras's own through and through, or too large; nothing where it can."""
    if case.ran is None:
        return _NO_DATA
    weights = steps = numbers = 0
    shapes = sized(case)
    rows = min((case.data.x or shapes)[0][0], 2 * (case.data.batch or FIT_BATCH))
    for call in case.called():
        layer = call.layer.layer if isinstance(call.layer, LayerValue) else None
        if layer is None and not isinstance(call.layer, str):
            return "it has another model within"
        if any(isinstance(part, np.ndarray) for part in (*call.arguments, *call.keywords.values())):
            return "it uses an array of the code, of which only the shape is known"
        if layer is not None:
            parts = layer_and_sublayers(layer)
            if any(isinstance(each, Followed) or type(each).__name__ == "TextVectorization" for each in parts):
                return _OWN
            weights += sum(math.prod(each.shape) for each in layer.variables)
            shape = case.shape(call.inputs[0])
            if call.value.core.kind in (*RECURRENT, *CONV_RECURRENT) and len(shape) > 1:
                # Within TimeDistributed all steps of all windows.
                steps += math.prod(size or 1 for size in (shape[1:3] if call.kind == "TimeDistributed" else shape[1:2]))
        numbers += sum(rows * math.prod(size or 1 for size in case.shape(each)[1:]) for each in call.outputs)
    numbers += sum(rows * math.prod(shape[1:]) for shape in shapes)
    return "" if weights <= MOST_WEIGHTS and numbers <= MOST_NUMBERS and steps <= MOST_STEPS else _LARGE


def tried(code: str, data: Data, sizes: Given, budget: Budget) -> Trial:
    """Whether the code's own `fit` takes such data, as Keras says; only of a code that nothing hinders.

    To be asked where weights have memory, which they have not while a code is checked.
    """
    if budget.over:
        return TOO_LONG
    # What Keras warns of, the report says in its own words.
    with named_anew(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case, finding = read(code, data, budget, sizes)
        if case is None or finding is not None or settled(case) is not None:
            return TOO_LONG if budget.over else _untried("the code around it cannot be read as a whole")
        try:
            case.ran = run(case.whole, sized(case), budget)
            model = real(case)
        except Exception:
            return TOO_LONG if budget.over else _untried(_NO_DATA)
        return _fitted(case, model)


def _fitted(case: Case, model: keras.Model) -> Trial:
    fit: dict[str, Any] = next((given for name, _, given in case.whole.fits if name == "fit"), {})
    rng = np.random.default_rng(0)
    batch = case.data.batch or FIT_BATCH
    split = fit.get("validation_split")
    split = split if isinstance(split, float) and 0 < split < 1 else 0.0
    samples = (case.data.x or sized(case))[0][0]
    trained = math.floor(samples * (1 - split))
    parts = [_least(many, batch) for many in (trained, samples - trained) if many]
    if not _keeps_batches(case, parts, batch):
        return Trial(False, "Tried: the batches of your `fit` do not have the size that the model is made for.")
    rows = [([_given(case, each, many, rng) for each in case.whole.inputs], _wanted(case, many, rng)) for many in parts]
    try:
        if any(y is None for _, y in rows):
            model.predict(_one(rows[0][0]), batch_size=batch, verbose=0)
            return Trial(True, "Tried: the model takes the data. Of its training too little is known.")
        model.compile(optimizer="sgd", loss=_loss(case), run_eagerly=True, **_metrics(case))
        more = {"validation_data": (_one(rows[1][0]), rows[1][1])} if len(rows) > 1 else {}
        shuffle = fit.get("shuffle") is not False
        model.fit(_one(rows[0][0]), rows[0][1], batch_size=batch, shuffle=shuffle, epochs=1, verbose=0, **more)
    except Exception as error:
        return Trial(False, f"Tried: Keras says {spoken(error)}")
    if differs := _other_x(case, fit):
        return Trial(True, differs)
    return Trial(True, "Tried: one step of your own `fit` runs." if fit else "Tried: one step of training runs.")


def _other_x(case: Case, fit: dict[str, Any]) -> str:
    """What was tried, where the shape that was given for x is not that of the code's own `fit`; "" where it is."""
    own = fit.get("x")
    if not isinstance(own, Array) or own.shape is None or own.open or case.data.x is None or len(case.data.x) != 1:
        return ""
    given, read_shape = case.data.x[0], own.shape
    pairs = zip(given[1:], read_shape[1:], strict=False)
    if len(given) == len(read_shape) and all(None in pair or pair[0] == pair[1] for pair in pairs):
        return ""
    return (
        f"Tried: one step of training runs with an x of shape {_written(given)}. Your own `fit` was not tried: its x has "
        f"the shape {_written(read_shape)}."
    )


def _written(shape: Sequence[int | None]) -> str:
    """
    >>> _written((8, None, 5))
    '(8, ?, 5)'
    """
    return f"({', '.join('?' if size is None else str(size) for size in shape)}{',' * (len(shape) == 1)})"


def _keeps_batches(case: Case, parts: list[int], batch: int) -> bool:
    """Whether a stateful model gets the batches that it is made for: those that are read take no memory for states."""
    fixed = {tensor.shape[0] for tensor in case.whole.inputs} - {None}
    stateful = any(isinstance(each.layer, LayerValue) and each.layer.core.stateful for each in case.called())
    sizes = {size for many in parts for size in (min(batch, many), many % batch) if size}
    return not stateful or not fixed or sizes <= fixed


def _least(many: int, batch: int) -> int:
    """As many samples as it takes for each size of batch that so many samples come in."""
    return many if many <= batch else batch + many % batch


def _given(case: Case, tensor: TensorValue, many: int, rng: np.random.Generator) -> Any:
    """Made data for an input: word indexes where an Embedding reads them."""
    place = case.whole.inputs.index(tensor)
    shape = (many, *sized(case)[place][1:])
    tables = [call.value.core.layer.input_dim for call in case.readers_of(tensor) if call.kind == "Embedding"]
    if tables or "int" in str(tensor.tensor.dtype):
        return rng.integers(0, min(tables, default=2), shape)
    return rng.normal(size=shape).astype("float32")


def _wanted(case: Case, many: int, rng: np.random.Generator) -> Any:
    """Made targets; None where none are known."""
    target, ran = case.data.y, case.ran
    whole = one_target(target)
    shapes: list[Full] = [whole] if whole is not None else several_targets(target)
    losses = _losses(case)
    if not shapes or len(shapes) != len(losses) or ran is None or any(each is None for each in losses):
        return None
    made = []
    for shape, loss, answer in zip(shapes, losses, ran.outputs, strict=True):
        most = answer[-1] or 2 if str(loss).startswith("sparse") else 2
        drawn = rng.integers(0, max(most, 1), (many, *shape[1:]))
        made.append(drawn if str(loss).startswith("sparse") else drawn.astype("float32"))
    return _one(made)


def _losses(case: Case) -> list[str | None]:
    loss, many = case.data.loss, len(case.whole.outputs)
    return list(loss) if isinstance(loss, tuple) else [loss] * many


def _loss(case: Case) -> Any:
    return _one([str(each) for each in _losses(case)])


def _metrics(case: Case) -> dict[str, Any]:
    """The metrics that the code gives `compile`, as far as they are texts in lists."""
    given = {} if case.whole.keys else {name: compiled(case).get(name) for name in ("metrics", "weighted_metrics")}
    return {name: value for name, value in given.items() if isinstance(value, (list, tuple)) and _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return not (isinstance(value, Items) and value.rest != 0) and all(map(_is_plain, value))
    return value is None or isinstance(value, str)


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
