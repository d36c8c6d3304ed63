"""The bounds of connections, on a real uvicorn as Streamlit starts it, with an application of a few lines behind."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from websockets.sync.client import connect

from explorer.ui.server import connections
from explorer.ui.server.connections import LARGEST_MESSAGE, Bounded, Connections, FewLines, raise_descriptors

PATIENCE = 20.0
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def application(scope, receive, send):
    """Says who asks; a WebSocket is told how long each of its messages is."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()[:9].ljust(9)})
    else:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": str(len(message["bytes"]))})


@contextmanager
def serving(monkeypatch, **bounds: float) -> Iterator[tuple[int, uvicorn.Server]]:
    """A server with other bounds than the application's; its port, and itself."""
    for name, value in bounds.items():
        monkeypatch.setattr(connections, name, value)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    bounded = Bounded(application, lambda: {"X-Ours": "yes"})
    server = uvicorn.Server(uvicorn.Config(bounded, ws="websockets-sansio", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    wait(lambda: server.started)
    try:
        yield listener.getsockname()[1], server
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


def wait(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def ask(port: int, request: bytes = GET) -> bytes:
    with dial(port) as ours:
        ours.sendall(request.replace(b"Host: localhost", b"Host: localhost\r\nConnection: close"))
        return b"".join(iter(lambda: ours.recv(4096), b""))


def is_ended(ours: socket.socket) -> bool:
    """Whether the server has ended a connection on which it has nothing left to say."""
    ours.setblocking(False)
    try:
        return ours.recv(4096) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_the_names_of_uvicorn_that_are_taken_over_are_there(monkeypatch):
    with serving(monkeypatch) as (port, server):
        config = server.config
        assert (config.ws_max_size, config.h11_max_incomplete_event_size) == (LARGEST_MESSAGE, 16 * 1024)
        assert not isinstance(config.loaded_app, ProxyHeadersMiddleware)
        assert config.http_protocol_class.__name__ == "BoundedHTTP"
        assert config.ws_protocol_class.__name__ == "BoundedWebSocket"
        with dial(port) as ours:
            ours.sendall(GET)
            assert b"200 OK" in ours.recv(4096)
            wait(lambda: len(server.server_state.connections) == 1)
            (protocol,) = server.server_state.connections
            wait(lambda: protocol.cycle.response_complete)
    assert uvicorn.Config(application).proxy_headers is True, "uvicorn trusts loopback by default: that is what is undone"


def test_nobody_but_a_trusted_proxy_says_who_asks(monkeypatch):
    with serving(monkeypatch) as (port, _):
        assert b"127.0.0.1" in ask(port, GET.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n"))


def test_idle_connections_and_those_that_dribble_are_closed_and_others_are_not(monkeypatch):
    with serving(monkeypatch, SECONDS_IDLE=0.5, SECONDS_BETWEEN_SWEEPS=0.05) as (port, server):
        silent, half, kept = dial(port), dial(port), dial(port)
        half.sendall(b"GET / HTTP/1.1\r\nHost: ")
        kept.sendall(GET)
        assert b"200" in kept.recv(4096)
        # A second request that never becomes whole: uvicorn's own clock stops with its first byte.
        kept.sendall(b"GET / HT")
        with connect(f"ws://127.0.0.1:{port}/", proxy=None) as page:
            begun = time.monotonic()
            while not all(map(is_ended, (silent, half, kept))):
                with suppress(OSError):
                    half.send(b"x")
                assert time.monotonic() - begun < PATIENCE
                time.sleep(0.02)
            page.send(b"12345")
            assert page.recv() == "5"
            assert len(server.server_state.connections) == 1
        for each in (silent, half, kept):
            each.close()


def test_where_all_places_are_taken_the_longest_idle_one_makes_room(monkeypatch):
    with serving(monkeypatch, MOST_CONNECTIONS=64) as (port, server):
        idle = [dial(port) for _ in range(64)]
        wait(lambda: len(server.server_state.connections) >= 48)
        for _ in range(10):
            assert b"200 OK" in ask(port)
        wait(lambda: len(server.server_state.connections) <= 48)
        assert sum(map(is_ended, idle)) >= 16
        for each in idle:
            each.close()


def test_a_place_in_use_is_never_taken_away(monkeypatch):
    with serving(monkeypatch, MOST_CONNECTIONS=64) as (port, server), ExitStack() as open_:
        pages = [open_.enter_context(connect(f"ws://127.0.0.1:{port}/", proxy=None)) for _ in range(48)]
        # The places of this address are in use, every one: who comes now is turned away at once.
        with dial(port) as late:
            wait(lambda: is_ended(late))
        for page in pages:
            page.send(b"123")
            assert page.recv() == "3"
            page.close()
        wait(lambda: not server.server_state.connections)
        assert b"200 OK" in ask(port)


def test_a_message_that_is_too_large_ends_its_connection(monkeypatch):
    with serving(monkeypatch) as (port, _), connect(f"ws://127.0.0.1:{port}/", proxy=None, max_size=None) as page:
        page.send(b"x" * LARGEST_MESSAGE)
        assert page.recv() == str(LARGEST_MESSAGE)
        page.send(b"x" * (LARGEST_MESSAGE + 1))
        with pytest.raises(Exception, match="1009"):
            page.recv(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000, b"431"),
    ],
)
def test_what_is_no_request_gets_a_sentence_and_the_headers_of_every_answer(monkeypatch, request_, status):
    with serving(monkeypatch) as (port, _):
        answer = ask(port, request_)
        assert answer.split()[1] == status
        assert b"\r\nX-Ours: yes\r\n" in answer and answer.endswith((b"browser.", b"less."))


def test_a_reader_who_takes_nothing_is_let_go():
    ended = []

    class Stuck(asyncio.Transport):
        """A transport whose other side reads nothing: the one thing that loopback's own large buffers hide."""

        def get_write_buffer_size(self):
            return 70_000

        def abort(self):
            ended.append(self)

    class Streaming:
        pass

    all_of_them = Connections(64)
    all_of_them.add(Stuck(), Streaming(), "192.0.2.1")
    all_of_them.sweep()
    assert ended == []
    (connection,) = all_of_them._open.values()
    connection.waiting_since -= connections.SECONDS_STALLED + 1
    all_of_them.sweep()
    assert len(ended) == 1


def test_what_strangers_send_fills_no_log():
    lines, logger = [], logging.getLogger("test_what_strangers_send")
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger.addHandler(handler)
    logger.addFilter(FewLines(20))
    record = logger.makeRecord(logger.name, logging.WARNING, "", 0, "Bad from %s", ("x",), None)
    for _ in range(1000):
        again = logging.makeLogRecord(record.__dict__)
        again.msg, again.args, again.created = "Bad from %s", ("x",), 1000.0
        logger.handle(again)
    assert len(lines) == 20 and lines[-1].endswith("left out for a minute.)")
    again = logging.makeLogRecord(record.__dict__ | {"created": 1061.0, "msg": "Bad from %s"})
    logger.handle(again)
    assert len(lines) == 21


def test_the_limit_of_descriptors_is_raised_as_far_as_it_may():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
    try:
        assert raise_descriptors() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(before[1], 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
