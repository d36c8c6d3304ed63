"""Targets of classes: integers, one-hot vectors, and the losses that need them."""

from __future__ import annotations

import ast
from dataclasses import replace

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Data, Finding
from explorer.snippet.diagnose.rules.output_layer import output_layer_of
from explorer.snippet.diagnose.training_data import names_of_outputs
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
    softmax = activation_of(case, tensor) == "softmax"
    plain = target[:-1] if len(target) == len(answer) and target[-1] == 1 else target
    if plain != answer[:-1] or not isinstance(classes, int) or classes < 2:
        return None
    if not (loss in CATEGORICAL or (softmax and loss)):
        return None
    given = case.target
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
    given = case.target
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
    given = case.target
    if loss == "binary_crossentropy" and given is not None and given.whole and given.high is not None and given.high > 1:
        return [_more_than_two(case, head, int(given.high) + 1)]
    softmax = activation_of(case, tensor) == "softmax"
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
                with_loss(case, "binary_crossentropy"),
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
        data = with_loss(case, "sparse_categorical_crossentropy")
        candidates.append(Candidate(f"{many} classes with softmax", tuple(edits), data))
    return Finding("label_encoding", message, head, None, None, True, tuple(candidates))


def other_loss(case: Case, loss: str, title: str) -> list[Candidate]:
    """The same targets with another loss."""
    return [Candidate(title, tuple(loss_edits(case, loss)), with_loss(case, loss))]


def with_loss(case: Case, loss: str) -> Data:
    """What the model is trained on, with another loss for the output that is compared."""
    if case.output is None:
        return replace(case.data, loss=loss)
    many, held = len(case.whole.outputs), case.data.loss
    losses = [*(held if isinstance(held, tuple) else (held,) * many), *(None,) * many][:many]
    return replace(case.data, loss=tuple(loss if place == case.output else each for place, each in enumerate(losses)))


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
                return _in_place_of(case, keyword.value, loss)
            if len(each.args) > 1:
                return _in_place_of(case, each.args[1], loss)
            return [source.with_keyword(each, "loss", f'"{loss}"')]
    names = [name for name, held in case.reader.names.items() if held is case.model]
    if not names:
        return []
    return [source.at_the_end(f'{names[0]}.compile(optimizer="adam", loss="{loss}")\n')]


def _in_place_of(case: Case, given: ast.expr, loss: str) -> list[Edit]:
    """Another loss where the code gives one: of several outputs, for the one that is compared. Nothing where its place in
    the code is not known.
    """
    source, place = case.source, case.output
    if place is None:
        return [source.replaced(given, f'"{loss}"')]
    names = names_of_outputs(case.whole)
    if isinstance(given, (ast.List, ast.Tuple)) and place < len(given.elts):
        return [source.replaced(given.elts[place], f'"{loss}"')]
    if isinstance(given, ast.Dict):
        pairs = zip(given.keys, given.values, strict=True)
        found = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == names[place]]
        return [source.replaced(each, f'"{loss}"') for each in found[:1]]
    if isinstance(given, ast.Constant) and not case.whole.keys:
        losses = [f'"{loss}"' if each == place else case.text(given) for each in range(len(names))]
        return [source.replaced(given, f"[{', '.join(losses)}]")]
    return []


def activation_of(case: Case, tensor: TensorValue) -> str:
    """The name of the activation behind a tensor, whether a layer's own or a layer of its own; "" where none is known."""
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
