"""Headers of every response, and the cookie that says whose run is whose."""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers as Received
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWNER_COOKIE = "explorer_visitor"
_A_YEAR = 365 * 24 * 3600
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
}


class Headers:
    """ASGI middleware. It passes bodies through untouched, so that streams stay streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html") and not _visitor(scope):
                    headers.append(
                        "Set-Cookie",
                        f"{OWNER_COOKIE}={secrets.token_hex(16)}; Path=/; Max-Age={_A_YEAR}; HttpOnly; SameSite=Lax",
                    )
            await send(message)

        await self._app(scope, receive, with_headers)


def _visitor(scope: Scope) -> str:
    try:
        cookies = SimpleCookie(Received(scope=scope).get("cookie", ""))
    except CookieError:
        return ""
    return cookies[OWNER_COOKIE].value if OWNER_COOKIE in cookies else ""
