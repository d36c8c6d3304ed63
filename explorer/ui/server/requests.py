"""Which routes there are, and how large a request may be: judged by its head alone, before anything is parsed.

Streamlit has 22 routes: for uploads, logins, statistics, a programming interface. The pages use a few; what is not
listed here is not there.
"""

from __future__ import annotations

from starlette.types import Scope

from explorer.ui.front_end.modules import MODULES
from explorer.ui.front_end.streamlit_internals import (
    COMPONENTS,
    FAVICON,
    HEALTH,
    HOST_CONFIG,
    MEDIA,
    METRICS,
    STATIC_FILES,
    STREAM,
)
from explorer.ui.server.clients import header, is_loopback
from explorer.ui.server.refusals import Refusal

LONGEST_PATH = 512
LONGEST_QUERY = 4096
MOST_HEADERS = 100
LARGEST_HEADERS = 16 * 1024

PAGE, STATIC, SMALL, SHAPES, LIVE, SESSION = "page", "static", "small", "shapes", "live", "session"
TENSORS, ROOM = "tensors", "room"
_EXACT = {
    "/": PAGE,
    "/paste": PAGE,
    "/lessons": PAGE,
    "/error": PAGE,
    "/who": PAGE,
    "/shapes": SHAPES,
    "/walk": TENSORS,
    "/inside": TENSORS,
    HEALTH: SMALL,
    HOST_CONFIG: SMALL,
    FAVICON: SMALL,
    **dict.fromkeys(MODULES, STATIC),
}
_BEGINNINGS = {
    "/live/": LIVE,
    "/tensors/": TENSORS,
    "/batches/": TENSORS,
    "/walk/": TENSORS,
    "/slow/": TENSORS,
    "/gradients/": TENSORS,
    "/inside/": TENSORS,
    "/room/": ROOM,
    STATIC_FILES: STATIC,
    MEDIA: SMALL,
    COMPONENTS: SMALL,
}
NOT_THERE = Refusal(404, "There is nothing at this address. The pages are /, /paste, /lessons, /error and /who.")
# Nothing here takes a body, and answers that last are not for HEAD.
_METHODS = dict.fromkeys((PAGE, STATIC, SMALL), ("GET", "HEAD")) | dict.fromkeys((SHAPES, LIVE, TENSORS, ROOM), ("GET",))


def kind_of(scope: Scope) -> str | None:
    """What kind of route a request is for, None where there is nothing."""
    path = scope["path"]
    if scope["type"] == "websocket":
        return SESSION if path == STREAM else None
    if path in _EXACT:
        return _EXACT[path]
    if path == METRICS and is_local(scope):
        return SMALL
    # Streamlit's own check of paths stands behind this one.
    for beginning, kind in _BEGINNINGS.items():
        if path.startswith(beginning) and ".." not in path:
            return kind
    return None


def is_local(scope: Scope) -> bool:
    """Whether a program on this machine asks, and not for somebody behind it."""
    client = scope["client"][0] if scope.get("client") else ""
    return is_loopback(client) and not scope.get("state", {}).get("is_forwarded")


def too_large(scope: Scope) -> Refusal | None:
    """Why a request is too large to be looked at, None where it is not."""
    if len(scope["path"]) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
        received = f"{len(scope['path'])} and {len(scope['query_string'])}"
        sentence = (
            f"An address may have a path of {LONGEST_PATH} and a query of {LONGEST_QUERY} characters; received {received}."
        )
        return Refusal(414, sentence, close=True)
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if len(scope["headers"]) > MOST_HEADERS or size > LARGEST_HEADERS:
        sentence = f"A request may have {MOST_HEADERS} headers of {LARGEST_HEADERS} bytes in all; received more."
        return Refusal(431, sentence, close=True)
    return None


def wrong_request(scope: Scope, kind: str) -> Refusal | None:
    """Why a route does not take a request of this method or with a body, None where it does."""
    if scope["type"] == "websocket":
        return None
    if scope["method"] not in _METHODS[kind]:
        allowed = " and ".join(_METHODS[kind])
        return Refusal(405, f"This address answers to {allowed}; received {scope['method'][:20]}.", close=True)
    length = header(scope, b"content-length")
    if header(scope, b"transfer-encoding") or length.strip() not in ("", "0"):
        return Refusal(413, "No address here takes a body; received one. Send the request without it.", close=True)
    return None
