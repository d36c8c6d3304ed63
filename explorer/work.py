"""What workers run, by name. The server imports this file, so Keras is imported only when a function is called.

Everything that goes in or comes out is plain data: dictionaries, lists, bytes.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from explorer.catalog import program_key
from explorer.spec import Experiment, Frame

if TYPE_CHECKING:
    from explorer.training import Program, Trainer

# One thread to an operation: two workers fill two cores, and sums are always taken in the same order.
# oneDNN's kernels are switched off for the same reason: some choose their order by what else the machine does.
ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
}
KEPT = 4

_programs: OrderedDict[str, Program] = OrderedDict()
_trainers: OrderedDict[str, Trainer] = OrderedDict()
_locks: dict[str, threading.Lock] = {}
_kept_lock = threading.Lock()


def warm() -> int:
    """Import TensorFlow and Keras with the settings of a worker; returns the process id."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # Somebody has used TensorFlow in this process already; its threads are set for good.
    import explorer.build
    import explorer.inside
    import explorer.shapes
    import explorer.training  # noqa: F401

    return os.getpid()


def describe(experiment: dict[str, Any]) -> dict[str, Any]:
    """The shapes of an experiment's model (`explorer.shapes`), and the real numbers that flow for one probe sequence."""
    warm()
    from explorer import data, inside, shapes
    from explorer.build import build_experiment

    wanted = Experiment.from_dict(experiment)
    model = build_experiment(wanted)
    probe = data.make(wanted, "probe")
    return {
        "description": shapes.describe(model).to_dict(),
        "values": inside.values(model, [stream[:1] for stream in probe.inputs]),
    }


def prepare(experiment: dict[str, Any]) -> None:
    """Build and compile an experiment's epoch, so that its first chunk starts at once."""
    with _trainer(Experiment.from_dict(experiment)) as trainer:
        trainer.prepare()


def chunk(experiment: dict[str, Any], state: bytes | None, epochs: int, budget: float) -> tuple[bytes, list[Frame]]:
    """Train for up to `epochs` epochs or `budget` seconds from `state`; see `explorer.training.Trainer.run`."""
    with _trainer(Experiment.from_dict(experiment)) as trainer:
        return trainer.run(state, epochs, budget)


@contextmanager
def _trainer(experiment: Experiment) -> Iterator[Trainer]:
    """A trainer on the program of its kind, made or kept, for one thread at a time."""
    warm()
    from explorer.training import Program, Trainer

    key = program_key(experiment)
    with _kept_lock:
        lock = _locks.setdefault(key, threading.Lock())
    with lock:
        # The program is kept apart: another seed, task or learning rate is another trainer on the same program.
        program = _kept(_programs, key, lambda: Program(experiment))
        trainer = _kept(_trainers, experiment.key, lambda: Trainer(experiment, program))
        if trainer.program is not program:
            trainer = _trainers[experiment.key] = Trainer(experiment, program)
        yield trainer


def _kept(kept: OrderedDict[str, Any], key: str, make: Callable[[], Any]) -> Any:
    """What stands under a key, made where it is not there; the one that was not asked for longest goes."""
    with _kept_lock:
        found = kept.get(key)
    found = found or make()
    with _kept_lock:
        kept[key] = found
        kept.move_to_end(key)
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return found
