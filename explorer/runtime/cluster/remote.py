"""The workers of somebody else's scheduler, which must import TensorFlow first."""

from __future__ import annotations

import logging
from typing import Any

from distributed import Client, Future

from explorer.runtime.jobs.worker_environment import warm

_LOG = logging.getLogger(__name__)


class Warmup:
    """Has workers that are new import TensorFlow, in a thread: in their event loop they would be silent meanwhile."""

    def __init__(self) -> None:
        self._warmed: set[str] = set()

    def warm(self, client: Client, addresses: list[str]) -> list[Future[Any]]:
        """Begin with those of these workers that are new, which are all that there are now."""
        fresh = [address for address in addresses if address not in self._warmed]
        self._warmed = set(addresses)
        warming = [client.submit(warm, workers=[address], pure=False) for address in fresh]
        for future in warming:
            future.add_done_callback(_report_cold)  # Held by it until it is done.
        return warming


def _report_cold(future: Future[Any]) -> None:
    if future.status == "error":
        _LOG.error("A worker could not import what it needs.", exc_info=future.exception())
