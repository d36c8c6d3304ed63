"""One epoch batch by batch: what each batch changed, and what flows within the model after it.

The server imports this file, so Keras is imported only when a function is called.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from explorer.training import checkpoint

if TYPE_CHECKING:
    import keras

    from explorer.training.trainer import Trainer


class Batch(NamedTuple):
    """What one batch left behind.

    number: from 1 on. loss, accuracy: of the batch, before its step. val_loss, val_accuracy: of the held-out sequences after
    it. outputs: the probe's answers after it, as `explorer.experiment.Frame` has them. changes: by layer, how long the step
    of its weights is as a part of their length before, both as Euclidean norms; None where all of them were 0. tensors: the
    grids of all layers for one probe sequence, empty where the compiled epoch does not give them. Both as float16.
    drawing: what the drawing of a layer shows after it, for the same sequence; None where no layer was named. own_accuracy,
    decoded: of a decoder that is fed its own outputs after it, as `explorer.experiment.Frame` has them.
    """

    number: int
    loss: float
    val_loss: float
    accuracy: float | None
    val_accuracy: float | None
    outputs: bytes
    changes: dict[str, float | None]
    tensors: bytes
    drawing: dict[str, Any] | None = None
    own_accuracy: float | None = None
    decoded: bytes | None = None

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss) and math.isfinite(self.val_loss)


def run_batch(trainer: Trainer, state: bytes, number: int, sequence: int) -> tuple[bytes, Batch]:
    """Train from `state`, which lies behind the batches before it, on batch `number` (from 1) of its epoch."""
    from explorer.training.probe_grids import packed

    after, frame = trainer.run_batches(state, number - 1, number, (sequence,))
    changed = changes(trainer.program.model, state, after)
    results = frame.loss, frame.val_loss, frame.accuracy, frame.val_accuracy, packed(frame.outputs)
    decoded = None if frame.decoded is None else frame.decoded.tobytes()
    return after, Batch(number, *results, changed, frame.tensors.get(sequence, b""), None, frame.own_accuracy, decoded)


def changes(model: keras.Model, before: bytes, after: bytes) -> dict[str, float | None]:
    """By layer that has weights to train: how far they are apart in two states, as `Batch` has it."""
    like = [variable.numpy() for variable in model.variables]
    pair = [checkpoint.unpack(state, like, whole=False)[0] for state in (before, after)]
    places = {id(variable): place for place, variable in enumerate(model.variables)}
    found: dict[str, float | None] = {}
    for layer in model.layers:
        mine = [places[id(variable)] for variable in layer.trainable_variables]
        if mine:
            old, new = (np.concatenate([values[place].ravel() for place in mine]).astype(np.float64) for values in pair)
            length = float(np.linalg.norm(old))
            found[layer.name] = float(np.linalg.norm(new - old)) / length if length else None
    return found
