"""How far the losses of our compiled epoch are from plain Keras on the same batches. Runs in a worker's process."""

from __future__ import annotations

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
    from explorer.runtime import jobs

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
    found = []
    for epoch in range(1, EPOCHS + 1):
        order, losses, sizes = data.order(experiment, epoch), [], []
        for start in range(0, experiment.samples, experiment.batch):
            chosen = order[start : start + experiment.batch]
            model.reset_metrics()  # Keras gives the mean since then
            inputs = [stream[chosen] for stream in training.inputs]
            losses.append(float(model.train_on_batch(inputs, training.targets[chosen])))
            sizes.append(len(chosen))
        val_loss = model.evaluate(list(held_out.inputs), held_out.targets, verbose=0)
        found.append((float(np.average(losses, weights=sizes)), float(val_loss)))
    return found
