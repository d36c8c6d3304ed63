"""Run chunks of an experiment: epochs of its program, from one state to the next.

A chunk is a pure function: (experiment, state, epochs, budget) -> (state, frames). The state holds every variable of the
model and its optimizer and the number of epochs behind it; the order of the batches follows from seed and epoch. So the
losses of a run are the same, bit for bit, however it was cut into chunks and whichever worker ran them.

Where that stops: on another machine, another version of TensorFlow, or with more than one thread to an operation,
sums may be taken in another order, and the last bits differ.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from explorer.catalog import resolve
from explorer.catalog.pasted import loss_name
from explorer.experiment import Experiment, Frame
from explorer.training import checkpoint, data
from explorer.training.probe_grids import packed
from explorer.training.program import Program


class Trainer:
    """One experiment with its data on the device, ready to run chunks on a program.

    program: one with the experiment's `program_key`; a new one where none is given. Two trainers may share one, as long
    as they do not run at the same time. Its `bytes` are those of its data.
    """

    def __init__(self, experiment: Experiment, program: Program | None = None) -> None:
        self.experiment = experiment
        self.program = program or Program(experiment)
        weights = [variable.numpy() for variable in self.program.build(experiment).variables]
        rate = self.program.optimizer.learning_rate
        places = [variable is rate for variable in self.program.optimizer.variables]
        moments = [
            np.asarray(experiment.learning_rate, value.dtype) if is_rate else value
            for is_rate, value in zip(places, self.program.fresh, strict=True)
        ]
        self._start = [*weights, *moments, *(np.zeros(state.shape, np.float32) for state in self.program.carried)]
        training, held_out, probe = (data.make(experiment, part) for part in ("training", "held out", "probe"))
        looked_at = [np.concatenate(pair) for pair in zip(held_out.inputs, probe.inputs, strict=True)]
        self._arrays = (
            [tf.constant(stream) for stream in training.inputs],
            tf.constant(training.targets),
            [tf.constant(stream) for stream in looked_at],
            tf.constant(held_out.targets),
        )
        self.bytes = sum(each.dtype.size * each.shape.num_elements() for each in tf.nest.flatten(self._arrays))

    def prepare(self) -> None:
        """Compile now, by running an epoch of no whole batch, so that `run` starts at once."""
        if not self.program.compiled:
            self._restore(None)
            self.program.epoch(data.order(self.experiment, 1), 0, 0, self._arrays)

    def run(
        self, state: bytes | None, epochs: int, budget: float, watched: Collection[int] = ()
    ) -> tuple[bytes, list[Frame]]:
        """Train from `state` (None: from the start) for up to `epochs` epochs or `budget` seconds, one epoch at least.

        watched: the probe sequences whose tensors the frames bring along; the losses are the same whatever is watched.
        No epoch is begun that would end after the budget, going by those before it. Ends early at a loss that is not
        finite; that frame is the last.
        """
        done = self._restore(state)
        frames: list[Frame] = []
        started = time.perf_counter()
        while len(frames) < epochs:
            frames.append(self._frame(done + len(frames) + 1, watched))
            spent = time.perf_counter() - started
            if not frames[-1].finite or spent + spent / len(frames) > budget:
                break
        return self._save(done + len(frames)), frames

    def run_batches(self, state: bytes, first: int, until: int, watched: Collection[int] = ()) -> tuple[bytes, Frame]:
        """As `run`, the batches `first` (from 0) to `until`, that one left out, of the next epoch alone; the loss is theirs.

        A state within an epoch has the epochs before it behind it; the one after the last batch is that of `run`.
        """
        epoch, samples = self._restore(state) + 1, self.experiment.samples
        frame = self._frame(epoch, watched, first, until)
        seen = (min(until * self.program.batch, samples) - first * self.program.batch) / samples
        right = None if frame.accuracy is None else frame.accuracy / seen
        state = self._save(epoch if until == self.program.batches else epoch - 1)
        return state, replace(frame, loss=frame.loss / seen, accuracy=right)

    def start(self) -> bytes:
        """The state before the first epoch."""
        return checkpoint.pack(self._start, 0)

    def model_at(self, state: bytes) -> keras.Model:
        """A model of its own with the weights of a state, compiled with the loss that it was trained on."""
        values, _ = checkpoint.unpack(state, self._start)
        model = self.program.build(self.experiment)
        for variable, value in zip(model.variables, values, strict=False):  # After the weights come the optimizer's.
            variable.assign(value)
        model.compile(keras.optimizers.Adam(self.experiment.learning_rate), loss_name(resolve(self.experiment).task.loss))
        return model

    def _frame(self, epoch: int, watched: Collection[int], first: int = 0, until: int | None = None) -> Frame:
        order, until = data.order(self.experiment, epoch), self.program.batches if until is None else until
        found = self.program.epoch(order, first, until, self._arrays, bool(watched))
        loss, accuracy, val_loss, val_accuracy, outputs, own_accuracy, decoded, *grids = found
        right, val_right = (float(accuracy), float(val_accuracy)) if self.program.judges else (None, None)
        tensors = {sequence: packed(each[sequence]) for each in grids for sequence in watched if each.size}
        own = (float(own_accuracy), decoded.astype(np.uint8)) if decoded.size else (None, None)
        return Frame(epoch, float(loss), float(val_loss), right, val_right, data.shown(outputs), tensors, *own)

    def _restore(self, state: bytes | None) -> int:
        program = self.program
        held, program.holds = program.holds, None
        if state is not None and held == (self.experiment.key, state):
            # The variables are there already: this run's last chunk was this program's last.
            return checkpoint.epoch_of(state)
        values, epoch = (self._start, 0) if state is None else checkpoint.unpack(state, self._start)
        for variable, value in zip(program.variables, values, strict=True):
            variable.assign(value)
        return epoch

    def _save(self, epoch: int) -> bytes:
        state = checkpoint.pack([variable.numpy() for variable in self.program.variables], epoch)
        self.program.holds = (self.experiment.key, state)
        return state
