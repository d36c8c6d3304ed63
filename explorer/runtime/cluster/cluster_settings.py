"""The settings of the cluster, read before Dask is imported, which takes most of a second."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from explorer.runtime.storage.database_file import folder_of

SMALLEST_MEMORY = 1.5 * 2**30
_FORM = "EXPLORER_SCHEDULER must be the address of a Dask scheduler, such as tls://scheduler.example:8786."


def workers_wanted() -> int:
    """EXPLORER_WORKERS, or 2. Raises ValueError with a sentence for anything but a whole number from 1 to 64."""
    received = os.environ.get("EXPLORER_WORKERS", "2")
    if not (received.isascii() and received.isdigit()) or not 1 <= int(received) <= 64:
        raise ValueError(f"EXPLORER_WORKERS must be a whole number from 1 to 64. Received: {received!r}")
    return int(received)


def memory_of_a_worker(workers: int) -> int:
    """The bytes that one worker may use: its part of 60% of the machine, and at least 1.5 GiB."""
    return int(max(SMALLEST_MEMORY, psutil.virtual_memory().total * 0.6 / workers))


def checked_address(address: str) -> str:
    """The address with its scheme, tcp:// where it has none.

    Raises ValueError with a sentence for what is no such address, for one that is neither encrypted nor on this machine
    (unless EXPLORER_INSECURE_SCHEDULER is 1), and for an encrypted one that Dask has no certificate for.
    """
    text, address = address.strip(), re.sub(r"(?<=//)[^@/]*@", "***@", address)
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
        from distributed import Security

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


def programs_folder() -> Path | None:
    """Where what XLA has compiled is kept, by EXPLORER_PROGRAMS; None for `off`. The folder need not be there yet.

    Raises ValueError with a sentence for what can be no folder.
    """
    wanted = os.environ.get("EXPLORER_PROGRAMS", "")
    if wanted.lower() == "off":
        return None
    if not wanted:
        return folder_of(os.environ.get("EXPLORER_DATABASE", "")) / "programs"
    folder, refused = Path(wanted).absolute(), f"EXPLORER_PROGRAMS must name a folder, or off. Received: {wanted!r:.200}."
    try:
        there = next(each for each in (folder, *folder.parents) if each.exists())
    except OSError as error:
        raise ValueError(f"{refused} {error.strerror}.") from error
    if not there.is_dir():
        raise ValueError(f"{refused} {there} is not a folder.")
    return folder
