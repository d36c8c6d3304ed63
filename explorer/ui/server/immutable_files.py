"""Files that never change, given from memory to the pages of this server before a request is judged in full.

A first visit asks for some 110 of them within half a second, on the cores that the browser works on as well; what judges
every other request (`explorer.ui.server.edge`), and counts it for its visitor, takes longer than their answer. Here it is
only seen whether a page of this server asks as pages do, and whether its address has had its share. Whatever else comes
goes on to be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.ui.front_end.frontend import Held, takes_gzip
from explorer.ui.server.clients import counted_as
from explorer.ui.server.hosts import Hosts
from explorer.ui.server.requests import too_large
from explorer.ui.server.window_counts import WindowCounts

# As many as the edge lets one address have in that time: a class of 30 that opens the page at once, behind one address.
MOST, WINDOW = 4000, 10.0
# A policy of content is for documents; these say whose page may use a file, and as what.
_SECURITY = [(b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin")]
_BODY = (b"content-length", b"transfer-encoding")


@dataclass(frozen=True)
class _Answer:
    headers: list[tuple[bytes, bytes]]
    body: bytes


class ImmutableFiles:
    """ASGI middleware. It stands behind what finds out the client's address and before what judges requests."""

    def __init__(self, app: ASGIApp, files: Mapping[str, Held], hosts: Hosts) -> None:
        """files: by path; those among them that may change are left to the application behind."""
        self._app = app
        self._files = {path: file for path, file in files.items() if file.is_immutable}
        self._hosts = hosts
        self._answers: dict[str, _Answer] = {}
        self._asked = WindowCounts(WINDOW)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" and scope["path"] in self._files else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _answer(self, scope: Scope) -> _Answer | None:
        """The answer to a request as a page of this server makes it, None where it is to be judged."""
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"")
        own = scope["scheme"].encode() + b"://" + host
        if (
            scope["method"] != "GET"
            or scope["query_string"]
            or headers.get(b"sec-fetch-site") != b"same-origin"
            or not takes_gzip(headers.get(b"accept-encoding", b"").decode("latin-1"))
            or any(name in headers for name in _BODY)
            or headers.get(b"origin", own) != own
            or len(headers) != len(scope["headers"])
            or too_large(scope)
            or not self._hosts.allow(host.decode("latin-1"), scope["scheme"])
            or not self._is_within_share(scope)
        ):
            return None
        path = scope["path"]
        answer = self._answers.get(path) or _made(self._files[path])
        if answer is not None:
            self._answers[path] = answer
        return answer

    def _is_within_share(self, scope: Scope) -> bool:
        client = scope.get("client")
        return self._asked.add(counted_as(client[0]) if client else "") <= MOST


def _made(file: Held) -> _Answer | None:
    """The answer with a file, None while it is still to be compressed."""
    body, headers = file.answer(as_gzip=True)
    if file.is_text and file.compressed is None:
        return None
    return _Answer([*headers, *_SECURITY], body)
