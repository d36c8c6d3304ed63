"""Hidden states that continue from batch to batch, and need batches of one size in their order."""

from __future__ import annotations

import ast
import math
from dataclasses import replace

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import Fitted
from explorer.snippet.diagnose.problems import Candidate, Data, Finding, finding_of
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import CONV_RECURRENT
from explorer.snippet.reader.values import Call, Event, LayerValue, TensorValue
from explorer.tensors.text import count

FIT_BATCH = 32


def stateful(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A hidden state that continues from batch to batch, where the batch size is unknown."""
    if not (
        isinstance(call.layer, LayerValue) and getattr(call.layer.core, "stateful", False) and "batch size" in event.says
    ):
        return None
    source = case.source_of(call.inputs[0])
    if source.shape[0] is not None or (len(source.shape) != 3 and call.kind not in CONV_RECURRENT):
        return None
    message = (
        f"With stateful=True {case.name(call)} keeps one hidden state for every sample of the batch, so the batch size must "
        "be fixed: give the Input a batch_size."
    )
    candidates = []
    samples = case.data.x[0][0] if case.data.x else None
    batch = case.data.batch if case.data.batch and samples and samples % case.data.batch == 0 else samples
    if batch and batch > 64:
        batch = next(size for size in range(32, 0, -1) if batch % size == 0)
    candidates.append(Candidate(f"Set batch_size={batch or 1} in the Input", tuple(with_batch(case, source, batch or 1))))
    candidates.append(_stateless(case, call))
    return finding_of(event, "stateful_batch", call, message, candidates)


def batches(case: Case) -> list[Finding]:
    """Whether samples come in the batches that a model with a fixed batch takes."""
    fixed = {tensor.shape[0] for tensor in case.whole.inputs} - {None}
    stateful = [each for each in case.reader.calls if isinstance(each.layer, LayerValue) and each.layer.core.stateful]
    if len(fixed) != 1 or not stateful or not case.data.x:
        return []
    (size,) = fixed
    samples = case.data.x[0][0]
    batch = min(case.data.batch or FIT_BATCH, samples)
    if batch < 1 or not size:
        return []
    if batch == size and samples % size == 0:
        return []
    call = stateful[0]
    says = f"InvalidArgumentError: Incompatible shapes: [{samples % batch or batch},…] vs. [{size},…]"
    fit = next((each for each in case.whole.fits if each[0] == "fit"), None)
    if batch != size and samples % size == 0:
        message = f"The model has a fixed batch size of {size}, and fit uses {batch}."
    elif samples < size:
        message = f"The model has a fixed batch size of {size}, and x has only {count(samples, 'samples')}."
    else:
        rest = samples % batch
        message = f"The model has a fixed batch size of {size}, and the last batch of {samples} samples has {rest or batch}."
    candidates = []
    data = case.data
    if samples % size == 0:
        edits = [case.source.with_keyword(fit[1], "batch_size", str(size))] if fit else []
        candidates.append(
            Candidate(
                f"Train with batch_size={size}",
                tuple(edits),
                replace(data, batch=size),
                None if fit else _asked(case, size),
            )
        )
    whole = samples // size * size
    if 0 < whole < samples:
        changed = _cut_to(data, whole, size)
        edits = [case.source.with_keyword(fit[1], "batch_size", str(size))] if fit and batch != size else []
        candidates.append(
            Candidate(
                f"Remove the last {count(samples - whole, 'samples')}",
                tuple(edits),
                changed,
                f"x, y = x[:{whole}], y[:{whole}]",
            )
        )
    other = _divisor(samples, batch)
    edits = [case.source.with_keyword(fit[1], "batch_size", str(other))] if fit else []
    candidates.append(
        Candidate(
            f"Set the batch size to {other}, which divides {samples}",
            (*with_batch(case, case.whole.inputs[0], other), *edits),
            replace(data, batch=other),
            None if fit else _asked(case, other),
        )
    )
    return [Finding("stateful_batch", message, call, call.node, says, False, tuple(candidates))]


def whole_batches(case: Case, each: Fitted) -> Finding | None:
    """Batches of another size than a model that keeps its states has."""
    fixed = {tensor.shape[0] for tensor in case.whole.inputs} - {None}
    stateful = [call for call in case.called() if isinstance(call.layer, LayerValue) and call.layer.core.stateful]
    samples, part = each.samples, each.given.get("validation_split")
    if len(fixed) != 1 or not stateful or not samples or each.batch is None:
        return None
    (size,) = fixed
    parts = {f"`{each.name}`": samples}
    if each.name == "fit":
        if not isinstance(part, float) or not 0 < part < 1 or each.given.get("validation_data") is not None:
            return None
        train = math.floor(samples * (1 - part))
        parts = {"the training": train, "the validation": samples - train}
    for what, many in parts.items():
        batch = min(each.batch, many)
        if not size or not batch or (batch == size and many % size == 0):
            continue
        rest = f", and the last one has {many % batch}" if many % batch else ""
        message = f"The model has a fixed batch size of {size}, but {what} has batches of {batch}{rest}."
        if part and each.name == "fit":
            message = (
                f"`validation_split={part}` cuts {count(samples, 'samples')} into {parts['the training']} and "
                f"{parts['the validation']}, but both must be whole batches of {size}, the batch size that the model has."
            )
        says = f"InvalidArgumentError: Incompatible shapes: [{many % batch or batch},…] vs. [{size},…]"
        return Finding("stateful_batch", message, None, each.call, says, False, tuple(_right_batches(case, each, size)))
    return None


def _right_batches(case: Case, each: Fitted, size: int) -> list[Candidate]:
    samples, part = each.samples or 0, each.given.get("validation_split")
    keyword = case.source.keyword(each.call, "validation_split")
    if each.name == "fit" and keyword and samples % size == 0 and isinstance(part, float) and samples >= 2 * size:
        many = max(1, min(samples // size - 1, round(samples * part / size)))
        right = round(many * size / samples, 4)
        if samples - math.floor(samples * (1 - right)) == many * size:
            edit = case.source.replaced(keyword.value, f"{right:g}")
            return [Candidate(f"Keep {count(many, 'batches')} for validation (validation_split={right:g})", (edit,))]
    if each.name in ("evaluate", "predict") and samples % size == 0:
        edit = case.source.with_keyword(each.call, "batch_size", str(size))
        return [Candidate(f"{each.name} with batch_size={size}", (edit,))]
    return []


def _divisor(samples: int, most: int) -> int:
    """The largest number up to `most` that divides the samples."""
    pairs = ((each, samples // each) for each in range(1, math.isqrt(samples) + 1) if samples % each == 0)
    return max((each for pair in pairs for each in pair if each <= most), default=1)


def shuffled(case: Case) -> Finding | None:
    """A hidden state that continues from batch to batch needs the batches in their order."""
    stateful = [each for each in case.called() if isinstance(each.layer, LayerValue) and each.layer.core.stateful]
    if not stateful:
        return None
    for name, node, given in case.whole.fits:
        if name != "fit" or given.get("shuffle", True) is not True:
            continue
        (call,) = stateful[:1]
        message = (
            f"`{call.name}` carries its hidden state from batch to batch, but fit shuffles the samples before every epoch: "
            "batches are not in order."
        )
        edit = case.source.with_keyword(node, "shuffle", "False")
        candidates = [Candidate("Do not shuffle (shuffle=False)", (edit,))]
        stateless = case.source.without_keyword(call.value.core.node, "stateful")
        if stateless:
            candidates.append(Candidate("Start every batch with a zero state (stateful=False)", (stateless,)))
        return Finding("stateful_batch", message, call, node, None, True, tuple(candidates))
    return None


def _asked(case: Case, batch: int) -> str:
    """The line that trains, or asks where there is no target, in batches of this size."""
    return f"model.predict(x, batch_size={batch})" if case.data.y is None else f"model.fit(x, y, batch_size={batch})"


def with_batch(case: Case, source: TensorValue, batch: int) -> list[Edit]:
    """An Input with a fixed batch, in whatever way its shape is given."""
    node = source.node
    if not isinstance(node, ast.Call):
        return []
    if keyword := case.source.keyword(node, "batch_shape"):
        inner = ", ".join(map(str, source.shape[1:]))
        return [case.source.replaced(keyword.value, f"({batch}, {inner})")]
    if case.text(node.func).endswith("Input"):
        return [case.source.with_keyword(node, "batch_size", str(batch))]
    text, edits = code_edits.class_text(case, node, "Input")
    shape = f"({batch}, {', '.join(map(str, source.shape[1:]))})"
    keyword = case.source.keyword(node, "input_shape")
    gone = [case.source.without(node, keyword)] if keyword else []
    return [*gone, *code_edits.placed(case, node, f"{text}(batch_shape={shape})", after=False), *edits]


def _stateless(case: Case, call: Call) -> Candidate:
    edit = case.source.without_keyword(call.value.core.node, "stateful")
    return Candidate("Start every batch with a zero state (stateful=False)", (edit,) if edit else ())


def _cut_to(data: Data, samples: int, batch: int) -> Data:
    x = tuple((samples, *shape[1:]) for shape in data.x or ())
    y = (samples, *data.y[1:]) if isinstance(data.y, tuple) and data.y and isinstance(data.y[0], int) else data.y
    return replace(data, x=x, y=y, batch=batch)
