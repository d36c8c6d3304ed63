"""Layers of every class that Keras has, made with drawn settings and called on inputs of a rank that they take.

Settings are drawn by their names in the signature, so that a class is drawn without being named here.
"""

from __future__ import annotations

import inspect
import os
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import keras
import numpy as np
from hypothesis import settings
from keras import layers

# How many models of a class are drawn. `make soak-layers` draws more of them.
DRAWS = int(os.environ.get("DRAWS", "2"))


def examples(each: int) -> settings:
    """For a test that Hypothesis draws for: so many examples to every model of a class that is drawn here."""
    return settings(max_examples=each * DRAWS, deadline=None)


# No number stands here twice, and none in the settings below, so that a mix-up shows. (9, 4) is a sequence of vectors.
SHAPES = ((7,), (9, 4), (8, 9, 4), (6, 7, 8, 4), (3, 5, 6, 7, 4))
BOTH = (True, False)
# What a setting may be. A class that does not take a value, or not with the others, is drawn again.
CHOICES: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("units", "filters", "n", "groups", "output_dim", "num_heads", "key_dim", "head_dim"), (2, 6)),
    **dict.fromkeys(("use_bias", "keepdims", "return_sequences", "return_state", "go_backwards", "reset_after"), BOTH),
    **dict.fromkeys(("center", "use_scale", "mask_zero", "crop_to_aspect_ratio", "normalize", "tie_weights"), BOTH),
    **dict.fromkeys(("rate", "stddev"), (0.1, 0.5)),
    **dict.fromkeys(
        ("activation", "recurrent_activation"), ("tanh", "relu", "sigmoid", "linear", "softmax", "gelu", "swish")
    ),
    "kernel_size": (1, 2, 3),
    "pool_size": (1, 2, 3),
    "strides": (1, 2, 3),
    "dilation_rate": (1, 2),
    "depth_multiplier": (1, 2),
    "padding": ("valid", "same", "causal"),
    "data_format": ("channels_last", "channels_first"),
    "axis": (-1, 1, 2, (1, 2), [1, -1]),
    "axes": (1, 2, -1),
    "shared_axes": (None, [1], [1, 2]),
    "value_dim": (None, 3),
    "output_size": (2, 3),
    "output_shape": (None, 3, (None, 3), (None, 2, 3)),
    "equation": ("abc,cd->abd", "ab,bc->ac", "abc,bd->adc", "abc,cde->abde"),
    "bias_axes": (None, "d", "c"),
    "attention_axes": (None, 1, 2),
    "sliding_window": (None, 2),
    "use_gate": BOTH,
    "num_query_heads": (2, 4),
    "num_key_value_heads": (2,),
    "score_mode": ("dot", "concat"),
    "merge_mode": ("concat", "sum", "mul", "ave", None),
    "negative_slope": (0.0, 0.1, 2.0),
    "max_value": (None, 6.0),
    "threshold": (0.0, 1.0),
    "alpha": (1.0, 0.5),
    "mask_value": (0.0, 3.0),
    "scale": BOTH,
    "offset": (0.0, 2.0),
    "size": (2, 3),
    "cropping": (1, (0, 1), (2, 1)),
    "dims": ((2, 1), (1, 2), (1,), (3, 1, 2), (4, 1, 2, 3)),
    "target_shape": ((7, 1), (36,), (9, 4), (4, 9), (2, 18), (3, 3, 4), (-1, 2), (72, 4), (8, 36)),
    "input_dim": (11,),
    "num_tokens": (11,),
    "num_bins": (11,),
    "bin_boundaries": ([1.5, 4.5, 7.5],),
    "vocabulary": ([1, 2, 5],),
    "output_mode": ("int", "multi_hot", "one_hot"),
    "mean": (None, 0.5),
    "variance": (None, 2.0),
    "renorm": (False, True),
    "lora_rank": (None, 2),
    "height": (3,),
    "width": (5,),
    "factor": (0.2,),
    "height_factor": (0.2,),
    "width_factor": (0.2,),
    "interpolation": ("nearest", "bilinear"),
    "noise_shape": (None,),
    "max_number": (3,),
    "function": (lambda x: x * 2.0,),
    "l1": (0.0, 0.1),
}
# Settings under which little is known, so that they are not drawn together with all others.
RARE = ("attention_axes", "sliding_window", "use_gate", "lora_rank", "renorm", "value_dim", "data_format")
# Of these a class has it and takes another kind of value.
OF_CLASS = {
    "Rescaling": {"scale": (0.5, 2.0)},
    "GroupNormalization": {"groups": (1, 2, 4, -1), "axis": (-1, 1, 2)},
    "ZeroPadding1D": {"padding": (1, (0, 2), (2, 1))},
    **{name: {"padding": (1, 2)} for name in ("ZeroPadding2D", "ZeroPadding3D")},
    **{name: {"cropping": (1, 2)} for name in ("Cropping2D", "Cropping3D")},
    "EinsumDense": {
        "equation": ("abc,cd->abd", "abc,cd->abd", "abc,bd->adc", "ab,bc->ac"),
        "output_shape": ((None, 3), (3, None), 3),
    },
    "Conv1D": {"groups": (1, 2), "filters": (2, 6)},
}
CALL_SETTINGS = {"use_causal_mask": (False, True)}
# Not made by a call with numbers: bases, and layers that hold something of another library or of the disk.
NOT_DRAWN = (
    *("Layer", "Wrapper", "InputLayer", "FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"),
    # Called with states, by an RNN; with images of whole numbers, or with sounds and words.
    *("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"),
    *("Equalization", "RandomColorDegeneration", "RandomPosterization", "STFTSpectrogram", "TextVectorization"),
)


@cache
def every_class() -> dict[str, type[layers.Layer]]:
    """Every class of layer in `keras.layers` by its own name, aliases once."""
    found = {each.__name__: each for each in vars(layers).values() if isinstance(each, type)}
    return {name: found[name] for name in sorted(found) if issubclass(found[name], layers.Layer)}


@dataclass(frozen=True, eq=False)
class Drawn:
    """A model of one layer. inputs: one array for each of its inputs, (samples, ...).

    call: how a layer of this class is called with the inputs.
    """

    layer: Any
    model: keras.Model
    inputs: list[np.ndarray]
    call: Callable[[Any, list[Any]], Any]

    @cached_property
    def runs(self) -> bool:
        """Whether it can be called with numbers: some layers take shapes that fail then, others do not run on a CPU.

        Found out when it is asked, as most of what is drawn is never called.
        """
        with double_precision():
            return _runs(self.model, self.inputs)

    def __str__(self) -> str:
        shapes = [tuple(tensor.shape) for tensor in self.model.inputs]
        config = {key: value for key, value in settings_of(self.layer).items() if not key.startswith(("name", "dtype"))}
        return f"{type(self.layer).__name__} on {shapes} with {config}"


def settings_of(layer: Any) -> dict[str, Any]:
    return {
        name: getattr(layer, name, None)
        for name in inspect.signature(type(layer).__init__).parameters
        if name in CHOICES and hasattr(layer, name)
    }


def drawn(name: str, times: int, own: Callable[[type], type] | None = None, size: int | None = None) -> list[Drawn]:
    """Up to so many models of one layer of this class, with other settings each; the same ones at every call.

    own: makes a class out of Keras's, of which the same models are built. size: of every axis that comes in, where all are
    to be equal.
    """
    found = DRAWERS.setdefault((name, size), Drawer(name, size)).first(times)
    if own is None:
        return [one for _, one in found]
    kind = own(every_class()[name])
    with double_precision():
        again = [_one(kind, name, _dice(state), size) for state, _ in found]
    return [one for one in again if one is not None]


class Drawer:
    """Draws models of one class, one after the other, and keeps those that Keras can build with the dice that gave them."""

    def __init__(self, name: str, size: int | None) -> None:
        self._name, self._size = name, size
        self._dice = random.Random(name)
        self._throws = 0
        self._found: list[tuple[Any, Drawn]] = []

    def first(self, times: int) -> list[tuple[Any, Drawn]]:
        """The first so many, each with the state of the dice before it."""
        with double_precision():
            while len(self._found) < times and self._throws < times * 12:
                self._throws += 1
                state = self._dice.getstate()
                one = _one(every_class()[self._name], self._name, self._dice, self._size)
                self._found += [] if one is None else [(state, one)]
        return self._found[:times]


DRAWERS: dict[tuple[str, int | None], Drawer] = {}


def _dice(state: Any) -> random.Random:
    dice = random.Random()
    dice.setstate(state)
    return dice


@contextmanager
def double_precision() -> Iterator[None]:
    """With so many digits, what moves is told from what is rounded."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def _one(kind: type, name: str, rng: random.Random, size: int | None = None) -> Drawn | None:
    chosen = _settings(kind, name, rng)
    shapes, ways = _taken(name)
    shape = rng.choice(shapes)
    shape = shape if size is None else (size,) * len(shape)
    for arguments in rng.sample(ways, len(ways)):
        try:
            layer = kind(**chosen)
            sources, call = _sources(layer, name, shape, arguments, rng)
            model = called(layer, sources, call)
        except Exception:
            continue
        if any(None in tensor.shape[1:] for tensor in model.outputs):
            continue
        inputs = [_numbers(tensor, len(name) + place) for place, tensor in enumerate(model.inputs)]
        return Drawn(layer, _with_weights(model), inputs, call)
    return None


def _taken(name: str) -> tuple[tuple[tuple[int, ...], ...], range]:
    """The shapes that a class may take, and the ways to call it; fewer where its name says how many axes it goes along."""
    number = re.search(r"([123])D", name)
    if number is None:
        return SHAPES[:4] + SHAPES[1:2], range(4)
    axes = int(number[1])
    return (SHAPES[axes + 1 : axes + 2], range(4)) if name.startswith("ConvLSTM") else (SHAPES[axes : axes + 1], range(1))


def _runs(model: keras.Model, inputs: list[np.ndarray]) -> bool:
    """Whether a call with two samples gives what the shapes say."""
    twice: Any = [np.concatenate([each, each]) for each in inputs]
    try:
        found = keras.tree.flatten(model(twice if len(twice) > 1 else twice[0], training=False))
    except Exception:
        return False
    return all(tuple(each.shape) == (2, *tensor.shape[1:]) for each, tensor in zip(found, model.outputs, strict=True))


def _settings(kind: type, name: str, rng: random.Random) -> dict[str, Any]:
    found, known = {}, OF_CLASS.get(name, {}) | _held(name, rng)
    for parameter in inspect.signature(every_class()[name].__init__).parameters.values():
        choices = known.get(parameter.name, CHOICES.get(parameter.name))
        needed = parameter.default is parameter.empty
        if choices and (needed or rng.random() < (0.1 if parameter.name in RARE else 0.5)):
            found[parameter.name] = rng.choice(choices)
    return found


def _held(name: str, rng: random.Random) -> dict[str, tuple[Any, ...]]:
    """What a wrapper holds."""
    if name not in ("Bidirectional", "TimeDistributed", "SpectralNormalization", "RNN", "StackedRNNCells", "Pipeline"):
        return {}
    sequences = rng.random() < 0.5
    cells = (lambda: layers.GRUCell(2), lambda: layers.LSTMCell(6), lambda: layers.SimpleRNNCell(2, activation="relu"))
    recurrent = (
        lambda: layers.GRU(2, return_sequences=sequences),
        lambda: layers.LSTM(6, return_sequences=sequences),
        lambda: layers.SimpleRNN(2, return_sequences=sequences),
    )
    plain = (
        lambda: layers.Dense(6),
        lambda: layers.Conv1D(2, 3),
        lambda: layers.LayerNormalization(),
        lambda: layers.Dropout(0.1),
        lambda: layers.GlobalMaxPooling1D(),
    )
    one = rng.choice(recurrent if name == "Bidirectional" else (*plain, *recurrent))
    return {
        "layer": (one(),),
        "cell": (rng.choice((*cells, lambda: layers.StackedRNNCells([cells[0](), cells[1]()])))(),),
        "cells": ([cells[0](), cells[2]()],),
        "layers": ([layers.Dense(2), layers.Dropout(0.1)],),
    }


def called(layer: Any, sources: list[Any], call: Callable[[Any, list[Any]], Any]) -> keras.Model:
    outputs = keras.tree.flatten(call(layer, sources))
    return keras.Model(sources, outputs if len(outputs) > 1 else outputs[0])


@cache
def source(shape: tuple[int, ...], dtype: str, name: str) -> Any:
    """An input, made once: most draws are none that Keras can build, and making inputs took most of their time."""
    return keras.Input(shape, dtype=dtype, name=name)


def _sources(
    layer: Any, name: str, shape: tuple[int, ...], arguments: int, rng: random.Random
) -> tuple[list[Any], Callable[[Any, list[Any]], Any]]:
    """arguments: 0 one tensor, 1 two in a list, 2 three in a list, 3 two arguments."""
    taken = inspect.signature(every_class()[name].__init__).parameters
    dtype = "int32" if {"input_dim", "num_tokens", "num_bins", "vocabulary"} & set(taken) else "float64"
    several = (1, 2, 3, 2)[arguments]
    sources = [source(shape, dtype, f"source{place}") for place in range(several)]
    if arguments and rng.random() < 0.3 and len(shape) > 1:
        # A second one of another length, or of another width.
        place = rng.choice((0, -1))
        other = list(shape)
        other[place] = 1 if rng.random() < 0.5 else 5
        sources[1] = source(tuple(other), dtype, "other")
    taken_at = inspect.signature(every_class()[name].call).parameters
    more = {key: rng.choice(values) for key, values in CALL_SETTINGS.items() if key in taken_at and rng.random() < 0.5}
    if arguments == 3 and "return_state" in taken:
        sizes = keras.tree.flatten(layer.state_size)
        sources[1:] = [source((size,), dtype, f"state{place}") for place, size in enumerate(sizes)]
        return sources, lambda own, given: own(given[0], initial_state=given[1:], **more)
    if arguments == 0:
        return sources, lambda own, given: own(given[0], **more)
    if arguments == 3:
        return sources, lambda own, given: own(*given, **more)
    return sources, lambda own, given: own(given, **more)


def _with_weights(model: keras.Model) -> keras.Model:
    """The model with weights that are all different, as after training: variances are positive."""
    rng = np.random.default_rng(3)
    for weight in model.weights:
        if str(weight.dtype).startswith("float"):
            numbers = rng.uniform(0.2, 0.9, weight.shape) * np.where(rng.random(weight.shape) < 0.4, -1, 1)
            weight.assign(np.abs(numbers) if "variance" in weight.path else numbers)
    return model


def _numbers(tensor: Any, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shape = (1, *tensor.shape[1:])
    if "int" in str(tensor.dtype):
        return rng.integers(1, 11, shape).astype("int32")
    return rng.normal(size=shape)
