"""What stands beside the gradient through time and the norms of the layers' gradients: sentences made from their numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from explorer.tensors.text import count
from explorer.training.narration import short

# From so many times on, one layer's gradient is said to be larger than another's, or than before.
CLEARLY = 2.0


def title(kind: str, units: int) -> str:
    """What a net is called after its cell: "GRU(32)"."""
    return f"{kind}({units})"


def about(answers: int, at: int | None, masked: bool, windows: int = 1) -> str:
    """Which loss the gradient is of. answers: how many timesteps have one, 0 where there is one output per sequence. at: the
    chosen timestep, from 1; None: the last one. masked: whether sequences end at different timesteps. windows: that the
    layer reads one by one.

    >>> about(20, None, masked=False)
    'How much the loss at timestep 20 reacts to each timestep of the input, and to the state after it.'
    >>> about(0, None, masked=False)
    'How much the loss reacts to each timestep of the input, and to the state after it.'
    """
    loss = f"the loss at timestep {at or answers}" if answers else "the loss"
    if answers and at is None and masked:
        loss = "the loss at the last timestep of each sequence"
    told = f"How much {loss} reacts to each timestep of the input, and to the state after it."
    return told if windows == 1 else f"{told} The {windows} windows that the layer reads stand end to end."


def measure(what: str, kind: str, answers: int, at: int | None, to: int | None) -> str:
    """What a bar is, as a formula. what: "inputs" or "state". to: the timestep beside which the others are told.

    >>> measure("inputs", "GRU", 20, None, 20)
    '|dLoss(20) / dx(t)|, relative to t = 20'
    >>> measure("state", "LSTM", 0, None, None)
    '|dLoss / d(h(t), c(t))|, relative to the largest'
    """
    loss = f"dLoss({at or answers})" if answers else "dLoss"
    by = "dx(t)" if what == "inputs" else "d(h(t), c(t))" if kind == "LSTM" else "dh(t)"
    return f"|{loss} / {by}|, relative to {'the largest' if to is None else f't = {to}'}"


def taken(samples: int, of: int) -> str:
    """Of how many sequences the mean is.

    >>> taken(256, 256), taken(81, 256)
    ('mean of 256 validation sequences', 'mean of 81 of 256 validation sequences')
    """
    if samples == of:
        return f"mean of {count(of, 'validation sequences')}"
    return f"mean of {samples} of {count(of, 'validation sequences')}"


def foot(kinds: Sequence[str], epoch: int) -> str:
    """What holds for all nets that are drawn side by side.

    >>> foot(["GRU"], 8)
    'After 8 epochs.'
    """
    trained = f"fter {count(epoch, 'epochs')}" if epoch else "ith untrained weights"
    if len(kinds) < 2:
        return f"{'A' if epoch else 'W'}{trained}."
    number = {2: "Both", 3: "All three"}.get(len(kinds), "All")
    begin = f"{number} nets {'a' if epoch else 'w'}{trained}, with the same data, batches and learning rate."
    gated = [kind for kind in kinds if kind != "SimpleRNN"]
    if "SimpleRNN" in kinds and gated:
        begin += (
            " Gates let the state be kept from timestep to timestep; a SimpleRNN multiplies it by the same matrix at every "
            "timestep."
        )
    return begin


def norms_told(epochs: Sequence[int], layers: Mapping[str, Sequence[float]]) -> str:
    """What is seen in the norms of the layers' gradients, the numbers of each by the epoch at which they end.

    >>> norms_told([5, 60], {"memory": [0.1, 0.02], "answer": [0.08, 0.01]})
    'The gradient of “memory” fell from 0.1 to 0.02. The largest is now that of “memory”, 2 times that of “answer”.'
    >>> norms_told([5], {"memory": [float("nan")]})
    'The gradient of “memory” is not known at epoch 5: it is no finite number, or too small beside those before.'
    """
    if not epochs or not layers:
        return "No epoch is trained yet, so that there is no gradient yet."
    for name, numbers in layers.items():
        if not math.isfinite(numbers[-1]):
            why = "it is no finite number, or too small beside those before"
            return f"The gradient of “{name}” is not known at epoch {epochs[-1]}: {why}."
    now = {name: numbers[-1] for name, numbers in layers.items()}
    first = {name: next(number for number in numbers if math.isfinite(number)) for name, numbers in layers.items()}
    largest, smallest = max(now, key=lambda name: now[name]), min(now, key=lambda name: now[name])
    before, after = first[largest], now[largest]
    told = []
    if len(epochs) > 1:
        moved = "fell" if before >= CLEARLY * after else "grew" if after >= CLEARLY * before else ""
        if moved:
            told.append(f"The gradient of “{largest}” {moved} from {short(before)} to {short(after)}.")
        else:
            told.append(f"The gradient of “{largest}” was {short(before)} at first and is {short(after)} now.")
    else:
        told.append(f"The gradient of “{largest}” is {short(after)}.")
    if largest != smallest:
        if now[smallest] == 0:
            told.append(f"That of “{smallest}” is 0: nothing reaches it.")
        elif after >= CLEARLY * now[smallest]:
            times = f"{after / now[smallest]:.2g}" if after < 10 * now[smallest] else short(round(after / now[smallest]))
            told.append(f"The largest is now that of “{largest}”, {times} times that of “{smallest}”.")
    return " ".join(told)
