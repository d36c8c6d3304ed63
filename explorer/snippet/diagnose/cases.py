"""One reading of one code with its data: what the rules that look for problems are given, and ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from explorer.snippet.diagnose.problems import Data
from explorer.snippet.diagnose.running import Ran
from explorer.snippet.reader.edits import Source
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.reading import Reader
from explorer.snippet.reader.values import Array, Call, LayerValue, ModelValue, Shape, TensorValue, behind


@dataclass
class Case:
    """reader: the finished reading. model: the one that is checked, None where there is none. ran: what a batch met.

    data: what the model is trained on, by shape. arrays: of the code, under "x", "y", or "x0", "x1" where there are several.
    """

    source: Source
    reader: Reader
    data: Data
    model: ModelValue | None = None
    ran: Ran | None = None
    arrays: dict[str, Array | None] = field(default_factory=dict)

    # --- layers

    @property
    def whole(self) -> ModelValue:
        """The model that is checked. Raises ValueError where there is none."""
        if self.model is None:
            raise ValueError("this code has no model to check")
        return self.model

    def order(self) -> list[Any]:
        """The layers in the order in which they were first called; of a model that is called as a layer, only itself."""
        nested = [call.layer for call in self.reader.calls if isinstance(call.layer, ModelValue)]
        inside = {id(call) for model in nested for call in behind(model.outputs, model.inputs)}
        outside = [call for call in self.reader.calls if id(call) not in inside]
        return list(dict.fromkeys(call.layer for call in outside if not isinstance(call.layer, str)))

    def index(self, call: Call | None) -> int | None:
        """The place of a call's layer; one that broke comes after all that hold."""
        if call is None or isinstance(call.layer, str):
            return None
        order = self.order()
        return order.index(call.layer) if call.layer in order else len(order)

    def shape(self, tensor: TensorValue) -> Shape:
        return self.ran.shape(tensor) if self.ran else tensor.shape

    def inputs(self) -> list[TensorValue]:
        """What the data come in by: of the checked model, else every Input that was read."""
        if self.model and self.model.inputs:
            return self.model.inputs
        found: dict[int, TensorValue] = {}
        for call in self.reader.calls:
            found.update((id(each), each) for each in call.inputs if each.made is None)
        return list(found.values())

    def up(self, tensor: TensorValue) -> Iterator[Call]:
        """The calls that a tensor comes from, the nearest first, along first inputs."""
        while tensor.made is not None:
            yield tensor.made
            if not tensor.made.inputs:
                return
            tensor = tensor.made.inputs[0]

    def source_of(self, tensor: TensorValue) -> TensorValue:
        """The Input at the end of the first inputs."""
        while tensor.made is not None and tensor.made.inputs:
            tensor = tensor.made.inputs[0]
        return tensor

    def droppers(self, tensor: TensorValue) -> list[Call]:
        """The nearest calls behind a tensor that took a sequence and gave a vector, one for each branch."""
        waiting, met, found = [tensor], set(), []
        while waiting:
            each = waiting.pop()
            if each.made is None or id(each) in met:
                continue
            met.add(id(each))
            inputs = each.made.inputs
            if inputs and max(len(given.shape) for given in inputs) > len(each.shape):
                found.append(each.made)
            else:
                waiting += reversed(inputs)
        return list(dict.fromkeys(found))

    def called(self) -> list[Call]:
        """The calls that the answers of the checked model come from, in order."""
        return behind(self.model.outputs, self.model.inputs) if self.model else []

    def readers_of(self, tensor: TensorValue) -> list[Call]:
        return [call for call in self.reader.calls if any(each is tensor for each in call.inputs)]

    def steps(self) -> int | None:
        """The timesteps of the first input that has some."""
        shapes: list[Shape] = list(self.data.x or ()) or [each.shape for each in self.inputs()]
        declared = [each.shape for each in self.inputs()]
        for shape in (*declared, *shapes):
            if len(shape) >= 2 and shape[1] is not None and (len(shape) > 2 or self._takes_indexes()):
                return shape[1]
        return None

    def _takes_indexes(self) -> bool:
        """Whether an input of two axes is a sequence of word indexes."""
        return any(isinstance(call.layer, LayerValue) and call.layer.kind == "Embedding" for call in self.reader.calls)

    # --- words

    def name(self, call: Call) -> str:
        return f"`{call.name}`"

    def variables(self) -> dict[str, int]:
        """The names of the code that stand for whole numbers."""
        return {name: held for name, held in self.reader.names.items() if type(held) is int}

    def text(self, node: Node) -> str:
        return self.source.text(node)

    def number(self, size: int) -> str:
        """A size as the code would write it: by the name that stands for it, where just one does."""
        found = [name for name, held in self.variables().items() if held == size and size > 1]
        return found[0] if len(found) == 1 else str(size)
