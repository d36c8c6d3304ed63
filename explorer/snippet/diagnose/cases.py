"""One reading of one code with its data: what the rules that look for problems are given, and ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import keras

from explorer.layers.reading import numbered
from explorer.shapes.axes import BY_RANK
from explorer.shapes.describe_model import describe
from explorer.shapes.graph import calls
from explorer.shapes.model_shapes import ModelShapes
from explorer.snippet.diagnose.problems import Data
from explorer.snippet.diagnose.running import Ran
from explorer.snippet.reader.data_values import Array, Shape
from explorer.snippet.reader.edits import Source
from explorer.snippet.reader.library.followed import followed_in
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.reading import Reader
from explorer.snippet.reader.unknowns import Ask
from explorer.snippet.reader.values import Call, LayerValue, ModelValue, TensorValue, behind
from explorer.tensors.tensor import Axes


@dataclass
class Case:
    """reader: the finished reading. model: the one that is checked, None where there is none. ran: what a batch met.

    data: what the model is trained on, by shape; given: what the check was told of it. arrays: of the code, under "x", "y",
    or "x0", "x1" where there are several. broken: whether Keras raised; broke: the call where it did as a batch ran through.
    until: the line that reading ended at, where Keras raised before the end; None where all was read.
    output: the place of the output that is compared with its target, of several; None where there is one.
    assumed_samples: whether nothing says how many samples there are, so that a number of them was taken for granted.
    known: the calls to which all that is told is confined; None for no such bounds.
    """

    source: Source
    reader: Reader
    data: Data
    model: ModelValue | None = None
    ran: Ran | None = None
    arrays: dict[str, Array | None] = field(default_factory=dict)
    given: Data = field(default_factory=Data)
    broken: bool = False
    broke: Call | None = None
    until: int | None = None
    output: int | None = None
    assumed_samples: bool = False
    known: list[Call] | None = None
    _axes: dict[int, Axes] = field(default_factory=dict)

    # --- layers

    @property
    def whole(self) -> ModelValue:
        """The model that is checked. Raises ValueError where there is none."""
        if self.model is None:
            raise ValueError("this code has no model to check")
        return self.model

    def working(self) -> list[Call]:
        """The calls that were read; where one of them broke as a batch ran through the model, those before it."""
        if self.known is not None:
            return self.known
        if self.broke is None:
            # Calls of other models are told where those are opened.
            calls = self.called() if self.model is not None and self.model.built and not self.broken else self.reader.calls
            unread = self.model.unread if self.model is not None else None
            if unread is None or unread.line is None:
                return calls
            # What comes after a layer that could not be read does not read what stands before it.
            return [call for call in calls if call.made_at.lineno < unread.line]
        return [call for call in self.called() if call.place < self.broke.place]

    def order(self) -> list[Any]:
        """The layers that work, in the order in which they were first called; of a nested model, only itself."""
        outside = without_nested(self.working())
        return list(dict.fromkeys(call.layer for call in outside if not isinstance(call.layer, str)))

    def index(self, call: Call | None) -> int | None:
        """The place of a call's layer; one that broke comes after all that work, and what is behind it has none."""
        if call is None or isinstance(call.layer, str):
            return None
        order = self.order()
        if call.layer in order:
            return order.index(call.layer)
        return len(order) if self.broke is None or call.layer is self.broke.layer else None

    @property
    def working_model(self) -> ModelValue | None:
        """The model that is checked, None where there is none, where a part of it was not read, or where Keras raised."""
        model = self.model
        return model if model is not None and model.built and model.unread is None and not self.broken else None

    @cached_property
    def description(self) -> ModelShapes | None:
        """What works, described, None where that cannot be done: asked for when the reading and the run are over."""
        model = self.working_model
        inputs, outputs = (model.inputs, model.outputs) if model else (self.inputs(), self._ends())
        if not inputs or not outputs:
            return None
        try:
            graph = keras.Model([each.tensor for each in inputs], [each.tensor for each in outputs])
            found = describe(graph, whole=model is not None)
            self._axes = {id(tensor): source.axes for tensor, source in zip(graph.inputs, found.sources, strict=True)}
            for call, layer in zip(calls(graph), found.layers, strict=True):
                named = zip(call.outputs, layer.axes_out, strict=True)
                self._axes.update((id(tensor), axes) for tensor, axes in named)
        except Exception:
            return None
        return found

    @property
    def key_of_target(self) -> str:
        """What the target that is compared is called among the arrays."""
        key = f"y{self.output}"
        return key if self.output is not None and key in self.arrays else "y"

    @property
    def target(self) -> Array | None:
        """The array of the target that is compared; None where no more than its shape is known."""
        return self.arrays.get(self.key_of_target)

    def axes(self, tensor: TensorValue) -> Axes:
        """The names of a tensor's axes, as the report has them; numbers, such as "axis 2", where they are not known."""
        axes = self._axes.get(id(tensor.tensor)) if self.description is not None else None
        rank = len(tensor.shape)
        return axes or BY_RANK.get(rank, numbered(rank))

    def _ends(self) -> list[TensorValue]:
        """The tensors that nothing reads, of a model that broke before it was whole."""
        read = {id(each) for call in self.working() for each in call.inputs}
        return [each for call in self.working() for each in call.outputs if id(each) not in read]

    def shape(self, tensor: TensorValue) -> Shape:
        return self.ran.shape(tensor) if self.ran else tensor.shape

    def inputs(self) -> list[TensorValue]:
        """What the data come in by: of the checked model, else every Input that was read."""
        if self.model and self.model.inputs:
            return self.model.inputs
        found: dict[int, TensorValue] = {}
        for call in self.working():
            found.update((id(each), each) for each in call.inputs if each.made is None)
        return list(found.values())

    def up(self, tensor: TensorValue) -> Iterator[Call]:
        """The calls that a tensor comes from, the nearest first, along first inputs, up to a layer that is not known: what
        stands before such a one need not be why the shapes are what they are.
        """
        while tensor.made is not None:
            yield tensor.made
            if not tensor.made.inputs or self.is_unknown(tensor.made):
                return
            tensor = tensor.made.inputs[0]

    def source_of(self, tensor: TensorValue) -> TensorValue:
        """The Input at the end of the first inputs."""
        while tensor.made is not None and tensor.made.inputs:
            tensor = tensor.made.inputs[0]
        return tensor

    def droppers(self, tensor: TensorValue) -> list[Call]:
        """The nearest calls behind a tensor that took a sequence and gave a vector, one for each branch; or a layer that is
        not known, where one comes first.
        """
        waiting, met, found = [tensor], set(), []
        while waiting:
            each = waiting.pop()
            if each.made is None or id(each) in met:
                continue
            met.add(id(each))
            inputs = each.made.inputs
            longer = inputs and max(len(given.shape) for given in inputs) > len(each.shape)
            if longer or self.is_unknown(each.made):
                found.append(each.made)
            else:
                waiting += reversed(inputs)
        return list(dict.fromkeys(found))

    @property
    def asked(self) -> dict[str, Ask]:
        """What the code asks for; nothing where it is shapes alone, and the checked model depends on none of them."""
        asked, model = self.reader.asked, self.model
        if model is None or not model.built or model.unread is not None or model.own is not None:
            return asked
        waiting = [each for each in self.reader.models if waits(each)]
        # What one of these answers may be what this one is trained on.
        answers = any(each.fits for each in waiting)
        # Nor are numbers known that were read from such a shape.
        answers = answers or self.reader.shape_read_at is not None
        free = model not in waiting and not answers and all(name in self.reader.outputs for name in asked)
        return {} if free else asked

    def is_unknown(self, call: Call) -> bool:
        """Whether the shape of what a layer returns was asked for, or that of a part of it."""
        return bool(self.reader.outputs) and any(each.depends for each in followed_in(call))

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


def without_nested(calls: Sequence[Call]) -> list[Call]:
    """Calls without those within a model that is itself one of them."""
    nested = [call.layer for call in calls if isinstance(call.layer, ModelValue)]
    inside = {id(call) for model in nested for call in behind(model.outputs, model.inputs)}
    return [call for call in calls if id(call) not in inside]


def waits(model: ModelValue) -> bool:
    """Whether a model depends on a shape that is asked for."""
    return any(each.waits for call in behind(model.outputs, model.inputs) for each in followed_in(call))
