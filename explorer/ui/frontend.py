"""Streamlit's own frontend, kept in memory, and named ahead in the page.

A first visit fetches some 110 files of Streamlit's, and the chart library. Streamlit reads each file through threads at
every request, and compresses none; and the browser asks for the second half of them, the elements, only when the script
has named them. Here what this page needs is read once, and compressed once for those who take it, and the page that is
served names the second half beside the first. Streamlit answers for whatever is not held here.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import plotly
import streamlit
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.ui.modules import MODULES

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PLOTLY_PATH = "/plotly.min.js"
STATIC = Path(streamlit.__file__).parent / "static"
# The elements that this page draws, as the frontend names them. They are found by these names, without their hashes:
# one that another version calls otherwise is only fetched later.
ELEMENTS = ("Html", "Selectbox", "Slider", "NumberInput", "Checkbox", "ButtonGroup", "BidiComponent", "Button", "PageLink")
FONTS = ("MaterialSymbols-Rounded", "SourceSansVF-Upright")

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Below an address like /paste the frontend looks for the server twice, and once in vain, unless it is told.
_BASE = '<script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" }</script>'
# Streamlit names a programming interface there, which is not open here.
_SERVICE = re.compile(r"""\s*<link rel="service-desc"[^>]*>""")
_LINKED = re.compile(r"""(?:href|src)="\./(static/[\w./-]+)\"""")
_IMPORTED = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")
_FOREVER = "public, max-age=31536000, immutable"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass
class Held:
    """A file in memory. `compressed` comes in its own time; until then, the body goes out as it is."""

    body: bytes
    kind: str
    cache: str
    compressed: bytes | None = None

    def compress(self) -> None:
        # A font is compressed already.
        if self.kind.startswith("text/"):
            self.compressed = gzip.compress(self.body)


class Frontend:
    """ASGI middleware that answers for the files it holds, by their exact paths; no path ever reaches the disk."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._held = held()
        # Every page is the same document, which asks the server by its address what to draw.
        self._held["/paste"] = self._held["/"]
        threading.Thread(target=self._compress, name="compress-frontend", daemon=True).start()

    def _compress(self) -> None:
        for file in self._held.values():
            file.compress()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._held.get(scope["path"]) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if file is None:
            await self._app(scope, receive, send)
            return
        body, headers = file.body, {"content-type": file.kind, "cache-control": file.cache}
        if file.kind.startswith("text/"):
            headers["vary"] = "Accept-Encoding"
            if file.compressed and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
                body, headers["content-encoding"] = file.compressed, "gzip"
        headers["content-length"] = str(len(body))
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def held() -> dict[str, Held]:
    """The page itself and what it needs, by path. Nothing else is ever looked up."""
    page = _document()
    linked = _LINKED.findall(page)
    ahead = [path for path in elements() if path not in linked]
    # Of low priority: what draws the first frame, and the first questions to the server, go before.
    link = '  <link rel="modulepreload" fetchpriority="low" crossorigin href="./{}">\n  '
    # The page's own come first: the chain is what a visitor waits for.
    links = "".join(f'  <link rel="modulepreload" fetchpriority="low" href="{path}">\n  ' for path in MODULES)
    links += "".join(link.format(path) for path in ahead)
    page = page.replace("</head>", links + "</head>", 1)
    fonts = [path for name in FONTS for path in _named("media", name, "woff2")]
    files = {f"/{path}": STATIC / path for path in (*linked, *ahead, *fonts)} | {PLOTLY_PATH: PLOTLY}
    found = {
        path: Held(file.read_bytes(), _KINDS[file.suffix], _FOREVER)
        for path, file in files.items()
        if file.suffix in _KINDS and file.is_file()
    }
    found |= {path: Held(body, _KINDS[".js"], _FOREVER) for path, body in MODULES.items()}
    return found | {"/": Held(page.encode(), _KINDS[".html"], "no-cache")}


def _document() -> str:
    page = _SERVICE.sub("", (STATIC / "index.html").read_text(encoding="utf-8"))
    return page.replace("<title>Streamlit</title>", f"{_BASE}\n    <title>Streamlit</title>", 1)


def inline_scripts() -> list[str]:
    """The sources that a content policy must name for the scripts within the page itself: a hash of each."""
    texts = [text.encode() for text in _INLINE.findall(_document())]
    return [f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" for text in texts]


def elements() -> list[str]:
    """The paths of the modules of this page's elements and of all that these import, each once."""
    waiting = [path for name in ELEMENTS for path in _named("js", name, "js")]
    found: dict[str, None] = {}
    while waiting:
        path = waiting.pop(0)
        if path not in found and (STATIC / path).is_file():
            found[path] = None
            text = (STATIC / path).read_text(encoding="utf-8")
            waiting += [f"static/js/{name}" for name in _IMPORTED.findall(text)]
    return list(found)


def _named(folder: str, name: str, ending: str) -> Iterable[str]:
    return (f"static/{folder}/{file.name}" for file in sorted((STATIC / "static" / folder).glob(f"{name}.*.{ending}")))
