"""A described model held against Keras: every size, every count and every weight, also of what a layer holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import keras

from explorer.description import every
from explorer.shapes.describe_model import describe
from explorer.shapes.model_shapes import LayerShapes, ModelShapes
from explorer.tensors.tensor import is_named


def held(layers) -> list[LayerShapes]:
    """All layers, with those that they hold."""
    return [each for layer in layers for each in (layer, *held(layer.inside))]


def described_as_sequences(model: keras.Model) -> ModelShapes:
    """Its description, where three axes that no layer names are a sequence of vectors."""
    axes = [source.axes for source in describe(model).sources]
    sequence = ("batch", "timesteps", "features")
    return describe(model, [sequence if len(each) == 3 and not all(map(is_named, each)) else each for each in axes])


def checked(model: keras.Model, input_axes: Iterable[Sequence[str]] | None = None) -> ModelShapes:
    """Its description, in which nothing is left open, and nothing differs from what Keras says."""
    found = describe(model, input_axes)
    values = {symbol: size for symbol, (_, size) in found.symbols.items()}
    for layer in held(found.layers):
        assert layer.explained, layer.type
        assert layer.does.count(": ") == 0
        assert len(layer.short) <= 60, layer.short
        if layer.shares:
            assert (layer.params, layer.counted) == (0, None)
            continue
        assert eval(layer.parameters.numbers) == layer.parameters.total == layer.params
        assert sum(math.prod(weight.shape) for weight in layer.weights) == layer.params
        for weight in layer.weights:
            assert numbers(weight.sizes, values) == weight.shape, weight
        for shape, sizes in zip(layer.output, layer.sizes_out, strict=True):
            assert numbers(sizes, values) == shape, (layer.type, shape, sizes)
    assert sum(layer.params for layer in found.layers) == model.count_params() == found.params
    assert found.output == tuple(tuple(tensor.shape) for tensor in model.outputs)
    # It can be written out, and every name in it is one that the schema knows.
    assert list(every(found.written().layers))
    return found


def numbers(sizes, values) -> tuple:
    assert all(size is not None for size in sizes), sizes
    return tuple(size.at(values) for size in sizes)
