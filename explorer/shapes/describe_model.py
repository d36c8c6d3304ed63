"""What each layer of a model receives and returns, in named axes, with the reason.

Every shape and every count is read from Keras itself. Only the names of the axes are worked out here: they start at the
inputs and are followed through the graph, call by call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import keras

from explorer.description import Origin
from explorer.keras_internals import number_of_parameters
from explorer.layers.base import NOT_KNOWN, LayerCall, Own, Summary, class_name, rules_for
from explorer.layers.code_titles import code_title
from explorer.layers.held import HeldLayer
from explorer.layers.reading import mask_tensors
from explorer.shapes.axes import input_names, named, output_names, source_axes, with_names_of, without_masks
from explorer.shapes.axis_sizes import axis_sizes
from explorer.shapes.captions import note_of_unknown
from explorer.shapes.graph import Call, calls, masked, returned, source_name
from explorer.shapes.loss_words import loss_words
from explorer.shapes.mask_flow import CallMasks, mask_flow
from explorer.shapes.mask_words import MaskWords, mask_words
from explorer.shapes.model_shapes import LayerShapes, ModelShapes, SourceShapes
from explorer.shapes.parameters import arithmetic
from explorer.shapes.weights import weights
from explorer.tensors.symbols import Symbols
from explorer.tensors.tensor import ORDERED, SPATIAL, Axes, Shape, Tensor
from explorer.tensors.text import as_shape, changes, grouped

# What is said where masked timesteps come in, and what does not read masks does not hand them on either.
MASK_ENDS = "without using its mask, which ends here"


def describe(model: keras.Model, input_axes: Iterable[Sequence[str]] | None = None, *, whole: bool = True) -> ModelShapes:
    """What every layer of a model receives and returns, in the order in which data meets them.

    input_axes: the names of every input's axes, batch included; without them, what the layers call them that read it: a GRU
    (batch, timesteps, features), a Conv2D (batch, rows, columns, channels). What no layer names is "axis 1". Of a model
    with a `call` of its own nothing but its shapes is known.
    whole: the model ends where its layers end. A part of one that fails later has no outputs yet: its last units stay units.

    Raises ValueError for a model that has no graph yet: a Sequential without Input, or a subclass that never had one.

    >>> sequence = keras.Input((20, 5), name="sequence")
    >>> memory = keras.layers.GRU(32, return_sequences=True, name="memory")(sequence)
    >>> (layer,) = describe(keras.Model(sequence, memory)).layers
    >>> layer.does
    'reads one vector per timestep and returns the hidden state of all 20 timesteps'
    >>> layer.change
    'timesteps stay, 5 features become 32 outputs'
    """
    steps = calls(model)
    tensors: dict[int, Tensor] = {}
    sources, symbols = [], Symbols()
    given = [None] * len(model.inputs) if input_axes is None else [tuple(axes) for axes in input_axes]
    if len(given) != len(model.inputs):
        raise ValueError(f"input_axes must name the axes of {len(model.inputs)} inputs. Received: {given}")
    for tensor, axes in zip(model.inputs, given, strict=True):
        shape = tuple(tensor.shape)
        axes = axes or source_axes(tensor, model.outputs if class_name(model) == "Model" else [])
        if len(axes) != len(shape):
            raise ValueError(f"An input of shape {shape} needs {len(shape)} names of axes. Received: {axes}")
        sizes = tuple(symbols.name(axis, size) for axis, size in zip(axes, shape, strict=True))
        tensors[id(tensor)] = Tensor(shape, axes, masked(tensor), sizes)
        sources.append(SourceShapes(source_name(tensor), shape, axes, sizes))
    inputs, outputs = (tuple(tuple(tensor.shape) for tensor in side) for side in (model.inputs, model.outputs))
    if class_name(model) == "Model":
        layers = _follow(model, steps, tensors, symbols, whole)
        ends = returned(model, steps) if whole else ()
        layers = _with_loss(model, steps, layers, ends)
    else:
        received, reads = [tensors[id(each)] for each in model.inputs], tuple(source.name for source in sources)
        layers = [_as_one_layer(model, received, reads, symbols)]
        outputs = layers[0].output
        ends = tuple(Origin(layers[0].name, place) for place, _ in enumerate(outputs))
    params = number_of_parameters(model)
    return ModelShapes(inputs, outputs, tuple(sources), tuple(layers), params, symbols.named, returns=ends)


def _with_loss(
    model: keras.Model, steps: list[Call], layers: list[LayerShapes], ends: Sequence[Origin]
) -> list[LayerShapes]:
    """The layers, of which those that give the model's outputs say what each timestep weighs in the loss."""
    flow = mask_flow(model, steps)
    any_mask = any(any(each.goes) for each in flow.values())
    found = []
    for layer in layers:
        for end in ends:
            if end.name != layer.name or end.output >= len(layer.axes_out):
                continue
            has_steps = any(axis in ORDERED for axis in layer.axes_out[end.output])
            words = loss_words(flow[layer.name].goes[end.output], has_steps, any_mask)
            if words and words not in layer.mask.says:
                says = ". ".join(filter(None, [layer.mask.says, words]))
                layer = replace(layer, mask=replace(layer.mask, says=says))
        found.append(layer)
    return found


def _as_one_layer(model: keras.Model, received: list[Tensor], reads: tuple[str, ...], symbols: Symbols) -> LayerShapes:
    """A model with a `call` of somebody's own: what that does and returns, the graph does not say."""
    # Asked of the call: a functional model would answer with what its graph returns.
    returned = keras.tree.flatten(keras.Operation.compute_output_spec(model, model.input))
    shapes = [tuple(each.shape) for each in returned]
    origins = tuple(map(Origin, reads))
    return replace(_layer(model, received, shapes, [True] * len(shapes), symbols), reads=reads, origins=origins)


def _follow(
    model: keras.Model, steps: list[Call], tensors: dict[int, Tensor], symbols: Symbols, whole: bool = True
) -> list[LayerShapes]:
    """Describe every call, noting each tensor's names in `tensors`; `whole`: what comes out is the answer."""
    read = {id(tensor) for step in steps for tensor in step.inputs}
    answers = {id(tensor) for tensor in model.outputs} - read if whole else set()
    layers, flow = [], mask_flow(model, steps)
    brought = {id(tensor): tensors[id(tensor)].masked for tensor in model.inputs}
    for step in steps:
        travels = flow[step.name]
        received = [
            replace(tensors[id(tensor)], masked=brought.get(id(tensor), comes))
            for tensor, comes in zip(step.inputs, travels.comes, strict=True)
        ]
        shapes = [tuple(tensor.shape) for tensor in step.outputs]
        ends = [id(tensor) in answers for tensor in step.outputs]
        masks = mask_tensors(step.node)
        of_masks = [id(tensor) in masks for tensor in step.inputs]
        layer = _layer(
            step.layer, received, shapes, ends, symbols, step.node, of_masks, travels, inner=any(brought.values())
        )
        if step.shares:
            does = f"with the same weights as {step.shares}, {layer.does}"
            layer = replace(layer, params=0, counted=None, does=does, shares=step.shares)
        layers.append(replace(layer, name=step.name, reads=step.reads, origins=step.origins))
        for tensor, *known in zip(step.outputs, shapes, layer.axes_out, layer.sizes_out, strict=True):
            shape, axes, sizes = known
            tensors[id(tensor)] = Tensor(shape, axes, masked(tensor), sizes)
    return layers


def _layer(
    layer: Any,
    received: list[Tensor],
    shapes: list[Shape],
    ends: list[bool],
    symbols: Symbols,
    node: Any = None,
    of_masks: Sequence[bool] = (),
    masks: CallMasks | None = None,
    inner: bool = False,
) -> LayerShapes:
    """Describe one layer that makes tensors of `shapes` out of `received`; where `ends`, the last axis is the answer.

    of_masks: which of `received` are masks, and no numbers. masks: those that travel; None inside of a wrapper.
    inner: whether it stands in a nested model that is given masks: what travels there is not known.
    """
    received = [with_names_of(layer, tensor, symbols) for tensor in received]
    received, given = without_masks(received, of_masks, node)
    inside, whole = _inside(layer, received, shapes, ends, symbols)
    call = LayerCall(layer, received, [], node, [*map(_held, inside), *([whole] if whole else [])])
    axes_out = [
        (*axes[:-1], "outputs")
        if end and len(axes) > 1 and axes[-1] not in (*ORDERED, *SPATIAL) and _is_named(axes)
        else axes
        for axes, end in zip(named(call, shapes), ends, strict=True)
    ]
    sizes_out = axis_sizes(call, shapes, axes_out, symbols)
    returned = [Tensor(*each) for each in zip(shapes, axes_out, [False] * len(shapes), sizes_out, strict=True)]
    call = replace(call, returned=returned)
    rules, known = call.rules, bool(received and returned)
    told = rules.summary(call) if known else None
    summary = told or unknown_summary(call)
    skips = known and rules.skips_masked(call)
    lost = (
        masks is not None
        and not any(masks.goes)
        and told is not None
        and rules.family != "wrapper"
        and not rules.reads_mask
        and not skips
    )
    long = f"{summary.long}, {MASK_ENDS}" if lost and any(tensor.masked for tensor in received) else summary.long
    params, wrapped = number_of_parameters(layer), _wrapped(layer)
    of = inside[0].axes_out if wrapped is not None and inside else axes_out
    width = of[0][-1] if of and of[0] else "units"

    own = Own(symbols, width)
    # In this order: what is counted may give a symbol to a number that the weights then have.
    counted = arithmetic(call, symbols, own, params)
    arrays = weights(call, symbols, own) if params else ()
    return LayerShapes(
        name=layer.name,
        type=_type(layer),
        as_code=code_title(layer),
        input=tuple(tensor.shape for tensor in given),
        output=tuple(shapes),
        axes_in=tuple(tensor.axes for tensor in given),
        axes_out=tuple(axes_out),
        sizes_in=tuple(tensor.sizes for tensor in given),
        sizes_out=tuple(sizes_out),
        params=params,
        counted=counted,
        does=long,
        change=changes(received, returned) if summary.change is None else summary.change,
        short=summary.short,
        explained=counted is not None and told is not None and all(each.explained for each in inside),
        equation=tuple(rules.equation(call)) if known else (),
        note=_unknown_note(layer) if params is None else rules.note(call) if known else None,
        weights=arrays,
        flow=rules.time_flow(call) if known else "unknown",
        window=rules.window(call) if known else None,
        image_window=rules.image_window(call) if known else (),
        skips_masked=skips,
        mask=mask_words(call, masks, rules.uses_mask(call)) if masks is not None and known and not inner else MaskWords(),
        merge_mode=rules.merge_mode(layer),
        backwards=known and rules.reads_backwards(layer),
        names_in=input_names(rules.input_names(call) if known else (), of_masks),
        names_out=output_names(rules.output_names(call) if known else (), ends),
        ranges=tuple((rules if known else NOT_KNOWN).ranges(layer, len(shapes))),
        wraps=None if wrapped is None else _type(wrapped),
        inside=tuple(inside),
    )


def unknown_summary(call: LayerCall) -> Summary:
    """What is said of a layer that no rule explains: Keras's own shapes, and nothing else."""
    inputs = grouped([as_shape(tensor) for tensor in call.received]) or "nothing"
    outputs = grouped([as_shape(tensor) for tensor in call.returned]) or "nothing"
    return Summary(f"{inputs} → {outputs}"[:60], f"takes {inputs} and returns {outputs}", "")


def _is_named(axes: Axes) -> bool:
    return not axes[-1].startswith("axis ")


def _held(layer: LayerShapes) -> HeldLayer:
    terms = None if layer.counted is None or not layer.params else layer.counted.terms
    weights = () if layer.shares else layer.weights
    return HeldLayer(layer.name, layer.axes_out, layer.sizes_out, layer.flow, terms, weights)


def _inside(
    layer: Any, received: list[Tensor], shapes: list[Shape], ends: list[bool], symbols: Symbols
) -> tuple[list[LayerShapes], HeldLayer | None]:
    """Describe what a wrapper or a nested model holds, on its share of what comes in; and of a model all of it as one."""
    if class_name(layer) == "Model":
        tensors = {
            id(tensor): Tensor(tuple(tensor.shape), given.axes, given.masked, given.sizes)
            for tensor, given in zip(layer.inputs, received, strict=True)
        }
        inside = _follow(layer, calls(layer), tensors, symbols, whole=all(ends))
        answers = [tensors[id(tensor)] for tensor in layer.outputs]
        found = [_held(each).terms for each in inside if each.params]
        known = [each for each in found if each is not None]
        terms = None if len(known) < len(found) or not found else [term for each in known for term in each]
        axes, sizes = (tuple(each.axes for each in answers), tuple(each.sizes for each in answers))
        return inside, HeldLayer(layer.name, axes, sizes, "unknown", terms, ())
    inside = []
    for part in rules_for(layer).held(layer, received, shapes):
        given = part.received or [_first_returned(each) for each in inside[-1:]]
        last = ends[: len(part.shapes)] if part.ends else [False] * len(part.shapes)
        inside.append(replace(_layer(part.layer, given, part.shapes, last, symbols), role=part.role))
    return inside, None


def _first_returned(layer: LayerShapes) -> Tensor:
    return Tensor(layer.output[0], layer.axes_out[0], sizes=layer.sizes_out[0])


def _wrapped(layer: Any) -> Any:
    if isinstance(layer, keras.layers.Bidirectional):
        return layer.forward_layer
    return layer.layer if isinstance(layer, keras.layers.Wrapper) else None


def _type(layer: Any) -> str:
    wrapped, own = _wrapped(layer), type(layer).__name__
    return own if wrapped is None else f"{own}({_type(wrapped)})"


def _unknown_note(layer: Any) -> str:
    return note_of_unknown(_type(layer), getattr(layer, "not_known", False))
