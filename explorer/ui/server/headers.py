"""Headers of every answer: what a browser must not do with it, and the visitor's cookie."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.ui.front_end.frontend import inline_scripts
from explorer.ui.server.clients import header
from explorer.ui.server.cookies import cookie_of, new_cookie

_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,260}")
# Nothing from another origin, and no way out to one. Streamlit writes styles into the page, gives the code of a component
# to the browser as a blob, and reads numbers of 64 bits with a little WebAssembly.
_POLICY = {
    "default-src": "'none'",
    "script-src": " ".join(("'self'", "blob:", "'wasm-unsafe-eval'", *inline_scripts())),
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
}
_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "publickey-credentials-get", "usb")
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STARTS = ("http.response.start", "websocket.http.response.start")


def security_headers(host: str = "", scheme: str = "http") -> dict[str, str]:
    """The headers by name. host: the Host that was asked, to which alone the page may open its WebSocket."""
    reach = "'self'"
    if _HOST.fullmatch(host):
        # Older browsers do not take 'self' for the same host by another scheme.
        reach += f" {'wss' if scheme in ('https', 'wss') else 'ws'}://{host}"
    policy = _POLICY | {"connect-src": reach}
    return _SECURITY | {"Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items())}


class Headers:
    """ASGI middleware. It passes bodies through untouched, so that streams stay streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        secure = security_headers(header(scope, b"host"), scope["scheme"])

        async def with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in secure.items():
                    headers[name] = value
                if headers.get("content-type", "").startswith("text/html") and not cookie_of(scope):
                    headers.append("Set-Cookie", new_cookie(scope["scheme"] == "https"))
            await send(message)

        await self._app(scope, receive, with_headers)
