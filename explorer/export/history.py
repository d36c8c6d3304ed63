"""What a run left behind as tables (CSV): its losses by epoch, and its outputs by epoch and timestep."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from explorer.experiment import Experiment
from explorer.runtime.storage.records import StoredFrame
from explorer.training import data

# Some ten megabytes: of a run with more rows every second, third ... epoch is written, counted back from the last.
MOST_ROWS = 200_000


def losses_csv(frames: Sequence[StoredFrame]) -> str:
    """A row for each epoch: epoch, loss, val_loss, and accuracy and val_accuracy where answers are right or wrong; of a
    decoder that is fed its own outputs also own_accuracy.

    The losses are means in the unit of the task's loss (for mse: the squared unit of the target), accuracies are shares from
    0 to 1. A loss that was no finite number is an empty cell.
    """
    names = [name for name in ("loss", "val_loss", "accuracy", "val_accuracy", "own_accuracy") if _is_known(frames, name)]
    rows = [[frame.epoch, *("" if (value := getattr(frame, name)) is None else value for name in names)] for frame in frames]
    return _written(["epoch", *names], rows)


def outputs_csv(experiment: Experiment, frames: Sequence[StoredFrame], most: int = MOST_ROWS) -> str:
    """A row for each epoch, validation sequence and timestep, all counted from 1: the outputs of the model and its targets.

    The sequences are those that the page draws. Outputs have the precision in which runs are kept: half, about three
    decimal places. most: so many rows at most; of a long run the epochs have an equal distance, and the last is there.
    """
    targets = data.probe_targets(experiment)
    sequences, steps, outputs = targets.shape
    apart = max(1, -(-len(frames) * sequences * steps // most))
    places = np.indices((sequences, steps)).reshape(2, -1).T + 1
    rows: list[list[object]] = []
    for frame in frames[::-1][::apart][::-1]:
        both = np.concatenate([frame.array, targets], axis=-1).reshape(len(places), -1)
        for place, values in zip(places.tolist(), both.tolist(), strict=True):
            rows.append([frame.epoch, *place, *(f"{value:.6g}" for value in values)])
    names = [f"{kind}_{number}" for kind in ("output", "target") for number in range(1, outputs + 1)]
    return _written(["epoch", "sequence", "timestep", *names], rows)


def _is_known(frames: Sequence[StoredFrame], name: str) -> bool:
    return name in ("loss", "val_loss") or any(getattr(frame, name) is not None for frame in frames)


def _written(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
