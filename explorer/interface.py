"""What Python programs and notebooks call: `from explorer import Experiment, check, explain, train`.

The first call imports Keras and TensorFlow, with the settings of the page's workers, so that the losses are the page's, bit
for bit, and without what TensorFlow writes to the terminal. Until then nothing is imported that takes its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from explorer.experiment import Experiment, Frame, WrongExperiment

if TYPE_CHECKING:
    import keras
    import pandas  # type: ignore[import-untyped]
    from plotly.graph_objects import Figure

    from explorer.description import Description
    from explorer.snippet.diagnose.problems import Report

# How long a chunk trains before its frames are told.
SECONDS_OF_A_CHUNK = 0.2
FIGURES = ("loss", "val_loss", "accuracy", "val_accuracy", "own_accuracy")


@dataclass(frozen=True)
class Explanation:
    """What every layer of a model does to the axes, and why: as text (`str`), as data, and as a table in a notebook.

    description: the model as plain data. drawings: what its layers do to one sequence, where an experiment gives one.
    """

    description: Description
    drawings: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON for other programs; see `explorer.shapes.explanation.explained`."""
        from explorer.shapes.explanation import explained

        return explained(self.description).to_dict()

    def __str__(self) -> str:
        from explorer.shapes.explanation import explanation_text

        return explanation_text(self.description, self.drawings)

    def _repr_html_(self) -> str:
        from explorer.html import explanation_as_html

        return explanation_as_html(self.description, self.drawings)


@dataclass(frozen=True, repr=False)
class Training:
    """What `train` brought: the experiment with all its settings, a frame for each epoch, and the trained model."""

    experiment: Experiment
    frames: tuple[Frame, ...]
    model: keras.Model

    def __repr__(self) -> str:
        last = self.frames[-1]
        figures = [f"{name}={getattr(last, name):.4g}" for name in FIGURES if getattr(last, name) is not None]
        of = (self.experiment.architecture, self.experiment.task, f"epochs={len(self.frames)}", *figures)
        return f"Training({', '.join(of)})"

    @property
    def finite(self) -> bool:
        """Whether every loss was a finite number; at the first that is not, training ends."""
        return all(frame.finite for frame in self.frames)

    def to_dataframe(self) -> pandas.DataFrame:
        """A row for each epoch: loss, val_loss, where answers are right or wrong accuracy and val_accuracy, and own_accuracy
        of a decoder that is fed its own outputs."""
        import pandas

        names = [name for name in FIGURES if getattr(self.frames[0], name) is not None]
        rows = [[getattr(frame, name) for name in names] for frame in self.frames]
        return pandas.DataFrame(
            rows, columns=names, index=pandas.Index([frame.epoch for frame in self.frames], name="epoch")
        )

    def figure(self, sequence: int = 1) -> Figure:
        """Plotly's figure of the losses with their baselines, and of the last epoch's outputs beside their targets.

        sequence: which of the validation sequences is drawn, counted from 1; of a model with one output per sequence all
        of them are. Raises ValueError for a sequence that is not there.
        """
        from explorer.catalog import resolve
        from explorer.charts import training_figure

        return training_figure(resolve(self.experiment), self.frames, sequence)


def explain(model: Experiment | keras.Model, input_axes: Iterable[Sequence[str]] | None = None) -> Explanation:
    """Explain the model of an experiment, or any Keras model that has a graph.

    input_axes: of a Keras model the names of every input's axes, batch included; without them, what the layers call them
    that read it, and "axis 1" where none of them says.

    Raises `explorer.WrongExperiment` for an experiment that cannot be, and ValueError for a model without a graph: a
    Sequential without Input, or a subclass that never had one. TypeError for what is no model.

    >>> memory, answer = explain(Experiment("gru_every_step", "delayed_echo", units=8)).to_dict()["layers"]
    >>> memory["parameters"]["numbers"]
    '3 * 8 * (5 + 8 + 2)'
    >>> import keras
    >>> sequence = keras.Input((20, 5), name="sequence")
    >>> memory = keras.layers.Bidirectional(keras.layers.GRU(32), name="memory")(sequence)
    >>> (layer,) = explain(keras.Model(sequence, memory)).to_dict()["layers"]
    >>> layer["output"][0][1], layer["parameters"]["numbers"]
    ({'axis': 'outputs', 'symbol': '2 · U', 'size': 64}, '2 * 3 * 32 * (5 + 32 + 2)')
    """
    from explorer.description import Description
    from explorer.runtime.jobs import jobs
    from explorer.runtime.jobs.worker_environment import warm

    if isinstance(model, Experiment):
        found = jobs.describe(_checked(model).to_dict())
        return Explanation(Description.read(found["description"]), found["drawings"])
    warm()
    import keras

    from explorer.shapes.describe_model import describe

    if not isinstance(model, keras.Model):
        raise TypeError(f"explain takes a keras.Model or an Experiment. Received: {type(model).__name__}")

    return Explanation(describe(model, input_axes).written())


def check(
    code: str,
    x: Sequence[Sequence[int]] | Sequence[int] | None = None,
    y: Sequence[int] | Sequence[Sequence[int]] | None = None,
    loss: str | None = None,
    batch_size: int | None = None,
    sizes: Mapping[str, int | tuple[int, ...]] | None = None,
    model: str | None = None,
) -> Report:
    """Read Keras code without running it: its shapes, what is wrong with them, and how to fix it.

    The arguments and what is returned are those of `explorer.snippet.check`.
    """
    from explorer.runtime.jobs.worker_environment import warm

    warm()
    from explorer import snippet

    return snippet.check(code, x, y, loss, batch_size, sizes, model)


def train(experiment: Experiment, on_frame: Callable[[Frame], None] | None = None) -> Training:
    """Train an experiment to its last epoch, in this process.

    on_frame: called with each epoch's frame as it comes. Training ends early at a loss that is not finite; that frame is
    the last.

    Raises `explorer.WrongExperiment` for an experiment that cannot be, ValueError for one that would take more memory
    or time than the page allows, and TypeError for what is no experiment.

    >>> seen = []
    >>> short = Experiment("dense_every_step", "pointwise", timesteps=5, samples=32, epochs=3)
    >>> training = train(short, on_frame=lambda frame: seen.append(frame.epoch))
    >>> seen, training.to_dataframe().shape, training.model.output_shape
    ([1, 2, 3], (3, 2), (None, 5, 1))
    """
    import psutil

    from explorer.description import Description
    from explorer.runtime.jobs import jobs
    from explorer.training import cost

    if not isinstance(experiment, Experiment):
        raise TypeError(f"train takes an Experiment. Received: {type(experiment).__name__}")
    experiment = _checked(experiment)
    values = experiment.to_dict()
    described = jobs.describe(values)
    available = psutil.virtual_memory().available
    refusal = described["hindrance"] or cost.refusal(experiment, Description.read(described["description"]), available)
    if refusal:
        raise ValueError(refusal)
    state: bytes | None = None
    frames: list[Frame] = []
    while len(frames) < experiment.epochs and all(frame.finite for frame in frames[-1:]):
        state, came, _ = jobs.chunk(values, state, experiment.epochs, SECONDS_OF_A_CHUNK)
        frames += came
        if on_frame is not None:
            for frame in came:
                on_frame(frame)
    return Training(experiment, tuple(frames), jobs.model_at(values, state or b""))


def _checked(experiment: Experiment) -> Experiment:
    """The experiment with every setting in its place. Raises WrongExperiment.

    A setting at its default may be one that nobody gave: where it is not allowed, the nearest is taken.
    """
    from explorer.catalog import checked_experiment

    if experiment.pasted is not None:
        return experiment  # Made by `explorer.catalog.pasted_experiment`, which has judged it.
    settings = {each.name: each.default for each in fields(Experiment) if each.name not in ("knobs", "pasted")}
    twice = [
        f"{name} is a setting of its own, and no knob: write {name}=..." for name in experiment.knobs if name in settings
    ]
    if twice:
        raise WrongExperiment(twice)
    given = {name: getattr(experiment, name) for name in settings if getattr(experiment, name) != settings[name]}
    return checked_experiment(given | dict(experiment.knobs))


__all__ = ["Experiment", "Explanation", "Training", "WrongExperiment", "check", "explain", "train"]
