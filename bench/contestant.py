"""One process that trains an epoch whenever it is told to: `python -m bench.contestant NAME`.

Takes a JSON object a line and answers with one. `setup` builds an experiment, `epoch` trains and answers with the seconds
of one epoch and its loss, `first` and `difference` are for ours alone, `memory` is the process's resident bytes.

ours      a worker: its settings, `explorer.runtime.jobs`, and chunks of 0.1 s, the state taken in and given back with each
other     the same, compiled the other way: without XLA where we take it, by XLA where we do not
fit       Keras on TensorFlow as it comes, `model.fit`
jax       the same file, with KERAS_BACKEND=jax from outside
torch     nn.GRU or nn.LSTM and nn.Linear in a loop over shuffled batches
products  the matrix products of an epoch in NumPy, and nothing else

Our epoch also judges 256 held-out sequences and 8 of the probe; the others are not asked to.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from explorer.experiment import Experiment

ENDLESS = 10**9
CHUNK_SECONDS = 0.1  # as long as the engine lets a run that is alone train before it stores what it has


class Next(Exception):
    """Another command than `epoch` came: what trains now is over."""

    def __init__(self, command: dict[str, Any]) -> None:
        super().__init__(command["do"])
        self.command = command


class Line:
    """The conversation. Standard output is kept for answers: whatever else is printed goes to standard error."""

    def __init__(self) -> None:
        self._answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)

    def receive(self) -> dict[str, Any]:
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        found: dict[str, Any] = json.loads(line)
        return found

    def send(self, **answer: Any) -> None:
        print(json.dumps(answer), file=self._answers, flush=True)

    def wait_for_turn(self) -> None:
        """Return at `epoch`. Raises Next at any other command."""
        command = self.receive()
        if command["do"] != "epoch":
            raise Next(command)


def ours(experiment: Experiment, line: Line) -> NoReturn:
    from explorer.runtime.jobs import jobs

    values, state = experiment.to_dict(), None
    jobs.prepare(values)
    line.send(ok=True)
    while True:
        line.wait_for_turn()
        start = time.perf_counter()
        state, frames, *_ = jobs.chunk(values, state, ENDLESS, CHUNK_SECONDS)
        line.send(seconds=(time.perf_counter() - start) / len(frames), loss=frames[-1].loss)


def other(experiment: Experiment, line: Line) -> NoReturn:
    """Ours, compiled the other way: by XLA where we leave that, without it where we take it."""
    from explorer.training.program import Program
    from explorer.training.trainer import Trainer

    xla, state = not Program(experiment).xla, None
    try:
        trainer = Trainer(experiment, Program(experiment, xla=xla))
        trainer.prepare()
    except Exception:
        # It is the way that was not chosen: that it cannot be gone at all is an answer too.
        line.send(ok=False, xla=xla)
        raise Next(line.receive()) from None
    line.send(ok=True, xla=xla)
    while True:
        line.wait_for_turn()
        start = time.perf_counter()
        state, frames = trainer.run(state, ENDLESS, CHUNK_SECONDS)
        line.send(seconds=(time.perf_counter() - start) / len(frames), loss=frames[-1].loss)


def fit(experiment: Experiment, line: Line) -> NoReturn:
    """One endless `model.fit` whose callback stops between epochs until the next turn: start-up is not counted."""
    import keras

    from explorer.catalog import TASKS
    from explorer.models.build import build_experiment
    from explorer.training import data

    class Turns(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            line.wait_for_turn()
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            line.send(seconds=time.perf_counter() - self.start, loss=float(logs["loss"]))

    keras.utils.clear_session()
    model, training = build_experiment(experiment), data.make(experiment, "training")
    model.compile(optimizer=keras.optimizers.Adam(experiment.learning_rate), loss=TASKS[experiment.task].loss)
    inputs = list(training.inputs) if len(training.inputs) > 1 else training.inputs[0]
    line.send(ok=True)
    model.fit(inputs, training.targets, batch_size=experiment.batch, epochs=ENDLESS, verbose=0, callbacks=[Turns()])
    raise AssertionError("An endless fit has ended.")


def torch(experiment: Experiment, line: Line) -> NoReturn:
    import torch
    from torch import nn

    from explorer.training import data

    kind = {"gru_every_step": nn.GRU, "lstm_every_step": nn.LSTM}[experiment.architecture]
    memory = kind(experiment.features, experiment.units, batch_first=True)
    answer = nn.Linear(experiment.units, 1)
    optimizer = torch.optim.Adam([*memory.parameters(), *answer.parameters()], lr=experiment.learning_rate)
    training = data.make(experiment, "training")
    inputs, targets = torch.from_numpy(training.inputs[0]), torch.from_numpy(training.targets)
    line.send(ok=True)
    while True:
        line.wait_for_turn()
        start, total = time.perf_counter(), 0.0
        for chosen in torch.randperm(experiment.samples).split(experiment.batch):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(answer(memory(inputs[chosen])[0]), targets[chosen])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        line.send(seconds=time.perf_counter() - start, loss=total / experiment.samples)


def products(experiment: Experiment, line: Line) -> NoReturn:
    from bench.products import needed, ready

    run = ready(needed(experiment))
    line.send(ok=True)
    while True:
        line.wait_for_turn()
        start = time.perf_counter()
        run()
        line.send(seconds=time.perf_counter() - start, loss=None)


def first(experiment: Experiment, compiled: bool) -> float:
    """Seconds from "train" to the first frame in a worker that is up. compiled: the page had rested on the experiment."""
    from explorer.runtime.jobs import jobs

    values = experiment.to_dict()
    if compiled:
        jobs.prepare(values)
    start = time.perf_counter()
    jobs.chunk(values, None, 1, 0.0)
    return time.perf_counter() - start


CONTESTANTS: dict[str, Callable[[Experiment, Line], NoReturn]] = {
    "ours": ours,
    "other": other,
    "fit": fit,
    "jax": fit,
    "torch": torch,
    "products": products,
}


def main(name: str) -> None:
    line = Line()
    if name in ("ours", "other"):
        from explorer.runtime.jobs.worker_environment import warm

        warm()
    command = line.receive()
    while True:
        try:
            if command["do"] == "setup":
                CONTESTANTS[name](Experiment.from_dict(command["experiment"]), line)
            elif command["do"] == "first":
                line.send(seconds=first(Experiment.from_dict(command["experiment"]), command["compiled"]))
            elif command["do"] == "difference":
                from bench.sameness import differences

                line.send(**differences(Experiment.from_dict(command["experiment"])))
            elif command["do"] == "memory":
                import psutil

                line.send(bytes=psutil.Process().memory_info().rss)
            command = line.receive()
        except Next as other:
            command = other.command
        except ModuleNotFoundError as error:
            line.send(missing=error.name)
            command = line.receive()
        except Exception as error:
            line.send(error=f"{type(error).__name__}: {error}")
            command = line.receive()


if __name__ == "__main__":
    main(sys.argv[1])
