"""The middleware that judges every request before Streamlit sees it."""

from __future__ import annotations

import logging

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.ui.server import requests
from explorer.ui.server.clients import counted_as, header, put_header
from explorer.ui.server.cookies import cookie_of
from explorer.ui.server.hosts import Hosts, is_same_origin
from explorer.ui.server.messages import is_wanted, without_path
from explorer.ui.server.rate_limits import Asker, RateLimits
from explorer.ui.server.refusals import Refusal, answer

_LOG = logging.getLogger(__name__)
FAILED = Refusal(500, "Something failed in the server while it answered. Its log says what; try again.", close=True)


class Edge:
    """ASGI middleware. What it lets through names this server, comes from a page of its own, is within every bound, and
    is for a route that exists; all else is answered here with a sentence."""

    def __init__(self, app: ASGIApp, hosts: Hosts, limits: RateLimits | None = None) -> None:
        self._app = app
        self._hosts = hosts
        self._limits = limits or RateLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        kind = requests.kind_of(scope)
        refusal = requests.too_large(scope) or self._stranger(scope, kind)
        if refusal is None:
            refusal = requests.NOT_THERE if kind is None else requests.wrong_request(scope, kind)
        client = scope["client"][0] if scope.get("client") else ""
        asker = self._limits.asker(counted_as(client), cookie_of(scope))
        # Also what is refused is counted: nobody gets more answers by asking wrongly.
        late = await self._limits.wait(kind or requests.SMALL, asker)
        if (told := late or refusal) is not None or kind is None:
            await answer(told or requests.NOT_THERE, scope, send)
            return
        _own_the_origin(scope)
        with self._limits.answering(kind, asker):
            if scope["type"] == "websocket":
                await self._app(scope, self._paced(asker, receive, send), without_path(send))
            else:
                await self._answer(scope, receive, send)

    def _stranger(self, scope: Scope, kind: str | None) -> Refusal | None:
        """Why a request must not be answered for whom it comes from."""
        host = header(scope, b"host")
        if not self._hosts.allow(host, scope["scheme"]):
            return Refusal(
                421,
                f"This server is not called “{_shown(host)}”. Use its machine's own name or address. "
                "Whoever runs it can add a name with EXPLORER_HOSTS.",
                close=True,
            )
        origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
        if origin and not is_same_origin(origin, host, scope["scheme"]):
            return self._foreign(f"“{_shown(origin)}” is not the address of this server.")
        # To follow a link from another site to a page is what links are for.
        is_link = (header(scope, b"sec-fetch-mode"), header(scope, b"sec-fetch-dest")) == ("navigate", "document")
        if site in ("cross-site", "same-site") and not (is_link and kind == requests.PAGE):
            return self._foreign("This request comes from a page of another site.")
        return None

    def _foreign(self, sentence: str) -> Refusal:
        # The log is thinned: the same line is written some times a minute at most.
        _LOG.warning("A request was refused. %s Behind a proxy, see EXPLORER_PROXIES in docs/security.md.", sentence)
        return Refusal(403, f"{sentence} Open this server's own page.", close=True)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_started = False

        async def watched(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if is_started:
                raise
            _LOG.exception("An answer failed: %s", scope["path"][:200])
            await answer(FAILED, scope, send)

    def _paced(self, asker: Asker, receive: Receive, send: Send) -> Receive:
        """`receive` of an open WebSocket, at the pace that its visitor may have."""

        async def ended(code: int) -> Message:
            await send({"type": "websocket.close", "code": code})
            return {"type": "websocket.disconnect", "code": code}

        async def paced() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                # Streamlit answers text, and what is no message, with an exception, and a traceback in the log.
                if message.get("bytes") is None:
                    return await ended(1003)
                await self._limits.delay(asker)
                try:
                    if is_wanted(message["bytes"]):
                        return message
                except DecodeError:
                    return await ended(1002)

        return paced


def _own_the_origin(scope: Scope) -> None:
    """Leave nothing in a request that was let in for Streamlit to doubt: to judge an Origin that is not the very Host, it
    asks an address outside, in its event loop, for this machine's own."""
    origin = header(scope, b"origin")
    if origin and scope["type"] == "websocket":
        put_header(scope, b"host", origin.partition("://")[2])
    elif origin:
        put_header(scope, b"origin", None)


def _shown(text: str) -> str:
    return "".join(letter for letter in text[:60] if letter.isprintable())
