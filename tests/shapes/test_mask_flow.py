"""What is said of masks is what Keras does with them when the model runs: on the catalog, and on models of learners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from explorer import keras_internals as internals
from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.models import activations, masked
from explorer.models.build import build_experiment
from explorer.shapes.describe_model import describe
from explorer.shapes.graph import calls
from explorer.shapes.loss_words import COUNTS, COUNTS_ALL
from explorer.training import data

STEPS = 5


def by_keras(model: keras.Model, arrays: list[np.ndarray]) -> dict[str, tuple[list[bool], list[bool]]]:
    """For each layer, whether a mask came with each tensor that it took and that it returned, when the model ran."""
    seen = {}

    def call_of(operation: Any) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            handed = keras.tree.flatten(kwargs.get("mask")) if kwargs.get("mask") is not None else []
            tensors = [each for each in keras.tree.flatten((args, kwargs)) if keras.ops.is_tensor(each)]
            tensors = [each for each in tensors if all(each is not mask for mask in handed)]
            came = [internals.mask_of(each) is not None for each in tensors]
            for place in range(min(len(handed), len(came))):
                came[place] = came[place] or handed[place] is not None
            returned = operation(*args, **kwargs)
            went = [internals.mask_of(each) is not None for each in keras.tree.flatten(returned)]
            seen.setdefault(operation.name, (came, went))
            return returned

        return call

    tensors = [keras.ops.convert_to_tensor(array, tensor.dtype) for array, tensor in zip(arrays, model.inputs, strict=True)]
    internals.run_through_graph(model, tensors, call_of)
    return seen


def agrees(model: keras.Model, arrays: list[np.ndarray]) -> None:
    """Whether a mask is passed on, made or dropped, and whether numbers depend on it, is as it is said."""
    seen = by_keras(model, arrays)
    told = {layer.name: layer.written() for layer in describe(model).layers}
    plain = activations.run(model, arrays)
    for call in calls(model):
        came, went = seen[call.name]
        layer = told[call.name]
        where = f"{call.name}: {layer.mask!r} {layer.mask_deeds}, Keras: {came} -> {went}"
        assert bool(layer.mask_deeds) == (any(came) or any(went)), where
        assert ("makes" in layer.mask_deeds) == ((any(went) and not any(came)) or layer.type == "Masking"), where
        if any(came) and layer.type != "Masking":
            assert ("passes" in layer.mask_deeds) == any(went), where
            assert ("drops" in layer.mask_deeds) <= (not any(went)), where
        if "unknown" not in layer.mask_deeds and any(came) and layer.type not in ("Masking", "BatchNormalization"):
            used = depends(call, plain, came)
            assert ("uses" in layer.mask_deeds) == used, f"{where} used {used}"


def depends(call: Any, tensors: dict[int, Any], came: list[bool]) -> bool:
    """Whether what a call returns for random numbers is something else where no timestep is masked."""
    found = []
    random = {
        id(tensor): np.random.default_rng(place).normal(size=tensors[id(tensor)].shape)
        for place, tensor in enumerate(call.inputs)
    }
    for every in (False, True):
        given = {}
        for tensor, there in zip(call.inputs, came, strict=True):
            if id(tensor) in given:
                continue
            is_float = "float" in str(tensor.dtype)
            value = random[id(tensor)] if is_float else tensors[id(tensor)]
            value = given[id(tensor)] = keras.ops.copy(keras.ops.convert_to_tensor(value, tensor.dtype))
            if there:
                mask = np.tile(np.arange(value.shape[1]) < value.shape[1] - 2, (value.shape[0], 1)) | every
                mask = keras.ops.convert_to_tensor(mask)
                # Where Keras hands it on as an argument, it is one of the graph's tensors.
                symbol = internals.mask_of(tensor)
                given[id(symbol)] = mask
                internals.set_mask(value, mask)
        args, kwargs = call.node.arguments.fill_in(given)
        found.append([np.asarray(each) for each in keras.tree.flatten(call.layer(*args, **kwargs))])
    return not all(np.allclose(one, other) for one, other in zip(*found, strict=True))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_of_the_catalog(name):
    # Keras goes through the timesteps one by one.
    experiment = read_experiment({"architecture": name, "timesteps": 6, "units": 4, "samples": 64}).experiment
    model = build_experiment(experiment)
    samples = model.inputs[0].shape[0] or 2
    inputs = data.make(experiment, "probe").inputs
    agrees(model, [np.resize(stream, (samples, *stream.shape[1:])) for stream in inputs])


def block(x: Any) -> Any:
    """A residual attention block: behind the attention, nobody sees the mask of what it read."""
    attended = layers.MultiHeadAttention(2, 3, name="attention")(x, x)
    both = layers.Add(name="both")([x, attended])
    return layers.GlobalAveragePooling1D(name="mean")(layers.LayerNormalization(name="norm")(both))


def stateful(x: Any) -> Any:
    start = layers.Dense(3, name="start")(layers.GlobalMaxPooling1D(name="largest")(x))
    return layers.GRU(3, return_sequences=True, name="decoder")(x, initial_state=start)


LEARNERS = {
    "recurrent, then once": lambda x: layers.Dense(1)(layers.LSTM(3)(layers.GRU(3, return_sequences=True)(x))),
    "both ways": lambda x: layers.Bidirectional(layers.GRU(2, return_sequences=True))(layers.Dropout(0.1)(x)),
    "every timestep": lambda x: layers.TimeDistributed(layers.Dense(2))(layers.Activation("tanh")(x)),
    "convolution": lambda x: layers.GRU(2)(layers.Conv1D(3, 2)(x)),
    "flattened": lambda x: layers.Dense(1)(layers.Flatten()(x)),
    "an operation": lambda x: layers.GRU(2)(x * 2.0),
    "residual attention": block,
    "attention twice": lambda x: layers.Concatenate()(
        [layers.MultiHeadAttention(1, 2)(x, x), layers.MultiHeadAttention(2, 2)(x, x)]
    ),
    "attention and a GRU": lambda x: [layers.MultiHeadAttention(1, 2)(x, x), layers.GRU(2)(x), layers.Dense(2)(x)],
    "dot attention": lambda x: layers.Dense(2)(layers.Attention()([x, layers.Dense(4)(x)])),
    "initial states": stateful,
    "initial states and the mask": lambda x: layers.GRU(4, return_sequences=True)(
        x, initial_state=layers.GlobalMaxPooling1D()(x), mask=internals.mask_of(x)
    ),
    "both ways from states": lambda x: layers.Bidirectional(layers.GRU(4))(x, initial_state=[layers.GRU(4)(x)] * 2),
    "added": lambda x: layers.GRU(2)(layers.Add()([x, layers.Dense(4)(x)])),
    "added to what has none": lambda x: layers.GRU(2)(layers.Add()([x, layers.Conv1D(4, 1)(x)])),
    "multiplied": lambda x: layers.GRU(2)(layers.Multiply()([x, layers.Conv1D(4, 1)(x)])),
    "the larger one": lambda x: layers.Maximum()([x, layers.Dense(4)(x)]),
    "side by side": lambda x: layers.GRU(2)(layers.Concatenate()([x, layers.Dense(4)(x)])),
    "normalized": lambda x: layers.BatchNormalization()(layers.LayerNormalization()(x)),
    "masked again": lambda x: layers.GRU(2)(layers.Masking()(x)),
    "permuted": lambda x: layers.GRU(2)(layers.Permute((2, 1))(x)),
    "repeated": lambda x: layers.GRU(2)(layers.RepeatVector(3)(layers.GRU(2)(x))),
    "a lambda": lambda x: layers.GRU(2)(layers.Lambda(lambda y: y * 2, output_shape=(STEPS, 4))(x)),
    "a state": lambda x: layers.GRU(2, return_sequences=True, return_state=True)(x),
}


@pytest.mark.parametrize("what", LEARNERS)
def test_of_learners_models(what):
    sequence = keras.Input((STEPS, 4), name="sequence")
    model = keras.Model(sequence, LEARNERS[what](layers.Masking(name="mask")(sequence)))
    array = np.random.default_rng(0).normal(size=(2, STEPS, 4)).astype(np.float32)
    array[:, 3:] = 0
    agrees(model, [array])


def test_of_words_and_of_a_class_of_ones_own():
    class Own(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    words = keras.Input((STEPS,), dtype="int32", name="words")
    flow = Own(name="own")(layers.Embedding(7, 4, mask_zero=True, name="embedding")(words))
    model = keras.Model(words, layers.GRU(2, name="memory")(flow))
    agrees(model, [np.array([[1, 2, 3, 0, 0], [4, 0, 0, 0, 0]])])
    told = {layer.name: layer.written() for layer in describe(model).layers}
    assert told["embedding"].mask == "It makes a mask, which tells later layers which timesteps are padding."
    assert "not known" in told["own"].mask


def told_of(call: Callable[[Any], Any]) -> dict[str, Any]:
    sequence = keras.Input((STEPS, 4), name="sequence")
    model = keras.Model(sequence, call(layers.Masking(name="mask")(sequence)))
    return {layer.name: layer for layer in describe(model).written().layers}


def test_the_sentences_say_what_becomes_of_the_mask():
    told = told_of(lambda x: layers.Flatten(name="flat")(block(x)))
    assert told["attention"].mask == "It uses the mask and passes it on."
    assert told["both"].mask_deeds == ("drops",) and told["flat"].mask == ""
    assert "One of its masks is missing: “attention” reads the same tensor before" in told["both"].mask
    told = told_of(lambda x: layers.GRU(4, name="memory")(x, initial_state=layers.GRU(4, name="start")(x)))
    assert told["start"].mask == "It uses the mask. What it returns has no timesteps, so the mask ends here."
    assert "Keras does not give it to a layer that is also given initial states" in told["memory"].mask
    # Nor is it said elsewhere that such a layer skips what it reads.
    assert not told["memory"].skips_masked and "skip" not in told["memory"].does + told["memory"].short
    assert told["memory"].mask in told["memory"].spoken
    assert told["memory"].mask in told["memory"].text


def test_what_each_timestep_weighs_in_the_loss_is_keras_own():
    told = told_of(lambda x: layers.TimeDistributed(layers.Dense(1), name="answer")(x))
    assert told["answer"].mask.endswith(f"{COUNTS}.")
    told = told_of(lambda x: layers.Conv1D(1, 1, name="answer")(x))
    assert told["answer"].mask.endswith(f"{COUNTS_ALL}.")
    told = told_of(lambda x: layers.Dense(1, name="answer")(layers.GRU(2)(x)))
    assert told["answer"].mask == ""
    # A mask comes with the first output, and none with the second: masked timesteps weigh 0, or as much as all others.
    sequence = keras.Input((STEPS, 4), name="sequence")
    padded = layers.Masking()(sequence)
    outputs = [layers.Dense(1, name="heeds")(padded), layers.Conv1D(1, 1, name="drops")(padded)]
    model = keras.Model(sequence, outputs)
    array = np.ones((2, STEPS, 4), np.float32)
    array[0, 3:] = array[1, 1:] = 0
    counts = array.any(axis=-1)
    targets = np.random.default_rng(0).normal(size=(2, STEPS, 1)).astype(np.float32)
    for answer, weights in zip(model(array), (counts / counts.sum(), np.full((2, STEPS), 0.1)), strict=True):
        loss = keras.losses.MeanSquaredError()(targets, answer)
        by_step = ((targets - np.asarray(answer)) ** 2)[..., 0]
        assert np.isclose(loss, (weights * by_step).sum(), rtol=1e-5)


def test_masked_timesteps_are_those_of_keras_for_every_sequence_where_the_inputs_alone_tell():
    sequence = keras.Input((STEPS, 4), name="sequence")
    padded = layers.Masking(name="mask")(sequence)
    memory = layers.GRU(3, return_sequences=True, name="memory")(padded)
    late = layers.Masking(name="late")(layers.Dense(2, activation="relu", name="dense")(memory))
    model = keras.Model(sequence, [layers.Flatten(name="flat")(memory), late])
    array = np.ones((3, STEPS, 4), np.float32)
    array[0, 3:] = array[1, :2] = 0
    found = masked.masked_timesteps(model, array)
    assert set(found) == {"sequence", "mask", "memory", "dense"}
    assert all(np.array_equal(mask, array.any(axis=-1)) for mask in found.values())
    drawn = masked.drawn_masks(describe(model), found)
    assert drawn["memory"] == ((1, 1, 1, 0, 0), (0, 0, 1, 1, 1), (1, 1, 1, 1, 1))
    plain = keras.Model(sequence, layers.GRU(2)(sequence))
    assert masked.masked_timesteps(plain, array) == {}
    alone = keras.Input(batch_shape=(7, STEPS, 4))
    assert masked.masked_timesteps(keras.Model(alone, layers.GRU(2)(layers.Masking()(alone))), array) == {}
