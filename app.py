"""The web application: the page script, the live route, and the life of the engine. `streamlit run app.py` serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import plotly
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from explorer.ui import events, life
from explorer.ui.headers import Headers

ROOT = Path(__file__).resolve().parent
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    life.start()
    try:
        yield
    finally:
        life.end()


async def live(request: Request) -> Response:
    return await events.live(request, life.engine())


async def plotly_script(_: Request) -> Response:
    return FileResponse(PLOTLY, media_type="text/javascript", headers={"Cache-Control": "public, max-age=31536000"})


app = st.App(
    ROOT / "explorer" / "ui" / "page.py",
    lifespan=lifespan,
    routes=[Route("/live/{run}", live), Route("/plotly.min.js", plotly_script)],
    middleware=[Middleware(Headers)],
)
