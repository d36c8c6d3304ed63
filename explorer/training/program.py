"""One epoch of an experiment, compiled into one function: its batches, what is held out, the probe."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from explorer.catalog import program_key, resolve
from explorer.catalog.pasted import ASKS, loss_name
from explorer.experiment import HELD_OUT_SAMPLES, PROBE_SEQUENCES, Experiment
from explorer.keras_internals import mask_of
from explorer.models.build import build_experiment
from explorer.models.carried import carried_states
from explorer.models.fold_time import folded_with_tensors
from explorer.training import data, decoding
from explorer.training.carried import in_order, reset_at
from explorer.training.hindrance import hindrance
from explorer.training.probe_grids import ProbeGrids
from explorer.training.program_cache import CACHE
from explorer.training.repeatable_names import repeatable_names

# Beside a recurrent loop XLA gains more than a convolution costs it, while no filter has more numbers than these.
# Milliseconds of the processor an epoch, with and without XLA: convolutions of 3 · 32 · 32 numbers alone 101 and 20; a GRU
# behind a convolution of 4 · 2 · 32 numbers 12 and 35, of 4 · 2 · 128 numbers 85 and 119; a GRU on images 36 and 75.
LARGEST_FILTER = 2048


def wants_xla(graph: tf.Graph) -> bool:
    """Whether XLA makes a traced epoch faster: it does, except where convolutions take most of the time.

    XLA fuses the many small operations of a step, which is where recurrent loops, attention and Adam spend their time
    on a processor. For convolutions, and above all for their gradients, TensorFlow has kernels of its own that XLA has
    no match for. The rule looks at the operations of the epoch, those in loops and in called functions too, so it holds
    for any model, whatever its layers are called. `make bench` measures both ways for every architecture.
    """
    functions = _functions(graph)
    if not any("Conv" in node.op for nodes in functions for node in nodes):
        return True
    # A loop that a gradient goes back through keeps what it has computed in lists.
    loops = [nodes for nodes in functions if any(node.op == "TensorListPushBack" for node in nodes)]
    if not loops or any("Conv" in node.op for nodes in loops for node in nodes):
        return False
    nodes = [node for nodes in _functions(graph, shapes=True) for node in nodes]
    return max((_numbers(node) for node in nodes if "BackpropFilter" in node.op), default=0) <= LARGEST_FILTER


def _functions(graph: tf.Graph, shapes: bool = False) -> list[Any]:
    """The operations of a graph, and of each function in it. shapes: with those of what they give, which takes longer."""
    found = graph.as_graph_def(add_shapes=shapes)
    return [found.node, *(function.node_def for function in found.library.function)]


def _numbers(node: Any) -> float:
    """How many numbers an operation gives, infinitely many where that is not known."""
    sizes = [each.size for each in node.attr["_output_shapes"].list.shape[0].dim]
    return math.inf if not sizes or min(sizes) < 0 else math.prod(sizes)


# Whether an answer is right, by what the loss asks for: targets, answers -> yes or no for each.
RIGHT: dict[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "yes/no": lambda targets, answers: (answers > 0.5) == (targets > 0.5),
    "one-hot": lambda targets, answers: tf.argmax(answers, -1) == tf.argmax(targets, -1),
    "class numbers": lambda targets, answers: tf.argmax(answers, -1) == tf.cast(targets, tf.int64),
}


class Program:
    """One epoch, for every experiment with one `program_key`: a model, its optimizer, and the compiled function.

    It holds no data, and of weights only what it last worked on: a `Trainer` brings both. Making one builds and traces;
    the first `epoch` compiles what was traced, which takes longer than both.

    xla: whether XLA compiles it; by `wants_xla` where nothing is said. build: makes the model, where it is another than the
    experiment's own (`explorer.models.other_cells`); such a program is for experiments of which it makes the same.
    """

    def __init__(
        self,
        experiment: Experiment,
        xla: bool | None = None,
        build: Callable[[Experiment], keras.Model] = build_experiment,
    ) -> None:
        self.key = program_key(experiment)
        self.build = build
        task = resolve(experiment).task
        self._loss, self._is_forced = loss_name(task.loss), task.is_forced
        self._asks = ASKS.get(self._loss)
        self.samples, self.batch = experiment.samples, experiment.batch
        self.batches = data.batches(experiment)
        with repeatable_names(self.key):
            self._make(experiment, xla)

    def _make(self, experiment: Experiment, xla: bool | None) -> None:
        self.model = self.build(experiment)
        refusal = hindrance(experiment, self.model)
        if refusal:
            raise ValueError(refusal)
        self.optimizer = keras.optimizers.Adam(experiment.learning_rate)
        self.optimizer.build(self.model.trainable_variables)
        self.pieces, self.carried = data.carried_pieces(experiment), carried_states(self.model)
        # What is carried belongs to a state within an epoch: an epoch begins with zeros.
        self.variables = [*self.model.variables, *self.optimizer.variables, *self.carried]
        self.fresh = [variable.numpy() for variable in self.optimizer.variables]
        self.holds: tuple[str, bytes] | None = None  # the experiment and state that the variables are at
        self.compiled = False
        # Loops are traced in another way for XLA, so it is traced for XLA first, and again only where that is not wanted.
        self.xla = xla is not False
        self._epoch = self._trace()
        if xla is None and not wants_xla(self._epoch.graph):
            self.xla = False
            self._epoch = self._trace()
        self.shows_tensors = self._epoch.output_shapes[-1][1] > 0  # whether it gives what flows within when it is watched

    @property
    def judges(self) -> bool:
        """Whether an answer is right or wrong, so that it makes sense to count the right ones."""
        return self._asks in RIGHT

    def epoch(
        self, order: np.ndarray, first: int, until: int, arrays: tuple[Any, ...], watched: bool = False
    ) -> tuple[np.ndarray, ...]:
        """Train on the batches `first` (from 0) to `until`, that one left out, of the sequences in this order (samples,);
        then look at what is held out and at the probe.

        Returns the loss and accuracy summed over these batches and divided by all samples, those of the held-out sequences,
        the probe's outputs, and what a decoder makes of its own outputs (`explorer.training.decoding`), nothing for another
        model; where it is watched, also the grids of what flows within (`explorer.training.probe_grids`).
        """
        *results, grids = self._called(tf.constant(order), tf.constant(first), tf.constant(until), *arrays)
        self.compiled = True
        # A second program that gives no grids would be compiled for seconds, and they cost an epoch next to nothing: left
        # where they are, they cost nothing more.
        return tuple(result.numpy() for result in ([*results, grids] if watched else results))

    def _called(self, *arguments: Any) -> Any:
        """The compiled epoch's answer. The first call compiles, before it changes any variable, and can be tried again where
        a file of the cache was broken or could not be written."""
        attempt = 0
        while True:
            try:
                return self._epoch(*arguments)
            except tf.errors.OpError:
                if self.compiled or not CACHE.repair(attempt):
                    raise
            attempt += 1
            # TensorFlow remembers that this one could not be compiled.
            self._epoch = self._trace()

    def _signature(self) -> list[Any]:
        """What an epoch takes: order, two batches, inputs, targets, what is looked at, and targets of what is held out."""

        def streams(samples: int) -> list[tf.TensorSpec]:
            return [tf.TensorSpec((samples, *tensor.shape[1:])) for tensor in self.model.inputs]

        def targets(samples: int) -> tf.TensorSpec:
            (answer,) = self.model.outputs
            sizes = answer.shape[1:-1] if self._asks == "class numbers" else answer.shape[1:]
            return tf.TensorSpec((samples, *sizes))

        order, place = tf.TensorSpec((self.samples,), tf.int32), tf.TensorSpec((), tf.int32)
        looked_at = streams(HELD_OUT_SAMPLES + PROBE_SEQUENCES)
        return [order, place, place, streams(self.samples), targets(self.samples), looked_at, targets(HELD_OUT_SAMPLES)]

    def _trace(self) -> Any:
        model, tensors = folded_with_tensors(self.model)
        optimizer, weights = self.optimizer, self.model.trainable_variables
        grids = ProbeGrids(self.model, tensors)
        (answer,) = model.outputs
        # The same graph with the tensors within it among its outputs.
        open_model = keras.Model(model.inputs, [answer, *grids.tensors])
        samples, batch = self.samples, self.batch
        whole, rest = divmod(samples, batch)
        measure, is_right = keras.losses.get(self._loss), RIGHT.get(self._asks or "", RIGHT["yes/no"])

        def judge(answers: tf.Tensor, targets: tf.Tensor, penalties: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
            mask = mask_of(answers)
            mask = None if mask is None else mask[: targets.shape[0]]
            judged = answers[: targets.shape[0]]
            right = _mean(tf.cast(is_right(targets, judged), tf.float32), mask)
            # What layers add of their own: penalties on weights and on what comes out.
            loss = sum((tf.reduce_sum(each) for each in penalties), _mean(measure(targets, judged), mask))
            return loss, right

        def step(chosen: tf.Tensor, inputs: list[tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape() as tape:
                batch_inputs = [tf.gather(stream, chosen) for stream in inputs]
                answers = model(batch_inputs if len(inputs) > 1 else batch_inputs[0], training=True)
                loss, right = judge(answers, tf.gather(targets, chosen), model.losses)
            optimizer.apply(tape.gradient(loss, weights), weights)
            return loss, right

        @tf.function(jit_compile=self.xla, autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow has no types
        def epoch(
            order: tf.Tensor,
            first: tf.Tensor,
            until: tf.Tensor,
            inputs: list[tf.Tensor],
            targets: tf.Tensor,
            looked_at: list[tf.Tensor],
            held_out_targets: tf.Tensor,
        ) -> tuple[tf.Tensor, ...]:
            def train(size: int, place: tf.Tensor, loss_sum: tf.Tensor, right_sum: tf.Tensor) -> tuple[tf.Tensor, ...]:
                reset_at(self.carried, place, self.pieces)
                loss, right = step(tf.slice(order, [place * batch], [size]), inputs, targets)
                return place + 1, loss_sum + loss * size, right_sum + right * size

            sums = (first, tf.constant(0.0), tf.constant(0.0))
            sums = tf.while_loop(lambda place, *_: place < tf.minimum(until, whole), partial(train, batch), sums)
            if rest:
                # One smaller batch at the end, as Keras does; a trace of its own, because XLA wants fixed sizes.
                sums = tf.while_loop(lambda place, *_: place < until, partial(train, rest), sums)
            _, loss_sum, right_sum = sums
            # What is held out and the probe go through together: one more pass, and no second trace for the probe.
            if self.carried:
                (answers, *within), penalties = in_order(open_model, looked_at, self.carried, self.pieces, batch), []
            else:
                answers, *within = open_model(looked_at, training=False)
                penalties = open_model.losses
            val_loss, val_right = judge(answers, held_out_targets, penalties)
            own = decoding.own(model, looked_at, held_out_targets) if self._is_forced else decoding.nothing()
            results = loss_sum / samples, right_sum / samples, val_loss, val_right, answers[HELD_OUT_SAMPLES:]
            return *results, *own, grids.of(within)

        return epoch.get_concrete_function(*self._signature())


def _mean(values: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    """The mean, of what a mask leaves as Keras takes it: values (batch, timesteps, ...) and a mask (batch, timesteps)."""
    if mask is None or len(mask.shape) > len(values.shape):
        return tf.reduce_mean(values)
    weights = tf.reshape(tf.cast(mask, values.dtype), (*mask.shape, *[1] * (len(values.shape) - len(mask.shape))))
    weights = tf.broadcast_to(weights, tf.shape(values))
    return tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))
