"""What stands at masked timesteps, told from the numbers themselves."""

from __future__ import annotations

import numpy as np

from explorer.tensors.text import ranges, ranges_text


def masked_words(states: np.ndarray, counts: np.ndarray, from_end: bool = False) -> str:
    """What masked timesteps hold, as the second half of a sentence; empty where none is masked.

    states: (timesteps, units). counts: (timesteps,), true where a timestep counts. from_end: whether it was read from the
    last timestep to the first, so that what is held stands after it.

    >>> held = np.array([[0.0, 0.0], [0.5, 0.1], [0.5, 0.1], [0.5, 0.1]])
    >>> masked_words(held, np.array([False, True, False, False]))
    '1 holds zeros, 3 to 4 hold the state of timestep 2 again'
    """
    kinds: dict[str, list[int]] = {}
    last = None
    for place in reversed(range(len(states))) if from_end else range(len(states)):
        if counts[place]:
            last = place
            continue
        kind = "numbers of their own"
        if not states[place].any():
            kind = "zeros"
        elif last is not None and np.array_equal(states[place], states[last]):
            kind = f"the state of timestep {last + 1} again"
        kinds.setdefault(kind, []).append(place + 1)
    return ", ".join(
        f"{ranges_text(ranges(sorted(places)))} {'hold' if len(places) > 1 else 'holds'} {kind}"
        for kind, places in kinds.items()
    )
