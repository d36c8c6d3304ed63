"""A seeded model that keeps its architecture's promise.

The weights of a model follow from its wiring, its sizes and the seed alone: not from the process, from what was built
before, or from what other threads do meanwhile. No global random state is read or set, so nothing has to be locked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from explorer.catalog import resolve
from explorer.catalog.entries import Architecture, Sizes
from explorer.experiment import Experiment
from explorer.keras_internals import GENERATOR_STATE, initializer_of, layer_and_sublayers, maker, set_initializer
from explorer.keras_source import let_states_wait


class BrokenPromise(ValueError):
    """An architecture built a model whose inputs or outputs are not what it promises for these sizes."""


def build(architecture: Architecture, sizes: Sizes, knobs: Mapping[str, Any] | None = None, seed: int = 0) -> keras.Model:
    """The architecture's model at these sizes, the same bits in every weight for the same seed.

    Raises BrokenPromise where a shape is not the promised one, or the timesteps are left unknown.

    >>> from explorer.catalog import ARCHITECTURES
    >>> build(ARCHITECTURES["gru_every_step"], Sizes(timesteps=20, features=5, outputs=1, units=32)).count_params()
    3777
    """

    def make() -> keras.Model:
        model = architecture.build(sizes, knobs)
        _check(model, architecture, sizes, knobs)
        return model

    if architecture.carries:
        let_states_wait()
    return _with_weights(make, seed)


def build_experiment(experiment: Experiment, batch: int | None = None) -> keras.Model:
    """The model of an experiment; how many outputs it has is the task's, or the pasted code's.

    batch: for an architecture that fixes the batch size, another one than the experiment's; the weights are the same.

    Raises `explorer.snippet.Unreadable`, a ValueError, for pasted code that is not understood.
    """
    pasted = experiment.pasted
    if pasted is not None:
        # The reader of code needs TensorFlow; the models of the catalog are built by any backend of Keras.
        from explorer.snippet import model_of

        return _with_weights(lambda: model_of(pasted.code, list(pasted.x), dict(pasted.sizes)), experiment.seed)
    found = resolve(experiment)
    sizes = found.sizes if batch is None else replace(found.sizes, batch=batch)
    return build(found.architecture, sizes, experiment.knobs, experiment.seed)


def _with_weights(make: Callable[[], keras.Model], seed: int) -> keras.Model:
    """The model that `make` makes, its weights drawn from the seed."""
    # In this scope Keras makes the variables but draws their values only on leaving it. So each weight is drawn once,
    # by the initializer that its layer chose, with a seed of its own.
    with keras.StatelessScope():
        model = make()
        drawn = _drawn(model)
        for place, variable in enumerate(model.variables):
            set_initializer(variable, _seeded(variable, [seed, place], id(variable) in drawn))
    return model


def _drawn(model: keras.Model) -> set[int]:
    """The weights (by id) whose initializer names a seed that nobody gave it: EinsumDense, and so attention, draws one
    for the initializer that it makes of its own."""
    layers = [layer for layer in layer_and_sublayers(model) if isinstance(layer, keras.layers.EinsumDense)]
    return {id(layer.kernel) for layer in layers if layer.kernel_initializer.get_config().get("seed", 0) is None}


def _seeded(variable: keras.Variable, entropy: list[int], drawn: bool) -> Any:
    """The initializer of a variable with a seed, unless it was given one or draws nothing.

    The seed follows from the variable's place in the model: its path holds the names that Keras makes up, and those
    count what was built before.
    """
    initializer = initializer_of(variable)
    seed = seed_of(entropy)
    if variable.name == GENERATOR_STATE:
        return lambda shape, dtype: np.array([seed, 0], dtype)
    if isinstance(initializer, keras.Initializer):
        config = initializer.get_config()
        if drawn or config.get("seed", seed) is None:
            return type(initializer).from_config({**config, "seed": seed})
    return initializer


def seed_of(entropy: list[int]) -> int:
    """What the weight at a place of a model is drawn from: entropy is the model's seed and the place."""
    return int(np.random.SeedSequence(entropy).generate_state(1)[0]) >> 1


def _check(model: Any, architecture: Architecture, sizes: Sizes, knobs: Mapping[str, Any] | None) -> None:
    name = architecture.name
    if not isinstance(model, keras.Model):
        raise BrokenPromise(f"{name} promises a keras.Model but returns {model!r}")
    promised = architecture.input_shapes(sizes, knobs)
    if len(model.inputs) != len(promised):
        wanted = " and ".join(map(str, promised))
        raise BrokenPromise(f"{name} promises to take {wanted} but its model has {len(model.inputs)} inputs")
    for shape, tensor in zip(promised, model.inputs, strict=True):
        if tuple(tensor.shape) == shape:
            continue
        source = maker(tensor).name
        if None in tensor.shape[1:]:
            # TimeDistributed over unknown timesteps loops over the batch instead, so an open size is no convenience.
            raise BrokenPromise(
                f"{name} promises to take {shape} but its input '{source}' leaves a size unknown: {tuple(tensor.shape)}"
            )
        raise BrokenPromise(f"{name} promises to take {shape} but its input '{source}' takes {tuple(tensor.shape)}")
    output = architecture.output_shape(sizes)
    if len(model.outputs) != 1:
        raise BrokenPromise(f"{name} promises one output, {output}, but its model has {len(model.outputs)} outputs")
    (answer,) = model.outputs
    if tuple(answer.shape) != output:
        layer = maker(answer).name
        raise BrokenPromise(f"{name} promises {output} but its last layer '{layer}' returns {tuple(answer.shape)}")


__all__ = ["BrokenPromise", "build", "build_experiment", "seed_of"]
