"""The command that takes an experiment or a run home: export."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from explorer.cli.options import examples, experiment, takes_experiment
from explorer.cli.training import not_finite, train_with_bar
from explorer.description import Description
from explorer.experiment import Experiment
from explorer.interface import Training
from explorer.runtime.storage.database_file import DEFAULT_PATH, SQLITE
from explorer.runtime.storage.records import StoredFrame, as_stored

KINDS = ("script", "notebook", "json", "keras", "csv", "figure")
_OF_A_RUN = ("keras", "csv")
_RUN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class _Run:
    """A run that has been trained, here or on the page. state: of the store; None where it was trained here."""

    experiment: Experiment
    frames: Sequence[StoredFrame]
    state: bytes | None = None
    training: Training | None = None


@click.command(
    epilog=examples(
        "export gru_once",
        "export windows_gru --windows 4 --as script --output windows.py",
        "export gru_once --as notebook --output gru_once.ipynb",
        "export gru_every_step --epochs 20 --as keras --output gru.zip",
        "export two_streams --as figure --output chain.svg",
        "export gru_every_step --epochs 20 --as csv --output losses.csv",
    )
)
@partial(takes_experiment, metavar="ARCHITECTURE_OR_RUN")
@click.option("--as", "kind", metavar="KIND", default="script", show_default=True, help=f"{', '.join(KINDS)}: see above.")
@click.option("--output", metavar="FILE", help="Write to this file instead of printing.")
def export(settings: dict[str, Any], kind: str, output: str | None) -> int:
    """Take an experiment home: as a script, or its settings; of a run also what came of it.

    A run is named by what stands after run= in the page's address, and read from the page's database. Of an architecture,
    keras and csv train it first, here.

    \b
    script    Python that stands alone: it needs NumPy, Keras and TensorFlow
    notebook  the same in cells, with each layer explained and its shapes as assertions
    json      the settings; a file that the page opens when it is dropped on it
    keras     a zip of the trained model (.keras), its settings and its losses; needs --output
    csv       the losses of every epoch; with --output FILE.csv also FILE-outputs.csv, the
              outputs of every epoch and timestep
    figure    SVG: the chain; of a run also its losses and its last outputs. PNG is made on the page only
    """
    if kind not in KINDS:
        raise ValueError(f"--as can be {', '.join(KINDS)}. Received: “{kind[:40]}”.")
    named = settings["architecture"]
    run = _stored(named, settings) if _RUN.fullmatch(named) else None
    wanted = run.experiment if run else experiment(settings)
    if kind not in _OF_A_RUN:
        _write(_text(wanted, kind, run.frames if run else ()), output)
        return 0
    if kind == "keras" and output is None:
        raise ValueError("--as keras makes an archive, which cannot be printed: add --output FILE.zip.")
    if output is not None:
        _refuse_place(Path(output))
    run = run or _trained(wanted)
    if not run.frames:
        raise ValueError(f"Nothing is trained yet of the run {named}. Export it after its first epoch.")
    _take(run, kind, output)
    if run.training is not None and not run.training.finite:
        print(not_finite(run.training), file=sys.stderr)
        return 1
    return 0


def _refuse_place(path: Path) -> None:
    """Say that no file can be written there before anything is trained for it."""
    reason = errno.EISDIR if path.is_dir() else 0 if path.absolute().parent.is_dir() else errno.ENOENT
    if reason:
        raise ValueError(f"The file “{path}” cannot be written: {os.strerror(reason)}.")


def _text(wanted: Experiment, kind: str, frames: Sequence[StoredFrame]) -> str:
    from explorer.export import script
    from explorer.export.experiment_file import experiment_json
    from explorer.export.figure import figure
    from explorer.export.notebook import notebook
    from explorer.runtime.jobs import jobs

    if kind == "figure":
        return figure(wanted, Description.read(jobs.describe(wanted.to_dict())["description"]), frames)
    if kind == "notebook":
        return notebook(wanted, jobs.describe(wanted.to_dict()))
    return {"script": script, "json": experiment_json}[kind](wanted)


def _take(run: _Run, kind: str, output: str | None) -> None:
    """Write what came of a run."""
    from explorer.export.history import losses_csv, outputs_csv

    if kind == "keras":
        _write(_archive(run), output)
        return
    _write(losses_csv(run.frames), output)
    if output is not None:
        path = Path(output)
        _write(outputs_csv(run.experiment, run.frames), str(path.with_name(f"{path.stem}-outputs{path.suffix}")))


def _archive(run: _Run) -> bytes:
    from explorer.export.model_zip import NOT_TRAINED, model_zip
    from explorer.runtime.jobs.model_file_job import model_file
    from explorer.training import checkpoint

    state = run.state
    if run.training is not None:
        weights = [variable.numpy() for variable in run.training.model.variables]
        state = checkpoint.pack(weights, run.frames[-1].epoch)
    if not state:
        raise ValueError(NOT_TRAINED)
    return model_zip(run.experiment, run.frames, model_file(run.experiment.to_dict(), state), checkpoint.epoch_of(state))


def _trained(wanted: Experiment) -> _Run:
    done = train_with_bar(wanted)
    return _Run(done.experiment, [as_stored(frame) for frame in done.frames], training=done)


def _stored(run_id: str, settings: dict[str, Any]) -> _Run:
    """A run of the page's database. Raises ValueError with a sentence where there is none."""
    from explorer.runtime.storage.database_errors import DatabaseUnavailable
    from explorer.runtime.storage.store import Store

    if others := [name for name in settings if name not in ("architecture", "task") or (name == "task" and settings[name])]:
        raise ValueError(f"A run has its settings already: leave out {', '.join(others)}, or name an architecture instead.")
    address = os.environ.get("EXPLORER_DATABASE", "") or f"{SQLITE}{DEFAULT_PATH}"
    if address.startswith(SQLITE) and "?" not in address and not Path(address.removeprefix(SQLITE)).exists():
        raise ValueError(
            f"There is no database {address.removeprefix(SQLITE)}, so no run can be read. Start the page once, or name the "
            "database of the page in EXPLORER_DATABASE."
        )
    store = Store()
    try:
        run = store.run(run_id)
        if run is None:
            raise ValueError(
                f"There is no run {run_id} in {store.database.address}. Copy its name from run= in the page's address, or "
                "set EXPLORER_DATABASE to the database of that page."
            )
        return _Run(run.experiment, store.frames(run_id), store.state(run_id))
    except DatabaseUnavailable as error:
        raise ValueError(str(error)) from error
    finally:
        store.close()


def _write(content: str | bytes, output: str | None) -> None:
    if output is None:
        print(content, end="")
        return
    try:
        if isinstance(content, str):
            content = content.encode()
        Path(output).write_bytes(content)
    except OSError as error:
        raise ValueError(f"The file “{output}” cannot be written: {error.strerror}.") from error
    print(f"Wrote {output}.")


COMMANDS = (export,)
