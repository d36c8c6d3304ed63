"""Every name of Streamlit's that Streamlit does not document, one by one: after an upgrade a failure says which is gone."""

from __future__ import annotations

import ast
import dataclasses
import gc
import importlib
import inspect
import json
import logging
import re
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1 import AppTest

from explorer.ui.front_end import streamlit_internals as internals

UI = Path(internals.__file__).parents[1]
READ_IN = "1.67.0"


def test_what_was_read_is_the_version_that_is_installed():
    assert st.__version__ == READ_IN, "read the file again with the new Streamlit beside it, and say so in it"
    assert f"Streamlit {READ_IN}" in str(internals.__doc__)


# ------------------------------------------------------------------------------------------------------------ its files


def test_the_document_has_what_is_looked_for_in_it():
    written = (internals.FILES / "index.html").read_text()
    for text in (internals._TITLE, "</head>", 'rel="service-desc"'):
        assert written.count(text) == 1, text
    page = internals.document()
    assert "service-desc" not in page and page.count("window.__streamlit = {") == 1
    assert page.index("window.__streamlit") < page.index('src="./static/')


def test_the_frontend_reads_where_the_server_is_from_that_variable():
    entry = [path for path in internals.linked(internals.document()) if re.search(r"/index\.[^/]+\.js$", path)]
    texts = [(internals.FILES / path).read_text() for path in entry]
    assert any("BACKEND_BASE_URL" in text and "__streamlit" in text for text in texts)


def test_the_document_names_files_that_are_there():
    linked = internals.linked(internals.document())
    assert {Path(path).suffix for path in linked} >= {".js", ".css"}
    assert [path for path in linked if not (internals.FILES / path).is_file()] == []


@pytest.mark.parametrize("name", internals.ELEMENTS)
def test_each_element_has_one_module(name):
    assert len([path for path in internals.elements() if path.startswith(f"static/js/{name}.")]) == 1


@pytest.mark.parametrize("name", internals.FONTS)
def test_each_font_has_one_file(name):
    assert len([path for path in internals.fonts() if path.startswith(f"static/media/{name}.")]) == 1


def test_modules_import_one_another_as_it_is_read_here():
    assert internals.imported('import{a as b}from"./one.Ab-1.js";import"./two.js";import("./later.js")') == [
        "static/js/one.Ab-1.js",
        "static/js/two.js",
    ]
    assert len(internals.elements()) > len(internals.ELEMENTS)


# ----------------------------------------------------------------------------------------------------------- its routes


ROUTES = """
import json, sys
import streamlit as st

app = st.App(sys.argv[1])._build_starlette_app()
print(json.dumps([(route.path, type(route).__name__) for route in app.routes]))
"""


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    """The path and class of each, asked in another process: an application makes its runtime the process's one."""
    script = tmp_path_factory.mktemp("streamlit") / "page.py"
    script.write_text("")
    done = subprocess.run([sys.executable, "-c", ROUTES, script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [tuple(route) for route in json.loads(done.stdout.splitlines()[-1])]


@pytest.mark.parametrize("path", [internals.HEALTH, internals.HOST_CONFIG, internals.METRICS])
def test_each_route_is_there(routes, path):
    assert path in {found for found, _ in routes}


@pytest.mark.parametrize("beginning", [internals.MEDIA, internals.COMPONENTS])
def test_each_route_whose_path_goes_on_is_there(routes, beginning):
    assert any(found.startswith(f"{beginning}{{") for found, _ in routes)


def test_the_session_is_the_one_websocket(routes):
    assert [found for found, kind in routes if kind == "WebSocketRoute"] == [internals.STREAM]


def test_the_icon_and_the_files_are_in_the_folder_that_is_served():
    assert (internals.FILES / internals.FAVICON.strip("/")).is_file()
    assert (internals.FILES / internals.STATIC_FILES.strip("/")).is_dir()


# --------------------------------------------------------------------------------------------------------- its messages


@pytest.mark.parametrize("kind", internals.KINDS_WANTED)
def test_each_kind_of_message_is_there(kind):
    back = BackMsg()
    if kind == "deferred_file":
        back.backend_operation_request.deferred_file.file_id = "a"
        assert internals.kind_of_message(back.SerializeToString()) == (kind, 0, 0, 0)
        return
    assert kind in {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    if kind == "rerun_script":
        back.rerun_script.SetInParent()
    else:
        setattr(back, kind, True)
    assert internals.kind_of_message(back.SerializeToString()) == (kind, 0, 0, 0)


def test_of_the_operations_of_a_button_only_the_download_is_wanted():
    others = {field.name for field in BackMsg().backend_operation_request.DESCRIPTOR.oneofs_by_name["payload"].fields}
    for name in others - {"deferred_file"}:
        back = BackMsg()
        getattr(back.backend_operation_request, name).SetInParent()
        assert internals.kind_of_message(back.SerializeToString())[0] not in internals.KINDS_WANTED
    assert len(others) > 1


def test_a_rerun_says_how_much_is_in_it():
    back = BackMsg()
    back.rerun_script.query_string = "a=1"
    back.rerun_script.page_name = "paste"
    back.rerun_script.fragment_id = "f" * 9
    back.rerun_script.page_script_hash = "h" * 7
    for name in ("one", "two"):
        back.rerun_script.widget_states.widgets.add().id = name
    assert internals.kind_of_message(back.SerializeToString()) == ("rerun_script", 2, 3, 9)
    with pytest.raises(DecodeError):
        internals.kind_of_message(b"\xff\xff")


def test_the_path_of_the_script_is_in_the_first_message_and_is_taken_out():
    forward = ForwardMsg()
    forward.new_session.main_script_path = "/somewhere/on/this/machine/pages.py"
    found = ForwardMsg.FromString(internals.without_script_path(forward.SerializeToString()))
    assert found.new_session.main_script_path == "pages.py"
    other = ForwardMsg(script_finished=1).SerializeToString()
    assert internals.without_script_path(other) == other
    assert internals.without_script_path(b"\xff\xff") == b"\xff\xff"


# --------------------------------------------------------------------------------------------- why it runs the script


def test_a_run_of_the_script_knows_whether_history_asked_for_it():
    # Where no script runs, nobody went anywhere; that a browser's "back" is one is seen in tests/browser/test_page.py.
    assert internals.went_through_history() is False
    assert "is_history_navigation" in {field.name for field in dataclasses.fields(ScriptRunContext)}


class Ended(Exception):
    """Somebody has clicked again: this run of the script ends."""


def test_a_part_of_the_script_is_run_to_its_end_though_somebody_clicks_again(monkeypatch):
    def end() -> None:
        raise Ended

    state = SafeSessionState(SessionState(), end)
    in_callback = SimpleNamespace(session_state=state, has_script_started=False)
    monkeypatch.setattr(internals, "get_script_run_ctx", lambda: in_callback)

    @internals.uninterrupted()
    def write_both() -> None:
        state["one"] = 1
        with internals.uninterrupted():
            state["two"] = 2
        assert (state["one"], state["two"]) == (1, 2)

    write_both()
    with pytest.raises(Ended):
        state["three"] = 3
    with pytest.raises(ZeroDivisionError), internals.uninterrupted():
        print(1 / 0)
    with pytest.raises(Ended):
        print(state["one"])


def test_the_next_run_takes_what_the_browser_sent_only_once_the_part_is_done(monkeypatch):
    for name in ("__init__", "on_script_will_rerun"):
        monkeypatch.setattr(SafeSessionState, name, getattr(SafeSessionState, name))
    internals.share_locks()
    ended = threading.Event()

    def end() -> None:
        if ended.is_set():
            raise Ended

    session = SessionState()
    before, after = SafeSessionState(session, end), SafeSessionState(session, lambda: None)
    running = SimpleNamespace(session_state=before, has_script_started=True)
    monkeypatch.setattr(internals, "get_script_run_ctx", lambda: running)
    taken = threading.Thread(target=after.on_script_will_rerun, args=(None,))
    with internals.uninterrupted():
        ended.set()
        taken.start()
        taken.join(timeout=0.3)
        assert taken.is_alive()
        before["timesteps"] = 31
    taken.join()
    after["timesteps"] = 32
    # From now on nothing of the run that has ended is written.
    with pytest.raises(Ended), internals.uninterrupted():
        before["timesteps"] = 31
    with pytest.raises(Ended):
        before.on_script_will_rerun(None)
    assert after["timesteps"] == 32
    # Another session has nothing to do with it.
    assert SafeSessionState(SessionState(), end)._lock is not after._lock


def test_a_session_that_was_ended_leaves_no_lock(monkeypatch):
    monkeypatch.setattr(SafeSessionState, "__init__", SafeSessionState.__init__)
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", SafeSessionState.on_script_will_rerun)
    internals.share_locks()
    session = SessionState()
    run = SafeSessionState(session, lambda: None)
    assert id(session) in internals._LOCKS
    key = id(session)
    del run, session
    gc.collect()
    assert key not in internals._LOCKS


def page_with_a_choice() -> None:
    """Of another key, and so another widget, whenever `shown` is another one; whoever chooses is told in `chosen`."""
    import streamlit as st

    state = st.session_state
    number = state.setdefault("shown", 0)

    def choose() -> None:
        state["chosen"] = state[f"form_{number}"]

    state[f"form_{number}"] = "as written" if number == 0 else None
    st.segmented_control("Form", ["as written", "fixed"], key=f"form_{number}", on_change=choose)


def test_what_the_browser_still_sends_of_a_removed_widget_is_no_choice(monkeypatch):
    monkeypatch.setattr(SessionState, "_remove_stale_widgets", SessionState._remove_stale_widgets)
    internals.forget_removed_widgets()
    page = AppTest.from_function(page_with_a_choice).run()
    shown_before = page._tree.get_widget_states()
    assert [each.WhichOneof("value") for each in shown_before.widgets] == ["string_array_value"]
    page.session_state["shown"] = 1
    for _ in range(3):
        # The browser has not drawn the other widget yet, and somebody moves something else.
        page._run(shown_before)
        assert not page.exception
    assert "chosen" not in page.session_state and len(page.button_group) == 1
    # A choice in the widget that is shown is one, and so is one in the widget before while that is not removed.
    page.button_group[0].set_value("fixed").run()
    assert page.session_state["chosen"] == "fixed"
    page.session_state["shown"], page.session_state["chosen"] = 2, None
    page.button_group[0].set_value("as written").run()
    assert page.session_state["chosen"] == "as written"


def test_streamlit_itself_takes_it_for_one():
    # Where this fails, Streamlit has mended it: then `forget_removed_widgets` can go.
    page = AppTest.from_function(page_with_a_choice).run()
    shown_before = page._tree.get_widget_states()
    page.session_state["shown"] = 1
    page._run(shown_before)
    page._run(shown_before)
    assert page.session_state["chosen"] == "as written"


def clicked(widget: str, **values: bool) -> ClientState:
    """What a browser sends of a click. values: those of its other widgets."""
    state = ClientState()
    state.widget_states.widgets.add(id=widget, trigger_value=True)
    for name, value in values.items():
        state.widget_states.widgets.add(id=name, bool_value=value)
    return state


def test_a_click_that_waits_for_the_run_before_it_is_taken_by_the_run_that_comes_in_its_place(monkeypatch):
    asked = []
    monkeypatch.setattr(internals, "_ASK", lambda session, state: asked.append(state))
    running = ScriptRequests()
    session = SimpleNamespace(_scriptrunner=SimpleNamespace(_requests=running, _session_state=SimpleNamespace()))
    running.request_rerun(
        RerunData(widget_states=clicked("in a fragment", box=False).widget_states, fragment_id="a fragment")
    )
    assert running.on_scriptrunner_yield() is None
    internals._ask(session, clicked("on the page", box=True))
    # The run before ends, and does not begin the click's itself.
    assert running.on_scriptrunner_yield().type == running.on_scriptrunner_ready().type == ScriptRequestType.STOP
    found = {each.id: each.trigger_value or each.bool_value for each in asked[0].widget_states.widgets}
    assert found == {"in a fragment": True, "on the page": True, "box": True}


def test_a_click_whose_run_waits_for_the_lock_is_taken_by_the_run_that_comes_in_its_place(monkeypatch):
    for name in ("__init__", "on_script_will_rerun"):
        monkeypatch.setattr(SafeSessionState, name, getattr(SafeSessionState, name))
    internals.share_locks()
    asked, taken = [], []
    monkeypatch.setattr(internals, "_ASK", lambda session, state: asked.append(state))
    monkeypatch.setattr(internals, "_TAKE_WIDGETS", lambda run, widgets, **others: taken.append(widgets))
    requests, session = ScriptRequests(), SessionState()

    def end() -> None:
        if requests._state == ScriptRequestType.STOP:
            raise Ended

    before, after = SafeSessionState(session, lambda: None), SafeSessionState(session, end)
    sent = clicked("a button")
    requests.request_rerun(RerunData(widget_states=sent.widget_states))
    assert requests.on_scriptrunner_ready().type == ScriptRequestType.RERUN
    ended = []

    def run() -> None:
        try:
            after.on_script_will_rerun(sent.widget_states)
        except Ended:
            ended.append(True)

    runner = SimpleNamespace(_scriptrunner=SimpleNamespace(_requests=requests, _session_state=after))
    waits = threading.Thread(target=run)
    with before._lock:
        waits.start()
        while vars(after)["_untaken"] is None and waits.is_alive():
            waits.join(timeout=0.01)
        internals._ask(runner, clicked("another"))
    waits.join()
    assert ended and not taken
    assert {each.id for each in asked[0].widget_states.widgets} == {"a button", "another"}
    # What a run has taken, no other takes again.
    requests._state = ScriptRequestType.CONTINUE
    after.on_script_will_rerun(sent.widget_states)
    internals._ask(runner, clicked("another"))
    assert taken == [sent.widget_states] and [each.id for each in asked[1].widget_states.widgets] == ["another"]


def test_a_click_that_was_taken_does_not_come_twice(monkeypatch):
    asked = []
    monkeypatch.setattr(internals, "_ASK", lambda session, state: asked.append(state))
    running = ScriptRequests()
    session = SimpleNamespace(_scriptrunner=SimpleNamespace(_requests=running, _session_state=SimpleNamespace()))
    running.request_rerun(RerunData(widget_states=clicked("in a fragment").widget_states, fragment_id="a fragment"))
    assert running.on_scriptrunner_ready().type == ScriptRequestType.RERUN
    internals._ask(session, clicked("on the page"))
    assert [each.id for each in asked[0].widget_states.widgets] == ["on the page"]
    # A click in a fragment ends no run, and the first of a session has none before it.
    for runner, state in ((session._scriptrunner, ClientState(fragment_id="a fragment")), (None, ClientState())):
        running._state = ScriptRequestType.CONTINUE
        internals._ask(SimpleNamespace(_scriptrunner=runner), state)
        assert running._state == ScriptRequestType.CONTINUE and asked[-1] is state


def test_a_session_asks_for_runs_as_it_is_known_to(monkeypatch):
    assert list(inspect.signature(AppSession.request_rerun).parameters) == ["self", "client_state"]
    monkeypatch.setattr(AppSession, "request_rerun", AppSession.request_rerun)
    internals.keep_clicks()
    assert AppSession.request_rerun is internals._ask
    assert "self._scriptrunner.request_stop()" in inspect.getsource(internals._ASK)
    assert "self._requests" in inspect.getsource(ScriptRunner.request_stop)


def callbacks() -> dict[str, bool]:
    """What the page hands to a widget to be called, by file and name: whether it is run to its end."""
    found: dict[str, bool] = {}
    functions: dict[str, list[ast.FunctionDef]] = {}
    named: list[tuple[str, ast.expr]] = []
    for path in UI.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                for place in (node.name, f"{path.name} {node.name}"):
                    functions.setdefault(place, []).append(node)
            elif isinstance(node, ast.Call):
                given = (each for each in node.keywords if re.fullmatch(r"on_(click|\w*change)", each.arg or ""))
                values = [
                    each.value for each in given if ast.unparse(each.value) not in ("'rerun'", "'ignore'", "lambda: None")
                ]
                named += [(path.name, value) for value in values]
    for file, value in named:
        # A function of another module is handed on as `module.function`.
        *module, name = ast.unparse(value).split(".")
        file = f"{module[0]}.py" if module else file
        meant = functions.get(f"{file} {name}", functions[name])
        decorated = [{ast.unparse(each) for each in function.decorator_list} for function in meant]
        found[f"{file} {name}"] = all("uninterrupted()" in each for each in decorated)
    return found


def test_each_callback_is_run_to_its_end():
    found = callbacks()
    assert len(found) > 15
    assert [name for name, safe in found.items() if not safe] == []


# ---------------------------------------------------------------------------------------------------------- its loggers


@pytest.mark.parametrize("name", internals.LOGGERS)
def test_each_logger_is_that_of_a_module(name):
    module = importlib.import_module(name)
    assert module._LOGGER is logging.getLogger(name)


# ------------------------------------------------------------------------------------------------------ and nowhere else


def test_no_other_file_of_the_page_names_them():
    private = ("_stcore", "streamlit.proto", "streamlit.web", "streamlit.runtime", "index.html", "static/js")
    found = {path.name for path in UI.rglob("*.py") if any(name in path.read_text() for name in private)}
    assert found == {"streamlit_internals.py"}
