"""Functions and classes of pasted code: followed with the arguments that they are called with."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from explorer.snippet.reader import outside
from explorer.snippet.reader.comprehensions import Comprehensions
from explorer.snippet.reader.data_values import Array, Batches, Items, Opaque
from explorer.snippet.reader.instances import attribute_of_instance, called_instance, instantiated, layer_of, unknown_base
from explorer.snippet.reader.iteration import run_of, truth
from explorer.snippet.reader.library import calls
from explorer.snippet.reader.limits import MOST_FUNCTIONS, light
from explorer.snippet.reader.makers import yields
from explorer.snippet.reader.names import LAYERS
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.objects import Bound, ClassValue, Fields, FieldsClass, Instance, Parser, Partial, Super
from explorer.snippet.reader.plain import builtin
from explorer.snippet.reader.values import (
    Exhausted,
    Function,
    Known,
    LayerValue,
    Method,
    ModelValue,
    Scope,
    TensorValue,
    Unreadable,
    with_tensors,
)

# What is called on tensors, and on nothing that only looks like one.
_OF_TENSORS = (
    *("keras.layers.", "keras.ops.", "keras.activations.", "keras.backend.", "keras.Model", "keras.models.Model"),
    *("keras.Functional", "tensorflow."),
)
# Elements that a function of the code is asked about.
MOST_SORTED = 200


class Return(Exception):
    """`return` and `yield`."""

    def __init__(self, value: Any, line: int) -> None:
        self.value = value
        self.line = line


class Functions(Comprehensions):
    """The part of a reading that follows calls."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._functions = 0
        self.called: set[int] = set()
        self.objects: list[Instance] = []
        self.flags = Parser()
        self._owners: list[tuple[ClassValue | None, Any]] = []

    def block(self, body: list[ast.stmt], scope: Scope) -> None:
        raise NotImplementedError

    def _of_yield(self, node: ast.Yield, scope: Scope) -> Any:
        raise Return(None if node.value is None else self.value(node.value, scope), node.lineno)

    def _of_yieldfrom(self, node: ast.YieldFrom, scope: Scope) -> Any:
        run = run_of(self.value(node.value, scope), node)
        raise Return(run.held[0] if run.held else None, node.lineno)

    def attribute_of(self, owner: Any, name: str, node: ast.expr) -> Any:
        if isinstance(owner, (Instance, ClassValue, Super)):
            return attribute_of_instance(self, owner, name, node)
        if isinstance(owner, Parser):
            return Method(owner, name)
        if isinstance(owner, Opaque) and owner.why in ("absl.flags.FLAGS", "absl.flags") and name in self.flags.held:
            return self.flags.held[name]
        if isinstance(owner, Fields) and name in owner.names:
            return owner[owner.names.index(name)]
        return super().attribute_of(owner, name, node)

    def _of_call(self, node: ast.Call, scope: Scope) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and self._owners:
            holder, owner = self._owners[-1]
            return Super(holder, owner) if holder is not None else Opaque("super")
        made = self._standard(node, scope)
        if made is not None:
            return made[0]
        called, args, kwargs = self._given(node, scope)
        try:
            return self.invoked(called, args, kwargs, node)
        except Exhausted:
            raise
        except Unreadable as error:
            if _about_models(called, args, kwargs):
                raise
            self.skip(error, node)
            return Opaque(f"what line {error.line or node.lineno} gives")

    def _standard(self, node: ast.Call, scope: Scope) -> tuple[Any] | None:
        """The few functions of Python that look at names: `getattr(layers, "GRU")` and its like."""
        if not isinstance(node.func, ast.Name) or node.func.id not in (
            "getattr",
            "hasattr",
            "hasattr",
            "isinstance",
            "next",
            "setattr",
            "vars",
            "callable",
        ):
            return None
        try:
            scope.find(node.func.id)
        except KeyError:
            return outside.looking(self, node.func.id, [self.value(each, scope) for each in node.args], node)
        return None

    def _given(self, node: ast.Call, scope: Scope) -> tuple[Any, list[Any], dict[str, Any]]:
        called = self.value(node.func, scope)
        args: list[Any] = list(self._elements(node.args, scope))
        kwargs: dict[str, Any] = {}
        for each in node.keywords:
            value = self.value(each.value, scope)
            if each.arg is not None:
                kwargs[each.arg] = value
            elif isinstance(value, Mapping):
                kwargs.update({str(key): held for key, held in value.items()})
            elif not isinstance(value, Opaque):
                raise Unreadable("The contents of ** are not known here. Write the arguments by name.", node.lineno)
        light((args, kwargs), node)
        return called, args, kwargs

    def invoked(self, called: Any, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
        """What a call gives."""
        if _takes_tensors(called):
            args, kwargs = with_tensors((args, kwargs))
        if isinstance(called, Function):
            return self.follow(called, args, kwargs, node)
        if isinstance(called, Bound):
            if isinstance(called.owner, Instance):
                called.owner.called.add(called.function.name)
            return self.follow(called.function, [called.owner, *args], kwargs, node)
        if isinstance(called, ClassValue) and called.kind == "enum":
            return args[0] if args else Opaque(f"a member of {called.name}")
        if isinstance(called, ClassValue):
            return instantiated(self, called, args, kwargs, node)
        if isinstance(called, Instance):
            return called_instance(self, called, args, kwargs, node)
        if isinstance(called, Partial):
            return self.invoked(called.called, [*called.args, *args], {**called.kwargs, **kwargs}, node)
        if isinstance(called, FieldsClass):
            return called.made(args, kwargs)
        if isinstance(called, Method) and isinstance(called.owner, ModelValue):
            args, kwargs = (
                [self._batches(each, node) for each in args],
                {k: self._batches(v, node) for k, v in kwargs.items()},
            )
        if isinstance(called, Method) and called.owner is None:
            return self._builtin(called.name, args, kwargs, node)
        if (made := outside.standard(self, called, args, kwargs, node)) is not None:
            return made[0]
        return calls.call(self, called, args, kwargs, node)

    def _batches(self, value: Any, node: ast.Call) -> Any:
        """What an object gives batch by batch, a `keras.utils.PyDataset` of the code; another value as it is."""
        if not isinstance(value, Instance) or value.made_by is None:
            return value
        found = value.made_by.find("__getitem__")
        if found is None or not isinstance(found[0], Function):
            return value
        try:
            return Batches([self.follow(found[0], [value, Opaque("the number of a batch", whole=True)], {}, node)])
        except Exhausted:
            raise
        except Unreadable as error:
            self.skip(error, node)
            return value

    def _builtin(self, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
        if name == "map" and len(args) == 2:
            run = run_of(args[1], node)
            found = Items(self.invoked(args[0], [each], {}, node) for each in run.held[:20])
            found.rest = None if run.many is None else run.many - len(found)
            return found
        if name in ("sorted", "max", "min", "filter") and (chosen := self._chosen(name, args, kwargs, node)) is not None:
            return chosen[0]
        made = builtin(name, args, kwargs, node)
        if isinstance(made, Opaque) and made.name is None and len(node.args) == 1:
            text = self.source.text(node)
            return type(made)(
                **{**made.__dict__, "name": text if len(text) <= 60 and "\n" not in text else None, "line": node.lineno}
            )
        return made

    def _chosen(self, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> tuple[Any] | None:
        """`sorted`, `max`, `min` and `filter` with a function of the code, in a tuple; None where not all is known."""
        by, among = (
            (args[0], args[1]) if name == "filter" and len(args) == 2 else (kwargs.get("key"), args[0] if args else None)
        )
        if by is None or not isinstance(among, (list, tuple, dict, range)) or getattr(among, "rest", 0) != 0 or not among:
            return None
        found = [(self.invoked(by, [each], {}, node), each) for each in list(among)[:MOST_SORTED]]
        if name == "filter":
            held = [truth(key) for key, _ in found]
            return None if None in held else (Items(each for keep, (_, each) in zip(held, found, strict=True) if keep),)
        if len(found) < len(among) or not all(isinstance(key, (int, float)) for key, _ in found):
            return None
        order = sorted(found, key=lambda pair: pair[0], reverse=kwargs.get("reverse") is True or name == "max")
        return (Items(each for _, each in order),) if name == "sorted" else (order[0][1],)

    def follow(self, function: Function, args: list[Any], kwargs: dict[str, Any], node: Node, guess: bool = False) -> Any:
        """A function of the code, followed with these arguments. guess: arguments that are missing are not known."""
        self.called.add(id(function.node))
        if self._functions >= MOST_FUNCTIONS:
            raise Unreadable(
                f"Functions call each other more than {MOST_FUNCTIONS} deep here. Use less nesting.", node.lineno
            )
        scope = self._bound(function, args, kwargs, node, guess)
        self._functions += 1
        self._owners.append((function.holder, args[0] if args else None))
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body, scope)
            self.block(function.node.body, scope)
        except Return as back:
            if yields(function.node):
                return Batches([back.value])
            return back.value
        finally:
            self._functions -= 1
            self._owners.pop()
        return Opaque("a generator") if yields(function.node) else None

    def _options(self, function: Function) -> dict[str, Any]:
        """The defaults of a command's options: `@click.option("--units", default=64)` and its like."""
        found: dict[str, Any] = {}
        for each in getattr(function.node, "decorator_list", ()):
            if not isinstance(each, ast.Call) or not ast.unparse(each.func).endswith((".option", ".argument", "command")):
                continue
            flags = [arg.value for arg in each.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            default = next((named.value for named in each.keywords if named.arg == "default"), None)
            name = max(flags, key=len, default="").lstrip("-").replace("-", "_")
            if name:
                held = None if default is None else self.value(default, function.scope)
                found[name] = Opaque(f"the option {name}", name, each.lineno) if default is None else held
        return found

    def layer_of(self, owner: Instance) -> LayerValue:
        """The layer that an object of the code is. Raises Unreadable where nothing says what it does."""
        return layer_of(self, owner)

    def _bound(self, function: Function, args: list[Any], kwargs: dict[str, Any], node: Node, guess: bool) -> Scope:
        """The names of a function's arguments, and what they stand for."""
        given, scope = function.node.args, Scope(function.scope)
        positional = [*given.posonlyargs, *given.args]
        options = self._options(function)
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
                if each.arg in defaults:
                    held = self.value(defaults[each.arg], function.scope)
                    if held is None and guess and each.arg in self.fed:
                        held = Opaque(f"the argument {each.arg}, which nobody gives", each.arg, each.lineno)
                    scope[each.arg] = held
                elif each.arg in options:
                    scope[each.arg] = options[each.arg]
                elif guess:
                    scope[each.arg] = Opaque(f"the argument {each.arg}, which nobody gives", each.arg, each.lineno)
                else:
                    raise Unreadable(f"`{function.name}` is called without its argument {each.arg}.", node.lineno)
            scope[each.arg] = self.dressed(scope[each.arg], each.arg, each)
        if given.kwarg:
            scope[given.kwarg.arg] = rest
        elif rest:
            raise Unreadable(f"`{function.name}` has no argument {', '.join(rest)}.", node.lineno)
        return scope


def _takes_tensors(called: Any) -> bool:
    """Whether what a call is given is a tensor where it may be one: not what a layer is made with."""
    if isinstance(called, Known):
        made_of_numbers = called.path.startswith("keras.layers.") and called.last in LAYERS
        return called.path.startswith(_OF_TENSORS) and not made_of_numbers
    return isinstance(called, (LayerValue, ModelValue)) or (
        isinstance(called, Instance) and (called.kind in ("layer", "model") or unknown_base(called) is not None)
    )


def _about_models(called: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    """Whether a call makes a layer or a model, or is given one: what it gives then is no data."""
    values = [called, *args, *kwargs.values()]
    if isinstance(called, Method):
        values.append(called.owner)
    for each in values:
        if isinstance(each, (list, tuple)):
            values += each[:100]
    if isinstance(called, Known) and called.path.startswith(
        ("keras.layers", "keras.Model", "keras.Sequential", "keras.Input", "keras.models")
    ):
        return True
    return any(isinstance(each, (LayerValue, ModelValue, TensorValue)) for each in values)


__all__ = ["Array", "Functions", "Return"]
