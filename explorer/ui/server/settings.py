"""Reads every setting of the environment once before the server starts, so that a wrong one is told to who starts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import sqlalchemy as sql

from explorer.runtime.cluster.cluster_settings import checked_address, programs_folder, workers_wanted
from explorer.runtime.storage.database_errors import (
    CANNOT_OPEN,
    DAMAGED,
    FAILS,
    FOREIGN,
    FULL,
    LOCKED,
    NO_ANSWER,
    READ_ONLY,
    DatabaseUnavailable,
)
from explorer.runtime.storage.quotas import most_training, runs_in_all
from explorer.runtime.storage.retention import Retention
from explorer.runtime.storage.store import Store
from explorer.ui.server.clients import trusted_proxies
from explorer.ui.server.hosts import Hosts

_ANOTHER = "or name another database in EXPLORER_DATABASE"
_WHAT_TO_DO = {
    FULL: f"Make room on it, {_ANOTHER}.",
    FAILS: f"Make room on it, {_ANOTHER}.",
    READ_ONLY: f"Let it be written to, {_ANOTHER}.",
    CANNOT_OPEN: f"Let its folder be made, and the file be read and written, {_ANOTHER}.",
    DAMAGED: f"Move that file away, {_ANOTHER}.",
    FOREIGN: "Name another database in EXPLORER_DATABASE.",
    NO_ANSWER: "Start the server that it names, let it take this user, or unset EXPLORER_DATABASE to use a file here.",
}


def exit_where_wrong() -> None:
    """Write a sentence for each setting that cannot be used, and end the process with 1; return where there is none."""
    sentences = wrong_settings()
    if sentences:
        print("\n".join(["", "The server was not started.", *sentences, ""]), file=sys.stderr, flush=True)
        # Not sys.exit: Streamlit would print where in its own code that came from.
        os._exit(1)


def wrong_settings() -> list[str]:
    """A sentence for each setting that cannot be used."""
    found = []
    scheduler = os.environ.get("EXPLORER_SCHEDULER")
    readings: list[Callable[[], object]] = [workers_wanted, runs_in_all, most_training, trusted_proxies, programs_folder]
    readings += [lambda: Hosts(None), _try_database, lambda: Retention(Store())]
    if scheduler:
        readings.append(lambda: checked_address(scheduler))
    for read in readings:
        try:
            read()
        except ValueError as error:
            if str(error) not in found:
                found.append(str(error))
    return found


def _try_database() -> None:
    """Raise ValueError with a sentence where no run could be stored. A lock is somebody else's, and will go."""
    store = Store()
    try:
        store.try_out()
    except (DatabaseUnavailable, sql.exc.DBAPIError) as error:
        if str(error) == LOCKED:
            return
        said = str(error) if isinstance(error, DatabaseUnavailable) else "The database refuses to store a run."
        cause = error.__cause__ if isinstance(error, DatabaseUnavailable) else error
        raise ValueError(
            f"The database {store.database.address} cannot be used. {said} {_WHAT_TO_DO.get(said, '')}{_reason(cause)}"
        ) from error
    finally:
        store.close()


def _reason(error: BaseException | None) -> str:
    """What the driver or the system says, for who starts the server: one line."""
    text = str(getattr(error, "orig", None) or error).strip()
    return f" (The reason that was given: {' '.join(text.split())[:300]})" if text else ""
