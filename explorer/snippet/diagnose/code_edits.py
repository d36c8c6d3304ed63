"""Changes of pasted code, as the code around them would be written."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import CONV_RECURRENT, RECURRENT
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Call, Known, LayerValue, TensorValue


def layer_text(case: Case, near: Node, kind: str, arguments: str = "") -> tuple[str, list[Edit]]:
    """A new layer as the code around would write it, and the import that it takes."""
    name, edits = class_text(case, near, kind)
    return f"{name}({arguments})", edits


def class_text(case: Case, near: Node | None, kind: str) -> tuple[str, list[Edit]]:
    """The name of a layer as the code around would write it, and the import that it takes."""
    func = near.func if isinstance(near, ast.Call) else None
    while isinstance(func, ast.Call):
        func = func.func
    if isinstance(func, ast.Attribute):
        owner = case.text(func.value)
        held = case.reader.names.get(owner.partition(".")[0])
        if isinstance(held, Known) and func.attr not in ("Sequential", "Model") and not owner.endswith("ops"):
            return f"{owner}.{kind}", []
    held = case.reader.names.get(kind)
    if isinstance(held, Known) and held.path == f"keras.layers.{kind}":
        return kind, []
    for name, held in case.reader.names.items():
        if isinstance(held, Known) and held.path == "keras.layers":
            return f"{name}.{kind}", []
    return kind, _imported(case, kind)


def before(case: Case, call: Call, kind: str, arguments: str = "", place: int = 0) -> list[Edit]:
    """A new layer in front of the first input of a call."""
    text, edits = layer_text(case, call.layer.node if isinstance(call.layer, LayerValue) else call.node, kind, arguments)
    if in_sequential(call):
        return [*placed(case, call.made_at, text, after=False), *edits]
    if isinstance(call.node, ast.Call) and call.node.args:
        argument = call.node.args[0]
        if isinstance(argument, (ast.List, ast.Tuple)) and len(argument.elts) > place:
            argument = argument.elts[place]
        return [case.source.replaced(argument, f"{text}({case.text(argument)})"), *edits]
    return []


def after(case: Case, call: Call, kind: str, arguments: str = "") -> list[Edit]:
    """A new layer that takes what a call returns."""
    text, edits = layer_text(case, call.layer.node if isinstance(call.layer, LayerValue) else call.node, kind, arguments)
    if in_sequential(call):
        return [*placed(case, call.made_at, text, after=True), *edits]
    return [case.source.replaced(call.node, f"{text}({case.text(call.node)})"), *edits]


def removed(case: Case, call: Call) -> list[Edit]:
    """The code without a layer: what it was given goes on to the next one."""
    if in_sequential(call):
        node = call.made_at
        for each in ast.walk(case.source.tree):
            if isinstance(each, ast.List) and any(node is element for element in each.elts):
                return [case.source.element_removed(each, node)]
        return [case.source.statement_removed(node)]
    if isinstance(call.node, ast.Call) and call.node.args:
        return [case.source.replaced(call.node, case.text(call.node.args[0]))]
    return []


def in_sequential(call: Call) -> bool:
    """Whether a layer is called where it is made, as an element of a list or with `add`."""
    return isinstance(call.layer, LayerValue) and call.node is call.layer.node


def placed(case: Case, node: Node, text: str, after: bool) -> list[Edit]:
    """`text` as a layer before or after the one that a node makes, in the list or among the `add`s of a Sequential model."""
    for each in ast.walk(case.source.tree):
        if isinstance(each, ast.List) and any(node is element for element in each.elts):
            return [case.source.element_after(node, text) if after else case.source.element_before(node, text)]
        if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Attribute):
            continue
        if each.func.attr in ("add", "append") and any(node is argument for argument in each.args):
            line = f"{case.text(each.func)}({text})"
            return [case.source.after(node, line) if after else case.source.before(node, line)]
    return []


def keeps_steps(case: Case, call: Call, more: str = "True") -> list[Edit] | None:
    """`return_sequences=True` for a recurrent layer, in whatever wrapper; None for a layer that has no such switch."""
    layer = call.layer
    if not isinstance(layer, LayerValue) or layer.core.kind not in (*RECURRENT, *CONV_RECURRENT):
        return None
    node = layer.core.node
    inside = _loop(case, node)
    return [case.source.with_keyword(node, "return_sequences", inside or more)]


def keeps_steps_but_last(case: Case, call: Call) -> list[Edit] | None:
    """`return_sequences=True` for a recurrent layer that a loop over a list makes, but for the last one; None elsewhere."""
    layer = call.layer
    if not isinstance(layer, LayerValue) or layer.core.kind not in (*RECURRENT, *CONV_RECURRENT):
        return None
    node, source = layer.core.node, case.source
    for each in ast.walk(source.tree):
        loops: list[Any] = [each] if isinstance(each, ast.For) else list(getattr(each, "generators", ()))
        if len(loops) != 1 or not any(within is node for within in ast.walk(each)):
            continue
        (loop,) = loops
        over, target = loop.iter, loop.target
        counted = isinstance(over, ast.Call) and source.text(over.func) == "enumerate" and len(over.args) == 1
        if counted and not over.keywords and isinstance(target, ast.Tuple):
            last = f"{source.text(target.elts[0])} < len({source.text(over.args[0])}) - 1"
            return [source.with_keyword(node, "return_sequences", last)]
        if isinstance(over, (ast.Name, ast.Attribute)) and isinstance(target, ast.Name):
            used = {held.id for held in ast.walk(source.tree) if isinstance(held, ast.Name)}
            place = next((name for name in ("i", "place", "position") if name not in used), "index_of_layer")
            return [
                source.with_keyword(node, "return_sequences", f"{place} < len({source.text(over)}) - 1"),
                source.replaced(target, f"{place}, {target.id}"),
                source.replaced(over, f"enumerate({source.text(over)})"),
            ]
    return None


def drops_steps(case: Case, call: Call) -> list[Edit] | None:
    """A recurrent layer without `return_sequences=True`; None where it does not say so."""
    layer = call.layer
    if not isinstance(layer, LayerValue) or layer.core.kind not in (*RECURRENT, *CONV_RECURRENT):
        return None
    edit = case.source.without_keyword(layer.core.node, "return_sequences")
    return [edit] if edit else None


def with_units(case: Case, call: Call, units: str, name: str = "units") -> list[Edit] | None:
    """Another number of units (or filters, or steps) for a layer."""
    node = call.layer.core.node if isinstance(call.layer, LayerValue) else None
    if node is None:
        return None
    keyword = case.source.keyword(node, name)
    if keyword:
        return [case.source.replaced(keyword.value, units)]
    return [case.source.replaced(node.args[0], units)] if node.args else None


def unwrapped(case: Case, call: Call) -> list[Edit] | None:
    """A layer without the wrapper around it."""
    layer = call.layer
    if not isinstance(layer, LayerValue) or layer.wraps is None:
        return None
    return [case.source.replaced(layer.node, case.text(wrapped(case, layer)))]


def wrapped(case: Case, layer: LayerValue) -> Node:
    """What stands in a wrapper: the call that makes its layer, or the name of one that was made before."""
    keyword = case.source.keyword(layer.node, "layer")
    if keyword or layer.node.args:
        return keyword.value if keyword else layer.node.args[0]
    return (layer.wraps or layer).node


def shaped(case: Case, tensor: TensorValue, shape: Iterable[int | None]) -> list[Edit]:
    """An Input (or the `input_shape` of a first layer) with another shape, without the batch."""
    sizes = list(shape)
    text = ", ".join("None" if each is None else str(each) for each in sizes)
    text = f"({text},)" if len(sizes) == 1 else f"({text})"
    node = tensor.node
    if not isinstance(node, ast.Call):
        return []
    for name in ("shape", "input_shape"):
        if keyword := case.source.keyword(node, name):
            return [case.source.replaced(keyword.value, text)]
    if keyword := case.source.keyword(node, "batch_shape"):
        batch = tensor.shape[0]
        inner = text[1:-1].rstrip(",")
        return [case.source.replaced(keyword.value, f"({batch}, {inner})")]
    if keyword := case.source.keyword(node, "input_dim"):
        return [case.source.replaced(keyword, f"input_shape={text}")]
    for each in [*node.args, *(keyword.value for keyword in node.keywords)]:
        if isinstance(each, ast.Call) and (found := case.source.keyword(each, "input_shape")):
            return [case.source.replaced(found.value, text)]
    if node.args and case.text(node.func).endswith("Input"):
        return [case.source.replaced(node.args[0], text)]
    return []


def _imported(case: Case, kind: str) -> list[Edit]:
    for each in case.source.tree.body:
        if isinstance(each, ast.ImportFrom) and (each.module or "").endswith("layers") and each.names[0].name != "*":
            last = each.names[-1]
            end = case.source.span(last)[1]
            return [Edit(end, end, f", {kind}")]
    held = case.reader.names.get("keras")
    top = "keras.layers"
    if isinstance(held, Known) and held.top.startswith("tensorflow"):
        top = "tensorflow.keras.layers"
    return [case.source.at_the_top(f"from {top} import {kind}")] if not _star(case) else []


def _star(case: Case) -> bool:
    return any(isinstance(each, ast.ImportFrom) and each.names[0].name == "*" for each in case.source.tree.body)


def _loop(case: Case, node: Node) -> str | None:
    """In a loop `for i in range(n)` only the last layer may drop its steps: the condition that says so."""
    for each in ast.walk(case.source.tree):
        if isinstance(each, ast.For) and any(within is node for within in ast.walk(each)):
            call = each.iter
            if (
                isinstance(each.target, ast.Name)
                and isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == "range"
                and len(call.args) == 1
            ):
                return f"{each.target.id} < {case.text(call.args[0])} - 1"
    return None
