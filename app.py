"""The web application: the pages, the live route, and the life of the engine. `streamlit run app.py` serves it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.ui.front_end.frontend import Frontend, held
from explorer.ui.front_end.streamlit_internals import forget_removed_widgets, keep_clicks, share_locks
from explorer.ui.server import shutdown, sockets
from explorer.ui.server.clients import Forwarded
from explorer.ui.server.connections import Bounded
from explorer.ui.server.edge import Edge
from explorer.ui.server.headers import Headers, security_headers
from explorer.ui.server.hosts import Hosts, notice
from explorer.ui.server.immutable_files import ImmutableFiles
from explorer.ui.server.settings import exit_where_wrong

ROOT = Path(__file__).resolve().parent

exit_where_wrong()
share_locks()
keep_clicks()
forget_removed_widgets()
FILES = held()
HOSTS = Hosts(st.get_option("server.address"))


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    sockets.send_at_once(st.get_option("server.port"))
    if told := notice(st.get_option("server.address"), st.get_option("server.port")):
        print(told, flush=True)
    # The engine's libraries take a second to import; a browser fetches the files of the page meanwhile.
    starting = threading.Thread(target=start_engine, name="start of the engine")
    starting.start()
    try:
        with shutdown.announced():
            yield
    finally:
        starting.join()
        end_engine()


def start_engine() -> None:
    from explorer.ui.server import engine_instance

    engine_instance.start()


def end_engine() -> None:
    from explorer.ui.server import engine_instance

    engine_instance.end()


async def live(request: Request) -> Response:
    from explorer.ui.routes import events
    from explorer.ui.server import engine_instance

    return await events.live(request, engine_instance.engine())


async def shapes(request: Request) -> Response:
    from explorer.ui.routes import shapes as route
    from explorer.ui.server import engine_instance

    return await route.shapes(request, engine_instance.engine())


async def tensors(request: Request) -> Response:
    from explorer.ui.routes import tensors as route
    from explorer.ui.server import engine_instance

    return await route.tensors(request, engine_instance.engine())


async def batches(request: Request) -> Response:
    from explorer.ui.routes import batches as route
    from explorer.ui.server import engine_instance

    return await route.batches(request, engine_instance.engine())


async def walk(request: Request) -> Response:
    from explorer.ui.routes import walk as route
    from explorer.ui.server import engine_instance

    return await route.walk(request, engine_instance.engine())


async def gradients(request: Request) -> Response:
    from explorer.ui.routes import gradients as route
    from explorer.ui.server import engine_instance

    return await route.gradients(request, engine_instance.engine())


async def inside(request: Request) -> Response:
    from explorer.ui.routes import inside as route
    from explorer.ui.server import engine_instance

    return await route.inside(request, engine_instance.engine())


async def slow(request: Request) -> Response:
    from explorer.ui.routes import slow as route
    from explorer.ui.server import engine_instance

    return await route.slow(request, engine_instance.engine())


async def room(request: Request) -> Response:
    from explorer.ui.routes import room_events as route
    from explorer.ui.server import engine_instance

    return await route.room(request, engine_instance.hub(), engine_instance.engine().store.rooms)


app = st.App(
    ROOT / "explorer" / "ui" / "pages.py",
    lifespan=lifespan,
    routes=[
        Route("/live/{run}", live),
        Route("/shapes", shapes),
        Route("/tensors/{run}", tensors),
        Route("/batches/{run}", batches),
        Route("/slow/{run}", slow),
        Route("/walk", walk),
        Route("/walk/{run}", walk),
        Route("/gradients/{run}", gradients),
        Route("/inside", inside),
        Route("/inside/{run}", inside),
        Route("/room/{code}", room),
    ],
    # In the order in which a request meets them; Streamlit's own come after these.
    middleware=[
        Middleware(Bounded, headers=security_headers),
        Middleware(Forwarded),
        Middleware(ImmutableFiles, files=FILES, hosts=HOSTS),
        Middleware(Headers),
        Middleware(Edge, hosts=HOSTS),
        Middleware(Frontend, files=FILES),
    ],
)
