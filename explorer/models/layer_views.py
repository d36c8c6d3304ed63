"""Real numbers that show what one layer does, small enough to draw: a memory that starts anew beside one that runs through,
both directions before they are merged, the steps that a mask leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from msgspec.structs import replace

from explorer import drawings
from explorer.drawings import Drawing, Grid
from explorer.models.activations import STEPS, remembered
from explorer.shapes.graph import calls
from explorer.shapes.sentences import MERGES, POOLS
from explorer.tensors.tensor import kind
from explorer.tensors.text import count

MOST_ROWS = 6
MOST_STEPS = 48
MOST_LOOKED_AT = 24

Arrays = Sequence[np.ndarray]
Mask = np.ndarray | None
Look = Drawing | None


def looks(model: keras.Model, tensors: Mapping[str, np.ndarray], masks: Mapping[str, Mask]) -> dict[str, Drawing]:
    """For each layer that has something to show, by its name, what its drawing shows.

    tensors, masks: what every source and layer gave for one sequence, (1, ...), and its mask, (1, timesteps), or None
    (`explorer.models.activations.outputs`). A grid has a row for each of at most 6 units and a column for each of at most
    48 steps.

    >>> sequence = keras.Input((2, 1), name="sequence")
    >>> kept = keras.layers.RepeatVector(3, name="repeated")(keras.layers.Flatten(name="flat")(sequence))
    >>> numbers = {"sequence": np.zeros((1, 2, 1)), "flat": np.array([[1.0, 2.0]]), "repeated": np.ones((1, 3, 2))}
    >>> looks(keras.Model(sequence, kept), numbers, {})["repeated"].received
    ((1.0,), (2.0,))
    """
    found: dict[str, Drawing] = {}
    for call in calls(model):
        received = [tensors[name] for name in call.reads]
        look = LOOKS.get(kind(call.layer, LOOKS))
        if look is not None and received:
            shown = look(call.layer, received, tensors[call.name], masks.get(call.reads[0]))
            if isinstance(shown, drawings.ConcatLook):
                named = zip(call.reads, shown.parts, strict=True)
                shown = replace(shown, parts=tuple(drawings.Part(name, part.size) for name, part in named))
            if shown is not None:
                found[call.name] = shown
    return found


def grid(tensor: np.ndarray) -> Grid:
    """(steps, units) as rows of units."""
    return _rows(np.asarray(tensor, np.float64)[:MOST_STEPS, :MOST_ROWS].T)


def column(vector: np.ndarray) -> Grid:
    """(units,) as one column."""
    return _rows(np.asarray(vector, np.float64)[:MOST_ROWS, None])


def _rows(numbers: np.ndarray) -> Grid:
    return tuple(map(tuple, np.round(numbers, 4).tolist()))


def _counts(mask: Mask) -> tuple[int, ...] | None:
    return None if mask is None else tuple(np.asarray(mask)[0].astype(int)[:MOST_STEPS].tolist())


def _memory(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    memories = remembered(layer, received[0], mask)
    if memories is None or len(received) > 1:
        return None
    last = not layer.return_sequences
    handed = "only the last memory is handed on" if last else "every step's memory is handed on"
    skips = "; at a masked step it stays as it was" if mask is not None and not np.asarray(mask).all() else ""
    says = f"The memory starts from zero and is changed a little at every step{skips}; {handed}."
    return drawings.MemoryLook(grid=grid(memories[0]), last=last, counts=_counts(mask), says=says)


def _time_distributed(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    held, sequence = layer.layer, received[0]
    if type(held) not in STEPS or sequence.ndim != 4:
        return _copies(layer, received, returned, mask)
    windows, steps = sequence.shape[1:3]
    anew = remembered(held, sequence[0], None)
    through = remembered(held, sequence.reshape(1, windows * steps, -1), None)
    if anew is None or through is None:
        return None
    name = type(held).__name__
    says = (
        f"Above, {name} starts from zero in each of the {windows} windows. Below, the same weights run through all "
        f"{windows * steps} steps as a plain {name} would: the first window is the same, and then the memory goes on."
    )
    # Whole windows, and of long ones some steps, so that no cut is drawn that the layer does not make.
    places = np.linspace(0, steps - 1, min(steps, MOST_STEPS // 2)).round().astype(int)
    kept = min(windows, MOST_STEPS // len(places))
    shown = [
        grid(each.reshape(windows, steps, -1)[:kept, places].reshape(kept * len(places), -1)) for each in (anew, through[0])
    ]
    return drawings.WindowsLook(windows=kept, steps=len(places), anew=shown[0], through=shown[1], says=says)


def _copies(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    if received[0].ndim != 3 or returned.ndim != 3:
        return None
    held = type(getattr(layer, "layer", layer)).__name__
    steps = received[0].shape[1]
    says = f"{steps} copies of one {held} share one set of weights; each sees its own step, and none sees another."
    return drawings.CopiesLook(steps=steps, received=grid(received[0][0]), returned=grid(returned[0]), says=says)


def _both(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    ahead, back = (remembered(each, received[0], mask) for each in (layer.forward_layer, layer.backward_layer))
    if ahead is None or back is None or layer.merge_mode is None or returned.ndim < 2:
        return None
    # The backward half is written in the order in which it reads; here it stands under the steps that it has read.
    forward, backward = ahead[0], back[0][::-1]
    last = not layer.return_sequences
    half = MOST_ROWS // 2
    if layer.merge_mode == "concat":
        units = forward.shape[-1]
        picked = [*range(min(half, units)), *range(units, units + min(half, units))]
        merged = (returned[0] if returned.ndim == 3 else returned)[..., picked]
    else:
        merged = returned[0] if returned.ndim == 3 else returned
    _, reason = MERGES[layer.merge_mode]
    where = "the forward half at the last step, the backward half at the first" if last else "at every step"
    says = f"One memory reads from the first step to the last, one from the last to the first; {reason}, {where}."
    rows = slice(None, half if layer.merge_mode == "concat" else MOST_ROWS)
    return drawings.BothLook(
        merge_mode=layer.merge_mode,
        forward=grid(forward)[rows],
        backward=grid(backward)[rows],
        merged=grid(merged),
        last=last,
        says=says,
    )


def _mask(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    counts = np.any(received[0][0] != layer.mask_value, axis=-1).astype(int)[:MOST_STEPS].tolist()
    says = f"{sum(counts)} of the {len(counts)} steps count; the others hold nothing but {layer.mask_value:g}."
    return drawings.MaskLook(counts=tuple(counts), value=float(layer.mask_value), says=says)


def _pool(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    if received[0].ndim != 3:
        return None
    verb = POOLS[kind(layer, POOLS)]
    heard = mask if layer.supports_masking and verb == "averages" else None
    steps = received[0].shape[1] if heard is None else int(np.asarray(heard).sum())
    left = "" if heard is None or np.asarray(heard).all() else "; the masked ones are left out"
    says = f"Each unit for itself: {verb} over {count(steps, 'steps')}{left}."
    before, after = grid(received[0][0]), column(returned.reshape(-1))
    return drawings.PoolLook(verb=verb, received=before, returned=after, counts=_counts(heard), says=says)


def _repeat(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    says = f"The one vector that comes in is handed to all {returned.shape[1]} steps, the same to each."
    return drawings.RepeatLook(received=column(received[0][0]), returned=grid(returned[0]), says=says)


def _concatenate(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    if layer.axis not in (-1, returned.ndim - 1):
        return None
    sizes = [tensor.shape[-1] for tensor in received]
    says = f"{' + '.join(map(str, sizes))} numbers stand side by side and make {sum(sizes)}; none is changed."
    return drawings.ConcatLook(parts=tuple(drawings.Part("", size) for size in sizes), axis="units", says=says)


def _convolution(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    (window,), (apart,) = layer.kernel_size, layer.dilation_rate
    reach, steps = (window - 1) * apart + 1, received[0].shape[1]
    spread = f", {apart} apart" if apart > 1 else ""
    says = f"Each answer sees {count(window, 'steps')}{spread} ({layer.padding} padding), with the same filters everywhere."
    return drawings.WindowLook(reach=reach, window=window, apart=apart, steps=steps, padding=layer.padding, says=says)


def _attention(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    query = keras.ops.convert_to_tensor(received[0])
    value = keras.ops.convert_to_tensor(received[-1])
    if query.ndim != 3 or mask is not None:
        return None
    _, shares = layer(query, value, return_attention_scores=True)
    shares = np.asarray(shares)[0].mean(axis=0)[:MOST_LOOKED_AT, :MOST_LOOKED_AT]
    says = (
        "A row for each step: how it divides its look among all steps, on average over the heads; a whole row adds up to 1."
    )
    return drawings.AttentionLook(weights=_rows(shares.astype(np.float64)), says=says)


def _dense(layer: Any, received: Arrays, returned: np.ndarray, mask: Mask) -> Look:
    return _copies(layer, received, returned, mask) if received[0].ndim == 3 else None


LOOKS: dict[str, Callable[[Any, Arrays, np.ndarray, Mask], Look]] = {
    **dict.fromkeys(("GRU", "LSTM", "SimpleRNN"), _memory),
    "TimeDistributed": _time_distributed,
    "Bidirectional": _both,
    "Masking": _mask,
    **dict.fromkeys(POOLS, _pool),
    "RepeatVector": _repeat,
    "Concatenate": _concatenate,
    "Conv1D": _convolution,
    "MultiHeadAttention": _attention,
    "Dense": _dense,
}
