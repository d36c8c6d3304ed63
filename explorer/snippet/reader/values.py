"""What names can stand for while pasted code is read. None of these values holds data, and none of them runs anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from explorer.snippet.reader.data_values import Full, Items, Opaque, Shape
from explorer.snippet.reader.nodes import Node


class Unreadable(ValueError):
    """Code that cannot be read; its text is a sentence that says what can be written instead.

    line: the 1-based line of the code, or None where no line is to blame.
    """

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class Exhausted(Unreadable):
    """Code that is too long or too large to be read any further: what was counted has come to its end."""


class Refused(Unreadable):
    """Code that asks for something that is never done with a stranger's code, whatever stands around it."""


class Broken(Exception):
    """What Keras or NumPy would raise here. Reading ends; `event` says what was being done, and with what."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.says)
        self.event = event


@dataclass(frozen=True)
class Event:
    """Something in the code that does not work, or works otherwise than it looks.

    what: the operation ("call", "make", "unpack", "reshape", "ragged", "argument", ...). node: where it stands.
    says: the error of Keras or NumPy. given: what it was done with.
    """

    what: str
    node: Node
    says: str = ""
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> int | None:
        return self.node.lineno

    @property
    def called(self) -> ast.Call:
        """The call in which it happened. Raises TypeError where it happened in none."""
        if not isinstance(self.node, ast.Call):
            raise TypeError(f"{self.what} happened in no call")
        return self.node


@dataclass(frozen=True)
class Known:
    """A name of Keras, NumPy or TensorFlow by its path, such as "keras.layers.GRU"; `top` as it was imported."""

    path: str
    top: str

    @property
    def last(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Method:
    """An attribute of a value, before it is called."""

    owner: Any
    name: str


class Scope(dict[str, Any]):
    """Names and what they stand for; what is not here is looked for in the scope around."""

    def __init__(self, around: Scope | None = None) -> None:
        self.around = around
        self.elsewhere: dict[str, Scope] = {}

    def find(self, name: str) -> Any:
        if name in self:
            return self[name]
        if self.around is None:
            raise KeyError(name)
        return self.around.find(name)

    def put(self, name: str, value: Any) -> None:
        """Bind a name: here, or where `global` or `nonlocal` says that it belongs."""
        self.elsewhere.get(name, self)[name] = value


@dataclass(frozen=True)
class Function:
    """A function that the code defines. holder: the class whose body it stands in."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    holder: Any = None

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "lambda")


@dataclass(eq=False)
class LayerValue:
    """A layer that the code made.

    layer: the Keras layer. node: the call in the code that made it. wraps: the layer value inside a wrapper.
    declared: the shape of its input as given to itself (`input_shape=`), without the batch; batch: its size, where that was
    given too. stateful: whether it keeps its memory from batch to batch. own: the object of the code that it is, where it is
    one.
    """

    layer: Any
    node: ast.Call
    wraps: LayerValue | None = None
    declared: Shape | None = None
    batch: int | None = None
    stateful: bool = False
    own: Any = None

    @property
    def kind(self) -> str:
        # A class of the code's own may be called as one of Keras is: no rule for that one holds for it.
        return str(getattr(self.layer, "own_kind", type(self.layer).__name__))

    @property
    def name(self) -> str:
        return str(self.layer.name)

    @property
    def core(self) -> LayerValue:
        """The innermost layer, without the wrappers around it."""
        return self.wraps.core if self.wraps else self


@dataclass(eq=False)
class TensorValue:
    """A symbolic tensor. made: the call that it comes from, or None for an input."""

    tensor: Any
    node: Node
    made: Call | None = None

    @property
    def shape(self) -> Shape:
        return tuple(self.tensor.shape)


@dataclass(eq=False)
class Call:
    """One call of a layer, a nested model or an operation of Keras, as it was read.

    arguments, keywords: with `TensorValue`s in them. outputs: the tensors, one or more. run: what Keras calls, to call it
    again. place: how many calls came before it.
    """

    layer: LayerValue | ModelValue | str
    node: Node
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    outputs: list[TensorValue] = field(default_factory=list)
    run: Any = None
    place: int = 0

    @property
    def inputs(self) -> list[TensorValue]:
        return tensors_in((self.arguments, self.keywords))

    @property
    def value(self) -> LayerValue:
        """The layer. Raises TypeError for an operation and for a nested model."""
        if not isinstance(self.layer, LayerValue):
            raise TypeError(f"{self.name} is no layer")
        return self.layer

    @property
    def made_at(self) -> ast.Call:
        """Where the layer or the nested model was made. Raises TypeError for an operation."""
        if isinstance(self.layer, str):
            raise TypeError(f"{self.layer} is an operation, which nothing makes")
        return self.layer.node

    @property
    def name(self) -> str:
        return self.layer if isinstance(self.layer, str) else self.layer.name

    @property
    def kind(self) -> str:
        """The class of the layer, or the name of the operation."""
        return self.layer if isinstance(self.layer, str) else self.layer.kind


@dataclass(eq=False)
class ModelValue:
    """A model that the code made: a chain of layers (`sequential`) or from inputs to outputs.

    compiled, fits: the arguments of `compile`, and of every call of `fit`, `evaluate` and `predict`, in order.
    compiled_at: where `compile` was called. own: the object that it is, where its class is the code's own.
    unread: why it is not whole, where one of its layers could not be read. keys: the names of its outputs, where these are a
    dictionary.
    """

    node: ast.Call
    sequential: bool
    name: str = "model"
    layers: list[LayerValue | ModelValue] = field(default_factory=list)
    inputs: list[TensorValue] = field(default_factory=list)
    outputs: list[TensorValue] = field(default_factory=list)
    keras: Any = None
    compiled: dict[str, Any] | None = None
    compiled_at: ast.Call | None = None
    fits: list[tuple[str, ast.Call, dict[str, Any]]] = field(default_factory=list)
    own: Any = None
    unread: Unreadable | None = None
    keys: tuple[str, ...] = ()

    kind = "Model"

    @property
    def built(self) -> bool:
        return bool(self.outputs)


def full(shape: Shape | None) -> Full:
    """A shape as one without a gap. Raises ValueError where a size is open."""
    sizes = tuple(size for size in shape or () if size is not None)
    if shape is None or len(sizes) != len(shape):
        raise ValueError(f"the shape {shape} is not known as a whole")
    return sizes


def tensors_in(value: Any) -> list[TensorValue]:
    """Every tensor in nested lists, tuples and dictionaries, in order."""
    if isinstance(value, TensorValue):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for each in value for tensor in tensors_in(each)]
    return []


def swapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same nest of values with `change` applied to each one in it that is no list, tuple or dictionary."""
    if isinstance(value, dict):
        return {key: swapped(each, change) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        made = [swapped(each, change) for each in value]
        if isinstance(value, Items):
            grown = type(value)(made)
            grown.rest = value.rest
            return grown
        return type(value)(made)
    return change(value)


def with_tensors(value: Any) -> Any:
    """The same nest where what may be a tensor is one: the shape of it is asked for."""
    if not may_hold_tensors(value):
        return value
    return swapped(value, lambda each: each.later.tensor() if isinstance(each, Opaque) and each.later else each)


def may_hold_tensors(value: Any) -> bool:
    """Whether there is a tensor in nested lists, tuples and dictionaries, or what may be one."""
    return bool(tensors_in(value)) or depth_of(value) > 0


def depth_of(value: Any) -> int:
    """How many calls stand within each other in what may be a tensor; 0 where nothing in nested lists, tuples and
    dictionaries may be one."""
    if isinstance(value, (list, tuple, dict)):
        return max(map(depth_of, value.values() if isinstance(value, dict) else value), default=0)
    return value.later.depth if isinstance(value, Opaque) and value.later else 0


def behind(tensors: Iterable[TensorValue], inputs: Iterable[TensorValue] = ()) -> list[Call]:
    """The calls that tensors come from, in the order in which they were read.

    inputs: where a model begins, which need not be where data come in.
    """
    found: dict[int, Call] = {}
    waiting, ends = list(tensors), {id(each) for each in inputs}
    while waiting:
        each = waiting.pop()
        if id(each) in ends:
            continue
        if each.made is not None and id(each.made) not in found:
            found[id(each.made)] = each.made
            waiting += each.made.inputs
    return sorted(found.values(), key=lambda call: call.place)
