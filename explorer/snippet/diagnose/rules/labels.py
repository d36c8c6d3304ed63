"""Targets of classes: integers, one-hot vectors, and the losses that need them."""

from __future__ import annotations

import ast
from dataclasses import replace

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.output_layer import output_layer_of
from explorer.snippet.reader.data_values import Full
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import KEEPING
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Call, LayerValue, TensorValue

CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence", "kld")


def label(case: Case, tensor: TensorValue, answer: Full, target: Full, loss: str | None, says: str) -> Finding | None:
    """Whole numbers where the loss wants one-hot vectors.

    answer: the shape of the output, (batch, ..., classes). target: of the target. says: what Keras says of both.
    """
    classes = answer[-1]
    softmax = _activation(case, tensor) == "softmax"
    plain = target[:-1] if len(target) == len(answer) and target[-1] == 1 else target
    if plain != answer[:-1] or not isinstance(classes, int) or classes < 2:
        return None
    if not (loss in CATEGORICAL or (softmax and loss)):
        return None
    given = case.arrays.get("y")
    if loss not in CATEGORICAL and given is not None and not given.whole:
        return None
    silent = not says
    message = (
        f"The loss {loss} needs one-hot vectors of {classes} classes, but the target {target} has one integer for each "
        "output: its class."
    )
    data = replace(case.data, y=(*plain, classes))
    candidates = [
        *other_loss(case, "sparse_categorical_crossentropy", "Use the loss for integer labels (sparse)"),
        Candidate("Convert the targets to one-hot", (), data, f"y = keras.utils.to_categorical(y, {classes})"),
    ]
    return Finding("label_encoding", message, None, loss_node(case), says or None, silent, tuple(candidates))


def sparse_labels(case: Case, tensor: TensorValue, answer: Full, target: Full, loss: str, says: str) -> list[Finding] | None:
    """Targets of whole numbers: one for each answer, below the number of classes. None where the shapes are apart.

    answer: the shape of the output, (batch, ..., classes). target: of the target. says: what Keras says of both.
    """
    classes = answer[-1]
    plain = target[:-1] if len(target) == len(answer) and target[-1] == 1 else target
    given = case.arrays.get("y")
    node = loss_node(case)
    if target == answer and isinstance(classes, int) and classes > 1:
        message = (
            f"The loss {loss} needs one integer for each output, its class, but the target {target} has one-hot vectors of "
            f"{classes} classes."
        )
        data = replace(case.data, y=answer[:-1])
        candidates = (
            *other_loss(case, "categorical_crossentropy", "Use the loss for one-hot targets"),
            Candidate("Convert the targets to integers", (), data, "y = y.argmax(axis=-1)"),
        )
        return [Finding("label_encoding", message, None, node, says or None, not says, candidates)]
    if plain == answer[:-1]:
        if classes == 1:
            head = output_layer_of(case, tensor)
            message = (
                f"{case.name(head) if head else 'The model'} has one output, but {loss} needs one probability per class: "
                "with one class the only label is 0."
            )
            many = int(given.high) + 1 if given is not None and given.high else 2
            found: list[Candidate] = []
            if head:
                edits = code_edits.with_units(case, head, str(many)) or []
                edits += with_activation(case, head, "softmax")
                found.append(Candidate(f"{many} classes with softmax", tuple(edits)))
            found += other_loss(case, "binary_crossentropy", "Use binary_crossentropy")
            says = says or "InvalidArgumentError: Received a label value of 1 which is outside the valid range of [0, 1)."
            return [Finding("label_encoding", message, head, node if head is None else None, says, False, tuple(found))]
        if given is not None and given.high is not None and isinstance(classes, int) and given.high >= classes:
            head = output_layer_of(case, tensor)
            message = (
                f"The labels go up to {int(given.high)}, but {case.name(head) if head else 'the model'} has "
                f"{classes} classes, 0 to {classes - 1}."
            )
            says = (
                f"InvalidArgumentError: Received a label value of {int(given.high)} which is outside the valid range of "
                f"[0, {classes})."
            )
            found = []
            if head and (wider := code_edits.with_units(case, head, str(int(given.high) + 1))):
                found.append(Candidate(f"{int(given.high) + 1} classes", tuple(wider)))
            if given.low == 1 and given.high == classes and isinstance(given.node, Node):
                text = case.text(given.node)
                found.append(Candidate("Start the labels at 0", (case.source.replaced(given.node, f"({text} - 1)"),)))
            return [Finding("label_encoding", message, head, None, says, False, tuple(found))]
        return constant(case, tensor, answer, loss)
    return None


def constant(case: Case, tensor: TensorValue, answer: Full, loss: str | None) -> list[Finding]:
    """A softmax over one class is always 1."""
    if answer[-1] != 1 or not loss:
        return []
    head = output_layer_of(case, tensor)
    given = case.arrays.get("y")
    if loss == "binary_crossentropy" and given is not None and given.whole and given.high is not None and given.high > 1:
        return [_more_than_two(case, head, int(given.high) + 1)]
    softmax = _activation(case, tensor) == "softmax"
    if not softmax and loss not in CATEGORICAL:
        return []
    what = "A softmax over one class is always 1" if softmax else f"With one class {loss} is always 0"
    message = f"{what}: {case.name(head) if head else 'the model'} cannot learn."
    candidates = []
    if head:
        # The softmax may be a layer of its own.
        last = next((each for each in case.up(tensor) if each.kind in ("Activation", "Softmax")), head)
        edits = [*with_activation(case, last if last.place > head.place else head, "sigmoid")]
        candidates.append(
            Candidate(
                "Use a sigmoid and binary_crossentropy",
                (*edits, *loss_edits(case, "binary_crossentropy")),
                replace(case.data, loss="binary_crossentropy"),
            )
        )
    return [Finding("label_encoding", message, head, None, None, True, tuple(candidates))]


def _more_than_two(case: Case, head: Call | None, many: int) -> Finding:
    """Labels of several classes, where one number says yes or no."""
    who = case.name(head) if head else "the model"
    message = (
        f"The labels go up to {many - 1}, but binary_crossentropy needs 0 and 1: {who} has one output for {many} classes."
    )
    candidates = []
    if head and (edits := code_edits.with_units(case, head, str(many))):
        edits = [*edits, *with_activation(case, head, "softmax"), *loss_edits(case, "sparse_categorical_crossentropy")]
        data = replace(case.data, loss="sparse_categorical_crossentropy")
        candidates.append(Candidate(f"{many} classes with softmax", tuple(edits), data))
    return Finding("label_encoding", message, head, None, None, True, tuple(candidates))


def other_loss(case: Case, loss: str, title: str) -> list[Candidate]:
    """The same targets with another loss."""
    return [Candidate(title, tuple(loss_edits(case, loss)), replace(case.data, loss=loss))]


def loss_node(case: Case) -> Node | None:
    """Where the code names its loss, else where it makes its model."""
    for each in ast.walk(case.source.tree):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "compile":
            return each
    return case.model.node if case.model else None


def loss_edits(case: Case, loss: str) -> list[Edit]:
    """Another loss in `compile`, or a `compile` where the code has none."""
    source = case.source
    for each in ast.walk(source.tree):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "compile":
            if keyword := source.keyword(each, "loss"):
                return [source.replaced(keyword.value, f'"{loss}"')]
            if len(each.args) > 1:
                return [source.replaced(each.args[1], f'"{loss}"')]
            return [source.with_keyword(each, "loss", f'"{loss}"')]
    names = [name for name, held in case.reader.names.items() if held is case.model]
    if not names:
        return []
    return [source.at_the_end(f'{names[0]}.compile(optimizer="adam", loss="{loss}")\n')]


def _activation(case: Case, tensor: TensorValue) -> str:
    for call in case.up(tensor):
        if isinstance(call.layer, str):
            return call.layer
        if not isinstance(call.layer, LayerValue):
            return ""
        if call.kind == "Softmax":
            return "softmax"
        function = getattr(call.layer.core.layer, "activation", None)
        if function is not None:
            return getattr(function, "__name__", "")
        if call.kind not in KEEPING:
            return ""
    return ""


def with_activation(case: Case, head: Call, name: str) -> list[Edit]:
    """Another activation for a layer, in whatever wrapper; for an `Activation`, or a `Softmax`, in its place."""
    if not isinstance(head.layer, LayerValue):
        return []
    node = head.layer.core.node
    if head.kind == "Activation" and node.args:
        return [case.source.replaced(node.args[0], f'"{name}"')]
    if head.kind == "Softmax":
        text, edits = code_edits.layer_text(case, node, "Activation", f'"{name}"')
        return [case.source.replaced(node, text), *edits]
    return [case.source.with_keyword(node, "activation", f'"{name}"')]
