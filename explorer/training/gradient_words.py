"""What stands beside the gradient through time and the norms of the layers' gradients: sentences made from their numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from explorer.tensors.text import count
from explorer.training.narration import short

# From so many times on, one layer's gradient is said to be larger than another's, or than before.
CLEARLY = 2.0
UNIT_OF_NORMS = "norm of the gradient, by powers of ten"


def title(kind: str, units: int, both: bool = False, backwards: bool = False) -> str:
    """What a net is called after its cell.

    >>> title("GRU", 32), title("GRU", 32, both=True), title("LSTM", 8, backwards=True)
    ('GRU(32)', 'Bidirectional(GRU(32)), both directions together', 'LSTM(8), which reads backwards')
    """
    if both:
        return f"Bidirectional({kind}({units})), both directions together"
    return f"{kind}({units}){', which reads backwards' * backwards}"


def about(what: str, answers: int, at: int | None, last: bool = False, windows: int = 1) -> str:
    """Which loss the gradient is of, and with respect to what. what: "inputs" or "state". answers: how many timesteps have
    a loss, 0 where there is one output per sequence. at: the timestep of the loss, from 1; None: each sequence's last one.
    last: that it is the last one of a sequence that ends before others. windows: that the layer reads one by one.

    >>> about("inputs", 20, 20)
    'How much the loss at timestep 20 reacts to each timestep of the input.'
    >>> about("state", 0, None)
    'How much the loss reacts to the state after each timestep.'
    >>> about("inputs", 20, 7, last=True)
    'How much the loss at timestep 7, the last one of this sequence, reacts to each timestep of the input.'
    """
    loss = "the loss"
    if answers:
        loss = "the loss at the last timestep of each sequence" if at is None else f"the loss at timestep {at}"
        loss += ", the last one of this sequence," if last and at is not None else ""
    of = "each timestep of the input" if what == "inputs" else "the state after each timestep"
    told = f"How much {loss} reacts to {of}."
    return told if windows == 1 else f"{told} The {windows} windows that the layer reads stand end to end."


def measure(what: str, kind: str, answers: int, at: int | None, most: int | None) -> str:
    """What a bar is, as a formula. what: "inputs" or "state". at: the timestep of the loss; None: each sequence's last one.
    most: the timestep with the largest gradient, which is 100%.

    >>> measure("inputs", "GRU", 20, 20, 17)
    '|dLoss(20) / dx(t)|, in % of the largest'
    >>> measure("state", "LSTM", 20, None, None)
    '|dLoss(last timestep) / d(h(t), c(t))|'
    """
    loss = f"dLoss({at or 'last timestep'})" if answers else "dLoss"
    by = "dx(t)" if what == "inputs" else "d(h(t), c(t))" if kind == "LSTM" else "dh(t)"
    return f"|{loss} / {by}|" + (", in % of the largest" if most else "")


def unit(most: int | None) -> str:
    """Of what a bar's number is a part: "% of timestep 17"; empty where no timestep has a gradient."""
    return f"% of timestep {most}" if most else ""


def waits(kind: str) -> str:
    """What is said of another net before anything is known of it."""
    return f"{kind} is not trained yet: it waits for a free worker, or is being compiled."


def progress(kind: str, epoch: int, of: int) -> str:
    """How far another net is.

    >>> progress("LSTM", 12, 60), progress("LSTM", 0, 60)
    ('LSTM trains: epoch 12 of 60.', 'LSTM is not trained yet: it waits for a free worker, or is being compiled.')
    """
    return f"{kind} trains: epoch {epoch} of {of}." if epoch else waits(kind)


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
    begin = (
        f"{number} nets {'a' if epoch else 'w'}{trained}, with the same data, batches and learning rate. The bars of each "
        "are in % of its own largest one: compare their shape, not their size."
    )
    gated = [kind for kind in kinds if kind != "SimpleRNN"]
    if "SimpleRNN" in kinds and gated:
        begin += (
            " Gates let the state be kept from timestep to timestep; a SimpleRNN multiplies it by the same matrix at every "
            "timestep."
        )
    return begin


def norms_sentence(epochs: Sequence[int], layers: Mapping[str, Sequence[float]], begin: int = 0) -> str:
    """What is seen in the norms of the layers' gradients, the numbers of each by the epoch at which they end. begin: the
    epoch at which the first ones begin.

    >>> norms_sentence([1, 2], {"gru": [0.1, 0.02], "answer": [0.08, 0.01]})
    'The gradient of “gru” fell from 0.1 in epoch 1 to 0.02 in epoch 2. It is the largest, 2 times that of “answer”.'
    >>> norms_sentence([5], {"memory": [float("nan")]})
    'The gradient of “memory” is not known at epoch 5: it is no finite number, or too small beside those before.'
    """
    if not epochs or not layers:
        return "No epoch is trained yet, so that there is no gradient yet."
    for name, numbers in layers.items():
        if not math.isfinite(numbers[-1]):
            why = "it is no finite number, or too small beside those before"
            return f"The gradient of “{name}” is not known at epoch {epochs[-1]}: {why}."
    now = {name: numbers[-1] for name, numbers in layers.items()}
    largest, smallest = max(now, key=lambda name: now[name]), min(now, key=lambda name: now[name])
    start = next(place for place, number in enumerate(layers[largest]) if math.isfinite(number))
    before, after = layers[largest][start], now[largest]
    when, last = _steps_of(epochs, start, begin), _steps_of(epochs, len(epochs) - 1, begin)
    subject = f"The gradient of “{largest}”"
    if start == len(epochs) - 1:
        told = [f"{subject} is {short(after)} in {last}."]
    elif max(before, after) >= CLEARLY * min(before, after):
        moved = "fell" if before > after else "grew"
        told = [f"{subject} {moved} from {short(before)} in {when} to {short(after)} in {last}."]
    else:
        told = [f"{subject} was {short(before)} in {when} and is {short(after)} in {last}."]
    if largest != smallest:
        if now[smallest] == 0:
            told.append(f"That of “{smallest}” is 0: nothing reaches it.")
        elif after >= CLEARLY * now[smallest]:
            times = f"{after / now[smallest]:.2g}" if after < 10 * now[smallest] else short(round(after / now[smallest]))
            told.append(f"It is the largest, {times} times that of “{smallest}”.")
    if len(epochs) > 1 and epochs[-1] - begin > len(epochs):
        told.append(
            f"The first point stands at epoch {epochs[0]}. Not every epoch has a point: each point is the root mean square "
            "over the epochs since the point before."
        )
    return " ".join(told)


def _steps_of(epochs: Sequence[int], place: int, begin: int) -> str:
    """Over which epochs a point is taken.

    >>> _steps_of([1, 4], 0, 0), _steps_of([1, 4], 1, 0)
    ('epoch 1', 'epochs 2 to 4')
    """
    first, last = (epochs[place - 1] if place else begin) + 1, epochs[place]
    return f"epoch {last}" if first >= last else f"epochs {first} to {last}"
