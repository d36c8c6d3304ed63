"""Real numbers that show what one layer does, small enough to draw: a hidden state that starts anew beside one that runs
through, both directions before they are merged, the timesteps that a mask leaves out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import keras
import numpy as np
from msgspec.structs import replace

from explorer import drawings
from explorer.drawings import Drawing
from explorer.layers.base import rules_for
from explorer.layers.drawn import LayerView
from explorer.layers.reading import given_masks
from explorer.models.activations import remembered
from explorer.shapes.graph import calls


def draw(
    model: keras.Model,
    tensors: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray | None],
    explained: Collection[str] | None = None,
) -> dict[str, Drawing]:
    """For each layer that has something to show, by its name, what its drawing shows.

    tensors, masks: what every source and layer gave for one sequence, (1, ...), and its mask, (1, timesteps), or None
    (`explorer.models.activations.outputs`). A grid has a row for each of at most 6 units and a column for each of at most
    48 steps. explained: the layers that may be drawn, because rules cover their calls; all unless given.

    >>> sequence = keras.Input((2, 1), name="sequence")
    >>> kept = keras.layers.RepeatVector(3, name="repeated")(keras.layers.Flatten(name="flat")(sequence))
    >>> numbers = {"sequence": np.zeros((1, 2, 1)), "flat": np.array([[1.0, 2.0]]), "repeated": np.ones((1, 3, 2))}
    >>> draw(keras.Model(sequence, kept), numbers, {})["repeated"].received
    ((1.0,), (2.0,))
    """
    found: dict[str, Drawing] = {}
    for call in calls(model):
        received = [tensors[name] for name in call.reads]
        # No drawing tells of a state or of a mask that is handed over.
        if (
            not received
            or given_masks(call.node)
            or any(origin.output for origin in call.origins)
            or (explained is not None and call.name not in explained)
        ):
            continue
        view = LayerView(call.layer, received, tensors[call.name], masks.get(call.reads[0]), remembered)
        shown = rules_for(call.layer).view(view)
        if isinstance(shown, drawings.ConcatDrawing):
            named = zip(call.reads, shown.parts, strict=True)
            shown = replace(shown, parts=tuple(drawings.Part(name, part.size) for name, part in named))
        if shown is not None:
            found[call.name] = shown
    return found
