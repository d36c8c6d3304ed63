"""Phrases that the rules of several families share: how many timesteps, which activation, sums of terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.description import TimeFlow
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED, Tensor, known
from explorer.tensors.text import MOST_IN_A_ROW, count, noun, one_of

ACTIVATIONS = {"sigmoid": "σ", "linear": ""}


def steps(tensor: Tensor, axis: int = 1) -> str:
    """How many there are along an axis, such as "20 timesteps".

    >>> steps(Tensor((None, 20, 5), ("batch", "timesteps", "features")))
    '20 timesteps'
    """
    return count(tensor.shape[axis], tensor.axes[axis])


def all_steps(tensor: Tensor, axis: int = 1) -> str:
    """All of them: "all 20 timesteps", "the one timestep", "all timesteps".

    >>> all_steps(Tensor((None, 1, 5), ("batch", "timesteps", "features")))
    'the one timestep'
    """
    size, name = tensor.shape[axis], tensor.axes[axis]
    if size == 1 and not name.startswith("axis "):
        return f"the one {one_of(noun(name))}"
    return f"all {count(size, name)}" if not name.startswith("axis ") else f"all positions of {name}"


def step(tensor: Tensor, axis: int = 1) -> str:
    """One of what is counted along an axis: "timestep", or "position" where the axis has no name."""
    name = tensor.axes[axis] if len(tensor.axes) > axis else "axis"
    return "position" if name.startswith("axis") else one_of(name)


def letter_of(tensor: Tensor, axis: int = 1) -> str:
    """The letter that counts along an axis in an equation: t is a timestep, and never anything else.

    >>> letter_of(Tensor((None, 20, 5), ("batch", "timesteps", "features")))
    't'
    """
    return {"timesteps": "t", "windows": "w"}.get(tensor.axes[axis], "i")


def last_of(tensor: Tensor, axis: int = 1) -> str:
    """The last position along an axis, as an equation writes it: its symbol, or its number, or n where neither is known.

    >>> last_of(Tensor((None, 20, 5), ("batch", "units", "features")))
    '20'
    """
    size, number = tensor.sizes[axis], tensor.shape[axis]
    return str(size) if size is not None else "n" if number is None else f"{number}"


def bracketed(term: str) -> str:
    """A term as it is divided by or multiplied with.

    >>> bracketed("T"), bracketed("T − 2")
    ('T', '(T − 2)')
    """
    return f"({term})" if " " in term else term


def same_at_every_step(tensor: Tensor) -> TimeFlow:
    """How what treats every position alone moves along time: nothing is known of it where axes have no names."""
    if any(axis in ORDERED for axis in tensor.axes):
        return "each"
    # Nor of what attention left behind: how much each timestep attends to each.
    return "unknown" if any(axis.startswith(("axis ", "attended ")) for axis in tensor.axes) else "none"


def activated(activation: Any, inner: str) -> str | None:
    """What an activation of Keras makes of a term; None for a function of somebody's own, which may do anything."""
    if not _is_of_keras(activation):
        return None
    name = ACTIVATIONS.get(activation.__name__, activation.__name__)
    return f"{name}({inner})" if name else inner


def is_elementwise(activation: Any) -> bool:
    """Whether an activation is known to treat every number alone: softmax and its kind do not."""
    return _is_of_keras(activation) and activation.__name__ not in ("softmax", "log_softmax", "sparsemax", "glu")


def _is_of_keras(activation: Any) -> bool:
    # A layer that is given as an activation has no name of this kind.
    module = getattr(activation, "__module__", "").split(".")
    return module[0] == "keras" and "activations" in module and hasattr(activation, "__name__")


def added(*parts: str) -> str:
    return " + ".join(filter(None, parts))


def slid(length: Size | None, window: int, stride: int, padding: str, dilation: int = 1) -> Size | None:
    """How many positions a window takes along an axis (https://keras.io/api/layers/convolution_layers/)."""
    if length is None:
        return None
    if padding == "valid":
        return (length - (window - 1) * dilation - 1) // stride + 1
    return (length - 1) // stride + 1


def bias(layer: Any) -> list[int | Size]:
    """The addend of a bias in a count of parameters."""
    return [1] if layer.use_bias else []


def joined_sizes(sizes: Sequence[int | None]) -> str:
    if len(sizes) > 2 * MOST_IN_A_ROW:
        return "all" if None in sizes else f"together {sum(known(sizes)):,}"
    return " + ".join("unknown" if size is None else f"{size:,}" for size in sizes)
