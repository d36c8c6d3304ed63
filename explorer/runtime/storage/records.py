"""Runs and frames as values, and how they stand in rows."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import secrets
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.experiment import ENDED, Experiment, Frame

GOING = ("queued", "running")


def owner_of(secret: str) -> str:
    """What is stored of a visitor's secret: its SHA-256, in hex. Whoever reads the database cannot act as the visitor."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Run:
    """A run as it stands in the store.

    owner: `owner_of` the secret of the visitor who started it. state: one of `experiment.STATES`. reason: a sentence
    for the reader, or empty. held: why the application itself paused it ("restart", "unwatched", or empty): such a run goes
    on when its owner opens it, one that the owner paused does not. kept: whether it stays though nobody opens it.
    """

    id: str
    owner: str
    experiment: Experiment
    state: str
    reason: str
    held: str
    epoch: int
    kept: bool = False

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def belongs_to(self, secret: str) -> bool:
        """Whether this is the secret of the visitor who started it."""
        return hmac.compare_digest(self.owner, owner_of(secret))


def new_run(experiment: Experiment, visitor: str, state: str) -> Run:
    """A visitor's run that nothing has been trained of, under an id that nobody can guess."""
    return Run(secrets.token_hex(16), owner_of(visitor), experiment, state, "", "", 0)


@dataclass(frozen=True)
class StoredFrame:
    """A frame as it stands in the store.

    A loss that was not finite is None. outputs: (sequences, timesteps, outputs) float16, as bytes in row-major order,
    little-endian: what the page draws needs no more, and the losses are kept whole. decoded: (sequences, timesteps) uint8.
    """

    epoch: int
    loss: float | None
    val_loss: float | None
    accuracy: float | None
    val_accuracy: float | None
    shape: tuple[int, int, int]
    outputs: bytes
    own_accuracy: float | None = None
    decoded: bytes | None = None

    @property
    def array(self) -> np.ndarray:
        """The probe's outputs, (sequences, timesteps, outputs) float32."""
        return np.frombuffer(self.outputs, "<f2").reshape(self.shape).astype(np.float32)


def as_stored(frame: Frame) -> StoredFrame:
    """A frame as it would stand in the store."""
    sequences, steps, outputs = frame.outputs.shape
    losses = finite(frame.loss), finite(frame.val_loss)
    numbers = zlib.decompress(packed(frame.outputs))
    shape, decoded = (sequences, steps, outputs), None if frame.decoded is None else frame.decoded.tobytes()
    return StoredFrame(frame.epoch, *losses, frame.accuracy, frame.val_accuracy, shape, numbers, frame.own_accuracy, decoded)


def shape_of(text: str) -> tuple[int, int, int]:
    sequences, steps, outputs = map(int, text.split(","))
    return sequences, steps, outputs


def run_of(row: Any) -> Run:
    experiment = Experiment.from_dict(json.loads(row.experiment))
    return Run(row.id, row.owner, experiment, row.state, row.reason, row.held, row.epoch, bool(row.kept))


def finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def packed(outputs: np.ndarray) -> bytes:
    largest = np.finfo(np.float16).max
    clipped = np.clip(np.nan_to_num(outputs, nan=0.0), -largest, largest)
    return zlib.compress(clipped.astype("<f2").tobytes(), level=1)
