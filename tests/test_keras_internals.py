"""Every name of Keras's that Keras does not document, one by one: after an upgrade a failure here says which is gone."""

from __future__ import annotations

import ast
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from explorer import keras_internals as internals
from explorer import keras_source as source

PACKAGE = Path(internals.__file__).parent
READ_IN = "3.15.1"


@pytest.fixture
def sequence():
    return keras.Input((6, 3), name="sequence")


def test_what_was_read_is_the_version_that_is_installed():
    assert keras.__version__ == READ_IN, "read both files again with the new Keras beside them, and say so in them"
    assert all(f"Keras {READ_IN}" in str(module.__doc__) for module in (internals, source))


def test_a_tensor_knows_what_made_it(sequence):
    gru = layers.GRU(4, return_state=True, name="memory")
    memory, state = gru(sequence)
    assert internals.maker(memory) is internals.maker(state) is gru
    assert internals.maker(sequence).name == "sequence" and isinstance(internals.maker(sequence), layers.InputLayer)
    assert (internals.output_index(memory), internals.output_index(state)) == (0, 1)


def test_a_tensor_knows_the_call_that_returned_it(sequence):
    dense = layers.Dense(3)
    first = dense(sequence)
    second = dense(first)
    node = internals.node_of(second)
    assert node is not internals.node_of(first)
    assert node.operation is dense
    assert [id(each) for each in node.input_tensors] == [id(first)]
    assert [id(each) for each in node.outputs] == [id(second)]
    assert node.arguments.args == (first,) and node.arguments.kwargs == {}
    assert node.arguments.fill_in({id(first): "a value"})[0] == ("a value",)


def test_a_mask_travels_beside_a_tensor_where_keras_itself_looks_for_it(sequence):
    from keras.src import backend

    assert internals.mask_of(sequence) is None and internals.mask_of(np.zeros(3)) is None
    masked = layers.Masking()(sequence)
    assert internals.mask_of(masked) is backend.get_keras_mask(masked) is not None
    real, mask = tf.zeros((2, 6, 3)), tf.constant([[True] * 4 + [False] * 2] * 2)
    internals.set_mask(real, mask)
    assert internals.mask_of(real) is backend.get_keras_mask(real) is mask
    assert (np.asarray(layers.Bidirectional(layers.GRU(4, return_sequences=True))(real))[:, 4:] == 0).all()


def test_layers_within_layers_are_found_however_deep(sequence):
    inner = layers.Dense(2)
    model = keras.Model(sequence, layers.TimeDistributed(keras.Sequential([inner]))(sequence))
    found = internals.layer_and_sublayers(model)
    assert found[0] is model and inner in found
    assert internals.layer_and_sublayers(inner) == [inner]


def test_a_layers_own_weights_are_found_frozen_or_not(sequence):
    norm = layers.BatchNormalization()
    norm(sequence)
    norm.trainable = False
    assert [each.name for each in internals.own_variables(norm)] == ["gamma", "beta", "moving_mean", "moving_variance"]
    wrapper = layers.TimeDistributed(layers.Dense(2))
    wrapper(sequence)
    assert internals.own_variables(wrapper) == [] and len(wrapper.variables) == 2


def test_a_class_of_keras_is_told_from_somebody_elses():
    class Own(layers.Dense):
        pass

    assert internals.is_from_keras(layers.Dense(1)) and internals.is_from_keras(keras.Sequential())
    assert not internals.is_from_keras(Own(1))


def test_a_models_calls_are_found_and_can_be_gone_through(sequence):
    dense = layers.Dense(3)
    model = keras.Model(sequence, dense(dense(sequence)))
    assert internals.operations_called(model) == [dense, dense]
    nodes = [node for node in dense._inbound_nodes][::-1]
    assert internals.in_order_of_calling(model, nodes) == [1, 0]
    called = []

    def call_of(operation):
        return lambda *args, **kwargs: called.append(operation) or operation.compute_output_spec(*args, **kwargs)

    (found,) = keras.tree.flatten(internals.run_through_graph(model, [keras.KerasTensor((8, 6, 3))], call_of))
    assert called == [dense, dense] and found.shape == (8, 6, 3)


def test_a_weight_that_is_not_drawn_yet_can_be_drawn_otherwise(sequence):
    with keras.StatelessScope():
        dense = layers.Dense(2)
        dense(sequence)
        assert internals.initializer_of(dense.kernel) is dense.kernel_initializer
        internals.set_initializer(dense.kernel, lambda shape, dtype: np.full(shape, 7, dtype))
    assert (np.asarray(dense.kernel) == 7).all()


def test_a_generator_keeps_its_state_in_a_weight_of_that_name():
    (state,) = layers.Dropout(0.5).variables
    assert state.name == internals.GENERATOR_STATE and state.shape == (2,)


def test_adam_keeps_a_running_mean_of_squared_gradients(sequence):
    dense = layers.Dense(2)
    dense(sequence)
    adam = keras.optimizers.Adam()
    adam.build(dense.trainable_variables)
    adam.apply([np.full(each.shape, 3.0, "float32") for each in dense.trainable_variables], dense.trainable_variables)
    found = internals.squared_gradients(adam)
    assert [each.shape for each in found] == [each.shape for each in dense.trainable_variables]
    assert all(np.allclose(each, (1 - adam.beta_2) * 9.0) for each in found)


def test_layers_are_named_anew_and_the_count_of_before_goes_on():
    layers.Dense(1)
    before = layers.Dense(1).name
    with source.named_anew():
        assert [layers.Dense(1).name, layers.Dense(1).name, source.auto_name("dense")] == ["dense", "dense_1", "dense_2"]
    assert int(layers.Dense(1).name.rpartition("_")[2]) == int(before.rpartition("_")[2]) + 1


def test_weights_that_wait_are_kept_where_they_are_looked_for(sequence):
    from keras.src.backend.common import global_state

    with source.no_weights_waiting(), keras.StatelessScope(initialize_variables=False):
        layers.Dense(2)(sequence)
        assert len(global_state.get_global_attribute(source.WAITING_WEIGHTS)) == 2
    assert not global_state.get_global_attribute(source.WAITING_WEIGHTS)


def test_a_function_is_traced_for_its_shapes():
    found = source.traced_output(lambda one: tf.reduce_sum(one, axis=1), keras.KerasTensor((8, 6, 3)))
    assert found.shape == (8, 3)


def test_targets_and_answers_get_one_rank_as_a_loss_has_it():
    true, predicted = source.squeeze_or_expand_to_same_rank(np.zeros((8,)), np.zeros((8, 1)))
    assert true.shape == predicted.shape


def test_keras_stands_under_tensorflows_name_too():
    assert source.tensorflow_keras.layers.GRU is layers.GRU


# ------------------------------------------------------------------------------------------------------ and nowhere else

PRIVATE = (
    *("_keras", "_inbound", "_flatten_layers", "_nodes_by", "_run_through", "_initializer"),
    *("_trainable", "_non_trainable", "_velocities"),
)


def leans(path: Path) -> list[str]:
    """What a file takes from Keras that Keras does not document."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("keras.src", "keras._")):
            found.append(str(node.module))
        elif isinstance(node, ast.Import):
            found += [each.name for each in node.names if each.name.startswith(("keras.src", "keras._"))]
        elif isinstance(node, ast.Attribute) and node.attr.startswith(PRIVATE):
            found.append(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("_keras_"):
            found.append(node.value)
    return found


def test_no_other_file_leans_on_them():
    files = {str(path.relative_to(PACKAGE)): leans(path) for path in PACKAGE.rglob("*.py")}
    assert {name for name, found in files.items() if found} == {"keras_internals.py", "keras_source.py"}
