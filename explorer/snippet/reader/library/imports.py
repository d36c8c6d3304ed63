"""What imports bind, and which names Keras has no more."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from explorer.snippet.reader import legacy
from explorer.snippet.reader.data_values import Opaque
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.library.old import note, today_of
from explorer.snippet.reader.library.paths import canonical, object_at, stands
from explorer.snippet.reader.names import LAYERS, REFUSED_MODULES, of_python
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.plain import BUILTINS
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.spelling import slip
from explorer.snippet.reader.values import Broken, Event, Known, Refused, Unreadable

_MODULES = ("keras", "tensorflow", "numpy")


def module(record: Record, path: str, node: Node) -> Any:
    """What `import path` binds. Raises Broken for a misspelled name of Keras, TensorFlow or NumPy."""
    name = canonical(path)
    _spelled(record, path, node)
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
    _spelled(record, statement.module or "", statement)
    if path.partition(".")[0] not in _MODULES:
        for alias in statement.names:
            if alias.name != "*":
                yield alias.asname or alias.name, _outside(path, alias.name)
            elif not of_python(path):
                record.everything_of.append(path)
        return
    names = [alias.name for alias in statement.names]
    for name in names:
        if name.startswith("_"):
            raise Refused(f"Names that begin with an underscore are not read: `{name}`.", statement.lineno)
    written = statement.module or ""
    today = legacy.MODULES.get(path) if not stands(path, written) else None
    lost: dict[str, str | None] = {}
    for name in names:
        if name != "*" and path.startswith("keras") and not _there(today or path, name, statement):
            lost[name] = _moved(record, path, name, statement)
    if today or lost or written.startswith("tensorflow.python"):
        _old_import(record, statement, today or path, lost)
        path = today or path
    for alias in statement.names:
        name = alias.asname or alias.name
        if alias.name == "*":
            yield from _everything(path)
        elif alias.name not in lost:
            yield (
                name,
                Known(canonical(f"{path}.{alias.name}"), "keras" if written.startswith("tensorflow.python") else written),
            )
        elif (moved := lost[alias.name]) is None:
            yield name, Opaque(f"`{alias.name}`, which Keras 3 does not have", name, statement.lineno)
        else:
            yield name, Known(canonical(moved), moved)


def _spelled(record: Record, path: str, node: Node) -> None:
    """Raises Broken for a module that is nearly called like one of Keras, TensorFlow or NumPy."""
    top, _, rest = path.partition(".")
    known = canonical(path).partition(".")[0] in _MODULES
    near = None
    if not known and abs(len(top) - len(slip(top, _MODULES) or "")) < 2:
        wrong, near = top, slip(top, _MODULES)
    elif known and rest and canonical(path) not in legacy.MODULES and not stands(canonical(path), path):
        before, _, wrong = path.rpartition(".")
        holds = object_at(canonical(before), path)
        near = slip(wrong, [each for each in dir(holds) if each.islower() and not each.startswith("_")])
    if near is None:
        return
    start, _ = record.source.span(node)
    begin = start + record.source.text(node).index(path) + (path.rindex(wrong) if known else 0)
    edits = (Edit(begin, begin + len(wrong), near),)
    given = {"name": path, "hint": f" Did you mean {near}?", "near": near, "edits": edits, "of": "Python"}
    raise Broken(Event("name", node, f"ModuleNotFoundError: No module named '{path}'", given))


def _there(path: str, name: str, node: Node) -> bool:
    """Whether a name is to be found in a module of Keras."""
    top = getattr(node, "module", path) or path
    if canonical(f"{path}.{name}") in legacy.MODULES:
        return stands(f"{path}.{name}", top)
    return stands(f"{path}.{name}", top) or stands(f"{path}.{name}", "keras")


def _moved(record: Record, path: str, name: str, statement: ast.ImportFrom) -> str | None:
    """Where a name that is gone stands today, None where nowhere. Raises Broken for one that is misspelled."""
    if name in legacy.CLASSES:
        return f"keras.layers.{name}"
    if (module := legacy.MODULES.get(canonical(f"{path}.{name}"))) is not None:
        return module
    if stands(f"{path}.{name}", "tensorflow"):
        return f"tensorflow.{path}.{name}"
    top = statement.module or ""
    holds = object_at(path, top)
    near = difflib.get_close_matches(name, dir(holds) if holds else [], n=1)
    uses = [each for each in ast.walk(record.source.tree) if isinstance(each, ast.Name)]
    if not near or not (_used(record, statement) or any(each.id == near[0] for each in uses)):
        return None
    says = f"ImportError: cannot import name '{name}' from '{top}'"
    alias = next(each for each in statement.names if each.name == name)
    start = record.source.span(alias)[0]
    edits = [Edit(start, start + len(name), near[0])]
    if alias.asname is None:
        edits += [record.source.replaced(each, near[0]) for each in uses if each.id == name]
    given = {"name": name, "hint": f" Did you mean {near[0]}?", "near": near[0], "edits": tuple(edits)}
    raise Broken(Event("name", statement, says, given))


def _used(record: Record, statement: ast.ImportFrom) -> bool:
    """Whether any name that a statement imports is used anywhere."""
    names = {alias.asname or alias.name for alias in statement.names}
    return "*" in names or any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(record.source.tree))


def _old_import(record: Record, statement: ast.ImportFrom, path: str, lost: dict[str, str | None]) -> None:
    source, written = record.source, statement.module or ""
    names, lines = [], []
    wanted = path if not written.startswith(("tensorflow.keras", "tensorflow.python")) else f"tensorflow.{path}"
    for alias in statement.names:
        renamed = f" as {alias.asname}" if alias.asname else ""
        moved = lost.get(alias.name)
        if alias.name not in lost:
            names.append(f"{alias.name}{renamed}")
        elif alias.name in legacy.CLASSES:
            names += re.findall(r"\w+", today_of(record, alias.name))
        elif moved in legacy.MODULES.values():
            module, _, last = str(moved).rpartition(".")
            lines.append(f"from {module} import {last} as {alias.asname or alias.name}")
        elif moved is not None:
            module, _, last = moved.rpartition(".")
            lines.append(f"from {module} import {last}{renamed}")
    if names:
        lines.insert(0, f"from {wanted} import {', '.join(dict.fromkeys(names))}")
    first = next(iter(lost), None)
    if first is not None:
        says, what = f"ImportError: cannot import name '{first}' from '{written}'", f"`{first}`"
    else:
        says, what = f"ModuleNotFoundError: No module named '{written}'", f"`{written}`"
    if not _used(record, statement):
        record.hints.append(
            f"Line {statement.lineno} imports {what}, which Keras 3 does not have, and nothing uses it: remove the line."
        )
        return
    # Where nothing takes the place of a name, no change of the code mends the line.
    whole = not any(moved is None for moved in lost.values())
    indent = "\n" + source.indentation(statement.lineno)
    note(record, statement, what, says, *([source.replaced(statement, indent.join(lines))] if whole and lines else []))


def _everything(path: str) -> Iterator[tuple[str, Any]]:
    if path == "numpy":
        # What NumPy itself gives to who asks for all; of numbers, its `sum` and Python's are alike.
        yield from ((name, Known(f"numpy.{name}", "numpy")) for name in np.__all__ if name not in BUILTINS)
        return
    holds = object_at(path, path)
    for name in dir(holds) if holds else []:
        if not name.startswith("_"):
            yield name, Known(f"{path}.{name}", path)


def _outside(path: str, name: str) -> Any:
    top = path.partition(".")[0]
    if top in REFUSED_MODULES:
        return Opaque(f"{top}.{name}")
    return Opaque(f"{path}.{name}")


def unknown_name(node: ast.Name) -> Unreadable:
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
