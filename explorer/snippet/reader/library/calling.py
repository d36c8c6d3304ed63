"""Calls on symbolic tensors: layers, operations and arithmetic, made by Keras itself."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from explorer.snippet.reader.data_values import Array, Opaque
from explorer.snippet.reader.library.constants import constant, mixed
from explorer.snippet.reader.library.paths import spoken
from explorer.snippet.reader.limits import MOST_CALLS, bounded_sizes
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.record import Record
from explorer.snippet.reader.values import (
    Broken,
    Call,
    Event,
    Exhausted,
    Function,
    Known,
    LayerValue,
    Method,
    ModelValue,
    TensorValue,
    Unreadable,
    behind,
    swapped,
    tensors_in,
    with_tensors,
)

_INFIX = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.MatMult: "matmul",
    ast.Pow: "power",
}
_OPERATOR = {"add": "add", "subtract": "sub", "multiply": "mul", "matmul": "matmul", "power": "pow", "divide": "truediv"}


def call_layer(record: Record, value: LayerValue, args: tuple[Any, ...], kwargs: dict[str, Any], node: Node) -> Any:
    """Call a layer on tensors.

    Raises Broken where Keras raises, and Unreadable where there is no tensor, or too many calls.
    """
    record.tick(node)
    if len(record.calls) >= MOST_CALLS:
        raise Exhausted(f"More than {MOST_CALLS} layers are called. Write a smaller model.", getattr(node, "lineno", None))
    call = Call(value, node, args, kwargs)
    if record.inside:
        args = swapped(args, lambda each: constant(record, each, node))
        call = Call(value, node, args, kwargs)
    if any(isinstance(each, Array) for each in args) and not tensors_in((args, kwargs)):
        return Array(None, node=node)
    if any(isinstance(each, LayerValue) for each in args):
        raise Unreadable(
            "This layer is called on another layer, which was not called itself. Call that one on a tensor first: "
            "h = layers.LSTM(8)(inputs).",
            getattr(node, "lineno", None),
        )
    unknown = next((each for each in args if isinstance(each, Opaque)), None)
    if unknown is not None and not tensors_in((args, kwargs)):
        raise Unreadable(f"What this layer is called on is not known here: it is {unknown.why}.", node.lineno)
    if not tensors_in((args, kwargs)):
        raise Unreadable("This layer is called on something that is not a tensor. Start with keras.Input(...).", node.lineno)
    record.count_tensors(len(call.inputs), node)
    (first, *_) = call.inputs
    if value.core.stateful and first.shape and first.shape[0] is None:
        says = (
            "ValueError: When using `stateful=True` in a RNN, the batch size must be static. Found dynamic batch size: "
            f"sequence.shape={first.shape}"
        )
        if len(first.shape) == 3:
            raise Broken(Event("call", node, says, {"call": call}))
    record.count_within([value.layer], node)
    return make_call(record, call, value.layer, node)


def operation(record: Record, name: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> Any:
    """An operation of `keras.ops` on tensors. Raises Broken where Keras raises."""
    record.tick(node)
    args, kwargs = (swapped(each, lambda value: constant(record, value, node)) for each in (args, kwargs))
    call = Call(name, node, tuple(args), kwargs)
    for each in (*args, *kwargs.values()):
        for part in each if isinstance(each, (list, tuple)) else [each]:
            bounded_sizes(node, part)
    record.count_tensors(len(call.inputs), node)
    if name in ("unstack", "split"):
        _count_parts(record, call, node)
    return make_call(record, call, getattr(keras.ops, name), node)


def operator_call(record: Record, node: ast.BinOp, left: Any, right: Any) -> Any:
    """Arithmetic with a tensor. Raises Broken where Keras raises, and Unreadable where it is not supported."""
    name = _INFIX.get(type(node.op))
    if name is None:
        raise Unreadable("This arithmetic is not supported on tensors. Use + - * / or keras.ops.", node.lineno)
    left, right = (mixed(record, each, node) for each in (left, right))
    call = Call(name, node, (left, right), {})
    return make_call(record, call, getattr(operator, _OPERATOR[name]), node)


def item(record: Record, owner: TensorValue, index: Any, node: Node) -> Any:
    """A part of a tensor. Raises Broken where Keras raises, and Unreadable where the part is not known."""
    parts = index if isinstance(index, tuple) else (index,)
    if (
        isinstance(index, int)
        and owner.made is not None
        and getattr(getattr(owner.made.layer, "layer", None), "not_known", False)
    ):
        return owner
    if not all(each is None or each is Ellipsis or isinstance(each, (int, slice)) for each in parts) or any(
        isinstance(bound, Opaque)
        for each in parts
        if isinstance(each, slice)
        for bound in (each.start, each.stop, each.step)
    ):
        raise Unreadable("This part of a tensor is not supported. Use numbers and colons, such as h[:, -1, :].", node.lineno)
    call = Call("get_item", node, (owner,), {})
    return make_call(record, call, lambda tensor: tensor[index], node)


def make_call(record: Record, call: Call, function: Callable[..., Any], node: Node) -> Any:
    """Let Keras make a call, and write it down. Raises Broken where Keras raises."""
    record.budget.look(node)
    # The code may change its lists later: what they hold now is what the call was given.
    call.arguments, call.keywords = plain_lists(call.arguments), plain_lists(call.keywords)
    arguments = swapped(call.arguments, _tensor)
    keywords = swapped(call.keywords, _tensor)
    try:
        made = function(*arguments, **keywords)
    except RecursionError:
        raise
    except Exception as error:
        stopped, record.stopped = record.stopped, None
        if stopped is not None:
            raise stopped from None
        if isinstance(error, (Unreadable, Broken)):
            raise
        raise Broken(Event("call", node, spoken(error), {"call": call})) from None
    for each in _tensors_of(made):
        record.count_axes(each.shape, node)
    call.place = len(record.calls)
    record.calls.append(call)
    call.run = function
    return _returned(call, made, node)


def whole(record: Record, model: ModelValue, node: Node) -> Any:
    """The Keras model of a model value, made when it is first needed. Raises Unreadable where it has no input yet."""
    if not model.built:
        raise Unreadable("This model has no input yet: start it with keras.Input(shape=(timesteps, features)).", node.lineno)
    if model.keras is None or (model.sequential and len(model.keras.layers) < len(model.layers)):
        record.count_graph(behind(model.outputs, model.inputs), node)
        try:
            made = keras.Model(one_or_all(model.inputs), one_or_all(model.outputs), name=model.name)
            if model.sequential:
                # Within another model it is one layer, which Keras calls by its class.
                kind = type("Sequential", (type(made),), {"__module__": type(made).__module__})
                made = kind(one_or_all(model.inputs), one_or_all(model.outputs), name=model.name)
            model.keras = made
        except Exception as error:
            given = {"inputs": model.inputs, "outputs": model.outputs}
            raise Broken(Event("model", node, spoken(error), given)) from None
    return model.keras


def weight(record: Record, layer: Any, args: list[Any], kwargs: dict[str, Any], node: Node) -> TensorValue:
    """`add_weight` of a layer that the code defines: a tensor of the weight's shape.

    Raises Unreadable where that is not known, or absurd.
    """
    record.count_layer(node)
    named = [each for each in args if not isinstance(each, str)]
    shape = kwargs.get("shape", named[0] if named else ())
    shape = (shape,) if isinstance(shape, int) else shape
    sizes = tuple(shape) if isinstance(shape, (list, tuple)) else (None,)
    if not all(isinstance(each, int) and each >= 0 for each in sizes):
        raise Unreadable("The shape of this weight is not known here: a layer before it must say its sizes.", node.lineno)
    bounded_sizes(node, *sizes)
    record.count_axes(sizes, node)
    layer.add_weight(shape=sizes, name="weight", trainable=kwargs.get("trainable") is not False)
    return TensorValue(keras.KerasTensor(sizes), node)


def plain_lists(value: Any) -> Any:
    """The same nest with lists that Keras knows: it takes those of the reader for single values."""
    if isinstance(value, dict):
        return {key: plain_lists(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain_lists(each) for each in value]
    return tuple(plain_lists(each) for each in value) if isinstance(value, tuple) else value


def through(record: Record, follow: Callable[..., Any], args: Any, kwargs: dict[str, Any], node: Node) -> Any:
    """What following a layer of the code gives for Keras's own symbolic tensors, as such tensors.

    Raises Unreadable where it gives none.
    """

    def held(each: Any) -> Any:
        return TensorValue(each, node) if isinstance(each, keras.KerasTensor) else each

    try:
        with kept(record):
            made = with_tensors(follow(swapped(args, held), swapped(kwargs, held)))
        if not tensors_in(made):
            raise Unreadable("What this layer returns is not known here.", getattr(node, "lineno", None))
    except (Unreadable, Broken) as error:
        # Keras raises another error in its place, which has neither its line nor its event.
        record.stopped = error
        raise
    return plain_lists(swapped(made, lambda each: each.tensor if isinstance(each, TensorValue) else None))


@contextmanager
def kept(record: Record) -> Iterator[None]:
    """What is followed within a layer is no part of the model around it: only what the layer returns is."""
    calls, noted = record.calls, list(record.noted)
    record.calls = []
    record.inside += 1
    try:
        yield
    finally:
        record.calls = calls
        record.inside -= 1
        record.noted[:] = noted


def _count_parts(record: Record, call: Call, node: Node) -> None:
    """A tensor taken apart along an axis gives as many as that is long."""
    tensor = call.inputs[0]
    named = dict(zip(("x", "num", "axis"), call.arguments, strict=False)) | call.keywords
    named.setdefault("num", call.keywords.get("indices_or_sections"))
    many, axis = named.get("num"), named.get("axis", 0)
    if many is None and isinstance(axis, int) and -len(tensor.shape) <= axis < len(tensor.shape):
        many = tensor.shape[axis]
    if isinstance(many, int):
        record.count_tensors(many, node)


def _tensors_of(made: Any) -> list[Any]:
    parts = made if isinstance(made, (list, tuple)) else [made]
    return [each for each in parts if isinstance(each, keras.KerasTensor)]


def _returned(call: Call, made: Any, node: Node) -> Any:
    def held(each: Any) -> Any:
        if not isinstance(each, keras.KerasTensor):
            return each
        tensor = TensorValue(each, node, call)
        call.outputs.append(tensor)
        return tensor

    return swapped(made, held)


def _tensor(value: Any) -> Any:
    if isinstance(value, TensorValue):
        return value.tensor
    if isinstance(value, Known):
        return value.last
    if isinstance(value, (Opaque, Function, LayerValue, ModelValue, Method, Array)):
        raise Unreadable("A layer is called with something that is not a tensor. Pass Keras tensors.", None)
    return value


def one_or_all(tensors: list[TensorValue]) -> Any:
    """What Keras is given for them: a model of a list returns a list, even of one."""
    found = [each.tensor for each in tensors]
    return found[0] if len(found) == 1 else found
