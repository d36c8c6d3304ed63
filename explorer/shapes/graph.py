"""The calls of layers between a model's inputs and outputs, in the order of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.description import Origin
from explorer.keras_internals import maker, mask_of, node_of
from explorer.layers.reading import unmasked

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Call:
    """One call of one layer in a model's graph.

    name: the layer's name; its second call is called "name (2)". shares: the name of its first call, or None at the first.
    reads: names of the sources or calls whose tensors it takes, each once. origins: of every tensor that it takes.
    """

    name: str
    layer: Any
    node: Any
    shares: str | None
    reads: tuple[str, ...]
    origins: tuple[Origin, ...] = ()

    @property
    def inputs(self) -> list[Any]:
        """The tensors that it takes, without the masks that travel beside them."""
        return unmasked(self.node.input_tensors)

    @property
    def outputs(self) -> list[Any]:
        return list(self.node.outputs)


def calls(model: keras.Model) -> list[Call]:
    """Every call of a layer (or of a Keras operation) between a model's inputs and outputs, in the order of the data.

    Raises ValueError for a model that has no graph yet.
    """
    inputs = getattr(model, "inputs", None)
    if not inputs or not getattr(model, "outputs", None):
        raise ValueError(f"The model '{model.name}' has no shapes yet: give it a keras.Input, or build it first.")
    level = {id(tensor): 0 for tensor in inputs}
    nodes: dict[int, tuple[int, Any]] = {}

    def meet(tensor: Any) -> int:
        """How many calls lie behind a tensor, at most; its own call is noted on the way."""
        if id(tensor) in level:
            return level[id(tensor)]
        node = node_of(tensor)
        own = 1 + max((meet(each) for each in unmasked(node.input_tensors)), default=0)
        nodes.setdefault(id(node), (own, node))
        for each in node.outputs:
            level[id(each)] = own
        return own

    for tensor in model.outputs:
        meet(tensor)
    origins = {id(tensor): Origin(source_name(tensor)) for tensor in inputs}
    times: dict[int, int] = {}
    found = []
    # The sort is stable: of two branches, the one that was wired in first stays first.
    for _, node in sorted(nodes.values(), key=lambda pair: pair[0]):
        layer = node.operation
        time = times[id(layer)] = times.get(id(layer), 0) + 1
        name = layer.name if time == 1 else f"{layer.name} ({time})"
        taken = tuple(origins[id(tensor)] for tensor in unmasked(node.input_tensors))
        reads = tuple(dict.fromkeys(each.name for each in taken))
        found.append(Call(name, layer, node, layer.name if time > 1 else None, reads, taken))
        origins.update((id(tensor), Origin(name, place)) for place, tensor in enumerate(node.outputs))
    return found


def returned(model: keras.Model, steps: list[Call]) -> tuple[Origin, ...]:
    """Where each output of a model comes from."""
    origins = {id(tensor): Origin(source_name(tensor)) for tensor in model.inputs}
    for step in steps:
        origins.update((id(tensor), Origin(step.name, place)) for place, tensor in enumerate(step.outputs))
    return tuple(origins[id(tensor)] for tensor in model.outputs)


def source_name(tensor: Any) -> str:
    """The name of the Input that a tensor comes from."""
    return str(maker(tensor).name)


def masked(tensor: Any) -> bool:
    """Whether a mask travels beside a tensor."""
    return mask_of(tensor) is not None
