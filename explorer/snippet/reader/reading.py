"""Reads pasted code: walks its statements and follows what its names stand for. Nothing of it is ever executed.

What may be called is a list (`explorer.snippet.reader.names`); what Keras makes of a layer is asked of Keras itself
(`explorer.snippet.reader.library`), in a scope in which no weight is ever given memory. A statement that cannot be followed
is noted, what it would have bound is not known, and reading goes on.
"""

from __future__ import annotations

import ast
import logging
from typing import Any

from explorer.snippet.reader.data_values import Items, Opaque
from explorer.snippet.reader.functions import Return
from explorer.snippet.reader.library import imports
from explorer.snippet.reader.loops import Leave, Loops
from explorer.snippet.reader.makers import yields
from explorer.snippet.reader.matching import as_branches
from explorer.snippet.reader.names import of_unknown_package
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.objects import ClassValue
from explorer.snippet.reader.values import Broken, Exhausted, Function, Known, ModelValue, Refused, Scope, Unreadable

_LOG = logging.getLogger(__name__)
_INSTEAD = {
    "Raise": "`raise` is not followed here: the lines below are read as if they were reached.",
    "AsyncFunctionDef": "`async` functions are not supported here. Write plain functions.",
}
_NESTED = "The code is nested too deeply to be read. Use less nesting."
_LAYERS = ("keras.layers.Layer", "keras.Layer")
_MODELS = ("keras.Model", "keras.models.Model", "keras.Sequential", "keras.models.Sequential", "keras.Functional")


class Reader(Loops):
    """One reading of one code. After `read`, what was found stands in its attributes (see `Record`).

    source: the code. budget: what may be spent on it. typed: shapes of data that stand beside it; given: numbers by name.
    """

    def read(self) -> None:
        """Raises Unreadable where the code is too long or too deep, Broken where Keras or NumPy would raise."""
        try:
            for statement in self.source.tree.body:
                self._top(statement)
        except RecursionError:
            raise Exhausted(_NESTED) from None

    def _top(self, statement: ast.stmt) -> None:
        before = self.made
        try:
            self.block([statement], self.names)
        except (Return, Leave) as leave:
            self.skip(Unreadable("There is a return, break or continue in the wrong place.", leave.line), statement)
        except (Exhausted, RecursionError) as error:
            # What stands behind a whole model never matters.
            if before != self.made or not any(each.built and each.unread is None for each in self.models):
                raise
            self.skip(error if isinstance(error, Exhausted) else Exhausted(_NESTED, statement.lineno), statement)
            if self.budget.over:
                raise

    # --- statements

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        for statement in body:
            self.tick(statement)
            try:
                if self.source.lost and (why := self.source.lost.get(statement.lineno)):
                    raise Unreadable(why, statement.lineno)
                name = type(statement).__name__
                method = getattr(self, f"_do_{name.lower()}", None)
                if method is None:
                    raise Unreadable(_INSTEAD.get(name, f"`{name.lower()}` is not followed here."), statement.lineno)
                method(statement, scope)
            except (Exhausted, Broken, Return, Leave, RecursionError, MemoryError):
                raise
            except Unreadable as error:
                self.skip(error, statement)
                self._without(statement, scope)
                self._lacking(statement, error, scope)
            except Exception:
                # What nobody foresaw costs a line and not the rest: whoever pasted it reads which, and the log why.
                _LOG.exception("a line could not be followed")
                self.skip(Unreadable("This line does something that is not followed here.", statement.lineno), statement)
                self._without(statement, scope)

    def _without(self, statement: ast.stmt, scope: Scope) -> None:
        """Go on after a statement that was not followed."""
        why = f"what line {statement.lineno} gives"
        if isinstance(statement, ast.Return):
            raise Return(Opaque(why, lost=True), statement.lineno)
        if isinstance(statement, ast.Raise):
            raise Return(Opaque(why), statement.lineno)
        self.lose([statement], scope)
        self.lose_called(statement, scope)
        targets = [statement] if isinstance(statement, (ast.Import, ast.ImportFrom)) else _targets(statement)
        for target in targets:
            self.forget(target, scope, why)

    def _lacking(self, statement: ast.stmt, error: Unreadable, scope: Scope) -> None:
        """A model to which a layer is added that could not be read is not whole."""
        added = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(added, ast.Call) or not isinstance(added.func, ast.Attribute) or added.func.attr != "add":
            return
        if isinstance(added.func.value, ast.Name) and added.func.value.id in scope:
            model = scope.find(added.func.value.id)
            if isinstance(model, ModelValue) and model.unread is None:
                model.unread = error

    def _do_expr(self, statement: ast.Expr, scope: Scope) -> None:
        if not isinstance(statement.value, ast.Constant):
            self.value(statement.value, scope)

    def _do_pass(self, statement: ast.Pass, scope: Scope) -> None:
        """Nothing stands here."""

    def _do_assert(self, statement: ast.Assert, scope: Scope) -> None:
        """What the code makes sure of is not asked for again."""

    def _do_delete(self, statement: ast.Delete, scope: Scope) -> None:
        """A name that is gone is not read again; what an entry is taken from has fewer."""
        self.lose([statement], scope)

    def _do_global(self, statement: ast.Global, scope: Scope) -> None:
        if scope is not self.names:
            scope.elsewhere.update((name, self.names) for name in statement.names)

    def _do_nonlocal(self, statement: ast.Nonlocal, scope: Scope) -> None:
        for name in statement.names:
            around = scope.around
            while around is not None and name not in around:
                around = around.around
            if around is not None:
                scope.elsewhere[name] = around

    def _do_import(self, statement: ast.Import, scope: Scope) -> None:
        for alias in statement.names:
            top = alias.name.partition(".")[0]
            path = alias.name if alias.asname else top
            scope[alias.asname or top] = imports.module(self, path, statement)

    def _do_importfrom(self, statement: ast.ImportFrom, scope: Scope) -> None:
        if statement.module == "__future__":
            return
        if statement.level or not statement.module:
            # `from . import blocks` has no name before the dot that stands before `blocks`.
            package = "." * (statement.level - (not statement.module)) + (statement.module or "")
            self.everything_of += [package] if any(alias.name == "*" for alias in statement.names) else []
            for alias in statement.names:
                if alias.name != "*":
                    name = alias.asname or alias.name
                    scope[name] = Opaque(f"{package}.{alias.name}", name, statement.lineno)
            raise Unreadable(
                "The contents of another file are not known here. Paste them in place of this line.", statement.lineno
            )
        for name, value in imports.imported(self, statement):
            scope[name] = value

    def _do_assign(self, statement: ast.Assign, scope: Scope) -> None:
        value = self.value(statement.value, scope)
        for target in statement.targets:
            self.bind(target, value, scope, statement.value)

    def _do_annassign(self, statement: ast.AnnAssign, scope: Scope) -> None:
        if statement.value is not None:
            self.bind(statement.target, self.value(statement.value, scope), scope, statement.value)

    def _do_augassign(self, statement: ast.AugAssign, scope: Scope) -> None:
        held = scope.get(statement.target.id) if isinstance(statement.target, ast.Name) else None
        if isinstance(held, Items) and isinstance(statement.op, ast.Add):
            more = self.value(statement.value, scope)
            if isinstance(more, (list, tuple)):
                held.extend(more)
                self.grown.append((held, len(more)))
                held.rest = None if getattr(more, "rest", 0) is None else held.rest
            else:
                held.rest = None
            return
        now = ast.copy_location(ast.BinOp(_as_read(statement.target), statement.op, statement.value), statement)
        self.bind(statement.target, self.value(now, scope), scope, statement.value)

    def _do_break(self, statement: ast.Break, scope: Scope) -> None:
        raise Leave(on=False, line=statement.lineno)

    def _do_continue(self, statement: ast.Continue, scope: Scope) -> None:
        raise Leave(on=True, line=statement.lineno)

    def _do_return(self, statement: ast.Return, scope: Scope) -> None:
        raise Return(None if statement.value is None else self.value(statement.value, scope), statement.lineno)

    def _do_with(self, statement: ast.With, scope: Scope) -> None:
        for item in statement.items:
            try:
                value = self.value(item.context_expr, scope)
            except Exhausted:
                raise
            except Unreadable as error:
                self.skip(error, statement)
                value = Opaque(f"what line {statement.lineno} opens")
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope, item.context_expr)
        self.block(statement.body, scope)

    def _do_functiondef(self, statement: ast.FunctionDef, scope: Scope) -> None:
        scope.put(statement.name, Function(statement, scope))
        for each in statement.decorator_list:
            self._registered(each, scope.find(statement.name), scope)

    def _registered(self, node: ast.expr, function: Function, scope: Scope) -> None:
        """A decorator of the code that enters a function in a table; what it makes of the function is not followed."""
        called = node.func if isinstance(node, ast.Call) else node
        try:
            own = isinstance(called, ast.Name) and isinstance(scope.find(called.id), Function)
        except KeyError:
            own = False
        if not own:
            return
        made = self.value(node, scope)
        if isinstance(made, Function) and not yields(made.node):
            at = ast.copy_location(ast.Call(node, [], []), node)
            self.invoked(made, [function], {}, at)

    def _do_match(self, statement: ast.Match, scope: Scope) -> None:
        """`match` as the branches that it stands for; a pattern that looks into what is matched is not followed."""
        self.block(as_branches(statement), scope)

    def _do_classdef(self, statement: ast.ClassDef, scope: Scope) -> None:
        parents, kind, base, unknown = [], "plain", None, None
        for each in statement.bases:
            held = self.value(each, scope)
            if isinstance(held, ClassValue):
                parents.append(held)
                kind, base = held.kind if held.kind != "plain" else kind, held.base or base
                unknown = held.unknown or unknown
            elif isinstance(held, Known):
                kind = "layer" if held.path in _LAYERS else "model" if held.path in _MODELS else kind
                base = held if held.last == "Sequential" else base
                if held.path.startswith("keras.layers.") and held.path not in _LAYERS:
                    kind, base = "layer", held
            elif isinstance(held, Opaque) and of_unknown_package(held.why):
                unknown = held.why
        if (
            kind == "plain"
            and unknown is not None
            and not unknown.startswith("torch.")
            and any(getattr(each, "name", "") == "call" for each in statement.body)
        ):
            # With a `call` of its own it is followed as one of Keras is.
            kind = "model" if unknown.endswith("Model") or _is_trained(self.source.tree, statement.name) else "layer"
        if kind == "plain" and any(_decorator(each) == "dataclass" for each in statement.decorator_list):
            kind = "data"
        if kind == "plain" and any(ast.unparse(each).endswith("Enum") for each in statement.bases):
            kind = "enum"
        if kind == "plain" and any(ast.unparse(each).endswith("NamedTuple") for each in statement.bases):
            kind = "data"
        made = ClassValue(statement, kind, parents, Scope(scope), base=base, unknown=unknown)
        scope.put(statement.name, made)
        self.block(statement.body, made.names)
        hows = {"staticmethod": "static", "classmethod": "class", "property": "property", "cached_property": "property"}
        for method in statement.body:
            if isinstance(method, ast.FunctionDef):
                how = next((hows[name] for name in map(_decorator, method.decorator_list) if name in hows), "")
                # A method looks for names around its class, not in it.
                made.names[method.name] = Function(method, scope, made)
                made.how[method.name] = how


def _is_trained(tree: ast.Module, name: str) -> bool:
    """Whether the code compiles or fits what a class makes, under the name that it gives it."""
    made = {
        target.id
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)
        if isinstance(each.value.func, ast.Name) and each.value.func.id == name
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    asked = [each for each in ast.walk(tree) if isinstance(each, ast.Attribute) and each.attr in ("compile", "fit")]
    return any(isinstance(each.value, ast.Name) and each.value.id in made for each in asked)


def _decorator(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(node).rpartition(".")[2]


def _targets(statement: ast.stmt) -> list[Node]:
    if isinstance(statement, ast.Assign):
        return list(statement.targets)
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign, ast.For)):
        return [statement.target]
    if isinstance(statement, (ast.If, ast.While, ast.Try, ast.With)):
        return [statement]
    return []


def _as_read(target: ast.expr) -> ast.expr:
    """The target of `+=`, as it is read."""
    fields: dict[str, Any] = {field: getattr(target, field) for field in target._fields}
    read = type(target)(**{**fields, "ctx": ast.Load()})
    return ast.copy_location(read, target)


__all__ = ["Broken", "ModelValue", "Reader", "Refused"]
