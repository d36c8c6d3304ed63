"""What expressions of pasted code stand for, and what is bound to names."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from explorer.snippet.reader import array_methods, literals
from explorer.snippet.reader.edits import Source
from explorer.snippet.reader.iteration import items, shown, truth, unpacked
from explorer.snippet.reader.library import attributes, calling, imports
from explorer.snippet.reader.limits import LARGEST_NUMBER, MOST_DEPTH, Budget, bounded_number, light, plainly
from explorer.snippet.reader.names import REFUSED_BUILTINS
from explorer.snippet.reader.plain import ARITHMETIC, BUILTINS, COMPARISONS, PLAIN, bounded
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Array,
    Function,
    Known,
    Method,
    Opaque,
    Refused,
    Scope,
    TensorValue,
    Unreadable,
)

_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_INSTEAD = {
    "Await": "`await` is not supported here. Write plain calls.",
    "Yield": "Generators are not run here. Write the shapes of the data instead, such as np.zeros((8, 20, 5)).",
    "YieldFrom": "Generators are not run here. Write the shapes of the data instead, such as np.zeros((8, 20, 5)).",
    "SetComp": "Sets have no order, so they are not supported here. Write a list.",
}


# Expressions that make something new; others give what was there already.
_MAKING = (
    *(ast.BinOp, ast.Call, ast.Dict, ast.DictComp, ast.GeneratorExp, ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple),
)


class Expressions(Record):
    """The part of a reading that follows expressions: one method `_of_...` for each kind of them."""

    def __init__(self, source: Source, budget: Budget | None = None) -> None:
        super().__init__(source, budget)
        self._depth = 0

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression stands for."""
        self.tick(node)
        self._depth += 1
        try:
            if self._depth > MOST_DEPTH:
                raise Unreadable("This expression is nested too deeply to be read. Write it in several lines.", node.lineno)
            name = type(node).__name__
            method = getattr(self, f"_of_{name.lower()}", None)
            if method is None:
                raise Unreadable(_INSTEAD.get(name, f"`{name}` is not supported here. Write it out."), node.lineno)
            made = method(node, scope)
            return self.count_things(made, node) if isinstance(node, _MAKING) else made
        finally:
            self._depth -= 1

    def _of_constant(self, node: ast.Constant, scope: Scope) -> Any:
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_NUMBER:
            raise Unreadable(f"Numbers go up to {LARGEST_NUMBER:,} here.", node.lineno)
        if value is Ellipsis or isinstance(value, (int, float, str, type(None))):
            return value
        return Opaque("bytes or a complex number")

    def _of_name(self, node: ast.Name, scope: Scope) -> Any:
        try:
            return scope.find(node.id)
        except KeyError:
            pass
        if node.id == "__name__":
            return "__main__"
        if node.id in REFUSED_BUILTINS or node.id.startswith("__"):
            raise Refused(f"`{node.id}` is never called here: pasted code is read, not run. Remove it.", node.lineno)
        if node.id in BUILTINS:
            return Method(None, node.id)
        if node.id in ("isinstance", "type", "id", "hash", "frozenset", "iter", "next", "object", "super", "filter"):
            return Opaque(f"`{node.id}`")
        raise imports.unknown_name(node)

    def _of_attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        _private(node)
        return attributes.attribute(self, self.value(node.value, scope), node.attr, node)

    def _of_tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self._elements(node.elts, scope))

    def _of_list(self, node: ast.List, scope: Scope) -> Any:
        return self._elements(node.elts, scope)

    def _of_set(self, node: ast.Set, scope: Scope) -> Any:
        return Opaque("a set")

    def _of_dict(self, node: ast.Dict, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            held = self.value(value, scope)
            if key is None:
                if isinstance(held, dict):
                    found.update(held)
                continue
            name = light(self.value(key, scope), node)
            with plainly(node):
                found[name] = held
        return found

    def _elements(self, nodes: list[ast.expr], scope: Scope) -> list[Any]:
        found: list[Any] = []
        for each in nodes:
            if isinstance(each, ast.Starred):
                found += items(self.value(each.value, scope), each)
            else:
                found.append(self.value(each, scope))
        return light(found, nodes[0]) if nodes else found

    def _of_ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if truth(self.value(node.test, scope), node.test) else node.orelse, scope)

    def _of_boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        value = None
        for each in node.values:
            value = self.value(each, scope)
            if truth(value, each) is isinstance(node.op, ast.Or):
                return value
        return value

    def _of_unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return not truth(value, node)
        if isinstance(value, (Opaque, Array)):
            return value
        if isinstance(value, TensorValue):
            return calling.operation(self, "negative", [value], {}, node)
        with plainly(node):
            return _SIGNS[type(node.op)](value)

    def _of_compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.value(node.left, scope)
        for kind, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, scope)
            light((left, right), node)
            if not isinstance(kind, (ast.Is, ast.IsNot)) and any(
                isinstance(side, (Opaque, Array)) for side in (left, right)
            ):
                return Opaque("a comparison of values that are not known")
            if not all(isinstance(side, PLAIN) for side in (left, right)) and not isinstance(kind, (ast.Is, ast.IsNot)):
                return Opaque("a comparison of values that are not known")
            with plainly(node):
                if not COMPARISONS[type(kind)](left, right):
                    return False
            left = right
        return True

    def _of_binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if any(isinstance(side, TensorValue) for side in (left, right)):
            return calling.operator_call(self, node, left, right)
        if any(isinstance(side, Opaque) for side in (left, right)):
            return next(side for side in (left, right) if isinstance(side, Opaque))
        if any(isinstance(side, Array) for side in (left, right)):
            if isinstance(node.op, ast.MatMult):
                return Array(None, node=node)
            return array_methods.broadcast([literals.array_of(side, node) for side in (left, right)], node)
        if not all(isinstance(side, PLAIN) for side in (left, right)):
            return Opaque("arithmetic on something that is not followed")
        bounded(node, left, right)
        with plainly(node):
            made = ARITHMETIC[type(node.op)](left, right) if type(node.op) in ARITHMETIC else Opaque("bits of numbers")
        return bounded_number(made, node)

    def _of_joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        parts = []
        for each in node.values:
            if isinstance(each, ast.Constant):
                parts.append(str(each.value))
                continue
            value = self.value(each.value if isinstance(each, ast.FormattedValue) else each, scope)
            # A width of a million would make a string of a million: names need none, so formats are left out.
            parts.append(str(value)[:100] if isinstance(value, (int, float, str)) else "…")
        return "".join(parts)[:1000]

    def _of_subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner, index = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(owner, TensorValue):
            return calling.item(self, owner, index, node)
        if isinstance(owner, Array):
            return array_methods.indexed(owner, index, node)
        if isinstance(owner, (Opaque, Known)):
            return Opaque(owner.why if isinstance(owner, Opaque) else owner.path)
        if isinstance(owner, (list, tuple, dict, str, range)):
            if isinstance(index, (Opaque, Array)):
                return Opaque("an element whose place is not known")
            light(index, node)
            with plainly(node):
                found = owner[index]
            return self.count_things(found, node) if isinstance(index, slice) else found
        raise Unreadable(f"{shown(owner)} has no elements that can be read here.", node.lineno)

    def _of_slice(self, node: ast.Slice, scope: Scope) -> Any:
        parts = [None if each is None else self.value(each, scope) for each in (node.lower, node.upper, node.step)]
        return slice(*(each if isinstance(each, (int, type(None))) else None for each in parts))

    def _of_lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return Function(node, scope)

    def _of_namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        scope[node.target.id] = value
        return value

    def _of_listcomp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
        found: list[Any] = []
        self._comprehend(node.generators, Scope(scope), lambda inner: found.append(self.value(node.elt, inner)))
        return light(found, node)

    _of_generatorexp = _of_listcomp

    def _of_dictcomp(self, node: ast.DictComp, scope: Scope) -> Any:
        found: dict[Any, Any] = {}

        def put(inner: Scope) -> None:
            key = light(self.value(node.key, inner), node)
            with plainly(node):
                found[key] = self.value(node.value, inner)

        self._comprehend(node.generators, Scope(scope), put)
        return found

    def _comprehend(self, generators: list[ast.comprehension], scope: Scope, put: Callable[[Scope], Any]) -> None:
        first, rest = generators[0], generators[1:]
        for each in items(self.value(first.iter, scope), first.iter):
            self.tick(first.iter)
            self.bind(first.target, each, scope, first.iter)
            if all(truth(self.value(test, scope), test) for test in first.ifs):
                if rest:
                    self._comprehend(rest, scope, put)
                else:
                    put(scope)

    # --- names

    def bind(self, target: ast.expr, value: Any, scope: Scope, given: ast.expr) -> None:
        """Let a target stand for a value from here on; `given` is the expression that gave it."""
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for each, item in zip(target.elts, unpacked(target, value, given), strict=True):
                self.bind(each.value if isinstance(each, ast.Starred) else each, item, scope, given)
        elif isinstance(target, ast.Subscript):
            owner = self.value(target.value, scope)
            if isinstance(owner, (dict, list)):
                key = self.value(target.slice, scope)
                with plainly(target):
                    owner[light(key, target)] = value
                # What holds itself, or the same list over and over, can be walked through by nobody.
                light(owner, target)
        elif isinstance(target, ast.Attribute):
            _private(target)
            self.value(target.value, scope)


def _private(node: ast.Attribute) -> None:
    if node.attr.startswith("_"):
        raise Refused(
            f"Attributes that begin with an underscore are not read: `{node.attr}`. Use the public names of Keras.",
            node.lineno,
        )
