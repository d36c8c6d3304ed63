"""What expressions of pasted code stand for."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from explorer.snippet.reader import array_methods, literals
from explorer.snippet.reader.binding import Binding, private
from explorer.snippet.reader.counting import counted, part_of_grown
from explorer.snippet.reader.data_values import Array, History, Items, Later, Opaque, Pairs, Sizes, Table
from explorer.snippet.reader.edits import Source
from explorer.snippet.reader.fed import Typed
from explorer.snippet.reader.iteration import run_of, shown, truth
from explorer.snippet.reader.library import attributes, calling
from explorer.snippet.reader.limits import LARGEST_NUMBER, MOST_DEPTH, MOST_LATER, Budget, bounded_number, light, plainly
from explorer.snippet.reader.objects import ClassValue, Instance
from explorer.snippet.reader.parts_of_arrays import names_axes
from explorer.snippet.reader.plain import ARITHMETIC, COMPARISONS, PLAIN, bounded, formatted, one_of
from explorer.snippet.reader.unknowns import Given
from explorer.snippet.reader.values import (
    Function,
    Known,
    Method,
    Scope,
    TensorValue,
    Unreadable,
    depth_of,
    may_hold_tensors,
    with_tensors,
)

_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_COMPARED: dict[type[ast.cmpop], str] = {
    **{ast.Eq: "equal", ast.NotEq: "not_equal", ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater"},
    ast.GtE: "greater_equal",
}
_INSTEAD = {
    "Await": "`await` is not supported here. Write plain calls.",
    "SetComp": "Sets have no order, so they are not supported here. Write a list.",
}
# Expressions that make something new; others give what was there already.
_MAKING = (
    *(ast.BinOp, ast.Call, ast.Dict, ast.DictComp, ast.GeneratorExp, ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple),
)


class Expressions(Binding):
    """The part of a reading that follows expressions: one method `_of_...` for each kind of them."""

    def __init__(
        self, source: Source, budget: Budget | None = None, typed: Typed | None = None, given: Given | None = None
    ) -> None:
        super().__init__(source, budget, typed, given)
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
            if isinstance(made, Opaque) and made.name in self.given:
                return self.given[made.name or ""]
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
        return self.looked_up(node, scope)

    def _of_attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        if node.attr.startswith("__") and node.attr not in ("__name__", "__class__", "__dict__", "__init__", "__version__"):
            private(node)
        owner = self.value(node.value, scope)
        if owner is None or isinstance(owner, History):
            self.ask_no_model(node, scope, "NoneType" if owner is None else "History")
        return self.attribute_of(owner, node.attr, node)

    def attribute_of(self, owner: Any, name: str, node: ast.expr) -> Any:
        """What stands behind a dot."""
        at = node if isinstance(node, ast.Attribute) else ast.copy_location(ast.Attribute(node, name, ast.Load()), node)
        if isinstance(owner, Opaque) and name.startswith("_") and not name.startswith("__"):
            return Opaque(f"{owner.why}.{name}"[:80])
        if name == "__version__":
            known = isinstance(owner, Known) and owner.path in attributes.VERSIONS
            return attributes.VERSIONS[owner.path] if known else Opaque("a version")
        private(at)
        return attributes.attribute(self, owner, name, at)

    def _of_tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        found = self._elements(node.elts, scope)
        if found.rest != 0:
            starred = [self.named(each.value) for each in node.elts if isinstance(each, ast.Starred)]
            return Opaque("sizes that are not known", starred[0], node.lineno)
        return tuple(found)

    def _of_list(self, node: ast.List, scope: Scope) -> Any:
        return self._elements(node.elts, scope)

    def _of_set(self, node: ast.Set, scope: Scope) -> Any:
        return Opaque("a set")

    def _of_dict(self, node: ast.Dict, scope: Scope) -> Any:
        found = Pairs()
        for key, value in zip(node.keys, node.values, strict=True):
            held = self.value(value, scope)
            if key is None:
                if isinstance(held, dict):
                    found.update(held)
                found.rest = found.rest if isinstance(held, dict) and getattr(held, "rest", 0) == 0 else None
                continue
            name = light(self.value(key, scope), node)
            with plainly(node):
                found[name] = held
        return found

    def _elements(self, nodes: list[ast.expr], scope: Scope) -> Items:
        found = Items()
        for each in nodes:
            if isinstance(each, ast.Starred):
                held = self.value(each.value, scope)  # A shape that was asked for may have a single size.
                run = run_of((held,) if type(held) is int and self.named(each.value) in self.given else held, each)
                found += run.held
                found.rest = found.rest if run.whole else None
            else:
                found.append(self.value(each, scope))
        light(found, nodes[0]) if nodes else None
        return found

    def _of_ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        holds = truth(self.value(node.test, scope))
        if holds is None:
            if self.makers.makes([node.body, node.orelse]):
                first = self.makers.makes([node.body]) or not self.makers.makes([node.orelse])
                which = "hold" if first else "fail"
                test = self.source.text(node.test)[:60]
                self.assume(node, f"Whether `{test}` holds is not known: it is taken to {which}.")
                return self.value(node.body if first else node.orelse, scope)
            one, other = self.value(node.body, scope), self.value(node.orelse, scope)
            return one if one is other or (isinstance(one, PLAIN) and one == other) else Opaque("one of two values")
        return self.value(node.body if holds else node.orelse, scope)

    def _of_boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        value, unknown = None, None
        for each in node.values:
            value = self.value(each, scope)
            holds = truth(value)
            if holds is None:
                unknown = unknown or value
            elif holds is isinstance(node.op, ast.Or):
                return value if unknown is None or isinstance(value, bool) else unknown
        if unknown is None:
            return value
        return unknown if isinstance(unknown, Opaque) else Opaque("a condition that is not known")

    def _of_unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            holds = truth(value)
            return Opaque("a condition that is not known") if holds is None else not holds
        if isinstance(value, (Opaque, Array)):
            return Opaque(value.why, value.name, value.line) if isinstance(value, Opaque) else value
        if isinstance(value, TensorValue):
            return calling.operation(self, "negative", [value], {}, node)
        with plainly(node):
            return _SIGNS[type(node.op)](value)

    def _of_compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.value(node.left, scope)
        for kind, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, scope)
            light((left, right), node)
            if type(kind) in _COMPARED and any(isinstance(side, TensorValue) for side in (left, right)):
                return calling.operation(self, _COMPARED[type(kind)], [left, right], {}, node)
            unknown = any(isinstance(side, (Opaque, Array)) for side in (left, right))
            if isinstance(kind, (ast.Is, ast.IsNot)):
                unknown = any(isinstance(side, Opaque) for side in (left, right))
            elif any(isinstance(side, Array) for side in (left, right)):
                sides = [side for side in (left, right) if isinstance(side, (Array, int, float))]
                return replace(array_methods.broadcast([literals.array_of(side, node) for side in sides], node), whole=True)
            if unknown or (
                not all(isinstance(side, PLAIN) for side in (left, right)) and not isinstance(kind, (ast.Is, ast.IsNot))
            ):
                return Opaque("a comparison of values that are not known")
            with plainly(node):
                holds = COMPARISONS[type(kind)](left, right)
            if getattr(right, "rest", 0) != 0 and (not isinstance(kind, (ast.In, ast.NotIn)) or left not in right):
                return Opaque("a comparison with a list that is not known")
            if not holds:
                return False
            left = right
        return True

    def _of_binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if any(isinstance(side, TensorValue) for side in (left, right)):
            return calling.operator_call(self, node, *with_tensors((left, right)))
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            return formatted(left, right)
        if any(isinstance(side, Array) for side in (left, right)):
            if isinstance(node.op, ast.MatMult) or any(isinstance(side, Table) for side in (left, right)):
                return Array(None, node=node)
            # A number that is not known leaves a shape as it is.
            sides = [literals.array_of(side, node) for side in (left, right) if not isinstance(side, Opaque)]
            joint = array_methods.broadcast(sides, node)
            kept = isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div)) and any(side.fractions for side in sides)
            kept |= isinstance(node.op, ast.Div) and isinstance(left, Array) and left.whole and right not in (1, -1)
            return replace(joint, fractions=True) if kept else joint
        if any(isinstance(side, Opaque) for side in (left, right)):
            made = counted(node.op, left, right)
            if isinstance(made, Opaque) and may_hold_tensors((left, right)):
                if (depth := depth_of((left, right))) >= MOST_LATER:
                    left, right = with_tensors((left, right))
                later = Later(
                    lambda _: calling.operator_call(self, node, *with_tensors((left, right))), 1 + depth % MOST_LATER
                )
                return replace(made, later=later)
            return made
        if not all(isinstance(side, PLAIN) for side in (left, right)):
            return Opaque("arithmetic on something that is not followed")
        bounded(node, left, right)
        with plainly(node):
            made = ARITHMETIC[type(node.op)](left, right) if type(node.op) in ARITHMETIC else Opaque("bits of numbers")
        if isinstance(made, list):
            made = Items(made)
            made.rest = None if any(isinstance(side, Items) and side.rest != 0 for side in (left, right)) else 0
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
        if isinstance(owner, Opaque) and isinstance(index, list) and {*map(type, index)} == {str}:
            owner = owner if isinstance(owner, Table) else Table(owner.why)  # Nothing else has columns by names.
        if isinstance(owner, Table):
            return array_methods.part_of_table(owner, index, node)
        if isinstance(owner, Opaque) and (whole := owner.later) is not None:
            if isinstance(index, (int, str)):
                return Opaque(owner.why, self.named(node), node.lineno, lost=True, later=whole.part(index))
            later = Later(lambda _: calling.item(self, whole.tensor(), index, node), whole.depth)
            return Opaque(owner.why, self.named(node), node.lineno, lost=True, later=later)
        if isinstance(owner, Opaque) and names_axes(index):
            return array_methods.indexed(Array(None, node=node), index, node)  # Only an array has such a part.
        if isinstance(owner, (Opaque, Known)):
            why = owner.why if isinstance(owner, Opaque) else owner.path
            return Opaque(why, self.named(node), getattr(owner, "line", None) or node.lineno)
        if isinstance(owner, (list, tuple, dict, str, range)):
            if isinstance(index, (Opaque, Array)):
                return one_of(owner, self.named(node))
            if isinstance(owner, Sizes) and isinstance(index, slice) and index.stop is None:
                return Opaque("sizes that are not known", self.named(node), node.lineno)
            light(index, node)
            if isinstance(owner, Items) and owner.rest != 0 and isinstance(index, (int, slice)):
                return part_of_grown(owner, index)
            if isinstance(index, slice) and any(isinstance(each, Opaque) for each in (index.start, index.stop, index.step)):
                return Opaque("a part whose size is not known", self.named(node))
            if isinstance(owner, Pairs) and owner.rest is None and index not in owner:
                return Opaque("an entry that is not known", self.named(node))
            with plainly(node):
                found = owner[index]
            if isinstance(owner, list) and isinstance(index, slice):
                found = Items(found)
            return self.count_things(found, node) if isinstance(index, slice) else found
        if isinstance(owner, Instance):
            return Opaque("a part of an object")
        if isinstance(owner, ClassValue) and owner.kind == "enum" and isinstance(index, str):
            return (owner.find(index) or (Opaque(f"a member of {owner.name}"), ""))[0]
        raise Unreadable(f"{shown(owner)} has no elements that can be read here.", node.lineno)

    def named(self, node: ast.expr) -> str | None:
        """How the code calls a part of something."""
        text = self.source.text(node) if hasattr(node, "end_lineno") and node.end_lineno == node.lineno else ""
        return text if 0 < len(text) <= 60 else None

    def _of_slice(self, node: ast.Slice, scope: Scope) -> Any:
        parts = [None if each is None else self.value(each, scope) for each in (node.lower, node.upper, node.step)]
        return slice(*(each if isinstance(each, (int, type(None), Opaque)) else Opaque("a place") for each in parts))

    def _of_lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return Function(node, scope)

    def _of_namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        scope[node.target.id] = value
        return value


__all__ = ["Expressions", "Method"]
