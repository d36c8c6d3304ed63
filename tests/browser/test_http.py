"""The routes beside the page: headers, the cookie, the stream of events."""

from __future__ import annotations

import gzip
import json
import re
import urllib.error
import urllib.request

import pytest

from bench.visitor import Visitor
from explorer.experiment import Experiment
from explorer.runtime.storage.records import Run
from explorer.runtime.storage.store import Store
from explorer.ui.front_end import frontend, modules, streamlit_internals
from tests.browser.processes import has_tensorflow, server_process, workers_of
from tests.browser.test_page import SMALL, expect, open_page, panel, press
from tests.browser.test_paste import open_paste
from tests.runs import finished


def get(address: str):
    return urllib.request.urlopen(address, timeout=60)


def test_pages_have_security_headers_and_a_cookie_of_their_own(server):
    with get(server.url) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        cookie = answer.headers["Set-Cookie"]
    assert re.match(r"explorer_visitor=[0-9a-f]{32}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", cookie)


def test_an_unknown_run_is_not_found(server):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{server.url}/live/nothing")


def test_a_visitor_without_a_browser_trains_as_one_with_it(server):
    """The crowds of the bench and of the soak are made of these."""

    async def train() -> tuple[list[int], str]:
        visitor, epochs = Visitor(server.port), []
        await visitor.open(f"{SMALL.removeprefix('?')}&epochs=20&seed=77")
        async for name, content in visitor.watch(await visitor.train()):
            if name == "frames":
                epochs += [frame["epoch"] for frame in content["frames"]]
        state = await visitor.state()
        await visitor.leave()
        assert visitor.errors == []
        return epochs, state

    assert finished(train()) == (list(range(1, 21)), "done")


def test_the_stream_tells_every_epoch_once_and_ends(page, server):
    open_page(page, server, SMALL + "&epochs=130&seed=21")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    run = panel(page).get_attribute("data-run")
    for after in (0, 127, "junk", "%C2%B2"):
        with get(f"{server.url}/live/{run}?after={after}") as answer:
            text = answer.read().decode()
        events = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.strip().split("\n\n")]
        epochs = [
            frame["epoch"] for event in events if event["event"] == "frames" for frame in json.loads(event["data"])["frames"]
        ]
        assert epochs == list(range(128 if after == 127 else 1, 131))
        assert events[0]["event"] == "state"
        assert events[-1]["event"] == "end"


def test_shapes_come_as_json_for_any_values(server):
    with get(f"{server.url}/shapes?architecture=gru_every_step&timesteps=9&units=7&features=many") as answer:
        found = json.load(answer)
    assert (found["query"]["timesteps"], found["query"]["units"], found["query"]["features"]) == ("9", "7", "5")
    memory = found["description"]["layers"][0]
    assert (memory["name"], memory["output"]) == ("memory", [[None, 9, 7]])
    assert set(found["values"]) == {"sequence", "memory", "answer"}


def ask(address: str, method: str = "GET", **headers: str):
    return urllib.request.urlopen(urllib.request.Request(address, method=method, headers=headers), timeout=60)


def test_the_page_names_its_modules_ahead_and_each_is_there_to_stay(server):
    with get(server.url) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        links = re.findall(r'<link rel="modulepreload" [^>]*href="\./([^"]+)">', answer.read().decode())
    assert len(set(links)) == len(links)
    assert {path.split("/")[-1].split(".")[0] for path in links} >= set(streamlit_internals.ELEMENTS)
    for path in links:
        with get(f"{server.url}/{path}") as answer:
            assert answer.headers["Content-Type"].startswith("text/javascript")
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.read() == (streamlit_internals.FILES / path).read_bytes()


@pytest.fixture(scope="module")
def fetched(context, shared_server) -> list[str]:
    """The paths that the browser asks the server for when a page opens."""
    page = context.new_page()
    open_page(page, shared_server, SMALL)
    names = page.evaluate("() => performance.getEntriesByType('resource').map((entry) => entry.name)")
    page.close()
    return [name.removeprefix(shared_server.url) for name in names]


def test_the_components_are_served_as_the_page_names_them_and_nothing_else_of_theirs(fetched, server):
    with get(server.url) as answer:
        named = re.findall(r'<link rel="modulepreload" [^>]*href="(/assets/[^"]+)">', answer.read().decode())
    # What only a room or the projector draws is not waited for by anybody else.
    assert named == [path for path in modules.MODULES if not path.endswith(frontend.LATER)]
    for path in named:
        with get(server.url + path) as answer:
            assert answer.headers["Content-Type"].startswith("text/javascript")
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.read() == modules.MODULES[path]
        for other in (path.replace("assets/", "assets/0"), path.rpartition("/")[0] + "/dom.js", "/assets/package.json"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                get(server.url + other)
    # Each is fetched once, whether it was named ahead or imported.
    assert sorted(path for path in fetched if "/assets/" in path) == sorted(named)


def test_a_visit_asks_for_no_file_of_streamlit_that_is_not_held(fetched):
    asked = {path for path in fetched if "/static/" in path}
    assert len(asked) > 50
    assert asked <= set(frontend.held())


def test_text_is_compressed_for_those_who_take_it(server):
    address = server.url + next(iter(modules.MODULES))
    with ask(address) as answer:
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Encoding"] is None
        whole = answer.read()
    while True:  # It is compressed beside the first answers, and goes out as it is until then.
        with ask(address, **{"Accept-Encoding": "gzip"}) as answer:
            body = answer.read()
            if answer.headers["Content-Encoding"] == "gzip":
                break
    assert gzip.decompress(body) == whole
    with ask(address, method="HEAD") as answer:
        assert int(answer.headers["Content-Length"]) == len(whole)
        assert answer.read() == b""


@pytest.mark.parametrize(
    "path",
    [
        "static/js/nothing.0000.js",
        "static/../../../../app.py",
        "static/js/../../index.html/../../__init__.py",
        "static/%2e%2e/%2e%2e/__init__.py",
        "static/js/..%2f..%2f..%2f__init__.py",
        "%2fetc/passwd",
    ],
)
def test_no_other_file_is_given_away(server, path):
    try:
        with get(f"{server.url}/{path}") as answer:
            # Streamlit answers an unknown address with the page itself.
            assert answer.headers["Content-Type"].startswith("text/html")
            assert b"<title>Streamlit</title>" in answer.read()
    except urllib.error.HTTPError as refused:
        assert refused.code in (400, 404)


def test_a_server_whose_pages_have_trained_and_checked_has_not_loaded_keras(page, server):
    open_page(page, server, SMALL + "&epochs=3")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    open_paste(page, server, "example=stateful_mended")
    assert not has_tensorflow(server_process(server))
    assert all(has_tensorflow(worker) for worker in workers_of(server))


# The last of this file, and this file the last of its process (`LONGEST_FIRST`): who comes later starts the server again.
def test_a_stream_that_is_open_does_not_keep_the_server_from_ending(server):
    store = Store(f"sqlite:///{server.database}")
    store.add_run(Run("waits", "me", Experiment("gru_every_step", "delayed_echo"), "paused", "", "", 0))
    store.close()
    with get(f"{server.url}/live/waits") as stream:
        assert stream.readline() == b"event: state\n"
        server.process.terminate()
        server.process.wait(timeout=60)
