"""The same model with another cell in one of its recurrent layers: GRU, LSTM or SimpleRNN in each other's place.

All else is the same, the weights that are drawn from the seed too, wherever they have the same shape: so what differs
between two such models comes from the cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import keras

from explorer.experiment import Experiment
from explorer.keras_internals import GENERATOR_STATE, layer_and_sublayers
from explorer.models.build import build_experiment, seed_of
from explorer.models.cell_steps import RECURRENT
from explorer.models.variants import variant


def cell_of(layer: Any) -> tuple[str, int, bool, bool]:
    """Of a recurrent layer, or of what a Bidirectional or TimeDistributed holds: the kind of its cell, "GRU", how many units
    it has, whether it reads backwards, and whether there are two of them, one for each direction.

    Raises ValueError with a sentence for directions that differ in kind or size.
    """
    parts = layer_and_sublayers(layer)
    both = any(isinstance(each, keras.layers.Bidirectional) for each in parts)
    held, *others = [each for each in parts if type(each) in RECURRENT]
    if any((type(each.cell), each.cell.units) != (type(held.cell), held.cell.units) for each in others):
        raise ValueError(f"The directions of “{layer.name}” have cells of different kinds or sizes: they are not compared.")
    # Of an RNN the cell tells what it is.
    return type(held.cell).__name__.removesuffix("Cell"), int(held.cell.units), bool(held.go_backwards) and not both, both


def build_with_cell(experiment: Experiment, layer: str, kind: str) -> keras.Model:
    """The model of an experiment with a cell of another kind in one layer.

    Raises `explorer.models.variants.VariantBroken`, a ValueError, with a sentence where another layer fails then (an LSTM
    has two states, and who expects one of them fails), and ValueError where the layer cannot have that cell.
    """
    model = build_experiment(experiment)
    if any(type(each) is keras.layers.RNN for each in layer_and_sublayers(model.get_layer(layer))):
        raise ValueError(f"“{layer}” is an RNN that was given its cell, and is not trained here with another one.")
    made = variant(model, layer, "kind", kind)
    places = {id(variable): place for place, variable in enumerate(made.variables)}
    for variable in made.variables:
        if variable.name == GENERATOR_STATE:
            variable.assign([seed_of([experiment.seed, places[id(variable)]]), 0])
    # The new cells' weights are drawn from the experiment's seed, as all its weights are; a variant draws them from one of
    # its own, for it is not trained.
    for cell, own in _cells(made.get_layer(layer)):
        for name, variable in (("kernel", cell.kernel), ("recurrent", cell.recurrent_kernel)):
            initializer = getattr(cell, f"{name}_initializer")
            config = initializer.get_config()
            if config.get("seed") == crc32(own.encode()):
                drawn = type(initializer).from_config({**config, "seed": seed_of([experiment.seed, places[id(variable)]])})
                variable.assign(drawn(variable.shape, variable.dtype))
    return made


def _cells(layer: Any) -> Iterator[tuple[Any, str]]:
    """The cells within a layer, each with the name of the recurrent layer that has it."""
    for each in layer_and_sublayers(layer):
        if type(each) in RECURRENT:
            yield each.cell, each.name
