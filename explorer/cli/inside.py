"""The command that looks inside a recurrent layer, or one of attention: inside."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from explorer.catalog import resolve
from explorer.catalog.pasted import loss_name
from explorer.cli import inside_attention, printing
from explorer.cli.inside_attention import listed
from explorer.cli.options import as_json, examples, experiment, shape, takes_experiment
from explorer.cli.training import not_finite, train_with_bar
from explorer.experiment import PROBE_SEQUENCES, Experiment
from explorer.tensors.text import count
from explorer.training.reach import reach

if TYPE_CHECKING:
    from explorer.models.inside import Inside, Reading
    from explorer.models.through_time import Gradient

GATES = {"z": "update z", "r": "reset r", "i": "input i", "f": "forget f", "candidate": "candidate", "o": "output o"}
SHOWN_FEATURES = 4


@click.command(
    epilog=examples(
        "inside gru_every_step --task delayed_echo --epochs 20 --layer memory",
        "inside gru_once --epochs 5 --sequence 2 --json > inside.json",
        "inside self_attention --task running_mean --epochs 20 --layer attention",
    )
)
@takes_experiment
@click.option("--layer", metavar="NAME", help="A recurrent layer, or one of attention; by default the first recurrent one.")
@click.option("--sequence", metavar="K", default="1", help=f"Which validation sequence, 1 to {PROBE_SEQUENCES}.")
@click.option("--at", metavar="T", help="The timestep whose loss the gradient is of, from 1; by default the last one.")
@as_json
def inside(settings: dict[str, Any], layer: str | None, sequence: str, at: str | None, as_json: bool) -> int:
    """Train an experiment here, and look inside a recurrent layer: states, gates and the gradient at every timestep.

    --json gives all numbers: hidden, cell (null without an LSTM), each gate, the inputs of the layer, the length of the
    gradient of the loss by each timestep's input, the mask (true where a timestep counts) and the weights. Of a
    Bidirectional layer the forward units stand before the backward ones. A number that is not finite is null. Of a layer of
    attention there are its weights instead: attention, [heads][query timesteps][key timesteps], and allowed, true where a
    query may attend to a key. Ends with 1 if the loss was no longer a finite number.
    """
    wanted = experiment(settings)
    (place,) = shape("--sequence", sequence, 1)
    if place > PROBE_SEQUENCES:
        raise ValueError(f"--sequence must be 1 to {PROBE_SEQUENCES}. Received: “{sequence}”.")
    timestep = None if at is None else shape("--at", at, 1)[0]
    of_attention = _refuse(wanted, layer, place, timestep)
    done = train_with_bar(wanted)
    when = f"after {count(done.frames[-1].epoch, 'epochs')}, validation sequence {place}"
    if of_attention:
        _show_attention(done.model, wanted, str(layer), place, when, as_json)
    else:
        _show(done.model, wanted, layer, place, timestep, when, as_json)
    if not done.finite:
        print(not_finite(done), file=sys.stderr)
        return 1
    return 0


def _show(
    model: Any, wanted: Experiment, layer: str | None, place: int, timestep: int | None, when: str, as_json: bool
) -> None:
    found, gradient = _look(model, wanted, layer, place, timestep)
    if as_json:
        print(json.dumps(written(found, gradient)))
    else:
        _print(found, gradient, when)
    for note in [*found.notes(), *filter(None, [gradient.not_finite()])]:
        print(note, file=sys.stderr)


def _show_attention(model: Any, wanted: Experiment, layer: str, place: int, when: str, as_json: bool) -> None:
    from explorer.models.attention import look
    from explorer.training import data

    found = look(model, layer, [stream[place - 1 : place] for stream in data.make(wanted, "probe").inputs])
    if as_json:
        print(json.dumps(inside_attention.written(found)))
    else:
        inside_attention.print_attention(found, when)


def written(found: Inside, gradient: Gradient) -> dict[str, Any]:
    """The numbers of one sequence as plain data."""
    return {
        "hidden": listed(found.hidden[0]),
        "gates": {name: listed(gate[0]) for name, gate in found.gates.items()},
        "cell": None if found.cell is None else listed(found.cell[0]),
        "gradient": listed(gradient.inputs[0].astype(np.float32)),
        "mask": found.counts[0].tolist(),
        # A bias with one axis is a row.
        "weights": {name: listed(np.atleast_2d(value)) for name, value in found.weights.items()},
        "inputs": listed(found.inputs[0]),
    }


def _refuse(wanted: Experiment, layer: str | None, place: int, timestep: int | None) -> bool:
    """Say what cannot be looked into before it is trained for minutes; else whether it is a layer of attention."""
    from explorer.runtime.jobs.worker_environment import warm

    warm()
    from explorer.models.build import build_experiment
    from explorer.models.inside import found_call

    model = build_experiment(wanted)
    if inside_attention.is_attention(model, layer):
        if timestep is not None:
            raise ValueError("--at goes with a recurrent layer: no gradient is computed of a layer of attention.")
        return True
    found_call(model, layer)
    if timestep is not None:
        _look(model, wanted, layer, place, timestep)
    return False


def _look(model: Any, wanted: Experiment, layer: str | None, place: int, timestep: int | None) -> tuple[Inside, Gradient]:
    from explorer.models.inside import look
    from explorer.models.through_time import gradient
    from explorer.training import data

    probe = data.make(wanted, "probe")
    inputs = [stream[place - 1 : place] for stream in probe.inputs]
    targets = probe.targets[place - 1 : place]
    loss = loss_name(resolve(wanted).task.loss)
    return look(model, layer, inputs), gradient(model, layer, inputs, targets, loss, timestep)


def _print(found: Inside, gradient: Gradient, when: str) -> None:
    for each in found.directions:
        role = f" {each.role}" if each.role else ""
        printing.paragraph(f"{found.layer}{role}: {each.kind}, {count(each.hidden.shape[-1], 'units')}, {when}\n", "bold")
        columns, rows = _table(found, gradient, each)
        printing.table({name: {"justify": "right"} for name in columns}, rows)
        print()
    gates = " Gates: the mean over the units." if found.gates else ""
    printing.paragraph(f"States{' and candidate' * bool(gates)}: the mean absolute value over the units.{gates}")
    if found.windows > 1:
        printing.paragraph(f"{found.windows} windows lie end to end; the state starts at zero in each of them.")
    if not found.counts.all():
        printing.paragraph("At a masked timestep the states stay as they were, and the gates are not used.")
    at = "the loss" if gradient.timesteps is None else f"the loss at timestep {gradient.timesteps[0]}"
    printing.paragraph(
        f"dx, dh: how strongly {at} ({gradient.loss[0]:.4g}) depends on this timestep's input and on the state after it, as "
        "the Euclidean norm of the gradient."
    )
    if len(found.directions) > 1:
        printing.paragraph(
            "dx belongs to both directions together, so that it is the same in both tables; dh is of each alone."
        )
    printing.paragraph(_reach(gradient))


def _table(found: Inside, gradient: Gradient, reading: Reading) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of one direction, a row for each timestep."""
    states = {"hidden state": reading.hidden, **({} if reading.cell is None else {"cell state": reading.cell})}
    masked = not found.counts.all()
    columns = ["timestep", "input", *(GATES[name] for name in reading.gates), *states, "dx", "dh", *["mask"] * masked]
    rows = []
    for place in range(found.inputs.shape[1]):
        features = found.inputs[0, place]
        shown = " ".join(f"{number:.2f}" for number in features[:SHOWN_FEATURES])
        gates = [np.abs(gate[0, place]) if name == "candidate" else gate[0, place] for name, gate in reading.gates.items()]
        means = [np.mean(each) for each in (*gates, *(np.abs(state[0, place]) for state in states.values()))]
        slopes = gradient.inputs[0, place], gradient.states[reading.role][0, place]
        row = [str(place + 1), shown + " …" * (len(features) > SHOWN_FEATURES), *(f"{mean:.3f}" for mean in means)]
        row += [f"{slope:.3g}" for slope in slopes]
        rows.append([*row, *(["" if found.counts[0, place] else "masked"] * masked)])
    return columns, rows


def _reach(gradient: Gradient) -> str:
    """Which timesteps' inputs change the loss, in a sentence."""
    slopes, at = gradient.inputs[0], None if gradient.timesteps is None else int(gradient.timesteps[0])
    until = None if at is None or np.nan_to_num(slopes[at:], nan=1.0).any() else at
    return f"By the gradient with respect to the input (dx): {reach(slopes, counts=gradient.mask[0], until=until).sentence}"


COMMANDS = (inside,)
