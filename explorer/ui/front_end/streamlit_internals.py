"""Everything that the server knows of Streamlit beyond what Streamlit documents: its files, routes, messages, loggers.

Read in Streamlit 1.67.0. tests/ui/front_end/test_streamlit_internals.py fails where another version calls one of them
otherwise, and names it. What the server replaces of uvicorn, which Streamlit starts, stands in
`explorer.ui.server.connections`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any
from weakref import WeakValueDictionary

import streamlit
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state import SafeSessionState, SessionState, session_state

# --- the frontend's files, in the package

FILES = Path(streamlit.__file__).parent / "static"
# The elements that this page draws, as the frontend names them. They are found by these names, without their hashes:
# one that another version calls otherwise is only fetched later.
ELEMENTS = ("Html", "Selectbox", "Slider", "NumberInput", "Checkbox", "ButtonGroup", "BidiComponent", "Button", "PageLink")
# The hidden state h is drawn in italics.
FONTS = ("MaterialSymbols-Rounded", "SourceSansVF-Upright", "SourceSansVF-Italic")

_TITLE = "<title>Streamlit</title>"
# Below an address like /paste the frontend looks for the server twice, and once in vain, unless it is told.
_BASE = '<script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" }</script>'
# Streamlit names a programming interface there, which is not open here.
_SERVICE = re.compile(r"""\s*<link rel="service-desc"[^>]*>""")
_LINKED = re.compile(r"""(?:href|src)="\./(static/[\w./-]+)\"""")
_IMPORTED = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")


def document() -> str:
    """The document that every page is, which then asks the server what to draw."""
    page = _SERVICE.sub("", (FILES / "index.html").read_text(encoding="utf-8"))
    return page.replace(_TITLE, f"{_BASE}\n    {_TITLE}", 1)


def linked(page: str) -> list[str]:
    """The paths of the files that a document names."""
    return _LINKED.findall(page)


def imported(module: str) -> list[str]:
    """The paths of the files that the text of a module of the frontend imports."""
    return [f"static/js/{name}" for name in _IMPORTED.findall(module)]


def elements() -> list[str]:
    """The paths of the modules of this page's elements and of all that these import, each once."""
    waiting = [path for name in ELEMENTS for path in _hashed("js", name, "js")]
    found: dict[str, None] = {}
    while waiting:
        path = waiting.pop(0)
        if path not in found and (FILES / path).is_file():
            found[path] = None
            waiting += imported((FILES / path).read_text(encoding="utf-8"))
    return list(found)


def fonts() -> list[str]:
    """The paths of the fonts that the page draws with."""
    return [path for name in FONTS for path in _hashed("media", name, "woff2")]


def _hashed(folder: str, name: str, suffix: str) -> Iterable[str]:
    return (f"static/{folder}/{file.name}" for file in sorted((FILES / "static" / folder).glob(f"{name}.*.{suffix}")))


# --- its routes, as far as the pages use them

STREAM = "/_stcore/stream"
HEALTH = "/_stcore/health"
HOST_CONFIG = "/_stcore/host-config"
METRICS = "/_stcore/metrics"
FAVICON = "/favicon.png"
# Of these the paths go on.
STATIC_FILES = "/static/"
MEDIA = "/media/"
COMPONENTS = "/_stcore/bidi-components/"

# --- its messages

# What the page's frontend asks for. Streamlit knows more kinds (addresses for uploads, tools of development): they are not
# for visitors, and some of them cost the server's event loop seconds.
# "deferred_file" is a kind of its own here: what a button for a download makes when it is pressed. The other operations of
# the same message, one of which writes files, are not wanted.
KINDS_WANTED = ("rerun_script", "stop_script", "app_heartbeat", "deferred_file")


def without_script_path(content: bytes) -> bytes:
    """A message to a browser, with the name of the page's script in place of its path on this machine."""
    forward = ForwardMsg()
    try:
        forward.ParseFromString(content)
    except DecodeError:
        return content
    if forward.WhichOneof("type") == "new_session":
        forward.new_session.main_script_path = PurePath(forward.new_session.main_script_path).name
        return forward.SerializeToString()
    return content


def kind_of_message(content: bytes) -> tuple[str | None, int, int, int]:
    """What a browser asks for; of a rerun how many widgets it tells of, the length of its query and of its longest name.

    Raises google.protobuf.message.DecodeError for what is no message at all.
    """
    back = BackMsg.FromString(content)
    kind = back.WhichOneof("type")
    if kind == "backend_operation_request":
        return back.backend_operation_request.WhichOneof("payload"), 0, 0, 0
    if kind != "rerun_script":
        return kind, 0, 0, 0
    asked = back.rerun_script
    names = (asked.fragment_id, asked.page_script_hash, asked.page_name)
    return kind, len(asked.widget_states.widgets), len(asked.query_string), max(map(len, names))


# --- why it runs the script


def went_through_history() -> bool:
    """Whether this run of the script answers the browser's "back" or "forward", and not a widget."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


# Held while it is settled whether a run begins or another takes its place, and for nothing else.
_TAKING = threading.Lock()
# By the id of a session's state, for as long as a run has it.
_LOCKS: WeakValueDictionary[int, Any] = WeakValueDictionary()
_BEGIN = SafeSessionState.__init__
_TAKE_WIDGETS = SafeSessionState.on_script_will_rerun


def share_locks() -> None:
    """Let the runs of a session's script share one lock of its state; to be called before the first session begins.

    Streamlit starts the next run in a thread of its own while the one before may still write, and gives each its own lock.
    The next one would take what the browser has sent, and the one before then write an older value over it.
    """
    # mypy knows no other way to replace a method.
    setattr(SafeSessionState, "__init__", _begin)  # noqa: B010
    setattr(SafeSessionState, "on_script_will_rerun", _take_widgets)  # noqa: B010


def _begin(self: SafeSessionState, state: SessionState, yield_callback: Callable[[], None]) -> None:
    _BEGIN(self, state, yield_callback)
    object.__setattr__(self, "_lock", _LOCKS.setdefault(id(state), threading.RLock()))
    # What the browser sent for a run that waits for the lock.
    object.__setattr__(self, "_untaken", None)


def _take_widgets(self: SafeSessionState, widgets: WidgetStates | None, **others: Any) -> None:
    # Attributes that are set in the usual way are words in the session's state.
    object.__setattr__(self, "_untaken", widgets)
    try:
        with self._lock:
            ends = self._yield_callback
            with _TAKING:
                # Streamlit asks before it takes its lock whether this run has ended: within the lock the answer still holds.
                ends()
                object.__setattr__(self, "_untaken", None)
            object.__setattr__(self, "_yield_callback", _go_on)
            try:
                _TAKE_WIDGETS(self, widgets, **others)
            finally:
                object.__setattr__(self, "_yield_callback", ends)
    finally:
        object.__setattr__(self, "_untaken", None)


_REMOVE = SessionState._remove_stale_widgets


def forget_removed_widgets() -> None:
    """Call no callback of a widget that the page has removed; before the first session begins.

    Until it has the page's answer, a browser sends the value of every widget that it shows. Streamlit has forgotten the
    value of a removed one and kept its callback: to it that is a choice, which nobody has made. A click is one.
    """
    setattr(SessionState, "_remove_stale_widgets", _remove)  # noqa: B010


def _remove(self: SessionState, drawn: frozenset[str]) -> None:
    _REMOVE(self, drawn)
    context, known = get_script_run_ctx(), self._new_widget_state.widget_metadata
    fragments = context.fragment_ids_this_run if context is not None else None
    for name, metadata in list(known.items()):
        clicked = metadata.value_type in script_requests._TRIGGER_PROTO_FIELDS
        if metadata.callback is not None and not clicked and session_state._is_stale_widget(metadata, drawn, fragments):
            known[name] = replace(metadata, callback=None)


_ASK = AppSession.request_rerun


def keep_clicks() -> None:
    """Let no click be lost whose run has not begun when the whole page is asked to run; before the first session begins.

    A click in a fragment waits until the run before it is done, and any click until its run has the lock that `share_locks`
    gives it. Whatever asks for a run of the whole page meanwhile puts another in the place of both, and Streamlit then
    forgets the click: a browser sends it once. Two clicks on one button that wait are one, as everywhere in Streamlit.
    """
    setattr(AppSession, "request_rerun", _ask)  # noqa: B010


def _ask(self: AppSession, asked: ClientState | None) -> None:
    runner = self._scriptrunner
    if asked is not None and runner is not None and not asked.fragment_id:
        requests = runner._requests
        # Within these locks its run cannot begin: the click would come twice.
        with _TAKING, requests._lock:
            queued = requests._rerun_data.widget_states if requests._state == ScriptRequestType.RERUN else None
            requests._state = ScriptRequestType.STOP
            waiting = [vars(runner._session_state).get("_untaken"), queued]
        for each in reversed(waiting):
            if both := script_requests._coalesce_widget_states(each, asked.widget_states):
                asked.widget_states.CopyFrom(both)
    _ASK(self, asked)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Run a part of the script, or as `@uninterrupted()` a callback, to its end, before the next run begins.

    Whatever somebody clicks or types ends the run of the script before, and that at any word in `st.session_state`, in the
    middle of a callback too, which is then not called again. What is written there together would be written in part.
    A run that has already ended does not begin the part.
    """
    context = get_script_run_ctx()
    state = context.session_state if context is not None else None
    if context is None or state is None:
        yield
        return
    with state._lock:
        before = state._yield_callback
        if context.has_script_started:
            before()
        object.__setattr__(state, "_yield_callback", _go_on)
        try:
            yield
        finally:
            object.__setattr__(state, "_yield_callback", before)


def _go_on() -> None:
    pass


# --- its loggers that say something for each message or connection that is not as it should be

LOGGERS = ("streamlit.web.server.starlette.starlette_websocket", "streamlit.error_util")
