"""The numbers, shapes and names of a message: as values for conditions, and as words for sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from explorer.errors.conditions import Value
from explorer.layers.base import RULES
from explorer.layers.reading import numbered
from explorer.shapes.axes import BY_RANK
from explorer.shapes.in_words import SEQUENCE_AXES, in_words, needed_axes
from explorer.tensors.tensor import Axes, Shape
from explorer.tensors.text import count

MOST_AXES = 8
# What stands at the end of these shapes is what the model returns.
_OF_OUTPUTS = ("output", "target")
_MODELS = ("sequential", "model", "functional")
_FILLED = re.compile(r"\{(\w+)(?::([\w ]+))?\}")


@dataclass(frozen=True)
class Facts:
    """values: for conditions, of a shape also its rank, sizes and axes. words: what a sentence says for each.

    shapes: with the names of their axes. numbers: all others that are numbers.
    """

    values: Mapping[str, Value]
    words: Mapping[str, str]
    shapes: Mapping[str, tuple[Shape, Axes]]
    numbers: Mapping[str, int]

    def filled(self, sentence: str) -> str | None:
        """A sentence with its gaps filled, `{found}` by the number, `{found:axes}` by the number with its noun; None
        where the message does not say one of them.
        """
        missing = False

        def word(gap: re.Match[str]) -> str:
            nonlocal missing
            if gap[2] and gap[1] in self.numbers:
                return counted_axes(self.numbers[gap[1]]) if gap[2] == "axes" else count(self.numbers[gap[1]], gap[2])
            missing = missing or gap[1] not in self.words
            return self.words.get(gap[1], "")

        text = _FILLED.sub(word, sentence)
        return None if missing else text


def read(found: Mapping[str, tuple[str, str]]) -> Facts:
    """The facts of a message. found: what stands in its parts: (the type of the part, the text), by name."""
    values: dict[str, Value] = {}
    words: dict[str, str] = {"Layer": "A layer", "layer": "a layer"}
    numbers: dict[str, int] = {}
    read_shapes = {name: shape for name, (kind, text) in found.items() if kind in ("shape", "part")
                   if (shape := shape_of(text)) is not None}  # fmt: skip
    parts = [name for name in read_shapes if found[name][0] == "part"]
    if parts and not any(read_shapes[name][:1] == (None,) for name in parts):
        read_shapes.update({name: (None, *read_shapes[name]) for name in parts})
    for name, (kind, text) in found.items():
        if kind == "number" or (kind == "size" and text.isdigit()):
            values[name] = numbers[name] = int(text)
            words[name] = f"{int(text):,}"
        elif kind in ("word", "keys"):
            told = text.strip(" .,:;{}<>")
            values[name], words[name] = told, f"`{told}`"
    layer = str(values.get("layer") or "")
    kind = kind_of(layer)
    values["kind"], values["family"] = kind, RULES[kind].family if kind in RULES else ""
    if layer and layer != "None":
        is_model, is_input = layer.lower().startswith(_MODELS), "input" in layer.lower()
        what = "Input" if is_input else "model" if is_model else "layer"
        words["Layer"], words["layer"] = f"The {what} `{layer}`", f"the {what} `{layer}`"
    shapes = {name: (shape, axes_of(shape, kind, name in _OF_OUTPUTS)) for name, shape in read_shapes.items()}
    for name, (shape, axes) in shapes.items():
        words[name] = shape_with_batch(shape, axes)
        words[f"{name}_plain"] = str(shape)
        values[f"{name}.rank"] = len(shape)
        values.update({f"{name}.{place}": size for place, size in enumerate(shape)})
        values[f"{name}.last"] = shape[-1] if shape else None
        numbers[f"{name}_rank"] = len(shape)
        words[f"{name}_rank"] = str(len(shape))
        if len(shape) > 1 and shape[-1] is not None:
            numbers[f"{name}_last"] = shape[-1]
            words[f"{name}_last"] = f"{shape[-1]:,}"
    if "output" in read_shapes and "target" in read_shapes:
        output, target = read_shapes["output"], read_shapes["target"]
        plain = target[:-1] if len(target) == len(output) and target[-1:] == (1,) else target
        values["labels"] = "yes" if len(output) > 1 and plain[1:] == output[1:-1] and (output[-1] or 0) > 1 else "no"
    expected = numbers.get("expected")
    if expected and "found" not in found and "shape" in read_shapes:
        values["found"] = numbers["found"] = len(read_shapes["shape"])
        words["found"] = f"{numbers['found']}"
    if expected and (needed := _needed(expected, kind)):
        words["needs"] = f"({', '.join(needed)})"
    return Facts(values, words, shapes, numbers)


def counted_axes(many: int) -> str:
    """How many axes there are.

    >>> counted_axes(1), counted_axes(3)
    ('1 axis', '3 axes')
    """
    return "1 axis" if many == 1 else f"{many} axes"


def shape_of(text: str) -> Shape | None:
    """A shape as Keras, TensorFlow and NumPy write it; None for anything else.

    >>> shape_of("(None, 20, 5)"), shape_of("[?,5]"), shape_of("(1,)"), shape_of("(batch, x)")
    ((None, 20, 5), (None, 5), (1,), None)
    """
    # Somebody may have parted thousands.
    parts = [part for each in text.strip("()[] ").split(",") if (part := each.replace(" ", ""))]
    sizes = [int(part) if part.isascii() and part.isdigit() and len(part) < 10 else None for part in parts]
    unknown = all(part.lower() in ("none", "?", "-1") for part, size in zip(parts, sizes, strict=True) if size is None)
    return tuple(sizes) if unknown and len(sizes) <= MOST_AXES else None


def shape_with_batch(shape: Shape, axes: Axes) -> str:
    """A shape in words, with the number of samples where the message says it.

    >>> shape_with_batch((32, 10), ("batch", "outputs"))
    '(batch 32, outputs 10)'
    """
    told = in_words(shape, axes)
    known = shape and shape[0] is not None and axes[:1] == ("batch",)
    return told.replace("(batch", f"(batch {shape[0]:,}", 1) if known else told


def kind_of(layer: str) -> str:
    """The class that a layer of this name has where Keras named it; "" where it did not.

    >>> kind_of("lstm_1"), kind_of("bidirectional"), kind_of("conv1d_12_input"), kind_of("encoder"), kind_of("LSTM")
    ('LSTM', 'Bidirectional', 'Conv1D', '', 'LSTM')
    """
    name = re.sub(r"_\d{1,6}$", "", layer.split("/")[-1].removesuffix("_input").lower())
    return _NAMES.get(re.sub(r"_\d{1,6}$", "", name.removesuffix("_input")), "")


def _named(kind: str) -> str:
    """How Keras names a layer of a class."""
    parted = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub("([a-z])([A-Z])", r"\1_\2", parted).lower()


_NAMES = {_named(kind): kind for kind in RULES} | {kind.lower(): kind for kind in RULES}


def axes_of(shape: Shape, kind: str, of_outputs: bool) -> Axes:
    """What the axes of a shape mean: as a layer of this class reads them, else as data of sequences have them.

    of_outputs: whether it is what the model returns, or its target.

    >>> axes_of((None, 20, 5), "LSTM", False), axes_of((None, 4, 10, 5), "LSTM", False)
    (('batch', 'timesteps', 'features'), ('batch', 'axis 1', 'axis 2', 'axis 3'))
    """
    rank = len(shape)
    found = BY_RANK.get(rank) or (SEQUENCE_AXES if rank == len(SEQUENCE_AXES) else numbered(rank))
    if not of_outputs and len(needed_axes(kind)) == rank > len(SEQUENCE_AXES):
        found = needed_axes(kind)
    return (*found[:-1], "outputs") if of_outputs and found[-1:] == ("features",) else found


def _needed(rank: int, kind: str) -> Axes | None:
    """The axes that a layer needs that asks for so many."""
    if kind == "TimeDistributed" and rank > len(SEQUENCE_AXES):
        # What stands behind the timesteps is read by the layer within.
        return None
    for each in (kind, "LSTM", "Conv2D", "Conv3D"):
        if len(needed_axes(each)) == rank:
            return needed_axes(each)
    return BY_RANK.get(rank)
