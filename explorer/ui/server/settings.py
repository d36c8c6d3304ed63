"""Reads every setting of the environment once before the server starts, so that a wrong one is told to who starts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from explorer.runtime.embedded import workers_wanted
from explorer.runtime.quotas import runs_in_all
from explorer.runtime.remote import checked_address
from explorer.runtime.retention import Retention
from explorer.runtime.store import Store
from explorer.ui.server.clients import trusted_proxies
from explorer.ui.server.hosts import Hosts


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
    readings: list[Callable[[], object]] = [workers_wanted, runs_in_all, trusted_proxies]
    readings += [lambda: Hosts(None), Store, lambda: Retention(Store())]
    if scheduler:
        readings.append(lambda: checked_address(scheduler))
    for read in readings:
        try:
            read()
        except ValueError as error:
            if str(error) not in found:
                found.append(str(error))
    return found
