"""Pasted code as an architecture, and random targets as its task: what an experiment asks of both, without Keras."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from explorer.catalog.entries import LOSSES, Architecture, Baseline, Task
from explorer.description import Description, Layer
from explorer.experiment import Pasted
from explorer.experiment.bounds import LIMITS

NAME = "pasted"
RANDOM = "random_targets"
CODE_SAYS = "The code sets this number."
# What is asked for by each loss; a name that Keras writes in another way is in OTHER_NAMES.
ASKS = {
    **dict.fromkeys(("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "cosine_similarity"), "numbers"),
    **dict.fromkeys(("mean_squared_logarithmic_error", "mean_absolute_percentage_error", "poisson"), "positive numbers"),
    **dict.fromkeys(("hinge", "squared_hinge"), "signs"),
    **dict.fromkeys(("binary_crossentropy", "binary_focal_crossentropy"), "yes/no"),
    **dict.fromkeys(("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence"), "one-hot"),
    **dict.fromkeys(("categorical_hinge", "dice", "tversky"), "one-hot"),
    "sparse_categorical_crossentropy": "class numbers",
}
OTHER_NAMES = {
    **{"mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error"},
    **{"msle": "mean_squared_logarithmic_error", "bce": "binary_crossentropy", "kld": "kl_divergence"},
}
CHOSEN = ("one-hot", "class numbers")


def loss_name(loss: str) -> str:
    """A loss by its whole name.

    >>> loss_name("MSE"), loss_name("huber")
    ('mean_squared_error', 'huber')
    """
    return OTHER_NAMES.get(loss.lower(), loss)


def asks(pasted: Pasted) -> str | None:
    """What the loss asks for: "numbers", "positive numbers", "signs", "yes/no", "one-hot" or "class numbers"; None for a
    loss whose targets cannot be drawn."""
    return ASKS.get(loss_name(pasted.loss))


def target_shape(pasted: Pasted) -> tuple[int, ...]:
    """The shape of one sample's target: that of the answer, without the classes where the target is a class number."""
    if not pasted.output:
        return pasted.y[1:]
    return pasted.output[1:-1] if asks(pasted) == "class numbers" else pasted.output[1:]


def known(pasted: Pasted, description: Description) -> Pasted:
    """The same with what only Keras can tell, out of a description of its model (`explorer.shapes.describe_model`)."""
    batch = pasted.x[0][0]
    (answer, *_) = description.output
    # A size that stays unknown is the target's, where that has as many axes.
    sizes = pasted.y if len(pasted.y) == len(answer) else (1,) * len(answer)
    output = (batch, *(each if each is not None else size for each, size in zip(answer[1:], sizes[1:], strict=True)))
    below = tuple(_below(source.name, description.layers) for source in description.sources)
    return replace(pasted, output=output, below=below)


def sequence_of(pasted: Pasted) -> tuple[int, int]:
    """Timesteps and features of the first input; a sequence of whole numbers has one feature."""
    sizes = pasted.x[0][1:]
    if pasted.below and pasted.below[0] is not None:
        sizes = (*sizes, 1)
    return (sizes[-2] if len(sizes) > 1 else 1), (sizes[-1] if sizes else 1)


def misfit(task: Task, x: tuple[tuple[int, ...], ...], y: tuple[int, ...], loss: str) -> str:
    """Why a model of pasted code with these shapes and this loss cannot take a task of the catalog, or an empty string."""
    if loss_name(loss) != loss_name(LOSSES[task.answer]):
        return f"the task uses the loss {LOSSES[task.answer]}, and the code {loss}"
    if task.inputs not in ("sequence", "padded") or len(x) != 1 or len(x[0]) != 3:
        return "the task needs a model with one input, (batch, timesteps, features)"
    _, timesteps, features = x[0]
    for name, size in (("timesteps", timesteps), ("features", features)):
        if size not in task.ranges.get(name, range(1, int(LIMITS[name].high) + 1)):
            return f"the task has no sequences with {size} {name}"
    wanted = (timesteps, task.outputs) if task.answers == "every step" else (task.outputs,)
    if tuple(y[1:]) != wanted:
        return f"the task's target for one sequence has the shape {wanted}, and the code's {tuple(y[1:])}"
    return ""


@dataclass(frozen=True, kw_only=True)
class PastedCode(Architecture):
    """Pasted code in the place of an architecture."""

    pasted: Pasted

    @property
    def code(self) -> str:
        return self.pasted.code

    def misfit(self, task: Task) -> str:
        return "" if task.name == RANDOM else misfit(task, self.pasted.x, self.pasted.y, self.pasted.loss)


@dataclass(frozen=True, kw_only=True)
class RandomTargets(Task):
    """Inputs and targets of a pasted model's very shapes, drawn at random."""

    pasted: Pasted

    @property
    def doc(self) -> str:
        """The function's, in one line: that the targets tell nothing, and what that comes to."""
        told = " ".join(super().doc.partition("\n\n")[0].split())
        values = self.baseline_values(1, 1, {})
        return told + "".join(f" Always predicting the mean gives a loss of {value:.3g}." for value in values.values())

    @property
    def loss(self) -> str:
        return self.pasted.loss

    def make(
        self, rng: np.random.Generator, samples: int, timesteps: int, features: int, knobs: Mapping[str, Any]
    ) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        return random_targets(rng, samples, **drawn(self.pasted))


def drawn(pasted: Pasted) -> dict[str, Any]:
    """What `random_targets` is told of pasted code."""
    return {
        "inputs": tuple(shape[1:] for shape in pasted.x),
        "below": pasted.below or (None,) * len(pasted.x),
        "target": target_shape(pasted),
        "kind": asks(pasted),
        "classes": pasted.output[-1] if pasted.output else 2,
    }


def as_architecture(pasted: Pasted) -> PastedCode:
    timesteps, features = sequence_of(pasted)
    return PastedCode(
        name=NAME,
        title="Your code",
        function=pasted_code,
        answers=_answers(pasted),
        answer=_answer(pasted),
        inputs="sequence",
        knobs={},
        ranges={"timesteps": (timesteps,), "features": (features,)},
        why={"timesteps": CODE_SAYS, "features": CODE_SAYS},
        size_help={},
        pasted=pasted,
    )


def as_task(pasted: Pasted) -> RandomTargets:
    return RandomTargets(
        name=RANDOM,
        title="Random targets",
        function=random_targets,
        answers=_answers(pasted),
        answer=_answer(pasted),
        inputs="sequence",
        knobs={},
        ranges={},
        why={},
        size_help={},
        outputs=(pasted.output or pasted.y)[-1] if len(pasted.output or pasted.y) > 1 else 1,
        baselines=_baselines(pasted),
        pasted=pasted,
    )


def pasted_code() -> None:
    """The model of the pasted code, with the sizes that stand in it."""


def random_targets(
    rng: np.random.Generator,
    samples: int,
    inputs: Sequence[Sequence[int]],
    below: Sequence[int | None],
    target: Sequence[int],
    kind: str | None,
    classes: int,
) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Random targets can only be memorized: they have nothing to do with the inputs, and on new sequences no model does
    better than to predict the mean.

    inputs, target: the shapes of one sample of every input and of the target. below: for every input what its whole
    numbers stay below, or None. kind: what is asked for, a value of `ASKS`. Returns arrays (samples, ...), float32.
    """
    streams = tuple(
        rng.standard_normal((samples, *shape)) if most is None else rng.integers(most, size=(samples, *shape))
        for shape, most in zip(inputs, below, strict=True)
    )
    shape = (samples, *target)
    targets: np.ndarray
    if kind == "yes/no":
        targets = rng.integers(2, size=shape)
    elif kind == "signs":
        targets = 2 * rng.integers(2, size=shape) - 1
    elif kind == "one-hot":
        targets = np.eye(classes)[rng.integers(classes, size=shape[:-1])]
    elif kind == "class numbers":
        targets = rng.integers(classes, size=shape)
    elif kind == "positive numbers":
        targets = rng.exponential(size=shape)
    else:
        targets = rng.standard_normal(shape)
    return tuple(np.asarray(stream, np.float32) for stream in streams), np.asarray(targets, np.float32)


def _answers(pasted: Pasted) -> str:
    if pasted.output:
        return "every step" if len(pasted.output) > 2 else "once"
    return "every step" if len(pasted.y) > 2 else "once"


def _answer(pasted: Pasted) -> str:
    kind = asks(pasted)
    return "class" if kind in CHOSEN else "yes/no" if kind == "yes/no" else "number"


def _baselines(pasted: Pasted) -> tuple[Baseline, ...]:
    """What predicting the mean gives, where that has a closed form."""
    classes = (pasted.output or (2,))[-1]
    inside, height = math.erf(1 / math.sqrt(2)), math.exp(-1 / 2) / math.sqrt(2 * math.pi)
    forms = {
        "mean_squared_error": 1.0,
        "mean_absolute_error": math.sqrt(2 / math.pi),
        # A normal number's square counts within 1 of the mean, and outside the distance less a half.
        "huber": (inside - 2 * height) / 2 + 2 * height - (1 - inside) / 2,
        **dict.fromkeys(("poisson", "hinge", "squared_hinge"), 1.0),
        "binary_crossentropy": math.log(2),
        **dict.fromkeys(("categorical_crossentropy", "sparse_categorical_crossentropy"), math.log(classes)),
        "kl_divergence": math.log(classes),
    }
    value = forms.get(loss_name(pasted.loss))
    if value is None:
        return ()
    means = {"positive numbers": 1.0, "yes/no": 0.5, "one-hot": 1 / classes, "class numbers": 1 / classes}
    mean = means.get(asks(pasted) or "", 0.0)

    def predict(inputs: np.ndarray) -> np.ndarray:
        return np.full((len(inputs), *(pasted.output or pasted.y)[1:]), mean, np.float32)

    told = "This is luck: the targets have nothing to do with the inputs."
    return (Baseline("always the mean", lambda timesteps, features: value, predict, told),)


def _below(source: str, layers: Sequence[Layer]) -> int | None:
    """The number that the whole numbers of an input stay below; None where it takes any numbers.

    It is followed through layers that only move numbers about, which have no weights, to whatever looks numbers up.
    """
    reached, found = {source}, []
    for layer in layers:
        if not reached & set(layer.reads):
            continue
        kind = (layer.wraps or layer.type).partition("(")[0]
        if kind == "Embedding":
            found.append(layer.weights[0].shape[0])
        elif kind in ("OneHot", "CategoryEncoding"):
            found += [size for size in layer.output[0][-1:] if size is not None]
        elif layer.inside and layer.wraps is None:
            found += _looked_up(layer.inside)
        elif layer.params == 0 and not layer.wraps and not layer.shares:
            reached.add(layer.name)
    return min(found, default=None)


def _looked_up(layers: Sequence[Layer]) -> Iterator[int]:
    """How many rows every Embedding has that is somewhere within these layers."""
    for layer in layers:
        if layer.type.partition("(")[0] == "Embedding":
            yield layer.weights[0].shape[0]
        yield from _looked_up(layer.inside)
