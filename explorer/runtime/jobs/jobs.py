"""What workers run, by name. The server imports this file, so Keras is imported only when a function is called.

Everything that goes in or comes out is plain data: dictionaries, lists, bytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.answers import Answer, CompareAnswer
from explorer.catalog import pasted, program_key, resolve
from explorer.experiment import Experiment, Frame
from explorer.runtime.jobs.worker_environment import warm
from explorer.training.checkpoint import epoch_of

if TYPE_CHECKING:
    import keras

    from explorer.answers import Numbers
    from explorer.drawings import Drawing
    from explorer.shapes.model_shapes import ModelShapes
    from explorer.training.program import Program
    from explorer.training.trainer import Trainer

# Compiled programs are small, but XLA never gives back what they took: the engine starts a worker that is full anew.
KEPT_PROGRAMS = 64
# What is kept beside them is the data of the last experiments.
KEPT_DATA_BYTES = 256 * 2**20

Masks = dict[str, tuple[tuple[int, ...], ...]]

_programs: OrderedDict[str, Program] = OrderedDict()
_trainers: OrderedDict[str, Trainer] = OrderedDict()
_locks: dict[str, threading.Lock] = {}
_kept_lock = threading.Lock()
training = threading.Lock()


class Chunk(NamedTuple):
    """What a chunk brings back: the state to go on from, its frames, and what the worker holds afterwards."""

    state: bytes
    frames: list[Frame]
    held: Held


class Held(NamedTuple):
    """What a worker holds: the keys of its compiled programs, the one used last at the end, and the bytes it takes."""

    programs: list[str]
    bytes: int


def with_plain_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, from which only built-in exceptions with plain arguments come, whose messages are on one line.

    The server makes again what was raised here: a class of TensorFlow's, or of a module that imports Keras, would make it
    import that.
    """

    @wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except Exception as error:
            found = error
        # Here, as the command line imports this file and waits for no table of errors.
        from explorer.errors.cleaning import one_line

        is_plain = all(isinstance(part, (str, int, float, bytes, type(None))) for part in found.args)
        if type(found).__module__ != "builtins" or not is_plain:
            found = ValueError(one_line(str(found))).with_traceback(found.__traceback__)
        elif any(isinstance(part, str) and one_line(part) != part for part in found.args):
            found.args = tuple(one_line(part) if isinstance(part, str) else part for part in found.args)
        # What it was raised from goes the same way. Here, outside of the handler, nothing is put in its place.
        found.__cause__ = found.__context__ = None
        raise found

    return run


@with_plain_errors
def check(
    code: str,
    x: list[tuple[int, ...]] | None = None,
    y: tuple[int, ...] | list[tuple[int, ...]] | None = None,
    loss: str | None = None,
    batch_size: int | None = None,
    sizes: dict[str, Any] | None = None,
    model: str | None = None,
    trials: bool = False,
) -> dict[str, Any]:
    """What pasted code makes of its shapes, or where they fail and how to fix it (`explorer.snippet.check`)."""
    warm()
    from explorer import snippet

    return snippet.check(code, x, y, loss, batch_size, sizes, model, trials).to_dict()


@with_plain_errors
def try_fixes(
    fixes: list[dict[str, Any]], sizes: dict[str, Any] | None = None, model: str | None = None
) -> list[dict[str, Any]]:
    """What becomes of fixes of pasted code, each tried by a step of training (`explorer.snippet.try_fixes`)."""
    warm()
    from explorer import snippet

    return [each.to_dict() for each in snippet.try_fixes(fixes, sizes, model)]


@with_plain_errors
def describe(experiment: dict[str, Any]) -> dict[str, Any]:
    """What stands at `explorer.answers.Answer`: the shapes of an experiment's model, the numbers that flow for one probe
    sequence through its untrained weights, and the settings that could be otherwise.
    """
    warm()
    from explorer.models import setting_symbols, variants
    from explorer.models.build import build_experiment
    from explorer.shapes.describe_model import describe as describe_model
    from explorer.training.hindrance import hindrance

    wanted = Experiment.from_dict(experiment)
    model = build_experiment(wanted)
    description = setting_symbols.with_settings(describe_model(model), wanted)
    offered = tuple(setting.written() for setting in variants.settings(model))
    refusal = hindrance(wanted, model)
    looked_at = build_experiment(wanted, batch=1) if resolve(wanted).architecture.carries else model
    values, drawings, masks = _numbers(known(wanted, description), looked_at, description)
    answer = Answer(
        description=description.written(),
        values=values,
        drawings=drawings,
        masks=masks,
        comparable=offered,
        hindrance=refusal,
    )
    return answer.to_dict()


@with_plain_errors
def compare(experiment: dict[str, Any], layer: str, setting: str, value: Any) -> dict[str, Any]:
    """The same of an experiment's model with one setting of one layer at another value: as far as it can be built, with
    `broken`, which says where and why it cannot (`explorer.models.variants`); then `description` may be None.
    """
    warm()
    from explorer.models import variants
    from explorer.models.build import build_experiment

    wanted = Experiment.from_dict(experiment)
    model = build_experiment(wanted)
    found = variants.variant_of(model, layer, setting, value)
    told, values, drawings = None, None, None
    if found.model is not None and found.description is not None:
        told = found.description.written()
        looked_at = found.model
        if resolve(wanted).architecture.carries:
            looked_at = variants.variant_of(build_experiment(wanted, batch=1), layer, setting, value).model
        values, drawings, _ = _numbers(known(wanted), looked_at, found.description)
    answer = CompareAnswer(changed=found.changed, description=told, broken=found.broken, values=values, drawings=drawings)
    return answer.to_dict()


def known(experiment: Experiment, description: ModelShapes | None = None) -> Experiment:
    """The experiment with what only Keras can tell of its pasted code, where it does not say that yet."""
    if experiment.pasted is None or experiment.pasted.output:
        return experiment
    if description is None:
        warm()
        from explorer.models.build import build_experiment
        from explorer.shapes.describe_model import describe as describe_model

        description = describe_model(build_experiment(experiment))
    return replace(experiment, pasted=pasted.known(experiment.pasted, description.written()))


def _numbers(
    experiment: Experiment, model: Any, description: ModelShapes
) -> tuple[dict[str, Numbers] | None, dict[str, Drawing] | None, Masks | None]:
    """What flows through a model for one probe sequence of an experiment: numbers of every tensor, and drawings; and which
    timesteps are masked, of every sequence.

    model: one that takes one sequence at a time, where it fixes the batch size.
    """
    from explorer.models import activations, carried, layer_views, masked
    from explorer.training import data

    probe, pieces = data.make(experiment, "probe"), data.carried_pieces(experiment)
    try:
        flow, consecutive = carried.flow(model, probe.inputs, 0, pieces)
        explained = {layer.name for layer in description.layers if layer.explained}
        # A state that is carried along would need the sequences one by one; no mask comes with them.
        masks = masked.drawn_masks(description, masked.masked_timesteps(model, probe.inputs)) if pieces == 1 else {}
        return activations.grids(description, flow.tensors), layer_views.draw(model, *flow, explained, consecutive), masks
    except Exception:
        # Pasted code may fix its batch, or do what is followed here in shapes only: then they are shown without numbers.
        if experiment.pasted is None:
            raise
        return None, None, None


@with_plain_errors
def trace(experiment: dict[str, Any]) -> Held:
    """Build an experiment's epoch and trace it: the first half of making its first chunk start at once."""
    with trainer_of(Experiment.from_dict(experiment)):
        return held()


@with_plain_errors
def prepare(experiment: dict[str, Any]) -> Held:
    """Compile an experiment's epoch, traced where it is not yet, so that its first chunk starts at once."""
    with trainer_of(Experiment.from_dict(experiment)) as trainer:
        trainer.prepare()
        return held()


@with_plain_errors
def chunk(
    experiment: dict[str, Any], before: bytes | Chunk | None, until: int, budget: float, watched: Collection[int] = ()
) -> Chunk:
    """Train to epoch `until` or for `budget` seconds, whichever is first; see `explorer.training.trainer.Trainer.run`.

    before: the state to go on from, the chunk that ends in it, or None for the start. A chunk that is already at
    `until`, or whose loss was no finite number, is followed by one without frames.
    """
    if isinstance(before, Chunk) and before.frames and not before.frames[-1].finite:
        return Chunk(before.state, [], held())
    state = before.state if isinstance(before, Chunk) else before
    done = 0 if state is None else epoch_of(state)
    if done >= until:
        return Chunk(state or b"", [], held())
    with trainer_of(Experiment.from_dict(experiment)) as trainer:
        trainer.prepare()
        # Of the chunks that wait here one trains at a time; compiling does not keep the others waiting.
        with training:
            return Chunk(*trainer.run(state, until - done, budget, watched), held())


def model_at(experiment: dict[str, Any], state: bytes) -> keras.Model:
    """The model with the weights of a state. For who trains in its own process: nothing that is plain data."""
    with trainer_of(Experiment.from_dict(experiment)) as trainer:
        return trainer.model_at(state)


def held() -> Held:
    """What this process holds now."""
    import psutil

    with _kept_lock:
        compiled = [key for key, program in _programs.items() if program.compiled]
        return Held(compiled, psutil.Process().memory_info().rss)


@contextmanager
def trainer_of(experiment: Experiment) -> Iterator[Trainer]:
    """A trainer on the program of its kind, made or kept, for one thread at a time."""
    warm()
    from explorer.training.program import Program
    from explorer.training.trainer import Trainer

    experiment = known(experiment)
    key = program_key(experiment)
    with lock_of(key):
        # The program is kept apart: another seed, task or learning rate is another trainer on the same program.
        program = _kept(_programs, key, lambda: Program(experiment))
        trainer = _kept(_trainers, experiment.key, lambda: Trainer(experiment, program))
        if trainer.program is not program:
            trainer = _trainers[experiment.key] = Trainer(experiment, program)
        with _kept_lock:
            while len(_programs) > KEPT_PROGRAMS:
                _programs.popitem(last=False)
            while len(_trainers) > 1 and sum(each.bytes for each in _trainers.values()) > KEPT_DATA_BYTES:
                _trainers.popitem(last=False)
        yield trainer


def lock_of(key: str) -> threading.Lock:
    """The lock of a program: what it trains, one thread at a time does."""
    with _kept_lock:
        return _locks.setdefault(key, threading.Lock())


def _kept(kept: OrderedDict[str, Any], key: str, make: Callable[[], Any]) -> Any:
    """What stands under a key, made where it is not there; it is now the one that was asked for last."""
    with _kept_lock:
        found = kept.get(key)
    found = found or make()
    with _kept_lock:
        kept[key] = found
        kept.move_to_end(key)
    return found
