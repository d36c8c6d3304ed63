"""What imports bind, and which names Keras has no more."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from typing import Any

from explorer.snippet.reader import legacy
from explorer.snippet.reader.library.old import note, today_of
from explorer.snippet.reader.library.paths import canonical, object_at, stands
from explorer.snippet.reader.names import LAYERS, REFUSED_MODULES
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import Broken, Event, Known, Opaque, Refused, Unreadable

_MODULES = ("keras", "tensorflow", "numpy")


def module(path: str) -> Any:
    """What `import path` binds."""
    name = canonical(path)
    top = name.partition(".")[0]
    if top in _MODULES:
        return Known(name, path)
    if top in REFUSED_MODULES or top in ("pandas", "sklearn"):
        return Opaque(top)
    return Opaque(path)


def imported(record: Record, statement: ast.ImportFrom) -> Iterator[tuple[str, Any]]:
    """The names that a `from ... import ...` binds, and what they stand for.

    Raises Broken for a name that Keras never had, and Refused for one that begins with an underscore.
    """
    path = canonical(statement.module or "")
    if path.partition(".")[0] not in _MODULES:
        for alias in statement.names:
            if alias.name != "*":
                yield alias.asname or alias.name, _outside(path, alias.name)
        return
    names = [alias.name for alias in statement.names]
    for name in names:
        if name.startswith("_"):
            raise Refused(f"Names that begin with an underscore are not read: `{name}`.", statement.lineno)
    today = legacy.MODULES.get(path) if not stands(path, statement.module or "") else None
    lost = [
        name for name in names if name != "*" and path.startswith("keras") and not _there(today or path, name, statement)
    ]
    if today or lost:
        _old_import(record, statement, today or path, lost)
        path = today or path
    for alias in statement.names:
        if alias.name == "*":
            yield from _everything(path)
            continue
        full = canonical(f"{path}.{alias.name}")
        if alias.name in lost:
            yield alias.asname or alias.name, Known(f"keras.layers.{alias.name}", statement.module or "")
            continue
        yield alias.asname or alias.name, Known(full, statement.module or "")


def _there(path: str, name: str, node: Node) -> bool:
    """Whether a name is to be found in a module of Keras; one that nobody knows ends the reading."""
    top = getattr(node, "module", path) or path
    if stands(f"{path}.{name}", top) or stands(f"{path}.{name}", "keras"):
        return True
    if name in legacy.CLASSES:
        return False
    holds = object_at(path, top)
    near = difflib.get_close_matches(name, dir(holds) if holds else [], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    says = f"ImportError: cannot import name '{name}' from '{top}'"
    raise Broken(Event("name", node, says, {"name": name, "hint": hint, "near": next(iter(near), None)}))


def _old_import(record: Record, statement: ast.ImportFrom, path: str, lost: list[str]) -> None:
    source, written = record.source, statement.module or ""
    names = []
    for alias in statement.names:
        new = today_of(record, alias.name) if alias.name in lost else alias.name
        parts = re.findall(r"\w+", new) if alias.name in lost else [new]
        names += [f"{part} as {alias.asname}" if alias.asname and alias.name not in lost else part for part in parts]
    wanted = path if not written.startswith(("tensorflow.keras", "tensorflow.python")) else f"tensorflow.{path}"
    text = f"from {wanted} import {', '.join(dict.fromkeys(names))}"
    if lost:
        says = f"ImportError: cannot import name '{lost[0]}' from '{written}'"
    else:
        says = f"ModuleNotFoundError: No module named '{written}'"
    what = f"`{written}`" if not lost else f"`{lost[0]}`"
    note(record, statement, what, says, source.replaced(statement, text))


def _everything(path: str) -> Iterator[tuple[str, Any]]:
    holds = object_at(path, path)
    for name in dir(holds) if holds else []:
        if not name.startswith("_"):
            yield name, Known(f"{path}.{name}", path)


def _outside(path: str, name: str) -> Any:
    top = path.partition(".")[0]
    if top in REFUSED_MODULES:
        return Opaque(f"{top}.{name}")
    return Opaque(f"{path}.{name}")


def unknown_name(node: ast.Name) -> Exception:
    """The error for a name that nothing was bound to."""
    if node.id in LAYERS or node.id in ("Sequential", "Model", "Input", "keras", "layers", "np", "tf"):
        known = {"keras": "import keras", "np": "import numpy as np", "tf": "import tensorflow as tf"}
        line = known.get(node.id) or (
            "from keras import layers"
            if node.id == "layers"
            else f"from keras.{'models' if node.id in ('Sequential', 'Model') else 'layers'} import {node.id}"
        )
        return Unreadable(f"`{node.id}` is not imported. Write `{line}` at the top.", node.lineno)
    return Unreadable(
        f"`{node.id}` is not defined above this line. Where it is data, write its shape: {node.id} = np.zeros((8, 20, 5)).",
        node.lineno,
    )
