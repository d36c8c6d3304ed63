"""Somebody else's scheduler: its address, EXPLORER_SCHEDULER, and its workers, which must import TensorFlow first."""

from __future__ import annotations

import ipaddress
import logging
import os
from typing import Any
from urllib.parse import urlsplit

from distributed import Client, Future, Security

from explorer.runtime.worker_environment import warm

_LOG = logging.getLogger(__name__)

_FORM = "EXPLORER_SCHEDULER must be the address of a Dask scheduler, such as tls://scheduler.example:8786."


def checked_address(address: str) -> str:
    """The address with its scheme, tcp:// where it has none.

    Raises ValueError with a sentence for what is no such address, for one that is neither encrypted nor on this machine
    (unless EXPLORER_INSECURE_SCHEDULER is 1), and for an encrypted one that Dask has no certificate for.
    """
    text = address.strip()
    if "://" not in text:
        text = f"tcp://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"{_FORM} Received: {address!r}") from None
    plain = not (parts.path or parts.query or parts.fragment or parts.username is not None or " " in text)
    if not host or not port or not plain or parts.scheme not in ("tcp", "tls"):
        raise ValueError(f"{_FORM} Received: {address!r}")
    if parts.scheme == "tls":
        security: Any = Security()  # Dask gives it its attributes only when it is made.
        if not (security.tls_ca_file and security.tls_client_cert):
            raise ValueError(
                f"EXPLORER_SCHEDULER is {address!r}, but Dask has no certificate to connect with: set "
                "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
                "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY to the paths of the files."
            )
    elif not _is_loopback(host) and os.environ.get("EXPLORER_INSECURE_SCHEDULER") != "1":
        raise ValueError(
            f"EXPLORER_SCHEDULER is {address!r}, which is neither encrypted nor on this machine: anyone who can reach "
            "it could run code on it. Use tls:// with Dask's own TLS configuration, or set "
            "EXPLORER_INSECURE_SCHEDULER=1 if nobody else is in that network."
        )
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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
