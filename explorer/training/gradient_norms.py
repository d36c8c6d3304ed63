"""The norm of each layer's gradient over a training, read off the states that the run left behind.

Adam keeps, for each weight, a running mean of its squared gradient, v = beta_2 · v + (1 - beta_2) · g²
(https://arxiv.org/abs/1412.6980). Two states with k steps between them therefore say how large the gradients of just these
steps were: (v_b - beta_2^k · v_a) / (1 - beta_2^k) is the mean of g² over them, the newest counting a little more. Summed
over a layer's weights, its root is the norm of the layer's gradient, as a root mean square over those steps.

Nothing is computed for it while a model trains, and no loss changes by a bit: every state has those means, as training goes
on from them. Measuring the norm within the compiled epoch would have made all runs pay for those who look, or a second
program that is compiled for seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.experiment import Experiment
from explorer.keras_internals import squared_gradients
from explorer.shapes.graph import calls
from explorer.training import checkpoint

if TYPE_CHECKING:
    import keras

# Of a sum that was rounded at every step, as a part of itself: half a unit in the last place of float32.
ROUNDING = 2.0**-24
# A norm that may be wrong by more than a tenth is not told. Of its square that is a fifth.
MOST_WRONG = 0.2


@dataclass(frozen=True)
class Norms:
    """epochs: where the steps that a number is of end, in order; the first ones begin at `begin`, an epoch, and the others
    where those before end. layers: by each layer with weights that are trained, in the order of the data, the norm of its
    gradient; NaN where it is not finite or too small beside those before to be read off.
    """

    begin: int
    epochs: list[int]
    layers: dict[str, list[float]]


def norms(experiment: Experiment, model: keras.Model, states: Sequence[bytes]) -> Norms:
    """What states of a run say of its gradients.

    model: the experiment's, whatever its weights are. states: of one run, in the order of their epochs; at least two.

    Raises ValueError for states of another model.
    """
    import keras

    optimizer = keras.optimizers.Adam(experiment.learning_rate)
    optimizer.build(model.trainable_variables)
    variables = [*model.variables, *optimizer.variables]
    like = [variable.numpy() for variable in variables]
    places = {id(variable): place for place, variable in enumerate(variables)}
    squares = [places[id(each)] for each in squared_gradients(optimizer)]
    by_weight = dict(zip((id(each) for each in model.trainable_variables), squares, strict=True))
    layers = {
        call.name: [by_weight[id(each)] for each in call.layer.trainable_variables]
        for call in calls(model)
        if call.shares is None and getattr(call.layer, "trainable_variables", None)
    }
    steps_at = places[id(optimizer.iterations)]
    found: dict[str, list[float]] = {name: [] for name in layers}
    epochs: list[int] = []
    # Behind the optimizer may stand states that are carried from batch to batch.
    before, begin = checkpoint.unpack(states[0], like, whole=False)
    for state in states[1:]:
        after, epoch = checkpoint.unpack(state, like, whole=False)
        steps = int(after[steps_at]) - int(before[steps_at])
        if steps <= 0:
            continue
        epochs.append(epoch)
        for name, mine in layers.items():
            pairs = [(_sum(before[place]), _sum(after[place])) for place in mine]
            sums = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
            found[name].append(_norm(*sums, steps, float(optimizer.beta_2)))
        before = after
    return Norms(begin, epochs, found)


def _sum(values: np.ndarray) -> float:
    return float(np.sum(values, dtype=np.float64))


def _norm(before: float, after: float, steps: int, beta: float) -> float:
    """The norm of the gradient over the steps between two sums of running means."""
    kept = beta**steps
    square = after - kept * before
    rounding = ROUNDING * np.sqrt(steps) * before
    if not np.isfinite(square) or square < 0 or rounding > MOST_WRONG * square:
        return float("nan")
    return float(np.sqrt(square / (1 - kept)))
