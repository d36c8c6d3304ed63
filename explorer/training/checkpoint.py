"""The state of a run between two chunks, as bytes: every variable of the model and its optimizer, and the epoch.

A chunk is a tenth of a second, so packing must cost nearly nothing: the numbers stand one after the other as they are
in memory (little-endian), behind a mark and the epoch. Nothing in it can be executed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

_HEAD = struct.Struct("<4sq")
_MARK = b"seq1"


def pack(values: Sequence[np.ndarray], epoch: int) -> bytes:
    """The state after `epoch` epochs, with the values of all variables in their order."""
    return b"".join([_HEAD.pack(_MARK, epoch), *(_little(value).tobytes() for value in values)])


def unpack(state: bytes, like: Sequence[np.ndarray], whole: bool = True) -> tuple[list[np.ndarray], int]:
    """The values and the epoch of a packed state; `like` gives each value's shape and type. whole: whether it gives those of
    all values; else of the first ones, as the weights are.

    Raises ValueError for a state that was not packed for such variables.
    """
    epoch, place, values = epoch_of(state), _HEAD.size, []
    for each in like:
        kind = each.dtype.newbyteorder("<")
        end = place + each.size * kind.itemsize
        if end > len(state):
            break
        values.append(np.frombuffer(state[place:end], kind).reshape(each.shape).astype(each.dtype, copy=False))
        place = end
    if len(values) != len(like) or (whole and place != len(state)):
        wanted = _HEAD.size + sum(each.nbytes for each in like)
        raise ValueError(f"The stored state belongs to another model: it has {len(state):,} bytes, not {wanted:,}.")
    return values, epoch


def epoch_of(state: bytes) -> int:
    """How many epochs lie behind a packed state. Raises ValueError for bytes that are none."""
    if len(state) < _HEAD.size or not state.startswith(_MARK):
        raise ValueError("The stored state cannot be read: it was not written by this program.")
    return int(_HEAD.unpack_from(state)[1])


def _little(value: np.ndarray) -> np.ndarray:
    return np.asarray(value, value.dtype.newbyteorder("<"))
