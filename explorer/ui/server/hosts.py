"""The names that this server answers to, and whether a request comes from a page of its own.

A page on another site can make a browser ask this server in two ways. It asks by the server's address: then Origin and
Sec-Fetch-Site say where the page is from. Or its name is made to lead to this machine (DNS rebinding): then Host says the
foreign name. No name is ever looked up here: an answer may be slow, and it is the attacker's.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from explorer.ui.server.clients import is_loopback

HOSTS_SETTING = "EXPLORER_HOSTS"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_NAME = 253
# A machine may be given another address while the server runs.
SECONDS_BETWEEN_LOOKS = 10.0
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253})(?::(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def split_host(host: str, scheme: str) -> tuple[str, int] | None:
    """(name, port) of a Host header, the name in small letters without brackets; None for what is no host."""
    found = _HOST.fullmatch(host) if len(host) <= LONGEST_NAME + 6 else None
    if not found:
        return None
    port = int(found["port"]) if found["port"] else _DEFAULT_PORTS[scheme]
    return (found["name"].lower().strip("[]").rstrip("."), port) if port < 65536 else None


def is_same_origin(origin: str, host: str, scheme: str) -> bool:
    """Whether an Origin header names the scheme, name and port that were asked. "null" is nobody's origin."""
    asked = split_host(host, scheme)
    if asked is None or len(origin) > LONGEST_NAME + 20:
        return False
    web = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    theirs, _, rest = origin.partition("://")
    return theirs.lower() == web and split_host(rest, web) == asked


class Hosts:
    """The names that the server answers to: those of EXPLORER_HOSTS, else the machine's own; loopback's always."""

    def __init__(self, bound: str | None, environment: Mapping[str, str] = os.environ) -> None:
        """bound: the address that the server listens at, None or a wildcard for all of this machine's."""
        self._bound = bound or "::"
        given = [name.strip() for name in environment.get(HOSTS_SETTING, "").split(",")]
        self._given = frozenset(_named(name) for name in given if name)
        self._looked = 0.0
        self._names = self._look()

    def allow(self, host: str, scheme: str = "http") -> bool:
        """Whether a Host header names this server. At which port is not judged: a tunnel may have another one."""
        found = split_host(host, scheme)
        if found is None:
            return False
        if found[0] not in self._names and not self._given and _is_address(found[0]):
            self._look_again()
        return found[0] in self._names

    def _look_again(self) -> None:
        if time.monotonic() - self._looked > SECONDS_BETWEEN_LOOKS:
            self._names = self._look()

    def _look(self) -> frozenset[str]:
        self._looked = time.monotonic()
        if self._given or is_loopback(self._bound):
            return LOOPBACK | self._given | {self._bound.lower()}
        return LOOPBACK | own_names() | {self._bound.lower()}


def notice(bound: str | None, port: int) -> str:
    """What it means that the server listens at an address, for who starts it; an empty string where only this machine
    can reach it."""
    if is_loopback(bound or ""):
        return ""
    return (
        f"\n  The page is open to the network at port {port}: whoever can reach this machine can open it, train, and have "
        "pasted code checked here.\n  It speaks HTTP without TLS: others on the network can read and change what is sent.\n"
        "  docs/security.md says what is protected, what is not, and how to put a proxy with TLS before it.\n"
    )


def own_names() -> frozenset[str]:
    """This machine's host name, what its own table of hosts calls it beside that, and its addresses."""
    hostname = socket.gethostname().lower()
    names = {hostname, hostname.partition(".")[0], f"{hostname.partition('.')[0]}.local"}
    try:
        table = Path("/etc/hosts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        table = ""
    for line in table.splitlines():
        words = line.partition("#")[0].lower().split()
        if hostname in words[1:]:
            names.update(words[1:])
    for addresses in psutil.net_if_addrs().values():
        names.update(each.address.partition("%")[0].lower() for each in addresses if each.family in _INTERNET)
    return frozenset(names)


_INTERNET = (socket.AF_INET, socket.AF_INET6)


def _named(text: str) -> str:
    """A name as the setting writes it: a whole address of a page is taken as well. Raises ValueError with a sentence."""
    found = split_host(urlsplit(text).netloc if "://" in text else text, "http")
    if found is None:
        raise ValueError(
            f"{HOSTS_SETTING} must hold host names between commas; received “{text[:60]}”. Write for example "
            "models.school.org."
        )
    return found[0]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
