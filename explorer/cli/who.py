"""The command that tells which architecture can learn which task: who."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

import click

from explorer.catalog import who_can
from explorer.catalog.who_can import Cell, Measured
from explorer.cli import printing
from explorer.cli.options import as_json, examples
from explorer.runtime.storage.database_file import DEFAULT_PATH

MEANS = (
    "relative: the held-out loss after the last epoch, as a part of that of the baseline named beside it. 1.0 is as bad as "
    "that baseline; on noise it is the best possible."
)


@click.command(epilog=examples("who", "who --json"))
@as_json
def who(as_json: bool) -> None:
    """Tell which architecture can learn which task, as it was measured.

    The measurements ship with the project; those that a server has made of entries of your own are in its database. --json
    gives every pair, with the reason where two do not fit. Nothing is measured here.
    """
    rows = who_can.table(_measured())
    if as_json:
        print(json.dumps({"means": MEANS, "pairs": [cell.to_dict() for row in rows for cell in row]}))
        return
    wide = {"overflow": "fold"}
    columns: dict[str, dict[str, str]] = {"architecture": wide, "task": wide}
    columns |= {name: {"justify": "right"} for name in ("relative", "loss")} | {"baseline": wide, "measured": wide}
    printing.table(columns, [_line(cell) for row in rows for cell in row if not cell.misfit])
    printing.paragraph(f"\n{MEANS}")


def _line(cell: Cell) -> list[str]:
    relative, loss = "", ""
    if cell.measured is not None:
        loss = "not finite" if cell.measured.loss is None else f"{cell.measured.loss:.4g}"
        relative = "" if cell.relative is None else f"{cell.relative:.3f}"
    baseline = f"{cell.reference.name} {cell.reference.value:.4g}" if cell.reference.name else ""
    day = cell.measured.day if cell.measured else "not yet"
    return [cell.architecture.name, cell.task.name, relative, loss, baseline, day]


def _measured() -> Mapping[str, Measured]:
    """What ships with the project, and where something is missing there, what the database has."""
    found = who_can.shipped()
    if not who_can.missing(found) or not (os.environ.get("EXPLORER_DATABASE") or DEFAULT_PATH.exists()):
        return found
    # It takes a third of a second to import.
    from explorer.runtime.storage.database_errors import DatabaseUnavailable
    from explorer.runtime.storage.store import Store

    store = Store()
    try:
        return store.measurements.all() | dict(found)
    except DatabaseUnavailable as error:
        print(error, file=sys.stderr)
        return found
    finally:
        store.close()


COMMANDS = (who,)
