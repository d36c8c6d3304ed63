"""Activations that a loss takes for something else, and a softmax with nothing to choose from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.labels import loss_edits, with_activation
from explorer.snippet.diagnose.rules.shape_text import axes_at
from explorer.snippet.diagnose.training_data import by_outputs
from explorer.snippet.reader.data_values import LossName
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import RECURRENT
from explorer.snippet.reader.library.followed import Followed
from explorer.snippet.reader.library.old import keras_imported
from explorer.snippet.reader.library.paths import snake
from explorer.snippet.reader.values import Call, LayerValue, TensorValue
from explorer.tensors.tensor import is_named
from explorer.tensors.text import count

# Losses of probabilities: what each takes with from_logits=True instead, and the activation that makes what it takes.
# https://keras.io/api/losses/probabilistic_losses/
_OF_PROBABILITIES = {
    "binary_crossentropy": ("BinaryCrossentropy", "sigmoid"),
    "binary_focal_crossentropy": ("BinaryFocalCrossentropy", "sigmoid"),
    "categorical_crossentropy": ("CategoricalCrossentropy", "softmax"),
    "categorical_focal_crossentropy": ("CategoricalFocalCrossentropy", "softmax"),
    "sparse_categorical_crossentropy": ("SparseCategoricalCrossentropy", "softmax"),
}
# Activations whose numbers may be below 0 or above 1.
_OF_ANY_SIGN = ("linear", "tanh", "softsign", "elu", "selu", "gelu", "silu", "leaky_relu", "relu", "relu6")
# Layers behind the last activation that leave its numbers alone.
_PASSING = ("Dropout", "Identity", "Reshape", "Flatten", "ActivityRegularization")


def raw_scores(case: Case) -> Finding | None:
    """Numbers that are no probabilities where a cross-entropy takes them for some."""
    for head, activation, loss in _ends(case):
        if activation not in _OF_ANY_SIGN or (head.outputs[0].shape[-1] == 1 and loss.startswith(("categ", "sparse"))):
            continue
        made, right = _OF_PROBABILITIES[loss]
        plain = activation == "linear"
        ends = "has no activation, so it returns raw scores of any sign" if plain else f"ends in the activation {activation}"
        other = ", or from_logits=True in the loss" if plain else ""
        message = f"`{head.name}` {ends}, but {loss} takes probabilities, numbers from 0 to 1: use a {right}{other}."
        if head.value.core.kind in RECURRENT:
            units = head.outputs[0].shape[-1]
            edits = code_edits.after(case, head, "Dense", f'{units}, activation="{right}"')
            candidates = [Candidate(f"Add a Dense layer with a {right}", tuple(edits))]
        else:
            candidates = [Candidate(f"Use a {right} in {head.name}", tuple(with_activation(case, head, right)))]
        if plain and (edits := _from_logits(case, made)):
            candidates.append(Candidate("Let the loss take raw scores (from_logits=True)", tuple(edits)))
        return Finding("label_encoding", message, head, None, None, True, tuple(candidates))
    return None


def softmax_of_many(case: Case) -> Finding | None:
    """A binary cross-entropy of a softmax: it asks yes or no of each of several numbers that add up to 1."""
    for head, activation, loss in _ends(case):
        classes = head.outputs[0].shape[-1]
        # Of two, both losses are the same.
        if activation != "softmax" or not loss.startswith("binary") or not isinstance(classes, int) or classes < 3:
            continue
        message = (
            f"The softmax of `{head.name}` makes {classes} probabilities that add up to 1: one class of {classes}. {loss} "
            "asks yes or no of each class by itself, and Keras trains a sigmoid in place of the softmax. One class of "
            "several needs categorical_crossentropy."
        )
        other = Candidate(
            "One class of several: use categorical_crossentropy", tuple(loss_edits(case, "categorical_crossentropy"))
        )
        each = Candidate("Several classes at once: use a sigmoid", tuple(with_activation(case, head, "sigmoid")))
        return Finding("label_encoding", message, head, None, None, True, (other, each))
    return None


def sigmoids_of_one_class(case: Case) -> Finding | None:
    """A categorical cross-entropy of sigmoids: it asks for one class of several, and each sigmoid says yes or no by itself.

    Keras divides the numbers of a sample by their sum before it takes their logarithm:
    https://keras.io/api/losses/probabilistic_losses/#categorical_crossentropy-function
    """
    for head, activation, loss in _ends(case):
        classes = head.outputs[0].shape[-1]
        if activation != "sigmoid" or loss != "categorical_crossentropy" or not isinstance(classes, int) or classes < 2:
            continue
        message = (
            f"The {classes} sigmoids of `{head.name}` say yes or no of each class by itself, but {loss} asks for one class "
            f"of {classes}: it only counts the classes that are there, as parts of a sum of 1. Several classes at once "
            "need binary_crossentropy, one of several needs a softmax."
        )
        several = Candidate(
            "Several classes at once: use binary_crossentropy", tuple(loss_edits(case, "binary_crossentropy"))
        )
        one = Candidate("One class of several: use a softmax", tuple(with_activation(case, head, "softmax")))
        return Finding("label_encoding", message, head, None, None, True, (several, one))
    return None


def lone_softmax(case: Case) -> Finding | None:
    """A softmax along an axis of size 1: it is always 1. Keras warns of it."""
    for call in case.called():
        axis = _softmax_axis(call)
        if axis is None or not call.outputs:
            continue
        tensor = call.outputs[0]
        shape = case.shape(tensor)
        axis += len(shape) if axis < 0 else 0
        if len(shape) < 2 or not 0 < axis < len(shape) or shape[axis] != 1:
            continue
        return _constant(case, call, tensor, axis)
    return None


def _constant(case: Case, call: Call, tensor: TensorValue, axis: int) -> Finding:
    shape, axes = case.shape(tensor), axes_at(case, tensor)
    last = any(tensor is each for each in case.whole.outputs)
    long = [place for place in range(1, len(shape)) if place != axis and shape[place] != 1]
    name = f"axis {axis} ({axes[axis]})" if is_named(axes[axis]) else f"axis {axis}"
    message = f"`{call.name}` takes a softmax along {name}, which has size 1: the result is always 1."
    candidates = []
    if not last and len(long) == 1 and len(shape) > 2:
        (place,) = long
        message += f" Weights for the {count(shape[place], axes[place])} need a softmax along axis {place}."
        if edits := _along(case, call, place):
            candidates.append(Candidate(f"Softmax along axis {place}", tuple(edits)))
    elif isinstance(call.layer, LayerValue) and call.kind != "Softmax":
        message += " A single number from 0 to 1 needs a sigmoid."
        candidates.append(Candidate("Use a sigmoid", tuple(with_activation(case, call, "sigmoid"))))
    kind = "label_encoding" if last else "axes_swapped" if len(shape) > 2 else "units_misread"
    return Finding(kind, message, call, None, None, True, tuple(candidates))


def _along(case: Case, call: Call, place: int) -> list[Edit]:
    """The softmax of a layer along another axis."""
    if isinstance(call.layer, str):
        node = call.node
        return [case.source.with_keyword(node, "axis", str(place))] if isinstance(node, ast.Call) else []
    node = call.made_at
    if call.kind == "Softmax":
        if node.args:
            return [case.source.replaced(node.args[0], str(place))]
        return [case.source.with_keyword(node, "axis", str(place))]
    text, edits = code_edits.layer_text(case, node, "Softmax", f"axis={place}")
    if call.kind == "Activation":
        return [case.source.replaced(node, text), *edits]
    gone = case.source.without_keyword(call.value.core.node, "activation")
    if gone is None:
        return []
    if code_edits.in_sequential(call):
        return [gone, *code_edits.placed(case, node, text, after=True), *edits]
    start, end = case.source.span(call.node)
    return [Edit(start, start, f"{text}("), gone, Edit(end, end, ")"), *edits]


def _softmax_axis(call: Call) -> int | None:
    """Along which axis a call takes a softmax, None where it takes none."""
    if call.kind == "softmax" and isinstance(call.layer, str):
        axis = call.keywords.get("axis", call.arguments[1] if len(call.arguments) > 1 else -1)
        return axis if isinstance(axis, int) else None
    if not isinstance(call.layer, LayerValue) or isinstance(call.value.core.layer, Followed):
        return None
    if call.kind == "Softmax":
        axis = getattr(call.value.layer, "axis", None)
        return axis if isinstance(axis, int) else None
    return -1 if _activation_of(call) == "softmax" else None


def _activation_of(call: Call) -> str:
    if call.kind == "Softmax":
        return "softmax"
    name = str(getattr(getattr(call.value.core.layer, "activation", None), "__name__", ""))
    node = call.value.core.node
    told = [each.value for each in node.keywords if each.arg == "activation"] or node.args[1:2]
    if name == "linear" and any(not isinstance(each, ast.Constant) for each in told):
        # A function of the code, which was not followed.
        return ""
    return name


def _ends(case: Case) -> Iterator[tuple[Call, str, str]]:
    """For every output with a loss of probabilities: the layer with the last activation, that activation, and the loss."""
    outputs = case.whole.outputs
    for place, (tensor, loss) in enumerate(zip(outputs, _losses(case, len(outputs)), strict=False)):
        name = snake(loss) if isinstance(loss, str) else ""
        if name not in _OF_PROBABILITIES or getattr(loss, "scores", False):
            continue
        for call in case.up(tensor):
            if not isinstance(call.layer, LayerValue) or isinstance(call.value.core.layer, Followed):
                break
            if call.kind not in _PASSING:
                case.output = place if len(outputs) > 1 else None
                try:
                    yield call, _activation_of(call), name
                finally:
                    case.output = None
                break


def _losses(case: Case, many: int) -> list[Any]:
    """The loss of every output as the code gives it, else as it was given beside the code."""
    told = (case.whole.compiled or {}).get("loss")
    told = case.data.loss if told is None else getattr(told, "last", told)
    told = by_outputs(case.whole, told) if isinstance(told, dict) else told
    return [getattr(each, "last", each) for each in told] if isinstance(told, (list, tuple)) else [told] * many


def _from_logits(case: Case, made: str) -> list[Edit]:
    """The loss of `compile`, with raw scores for what it takes."""
    told, node = (case.whole.compiled or {}).get("loss"), case.whole.compiled_at
    if node is None or case.output is not None:
        return []
    if isinstance(told, LossName):
        return [case.source.with_keyword(told.node, "from_logits", "True")] if isinstance(told.node, ast.Call) else []
    keyword = case.source.keyword(node, "loss")
    place = keyword.value if keyword else node.args[1] if len(node.args) > 1 else None
    if not isinstance(place, (ast.Constant, ast.Attribute)):
        return []
    return [case.source.replaced(place, f"keras.losses.{made}(from_logits=True)"), *keras_imported(case.reader)]
