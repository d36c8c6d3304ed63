"""Classes that the code defines, what it makes of them, and values of the standard library that people build models with."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from explorer.snippet.reader.data_values import Opaque
from explorer.snippet.reader.values import Function, LayerValue, ModelValue, Scope


@dataclass(eq=False)
class ClassValue:
    """A class of the code.

    kind: "layer" or "model" where it is made on `keras.layers.Layer` or `keras.Model`, else "plain"; "data" for a dataclass,
    "enum" for an Enum, whose members are read as their values.
    base: the layer class of Keras that it is made on, where that is a layer that does something. unknown: the class of a
    package that is not known which it is made on. names: what its body binds.
    how: "static", "class" or "property" for methods that are none of an instance.
    """

    node: ast.ClassDef
    kind: str
    parents: list[ClassValue]
    names: Scope
    how: dict[str, str] = field(default_factory=dict)
    base: Any = None
    unknown: str | None = None

    @property
    def name(self) -> str:
        return self.node.name

    def family(self) -> list[ClassValue]:
        """The class and those that it is made on, the nearest first."""
        found = [self]
        for parent in self.parents:
            found += [each for each in parent.family() if each not in found]
        return found[:20]

    def find(self, name: str) -> tuple[Any, str] | None:
        """What a name of the class stands for, and how it is bound; None where it has no such name."""
        for each in self.family():
            if name in each.names:
                return each.names[name], each.how.get(name, "")
        return None

    def fields(self) -> list[ast.AnnAssign]:
        """The fields of a dataclass, those of its parents first."""
        found: dict[str, ast.AnnAssign] = {}
        for each in reversed(self.family()):
            for statement in each.node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    found[statement.target.id] = statement
        return list(found.values())


@dataclass(eq=False)
class Instance:
    """What a class of the code was called for. held: its attributes.

    layer, model: the layer or model that it is, where its class is one. called: names of the methods that were called.
    base: what a layer of Keras that its class is made on is given; given: what it is given itself.
    """

    made_by: ClassValue | None
    node: ast.Call
    held: dict[str, Any] = field(default_factory=dict)
    layer: LayerValue | None = None
    model: ModelValue | None = None
    keywords: dict[str, Any] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    base: tuple[list[Any], dict[str, Any]] | None = None
    given: tuple[list[Any], dict[str, Any]] = field(default_factory=lambda: ([], {}))

    @property
    def kind(self) -> str:
        return self.made_by.kind if self.made_by else "plain"


@dataclass(frozen=True, eq=False)
class Bound:
    """A method of an instance, or of a class, before it is called."""

    function: Function
    owner: Any


@dataclass(frozen=True, eq=False)
class Super:
    """`super()` in a method of `owner` that `holder` defines."""

    holder: ClassValue
    owner: Any


@dataclass(frozen=True, eq=False)
class Partial:
    """`functools.partial`: a call with some of its arguments."""

    called: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(eq=False)
class Parser:
    """`argparse.ArgumentParser()`: what its arguments are when nothing is typed."""

    held: dict[str, Any] = field(default_factory=dict)

    def add(self, args: list[Any], kwargs: dict[str, Any], line: int) -> None:
        flags = [each for each in args if isinstance(each, str)]
        longest = next((each for each in flags if each.startswith("--")), flags[0] if flags else "")
        wanted = kwargs.get("dest")
        name = wanted if isinstance(wanted, str) else longest.lstrip("-").replace("-", "_")
        if not name:
            return
        action = kwargs.get("action")
        if "default" in kwargs:
            self.held[name] = kwargs["default"]
        elif action in ("store_true", "store_false"):
            self.held[name] = action == "store_false"
        elif longest.startswith("-"):
            choices = kwargs.get("choices")
            first = choices[0] if isinstance(choices, (list, tuple)) and choices and kwargs.get("required") else None
            self.held[name] = Opaque(f"the option {longest}", name, line) if kwargs.get("required") and not first else first
        else:
            self.held[name] = Opaque(f"the argument {name} of the command line", name, line)


class Fields(tuple[Any, ...]):
    """A named tuple. names: of its parts."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FieldsClass:
    """What `namedtuple` gives: called, it makes `Fields`."""

    name: str
    names: tuple[str, ...]

    def made(self, args: list[Any], kwargs: dict[str, Any]) -> Fields:
        given = dict(zip(self.names, args, strict=False)) | kwargs
        found = Fields(given.get(name, Opaque(f"the field {name}", name)) for name in self.names)
        found.names = self.names
        return found
