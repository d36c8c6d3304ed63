"""The calls of layers between a model's inputs and outputs, in the order of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.keras_internals import maker, mask_of, node_of
from explorer.layers.reading import unmasked

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Call:
    """One call of one layer in a model's graph.

    name: the layer's name; its second call is called "name (2)". shares: the name of its first call, or None at the first.
    reads: names of the sources or calls whose tensors it takes, each once.
    """

    name: str
    layer: Any
    node: Any
    shares: str | None
    reads: tuple[str, ...]

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
    names = {id(tensor): source_name(tensor) for tensor in inputs}
    times: dict[int, int] = {}
    found = []
    # The sort is stable: of two branches, the one that was wired in first stays first.
    for _, node in sorted(nodes.values(), key=lambda pair: pair[0]):
        layer = node.operation
        time = times[id(layer)] = times.get(id(layer), 0) + 1
        name = layer.name if time == 1 else f"{layer.name} ({time})"
        reads = tuple(dict.fromkeys(names[id(tensor)] for tensor in unmasked(node.input_tensors)))
        found.append(Call(name, layer, node, layer.name if time > 1 else None, reads))
        names.update((id(tensor), name) for tensor in node.outputs)
    return found


def source_name(tensor: Any) -> str:
    """The name of the Input that a tensor comes from."""
    return str(maker(tensor).name)


def masked(tensor: Any) -> bool:
    """Whether a mask travels beside a tensor."""
    return mask_of(tensor) is not None
