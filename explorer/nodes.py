"""Dask's scheduler and worker without the HTTP server that each of them starts: it cannot be switched off by a setting.

Even without any route it would list its routes to everybody on the machine.
"""

from __future__ import annotations

from typing import Any

import distributed


class Scheduler(distributed.Scheduler):
    """The scheduler of the embedded cluster."""

    def start_http_server(self, *arguments: Any, **settings: Any) -> None:
        """Listen to nobody."""


class Worker(distributed.Worker):
    """A worker of the embedded cluster."""

    def start_http_server(self, *arguments: Any, **settings: Any) -> None:
        """Listen to nobody."""
