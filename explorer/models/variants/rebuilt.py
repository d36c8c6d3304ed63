"""The graph of a model made anew with other layers in it, as far as it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from explorer.keras_internals import maker, mask_of, output_index
from explorer.shapes.graph import Call, calls, masked, source_name


@dataclass(frozen=True)
class Stop:
    """The call where a model cannot be made.

    layer: as it was to be called, or None where it could not even be made. error: what Keras raised; None where a tensor is
    not there any more, which `lacks` names.
    """

    call: Call
    layer: Any = None
    error: Exception | None = None
    lacks: str = ""


def rebuilt(model: keras.Model, make: Callable[[Call], Any]) -> tuple[keras.Model | None, Stop | None]:
    """The same graph with the layer that `make` gives for each, called once for all calls of one layer.

    Where a call fails, the model ends before it: then the first such call comes back too, and the model is None where
    nothing holds. What does not depend on that call is still made.
    """
    made = {
        id(tensor): keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=source_name(tensor))
        for tensor in model.inputs
    }
    sources = list(made.values())
    known: dict[int, Any] = {}
    open_ends: dict[int, Any] = {}
    stop = None
    for call in calls(model):
        layer = None
        lacking = [tensor for tensor in call.inputs if id(tensor) not in made]
        if lacking:
            stop = stop or Stop(call, lacks=_place(lacking[0]))
            continue
        try:
            layer = known[id(call.layer)] = known.get(id(call.layer)) or make(call)
            returned = keras.tree.flatten(_again(call, layer, made))
        except Exception as error:  # Keras and its backend raise whatever they like.
            stop = stop or Stop(call, layer, error)
            continue
        made.update(zip((id(tensor) for tensor in call.outputs), returned, strict=False))
        open_ends.update((id(tensor), tensor) for tensor in returned)
        for tensor in call.inputs:
            open_ends.pop(id(made[id(tensor)]), None)
    ends = list(open_ends.values()) if stop else [made[id(tensor)] for tensor in model.outputs]
    if not ends:
        return None, stop
    return keras.Model(_one_or_all(sources), _one_or_all(ends), name=model.name), stop


def _again(call: Call, layer: Any, made: dict[int, Any]) -> Any:
    """Call a layer as it was called before, on the new tensors; what Keras itself hands along may not be there now."""
    arguments = call.node.arguments
    masks = {id(mask_of(tensor)) for tensor in call.inputs if masked(tensor)} | {id(None)}
    own = {"mask": masks, "training": {id(None), id(False)}}
    kwargs = {name: value for name, value in arguments.kwargs.items() if id(value) not in own.get(name, ())}
    args, kwargs = keras.tree.map_structure(lambda value: made.get(id(value), value), (arguments.args, kwargs))
    _try_states(layer, kwargs.get("initial_state", args[1] if len(args) > 1 else None))
    return layer(*args, **kwargs)


def _try_states(layer: Any, given: Any) -> None:
    """Raise ValueError for initial states of wrong shapes: Keras builds such a model, and it fails when it is run."""
    if given is None or not isinstance(layer, keras.layers.RNN):
        return
    shapes = [tuple(state.shape) for state in keras.tree.flatten(given)]
    wanted = [(None, size) for size in keras.tree.flatten(layer.cell.state_size)]
    if len(shapes) != len(wanted) or any(
        len(shape) != 2 or shape[1] != size for shape, (_, size) in zip(shapes, wanted, strict=True)
    ):
        raise ValueError(f"initial_state must be {wanted}. Received: {shapes}")


def _place(tensor: Any) -> str:
    return f"tensor {output_index(tensor) + 1} of `{maker(tensor).name}`"


def _one_or_all(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors
