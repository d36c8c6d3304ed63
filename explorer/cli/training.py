"""The commands that take their time: train, bench."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from explorer.catalog import resolve
from explorer.cli import printing
from explorer.cli.options import as_json, examples, experiment, takes_experiment
from explorer.experiment import Experiment, Frame
from explorer.interface import FIGURES, Training
from explorer.interface import train as run


@click.command(
    epilog=examples(
        "train gru_every_step --task delayed_echo --epochs 20", "train gru_once --epochs 5 --json > losses.jsonl"
    )
)
@takes_experiment
@as_json
def train(settings: dict[str, Any], as_json: bool) -> int:
    """Train an experiment here, with a progress bar; with --json, print a line after each epoch.

    Ends with 1 if the loss was no longer a finite number.
    """
    wanted = experiment(settings)
    done = run(wanted, _print_line) if as_json else train_with_bar(wanted)
    if not done.finite:
        print(not_finite(done), file=sys.stderr)
        return 1
    if not as_json:
        _print_end(done)
    return 0


def not_finite(done: Training) -> str:
    return f"The loss was no longer a finite number in epoch {done.frames[-1].epoch}."


def train_with_bar(wanted: Experiment) -> Training:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    shown = printing.console(errors=True)
    # Whoever reads the errors in a file has no use for a bar.
    with Progress(*columns, console=shown, disable=not shown.is_terminal, transient=True) as progress:
        bar = progress.add_task("importing TensorFlow", total=wanted.epochs)

        def move(frame: Frame) -> None:
            progress.update(
                bar, completed=frame.epoch, description=f"loss {frame.loss:.4g}, validation {frame.val_loss:.4g}"
            )

        return run(wanted, move)


def _print_line(frame: Frame) -> None:
    if frame.finite:
        print(json.dumps(_figures(frame)), flush=True)


def _figures(frame: Frame) -> dict[str, Any]:
    return {"epoch": frame.epoch} | {name: getattr(frame, name) for name in FIGURES if getattr(frame, name) is not None}


def _print_end(done: Training) -> None:
    """The last epoch beside the first, and the losses that are known beforehand."""
    epochs = done.experiment.epochs
    moments = [done.frames[0], *done.frames[1:][-1:]]
    rows = [
        [f"{frame.epoch}/{epochs}", *(f"{value:.4g}" for name, value in _figures(frame).items() if name != "epoch")]
        for frame in moments
    ]
    names = list(_figures(done.frames[0]))
    printing.table({name: {"justify": "right"} for name in names}, rows)
    for name, value in resolve(done.experiment).baselines.items():
        print(f"baseline “{name}”: {value:.4g}")


@click.command(epilog=examples("bench --quick", "bench --quick --json"))
@click.option("--quick", is_flag=True, help="Fewer repeats and sizes, and nothing is written.")
@as_json
def bench(quick: bool, as_json: bool) -> None:
    """Measure training and the page here, and write docs/performance.md."""
    try:
        from bench.run import main as measure
    except ModuleNotFoundError as error:
        raise ValueError(
            f"The bench needs requirements-dev.txt and the project's folder (missing: {error.name}): run make bench."
        ) from error
    measure(as_json, quick)


COMMANDS = (train, bench)
