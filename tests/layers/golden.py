"""What is said of every explained class, for sizes of 1 and of many: `make layers` writes it into golden.txt, to be read.

`python -m tests.layers.golden` writes the same. A class is built with its default settings; what it cannot do without stands
below by the name of the setting.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
from keras import layers

from explorer.layers.base import RULES
from explorer.shapes.model_shapes import LayerShapes
from explorer.tensors.text import count, in_words
from tests.layers.described import described_as_sequences
from tests.layers.drawing import NOT_DRAWN, every_class

PLACE = Path(__file__).with_name("golden.txt")
# Called by an RNN with states, which the walk leaves out.
CELLS = ("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells")
NAMES = [name for name in every_class() if name in RULES and (name not in NOT_DRAWN or name in CELLS)]
# No number twice, so that a mix-up shows.
LENGTHS = (8, 9, 7, 5)
WIDTH = 4
# Settings without a default, and those whose default needs more than one position: of many, and of one.
SETTINGS: dict[str, tuple[Any, Any]] = {
    **dict.fromkeys(("units", "filters", "output_dim", "n"), (6, 1)),
    **dict.fromkeys(("num_heads", "num_query_heads", "num_key_value_heads", "groups"), (2, 1)),
    **dict.fromkeys(("key_dim", "head_dim"), (3, 1)),
    **dict.fromkeys(("rate", "stddev", "factor", "height_factor", "width_factor"), (0.1, 0.5)),
    "kernel_size": (3, 1),
    "pool_size": (2, 1),
    "output_size": (3, 1),
    "size": (2, 1),
    "input_dim": (11, 1),
    "activation": ("relu", "relu"),
    "equation": ("abc,cd->abd", "abc,cd->abd"),
    "output_shape": ((None, 6), (None, 1)),
    "axes": (2, 2),
    "scale": (2.0, 1.0),
    "height": (3, 1),
    "width": (5, 1),
    "dims": ((2, 1), (2, 1)),
    "target_shape": ((6, 6), (1, 1)),
}
# Of these a class has one that may be left out, or is another thing.
LEFT_OUT = {
    **dict.fromkeys(("Dense", "EinsumDense", "GRU", "LSTM", "SimpleRNN", *CELLS), ("activation",)),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization", "BatchNormalization", "GroupNormalization"), ("scale",)),
}


def settings(name: str, one: bool) -> dict[str, Any]:
    found = {}
    for parameter in inspect.signature(every_class()[name].__init__).parameters.values():
        needed = parameter.default is parameter.empty or parameter.name in ("pool_size", "size", "groups")
        convolves = parameter.name == "groups" and name != "GroupNormalization"
        if needed and not convolves and parameter.name in SETTINGS and parameter.name not in LEFT_OUT.get(name, ()):
            found[parameter.name] = SETTINGS[parameter.name][one]
    return found | held(name, 1 if one else 6)


def held(name: str, units: int) -> dict[str, Any]:
    """What a wrapper holds."""
    makes: dict[str, Callable[[], dict[str, Any]]] = {
        "RNN": lambda: {"cell": layers.GRUCell(units)},
        "StackedRNNCells": lambda: {"cells": [layers.GRUCell(units), layers.LSTMCell(units)]},
        "Bidirectional": lambda: {"layer": layers.GRU(units, return_sequences=True)},
        "TimeDistributed": lambda: {"layer": layers.Dense(units)},
        "SpectralNormalization": lambda: {"layer": layers.Dense(units)},
    }
    return makes[name]() if name in makes else {}


def shape_of(name: str, one: bool) -> tuple[int, ...]:
    """The shape of an input that the class takes, without the batch."""
    if name in CELLS or name == "RepeatVector":
        return (1 if one else WIDTH,)
    if name == "Embedding":
        return (1 if one else 9,)
    spatial = next((int(letter) for letter in name if letter.isdigit()), 1) + name.startswith("ConvLSTM")
    spatial = 2 if RULES[name].family == "image" else spatial
    lengths = LENGTHS[:spatial] if spatial > 1 else LENGTHS[1:2]
    if one:
        # What is cut off at both ends leaves one.
        return (*(3 if name.startswith("Cropping") else 1 for _ in lengths), 1)
    return (*lengths, WIDTH)


def case(name: str, one: bool) -> tuple[LayerShapes, tuple[int, ...]]:
    """The class, described."""
    layer, shape = every_class()[name](**settings(name, one)), shape_of(name, one)
    dtype = "int32" if name in ("Embedding",) else "float32"
    several = 2 if RULES[name].family in ("merging", "attention") else 1
    sources = [keras.Input(shape, dtype=dtype, name=f"source{place}") for place in range(several)]
    if name in CELLS:
        states = [
            keras.Input((size,), name=f"state{place}") for place, size in enumerate(keras.tree.flatten(layer.state_size))
        ]
        given = keras.tree.pack_sequence_as(layer.state_size, states) if name == "StackedRNNCells" else states
        outputs = keras.tree.flatten(layer(sources[0], given))
        sources += states
    elif "query" in inspect.signature(type(layer).call).parameters:
        outputs = [layer(*sources)]
    else:
        outputs = keras.tree.flatten(layer(sources if several > 1 else sources[0]))
    # Something reads what it returns: the output of a model would be called so.
    model = keras.Model(sources, [layers.Identity()(each) for each in outputs])
    return described_as_sequences(model).layers[0], shape


def entries() -> Iterator[str]:
    for name in NAMES:
        for one in (True, False):
            layer, _ = case(name, one)
            before = " and ".join(map(in_words, layer.axes_in, layer.input))
            after = " and ".join(map(in_words, layer.axes_out, layer.output))
            lines = [f"{layer.type}: {before} -> {after}", f"  {layer.short}", f"  It {layer.says}."]
            lines += [f"  {line}" for line in layer.equation]
            lines += [f"  {layer.parameters.numbers} = {count(layer.params, 'parameters')}"] if layer.params else []
            yield "\n".join(lines) + ("" if layer.explained else "\n  NOT EXPLAINED")


def written() -> str:
    """The whole file."""
    return "\n\n".join(entries()) + "\n"


if __name__ == "__main__":
    PLACE.write_text(written(), encoding="utf-8")
