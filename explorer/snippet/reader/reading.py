"""Reads pasted code: walks its statements and follows what its names stand for. Nothing of it is ever executed.

What may be called is a list (`explorer.snippet.reader.names`); what Keras makes of a layer is asked of Keras itself
(`explorer.snippet.reader.library`), in a scope in which no weight is ever given memory.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from explorer.snippet.reader.edits import Source
from explorer.snippet.reader.expressions import Expressions
from explorer.snippet.reader.iteration import items, truth
from explorer.snippet.reader.library import calls, imports
from explorer.snippet.reader.limits import MOST_FUNCTIONS, Budget, light
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.plain import builtin
from explorer.snippet.reader.values import Function, Method, Opaque, Scope, Unreadable

_INSTEAD = {
    "Raise": "`raise` is not supported here. Remove the check.",
    "AsyncFunctionDef": "`async` functions are not supported here. Write plain functions.",
    "Match": "`match` is not supported here. Write if and elif.",
    "Nonlocal": "`nonlocal` is not supported here. Return the value instead.",
}


class _Return(Exception):
    def __init__(self, value: Any, line: int) -> None:
        self.value = value
        self.line = line


class _Leave(Exception):
    """`break` or `continue`."""

    def __init__(self, on: bool, line: int) -> None:
        self.on = on
        self.line = line


class Reader(Expressions):
    """One reading of one code. After `read`, what was found stands in its attributes (see `Record`).

    source: the code. budget: what may be spent on it.
    """

    def __init__(self, source: Source, budget: Budget | None = None) -> None:
        super().__init__(source, budget)
        self._functions = 0

    def read(self) -> None:
        """Raises Unreadable where the code cannot be followed, Broken where Keras or NumPy would raise."""
        try:
            self._block(self.source.tree.body, self.names)
        except RecursionError:
            raise Unreadable("The code is nested too deeply to be read. Use less nesting.") from None
        except (_Return, _Leave) as leave:
            raise Unreadable("There is a return, break or continue in the wrong place.", leave.line) from None

    # --- statements

    def _block(self, body: list[ast.stmt], scope: Scope) -> None:
        for statement in body:
            self.tick(statement)
            name = type(statement).__name__
            method = getattr(self, f"_do_{name.lower()}", None)
            if method is None:
                raise Unreadable(_INSTEAD.get(name, f"`{name.lower()}` is not supported here. Remove it."), statement.lineno)
            method(statement, scope)

    def _do_expr(self, statement: ast.Expr, scope: Scope) -> None:
        if not isinstance(statement.value, ast.Constant):
            self.value(statement.value, scope)

    def _do_pass(self, statement: ast.Pass, scope: Scope) -> None:
        """Nothing stands here."""

    def _do_assert(self, statement: ast.Assert, scope: Scope) -> None:
        """What the code makes sure of is not asked for again."""

    def _do_delete(self, statement: ast.Delete, scope: Scope) -> None:
        """A name that is gone is not read again."""

    def _do_global(self, statement: ast.Global, scope: Scope) -> None:
        """A name that is read is found around the function anyway."""

    def _do_import(self, statement: ast.Import, scope: Scope) -> None:
        for alias in statement.names:
            top = alias.name.partition(".")[0]
            path = alias.name if alias.asname else top
            scope[alias.asname or top] = imports.module(path)

    def _do_importfrom(self, statement: ast.ImportFrom, scope: Scope) -> None:
        if statement.module == "__future__":
            return
        if statement.level or not statement.module:
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
        now = ast.copy_location(ast.BinOp(_as_read(statement.target), statement.op, statement.value), statement)
        self.bind(statement.target, self.value(now, scope), scope, statement.value)

    def _do_for(self, statement: ast.For, scope: Scope) -> None:
        for each in items(self.value(statement.iter, scope), statement.iter):
            self.tick(statement)
            self.bind(statement.target, each, scope, statement.iter)
            try:
                self._block(statement.body, scope)
            except _Leave as leave:
                if leave.on:
                    continue
                return
        self._block(statement.orelse, scope)

    def _do_while(self, statement: ast.While, scope: Scope) -> None:
        while truth(self.value(statement.test, scope), statement.test):
            self.tick(statement)
            try:
                self._block(statement.body, scope)
            except _Leave as leave:
                if not leave.on:
                    return

    def _do_if(self, statement: ast.If, scope: Scope) -> None:
        chosen = truth(self.value(statement.test, scope), statement.test)
        self._block(statement.body if chosen else statement.orelse, scope)

    def _do_break(self, statement: ast.Break, scope: Scope) -> None:
        raise _Leave(on=False, line=statement.lineno)

    def _do_continue(self, statement: ast.Continue, scope: Scope) -> None:
        raise _Leave(on=True, line=statement.lineno)

    def _do_return(self, statement: ast.Return, scope: Scope) -> None:
        raise _Return(None if statement.value is None else self.value(statement.value, scope), statement.lineno)

    def _do_with(self, statement: ast.With, scope: Scope) -> None:
        for item in statement.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope, item.context_expr)
        self._block(statement.body, scope)

    def _do_try(self, statement: ast.Try, scope: Scope) -> None:
        self._block([*statement.body, *statement.orelse, *statement.finalbody], scope)

    def _do_functiondef(self, statement: ast.FunctionDef, scope: Scope) -> None:
        if statement.decorator_list:
            scope[statement.name] = Opaque(f"the decorated function {statement.name}")
        else:
            scope[statement.name] = Function(statement, scope)

    def _do_classdef(self, statement: ast.ClassDef, scope: Scope) -> None:
        bases = [self.source.text(base) for base in statement.bases]
        if any(base.endswith(("Model", "Layer", "Sequential", "Cell")) for base in bases):
            raise Unreadable(
                f"The class {statement.name} is not supported: its methods are not run here. Write the model with the "
                "functional API: inputs = keras.Input(...), then layer after layer, then keras.Model(inputs, outputs).",
                statement.lineno,
            )
        scope[statement.name] = Opaque(f"the class {statement.name}")

    # --- calls

    def _of_call(self, node: ast.Call, scope: Scope) -> Any:
        called = self.value(node.func, scope)
        args = self._elements(node.args, scope)
        kwargs: dict[str, Any] = {}
        for each in node.keywords:
            value = self.value(each.value, scope)
            if each.arg is None:
                if not isinstance(value, Mapping):
                    raise Unreadable("The contents of ** are not known here. Write the arguments by name.", node.lineno)
                kwargs.update({str(key): held for key, held in value.items()})
            else:
                kwargs[each.arg] = value
        light((args, kwargs), node)
        if isinstance(called, Function):
            return self._called(called, args, kwargs, node)
        if isinstance(called, Method) and called.owner is None:
            return builtin(called.name, args, kwargs, node)
        return calls.call(self, called, args, kwargs, node)

    def _called(self, function: Function, args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
        """A function of the code, followed with these arguments."""
        if self._functions >= MOST_FUNCTIONS:
            raise Unreadable(
                f"Functions call each other more than {MOST_FUNCTIONS} deep here. Use less nesting.", node.lineno
            )
        given, scope = function.node.args, Scope(function.scope)
        positional = [*given.posonlyargs, *given.args]
        defaults = dict(zip(reversed([each.arg for each in positional]), reversed(given.defaults), strict=False))
        defaults |= {each.arg: held for each, held in zip(given.kwonlyargs, given.kw_defaults, strict=True) if held}
        scope.update({each.arg: value for each, value in zip(positional, args, strict=False)})
        if given.vararg:
            scope[given.vararg.arg] = tuple(args[len(positional) :])
        rest = dict(kwargs)
        for each in (*positional, *given.kwonlyargs):
            if each.arg in rest:
                scope[each.arg] = rest.pop(each.arg)
            elif each.arg not in scope:
                if each.arg not in defaults:
                    raise Unreadable(f"{function.name} is called without its argument {each.arg}.", node.lineno)
                scope[each.arg] = self.value(defaults[each.arg], function.scope)
        if given.kwarg:
            scope[given.kwarg.arg] = rest
        elif rest:
            raise Unreadable(f"{function.name} has no argument {', '.join(rest)}.", node.lineno)
        self._functions += 1
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body, scope)
            self._block(function.node.body, scope)
        except _Return as back:
            return back.value
        finally:
            self._functions -= 1
        return None


def _as_read(target: ast.expr) -> ast.expr:
    """The target of `+=`, as it is read."""
    fields: dict[str, Any] = {field: getattr(target, field) for field in target._fields}
    read = type(target)(**{**fields, "ctx": ast.Load()})
    return ast.copy_location(read, target)
