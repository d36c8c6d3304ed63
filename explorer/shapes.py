"""What each layer of a model receives and returns, in named axes, with the reason.

Every shape and every count is read from Keras itself. Only the names of the axes are worked out here: they start at the
inputs and are followed through the graph, call by call, with one small rule for each class of layer (`AXES`) and one for
what it says (`SAYS`). A layer without a rule keeps a name where size and place agree, and is honest about the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras

Shape = tuple[int | None, ...]
Axes = tuple[str, ...]

BY_RANK: dict[int, Axes] = {
    1: ("batch",),
    2: ("batch", "features"),
    3: ("batch", "timesteps", "features"),
    4: ("batch", "windows", "timesteps", "features"),
}
# Axes that are counted along, one after the other; all others are the width of what stands at one place.
ORDERED = ("windows", "timesteps")


@dataclass(frozen=True)
class Tensor:
    """A shape with a name for each axis, such as (None, 20, 5) and (batch, timesteps, features).

    masked: whether a mask comes with it that marks some steps to be skipped.
    """

    shape: Shape
    axes: Axes
    masked: bool = False

    @property
    def width(self) -> tuple[int | None, str] | None:
        """Size and name of the last axis, unless that is one counted along."""
        if len(self.shape) < 2 or self.axes[-1] in ORDERED:
            return None
        return self.shape[-1], self.axes[-1]

    @property
    def places(self) -> dict[str, int | None]:
        """The axes between batch and width, with their sizes."""
        end = len(self.axes) - (self.width is not None)
        return dict(zip(self.axes[1:end], self.shape[1:end], strict=True))

    def without(self, axis: int) -> Tensor:
        shape, axes = list(self.shape), list(self.axes)
        del shape[axis], axes[axis]
        return Tensor(tuple(shape), tuple(axes), self.masked)


@dataclass(frozen=True)
class Call:
    """One call of one layer in a model's graph.

    name: the layer's name; its second call is called "name (2)". shares: the name of its first call, or None at the first.
    reads: names of the sources or calls whose tensors it takes, each once.
    """

    name: str
    layer: Any
    node: Any
    shares: str | None
    reads: tuple[str, ...]

    @property
    def inputs(self) -> list[Any]:
        """The tensors that it takes, without the masks that travel beside them."""
        return _unmasked(self.node.input_tensors)

    @property
    def outputs(self) -> list[Any]:
        return self.node.outputs


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
        axes = axes or _source_axes(tensor, steps)
        if len(axes) != len(shape):
            raise ValueError(f"An input of shape {shape} needs {len(shape)} names of axes. Received: {axes}")
        tensors[id(tensor)] = Tensor(shape, axes, _masked(tensor))
        sources.append(Source(source_name(tensor), shape, axes))
    layers = _follow(model, steps, tensors)
    shapes = [tuple(tuple(tensor.shape) for tensor in side) for side in (model.inputs, model.outputs)]
    return Description(*shapes, tuple(sources), tuple(layers), model.count_params())


def calls(model: keras.Model) -> list[Call]:
    """Every call of a layer (or of a Keras operation) between a model's inputs and outputs, in the order of the data.

    Raises ValueError for a model that has no graph yet.
    """
    inputs = getattr(model, "inputs", None)
    if not inputs or not getattr(model, "outputs", None):
        raise ValueError(f"The model '{model.name}' has no shapes yet: give it a keras.Input, or build it first.")
    level = {id(tensor): 0 for tensor in inputs}
    nodes: dict[int, tuple[int, Any]] = {}

    def meet(tensor: Any) -> int:
        """How many calls lie behind a tensor, at most; its own call is noted on the way."""
        if id(tensor) in level:
            return level[id(tensor)]
        operation, index, _ = tensor._keras_history
        node = operation._inbound_nodes[index]
        own = 1 + max((meet(each) for each in _unmasked(node.input_tensors)), default=0)
        nodes.setdefault(id(node), (own, node))
        for each in node.outputs:
            level[id(each)] = own
        return own

    for tensor in model.outputs:
        meet(tensor)
    names = {id(tensor): source_name(tensor) for tensor in inputs}
    times: dict[int, int] = {}
    found = []
    # The sort is stable: of two branches, the one that was wired in first stays first.
    for _, node in sorted(nodes.values(), key=lambda pair: pair[0]):
        layer = node.operation
        time = times[id(layer)] = times.get(id(layer), 0) + 1
        name = layer.name if time == 1 else f"{layer.name} ({time})"
        reads = tuple(dict.fromkeys(names[id(tensor)] for tensor in _unmasked(node.input_tensors)))
        found.append(Call(name, layer, node, layer.name if time > 1 else None, reads))
        names.update((id(tensor), name) for tensor in node.outputs)
    return found


def source_name(tensor: Any) -> str:
    """The name of the Input that a tensor comes from."""
    return tensor._keras_history.operation.name


def _unmasked(tensors: Sequence[Any]) -> list[Any]:
    """Keras hands a mask on as one more tensor, made by operations that nobody wrote: they are no part of the story."""
    masks = {id(tensor._keras_mask) for tensor in tensors if _masked(tensor)}
    return [tensor for tensor in tensors if id(tensor) not in masks]


def _source_axes(tensor: Any, steps: list[Call]) -> Axes:
    rank = len(tensor.shape)
    looked_up = any(
        type(step.layer).__name__ == "Embedding" and any(each is tensor for each in step.inputs) for step in steps
    )
    if looked_up:
        return BY_RANK.get(rank + 1, ("batch", *(f"axis {place}" for place in range(1, rank + 1))))[:rank]
    return BY_RANK.get(rank, ("batch", *(f"axis {place}" for place in range(1, rank))))


def _masked(tensor: Any) -> bool:
    return getattr(tensor, "_keras_mask", None) is not None


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
            tensors[id(tensor)] = Tensor(shape, axes, _masked(tensor))
    return layers


def _layer(layer: Any, received: list[Tensor], shapes: list[Shape], ends: list[bool], node: Any = None) -> LayerDescription:
    """Describe one layer that makes tensors of `shapes` out of `received`; where `ends`, the last axis is the answer."""
    inside = _inside(layer, received, shapes, ends)
    seen = Seen(layer, received, [], node, inside)
    named = _rule(AXES, layer, _kept)(seen, shapes)
    returned = []
    for shape, axes, end in zip(shapes, named, ends, strict=True):
        if len(axes) != len(shape) or len(set(axes)) != len(axes):
            axes = _by_place(received, shape)
        if end and len(axes) > 1 and axes[-1] not in ORDERED:
            axes = (*axes[:-1], "outputs")
        returned.append(Tensor(shape, axes))
    seen = Seen(layer, received, returned, node, inside)
    short, reason, *own = _rule(SAYS, layer, _says_what_changed)(seen)
    change = own[0] if own else changes(received, returned)
    return LayerDescription(
        name=layer.name,
        type=_type(layer),
        input=tuple(tensor.shape for tensor in received),
        output=tuple(shapes),
        axes_in=tuple(tensor.axes for tensor in received),
        axes_out=tuple(tensor.axes for tensor in returned),
        params=_params(layer),
        arithmetic=arithmetic(layer, received),
        says=f"{reason}: {change}",
        short=short,
        wraps=_type(_wrapped(layer)) if _wrapped(layer) is not None else None,
        inside=tuple(inside),
    )


def _inside(layer: Any, received: list[Tensor], shapes: list[Shape], ends: list[bool]) -> list[LayerDescription]:
    kind = _kind(layer)
    if kind == "TimeDistributed":
        held = [tensor.without(1) for tensor in received]
        return [_layer(layer.layer, held, [(shape[0], *shape[2:]) for shape in shapes], ends)]
    if kind == "Bidirectional":
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
    if _kind(layer) == "Bidirectional":
        return layer.forward_layer
    return layer.layer if isinstance(layer, keras.layers.Wrapper) else None


def _type(layer: Any) -> str:
    wrapped, own = _wrapped(layer), type(layer).__name__
    return own if wrapped is None else f"{own}({_type(wrapped)})"


def _params(layer: Any) -> int:
    return layer.count_params() if isinstance(layer, keras.layers.Layer) and layer.built else 0


# ---------------------------------------------------------------------------------------------------- names of axes


@dataclass(frozen=True)
class Seen:
    """What a rule looks at; `returned` is still empty while the axes are named."""

    layer: Any
    received: list[Tensor]
    returned: list[Tensor]
    node: Any
    inside: list[LayerDescription]

    @property
    def first(self) -> Tensor:
        return self.received[0]

    @property
    def out(self) -> Tensor:
        return self.returned[0]


def _kind(layer: Any) -> str:
    """The name of the nearest class with a rule of its own, so that a subclass is seen as what it extends."""
    return next((each.__name__ for each in type(layer).__mro__ if each.__name__ in AXES), "")


def _rule(rules: dict[str, Any], layer: Any, fallback: Any) -> Any:
    return next((rules[each.__name__] for each in type(layer).__mro__ if each.__name__ in rules), fallback)


def _by_place(received: Sequence[Tensor], shape: Shape) -> Axes:
    """Keep a name where size and place agree, and number the rest: (batch, timesteps, axis 2).

    Where axes came or went a place says little: then a name is kept for a size that occurs only once.
    """
    axes = ["batch"][: len(shape)]
    first = max(received, key=lambda tensor: len(tensor.shape), default=Tensor((), ()))
    for place in range(1, len(shape)):
        size, name = shape[place], f"axis {place}"
        if len(first.shape) == len(shape):
            if first.shape[place] == size:
                name = first.axes[place]
        elif size is not None and first.shape[1:].count(size) == 1 and shape[1:].count(size) == 1:
            name = first.axes[1:][first.shape[1:].index(size)]
        axes.append(name if name not in axes else f"axis {place}")
    return tuple(axes)


def _kept(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [_by_place(seen.received, shape) for shape in shapes]


def _same(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [seen.first.axes for _ in shapes]


def _to_units(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [(*seen.first.axes[:-1], "units") for _ in shapes]


def _recurrent_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """The sequence of memories keeps the timesteps; a single memory or state does not."""
    axes = seen.first.axes
    return [(*axes[:-1], "units") if len(shape) == len(axes) else ("batch", "units") for shape in shapes]


def _time_distributed_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [(axes[0], seen.first.axes[1], *axes[1:]) for axes in seen.inside[0].axes_out]


def _model_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    layer = seen.layer
    if not seen.inside:
        return _kept(seen, shapes)
    found = {}
    for step, described in zip(calls(layer), seen.inside, strict=True):
        found.update((id(tensor), axes) for tensor, axes in zip(step.outputs, described.axes_out, strict=True))
    return [found.get(id(tensor), seen.first.axes) for tensor in layer.outputs]


def _pooled_over_all_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    axes = seen.first.axes
    if getattr(seen.layer, "data_format", "channels_last") != "channels_last":
        return _kept(seen, shapes)
    return [axes if len(shape) == len(axes) else (axes[0], axes[-1]) for shape in shapes]


def _concatenated_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    axes, last = seen.first.axes, {tensor.axes[-1] for tensor in seen.received}
    return [(*axes[:-1], last.pop() if len(last) == 1 else "units")]


def _merged_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """The names of the input that has the shape of the result; where none has, of the one with the most axes."""
    (shape,) = shapes
    tensors = [tensor for tensor in seen.received if tensor.shape == shape]
    widest = max(tensors or seen.received, key=lambda tensor: len(tensor.shape))
    widths = {tensor.axes[-1] for tensor in seen.received if len(tensor.axes) == len(widest.axes)}
    return [widest.axes if len(widths) == 1 else (*widest.axes[:-1], "units")]


def _repeated_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", "timesteps", seen.first.axes[-1])]


def _flat_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", "features")]


def _embedded_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [(*seen.first.axes, "features")]


def _permuted_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", *(seen.first.axes[place] for place in seen.layer.dims))]


def _reshaped_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    return [("batch", "features") if len(shape) == 2 else _by_place(seen.received, shape) for shape in shapes]


def _attended_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """As many places as the query has; what stands at each is mixed from the value."""
    query = seen.first.axes
    value = seen.received[min(1, len(seen.received) - 1)].axes
    scores = ("batch", query[1], f"looked-at {value[1]}")
    return [(*query[:-1], value[-1]) if not place else scores for place in range(len(shapes))]


def _multi_head_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    query, value = seen.first.axes, seen.received[min(1, len(seen.received) - 1)].axes
    scores = ("batch", "heads", query[1], f"looked-at {value[1]}")
    return [(*query[:-1], "units") if not place else scores for place in range(len(shapes))]


def _picked_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    """`x[:, -1]`: a number takes its axis away, a slice keeps it."""
    key = seen.node.arguments.args[1] if seen.node and len(seen.node.arguments.args) > 1 else ...
    key = key if isinstance(key, tuple) else (key,)
    if not all(isinstance(each, (int, slice)) for each in key):
        return _kept(seen, shapes)
    kept = [axis for place, axis in enumerate(seen.first.axes) if place >= len(key) or isinstance(key[place], slice)]
    return [tuple(kept)]


def _reduced_axes(seen: Seen, shapes: list[Shape]) -> list[Axes]:
    axis, rank = seen.layer.axis, len(seen.first.axes)
    if axis is None or seen.layer.keepdims:
        return _kept(seen, shapes)
    gone = {each % rank for each in ([axis] if isinstance(axis, int) else axis)}
    return [tuple(name for place, name in enumerate(seen.first.axes) if place not in gone)]


# ---------------------------------------------------------------------------------------------------- sentences


def count(size: int | None, name: str) -> str:
    """A size with its name.

    >>> count(1, "outputs"), count(1234, "units"), count(None, "timesteps")
    ('1 output', '1,234 units', 'timesteps')
    """
    if size is None:
        return name
    if name.startswith("axis "):
        return f"{size:,} in {name}"
    return f"{size:,} {name[:-1] if size == 1 and name.endswith('s') else name}"


def joined(words: Sequence[str]) -> str:
    """Words as they stand in a sentence: "windows, timesteps and features"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def changes(received: Sequence[Tensor], returned: Sequence[Tensor]) -> str:
    """What became of the axes of the first input, as the second half of a sentence.

    >>> sequence = Tensor((None, 20, 5), ("batch", "timesteps", "features"))
    >>> changes([sequence], [Tensor((None, 32), ("batch", "units"))])
    'timesteps go, 5 features become 32 units'
    """
    if not received or not returned:
        return "the shape stays"
    first, out = received[0], returned[0]
    if all((tensor.shape, tensor.axes) == (out.shape, out.axes) for tensor in received):
        return "the shape stays"
    before, after = first.places, out.places
    gone = [name for name in before if name not in after]
    stay = [name for name, size in before.items() if name in after and after[name] == size]
    parts = [f"{joined(gone)} {_verb('go', gone)}"] if gone else []
    parts += [f"{joined(stay)} {_verb('stay', stay)}"] if stay else []
    parts += [
        f"{count(size, name)} become {after[name]}" for name, size in before.items() if name in after and after[name] != size
    ]
    parts += [f"{count(size, name)} appear" for name, size in after.items() if name not in before]
    widths = [tensor.width for tensor in received[: len(received) if out.width else 1] if tensor.width]
    if out.width and widths:
        if set(widths) == {out.width}:
            parts.append(f"{out.width[1]} {_verb('stay', out.width[1:])}")
        elif {size for size, _ in widths} == {out.width[0]} and out.width[1] == "outputs":
            parts.append(f"{count(*widths[0])} are the {'outputs' if out.width[0] != 1 else 'output'}")
        else:
            parts.append(f"{joined(_in_words(widths))} become {count(*out.width)}")
    elif out.width:
        parts.append(f"{count(*out.width)} appear")
    elif widths:
        parts.append(f"{widths[0][1]} go")
    return ", ".join(parts) or "the shape stays"


def _in_words(widths: Sequence[tuple[int | None, str]]) -> list[str]:
    """The widths of several inputs; a name that all share is said once: "64" and "32 units"."""
    widths = list(dict.fromkeys(widths))
    if len({name for _, name in widths}) > 1 or any(size is None for size, _ in widths):
        return [count(*width) for width in widths]
    return [f"{size:,}" for size, _ in widths[:-1]] + [count(*widths[-1])]


def _steps(tensor: Tensor, axis: int = 1) -> str:
    """How many there are along an axis: "20 steps", "8 windows"."""
    name = tensor.axes[axis] if len(tensor.axes) > axis else "timesteps"
    return count(tensor.shape[axis], {"timesteps": "steps"}.get(name, name))


def _step(tensor: Tensor) -> str:
    """One of what is counted along the first axis after the batch."""
    return {"timesteps": "step", "windows": "window"}.get(tensor.axes[1], "place") if len(tensor.axes) > 1 else "place"


def _name(layer: Any) -> str:
    return "model" if isinstance(layer, keras.Model) else type(layer).__name__


def _verb(verb: str, names: Sequence[str]) -> str:
    """The verb behind some names of axes: "timesteps stay", "axis 2 stays"."""
    if len(names) > 1 or names[0].endswith("s"):
        return verb
    return f"{verb}es" if verb.endswith("o") else f"{verb}s"


def _says_what_changed(seen: Seen) -> tuple[str, ...]:
    if seen.received and seen.returned and all(each.shape == seen.out.shape for each in seen.received):
        return "changes the numbers, not the shape", "changes the numbers at every place"
    inputs = joined([_spelled(tensor) for tensor in seen.received]) or "nothing"
    outputs = joined([_spelled(tensor) for tensor in seen.returned])
    return f"{inputs} becomes {outputs}"[:60], f"takes {inputs} and gives {outputs}"


def _spelled(tensor: Tensor) -> str:
    return f"({', '.join('batch' if not place else str(size) for place, size in enumerate(tensor.shape))})"


def _begins_with_memory(node: Any) -> bool:
    if node is None:
        return False
    args, kwargs = node.arguments.args, node.arguments.kwargs
    return (args[1] if len(args) > 1 else kwargs.get("initial_state")) is not None


def _says_recurrent(seen: Seen) -> tuple[str, ...]:
    steps, masked = _steps(seen.first), seen.first.masked
    backwards = ", from the last to the first," if getattr(seen.layer, "go_backwards", False) else ""
    begun = ", starting from the memory it is given" if _begins_with_memory(seen.node) else ""
    if len(seen.out.shape) == len(seen.first.shape):
        short = "takes one vector per step, keeps every step's memory"
        reason = f"takes one vector per step{backwards} and keeps the memory of all {steps}{begun}"
    else:
        short = "reads every step, keeps only its last memory"
        reason = f"reads all {steps}{backwards} and keeps only its last memory{begun}"
    if masked:
        short = short.replace("reads every step", "skips masked steps").replace(
            "takes one vector per step", "skips masked steps"
        )
        reason += ", skipping the masked ones"
    if len(seen.returned) > 1:
        reason += ", and hands on its last state as well"
    return short, reason


def _says_dense(seen: Seen) -> tuple[str, ...]:
    if len(seen.first.shape) < 3:
        mixed = f"mixes all {count(*seen.first.width)} into {count(*seen.out.width)}" if seen.first.width else "mixes all"
        return mixed, "weighs everything that comes in, once for each number that goes out"
    shared = f"one Dense, shared by all {_steps(seen.first)}"
    return shared, f"{shared}, looks at one {_step(seen.first)} at a time"


def _says_time_distributed(seen: Seen) -> tuple[str, ...]:
    held, steps, step = seen.layer.layer, _steps(seen.first), _step(seen.first)
    name = _name(held)
    if _kind(held) == "Dense":
        return f"one {name}, shared by all {steps}", f"one {name}, shared by all {steps}, looks at one {step} at a time"
    if _kind(held) in RECURRENT:
        reason = f"the same {name} reads each of the {steps}, its memory starting anew in every one"
        return f"the same {name} reads each of the {steps} anew", reason
    return f"the same {name} for each of the {steps}", f"the same {name} is applied to each of the {steps}"


MERGES = {
    "concat": ("lays the memories side by side", "their memories are laid side by side"),
    "sum": ("adds the memories", "their memories are added"),
    "ave": ("averages the memories", "their memories are averaged"),
    "mul": ("multiplies the memories", "their memories are multiplied"),
    None: ("keeps both memories", "both memories are handed on"),
}


def _says_bidirectional(seen: Seen) -> tuple[str, ...]:
    short, reason = MERGES[seen.layer.merge_mode]
    name = _name(seen.layer.forward_layer)
    if len(seen.out.shape) == len(seen.first.shape):
        reason = f"one {name} reads all {_steps(seen.first)} forwards, one backwards, and {reason}"
        return f"reads both ways, {short}", reason
    # The backward half has read everything only when it stands at the first step again.
    last = reason.replace("memories", "last memories")
    reason = f"one {name} reads forwards to the last step, one backwards to the first, and {last}"
    return f"reads both ways, {short.replace('memories', 'last memories')}", reason


def _says_masking(seen: Seen) -> tuple[str, ...]:
    return (
        "marks padded steps, to be skipped",
        f"marks the steps that hold nothing but {seen.layer.mask_value:g}, and the layers after it skip them",
    )


def _says_pooled(verb: str) -> Callable[[Seen], tuple[str, ...]]:
    def says(seen: Seen) -> tuple[str, ...]:
        steps, step = _steps(seen.first), _step(seen.first)
        if seen.first.masked and seen.layer.supports_masking and verb == "averages":
            return f"averages the {step}s that are not masked", f"averages over the {steps}, leaving out the masked ones"
        return f"{verb} over all {steps}", f"{verb} over all {steps}"

    return says


def _says_concatenate(seen: Seen) -> tuple[str, ...]:
    tensors, axis, rank = f"{len(seen.received)} tensors", seen.layer.axis, len(seen.first.shape)
    if axis in (-1, rank - 1):
        along = f", {_step(seen.first)} by {_step(seen.first)}" if rank > 2 else ""
        return f"lays {tensors} side by side", f"lays {tensors} side by side{along}"
    sizes = " + ".join(str(tensor.shape[axis]) for tensor in seen.received)
    change = f"{sizes} {seen.first.axes[axis]} become {seen.out.shape[axis]}"
    return f"joins {tensors} end to end", f"joins {tensors} end to end", change


def _says_merged(verb: str) -> Callable[[Seen], tuple[str, ...]]:
    def says(seen: Seen) -> tuple[str, ...]:
        if len(seen.received) == 1:
            return "does the same to every number", "does the same to every number"
        both = f"{verb} {len(seen.received)} tensors, number by number"
        return both, both

    return says


def _says_repeat(seen: Seen) -> tuple[str, ...]:
    return f"hands the same vector to all {_steps(seen.out)}", f"hands the same vector to all {_steps(seen.out)}"


def _says_flat(seen: Seen) -> tuple[str, ...]:
    sizes = " · ".join(str(size) for size in seen.first.shape[1:])
    return "lays all numbers in one row", f"lays all {sizes} numbers in one row"


def _says_reshape(seen: Seen) -> tuple[str, ...]:
    before, after = _spelled(seen.first), _spelled(seen.out)
    return "the same numbers, cut anew", "cuts the same numbers, in the same order, anew", f"{before} becomes {after}"


def _says_permute(seen: Seen) -> tuple[str, ...]:
    before, after = ", ".join(seen.first.axes[1:]), ", ".join(seen.out.axes[1:])
    return "swaps the axes", "swaps the axes", f"({before}) becomes ({after})"


def _says_embedding(seen: Seen) -> tuple[str, ...]:
    words = f"{seen.layer.input_dim:,}"
    return "looks up a vector for every number", f"looks up a vector for every number, in a table of {words} rows"


def _says_convolution(seen: Seen) -> tuple[str, ...]:
    layer, size = seen.layer, seen.layer.kernel_size[0]
    sees = {
        "causal": "the last of them being the one it answers at",
        "same": "padded so that every step is answered",
        "valid": "only where all of them are there",
    }[layer.padding]
    short = f"slides filters over {count(size, 'steps')} at a time"
    return short, f"slides its filters along, seeing {count(size, 'steps')} at a time, {sees}"


def _says_window_pooled(verb: str) -> Callable[[Seen], tuple[str, ...]]:
    def says(seen: Seen) -> tuple[str, ...]:
        size = count(seen.layer.pool_size[0], "steps")
        return f"{verb} every {size}", f"{verb} every {size}"

    return says


def _says_attention(seen: Seen) -> tuple[str, ...]:
    value = seen.received[min(1, len(seen.received) - 1)]
    heads = getattr(seen.layer, "num_heads", None)
    through = f", through {count(heads, 'heads')}," if heads else ""
    short = f"every step looks at all {_steps(value)}"
    return short, f"every step looks at all {_steps(value)}{through} and takes what fits it"


def _says_model(seen: Seen) -> tuple[str, ...]:
    layers = count(len(seen.inside), "layers")
    return f"a model of {layers}", f"a model of {layers} in one"


def _says_picked(seen: Seen) -> tuple[str, ...]:
    return "picks a part", "picks a part of what comes in"


def _plain(short: str, reason: str | None = None) -> Callable[[Seen], tuple[str, ...]]:
    return lambda seen: (short, reason or short)


RECURRENT = ("GRU", "LSTM", "SimpleRNN", "RNN")
POOLS = {"GlobalAveragePooling1D": "averages", "GlobalMaxPooling1D": "keeps the largest"}
WINDOW_POOLS = {"MaxPooling1D": "keeps the largest of", "AveragePooling1D": "averages"}
MERGED = {
    "Add": "adds",
    "Average": "averages",
    "Multiply": "multiplies",
    "Subtract": "subtracts",
    "Maximum": "keeps the larger of",
    "Minimum": "keeps the smaller of",
    "Divide": "divides",
    "TrueDivide": "divides",
}
EVENING = "brings the numbers of each step to one scale"
PLAIN = {
    "Dropout": _plain("while training, drops some numbers at random"),
    "SpatialDropout1D": _plain("while training, drops whole features at random"),
    "GaussianNoise": _plain("while training, adds noise"),
    "GaussianDropout": _plain("while training, multiplies by noise"),
    "Activation": lambda seen: (
        f"bends each number: {seen.layer.activation.__name__}",
        f"bends each number by {seen.layer.activation.__name__}",
    ),
    "ReLU": _plain("turns negative numbers to 0"),
    "LeakyReLU": _plain("shrinks negative numbers"),
    "Softmax": _plain("makes shares that add up to 1"),
    "LayerNormalization": _plain(EVENING),
    "RMSNormalization": _plain(EVENING),
    "UnitNormalization": _plain(EVENING),
    "BatchNormalization": _plain("brings each unit to one scale over the batch"),
    "Identity": _plain("hands on what comes in"),
}

AXES: dict[str, Callable[[Seen, list[Shape]], list[Axes]]] = {
    **dict.fromkeys(RECURRENT, _recurrent_axes),
    "Bidirectional": _recurrent_axes,
    "TimeDistributed": _time_distributed_axes,
    **dict.fromkeys(("Dense", "Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Conv1DTranspose"), _to_units),
    **dict.fromkeys(POOLS, _pooled_over_all_axes),
    **dict.fromkeys(WINDOW_POOLS, _same),
    **dict.fromkeys(("UpSampling1D", "ZeroPadding1D", "Cropping1D", "Masking"), _same),
    **dict.fromkeys(MERGED, _merged_axes),
    "Concatenate": _concatenated_axes,
    "RepeatVector": _repeated_axes,
    "Flatten": _flat_axes,
    "Reshape": _reshaped_axes,
    "Permute": _permuted_axes,
    "Embedding": _embedded_axes,
    **dict.fromkeys(("Attention", "AdditiveAttention"), _attended_axes),
    "MultiHeadAttention": _multi_head_axes,
    "Model": _model_axes,
    "GetItem": _picked_axes,
    **dict.fromkeys(("Mean", "Sum", "Max", "Min"), _reduced_axes),
    **dict.fromkeys(PLAIN, _same),
}

SAYS: dict[str, Callable[[Seen], tuple[str, ...]]] = {
    **dict.fromkeys(RECURRENT, _says_recurrent),
    "Bidirectional": _says_bidirectional,
    "TimeDistributed": _says_time_distributed,
    "Dense": _says_dense,
    **dict.fromkeys(("Conv1D", "SeparableConv1D", "DepthwiseConv1D"), _says_convolution),
    **{name: _says_pooled(verb) for name, verb in POOLS.items()},
    **{name: _says_window_pooled(verb) for name, verb in WINDOW_POOLS.items()},
    **{name: _says_merged(verb) for name, verb in MERGED.items()},
    "Masking": _says_masking,
    "Concatenate": _says_concatenate,
    "RepeatVector": _says_repeat,
    "Flatten": _says_flat,
    "Reshape": _says_reshape,
    "Permute": _says_permute,
    "Embedding": _says_embedding,
    **dict.fromkeys(("Attention", "AdditiveAttention", "MultiHeadAttention"), _says_attention),
    "Model": _says_model,
    "GetItem": _says_picked,
    **PLAIN,
}


# ---------------------------------------------------------------------------------------------------- arithmetic


def arithmetic(layer: Any, received: Sequence[Tensor]) -> str | None:
    """How a layer's parameters come about, or None where no rule is known or the rule does not give Keras' count."""
    terms = _terms(layer, received[0].shape[-1] if received and received[0].shape else None)
    if terms is None:
        return None
    factors, sum_ = terms
    value = math.prod(factors) * sum(sum_)
    if value != _params(layer):
        return None
    written = [f"{factor:,}" for factor in factors]
    written += [f"({' + '.join(f'{part:,}' for part in sum_)})"] if len(sum_) > 1 else [f"{part:,}" for part in sum_]
    return f"{' · '.join(written)} = {value:,}"


def _terms(layer: Any, width: int | None) -> tuple[list[int], list[int]] | None:
    """Factors and a sum whose product is the number of weights: ([3, 32], [5, 32, 2])."""
    if width is None:
        return None
    kind = _kind(layer)
    if kind == "TimeDistributed":
        return _terms(layer.layer, width)
    if kind == "Bidirectional":
        inner = _terms(layer.forward_layer, width)
        return inner and ([2, *inner[0]], inner[1])
    bias = [1] if getattr(layer, "use_bias", False) else []
    if kind in ("GRU", "LSTM", "SimpleRNN"):
        gates = {"GRU": [3], "LSTM": [4], "SimpleRNN": []}[kind]
        # With reset_after a GRU adds one bias to what comes in and another to its memory.
        bias = [2] if bias and kind == "GRU" and layer.reset_after else bias
        return [*gates, layer.units], [width, layer.units, *bias]
    if kind == "Dense":
        return [layer.units], [width, *bias]
    if kind == "Conv1D":
        kernel = layer.kernel_size[0] * width // layer.groups
        return [layer.filters], [kernel, *bias]
    if kind == "Embedding":
        return [layer.input_dim], [layer.output_dim]
    if kind in ("LayerNormalization", "BatchNormalization"):
        return [2 if kind == "LayerNormalization" else 4], [width]
    return None
