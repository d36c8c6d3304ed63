"""What names and attributes of pasted code are bound to, and what stands in for those that nobody binds."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from explorer.snippet.reader.data_values import Array, History, Items, Opaque, Pairs
from explorer.snippet.reader.fed import filled
from explorer.snippet.reader.iteration import unpacked
from explorer.snippet.reader.library import imports
from explorer.snippet.reader.limits import light, plainly
from explorer.snippet.reader.names import LAYERS, REFUSED_BUILTINS
from explorer.snippet.reader.objects import ClassValue, Instance
from explorer.snippet.reader.parts_of_arrays import written_into
from explorer.snippet.reader.plain import BUILTINS
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import Broken, Event, Function, Known, Method, Refused, Scope, Unreadable

_QUIET = (
    "isinstance",
    "type",
    "id",
    "hash",
    "frozenset",
    "iter",
    "next",
    "object",
    "super",
    "property",
    "callable",
)
# What a notebook calls so, whichever cell imported it.
_USUAL = {
    "np": "numpy",
    "tf": "tensorflow",
    "keras": "keras",
    "layers": "keras.layers",
    "K": "keras.backend",
    "models": "keras.models",
}
# What is asked of models, and methods of models that give nothing.
_OF_MODELS = ("add", "build", "compile", "evaluate", "fit", "predict", "save", "summary", "train_on_batch")
_WITHOUT_VALUE = ("add", "build", "compile", "summary")


class Binding(Record):
    """The part of a reading that knows what names stand for."""

    def value(self, node: ast.expr, scope: Scope) -> Any:
        raise NotImplementedError

    def looked_up(self, node: ast.Name, scope: Scope) -> Any:
        """What a name stands for. Raises Refused for what is never called, and Unreadable for a forgotten import."""
        try:
            found = scope.find(node.id)
        except KeyError:
            pass
        else:
            return found
        if node.id == "__name__":
            return "__main__"
        if node.id in ("__file__", "__doc__"):
            return Opaque(node.id)
        if node.id in REFUSED_BUILTINS or node.id.startswith("__"):
            raise Refused(
                f"`{node.id}` is never called here: pasted code is read, not run. What it gives is not known.", node.lineno
            )
        if node.id in BUILTINS:
            return Method(None, node.id)
        if node.id in _QUIET:
            return Opaque(f"`{node.id}`")
        return self._unbound(node)

    def _unbound(self, node: ast.Name) -> Any:
        """What stands in for a name of another cell, or of nobody."""
        name = node.id
        if self.everything_of and name not in ("np", "tf"):
            return self._of_everything(name, node)
        if not self.makers.imports_keras:
            path = _USUAL.get(name)
            if name in LAYERS or name in ("Input", "concatenate", "add", "multiply"):
                path = f"keras.layers.{name}"
            if name in ("Sequential", "Model"):
                path = f"keras.{name}"
            if path is not None:
                self.assume(node, f"`{name}` is taken to be {path}, which another cell imports.")
                return Known(path, path)
        elif name in ("np", "tf"):
            self.assume(node, f"`{name}` is taken to be {_USUAL[name]}, which nothing here imports.")
            return Known(_USUAL[name], _USUAL[name])
        error = imports.unknown_name(node)
        if name in LAYERS or name in ("Sequential", "Model", "Input", "keras", "layers"):
            raise error
        if name not in self.given:
            self.skip(error, node)
        return self.dressed(Opaque(f"`{name}`, which is not defined here", name, node.lineno), name, node)

    def _of_everything(self, name: str, node: ast.Name) -> Any:
        """A name that a package may bring whose names are all imported."""
        if name in LAYERS or name in ("Sequential", "Model", "Input"):
            path = f"keras.layers.{name}" if name in LAYERS else f"keras.{name}"
            brings = " or ".join(f"`from {each} import *`" for each in self.everything_of)
            self.assume(node, f"`{name}` is taken to be {path}, which {brings} may bring.")
            return Known(path, path)
        path = " or ".join(f"{each}.{name}" for each in self.everything_of)
        self.assume(node, f"`{name}` is taken to be {path}: all names from there are imported.")
        return self.dressed(Opaque(path, name, node.lineno), name, node)

    def dressed(self, value: Any, name: str, node: Any) -> Any:
        """A value under a name: a number that was given for it, or the shape that was given for data so called."""
        if isinstance(value, Opaque):
            if name in self.given:
                self.count_back(value, self.given[name])
                return self.given[name]
            if value.name is None or not value.name.isidentifier():
                value = replace(value, name=name, line=getattr(node, "lineno", None))
        if isinstance(value, (Opaque, Array, Items)) and name in self.fed:
            side, place = self.fed[name]
            shapes = self.typed.x if side == "x" else self.typed.y
            if shapes and place < len(shapes):
                if isinstance(value, Items):
                    return value if value.rest is not None else (filled(Opaque(name), shapes[place], node) or value)
                return filled(value, shapes[place], node) or value
        return value

    def bind(self, target: ast.expr, value: Any, scope: Scope, given: ast.expr) -> None:
        """Let a target stand for a value from here on; `given` is the expression that gave it."""
        if isinstance(target, ast.Name):
            self.gave_none.pop(target.id, None)
            if (value is None or isinstance(value, History)) and isinstance(given, ast.Call):
                self.gave_none[target.id] = given
            scope.put(target.id, self.dressed(value, target.id, target))
        elif isinstance(target, (ast.Tuple, ast.List)):
            for each, item in zip(target.elts, unpacked(target, value, given), strict=True):
                self.bind(each.value if isinstance(each, ast.Starred) else each, item, scope, given)
        elif isinstance(target, ast.Subscript):
            owner = self.value(target.value, scope)
            if isinstance(owner, Array) and isinstance(target.value, ast.Name) and owner.low is not None:
                scope.put(target.value.id, written_into(owner, self.value(target.slice, scope), value))
            if isinstance(owner, (dict, list)):
                key = self.value(target.slice, scope)
                if isinstance(owner, list) and not isinstance(key, (int, slice)):
                    return
                with plainly(target):
                    before = len(owner)
                    owner[light(key, target)] = value
                if isinstance(owner, Pairs):
                    self.grown.append((owner, len(owner) - before))
                # What holds itself, or the same list over and over, can be walked through by nobody.
                light(owner, target)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            self.freezes = self.freezes or target.attr == "trainable"
            if isinstance(owner, Instance):
                owner.held[target.attr] = self.dressed(value, target.attr, target)
            elif isinstance(owner, ClassValue):
                owner.names[target.attr] = value
            else:
                private(target)

    def ask_no_model(self, node: ast.Attribute, scope: Scope, kind: str) -> None:
        """Raises Broken where a method of a model is asked of what a call gave that surely gives none.

        kind: the class of what it gave, "NoneType" or "History".
        """
        held = node.value
        given = held if isinstance(held, ast.Call) else self.gave_none.get(held.id) if isinstance(held, ast.Name) else None
        if given is None or node.attr not in _OF_MODELS:
            return
        function = None
        if isinstance(given.func, ast.Name):
            function = scope.find(given.func.id)
            if not isinstance(function, Function) or not _returns_nothing(function.node):
                return
        elif not isinstance(given.func, ast.Attribute) or given.func.attr not in (*_WITHOUT_VALUE, "fit"):
            return
        says = f"AttributeError: '{kind}' object has no attribute '{node.attr}'"
        raise Broken(Event("none", node, says, {"given": given, "function": function}))

    def forget(self, target: ast.AST, scope: Scope, why: str) -> None:
        """What a statement would have bound is not known."""
        for each in ast.walk(target):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                scope.put(each.id, self.dressed(Opaque(why, each.id, each.lineno, lost=True), each.id, each))
            elif isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and isinstance(each.value, ast.Name):
                try:
                    owner = scope.find(each.value.id)
                except KeyError:
                    continue
                if isinstance(owner, Instance):
                    lost = Opaque(why, each.attr, each.lineno, lost=True)
                    owner.held[each.attr] = self.dressed(lost, each.attr, each)


def _returns_nothing(node: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether a function has no value to give, wherever it ends."""
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return False
    return not any(
        isinstance(each, (ast.Yield, ast.YieldFrom)) or (isinstance(each, ast.Return) and each.value)
        for each in ast.walk(node)
    )


def private(node: ast.Attribute) -> None:
    """Raises Refused for an attribute of something of Python or Keras that begins with an underscore."""
    if node.attr.startswith("_"):
        raise Refused(
            f"Attributes that begin with an underscore are not read: `{node.attr}`. Use the public names of Keras.",
            node.lineno,
        )


__all__ = ["Binding", "Unreadable", "private"]
