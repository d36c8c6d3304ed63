"""The real numbers that flow through a model for one sequence, small enough to draw.

The numbers are those that Keras computes, without its overhead: run op by op, a GRU over 20 steps costs Keras 100 ms and
over 200 steps a second, and compiling it costs more. So the plain recurrent layers are stepped through in NumPy
(`explorer.models.numpy_recurrence`), and `TimeDistributed` calls its layer once with time joined to the batch. Every other
layer is called as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from explorer.answers import Numbers
from explorer.keras_internals import in_order_of_calling, mask_of
from explorer.models.cell_steps import has_known_steps
from explorer.models.numpy_recurrence import stepped, stepper, with_mask
from explorer.models.recurrence import merged
from explorer.shapes.describe_model import describe
from explorer.shapes.graph import Call, calls, source_name
from explorer.shapes.model_shapes import ModelShapes
from explorer.tensors.grid import array_layout, named_tensors, tensor_name

# A number of a grid is written as a whole number of so many parts of the largest.
PARTS = 127


def values(model: keras.Model, inputs: Any) -> dict[str, Numbers]:
    """The numbers of every source and every layer's outputs for the first sequence of `inputs`, as grids to draw.

    inputs: an array for each input of the model (or the one array), (samples, timesteps, features). How a grid is laid out,
    and what the numbers of a second output go by, stands at `explorer.tensors.grid`.

    >>> sequence = keras.Input((2, 1), name="sequence")
    >>> found = values(keras.Model(sequence, keras.layers.ReLU(name="kept")(sequence)), np.array([[[-1.5], [3.0]]]))
    >>> found["sequence"].largest, found["sequence"].numbers, found["kept"].numbers
    (3.0, ((-64, 127),), ((0, 127),))
    """
    return grids(describe(model), outputs(model, inputs).tensors)


def grids(description: ModelShapes, tensors: Mapping[str, np.ndarray]) -> dict[str, Numbers]:
    """`values` of tensors that are there already."""
    axes = {source.name: source.axes for source in description.sources}
    for layer in description.layers:
        axes |= {name: names for name, _, names in named_tensors(layer.name, layer.output, layer.axes_out)}
    return {name: grid(tensors[name], names) for name, names in axes.items()}


class Flow(NamedTuple):
    """What flows through a model for one sequence.

    tensors: what every source and layer gives, (1, ...), by the names of tensors (`explorer.tensors.grid.tensor_name`).
    masks: the mask that Keras sends along with each, (1, timesteps), or None. received: for each call, by its name, the
    masks of the tensors that it takes, as they are when it is called.
    """

    tensors: dict[str, np.ndarray]
    masks: dict[str, np.ndarray | None]
    received: dict[str, list[np.ndarray | None]]


# A call that is about to be made: its arguments, and the tensors of the graph so far, by the ids of the symbolic ones.
Before = Callable[[Call, Sequence[Any], Mapping[str, Any], Mapping[int, Any]], None]


def outputs(model: keras.Model, inputs: Any) -> Flow:
    """What flows through a model for the first sequence of `inputs`."""
    made: dict[int, Any] = {}
    received: dict[str, list[np.ndarray | None]] = {}

    def before(call: Call, args: Sequence[Any], kwargs: Mapping[str, Any], found: Mapping[int, Any]) -> None:
        # MultiHeadAttention takes the mask off the tensors that it is given: a later reader may get none.
        for tensor, value in found.items():
            made.setdefault(tensor, mask_of(value))
        masks = [mask_of(found[id(each)]) for each in call.inputs]
        handed = kwargs.get("mask")
        for place, mask in enumerate(handed if isinstance(handed, (list, tuple)) else [handed]):
            if mask is not None and place < len(masks):
                masks[place] = mask
        received[call.name] = [_as_array(mask) for mask in masks]

    found = run(model, inputs, samples=1, before=before)
    named = {source_name(tensor): id(tensor) for tensor in model.inputs}
    for call in calls(model):
        named.update((tensor_name(call.name, place), id(each)) for place, each in enumerate(call.outputs))
    return Flow(
        {name: np.asarray(found[tensor]) for name, tensor in named.items()},
        {name: _as_array(made.get(tensor, mask_of(found[tensor]))) for name, tensor in named.items()},
        received,
    )


def _as_array(mask: Any) -> np.ndarray | None:
    return None if mask is None else np.asarray(mask)


def run(model: keras.Model, inputs: Any, samples: int | None = None, before: Before | None = None) -> dict[int, Any]:
    """Every tensor of a model's graph, by the id of its symbolic tensor. A tensor brings its mask along, as in Keras.

    inputs: an array for each input of the model (or the one array). samples: how many of them are taken, all unless given.
    before: is told of every call before it is made.

    Raises ValueError with a sentence for inputs that do not fit.
    """
    given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if len(given) != len(model.inputs):
        raise ValueError(f"The model takes {len(model.inputs)} inputs. Received: {len(given)}")
    first = [each[:samples] if each.ndim else each for each in map(_numbers, given)]
    for array, tensor in zip(first, model.inputs, strict=True):
        _refuse_unfit(array, tensor)
    given = [keras.ops.convert_to_tensor(a, t.dtype) for a, t in zip(first, model.inputs, strict=True)]
    return _run(model, given, before)


def _numbers(given: Any) -> np.ndarray:
    try:
        found = np.asarray(given)
    except (TypeError, ValueError):  # a list of lists of different lengths
        found = np.asarray(None)
    if found.dtype.kind not in "biuf" and keras.backend.standardize_dtype(getattr(given, "dtype", "int8")) != "bfloat16":
        raise ValueError(f"An input of the model must be an array of numbers. Received: {str(given)[:40]!r}")
    return found


def _refuse_unfit(array: np.ndarray, tensor: Any) -> None:
    """Raise a sentence where an array is none for an input. How many samples fit the layers tell themselves."""
    sizes = zip(array.shape[1:], tensor.shape[1:], strict=False)
    if len(array.shape) != len(tensor.shape) or any(wanted not in (None, size) for size, wanted in sizes):
        raise ValueError(f"The input '{source_name(tensor)}' has shape {tensor.shape}. Received: {array.shape}")
    if not len(array):
        raise ValueError(f"The input '{source_name(tensor)}' needs at least one sample. Received: none")


def grid(tensor: np.ndarray, axes: Sequence[str]) -> Numbers:
    """One sequence's numbers, (1, ...), with their signs; one that is no finite number counts as 0."""
    layout = array_layout(tensor.shape[1:], axes)
    drawn = layout.drawn(tensor[0].astype(np.float64))
    drawn = np.where(np.isfinite(drawn), drawn, 0.0)
    largest = float(f"{np.abs(drawn).max(initial=0.0):.6g}")
    parts = np.rint(drawn * (PARTS / largest if largest else 0.0)).clip(-PARTS, PARTS).astype(int)
    return Numbers(
        rows=layout.rows,
        columns=layout.columns,
        of_rows=layout.of_rows,
        of_columns=layout.of_columns,
        largest=largest,
        numbers=tuple(map(tuple, parts.tolist())),
    )


def _run(model: keras.Model, inputs: Sequence[Any], before: Before | None = None) -> dict[int, Any]:
    """`run` of tensors."""
    found = {id(tensor): value for tensor, value in zip(model.inputs, inputs, strict=True)}
    _note_masks(found, model.inputs)
    every = calls(model)
    # In Keras's order: of two that read one tensor, the first one may take the mask off it.
    for place in in_order_of_calling(model, [call.node for call in every]):
        call = every[place]
        args, kwargs = call.node.arguments.fill_in(found)
        if before is not None:
            before(call, args, kwargs, found)
        returned = keras.tree.flatten(_call(call.layer, args, kwargs))
        found.update((id(tensor), value) for tensor, value in zip(call.outputs, returned, strict=True))
        _note_masks(found, call.outputs)
    return found


def _note_masks(found: dict[int, Any], tensors: Sequence[Any]) -> None:
    """Keras hands a mask that travels to most layers as an argument, which is a tensor of the graph as well."""
    for tensor in tensors:
        mask = mask_of(found[id(tensor)])
        if mask is not None and mask_of(tensor) is not None:
            found[id(mask_of(tensor))] = mask


def _call(layer: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """`layer(*args, **kwargs)`, by a short way where there is one."""
    given = kwargs.get("mask")
    more = {name: value for name, value in kwargs.items() if value is not None and name not in ("training", "mask")}
    plain = len(args) == 1 and not more and keras.ops.is_tensor(args[0])
    travels = mask_of(args[0]) if plain else None
    mask = travels if given is None else given
    if plain and isinstance(layer, keras.Model) and getattr(layer, "outputs", None) and mask is travels:
        found = _run(layer, args)
        return [found[id(tensor)] for tensor in layer.outputs]
    if plain and type(layer) is keras.layers.TimeDistributed and mask is None:
        return _folded(layer, args[0])
    if plain and type(layer) is keras.layers.Bidirectional and not layer.stateful:
        return _both_ways(layer, args[0], mask)
    if has_known_steps(layer) and not set(more) - {"initial_state"} and len(args) == 1:
        step = stepper(layer)
        # A batch that is none for the states that a layer keeps is Keras's to refuse.
        if step is not None and not (layer.stateful and layer.states[0].shape[0] != args[0].shape[0]):
            start = kwargs.get("initial_state")
            # Beside states to start from, Keras does not give a layer the mask that travels.
            return stepped(layer, step, args[0], mask if start is None else given, start)
    return layer(*args, **kwargs)


def _folded(layer: keras.layers.TimeDistributed, sequence: Any) -> Any:
    """All steps at once, as if each were a sequence of its own: the wrapper itself calls its layer step by step."""
    samples, steps, *rest = sequence.shape
    answers = _call(layer.layer, [keras.ops.reshape(sequence, (samples * steps, *rest))], {})
    (answers,) = keras.tree.flatten(answers)
    return keras.ops.reshape(answers, (samples, steps, *answers.shape[1:]))


def _both_ways(layer: keras.layers.Bidirectional, sequence: Any, mask: Any) -> Any:
    given = {} if mask is None else {"mask": mask}
    forwards, *states = keras.tree.flatten(_call(layer.forward_layer, [sequence], given))
    backwards, *more = keras.tree.flatten(_call(layer.backward_layer, [sequence], given))
    if layer.return_sequences:
        backwards = keras.ops.flip(backwards, axis=1)
    return [*(with_mask(each, mask, layer) for each in merged(layer, forwards, backwards)), *states, *more]
