"""What a call of a layer comes to: how many calls of plain layers are within it, and how long its trace would take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras

from explorer.keras_internals import operations_called, run_through_graph
from explorer.snippet.reader.families import CELLS, CONV_RECURRENT, RECURRENT
from explorer.snippet.reader.limits import LARGEST_TRACE

# About how many milliseconds a trace takes; a layer that is not named takes PLAIN.
PLAIN = 3
_TRACES = {
    **dict.fromkeys((*(RECURRENT - {"RNN"}), *CONV_RECURRENT), 40),
    **dict.fromkeys(("MultiHeadAttention", "GroupedQueryAttention"), 15),
    **dict.fromkeys(("Attention", "AdditiveAttention"), 6),
    **dict.fromkeys(CELLS - {"StackedRNNCells"}, 12),
}
_LOOP = 20


class _TooMuch(Exception):
    """A trace that costs more than any may."""


def parts(layer: Any) -> list[Any]:
    """What a layer calls when it is called: of a wrapper its layer, of a nested model each of its calls."""
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    if isinstance(layer, keras.layers.StackedRNNCells):
        return list(layer.cells)
    if isinstance(layer, keras.layers.Wrapper):
        return [layer.layer]
    if isinstance(layer, keras.Model):
        return operations_called(layer)
    if isinstance(layer, keras.layers.RNN):
        return [layer.cell]
    return []


class Within:
    """How many calls of plain layers a call of a layer comes to, itself counted, and how deep it nests.

    What is known is kept: a model that holds another one twice is counted as fast as one that holds it once.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, int, int]] = {}

    def of(self, layer: Any) -> tuple[int, int]:
        found = self._known.get(id(layer))
        if found is None:
            inner = [self.of(each) for each in parts(layer)]
            calls, depth = 1 + sum(many for many, _ in inner), 1 + max((deep for _, deep in inner), default=0)
            # With the layer itself, so that its id stays its own.
            found = self._known[id(layer)] = (layer, calls, depth)
        return found[1:]


def trace(layer: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], look: Callable[[], None]) -> float:
    """About how many milliseconds a trace of a call takes; infinite where it is more than any may take.

    arguments, keywords: of the call, with `KerasTensor`s of known shapes in them. look: called at every layer on the way.
    """
    try:
        return _trace(layer, arguments, keywords, look, LARGEST_TRACE)
    except _TooMuch:
        return float("inf")


def _trace(layer: Any, arguments: Any, keywords: Any, look: Callable[[], None], left: float) -> float:
    look()
    given = list(_tensors((arguments, keywords)))
    steps = given[0].shape[1] if given and len(given[0].shape) > 1 else 1
    kind = type(layer).__name__
    if isinstance(layer, keras.layers.TimeDistributed):
        if steps is None:
            return _LOOP + _trace(layer.layer, _one_step(given[0]), {}, look, left)
        if PLAIN * steps > left:
            raise _TooMuch
        return PLAIN + steps * (1 + _trace(layer.layer, _one_step(given[0]), {}, look, left / max(1, steps)))
    if isinstance(layer, keras.Model):
        return _of_model(layer, arguments, look, left)
    if isinstance(layer, keras.layers.RNN):
        cells = layer.cell.cells if isinstance(layer.cell, keras.layers.StackedRNNCells) else [layer.cell]
        one = sum(_TRACES.get(type(each).__name__, PLAIN) for each in cells)
        if not getattr(layer, "unroll", False):
            return max(_TRACES.get(kind, 0), _LOOP + one)
        return _LOOP + one * (steps if steps is not None else LARGEST_TRACE)
    if isinstance(layer, keras.layers.Bidirectional):
        both = (layer.forward_layer, layer.backward_layer)
        return PLAIN + sum(_trace(each, arguments, keywords, look, left) for each in both)
    if kind == "SpectralNormalization":
        iterations = int(layer.power_iterations)
        return PLAIN * (1 + iterations) + _trace(layer.layer, arguments, {}, look, left)
    inner = sum(_TRACES.get(type(each).__name__, PLAIN) for each in parts(layer))
    return _TRACES.get(kind, PLAIN) + inner + len(given)


def _of_model(model: Any, arguments: Any, look: Callable[[], None], left: float) -> float:
    """The trace of a nested model: its calls are made once more by their shapes, which are known here."""
    total = 0.0

    def counted(operation: Any) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal total
            total += _trace(operation, args, kwargs, look, left - total)
            if total > left:
                raise _TooMuch
            return operation.compute_output_spec(*args, **kwargs)

        return call

    run_through_graph(model, list(_tensors(arguments)), counted)
    return total


def _one_step(tensor: Any) -> tuple[Any]:
    return (keras.KerasTensor((tensor.shape[0], *tensor.shape[2:]), tensor.dtype),)


def _tensors(value: Any) -> Iterator[Any]:
    if isinstance(value, keras.KerasTensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _tensors(each)
