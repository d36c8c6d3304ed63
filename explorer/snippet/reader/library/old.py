"""What Keras 1 and 2 called otherwise: read as what it is called today, and noted with the change of the code."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import keras

from explorer.snippet.reader import legacy
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.record import Old, Record
from explorer.snippet.reader.spelling import nearest
from explorer.snippet.reader.values import Known


def note(record: Record, node: Node, what: str, says: str, *edits: Edit) -> None:
    """Write down something that an older Keras called otherwise, with the change of the code that it takes."""
    # What stands in a loop, or in a layer that is called twice, is met more than once.
    if not any(each.node is node and each.what == what for each in record.old):
        record.old.append(Old(node, what, says, tuple(edits)))


def misspelled_arguments(
    record: Record, what: str, kwargs: dict[str, Any], node: ast.Call, takes: Callable[..., Any], more: tuple[str, ...] = ()
) -> None:
    """Take arguments that a function does not have under the names that were meant, in place, and note it."""
    known = [each for each in (*inspect.signature(takes).parameters, *more) if each not in ("self", "kwargs")]
    for name in [each for each in kwargs if each not in known]:
        keyword = record.source.keyword(node, name)
        if keyword is None:
            # It comes with `**`, and where that was written is another question.
            continue
        value, near = kwargs.pop(name), nearest(name, known)
        near = near if near not in kwargs else None
        says = f"TypeError: {what}() got an unexpected keyword argument '{name}'"
        hint = f"The nearest is `{near}`." if near else f"It takes {', '.join(known[:5])} and others."
        told = f"`{what.rpartition('.')[2]}` has no argument `{name}`. {hint}"
        start = record.source.span(keyword)[0]
        edit = Edit(start, start + len(name), near) if near else record.source.without(node, keyword)
        if near:
            kwargs[near] = value
        if not any(each.node is node and each.what == name for each in record.old):
            record.old.append(Old(node, name, says, (edit,), told, near or ""))


def keras_imported(record: Record) -> list[Edit]:
    """The line that imports Keras, where the code does not."""
    found = record.names.get("keras")
    if isinstance(found, Known) and found.path == "keras":
        return []
    return [record.source.at_the_top("import keras")]


def old_arguments(
    record: Record,
    kind: str,
    kwargs: dict[str, Any],
    node: ast.Call,
    renamed: Mapping[str, str | None],
    gone: tuple[str, ...],
) -> None:
    """Take arguments under today's names, in place, and note the change of the code."""
    for name in list(kwargs):
        keyword = record.source.keyword(node, name)
        if keyword is None or (name not in renamed and name not in gone):
            continue
        value, new = kwargs.pop(name), renamed.get(name)
        says = f"Unrecognized keyword arguments passed to {kind}: {{'{name}'}}"
        if new is None:
            note(record, node, f"`{name}`", f"ValueError: {says}", record.source.without(node, keyword))
            continue
        kwargs[new] = value
        start = record.source.span(keyword)[0]
        note(record, node, f"`{name}`", f"ValueError: {says}", Edit(start, start + len(name), new))


def renamed_arguments(
    record: Record, layer: type[keras.layers.Layer], kwargs: dict[str, Any], node: ast.Call
) -> tuple[dict[str, Any], list[Edit]]:
    """Arguments of a layer under today's names, and the changes of the code that this takes."""
    source, today, edits, kind = record.source, dict(kwargs), [], layer.__name__
    if legacy.time_first(kind) and "input_dim" in kwargs and kind != "Embedding":
        steps, width = kwargs.get("input_length"), kwargs["input_dim"]
        for name in ("input_length", "input_dim"):
            today.pop(name, None)
        today["input_shape"] = (steps, width)
        keyword, other = source.keyword(node, "input_dim"), source.keyword(node, "input_length")
        if keyword:
            length = source.text(other.value) if other else "None"
            edits.append(source.replaced(keyword, f"input_shape=({length}, {source.text(keyword.value)})"))
            if other:
                edits.append(source.without(node, other))
    signature = layer.__init__
    known = signature.__code__.co_varnames[: signature.__code__.co_argcount + signature.__code__.co_kwonlyargcount]
    for name in list(today):
        keyword = source.keyword(node, name)
        if name in known or name in ("input_shape", "input_dim", "name", "trainable", "dtype", "activity_regularizer"):
            continue
        new = legacy.renamed(kind, name)
        if new is None or keyword is None:
            continue
        value = legacy.value(new, today.pop(name))
        if new == "" or new in today:
            edits.append(source.without(node, keyword))
            continue
        today[new] = value
        text = f'"{value}"' if isinstance(value, str) and new == "data_format" else source.text(keyword.value)
        edits.append(source.replaced(keyword, f"{new}={text}"))
    return today, edits


def input_before(record: Record, node: ast.Call, text: str) -> list[Edit]:
    """An Input as the element or the `add` before the layer that a node makes."""
    source = record.source
    for each in ast.walk(source.tree):
        if isinstance(each, ast.List) and any(node is element for element in each.elts):
            return [source.element_before(node, text)]
        if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Attribute) or each.func.attr != "add":
            continue
        if any(node is within for argument in each.args for within in ast.walk(argument)):
            return [source.before(node, f"{source.text(each.func)}({text})")]
    return []


def today_of(record: Record, name: str) -> str:
    """What is imported today in place of a name that is gone."""
    if name != "merge":
        return legacy.CLASSES[name]
    modes = {
        each.value
        for node in ast.walk(record.source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "merge"
        for each in ast.walk(node)
        if isinstance(each, ast.Constant)
    }
    found = [today for mode, today in legacy.MERGE_MODES.items() if mode in modes]
    return ", ".join(dict.fromkeys(found)) or "add"
