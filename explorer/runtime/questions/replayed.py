"""What a replay gives to whoever asked for it: values, how much room they take, and sentences for what is missing."""

from __future__ import annotations

from typing import Any, NamedTuple

from explorer.inside.states import LayerStates
from explorer.runtime.jobs.walk_job import WalkedLayer
from explorer.training.batches import Batch
from explorer.training.cost import in_words

NO_NUMBER = "The loss of this run is no finite number."
# About what the largest take: some grids of as many numbers as are drawn.
BYTES_OF_A_DRAWING = 2**17


class Shown(NamedTuple):
    """What there is of some epochs of a run. tensors, drawings: by epoch. reason: why some are missing that were trained, as
    a sentence, or an empty string."""

    tensors: dict[int, bytes]
    drawings: dict[int, dict[str, Any]]
    reason: str


class Batches(NamedTuple):
    """Batches of an epoch, in order. reason: why there are none, as a sentence, or an empty string."""

    batches: list[Batch]
    reason: str


class Walked(NamedTuple):
    """The recurrent layers of a model, walked through. refused: of those that cannot be, why. reason: why there are none
    though the epoch was trained, as a sentence, or an empty string."""

    layers: list[WalkedLayer]
    refused: list[str]
    reason: str


class Seen(NamedTuple):
    """The inside of a layer. reason: why there is nothing to see, as a sentence, or an empty string."""

    layer_states: LayerStates | None
    reason: str


def bytes_of_batches(batches: list[Batch]) -> int:
    drawings = sum(BYTES_OF_A_DRAWING for each in batches if each.drawing)
    return drawings + sum(len(each.tensors) + len(each.outputs) for each in batches)


def bytes_of_walk(walked: Walked) -> int:
    return 1 + sum(len(track.numbers) for layer in walked.layers for track in layer.tracks)


def not_yet(epoch: int, trained: int) -> str:
    behind = f"{trained} epochs" if trained != 1 else "1 epoch"
    return f"Epoch {epoch} is not trained yet: this run has {behind} behind it."


def too_long(epoch: int, seconds: float) -> str:
    return (
        f"Epoch {epoch} was not watched while it trained. To show it, epochs would have to be trained again, "
        f"for about {in_words(seconds)}, which is too long."
    )
