"""What can be known of a class of layer, and how the rules of a layer are found.

A family of layers is one file beside this one. Each class in it extends `LayerRules`, names the classes of Keras that it
holds for, and writes the methods that it has something to say in; every method that it leaves out says "not known".
Rules hold for these very classes: a class of somebody's own that extends one of them may compute something else. One that
computes the same is declared so by `same_as`.

Nothing here imports Keras: a rule reads the attributes of the layer that it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from explorer.description import Layer, Range, TimeFlow, Window
from explorer.drawings import Drawing
from explorer.layers.drawn import LayerView
from explorer.layers.held import AxisSize, HeldLayer, HeldPart, Number, Terms, WeightMeaning
from explorer.tensors.symbols import Size, Symbols
from explorer.tensors.tensor import Axes, Shape, Tensor

Class = TypeVar("Class", bound=type)


# Keras's activations whose values lie from −1 to 1 (https://keras.io/api/layers/activations/).
BOUNDED = ("tanh", "sigmoid", "softmax", "hard_sigmoid", "hard_tanh", "softsign", "sparsemax")


# The layers of Keras that make a mask.
MASK_MAKERS = ("Masking", "Embedding", "ReversibleEmbedding")


def is_bounded(activation: Any) -> bool:
    """Whether an activation is one of Keras's own whose values lie from −1 to 1."""
    return getattr(activation, "__name__", "") in BOUNDED and activation.__module__.startswith("keras.")


@dataclass(frozen=True)
class LayerCall:
    """One call of one layer, as a rule sees it.

    received, returned: the tensors that go in and come out; `returned` is still empty while its axes are named.
    node: Keras's own note of the call, None for a layer within a wrapper. inside: what the layer holds.
    """

    layer: Any
    received: list[Tensor]
    returned: list[Tensor]
    node: Any = None
    inside: list[HeldLayer] = field(default_factory=list)

    @property
    def first(self) -> Tensor:
        """The first tensor that goes in."""
        return self.received[0]

    @property
    def out(self) -> Tensor:
        """The first tensor that comes out."""
        return self.returned[0]

    @property
    def width(self) -> Number | None:
        """The size of the last axis of the first tensor that goes in, None where it is not known."""
        if not self.received or not self.first.shape:
            return None
        return self.first.sizes[-1] if self.first.sizes[-1] is not None else self.first.shape[-1]

    @property
    def rules(self) -> LayerRules:
        """The rules of the layer's class, where they cover this call."""
        found = rules_for(self.layer)
        return found if self.received and found.covers(self) else NOT_KNOWN

    @property
    def keeps_rank(self) -> bool:
        """Whether the first tensor has as many axes when it comes out."""
        return len(self.out.shape) == len(self.first.shape)


@dataclass(frozen=True)
class Own:
    """The symbol for a number that a layer sets itself: of its last axis, which is called `axis`, or of another."""

    symbols: Symbols
    axis: str = "units"

    def __call__(self, number: int, axis: str | None = None) -> Size:
        return self.symbols.name(axis or self.axis, number)


@dataclass(frozen=True)
class Summary:
    """What a layer does. short: in at most 60 characters, for a box. long: as a clause that follows the layer's name.

    change: what becomes of the axes, where `explorer.tensors.text.changes` would not say it well.
    """

    short: str
    long: str
    change: str | None = None


class LayerRules:
    """What is known of the classes of Keras in `classes`. Every method but `summary` may be left out: not known.

    family: what the classes have in common, as the table of explained layers sorts them. keeps_axes: whether every axis
    of the first tensor comes out where it went in. most_inputs: how many tensors a call may be given, so that the rules
    cover it; None for any number. trusted: whether Keras works out its output shape without an error where the call itself
    would fail; where it is not trusted, pasted code that calls it is traced. reads_time: whether it reads a sequence along
    its timesteps. makes_vector: whether it makes one vector of a sequence. reads_mask: whether a mask changes its output.
    exchangeable: classes that read the same axes, one of which may stand where another does. words: settings that are words,
    with those that Keras takes. unseen: switches of which nothing would be seen. title_arguments: the first arguments that
    a title in code shows (`explorer.layers.code_titles`). keeps_range: whether no number comes out that is larger than
    all that go in, while nothing trains.
    """

    classes: ClassVar[tuple[str, ...]] = ()
    family: ClassVar[str] = ""
    keeps_axes: ClassVar[bool] = False
    most_inputs: ClassVar[int | None] = 1
    trusted: ClassVar[bool] = False
    reads_time: ClassVar[bool] = False
    makes_vector: ClassVar[bool] = False
    reads_mask: ClassVar[bool] = False
    exchangeable: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    unseen: ClassVar[frozenset[str]] = frozenset()
    title_arguments: ClassVar[tuple[str, ...]] = ()
    keeps_range: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        for name in cls.classes:
            RULES[name] = cls()

    def covers(self, call: LayerCall) -> bool:
        """Whether the rules hold for this call. Where they do not, only Keras's shapes and counts are told.

        For a setting of which a single method knows nothing, that method says so itself.
        """
        # With LoRA, or quantized, a layer computes something else than its class says.
        changed = getattr(call.layer, "lora_enabled", False) or getattr(call.layer, "quantization_mode", None)
        return not changed and (self.most_inputs is None or len(call.received) <= self.most_inputs)

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        """The names of the axes that the layer reads, batch included, where its class says what they mean."""
        return None

    def held(self, layer: Any, received: list[Tensor], shapes: list[Shape]) -> list[HeldPart]:
        """The layers that a wrapper holds, each with its share of what the wrapper takes and gives."""
        return []

    def input_names(self, call: LayerCall) -> Sequence[str]:
        """What the tensors that go in are called, where there are several."""
        return ()

    def output_names(self, call: LayerCall) -> Sequence[str]:
        """What the tensors that come out are called."""
        return ()

    def ranges(self, layer: Any, outputs: int) -> Sequence[Range]:
        """How large the numbers of each of so many tensors that come out may be."""
        if self.classes and is_bounded(getattr(layer, "activation", None)):
            return ["one" if place == 0 else "open" for place in range(outputs)]
        return ["inputs" if self.keeps_range else "open"] * outputs

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        """The names of the axes of every tensor that comes out."""
        return [call.first.axes for _ in shapes] if self.keeps_axes else None

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        """How long they are. A number that the layer sets itself gets a symbol; what Keras denies is dropped."""
        return [list(call.first.sizes) for _ in shapes] if self.keeps_axes else None

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        """How the number of the weights comes about: asked where there are any, and dropped where Keras counts others."""
        return None

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        """The meaning of each array of weights, by its name; the axes of what is missing are numbered."""
        return {}

    def held_weights(self, call: LayerCall) -> Sequence[tuple[str, HeldLayer]]:
        """The layers whose weights are a wrapper's weights, each with what stands before their names there."""
        return []

    def merge_mode(self, layer: Any) -> str | None:
        """How two directions are merged."""
        return None

    def reads_backwards(self, layer: Any) -> bool:
        """Whether it reads the last timestep first, and returns what it made of it first."""
        return False

    def summary(self, call: LayerCall) -> Summary | None:
        """What the layer does."""
        return None

    def equation(self, call: LayerCall) -> Sequence[str]:
        """The lines of what it computes; none where its settings are not covered."""
        return ()

    def note(self, call: LayerCall) -> str | None:
        """What the letters of the equation mean, and what is not obvious in the count of parameters."""
        return None

    def time_flow(self, call: LayerCall) -> TimeFlow:
        """How it moves along time."""
        return "unknown"

    def skips_masked(self, call: LayerCall) -> bool:
        """Whether masked timesteps come in that it leaves out."""
        return self.reads_mask and call.first.masked

    def uses_mask(self, call: LayerCall) -> bool | None:
        """Whether its numbers depend on the masks that come with what it takes; None where that is not known."""
        return self.skips_masked(call) if self.classes else None

    def window(self, call: LayerCall) -> Window | None:
        """The window that it slides along the timesteps, None for a layer without one."""
        return None

    def image_window(self, call: LayerCall) -> tuple[Window, ...]:
        """The window that it slides over rows and columns, along each of the two; empty for a layer without one."""
        return ()

    def view(self, view: LayerView) -> Drawing | None:
        """What is drawn of it for one sequence, None for nothing."""
        return None

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        """Why it cannot take these tensors, as the second half of a sentence; None where the class does not tell."""
        return None

    def settings_in_words(self, layer: Layer) -> list[str]:
        """What a question tells beforehand: the settings, as far as a description shows them, such as "32 units"."""
        return []


NOT_KNOWN = LayerRules()
RULES: dict[str, LayerRules] = {}
_SAME: dict[type, str] = {}


def same_as(name: str) -> Callable[[Class], Class]:
    """Declare that a class of one's own computes what a class of Keras does, so that its rules hold.

    Raises ValueError for a name that no rules are written for.

    >>> @same_as("GRU")
    ... class MyGRU: pass
    >>> class_name(MyGRU())
    'GRU'
    """
    if name not in RULES:
        raise ValueError(f"There are no rules for a layer called “{name}”. There are: {', '.join(sorted(RULES))}.")

    def declare(own: Class) -> Class:
        _SAME[own] = name
        return own

    return declare


def class_name(layer: Any) -> str:
    """The class of Keras that a layer or operation is of, "Model" for a model with a graph, "" for one of somebody's own.

    >>> class GRU: pass
    >>> class_name(GRU())
    ''
    """
    own = type(layer)
    if own in _SAME:
        return _SAME[own]
    if getattr(layer, "outputs", None) and _is_of_keras(getattr(own, "call", None)):
        return "Model"
    return own.__name__ if _is_of_keras(own) else ""


def _is_of_keras(own: Any) -> bool:
    return getattr(own, "__module__", "").partition(".")[0] == "keras"


def rules_for(layer: Any) -> LayerRules:
    """The rules of a layer's very class; `NOT_KNOWN` where there are none."""
    return RULES.get(class_name(layer), NOT_KNOWN)
