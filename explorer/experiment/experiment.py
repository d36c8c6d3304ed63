"""An experiment and what comes of it, as frozen values."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from explorer.experiment.learning_rates import given_or_default

SIZES = ("timesteps", "features", "units")
SETTINGS = ("samples", "batch", "epochs", "learning_rate", "seed")
STATES = ("idle", "queued", "running", "paused", "done", "stopped", "failed")
ENDED = ("done", "stopped", "failed")
HELD_OUT_SAMPLES = 256
PROBE_SEQUENCES = 8


class WrongExperiment(ValueError):
    """An experiment that cannot be. `sentences` says why, one for each value; the text is all of them, a line each."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


@dataclass(frozen=True)
class Pasted:
    """Somebody's own Keras code, and what it is trained on; the batch is the first number of every shape.

    x: the shape of every input. y: that of the targets. loss: as Keras calls it, "mse" or "mean_squared_error". sizes: the
    numbers, or shapes, that the code does not say and that were asked for, by their names in it, in order.
    output: the shape that the model returns. below: for every input the number that its whole numbers stay below, where
    they go into an Embedding, and None where it takes any numbers. Both follow from the code, but only Keras can tell
    them: they are empty until it was asked (`explorer.catalog.pasted.known`), and no part of what makes two of them equal.
    """

    code: str
    x: tuple[tuple[int, ...], ...]
    y: tuple[int, ...]
    loss: str
    output: tuple[int, ...] = field(default=(), compare=False)
    below: tuple[int | None, ...] = field(default=(), compare=False)
    sizes: tuple[tuple[str, int | tuple[int, ...]], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", tuple(tuple(shape) for shape in self.x))
        for name in ("y", "output", "below"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        sizes = ((name, size if isinstance(size, int) else tuple(size)) for name, size in self.sizes)
        object.__setattr__(self, "sizes", tuple(sorted(sizes)))


def _sorted(knobs: Mapping[str, Any] | None) -> dict[str, Any]:
    knobs = {} if knobs is None else knobs
    if not isinstance(knobs, Mapping) or not all(isinstance(name, str) for name in knobs):
        raise TypeError(f'knobs takes a dictionary of names and values, such as {{"delay": 3}}. Received: {knobs!r:.80}')
    return dict(sorted(knobs.items()))


@dataclass(frozen=True)
class Experiment:
    """One architecture on one task with everything that decides its numbers.

    `knobs` holds the keywords of architecture and task, sorted by name; a knob that both name is one knob.
    `pasted` stands in for the architecture, which is then called "pasted", and for its sizes. The learning rate is that of
    architecture and task (`default_rate`) where none is given. Raises TypeError for names that are no text, and
    for knobs that are no dictionary by name.

    >>> Experiment("gru_every_step", "delayed_echo", knobs={"delay": 3}).to_query()["delay"]
    '3'
    """

    architecture: str
    task: str
    timesteps: int = 20
    features: int = 5
    units: int = 32
    samples: int = 512
    batch: int = 32
    epochs: int = 60
    # Whoever makes one may leave it out; whoever has one finds a number.
    learning_rate: float = None  # type: ignore[assignment]
    seed: int = 0
    knobs: Mapping[str, Any] = field(default_factory=dict)
    pasted: Pasted | None = None

    def __post_init__(self) -> None:
        for name, example in (("architecture", "gru_every_step"), ("task", "delayed_echo")):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} takes a name, such as {example!r}. Received: {getattr(self, name)!r:.80}")
        object.__setattr__(self, "knobs", _sorted(self.knobs))
        object.__setattr__(self, "learning_rate", given_or_default(self.learning_rate, self.architecture, self.task))
        # 1 and 1.0 are equal and must have one key; JSON from elsewhere may write either.
        with suppress(TypeError, ValueError):  # What is no number is told by whoever judges the experiment.
            object.__setattr__(self, "learning_rate", float(self.learning_rate))

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """A short name of the whole experiment: equal experiments have equal keys."""
        values = self.to_dict()
        if self.pasted is not None:
            # What follows from the code does not tell it from another.
            names = ("code", "x", "y", "loss", *(("sizes",) if self.pasted.sizes else ()))
            values["pasted"] = {name: values["pasted"][name] for name in names}
        text = json.dumps(values, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Experiment:
        pasted = values.get("pasted")
        return cls(**{**values, "pasted": Pasted(**pasted) if isinstance(pasted, Mapping) else pasted})

    def to_query(self) -> dict[str, str]:
        """The experiment as the parameters of an address, every value written out; code is too long for one."""
        flat = {name: value for name, value in self.to_dict().items() if name not in ("knobs", "pasted")}
        return {name: spell(value) for name, value in (flat | dict(self.knobs)).items()}


@dataclass(frozen=True)
class Frame:
    """What one epoch left behind.

    loss: the mean over the epoch's batches, as they were seen. val_loss: on the held-out sequences after the epoch.
    accuracy, val_accuracy: the share of right yes/no answers, None where the task asks for numbers.
    own_accuracy: that of the held-out sequences where a decoder is fed its own outputs, one timestep at a time, instead of
    the target; None for a model that does not read its target. decoded: what it answers so for the probe, as class numbers,
    (sequences, timesteps) uint8.
    outputs: the probe's answers after the epoch, (sequences, timesteps, outputs) float32; timesteps is 1 where the task
    asks once. tensors: what flowed within the model for the probe sequences that were watched, by their places: the grids
    of all layers one after the other (`explorer.tensors.grid`), float16.
    """

    epoch: int
    loss: float
    val_loss: float
    accuracy: float | None
    val_accuracy: float | None
    outputs: np.ndarray
    tensors: Mapping[int, bytes] = field(default_factory=dict)
    own_accuracy: float | None = None
    decoded: np.ndarray | None = None

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss) and math.isfinite(self.val_loss)


def spell(value: Any) -> str:
    """A value as it stands in an address.

    >>> spell(True), spell(0.010), spell("concat"), spell(20)
    ('true', '0.01', 'concat', '20')
    """
    if isinstance(value, bool):
        return str(value).lower()
    # repr keeps every digit, so that an address read back gives the very same number.
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
