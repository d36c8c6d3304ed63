"""What `fit`, `evaluate` and `predict` are given beside the data that the model is checked with, call by call."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import replace

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import Fitted, fitted, known
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.answers import alike
from explorer.snippet.diagnose.rules.batches import whole_batches
from explorer.snippet.diagnose.rules.embeddings import outside
from explorer.snippet.diagnose.rules.shape_text import declared_in_words
from explorer.snippet.diagnose.rules.weights import weights
from explorer.snippet.diagnose.running import loss_of
from explorer.snippet.diagnose.training_data import array_in, taken
from explorer.snippet.reader.data_values import Batches, DataSet, Full, Shape
from explorer.snippet.reader.values import ModelValue, TensorValue, full
from explorer.tensors.text import count

_SIZES = "ValueError: Data cardinality is ambiguous. Make sure all arrays contain the same number of samples."


def fits(case: Case) -> Iterator[Finding]:
    """What is wrong with the arguments of each call; the data that the model is checked with have rules of their own."""
    for each in fitted(case):
        of_data = () if each.first else (_inputs, _rows, _counted, _targets)
        for rule in (_split, _without_targets, *of_data, weights, whole_batches):
            if (found := rule(case, each)) is not None:
                yield found


def single_sample(case: Case) -> Iterator[Finding]:
    """One sample where the data that the model is checked with should stand: it has no batch axis."""
    for each in fitted(case) if case.given.x is None else ():
        given = known(each.x[0]) if len(each.x) == len(case.whole.inputs) == 1 else None
        if not each.first or not each.name.startswith("predict") or given is None:
            continue
        (tensor,) = case.whole.inputs
        if given == tensor.shape[1:] and (found := _no_batch_axis(case, each, tensor, full(given))) is not None:
            yield found


def data_sets(case: Case) -> Iterator[Finding]:
    """Generators and data sets that are given beside what they hold themselves, or that give one sample at a time."""
    if case.model is None:
        return
    for name, node, given in case.model.fits:
        fed = given.get("batches", given.get("x"))
        held = given.get("validation_data")
        if isinstance(held, Batches):
            yield from _unbatched(case, case.model, node, held, "validation_data")
        if name not in ("fit", "evaluate", "predict") or not isinstance(fed, Batches):
            continue
        what = "A data set" if isinstance(fed, DataSet) else "A generator"
        for argument, told in (("y", "targets"), ("sample_weight", "weights")):
            keyword = case.source.keyword(node, argument)
            place = keyword or (node.args[1] if argument == "y" and name != "predict" and len(node.args) > 1 else None)
            if place is None or (argument == "y" and ast.unparse(place) == "None"):
                continue
            kind = "tf.data.Dataset" if isinstance(fed, DataSet) else "generator"
            says = f"ValueError: When providing `x` as a {kind}, `{argument}` should not be passed."
            message = f"{what} gives inputs and {told} together, so `{name}` takes no `{argument}` beside it."
            alone = Candidate(f"Remove {argument}", (case.source.without(node, place),))
            yield Finding("fit_arguments", message, None, node, says, False, (alone,))
        if case.source.keyword(node, "validation_split"):
            says = "ValueError: Argument `validation_split` is only supported for tensors or NumPy arrays."
            message = (
                f"{what} cannot be split: `validation_split` takes the last samples of an array. Give `validation_data`."
            )
            keyword = case.source.keyword(node, "validation_split")
            edits = (case.source.without(node, keyword),) if keyword else ()
            yield Finding("fit_arguments", message, None, node, says, False, (Candidate("Train without validation", edits),))
        yield from _unbatched(case, case.model, node, fed, "x")


def _unbatched(case: Case, model: ModelValue, node: ast.Call, fed: Batches, argument: str) -> Iterator[Finding]:
    one = fed[0][0] if fed and isinstance(fed[0], tuple) and fed[0] else fed[0] if fed else None
    array = None if one is None else array_in(one)
    if array is None or len(model.inputs) != 1 or not array.shape or array.shape != model.inputs[0].shape[1:]:
        return
    declared = declared_in_words(case, model.inputs[0], model.inputs[0].shape)
    says = _wrong_shape(model.inputs[0].shape, array.shape)
    what = "data set" if isinstance(fed, DataSet) else "generator"
    message = (
        f"The {what} gives one sample at a time, {array.shape}, but the model takes {declared}: the batch axis is missing."
    )
    candidates = []
    keyword = case.source.keyword(node, argument)
    place = keyword.value if keyword else node.args[0] if node.args and argument == "x" else None
    if isinstance(fed, DataSet) and place is not None:
        text = case.text(place)
        candidates.append(Candidate("Put samples together (batch)", (case.source.replaced(place, f"{text}.batch(32)"),)))
    yield Finding("input_rank", message, None, node, says, False, tuple(candidates))


def _split(case: Case, each: Fitted) -> Finding | None:
    """A part for validation that is none, or all of the data."""
    part = each.given.get("validation_split")
    if each.name != "fit" or not isinstance(part, (int, float)) or isinstance(part, bool) or not part:
        return None
    if each.given.get("validation_data") is not None:
        return None
    samples = each.samples
    kept = math.floor(samples * (1 - part)) if samples else None
    if 0 < part < 1 and (samples is None or kept not in (0, samples)):
        return None
    message = (
        f"`validation_split` is the part of the samples that is kept for validation, between 0 and 1. Received: {part}."
    )
    if 0 < part < 1:
        message = (
            f"`validation_split={part}` leaves nothing to train or to validate on: x has only {count(samples, 'samples')}."
        )
    says = None
    if samples and kept in (0, samples):
        says = (
            f"ValueError: Training data contains {samples} samples, which is not sufficient to split it into a validation "
            f"and training set as specified by `validation_split={part}`."
        )
    keyword = case.source.keyword(each.call, "validation_split")
    right = part / 100 if 1 < part < 100 else 0.2
    candidates = []
    if keyword and (right != 0.2 or not 0 < part < 1):
        candidates.append(
            Candidate(f"Keep {right:.0%} for validation", (case.source.replaced(keyword.value, f"{right:g}"),))
        )
    return Finding("fit_arguments", message, None, each.call, says, says is None, tuple(candidates))


def _without_targets(case: Case, each: Fitted) -> Finding | None:
    """Validation data without targets."""
    held = each.given.get("validation_data")
    array = None if held is None or isinstance(held, (list, tuple, dict)) else array_in(held)
    keyword = case.source.keyword(each.call, "validation_data")
    if each.name != "fit" or array is None or keyword is None or array.shape is None:
        return None
    message = f"`validation_data` is a pair, (x, y): without targets there is no loss. Received: one array, {array.shape}."
    text, names = case.text(keyword.value), case.reader.names
    candidates = []
    for old, new in (("X", "y"), ("x", "y")):
        other = (
            array_in(names.get(text.replace(old, new, 1))) if isinstance(keyword.value, ast.Name) and old in text else None
        )
        if other is not None and other.shape and other.shape[0] == array.shape[0]:
            edit = case.source.replaced(keyword.value, f"({text}, {text.replace(old, new, 1)})")
            candidates.append(Candidate("Give its targets too", (edit,)))
            break
    return Finding(
        "fit_arguments", message, None, each.call, "ValueError: None values not supported.", False, tuple(candidates)
    )


def _inputs(case: Case, each: Fitted) -> Finding | None:
    """Data of another shape than the model takes."""
    model = case.whole
    if len(each.x) != len(model.inputs):
        return None
    for tensor, array in zip(model.inputs, each.x, strict=True):
        given = known(array)
        if given is None:
            continue
        sized = full((given[0] or 8, *given[1:]))
        if given == tensor.shape[1:] and "batches" not in each.given:
            if found := _no_batch_axis(case, each, tensor, sized):
                return found
        elif taken(tensor.shape, sized, model.sequential) is None:
            return _other_shape(case, each, tensor, sized, given)
    return None


def _rows(case: Case, each: Fitted) -> Finding | None:
    """Numbers that are no rows of an Embedding's table."""
    for tensor, array in zip(case.whole.inputs, each.x, strict=False):
        embedding = next((call for call in case.readers_of(tensor) if call.kind == "Embedding"), None)
        if embedding is not None and array is not None and array.whole:
            found = outside(case, embedding, array)
            if found is not None:
                return replace(found, message=f"In `{each.name}`: {found.message}", node=each.node)
    return None


def _no_batch_axis(case: Case, each: Fitted, tensor: TensorValue, given: Full) -> Finding | None:
    declared = declared_in_words(case, tensor, tensor.shape)
    message = f"`{each.name}` is given one sample, {given}, but the model takes {declared}: the batch axis is missing."
    place = each.places.get("x")
    indexed = (
        isinstance(place, ast.Subscript) and isinstance(place.slice, ast.Constant) and isinstance(place.slice.value, int)
    )
    if indexed and isinstance(place, ast.Subscript):
        message += f" `{case.text(place)}` is a sample without it."
    says: str | None = _wrong_shape(tensor.shape, given)
    if (passed := taken(tensor.shape, given, True)) is not None:
        if passed[1:] == tensor.shape[1:]:
            return None
        says = None
        message += f" Keras takes it for {count(given[0], 'samples')}."
    candidates = []
    if len(each.x) == 1 and place is not None and each.name.startswith("predict"):
        text = case.text(place)
        if isinstance(place, ast.Subscript) and isinstance(place.slice, ast.Constant) and isinstance(place.slice.value, int):
            first = place.slice.value
            part = f"{first}:{first + 1}" if first != -1 else "-1:"
            edit = case.source.replaced(place.slice, part)
            candidates.append(Candidate("Keep the batch axis of the sample", (edit,)))
        elif isinstance(place, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
            candidates.append(Candidate("Add a batch axis", (case.source.replaced(place, f"{text}[None]"),)))
    return Finding("input_rank", message, None, each.node, says, says is None, tuple(candidates))


def _other_shape(case: Case, each: Fitted, tensor: TensorValue, sized: Full, given: Shape) -> Finding:
    wanted = declared_in_words(case, tensor, tensor.shape)
    got = declared_in_words(case, tensor, given) if len(given) == len(tensor.shape) else str(sized)
    kind, more, candidates = "input_rank", "", []
    place = each.places.get("x")
    if len(given) == len(tensor.shape) == 3 and sized[:0:-1] == tensor.shape[1:]:
        kind, more = "axes_swapped", " Timesteps and features are swapped."
        if place is not None and len(each.x) == 1 and isinstance(place, (ast.Name, ast.Subscript, ast.Attribute)):
            edit = case.source.replaced(place, f"{case.text(place)}.transpose(0, 2, 1)")
            candidates.append(Candidate("Swap the axes of the data", (edit,)))
    message = f"`{each.name}` is given {got}, but the model takes {wanted}.{more}"
    return Finding(kind, message, None, each.node, _wrong_shape(tensor.shape, sized), False, tuple(candidates))


def _counted(case: Case, each: Fitted) -> Finding | None:
    """Samples and targets that are not equally many."""
    x, y = (known(side[0]) if len(side) == 1 else None for side in (each.x, each.y))
    if x is None or y is None or x[0] is None or y[0] is None or x[0] == y[0]:
        return None
    message = f"There are {x[0]} samples in x of `{each.name}`, {x}, and {y[0]} in y, {y}: each sample needs one target."
    return Finding("target_mismatch", message, None, each.node, f"{_SIZES} 'x' sizes: {x[0]} 'y' sizes: {y[0]}")


def _targets(case: Case, each: Fitted) -> Finding | None:
    """Targets of another shape than the model answers, where those that it trains on fit."""
    trained, outputs, loss = case.data.y, case.whole.outputs, case.data.loss
    given = known(each.y[0]) if len(each.y) == 1 else None
    if given is None or len(outputs) != 1 or trained is None or not isinstance(trained[0], int) or not isinstance(loss, str):
        return None
    x, fed = known(each.x[0]) if len(each.x) == 1 else None, case.data.x or ()
    if x is None or len(fed) != 1 or x[1:] != fed[0][1:]:
        # Another number of timesteps has other targets.
        return None
    mine, other = full((8, *given[1:])), full((8, *trained[1:]))
    answer = (8, *(case.ran.outputs[0] if case.ran else outputs[0].shape)[1:])
    if alike(mine, other) or alike(other, mine) or None in answer:
        return None
    _, says = loss_of(loss, mine, answer)
    message = f"The targets of `{each.name}` are {given}, but those of the training are {trained}: both must be alike."
    candidates, place = [], each.places.get("y")
    if len(mine) == len(other) - 1 and place is not None and loss == "categorical_crossentropy":
        message += " The loss needs one-hot vectors here too."
        edit = case.source.replaced(place, f"keras.utils.to_categorical({case.text(place)}, {other[-1]})")
        candidates.append(Candidate("Convert these targets to one-hot", (edit,)))
    kind = "label_encoding" if candidates else "target_mismatch"
    return Finding(kind, message, None, each.node, says or None, not says, tuple(candidates))


def _wrong_shape(declared: Shape, given: Shape) -> str:
    return f"ValueError: Invalid input shape for input. Expected shape {declared}, but input has incompatible shape {given}"
