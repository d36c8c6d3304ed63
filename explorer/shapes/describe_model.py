"""What each layer of a model receives and returns, in named axes, with the reason.

Every shape and every count is read from Keras itself. Only the names of the axes are worked out here: they start at the
inputs and are followed through the graph, call by call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import keras

from explorer.shapes.axes import named, source_axes
from explorer.shapes.axis_sizes import extents
from explorer.shapes.equations import equation
from explorer.shapes.graph import Call, calls, masked, source_name
from explorer.shapes.model_shapes import LayerShapes, ModelShapes, SourceShapes
from explorer.shapes.parameters import Arithmetic, Own, arithmetic
from explorer.shapes.sentences import SAYS, said
from explorer.shapes.unrolled import flow, window
from explorer.shapes.weights import weights
from explorer.tensors.symbols import Symbols
from explorer.tensors.tensor import ORDERED, Seen, Shape, Tensor, kind

WRAPPERS = ("TimeDistributed", "Bidirectional")


def describe(model: keras.Model, input_axes: Iterable[Sequence[str]] | None = None) -> ModelShapes:
    """What every layer of a model receives and returns, in the order in which data meets them.

    input_axes: the names of every input's axes, batch included; without them (batch, timesteps, features),
    or with four axes (batch, windows, timesteps, features).

    Raises ValueError for a model that has no graph yet: a Sequential without Input, or a subclass with a `call` of its own.

    >>> sequence = keras.Input((20, 5), name="sequence")
    >>> memory = keras.layers.GRU(32, return_sequences=True, name="memory")(sequence)
    >>> (layer,) = describe(keras.Model(sequence, memory)).layers
    >>> layer.says
    'takes one vector per step and keeps the memory of all 20 steps: timesteps stay, 5 features become 32 outputs'
    """
    steps = calls(model)
    tensors: dict[int, Tensor] = {}
    sources, symbols = [], Symbols()
    given = [None] * len(model.inputs) if input_axes is None else [tuple(axes) for axes in input_axes]
    if len(given) != len(model.inputs):
        raise ValueError(f"input_axes must name the axes of {len(model.inputs)} inputs. Received: {given}")
    for tensor, axes in zip(model.inputs, given, strict=True):
        shape = tuple(tensor.shape)
        axes = axes or source_axes(tensor, steps)
        if len(axes) != len(shape):
            raise ValueError(f"An input of shape {shape} needs {len(shape)} names of axes. Received: {axes}")
        sizes = tuple(symbols.name(axis, size) for axis, size in zip(axes, shape, strict=True))
        tensors[id(tensor)] = Tensor(shape, axes, masked(tensor), sizes)
        sources.append(SourceShapes(source_name(tensor), shape, axes, sizes))
    layers = _follow(model, steps, tensors, symbols)
    inputs, outputs = (tuple(tuple(tensor.shape) for tensor in side) for side in (model.inputs, model.outputs))
    return ModelShapes(inputs, outputs, tuple(sources), tuple(layers), model.count_params(), symbols.named)


def _follow(
    model: keras.Model, steps: list[Call], tensors: dict[int, Tensor], symbols: Symbols, whole: bool = True
) -> list[LayerShapes]:
    """Describe every call, noting each tensor's names in `tensors`; `whole`: what comes out is the answer."""
    read = {id(tensor) for step in steps for tensor in step.inputs}
    answers = {id(tensor) for tensor in model.outputs} - read if whole else set()
    layers = []
    for step in steps:
        received = [tensors[id(tensor)] for tensor in step.inputs]
        shapes = [tuple(tensor.shape) for tensor in step.outputs]
        ends = [id(tensor) in answers for tensor in step.outputs]
        layer = _layer(step.layer, received, shapes, ends, symbols, step.node)
        if step.shares:
            does = f"with the same weights as {step.shares}, {layer.does}"
            layer = replace(layer, params=0, counted=None, does=does, shares=step.shares)
        layers.append(replace(layer, name=step.name, reads=step.reads))
        for tensor, *known in zip(step.outputs, shapes, layer.axes_out, layer.sizes_out, strict=True):
            shape, axes, sizes = known
            tensors[id(tensor)] = Tensor(shape, axes, masked(tensor), sizes)
    return layers


def _layer(
    layer: Any, received: list[Tensor], shapes: list[Shape], ends: list[bool], symbols: Symbols, node: Any = None
) -> LayerShapes:
    """Describe one layer that makes tensors of `shapes` out of `received`; where `ends`, the last axis is the answer."""
    inside = _inside(layer, received, shapes, ends, symbols)
    seen = Seen(layer, received, [], node, [held.axes_out for held in inside], [held.sizes_out for held in inside])
    axes_out = [
        (*axes[:-1], "outputs") if end and len(axes) > 1 and axes[-1] not in ORDERED else axes
        for axes, end in zip(named(seen, shapes), ends, strict=True)
    ]
    sizes_out = extents(seen, shapes, axes_out, symbols)
    returned = [Tensor(*each) for each in zip(shapes, axes_out, [False] * len(shapes), sizes_out, strict=True)]
    seen = replace(seen, returned=returned)
    does, change, short = said(seen)
    params, wrapped = _params(layer), _wrapped(layer)
    width = inside[0].axes_out[0][-1] if wrapped is not None and inside else axes_out[0][-1] if axes_out else "units"

    own = Own(symbols, width)
    # In this order: what is counted may give a symbol to a number that the weights then have.
    counted = _counted(layer, received, symbols, own, params, inside)
    held = weights(layer, received, symbols, own) if params else ()
    return LayerShapes(
        name=layer.name,
        type=_type(layer),
        input=tuple(tensor.shape for tensor in received),
        output=tuple(shapes),
        axes_in=tuple(tensor.axes for tensor in received),
        axes_out=tuple(axes_out),
        sizes_in=tuple(tensor.sizes for tensor in received),
        sizes_out=tuple(sizes_out),
        params=params,
        counted=counted,
        does=does,
        change=change,
        short=short,
        explained=counted is not None and bool(kind(layer, SAYS)) and all(each.explained for each in inside),
        equation=equation(seen),
        weights=held,
        flow=flow(seen) if received and returned else "none",
        window=window(seen) if received and returned else None,
        merge_mode=layer.merge_mode if kind(layer, WRAPPERS) == "Bidirectional" else None,
        wraps=None if wrapped is None else _type(wrapped),
        inside=tuple(inside),
    )


def _counted(
    layer: Any, received: list[Tensor], symbols: Symbols, own: Own, params: int, inside: list[LayerShapes]
) -> Arithmetic | None:
    """How a layer's weights come about; those of a nested model are those of its layers together."""
    if isinstance(layer, keras.Model) and inside:
        held = [each.counted for each in inside if each.params]
        counted = [each for each in held if each is not None]
        terms = [] if len(counted) < len(held) else [term for each in counted for term in each.terms]
        whole = Arithmetic(terms or [([], [0])], symbols)
        return whole if whole.total == params else None
    return arithmetic(layer, received, symbols, own, params)


def _inside(
    layer: Any, received: list[Tensor], shapes: list[Shape], ends: list[bool], symbols: Symbols
) -> list[LayerShapes]:
    """Describe what a wrapper or a nested model holds, on its share of what comes in."""
    if kind(layer, WRAPPERS) == "TimeDistributed":
        held = [tensor.without(1) for tensor in received]
        one = _layer(layer.layer, held, [(shape[0], *shape[2:]) for shape in shapes], ends, symbols)
        return [replace(one, role="the one layer inside")]
    if kind(layer, WRAPPERS) == "Bidirectional":
        both = []
        for role, each in (("forwards", layer.forward_layer), ("backwards", layer.backward_layer)):
            found = each.compute_output_shape(received[0].shape)
            found = [found] if not found or not isinstance(found[0], (tuple, list)) else found
            shapes_of_one = [tuple(shape) for shape in found]
            one = _layer(each, received[:1], shapes_of_one, [False] * len(found), symbols)
            both.append(replace(one, role=role))
        return both
    if isinstance(layer, keras.Model) and getattr(layer, "outputs", None):
        tensors = {
            id(tensor): Tensor(tuple(tensor.shape), given.axes, given.masked, given.sizes)
            for tensor, given in zip(layer.inputs, received, strict=True)
        }
        return _follow(layer, calls(layer), tensors, symbols, whole=all(ends))
    return []


def _wrapped(layer: Any) -> Any:
    if kind(layer, WRAPPERS) == "Bidirectional":
        return layer.forward_layer
    return layer.layer if isinstance(layer, keras.layers.Wrapper) else None


def _type(layer: Any) -> str:
    wrapped, own = _wrapped(layer), type(layer).__name__
    return own if wrapped is None else f"{own}({_type(wrapped)})"


def _params(layer: Any) -> int:
    return layer.count_params() if isinstance(layer, keras.layers.Layer) and layer.built else 0
