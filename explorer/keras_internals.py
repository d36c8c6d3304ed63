"""Everything that this package knows of Keras beyond what Keras documents: attributes of tensors, layers, models, weights.

Read in Keras 3.15.1. tests/test_keras_internals.py fails where another version calls one of them otherwise, and names it.
Nothing here imports Keras; what must stands in `explorer.keras_source`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

# The name of the weight in which a generator of random numbers keeps its state.
GENERATOR_STATE = "seed_generator_state"

# --- symbolic tensors


def maker(tensor: Any) -> Any:
    """The layer or operation that returned a symbolic tensor; for an input its InputLayer."""
    return tensor._keras_history.operation


def node_of(tensor: Any) -> Any:
    """The call that returned a symbolic tensor, with `operation`, `arguments`, `input_tensors` and `outputs`."""
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index]


def output_index(tensor: Any) -> int:
    """Which of its call's outputs a symbolic tensor is, from 0 on."""
    return int(tensor._keras_history.tensor_index)


def mask_of(tensor: Any) -> Any:
    """The mask that travels beside a tensor, symbolic or not, or None."""
    return getattr(tensor, "_keras_mask", None)


def set_mask(tensor: Any, mask: Any) -> None:
    """Have a mask travel beside a tensor."""
    tensor._keras_mask = mask


# --- layers and models


def layer_and_sublayers(layer: Any) -> list[Any]:
    """A layer, or a model, and all layers within it, however deep."""
    return list(layer._flatten_layers())


def number_of_parameters(layer: Any) -> int | None:
    """How many numbers the weights of a layer or a model are; None where one within it says that it does not know its own.

    0 for what is no layer, and for one without weights as yet.
    """
    if not hasattr(layer, "count_params"):
        return 0
    if not all(getattr(each, "weights_known", True) for each in layer_and_sublayers(layer)):
        return None
    return int(layer.count_params()) if layer.built else 0


def own_variables(layer: Any) -> list[Any]:
    """The weights that a layer itself holds, without those of layers within it, whether it is frozen or not."""
    return [*layer._trainable_variables, *layer._non_trainable_variables]


def is_from_keras(layer: Any) -> bool:
    """Whether the class of a layer is Keras's own, and not somebody else's."""
    return type(layer).__module__.startswith("keras.src.")


def operations_called(model: Any) -> list[Any]:
    """The layer or operation of each call in a model's graph, without its inputs."""
    return [node.operation for nodes in model._nodes_by_depth.values() for node in nodes if not node.is_input]


def in_order_of_calling(model: Any, nodes: Sequence[Any]) -> list[int]:
    """The places of some calls of a model's graph, in the order in which the model makes them when it is called."""
    # A Sequential model keeps its graph in a model of its own.
    depths = getattr(model, "_functional", model)._nodes_by_depth
    every = [node for depth in sorted(depths, reverse=True) for node in depths[depth]]
    order = {id(node): place for place, node in enumerate(every)}
    return sorted(range(len(nodes)), key=lambda place: order[id(nodes[place])])


def run_through_graph(model: Any, tensors: Sequence[Any], call_of: Callable[[Any], Callable[..., Any]]) -> Any:
    """Go through a model's graph as Keras does to find its shapes, with `call_of(operation)` in each operation's place."""
    return model._run_through_graph(list(tensors), operation_fn=call_of)


# --- weights


def initializer_of(variable: Any) -> Any:
    """What draws the first values of a weight: an Initializer, or a function of a shape and a dtype."""
    return variable._initializer


def set_initializer(variable: Any, initializer: Any) -> None:
    """Have something else draw the first values of a weight, as long as these are not drawn: within a StatelessScope."""
    variable._initializer = initializer


# --- optimizers


def squared_gradients(optimizer: Any) -> list[Any]:
    """Adam's running means of the squared gradients, one for each weight that it was built for, in their order: a step makes
    of v and a gradient g beta_2 · v + (1 - beta_2) · g². They begin at zero."""
    return list(optimizer._velocities)
