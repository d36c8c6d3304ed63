"""Whether a model can be trained here, and if not, why."""

from __future__ import annotations

import keras

from explorer.catalog import resolve
from explorer.catalog.pasted import ASKS, loss_name
from explorer.experiment import Experiment
from explorer.experiment.bounds import carried_batches, carried_samples
from explorer.keras_internals import layer_and_sublayers


def hindrance(experiment: Experiment, model: keras.Model) -> str:
    """Why a model cannot be trained here, in a sentence; an empty string where it can."""
    if experiment.pasted is None:
        return _uneven(experiment) if resolve(experiment).architecture.carries else ""
    loss = loss_name(experiment.pasted.loss)
    if loss not in ASKS:
        return f"Targets for the loss {loss} cannot be generated here: use one of {', '.join(ASKS)}."
    if len(model.outputs) != 1:
        return (
            f"Only a model with one output can be trained here, and this one has {len(model.outputs)}: pass one to Model()."
        )
    if not model.trainable_variables:
        return "This model has no weights that could be trained."
    keeping = [layer.name for layer in layer_and_sublayers(model) if getattr(layer, "stateful", False) is True]
    if keeping:
        return (
            f"{keeping[0]} keeps its state from batch to batch (stateful=True), but every epoch here uses the sequences in "
            "another order, so that no batch continues the last one. Remove stateful=True to train this model."
        )
    fixed = [tensor.shape[0] for tensor in model.inputs if tensor.shape[0] is not None]
    if fixed:
        return (
            f"The code sets the batch size to {fixed[0]}, but the validation data need another one. Leave the batch size "
            "open to train this model: Input((20, 5)) instead of Input(batch_shape=(8, 20, 5))."
        )
    tensors = [*model.inputs, *model.outputs]
    if any(size is None for tensor in tensors for size in tensor.shape[1:]):
        return "A size of this model is unknown, but training needs every size: declare the timesteps in the Input."
    return ""


def _uneven(experiment: Experiment) -> str:
    """Why no batch could go on in the next one; an empty string where every batch is whole."""
    pieces = resolve(experiment).task.pieces(experiment.knobs)
    if experiment.samples != carried_samples(experiment.samples, pieces):
        return f"samples must be a multiple of {pieces}, the pieces of a long sequence. Received: {experiment.samples}"
    allowed = carried_batches(experiment.samples, pieces)
    if experiment.batch not in allowed:
        return (
            "Every batch has the next piece of as many long sequences, so the batch can be "
            f"{', '.join(map(str, allowed))} here. Received: {experiment.batch}"
        )
    return ""
