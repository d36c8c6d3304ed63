"""Dask's scheduler and worker without what is not needed here and cannot be switched off by a setting.

That is the HTTP server that each of them starts, which even without any route lists its routes to everybody on the machine;
and what they remember of each task that there ever was, with which a server that runs for weeks would grow. The names that
are replaced here (`start_http_server`, `extensions`, `key_split`) are distributed 2026.8.0's;
tests/runtime/cluster/test_dask_internals.py fails where another version calls them otherwise.
"""

from __future__ import annotations

from typing import Any

import distributed
from dask.utils import key_split
from tornado.ioloop import PeriodicCallback

_SECONDS_THAT_NAMES_ARE_KEPT = 10


class _Lean:
    """Mixed into a server of Dask's."""

    periodic_callbacks: dict[str, PeriodicCallback]

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        # One of the extensions ("spans") notes each submitted task for good, and none of them is used.
        super().__init__(*arguments, extensions={}, **settings)  # type: ignore[call-arg]  # the server's, not object's
        # Dask keeps the parsed names of the last 100,000 tasks, 25 MB of them.
        forgetting = PeriodicCallback(key_split.cache_clear, _SECONDS_THAT_NAMES_ARE_KEPT * 1000)
        self.periodic_callbacks["forget names"] = forgetting

    def start_http_server(self, *arguments: Any, **settings: Any) -> None:
        """Listen to nobody."""


class Scheduler(_Lean, distributed.Scheduler):
    """The scheduler of the embedded cluster."""


class Worker(_Lean, distributed.Worker):
    """A worker of the embedded cluster."""
