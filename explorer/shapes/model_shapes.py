"""What is said of a model as values: where data comes in, each call of a layer, and what comes out.

Sizes stand in them as symbols with their numbers; `written` gives the same ready for JSON (`explorer.description`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from explorer.description import (
    Description,
    Layer,
    Origin,
    Parameters,
    Range,
    Setting,
    Source,
    Symbol,
    TimeFlow,
    Weight,
    Window,
)
from explorer.layers.held import NamedWeight
from explorer.shapes.captions import note_of, weight_in_words, with_words
from explorer.shapes.explanation import counted_parts
from explorer.shapes.mask_words import MaskWords
from explorer.shapes.parameters import Arithmetic
from explorer.shapes.unrolled import unrolled
from explorer.shapes.weights import described
from explorer.tensors.symbols import written
from explorer.tensors.tensor import Axes, Shape, Sizes
from explorer.tensors.text import LONGEST_SENTENCE


@dataclass(frozen=True)
class SourceShapes:
    """Where data comes in."""

    name: str
    shape: Shape
    axes: Axes
    sizes: Sizes

    def written(self) -> Source:
        return Source(self.name, self.shape, self.axes, written(self.sizes))


@dataclass(frozen=True)
class LayerShapes:
    """One call of one layer.

    type: the class, with what a wrapper wraps: "TimeDistributed(Dense)"; then `wraps` is "Dense".
    as_code: the same with the arguments that it is known by: "TimeDistributed(Dense(1))" (`explorer.layers.code_titles`).
    sizes_in, sizes_out: the shapes in symbols.
    params: weights that are counted here; None where not all are known, 0 where the call shares those of the call named in
    `shares`.
    counted: how the parameters come about, or None where no rule is known.
    does, change: what the layer does, and what becomes of the axes. short: the first in at most 60 characters.
    explained: whether there is more to say than Keras's own shapes and counts.
    equation, note: the lines of what it computes, and what their letters mean. weights: its arrays, with their axes.
    flow, window: how it moves along time, and the stretch that it slides along (`explorer.shapes.unrolled`).
    merge_mode: how a Bidirectional puts its two hidden states together. backwards: it reads the last timestep first.
    skips_masked: whether masked timesteps come in that it leaves out. mask: what it does with masks.
    reads, origins: the names of what it reads, each once, and which output each tensor that it takes is of which of them.
    names_in, names_out: what the tensors are called, empty where no rule says.
    ranges: how large the numbers of each output may be.
    inside: what a wrapper or a nested model holds. role: what it is there, where its name says nothing.
    """

    name: str
    type: str
    input: tuple[Shape, ...]
    output: tuple[Shape, ...]
    axes_in: tuple[Axes, ...]
    axes_out: tuple[Axes, ...]
    sizes_in: tuple[Sizes, ...]
    sizes_out: tuple[Sizes, ...]
    params: int | None
    counted: Arithmetic | None
    does: str
    change: str
    short: str
    explained: bool
    equation: tuple[str, ...]
    weights: tuple[NamedWeight, ...]
    flow: TimeFlow
    window: Window | None
    note: str | None = None
    merge_mode: str | None = None
    backwards: bool = False
    image_window: tuple[Window, ...] = ()
    skips_masked: bool = False
    role: str | None = None
    reads: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    names_in: tuple[str, ...] = ()
    names_out: tuple[str, ...] = ()
    as_code: str = ""
    ranges: tuple[Range, ...] = ()
    mask: MaskWords = field(default_factory=MaskWords)
    wraps: str | None = None
    shares: str | None = None
    inside: tuple[LayerShapes, ...] = ()

    @property
    def says(self) -> str:
        """What the layer does to the axes, as a sentence; as two where it would be long."""
        together = f"{self.does}: {self.change}" if self.change else self.does
        if not self.change or (len(together) <= LONGEST_SENTENCE and ". " not in self.does):
            return together
        return f"{self.does}. {self.change[:1].upper()}{self.change[1:]}"

    @property
    def reach(self) -> int | None:
        """How many steps its window spans."""
        return None if self.window is None else self.window.reach

    @property
    def arithmetic(self) -> str | None:
        """How the parameters come about: "3 · 32 · (5 + 32 + 2) = 3,744"."""
        return None if self.counted is None or not self.params else self.counted.text

    @property
    def parameters(self) -> Parameters:
        """The same in symbols, in numbers to be evaluated, and in all."""
        formula, numbers = (self.counted.formula, self.counted.numbers) if self.counted else (None, None)
        return Parameters(formula, numbers, self.params)

    def written(self) -> Layer:
        """The same with its sizes written out."""
        return Layer(
            name=self.name,
            type=self.type,
            params=self.params,
            arithmetic=self.arithmetic,
            says=self.says,
            does=self.does,
            change=self.change,
            short=self.short,
            wraps=self.wraps,
            shares=self.shares,
            explained=self.explained,
            flow=self.flow,
            reach=self.reach,
            window=self.window,
            merge_mode=self.merge_mode,
            backwards=self.backwards,
            image_window=self.image_window,
            skips_masked=self.skips_masked,
            mask=f"{self.mask.says[:1].upper()}{self.mask.says[1:]}." if self.mask.says else "",
            mask_deeds=self.mask.deeds,
            # Keras numbers what a wrapper holds ("gru_6") by how much was built before.
            title=f"{self.role or self.name} — {self.as_code}",
            counted=counted_parts(self.parameters, self.explained, self.shares),
            note=note_of(self.type) if not self.explained and self.params is not None else self.note,
            parameters=self.parameters,
            input=self.input,
            output=self.output,
            axes_in=self.axes_in,
            axes_out=self.axes_out,
            symbols_in=tuple(map(written, self.sizes_in)),
            symbols_out=tuple(map(written, self.sizes_out)),
            equation=self.equation,
            weights=tuple(map(_with_words, self.weights)),
            reads=self.reads,
            origins=self.origins,
            names_in=self.names_in,
            names_out=self.names_out,
            as_code=self.as_code,
            ranges=self.ranges,
            inside=tuple(layer.written() for layer in self.inside),
        )


@dataclass(frozen=True)
class ModelShapes:
    """A model: where data comes in, what each layer makes of it, and what comes out.

    symbols: the axis and the number of every symbol. settings: what each setting of an experiment moves
    (`explorer.models.setting_symbols`); empty for a model of no experiment. returns: where each output comes from.
    """

    inputs: tuple[Shape, ...]
    output: tuple[Shape, ...]
    sources: tuple[SourceShapes, ...]
    layers: tuple[LayerShapes, ...]
    params: int | None
    symbols: Mapping[str, tuple[str, int | None]]
    settings: Mapping[str, Setting] = field(default_factory=dict)
    returns: tuple[Origin, ...] = ()

    def written(self) -> Description:
        """The same with its sizes written out, ready for JSON; the batch is None."""
        sources, layers = [each.written() for each in self.sources], [each.written() for each in self.layers]
        description = Description(
            inputs=self.inputs,
            output=self.output,
            sources=tuple(sources),
            layers=tuple(layers),
            params=self.params,
            symbols={name: Symbol(axis, size) for name, (axis, size) in self.symbols.items()},
            settings=dict(self.settings),
            unrolled=unrolled(sources, layers),
            returns=self.returns,
        )
        return with_words(description)

    def to_dict(self) -> dict[str, Any]:
        """The same as lists, strings and numbers."""
        return self.written().to_dict()


def _with_words(weight: NamedWeight) -> Weight:
    found = described(weight)
    return msgspec.structs.replace(found, says=weight_in_words(found))
