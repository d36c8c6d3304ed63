"""Which names of a code stand for the data that a model is trained on."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from explorer.snippet.reader.data_values import Array, Full, Opaque

INPUTS = ("x", "X", "x_train", "X_train", "train_x", "train_X", "trainX", "xs", "data_x", "inputs_data", "Xtrain", "xtrain")
TARGETS = (
    *("y", "Y", "y_train", "Y_train", "train_y", "train_Y", "trainY", "ys", "labels", "targets", "train_labels", "Ytrain"),
    "ytrain",
)
_FITS = ("fit", "fit_generator", "search", "train_on_batch")


@dataclass(frozen=True)
class Typed:
    """The shapes that were given beside the code: of every input and every target, batch included."""

    x: tuple[Full, ...] | None = None
    y: tuple[Full, ...] | None = None


def fed_names(tree: ast.Module) -> dict[str, tuple[str, int]]:
    """For every name of data whether it goes in ("x") or is wanted ("y"), and its place among several."""
    found: dict[str, tuple[str, int]] = {}
    for side, names in (("x", INPUTS), ("y", TARGETS)):
        found.update((name, (side, 0)) for name in names)
    said: dict[str, tuple[str, int]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _FITS:
            continue
        # What fits a scaler or a tokenizer has no target.
        named = {each.arg: each.value for each in node.keywords if each.arg}
        given = {
            "x": node.args[0] if node.args else named.get("x"),
            "y": node.args[1] if len(node.args) > 1 else named.get("y"),
        }
        if given["x"] is None or given["y"] is None:
            continue
        for side, expression in given.items():
            for name, place in _names(expression):
                said.setdefault(name, (side, place))
    both = {name for name, (side, _) in said.items() if side == "y"} & {
        name for name, (side, _) in said.items() if side == "x"
    }
    found.update((name, place) for name, place in said.items() if name not in both)
    return found


def filled(value: Opaque | Array, shape: Full, node: ast.AST) -> Array | None:
    """Data that are not known, or not whole, with the shape that was given; None where that cannot be theirs."""
    if isinstance(value, Opaque):
        return Array(shape, node=node, typed=True)  # type: ignore[arg-type]
    if value.shape is None:
        return Array(shape, value.whole, value.low, value.high, node=value.node, typed=True)
    more = value.open and len(value.shape) < len(shape)
    if not more and (None not in value.shape or len(value.shape) != len(shape)):
        return None
    if any(mine not in (None, its) for mine, its in zip(value.shape[1:], shape[1:], strict=not more)):
        return None
    return Array(shape, value.whole, value.low, value.high, padded=value.padded, turned=value.turned, node=value.node)


def _names(node: ast.AST | None) -> list[tuple[str, int]]:
    if isinstance(node, (ast.List, ast.Tuple)):
        return [(name, place) for place, each in enumerate(node.elts) for name, _ in _names(each)[:1]]
    if isinstance(node, ast.Dict):
        return [(name, place) for place, each in enumerate(node.values) for name, _ in _names(each)[:1]]
    if isinstance(node, ast.Name):
        return [(node.id, 0)]
    if isinstance(node, ast.Attribute):
        return [(node.attr, 0)] if node.attr not in ("values", "T", "iloc", "loc") else _names(node.value)
    if isinstance(node, ast.Subscript):
        # `x[:200]` is data of the same shape; `data["clicks"]` and `x[0]` are none.
        alike = isinstance(node.slice, (ast.Slice, ast.Name))
        return _names(node.value) if alike else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Mult)):
        return _names(node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("astype", "copy"):
        return _names(node.func.value)
    return []
