"""A class of somebody's own that extends one of Keras's is not known, until it is declared to compute the same."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from explorer.layers.base import RULES, class_name, same_as
from explorer.shapes.describe_model import describe
from tests.for_all import for_all
from tests.layers.drawing import DRAWS, drawn, every_class
from tests.layers.test_walk import EXPLAINED, only_measured

# What is asked here is about the class, and hardly about its settings.
FEW = max(1, DRAWS // 6)


def with_its_own_call(kind: type) -> type:
    @functools.wraps(kind.call)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return keras.tree.map_structure(lambda numbers: numbers * 2, kind.call(self, *args, **kwargs))

    return serializable(type(f"My{kind.__name__}", (kind,), {"call": call}))


def without_one(kind: type) -> type:
    return serializable(type(f"My{kind.__name__}", (kind,), {}))


def serializable(kind: type) -> type:
    """A class that a Bidirectional can copy."""
    return keras.saving.register_keras_serializable(name=f"{kind.__name__} {id(kind)}")(kind)


@for_all("own", [with_its_own_call, without_one])
@for_all("name", EXPLAINED)
def test_nothing_of_the_parent_is_said_of_a_class_of_somebodys_own(name, own):
    found = drawn(name, FEW, own)
    assert found
    for one in found:
        (layer,) = describe(one.model).layers
        assert layer.output == tuple(tuple(each.shape) for each in one.model.outputs)
        assert layer.params == one.layer.count_params()
        assert type(one.layer).__name__ == f"My{name}"
        assert layer.type.startswith(f"My{name}")
        only_measured(layer, one)


@pytest.mark.parametrize("own", [with_its_own_call, without_one])
def test_a_wrapper_says_nothing_of_a_class_of_somebodys_own_that_it_holds(own):
    dense, gru = own(layers.Dense), own(layers.GRU)
    for held, shape in ((dense(6), (9, 4)), (gru(6), (8, 9, 4)), (gru(6, return_sequences=True), (8, 9, 4))):
        sequence = keras.Input(shape)
        (layer,) = describe(keras.Model(sequence, layers.TimeDistributed(held)(sequence))).layers
        assert not layer.explained
        assert layer.params == held.count_params()
        # That it is applied at every timestep is what the wrapper does, whatever it holds.
        assert "hidden state" not in layer.says
        only_measured(layer.inside[0], held)
    sequence = keras.Input((9, 4))
    (both,) = describe(keras.Model(sequence, layers.Bidirectional(gru(6))(sequence))).layers
    only_measured_holder(both)


def only_measured_holder(layer: Any) -> None:
    assert not layer.explained
    assert layer.says == "takes (batch, 9, 4) and returns (batch, 12)"
    assert (layer.equation, layer.flow) == ((), "unknown")
    assert layer.axes_out == (("batch", "axis 1"),)


def test_of_a_model_with_a_call_of_its_own_its_layers_are_not_told():
    class Twice(keras.Model):
        def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
            return super().call(inputs, training=training, mask=mask) * 2

    inner = keras.Input((9, 4))
    nested = Twice(inner, layers.GRU(6, return_sequences=True)(inner))
    sequence = keras.Input((9, 4))
    (layer,) = describe(keras.Model(sequence, nested(sequence))).layers
    assert layer.inside == ()
    assert layer.params == nested.count_params()
    only_measured(layer, nested)


def test_of_a_model_that_is_called_otherwise_than_its_graph_only_the_shapes_are_told():
    class Halves(keras.Model):
        def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
            return super().call(inputs, training=training, mask=mask)[:, ::2]

    sequence, site = keras.Input((9, 4), name="sequence"), keras.Input((4,), name="site")
    graph = ([sequence, site], layers.GRU(6, return_sequences=True)(sequence, initial_state=layers.Dense(6)(site)))
    own, plain = Halves(*graph, name="halves"), keras.Model(*graph)
    found = describe(own)
    (layer,) = found.layers
    only_measured(layer, own)
    # Its graph says 9 timesteps; what it returns are 5.
    assert (layer.name, layer.input, layer.output) == ("halves", ((None, 9, 4), (None, 4)), ((None, 5, 6),))
    assert found.output == ((None, 5, 6),)
    assert found.params == layer.params == own.count_params()
    assert [source.name for source in found.sources] == ["sequence", "site"]
    assert own([*map(np.zeros, ((2, 9, 4), (2, 4)))]).shape == (2, 5, 6)
    assert len(describe(plain).layers) == 2


def test_a_class_that_is_declared_to_be_the_same_is_explained_as_its_parent():
    @same_as("GRU")
    class Quicker(layers.GRU):
        def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
            return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    sequence = keras.Input((9, 4), name="sequence")
    (own,) = describe(keras.Model(sequence, Quicker(6, name="memory")(sequence))).layers
    (plain,) = describe(keras.Model(sequence, layers.GRU(6, name="memory")(sequence))).layers
    assert class_name(Quicker(6)) == "GRU"
    assert (own.type, own.explained) == ("Quicker", True)
    assert (own.says, own.equation, own.axes_out) == (plain.says, plain.equation, plain.axes_out)
    assert own.parameters == plain.parameters

    class Further(Quicker):
        pass

    assert class_name(Further(6)) == ""


@for_all("name", EXPLAINED)
def test_what_is_declared_to_be_the_same_reads_the_same(name):
    pairs = zip(drawn(name, FEW), drawn(name, FEW, lambda kind: same_as(name)(without_one(kind))), strict=True)
    for parent, own in pairs:
        (plain,), (declared,) = describe(parent.model).layers, describe(own.model).layers
        assert (declared.says, declared.short, declared.equation) == (plain.says, plain.short, plain.equation)
        assert (declared.axes_out, declared.flow, declared.window) == (plain.axes_out, plain.flow, plain.window)
        assert (declared.parameters, declared.explained) == (plain.parameters, plain.explained)


def test_a_name_without_rules_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"There are no rules for a layer called “Nothing”\. There are: .*GRU"):
        same_as("Nothing")


def test_rules_are_written_for_classes_that_keras_has():
    # Operations between layers are no layers, and a model is one of any class.
    elsewhere = {name for name in RULES if name not in every_class()}
    operations = {name for name in elsewhere if RULES[name].family == "operation"}
    assert elsewhere - operations <= {"Model", "Divide", "TrueDivide"}
