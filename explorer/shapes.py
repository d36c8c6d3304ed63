"""What each layer of a model receives and returns, in named axes, with the reason.

Every shape and every count is read from Keras itself. Only the names of the axes are worked out here: they start at the
inputs and are followed through the graph, call by call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras

from explorer.arithmetic import arithmetic
from explorer.axes import named, source_axes
from explorer.graph import Call, calls, masked, source_name
from explorer.sentences import said
from explorer.tensors import ORDERED, Axes, Seen, Shape, Tensor, kind

WRAPPERS = ("TimeDistributed", "Bidirectional")


@dataclass(frozen=True)
class Source:
    """Where data comes in."""

    name: str
    shape: Shape
    axes: Axes

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "shape": list(self.shape), "axes": list(self.axes)}


@dataclass(frozen=True)
class LayerDescription:
    """One call of one layer.

    type: the class, with what a wrapper wraps: "TimeDistributed(Dense)"; then `wraps` is "Dense".
    params: weights that are counted here; 0 where the call shares the weights of the call named in `shares`.
    arithmetic: how the parameters come about, "3 · 32 · (5 + 32 + 2) = 3,744", or None where no rule is known.
    says, short: what the layer does to the axes, and the same in at most 60 characters.
    inside: what a wrapper or a nested model holds.
    """

    name: str
    type: str
    input: tuple[Shape, ...]
    output: tuple[Shape, ...]
    axes_in: tuple[Axes, ...]
    axes_out: tuple[Axes, ...]
    params: int
    arithmetic: str | None
    says: str
    short: str
    reads: tuple[str, ...] = ()
    wraps: str | None = None
    shares: str | None = None
    inside: tuple[LayerDescription, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        lists = ("input", "output", "axes_in", "axes_out")
        return {
            **self.__dict__,
            **{name: [list(each) for each in getattr(self, name)] for name in lists},
            "reads": list(self.reads),
            "inside": [layer.to_dict() for layer in self.inside],
        }


@dataclass(frozen=True)
class Description:
    """A model as plain data: where data comes in, what each layer makes of it, and what comes out."""

    inputs: tuple[Shape, ...]
    output: tuple[Shape, ...]
    sources: tuple[Source, ...]
    layers: tuple[LayerDescription, ...]
    params: int

    def to_dict(self) -> dict[str, Any]:
        """The same as lists, strings and numbers, ready for JSON; the batch is None."""
        return {
            "inputs": [list(shape) for shape in self.inputs],
            "output": [list(shape) for shape in self.output],
            "sources": [source.to_dict() for source in self.sources],
            "layers": [layer.to_dict() for layer in self.layers],
            "params": self.params,
        }


def describe(model: keras.Model, input_axes: Iterable[Sequence[str]] | None = None) -> Description:
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
    sources = []
    given = [None] * len(model.inputs) if input_axes is None else [tuple(axes) for axes in input_axes]
    if len(given) != len(model.inputs):
        raise ValueError(f"input_axes must name the axes of {len(model.inputs)} inputs. Received: {given}")
    for tensor, axes in zip(model.inputs, given, strict=True):
        shape = tuple(tensor.shape)
        axes = axes or source_axes(tensor, steps)
        if len(axes) != len(shape):
            raise ValueError(f"An input of shape {shape} needs {len(shape)} names of axes. Received: {axes}")
        tensors[id(tensor)] = Tensor(shape, axes, masked(tensor))
        sources.append(Source(source_name(tensor), shape, axes))
    layers = _follow(model, steps, tensors)
    shapes = [tuple(tuple(tensor.shape) for tensor in side) for side in (model.inputs, model.outputs)]
    return Description(*shapes, tuple(sources), tuple(layers), model.count_params())


def _follow(model: keras.Model, steps: list[Call], tensors: dict[int, Tensor], whole: bool = True) -> list[LayerDescription]:
    """Describe every call, noting each tensor's names in `tensors`; `whole`: what comes out is the answer."""
    read = {id(tensor) for step in steps for tensor in step.inputs}
    answers = {id(tensor) for tensor in model.outputs} - read if whole else set()
    layers = []
    for step in steps:
        received = [tensors[id(tensor)] for tensor in step.inputs]
        shapes = [tuple(tensor.shape) for tensor in step.outputs]
        ends = [id(tensor) in answers for tensor in step.outputs]
        layer = _layer(step.layer, received, shapes, ends, step.node)
        if step.shares:
            says = f"with the same weights as {step.shares}, {layer.says}"
            layer = replace(layer, params=0, arithmetic=None, says=says, shares=step.shares)
        layers.append(replace(layer, name=step.name, reads=step.reads))
        for tensor, shape, axes in zip(step.outputs, shapes, layer.axes_out, strict=True):
            tensors[id(tensor)] = Tensor(shape, axes, masked(tensor))
    return layers


def _layer(layer: Any, received: list[Tensor], shapes: list[Shape], ends: list[bool], node: Any = None) -> LayerDescription:
    """Describe one layer that makes tensors of `shapes` out of `received`; where `ends`, the last axis is the answer."""
    inside = _inside(layer, received, shapes, ends)
    seen = Seen(layer, received, [], node, [held.axes_out for held in inside])
    returned = []
    for shape, axes, end in zip(shapes, named(seen, shapes), ends, strict=True):
        if end and len(axes) > 1 and axes[-1] not in ORDERED:
            axes = (*axes[:-1], "outputs")
        returned.append(Tensor(shape, axes))
    says, short = said(replace(seen, returned=returned))
    params, wrapped = _params(layer), _wrapped(layer)
    return LayerDescription(
        name=layer.name,
        type=_type(layer),
        input=tuple(tensor.shape for tensor in received),
        output=tuple(shapes),
        axes_in=tuple(tensor.axes for tensor in received),
        axes_out=tuple(tensor.axes for tensor in returned),
        params=params,
        arithmetic=arithmetic(layer, received, params),
        says=says,
        short=short,
        wraps=None if wrapped is None else _type(wrapped),
        inside=tuple(inside),
    )


def _inside(layer: Any, received: list[Tensor], shapes: list[Shape], ends: list[bool]) -> list[LayerDescription]:
    """Describe what a wrapper or a nested model holds, on its share of what comes in."""
    if kind(layer, WRAPPERS) == "TimeDistributed":
        held = [tensor.without(1) for tensor in received]
        return [_layer(layer.layer, held, [(shape[0], *shape[2:]) for shape in shapes], ends)]
    if kind(layer, WRAPPERS) == "Bidirectional":
        both = []
        for each in (layer.forward_layer, layer.backward_layer):
            found = each.compute_output_shape(received[0].shape)
            found = [found] if not found or not isinstance(found[0], (tuple, list)) else found
            both.append(_layer(each, received[:1], [tuple(shape) for shape in found], [False] * len(found)))
        return both
    if isinstance(layer, keras.Model) and getattr(layer, "outputs", None):
        tensors = {
            id(tensor): Tensor(tuple(tensor.shape), given.axes, given.masked)
            for tensor, given in zip(layer.inputs, received, strict=True)
        }
        return _follow(layer, calls(layer), tensors, whole=all(ends))
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
