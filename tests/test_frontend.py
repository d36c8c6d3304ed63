"""What is served ahead of Streamlit: its frontend from memory, and sockets that do not wait."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.ui import frontend
from explorer.ui.sockets import send_at_once


@pytest.mark.parametrize("name", frontend.ELEMENTS)
def test_the_installed_streamlit_has_every_element_under_its_name(name):
    found = [path for path in frontend.elements() if path.startswith(f"static/js/{name}.")]
    assert len(found) == 1


def test_whatever_a_held_module_imports_is_held():
    held = frontend.held()
    modules = {path: file for path, file in held.items() if path.startswith("/static/js/")}
    assert len(modules) > 50
    for path, file in modules.items():
        for name in frontend._IMPORTED.findall(file.body.decode()):
            assert f"/static/js/{name}" in held, f"{path} imports {name}"


def test_a_frontend_of_another_make_is_served_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("<html><head></head><body>Another</body></html>")
    monkeypatch.setattr(frontend, "STATIC", tmp_path)
    assert set(frontend.held()) == {"/", frontend.PLOTLY_PATH}
    assert frontend.held()["/"].body == (tmp_path / "index.html").read_bytes()


def test_connections_to_a_socket_of_unnamed_protocol_send_at_once():
    with socket.socket(socket.AF_INET) as listener, socket.socket(socket.AF_INET) as other:
        for bound in (listener, other):
            bound.bind(("127.0.0.1", 0))
            bound.listen()

        assert send_at_once(listener.getsockname()[1]) == 1

        for bound, wanted in ((listener, True), (other, False)):
            with socket.create_connection(bound.getsockname()), bound.accept()[0] as accepted:
                assert bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) is wanted


def test_asyncio_leaves_such_connections_waiting():
    """The reason for all of it: the day that this fails, `send_at_once` may go."""

    async def nodelay(listener: socket.socket) -> int:
        found = asyncio.get_running_loop().create_future()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(connected, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            value = await found
            writer.close()
        return value

    listener = socket.socket(socket.AF_INET)
    listener.bind(("127.0.0.1", 0))
    # In a thread of its own: the browser tests have a loop that runs in this one.
    with ThreadPoolExecutor() as threads:
        assert threads.submit(asyncio.run, nodelay(listener)).result() == 0
