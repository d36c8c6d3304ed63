"""How far the losses of our compiled epoch are from plain Keras on the same batches. Runs in a worker's process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.experiment import Experiment

EPOCHS = 5
EQUAL = 1e-4


def differences(experiment: Experiment) -> dict[str, float]:
    """The largest relative difference of a training or held-out loss in the first 5 epochs, as `difference`.

    Plain Keras: `train_on_batch` on each batch of the same order, from the same weights, with the same optimizer.
    Where training itself makes a difference in the last bit grow, two ways of summing part, and no compiled epoch can
    be equal. So where the difference is over 1e-4, `keras_itself` says how far plain Keras is from plain Keras with
    `jit_compile=True`, which sums in another order.
    """
    from explorer.runtime.jobs import jobs

    _, frames, *_ = jobs.chunk(experiment.to_dict(), None, EPOCHS, 1e9)
    plain = _plain_keras(experiment, jit=False)
    found = {"difference": _largest([(frame.loss, frame.val_loss) for frame in frames], plain)}
    if found["difference"] > EQUAL:
        found["keras_itself"] = _largest(_plain_keras(experiment, jit=True), plain)
    return found


def _largest(losses: list[tuple[float, float]], expected: list[tuple[float, float]]) -> float:
    pairs = [pair for one, other in zip(losses, expected, strict=True) for pair in zip(one, other, strict=True)]
    return float(max(abs(loss - right) / max(abs(right), 1e-12) for loss, right in pairs))


def _plain_keras(experiment: Experiment, jit: bool) -> list[tuple[float, float]]:
    """Training and held-out loss of each epoch."""
    import keras
    import numpy as np

    from explorer.catalog import TASKS
    from explorer.models.build import build_experiment
    from explorer.training import data

    model, rate = build_experiment(experiment), experiment.learning_rate
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=TASKS[experiment.task].loss, jit_compile=jit)
    training, held_out = data.make(experiment, "training"), data.make(experiment, "held out")
    pieces, found = data.carried_pieces(experiment), []
    for epoch in range(1, EPOCHS + 1):
        order, losses, sizes = data.order(experiment, epoch), [], []
        for number, start in enumerate(range(0, experiment.samples, experiment.batch)):
            chosen = order[start : start + experiment.batch]
            model.reset_metrics()  # Keras gives the mean since then
            if number % pieces == 0:
                _reset_states(model)
            inputs = [stream[chosen] for stream in training.inputs]
            losses.append(float(model.train_on_batch(inputs, training.targets[chosen])))
            sizes.append(len(chosen))
        val_loss = _held_out(model, held_out.inputs, held_out.targets, pieces, experiment.batch)
        found.append((float(np.average(losses, weights=sizes)), val_loss))
    return found


def _held_out(model: Any, inputs: Sequence[Any], targets: Any, pieces: int, batch: int) -> float:
    """The loss of all held-out sequences at once: Keras means over batches would weigh those with more padding alike.

    pieces: of how many sequences, one after the other, a long one consists; such a model takes `batch` long ones at a time,
    and the losses of its batches weigh the same, as all are full.
    """
    import numpy as np

    if pieces == 1:
        return float(model.evaluate(list(inputs), targets, batch_size=len(targets), verbose=0))
    losses = []
    for group in np.arange(len(targets)).reshape(-1, batch, pieces):
        _reset_states(model)
        for piece in range(pieces):
            chosen = group[:, piece]
            model.reset_metrics()
            losses.append(float(model.test_on_batch([stream[chosen] for stream in inputs], targets[chosen])))
    return float(np.mean(losses))


def _reset_states(model: Any) -> None:
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()
