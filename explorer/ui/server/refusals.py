"""An answer that is a status and a sentence, over HTTP and in place of a WebSocket's handshake."""

from __future__ import annotations

import math
from dataclasses import dataclass

from starlette.types import Scope, Send


@dataclass(frozen=True)
class Refusal:
    """status: of HTTP. sentence: for who asked. retry_after: seconds, 0 where trying again is of no use.

    close: the connection ends with the answer, because a body that nobody reads may follow, or to be rid of it.
    """

    status: int
    sentence: str
    retry_after: float = 0.0
    close: bool = False


async def answer(refusal: Refusal, scope: Scope, send: Send) -> None:
    """Send the refusal. A WebSocket that is not yet open is refused by the same answer (ASGI's denial response)."""
    body = refusal.sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if refusal.retry_after:
        headers.append((b"retry-after", str(math.ceil(refusal.retry_after)).encode()))
    if refusal.close:
        headers.append((b"connection", b"close"))
    start, end = ("http.response.start", "http.response.body")
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.sentence[:120]})
            return
        start, end = (f"websocket.{start}", f"websocket.{end}")
    await send({"type": start, "status": refusal.status, "headers": headers})
    await send({"type": end, "body": b"" if scope.get("method") == "HEAD" else body})
