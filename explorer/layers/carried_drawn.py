"""What is drawn of a recurrent layer that carries its state from batch to batch."""

from __future__ import annotations

import numpy as np

from explorer import drawings
from explorer.drawings import Drawing
from explorer.layers.drawn import MOST_STEPS, LayerView, grid


def carried(view: LayerView) -> Drawing | None:
    """The state of a layer with stateful=True over all pieces of a long sequence; None where those are not known."""
    pieces = len(view.consecutive)
    if not pieces or view.mask is not None or view.layer.go_backwards or len(view.received) > 1:
        return None
    sequence = np.concatenate(view.consecutive, axis=1)
    through, anew = (
        view.remembered(view.layer, each, None) for each in (sequence, np.concatenate(view.consecutive, axis=0))
    )
    if through is None or anew is None:
        return None
    length = sequence.shape[1] // pieces
    # Some timesteps of each piece: the first and the last are among them.
    places = np.linspace(0, length - 1, min(length, max(2, MOST_STEPS // pieces))).round().astype(int)
    states, alone = (
        each.hidden.reshape(pieces, length, -1)[:, places].reshape(pieces * len(places), -1) for each in (through, anew)
    )
    says = (
        f"The hidden state is carried from batch to batch: each of the {pieces} pieces of a long sequence begins with the "
        "state that the piece before ended with. It is reset to zero where another long sequence begins."
    )
    lines = [tuple(np.round(each.astype(np.float64).mean(axis=1), 4).tolist()) for each in (states, alone)]
    return drawings.CarriedDrawing(
        pieces=pieces,
        here=view.here,
        steps=len(places),
        through=grid(states),
        line=lines[0],
        anew=lines[1],
        says=says,
    )
