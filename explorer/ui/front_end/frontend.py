"""Streamlit's own frontend, kept in memory, and named ahead in the page.

A first visit fetches some 110 files of Streamlit's. Streamlit reads each file through threads at
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
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.ui.front_end.modules import MODULES, styles
from explorer.ui.front_end.streamlit_internals import FILES, document, elements, fonts, linked

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# A link to code has it there; the editor asks for it when it is drawn (assets/editor/fragment.js).
_FRAGMENT = (
    "<script>const keep = () => { window.explorerFragment = window.location.hash }; keep(); "
    'window.addEventListener("hashchange", keep)</script>'
)
# What few visits need comes when it is drawn.
LATER = ("/present.js", "/room.js", "/tally.js", "/who.js")
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

    @property
    def is_immutable(self) -> bool:
        return self.cache == _FOREVER

    @property
    def is_text(self) -> bool:
        return self.kind.startswith("text/")

    def compress(self) -> None:
        # A font is compressed already.
        if self.is_text:
            self.compressed = gzip.compress(self.body)

    def answer(self, as_gzip: bool) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """The body and the headers, as ASGI has them, for who takes gzip or does not."""
        body, headers = self.body, {"content-type": self.kind, "cache-control": self.cache}
        if self.is_text:
            headers["vary"] = "Accept-Encoding"
            if self.compressed and as_gzip:
                body, headers["content-encoding"] = self.compressed, "gzip"
        headers["content-length"] = str(len(body))
        return body, [(name.encode(), value.encode()) for name, value in headers.items()]


def takes_gzip(accepted: str) -> bool:
    """Whether a header Accept-Encoding takes gzip.

    >>> takes_gzip("br, GZIP"), takes_gzip("gzip;q=0.5"), takes_gzip("gzip;q=0, br"), takes_gzip("xgzipx")
    (True, True, False, False)
    """
    for each in accepted.lower().split(","):
        name, _, weight = each.replace(" ", "").partition(";")
        if name == "gzip":
            return not weight or weight.removeprefix("q=").strip("0.") != ""
    return False


class Frontend:
    """ASGI middleware that answers for the files it holds, by their exact paths; no path ever reaches the disk."""

    def __init__(self, app: ASGIApp, files: Mapping[str, Held]) -> None:
        self._app = app
        self._files = files
        threading.Thread(target=self._compress, name="compress-frontend", daemon=True).start()

    def _compress(self) -> None:
        for file in self._files.values():
            file.compress()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._files.get(scope["path"]) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if file is None:
            await self._app(scope, receive, send)
            return
        body, headers = file.answer(takes_gzip(Headers(scope=scope).get("accept-encoding", "")))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def held() -> dict[str, Held]:
    """The page itself and what it needs, by path. Nothing else is ever looked up."""
    page = _page()
    named = linked(page)
    ahead = [path for path in elements() if path not in named]
    # Of low priority: what draws the first frame, and the first questions to the server, go before.
    link = '  <link rel="modulepreload" fetchpriority="low" crossorigin href="./{}">\n  '
    # The page's own come first: the chain is what a visitor waits for.
    wanted = [path for path in MODULES if not path.endswith(LATER)]
    links = "".join(f'  <link rel="modulepreload" fetchpriority="low" href="{path}">\n  ' for path in wanted)
    links += "".join(link.format(path) for path in ahead)
    page = page.replace("</head>", links + "</head>", 1)
    files = {f"/{path}": FILES / path for path in (*named, *ahead, *fonts())}
    found = {
        path: Held(file.read_bytes(), _KINDS[file.suffix], _FOREVER)
        for path, file in files.items()
        if file.suffix in _KINDS and file.is_file()
    }
    found |= {path: Held(body, _KINDS[".js"], _FOREVER) for path, body in MODULES.items()}
    return found | {path: Held(page.encode(), _KINDS[".html"], "no-cache") for path, page in _documents(page).items()}


def _documents(page: str) -> dict[str, str]:
    """Every page is the same document, which asks the server by its address what to draw; where that will stand is known."""
    others = dict.fromkeys(("/paste", "/lessons", "/error", "/who"), ("layout.css",))
    files = {"/": ("layout.css", "layout_explore.css", "head.css"), **others}
    return {path: page.replace("</head>", f"<style>{styles(names)}</style></head>", 1) for path, names in files.items()}


def _page() -> str:
    """The document, which keeps what stands behind the # of its address before anything else writes there."""
    return document().replace("</head>", f"  {_FRAGMENT}\n  </head>", 1)


def inline_scripts() -> list[str]:
    """The sources that a content policy must name for the scripts within the page itself: a hash of each."""
    texts = [text.encode() for text in _INLINE.findall(_page())]
    return [f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" for text in texts]
