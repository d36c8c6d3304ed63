"""Real numbers that show what one layer does, small enough to draw: a hidden state that starts anew beside one that runs
through, both directions before they are merged, the timesteps that a mask leaves out.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import keras
import numpy as np
from msgspec.structs import replace

from explorer import drawings
from explorer.drawings import Drawing
from explorer.keras_internals import mask_of, set_mask
from explorer.layers.base import rules_for
from explorer.layers.drawn import Attending, LayerView
from explorer.layers.reading import given_masks
from explorer.models import attention
from explorer.models.numpy_recurrence import remembered
from explorer.shapes.graph import Call, calls
from explorer.tensors.grid import tensor_name

FAILED = (
    "What happens inside this layer cannot be drawn for this call, and is not known here. Its shapes and its numbers are "
    "there all the same."
)
_log = logging.getLogger(__name__)


def draw(
    model: keras.Model,
    tensors: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray | None],
    received: Mapping[str, Sequence[np.ndarray | None]] | None = None,
    explained: Collection[str] | None = None,
    pieces: Sequence[Mapping[str, np.ndarray]] = (),
) -> dict[str, Drawing]:
    """For each layer that has something to show, by its name, what its drawing shows.

    tensors, masks, received: what flows through the model for one sequence (`explorer.models.activations.outputs`); where it
    is not told which masks a call received, they are those that its tensors were made with. A grid has a row for each of at
    most 6 units and a column for each of at most 48 steps. explained: the layers that may be drawn, because rules cover
    their calls; all unless given. One whose drawing fails has a sentence in its place. pieces: the tensors of every piece of
    the long sequence of which this is one (`explorer.models.carried`).

    >>> sequence = keras.Input((2, 1), name="sequence")
    >>> kept = keras.layers.RepeatVector(3, name="repeated")(keras.layers.Flatten(name="flat")(sequence))
    >>> numbers = {"sequence": np.zeros((1, 2, 1)), "flat": np.array([[1.0, 2.0]]), "repeated": np.ones((1, 3, 2))}
    >>> draw(keras.Model(sequence, kept), numbers, {})["repeated"].received
    ((1.0,), (2.0,))
    """
    found: dict[str, Drawing] = {}
    for call in calls(model):
        names = [tensor_name(origin.name, origin.output) for origin in call.origins]
        came = (received or {}).get(call.name) or [masks.get(name) for name in names]
        if not names or (explained is not None and call.name not in explained):
            continue
        # No other drawing tells of a state or of a mask that is handed over.
        handed = given_masks(call.node) or any(origin.output for origin in call.origins)
        if handed and not attention.is_attention(call.layer):
            continue
        view = LayerView(
            call.layer,
            [tensors[name] for name in dict.fromkeys(names)],
            tensors[call.name],
            came[0],
            remembered,
            partial(_attending, call, [(tensors[name], masks.get(name)) for name in names], came, tensors[call.name]),
            [piece[names[0]] for piece in pieces],
            next((number for number, piece in enumerate(pieces) if piece is tensors), 0),
        )
        try:
            shown = rules_for(call.layer).view(view)
        except Exception:
            # The numbers of the whole chain are there: they are not lost with one drawing.
            _log.exception("No drawing of %s", call.name)
            shown = drawings.FailedDrawing(says=FAILED)
        if isinstance(shown, drawings.ConcatDrawing):
            named = zip(call.reads, shown.parts, strict=True)
            shown = replace(shown, parts=tuple(drawings.Part(name, part.size) for name, part in named))
        if shown is not None:
            found[call.name] = shown
    return found


def _attending(
    call: Call,
    arrays: Sequence[tuple[np.ndarray, np.ndarray | None]],
    masks: Sequence[np.ndarray | None],
    returned: np.ndarray,
) -> Attending | None:
    """How a call of attention divides it. arrays: what it takes, each with the mask that it was made with; masks: those
    that travel with them still."""
    given = {}
    for symbol, (array, made), mask in zip(call.inputs, arrays, masks, strict=True):
        if id(symbol) in given:
            continue
        given[id(symbol)] = tensor = keras.ops.convert_to_tensor(array, symbol.dtype)
        if mask is not None:
            set_mask(tensor, keras.ops.convert_to_tensor(mask))
        if made is not None and mask_of(symbol) is not None:
            given[id(mask_of(symbol))] = keras.ops.convert_to_tensor(made)
    args, kwargs = call.node.arguments.fill_in(given)
    return attention.attending(call.layer, args, kwargs, returned)
