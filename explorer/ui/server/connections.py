"""The server's connections: how many there may be, how long one may be idle, how large what comes in.

Streamlit starts uvicorn by itself and passes none of this on. uvicorn, though, hands the application its `lifespan`
messages through a method of the object that has uvicorn's configuration, before it listens: `take_over` sets there what
`uvicorn.Config` has settings for, and puts classes of ours in the place of the two protocols. The names of uvicorn used
here are those of its `Config` and of its protocols' own methods; of these, `cycle`, `loaded_app`, `http_protocol_class`
and `ws_protocol_class` are not documented. tests/ui/server/test_connections.py fails where another version calls them
otherwise.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from explorer.ui.front_end.streamlit_internals import LOGGERS
from explorer.ui.server.clients import Network, counted_as, is_in, trusted_proxies
from explorer.ui.server.window_counts import WindowCounts

# A message of the page is some kilobytes; the longest has 20,000 characters of pasted code in it.
LARGEST_MESSAGE = 500_000
LARGEST_HEAD = 16 * 1024
SECONDS_IDLE = 10.0
SECONDS_STALLED = 30.0
SECONDS_BETWEEN_SWEEPS = 1.0
MOST_CONNECTIONS = 4096
# Descriptors that are no connections: the database, the workers' sockets and pipes, files that are read.
KEPT_DESCRIPTORS = 256
MOST_DESCRIPTORS = 65_536
# New connections of one address in a window of so many seconds; those beyond are read only after a second.
MOST_NEW, WINDOW, PAUSE = 2000, 10.0, 1.0
SAME_LINES_A_MINUTE = 20
# The loggers that say something for each message or connection that is not as it should be.
TALKERS = ("uvicorn.error", "asyncio", "explorer.ui.server.edge", *LOGGERS)


@dataclass
class _Connection:
    protocol: Any
    address: str
    since: float
    waiting: int = 0
    waiting_since: float = 0.0


class Connections:
    """All that are open. Where there are too many, the one that has been idle for longest makes room for the next."""

    def __init__(self, most: int, proxies: Iterable[Network] = ()) -> None:
        """most: how many there may be in all. One address may have three quarters of them, a trusted proxy all."""
        self.most = most
        self.most_of_one = most * 3 // 4
        self._proxies = tuple(proxies)
        # In the order of when they last did something, as far as that was looked at.
        self._open: OrderedDict[asyncio.Transport, _Connection] = OrderedDict()
        self._of: Counter[str] = Counter()
        self._new = WindowCounts(WINDOW)

    def __len__(self) -> int:
        return len(self._open)

    def add(self, transport: asyncio.Transport, protocol: Any, peer: str) -> None:
        """Take a new connection in; it is ended at once where there is no room and none is idle."""
        address = counted_as(peer)
        is_proxy = is_in(peer, self._proxies)
        own_is_full = not is_proxy and self._of[address] >= self.most_of_one
        if (own_is_full or len(self._open) >= self.most) and not self._make_room(address if own_is_full else None):
            transport.abort()
        elif not is_proxy and self._new.add(address) > MOST_NEW:
            transport.pause_reading()
            asyncio.get_running_loop().call_later(PAUSE, _read_on, transport)
        self._open[transport] = _Connection(protocol, address, time.monotonic())
        self._of[address] += 1

    def hand_over(self, transport: asyncio.Transport, protocol: Any) -> None:
        """A connection goes on in another protocol: it became a WebSocket."""
        if transport in self._open:
            self._open[transport].protocol = protocol

    def touch(self, transport: asyncio.Transport) -> None:
        """A request of this connection has been answered: it is idle from now."""
        if transport in self._open:
            self._open[transport].since = time.monotonic()
            self._open.move_to_end(transport)

    def remove(self, transport: asyncio.Transport) -> None:
        gone = self._open.pop(transport, None)
        if gone:
            self._of[gone.address] -= 1
            if not self._of[gone.address]:
                del self._of[gone.address]

    def sweep(self) -> None:
        """End what has been idle, or whose reader has taken nothing, for too long."""
        now = time.monotonic()
        for transport, each in list(self._open.items()):
            if _is_idle(each) and now - each.since > SECONDS_IDLE:
                transport.abort()
                continue
            waiting = transport.get_write_buffer_size()
            if waiting != each.waiting or not waiting:
                each.waiting, each.waiting_since = waiting, now
            elif now - each.waiting_since > SECONDS_STALLED:
                transport.abort()

    def _make_room(self, address: str | None) -> bool:
        for transport, each in self._open.items():
            if _is_idle(each) and address in (None, each.address) and not transport.is_closing():
                transport.abort()
                # The loop tells the protocol of its end only later, and room is needed now.
                self.remove(transport)
                return True
        return False


def _is_idle(connection: _Connection) -> bool:
    """Whether nothing is being answered on it; a WebSocket looks after itself, by pings."""
    protocol = connection.protocol
    return isinstance(protocol, H11Protocol) and (protocol.cycle is None or protocol.cycle.response_complete)


def _read_on(transport: asyncio.Transport) -> None:
    if not transport.is_closing():
        with suppress(RuntimeError):
            transport.resume_reading()


def protocols(connections: Connections, websocket: Any, headers: Callable[[], dict[str, str]]) -> tuple[type, type]:
    """The classes of the HTTP and the WebSocket protocol that report to `connections`.

    headers: those of an answer that is given here, for what is not HTTP at all.
    """

    class BoundedHTTP(H11Protocol):
        # asyncio would allow any transport here, but a server's is one that can be written to.
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            connections.add(transport, self, self.client[0] if self.client else "")

        def connection_lost(self, exc: Exception | None) -> None:
            connections.remove(self.transport)
            super().connection_lost(exc)

        def on_response_complete(self) -> None:
            connections.touch(self.transport)
            super().on_response_complete()

        def send_400_response(self, msg: str) -> None:
            error = sys.exc_info()[1]
            status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
            sentence = "What came is no HTTP request. Ask with a browser."
            if status == 431:
                sentence = f"The head of a request may have {LARGEST_HEAD} bytes; received more. Send less."
            body = sentence.encode()
            told = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), "connection": "close"}
            lines = [f"HTTP/1.1 {status} Refused", *(f"{name}: {value}" for name, value in (told | headers()).items())]
            self.transport.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            self.transport.close()

    # Which class speaks WebSocket is uvicorn's setting, so it is known only when it runs.
    class BoundedWebSocket(websocket):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            connections.hand_over(transport, self)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.remove(self.transport)
            super().connection_lost(exc)

    return BoundedHTTP, BoundedWebSocket


def raise_descriptors() -> int:
    """Raise this process's limit of open files as far as it may; returns how many it may have now."""
    try:
        import resource
    except ImportError:  # Windows has no such limit for sockets.
        return MOST_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted


def take_over(receive: Receive, headers: Callable[[], dict[str, str]]) -> Connections | None:
    """Bound the connections of the uvicorn that these lifespan messages come from; None where another server runs."""
    config = getattr(getattr(receive, "__self__", None), "config", None)
    if not isinstance(config, uvicorn.Config):
        return None
    most = max(64, min(MOST_CONNECTIONS, raise_descriptors() - KEPT_DESCRIPTORS))
    connections = Connections(most, trusted_proxies())
    config.h11_max_incomplete_event_size = LARGEST_HEAD
    config.ws_max_size = LARGEST_MESSAGE
    config.http_protocol_class, config.ws_protocol_class = protocols(connections, config.ws_protocol_class, headers)
    # uvicorn believes whatever 127.0.0.1 writes into X-Forwarded-For; whom to believe is decided in `clients`.
    if isinstance(config.loaded_app, ProxyHeadersMiddleware):
        config.loaded_app = config.loaded_app.app
    return connections


class FewLines(logging.Filter):
    """Lets so many lines of one kind pass in a minute: what strangers send must not fill the disk with its complaints."""

    def __init__(self, most: int = SAME_LINES_A_MINUTE) -> None:
        super().__init__()
        self._most = most
        self._minute = -1
        self._lines: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute = minute
            self._lines.clear()
        kind = f"{record.name} {str(record.msg)[:80]}"
        self._lines[kind] += 1
        if self._lines[kind] == self._most:
            record.msg = f"{record.msg} (More of these are left out for a minute.)"
        return self._lines[kind] <= self._most


class Bounded:
    """ASGI middleware that sees the start of the server, and from then on keeps its connections within bounds."""

    def __init__(self, app: ASGIApp, headers: Callable[[], dict[str, str]]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        connections = take_over(receive, self._headers)
        lines = FewLines()
        for name in TALKERS:
            logging.getLogger(name).addFilter(lines)
        sweeping = asyncio.create_task(_sweep(connections)) if connections is not None else None
        try:
            await self._app(scope, receive, send)
        finally:
            if sweeping is not None:
                sweeping.cancel()
            for name in TALKERS:
                logging.getLogger(name).removeFilter(lines)


async def _sweep(connections: Connections) -> None:
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)
        connections.sweep()
