"""Whose request it is: its address, and the scheme and host that the browser asked.

Behind a proxy these stand in X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host. Anybody can write those: they are
believed only from the addresses in the setting EXPLORER_PROXIES.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

PROXIES_SETTING = "EXPLORER_PROXIES"
FORWARDING = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def trusted_proxies(environment: Mapping[str, str] = os.environ) -> tuple[Network, ...]:
    """The networks in EXPLORER_PROXIES. Raises ValueError with a sentence for what is neither an address nor a network."""
    found = []
    for part in environment.get(PROXIES_SETTING, "").split(","):
        if part.strip():
            try:
                found.append(ipaddress.ip_network(part.strip(), strict=False))
            except ValueError:
                raise ValueError(
                    f"{PROXIES_SETTING} must hold addresses or networks between commas; received “{part.strip()[:60]}”. "
                    "Write for example 10.0.0.5 or 10.0.0.0/24."
                ) from None
    return tuple(found)


def is_in(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address as a socket writes it lies in one of the networks."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # A socket that takes both kinds writes an IPv4 address in IPv6's way.
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in networks)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach, or have, the address. A name is loopback only if it is localhost."""
    if address == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def counted_as(address: str) -> str:
    """The address that limits count by: a household has a whole /64 of IPv6, and may take a new address for each request."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    found = getattr(found, "ipv4_mapped", None) or found
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def header(scope: Scope, name: bytes) -> str:
    """The last value of a header, an empty string where there is none."""
    found = ""
    for key, value in scope["headers"]:
        if key == name:
            found = value.decode("latin-1")
    return found


def put_header(scope: Scope, name: bytes, value: str | None) -> None:
    """Replace a header in the scope, or take it away."""
    scope["headers"] = [(key, old) for key, old in scope["headers"] if key != name]
    if value is not None:
        scope["headers"].append((name, value.encode("latin-1")))


class Forwarded:
    """ASGI middleware: the scope's client, scheme and host become those that a trusted proxy speaks for.

    From everybody else the forwarding headers are taken away, so that nothing behind this can believe them by mistake;
    `scope["state"]["is_forwarded"]` keeps that there were some.
    """

    def __init__(self, app: ASGIApp, proxies: tuple[Network, ...] | None = None) -> None:
        self._app = app
        self._proxies = trusted_proxies() if proxies is None else proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            named = {key for key, _ in scope["headers"]}
            present = [name for name in FORWARDING if name in named]
            scope.setdefault("state", {})["is_forwarded"] = bool(present)
            peer = scope["client"][0] if scope.get("client") else ""
            if present and is_in(peer, self._proxies):
                self._believe(scope)
            for name in present:
                put_header(scope, name, None)
        await self._app(scope, receive, send)

    def _believe(self, scope: Scope) -> None:
        # Each proxy adds whom it heard from at the end: the last one that is no proxy of ours is the client.
        values = [value.decode("latin-1") for key, value in scope["headers"] if key == b"x-forwarded-for"]
        for each in reversed(",".join(values).split(",")):
            address = _without_port(each.strip())
            if not address:
                break
            scope["client"] = (address, 0)
            if not is_in(address, self._proxies):
                break
        scheme = header(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower()
        if scheme in ("http", "https", "ws", "wss"):
            secure = scheme in ("https", "wss")
            scope["scheme"] = {"http": "http", "websocket": "ws"}[scope["type"]] + "s" * secure
        host = header(scope, b"x-forwarded-host").rpartition(",")[2].strip()
        if host:
            put_header(scope, b"host", host)


def _without_port(text: str) -> str:
    """The address in one entry of X-Forwarded-For, an empty string for what is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
