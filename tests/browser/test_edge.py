"""The edge of the real server: what a stranger, another site, a flooder and a broken client get from it."""

from __future__ import annotations

import http.client
import re
import secrets
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress

import pytest
from playwright.sync_api import ConsoleMessage, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bench.application import ROOT
from explorer.ui.front_end.modules import MODULES
from explorer.ui.server.rate_limits import HOLD
from tests.browser.conftest import OTHER_NAME, PROXY
from tests.browser.test_page import SMALL, layer, panel, press
from tests.browser.window import appearances, visit
from tests.for_all import for_all

# A name that leads nowhere: who looks it up waits, and waiting is what this is about.
EVIL = "http://evil.example"
# In seconds: whoever waits for a name, a body or a free connection waits for longer, and no machine is as slow without.
QUICK = 10.0
# A route of each kind, and what Streamlit has besides.
OURS = (
    "/",
    "/paste",
    "/shapes",
    "/live/nothing",
    "/tensors/nothing",
    "/batches/nothing",
    "/gradients/nothing",
    "/_stcore/health",
    "/_stcore/host-config",
    *MODULES,
)
CLOSED = (
    *("/_stcore/upload_file/a/b", "/_stcore/script-health-check", "/_stcore/agent", "/_stcore/agent/openapi.json"),
    *("/component/a/b", "/auth/login", "/auth/logout", "/oauth2callback", "/app/static/a", "/nothing", "/shapes/x"),
    *("/assets/chain.js", "/assets/package.json", "/assets/../app.py"),
    *("/paste/x", "/static/../../app.py", "/%2e%2e/app.py", "//evil.example/x", "/media/../../x"),
)
# Addresses of their own for tests that ask often, so that what they use up is not missing in another one.
POLICY_FROM, SITES_FROM = "127.0.0.16", "127.0.0.17"
STREAM = "/_stcore/stream"
# A client that nobody takes messages from stops reading, and then waits for an answer to its closing that it does not read.
UNBOUNDED = {"max_size": None, "max_queue": None}


def ask(server, path: str, method: str = "GET", source: str = "127.0.0.1", **headers: str) -> tuple[int, dict, str]:
    """(status, headers in small letters, body) of an answer. source: the address that asks."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60, source_address=(source, 0))
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in ({"Host": f"127.0.0.1:{server.port}"} | headers).items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body
    finally:
        connection.close()


def own(server) -> str:
    """A visitor's header Cookie, as the page gives it."""
    return ask(server, "/")[1]["set-cookie"].partition(";")[0]


def shake_hands(server, path: str = STREAM, **headers: str) -> int:
    """The status of a WebSocket's handshake."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    host = names.pop("Host", None)
    try:
        uri = f"ws://{host or f'127.0.0.1:{server.port}'}{path}"
        with connect(uri, sock=_dial(server), additional_headers=names, proxy=None, open_timeout=30):
            return 101
    except InvalidStatus as refused:
        assert refused.response.headers["Content-Security-Policy"]
        return refused.response.status_code


def _dial(server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 30)


def assert_gives_nothing_away(body: str) -> None:
    for secret in (str(ROOT), "site-packages", "Traceback", "/usr/", "/home/", "/tmp/", 'File "'):
        assert secret not in body


@for_all("message", ["addresses of files", "widgets without end", "a name without end", "a tool of development"])
def test_a_message_that_no_page_sends_is_dropped_and_costs_nobody_time(server, message):
    """What Streamlit would work on for seconds in its event loop, or write whole into the log."""
    unwanted = BackMsg()
    if message == "addresses of files":
        unwanted.file_urls_request.file_names.extend(f"{number}" for number in range(40_000))
    elif message == "widgets without end":
        for number in range(20_000):
            unwanted.rerun_script.widget_states.widgets.add().id = f"{number}"
    elif message == "a name without end":
        unwanted.rerun_script.fragment_id = "x" * 400_000
    else:
        unwanted.backend_operation_request.request_id = "x"
        unwanted.backend_operation_request.install_skills.SetInParent()
    address = f"ws://127.0.0.1:{server.port}{STREAM}"
    with connect(address, subprotocols=["streamlit"], origin=server.url, proxy=None, **UNBOUNDED) as session:
        session.send(unwanted.SerializeToString())
        asked = BackMsg()
        asked.rerun_script.query_string = SMALL
        session.send(asked.SerializeToString())
        came = [ForwardMsg.FromString(session.recv(timeout=90))]
        # The first answer is that to the message that a page sends.
        assert came[0].WhichOneof("type") in ("new_session", "session_status_changed", "session_event")


def test_a_session_tells_no_path_and_bears_that_widgets_are_left_out(server):
    address = f"ws://127.0.0.1:{server.port}{STREAM}"
    with connect(address, subprotocols=["streamlit"], origin=server.url, proxy=None, **UNBOUNDED) as session:
        for _ in range(2):
            asked = BackMsg()
            asked.rerun_script.query_string = SMALL
            session.send(asked.SerializeToString())
            while True:
                came = session.recv(timeout=90)
                assert str(ROOT).encode() not in came
                told = ForwardMsg.FromString(came)
                if told.WhichOneof("type") == "new_session":
                    assert told.new_session.main_script_path == "pages.py"
                assert not (told.WhichOneof("type") == "delta" and told.delta.new_element.WhichOneof("type") == "exception")
                if told.WhichOneof("type") == "script_finished":
                    break


@for_all("path", [*OURS, *CLOSED])
def test_a_foreign_name_is_answered_with_a_sentence_and_at_once(server, path):
    begun = time.monotonic()
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1.evil.example"):
        status, _, body = ask(server, path, Host=host, Origin=f"http://{host}")
        assert status == 421 and "EXPLORER_HOSTS" in body
    assert time.monotonic() - begun < QUICK


def test_the_names_of_the_setting_and_of_loopback_are_answered_to(server):
    for host in (OTHER_NAME, f"localhost:{server.port}", f"[::1]:{server.port}", "127.0.0.1:1"):
        assert ask(server, "/_stcore/health", Host=host)[0] == 200


def test_a_websocket_opens_for_pages_of_this_very_server_alone(server):
    here, cookie = f"127.0.0.1:{server.port}", own(server)
    begun = time.monotonic()
    others = ("http://127.0.0.1:9", f"https://{here}", f"http://localhost:{server.port}", f"{EVIL}@{here}")
    for origin in (EVIL, "null", *others):
        assert shake_hands(server, Origin=origin, Cookie=cookie) == 403, origin
    for site in ("cross-site", "same-site"):
        assert shake_hands(server, Sec_Fetch_Site=site, Sec_Fetch_Mode="websocket") == 403
    # A name that was made to lead here: its page's Origin and Host agree, and are not ours.
    assert shake_hands(server, Origin=EVIL, Host="evil.example") == 421
    assert shake_hands(server, path="/elsewhere", Cookie=cookie) == 404
    assert time.monotonic() - begun < QUICK
    assert shake_hands(server, Origin=f"http://{here}", Cookie=cookie) == 101
    assert shake_hands(server, Origin=f"http://{OTHER_NAME}", Host=OTHER_NAME, Cookie=cookie) == 101


@for_all("path", OURS)
def test_another_site_may_link_to_a_page_and_nothing_else(server, path):
    def status(**headers: str) -> int:
        return ask(server, path, source=SITES_FROM, **headers)[0]

    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    is_page = path in ("/", "/paste")
    assert status(**link) == (200 if is_page else 403)
    assert status(**link | {"Sec_Fetch_Dest": "iframe"}) == 403
    for site in ("cross-site", "same-site"):
        assert status(Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors") == 403
    assert status(Origin=EVIL) == 403
    assert status(Origin="null") == 403
    assert status(Sec_Fetch_Site="same-origin", Origin=f"http://127.0.0.1:{server.port}") in (200, 400, 404)


@for_all("path", [*OURS, *CLOSED])
def test_every_answer_has_the_content_policy_and_gives_no_path_away(server, path):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"):
        status, headers, body = ask(server, path, method=method, source=POLICY_FROM)
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'self'"
        assert policy["connect-src"] == f"'self' ws://127.0.0.1:{server.port}"
        assert "unsafe-eval" not in policy["script-src"].replace("wasm-unsafe-eval", "")
        assert "'unsafe-inline'" not in policy["script-src"] and "http" not in policy["script-src"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert_gives_nothing_away(body)
        if method in ("GET", "HEAD"):
            wanted = (
                {
                    "/live/nothing": (404,),
                    "/tensors/nothing": (400,),
                    "/batches/nothing": (400,),
                    "/gradients/nothing": (400,),
                }.get(path, (200,))
                if method == "GET"
                else (200, 405)
            )
            assert status == 404 if path in CLOSED else status in wanted
        else:
            assert status in (404, 405) and (path in CLOSED or headers["connection"] == "close")


def test_what_is_not_even_a_request_has_the_policy_as_well(server):
    for request in (b"nonsense\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000):
        with _dial(server) as ours:
            ours.sendall(request)
            answer = ours.recv(4096).decode()
        assert answer.split()[1] in ("400", "431")
        assert "content-security-policy: default-src 'none'" in answer.lower()
        assert_gives_nothing_away(answer)


def test_statistics_are_for_this_machine_alone(server):
    assert ask(server, "/_stcore/metrics")[0] == 200
    # Somebody behind a proxy, whether the proxy is trusted or nobody named it.
    assert ask(server, "/_stcore/metrics", source=PROXY, X_Forwarded_For="203.0.113.7")[0] == 404
    assert ask(server, "/_stcore/metrics", X_Forwarded_For="127.0.0.1")[0] == 404


@for_all("path", ["/", "/shapes", "/live/x", "/_stcore/upload_file/session/file"])
def test_a_body_is_refused_before_it_comes(server, path):
    for method in ("GET", "POST", "PUT"):
        begun = time.monotonic()
        # Only the head is sent: whoever answers has not waited for the hundred megabytes.
        status, _, body = ask(server, path, method=method, Content_Length="100000000")
        assert status in (404, 405, 413) and body.endswith(".")
        assert time.monotonic() - begun < QUICK


def test_addresses_and_heads_are_measured_before_they_are_read(server):
    assert ask(server, "/shapes?units=" + "9" * 5000)[0] == 414
    assert ask(server, "/live/" + "x" * 1000)[0] == 414
    assert ask(server, "/", **{f"X{number}": "y" for number in range(120)})[0] == 431
    status, _, body = ask(server, "/shapes?" + "&".join(f"a{number}=1" for number in range(500)))
    assert status == 200 and '"query"' in body


def test_a_websockets_messages_are_bounded_and_only_bytes(server):
    uri, cookie = f"ws://127.0.0.1:{server.port}{STREAM}", own(server)
    for message, code in ((b"x" * 1_000_001, 1009), ("text", 1003), (b"\xff\xff\xff", 1002)):
        with connect(uri, additional_headers={"Cookie": cookie}, proxy=None) as page:
            with suppress(ConnectionClosed):
                page.send(message)
            with pytest.raises(ConnectionClosed) as ended:
                while True:
                    page.recv(timeout=30)
        assert ended.value.rcvd.code == code


def test_a_cookie_that_was_not_given_here_is_none_and_https_keeps_it_secure(server):
    for value in ("x", "0" * 31, "G" * 32, "0" * 33, '"' + "0" * 32 + '"'):
        given = ask(server, "/", Cookie=f"explorer_visitor={value}")[1]["set-cookie"]
        assert re.fullmatch(r"explorer_visitor=[0-9a-f]{32}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", given)
    assert "set-cookie" not in ask(server, "/", Cookie=f"explorer_visitor={'0' * 32}")[1]
    forwarded = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "203.0.113.7", "X_Forwarded_Host": OTHER_NAME}
    behind = ask(server, "/", source=PROXY, Host="127.0.0.1", **forwarded)[1]
    assert behind["set-cookie"].endswith("; Secure")
    assert f"connect-src 'self' wss://{OTHER_NAME}" in behind["content-security-policy"]
    # Anybody can write those headers, and a program on this machine as well.
    assert not ask(server, "/", **forwarded)[1]["set-cookie"].endswith("Secure")


def flood(server, seconds: float, headers, paths, connections: int = 40) -> Counter:
    """The statuses that so many connections get that ask as fast as they can, for so long and until one is refused.

    headers: a function that gives them.
    """
    found: Counter = Counter()
    end = time.monotonic() + seconds

    def one(number: int) -> None:
        # On a busy machine it takes longer until they have asked too often.
        while (now := time.monotonic()) < end or (not found[429] and now < end + 60):
            for path in paths:
                try:
                    status, told, body = ask(server, path, **headers())
                except OSError as error:
                    found[type(error).__name__] += 1
                    continue
                found[status] += 1
                if status == 429:
                    assert 1 <= int(told["retry-after"]) <= 60
                    assert body.startswith("Too many requests") and body.endswith("try again.")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_who_floods_is_held_back_and_others_are_not(server):
    """Three at the same time, each from an address of its own, so that what it uses up is not missing in another test."""
    mine, theirs = {"Cookie": own(server)}, own(server)
    assert ask(server, "/shapes?units=5", **mine)[0] == 200
    floods = {
        "one cookie": lambda: {"source": "127.0.0.11", "Cookie": theirs},
        "a cookie for each request": lambda: {"source": "127.0.0.12", "Cookie": f"explorer_visitor={secrets.token_hex(16)}"},
        "an address for each request": lambda: {
            "source": "127.0.0.13",
            "Cookie": theirs,
            "X_Forwarded_For": f"10.0.0.{secrets.randbelow(250)}",
        },
    }
    paths = ("/shapes?units=7", "/live/nothing", "/_stcore/health", "/nothing")
    waits = []
    with ThreadPoolExecutor(len(floods)) as threads:
        flooding = {name: threads.submit(flood, server, 3.0, headers, paths) for name, headers in floods.items()}
        while not all(each.done() for each in flooding.values()):
            begun = time.monotonic()
            assert ask(server, "/_stcore/health", **mine)[0] == 200
            assert ask(server, "/shapes?units=5", **mine)[0] == 200
            waits.append(time.monotonic() - begun)
            wait(flooding.values(), 0.3)
    # Who is held back waits for HOLD at least.
    assert sorted(waits)[len(waits) // 2] < HOLD
    for name, found in flooding.items():
        assert found.result()[429] > 0, name
        if name != "a cookie for each request":
            # 40 connections for 3 s: what three kinds of a visitor's limits allow in that time, and little besides.
            assert sum(count for status, count in found.result().items() if status in (200, 404)) < 800, name


def test_a_class_of_200_behind_one_address_enters_within_seconds(server):
    def enter(_: int) -> tuple[int, int]:
        with socket.create_connection(("127.0.0.1", server.port), 30, ("127.0.0.15", 0)) as line:
            status, headers, _ = ask(server, "/", source="127.0.0.15")
            cookie = {"Cookie": headers["set-cookie"].partition(";")[0], "Origin": server.url}
            with connect(f"ws://127.0.0.1:{server.port}{STREAM}", sock=line, additional_headers=cookie, proxy=None):
                return status, 101

    with ThreadPoolExecutor(50) as pupils:
        assert Counter(pupils.map(enter, range(200))) == {(200, 101): 200}


def test_1100_idle_connections_lock_nobody_out(server):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2000 if before[1] == resource.RLIM_INFINITY else min(2000, before[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], wanted), before[1]))
    try:
        with ExitStack() as held:
            for _ in range(min(1100, wanted - 300)):
                held.enter_context(socket.create_connection(("127.0.0.1", server.port), 30, ("127.0.0.14", 0)))
            begun = time.monotonic()
            assert ask(server, "/_stcore/health")[0] == 200
            assert time.monotonic() - begun < QUICK
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


WATCH = """
window.refused = []
document.addEventListener('securitypolicyviolation', (event) =>
  window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))
"""


def test_the_pages_work_under_the_content_policy_without_a_word_in_the_console(page, server):
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def assert_clean() -> None:
        assert page.evaluate("window.refused") == []
        assert said == []

    page.on("console", note)
    page.add_init_script(WATCH)
    # What is said while it loads counts as well.
    page.goto(f"{server.url}/?{SMALL}&epochs=20")
    expect(page.locator(".st-key-train button")).to_be_enabled()
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    page.locator("[data-live] svg").first.wait_for()
    layer(page, "memory").click()
    page.locator(".why, [data-why]").first.wait_for()
    for _ in appearances(page, (1280, 800)):
        assert_clean()
    views = (
        ("unrolled", '[aria-label^="The model over"]'),
        ("twins", ".st-key-compare_why"),
        ("quiz", ".st-key-quiz_answer"),
    )
    for view, drawn in views:
        visit(page, server, f"/?{SMALL}&view={view}")
        page.locator(drawn).first.wait_for()
        assert_clean()
    visit(page, server, "/paste?example=article_1")
    press(page, "apply_0_0")
    page.get_by_text("No problems found.").wait_for()
    for _ in appearances(page, (1280, 800)):
        assert_clean()
    page.remove_listener("console", note)
