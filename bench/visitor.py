"""One visitor in Streamlit's own protocol: hundreds of them fit beside a server on one machine, which browsers do not.

A visitor opens the page, moves settings, presses buttons, watches a run by its server-sent events, and pastes code. What
is drawn is not drawn here: only the widgets and what tells that something is there are looked at.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import websockets
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.asyncio.client import ClientConnection

from bench.http import HOST, fetch, streamed

SECONDS_OF_A_SCRIPT = 120.0
SECONDS_OF_SILENCE = 60.0
SECONDS_BETWEEN_REDRAWS = 0.25
# Elements that stand for themselves, and whose id ends in the key that the page gave them.
_PANEL, _EDITOR = "explorer_live", "explorer_editor"
_WIDGETS = ("button", "slider", "selectbox", "text_area", "text_input", "checkbox", "button_group")


class VisitFailed(Exception):
    """The server did not do what a visitor waited for; the text says what."""


@dataclass
class Widget:
    id: str
    fragment: str
    disabled: bool


@dataclass
class Panel:
    """A component of the page: the panel of the run, whose buttons it draws, or the editor of pasted code.

    data: what the page says to it.
    """

    id: str
    fragment: str
    data: dict[str, Any]


@dataclass
class Visitor:
    """A visitor with a cookie of his own, from `open` to `leave`; `errors` are the exceptions that the page showed."""

    port: int
    cookies: str = ""
    query: str = ""
    page: str = ""
    shapes_drawn: bool = False
    errors: list[str] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    widgets: dict[str, Widget] = field(default_factory=dict)
    panel: Panel | None = None
    editor: Panel | None = None
    _goes_back: bool = False
    _values: dict[str, Any] = field(default_factory=dict)
    _socket: ClientConnection | None = None
    _messages: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    _reading: asyncio.Task[None] | None = None

    async def open(self, query: str = "", page: str = "") -> float:
        """Open the page (or another, by its path) and wait until its shapes are drawn; returns the seconds it took.

        Raises VisitFailed.
        """
        began = time.monotonic()
        await self.handshake(f"/{page}")
        self.page = page
        await self.rerun(query, lambda: self.shapes_drawn)
        return time.monotonic() - began

    async def handshake(self, path: str = "/") -> None:
        """Fetch the page, for its cookies, and open its WebSocket."""
        answer = await fetch(self.port, path, self.cookies, seconds=SECONDS_OF_A_SCRIPT)
        if answer.status != 200:
            raise VisitFailed(f"{path} answered {answer.status}: {answer.body[:100]!r}")
        self.cookies = "; ".join(filter(None, (self.cookies, answer.cookies)))
        self._socket = await websockets.connect(
            f"ws://{HOST}:{self.port}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": self.cookies},
            max_size=None,
            open_timeout=SECONDS_OF_A_SCRIPT,
            ping_timeout=None,
            proxy=None,
        )
        self._reading = asyncio.create_task(self._read())

    async def leave(self) -> None:
        """Close the page."""
        if self._reading is not None:
            self._reading.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def rerun(self, query: str, until: Callable[[], bool] = lambda: True) -> None:
        """Ask for a page by its query, as an address that was entered, and wait until it is drawn and `until` holds."""
        self.query = query
        await self._send()
        await self._drawn(until)

    async def go_back(self, query: str) -> None:
        """Go to an address of the page as the browser's "back" does, and wait until it is drawn.

        Raises VisitFailed where the page does not show what the address says.
        """
        self._goes_back = True
        try:
            await self.rerun(query)
        finally:
            self._goes_back = False
        if parse_qs(self.query) != parse_qs(query):
            raise VisitFailed(f"The page was to show {query[:300]}, and shows {self.query[:300]}.")

    async def go(self, page: str, query: str = "") -> None:
        """Follow a link to another page, by its path."""
        self.page, self.widgets, self._values, self.shapes_drawn, self.panel, self.editor = page, {}, {}, False, None, None
        await self.rerun(query)

    async def set(self, key: str, **value: Any) -> None:
        """Give a widget a value, by the name of its field in Streamlit's WidgetState, and wait until the page is drawn."""
        self._values[key] = value
        await self._send(fragment=self._widget(key).fragment)
        await self._drawn()

    async def press(self, key: str, until: Callable[[], bool] = lambda: True) -> None:
        """Press a button, and wait until the page is drawn and `until` holds. Raises VisitFailed where it is greyed out."""
        button = self._widget(key)
        if button.disabled:
            raise VisitFailed(f"The button {key} was greyed out.")
        await self._send(fragment=button.fragment, pressed=button.id)
        await self._drawn(until)

    async def act(self, action: str, until: Callable[[], bool] = lambda: True) -> None:
        """Press a button of the run's panel, one of `explorer.ui.run.live.ACTIONS`, and wait until `until` holds.

        Raises VisitFailed where the page has no such panel.
        """
        deadline = time.monotonic() + SECONDS_OF_A_SCRIPT
        while self.panel is None or not self.panel.data["may"]["ready"]:
            # The page draws itself anew while something is not worked out yet.
            if time.monotonic() > deadline:
                raise VisitFailed("There is no panel on the page that trains.")
            await asyncio.sleep(SECONDS_BETWEEN_REDRAWS)
            await self.rerun(self.query)
        await self._send(self.panel.fragment, event=(self.panel, "action", {"name": action, "kept": False}))
        await self._drawn(until)

    async def type_code(self, code: str) -> None:
        """Put a code into the editor of the page "Paste", and wait until it is drawn. Raises VisitFailed without one."""
        if self.editor is None:
            raise VisitFailed("There is no editor on the page.")
        await self._send(self.editor.fragment, event=(self.editor, "typed", {"code": code, "put": None}))
        await self._drawn()

    async def train(self) -> str:
        """Press Train and return the id of the run that it started."""
        before = self.run
        await self.act("train", lambda: self.run not in ("", before))
        return self.run

    async def state(self) -> str:
        """How the run stands that the page shows, asked anew, as the panel does where it has changed."""
        if self.panel is None:
            return "idle"
        await self._send(fragment=self.panel.fragment)
        await self._drawn()
        return str(self.panel.data["state"])

    @property
    def run(self) -> str:
        """The run in the page's address, or an empty string."""
        return parse_qs(self.query).get("run", [""])[0]

    async def watch(self, run: str, after: int = 0) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
        """A run's events (name, content) as they come, until its end or until nothing came for a minute: VisitFailed."""
        async with streamed(self.port, f"/live/{run}?after={after}", self.cookies) as (status, _, reader):
            if status != 200:
                raise VisitFailed(f"/live answered {status}.")
            name = ""
            while True:
                try:
                    line = await asyncio.wait_for(_line(reader), SECONDS_OF_SILENCE)
                except TimeoutError:
                    raise VisitFailed(f"Nothing came of a run for {SECONDS_OF_SILENCE:.0f} seconds.") from None
                if not line:
                    return
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield name, json.loads(line[6:])

    # --- Streamlit's messages

    def _widget(self, key: str) -> Widget:
        if key not in self.widgets:
            raise VisitFailed(f"There is no widget {key} on the page.")
        return self.widgets[key]

    def asking(
        self, query: str, fragment: str = "", pressed: str = "", event: tuple[Panel, str, Any] | None = None
    ) -> bytes:
        """The message that asks for the page by its query, or for a part of it, with the values that were set.

        event: what happened in a component, by its name, and its value.
        """
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_name, asked.fragment_id = query, self.page, fragment
        asked.is_history_navigation = self._goes_back
        for key, value in self._values.items():
            state = asked.widget_states.widgets.add(id=self._widget(key).id)
            for name, content in value.items():
                if isinstance(content, list):
                    getattr(state, name).data.extend(content)
                else:
                    setattr(state, name, content)
        if pressed:
            asked.widget_states.widgets.add(id=pressed, trigger_value=True)
        if event is not None:
            component, name, value = event
            # As the browser does, with the component's state, which is empty.
            asked.widget_states.widgets.add(id=component.id, json_value="{}")
            asked.widget_states.widgets.add(
                id=_make_trigger_id(component.id, "events"), json_trigger_value=json.dumps([{"event": name, "value": value}])
            )
        return message.SerializeToString()

    def _opened(self) -> ClientConnection:
        if self._socket is None:
            raise VisitFailed("The page has not been opened.")
        return self._socket

    async def _send(self, fragment: str = "", pressed: str = "", event: tuple[Panel, str, Any] | None = None) -> None:
        # What an earlier script still had to say is no answer to this.
        while not self._messages.empty():
            self._take(self._messages.get_nowait())
        await self._opened().send(self.asking(self.query, fragment, pressed, event))

    async def _read(self) -> None:
        try:
            async for raw in self._opened():
                if isinstance(raw, bytes):
                    self._messages.put_nowait(raw)
        except websockets.ConnectionClosed:
            pass
        self._messages.put_nowait(b"")

    async def _drawn(self, until: Callable[[], bool] = lambda: True) -> None:
        deadline = time.monotonic() + SECONDS_OF_A_SCRIPT
        while True:
            try:
                raw = await asyncio.wait_for(self._messages.get(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                raise VisitFailed(f"The page was not drawn within {SECONDS_OF_A_SCRIPT:.0f} seconds.") from None
            if not raw:
                raise VisitFailed("The page's connection was closed.")
            if self._take(raw) and until():
                return

    def _take(self, raw: bytes) -> bool:
        """Take in a message; returns whether a script has ended with it."""
        message = ForwardMsg()
        message.ParseFromString(raw)
        kind = message.WhichOneof("type")
        if kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(message.delta.new_element, message.delta.fragment_id, raw)
        return kind == "script_finished"

    def _take_element(self, element: Any, fragment: str, raw: bytes) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(element.exception.message[:200])
        elif kind in _WIDGETS:
            drawn = getattr(element, kind)
            self.widgets[drawn.id.rpartition("-")[2]] = Widget(drawn.id, fragment, drawn.disabled)
        elif kind == "bidi_component" and element.bidi_component.component_name == _PANEL:
            drawn = element.bidi_component
            self.panel = Panel(drawn.id, fragment, json.loads(drawn.json))
        elif kind == "bidi_component" and element.bidi_component.component_name == _EDITOR:
            drawn = element.bidi_component
            self.editor = Panel(drawn.id, fragment, json.loads(drawn.json))
        elif kind == "markdown":
            self.said.add(element.markdown.body)
        elif b'"layers"' in raw:
            self.shapes_drawn = True


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The next line of a body, of any length; the lengths of its chunks are lines too, which no event begins like."""
    parts = []
    while True:
        try:
            parts.append(await reader.readuntil(b"\n"))
            return b"".join(parts)
        except asyncio.LimitOverrunError as error:
            parts.append(await reader.read(error.consumed))
        except asyncio.IncompleteReadError as error:
            return b"".join([*parts, error.partial])
