"""What is served ahead of Streamlit: its frontend from memory, and sockets that do not wait."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.ui.front_end import frontend, modules, streamlit_internals
from explorer.ui.front_end.assets import ASSETS
from explorer.ui.server.sockets import send_at_once
from scripts.front_end import program


@pytest.mark.parametrize("name", streamlit_internals.ELEMENTS)
def test_the_installed_streamlit_has_every_element_under_its_name(name):
    found = [path for path in streamlit_internals.elements() if path.startswith(f"static/js/{name}.")]
    assert len(found) == 1


def test_whatever_a_held_module_imports_is_held():
    held = frontend.held()
    modules = {path: file for path, file in held.items() if path.startswith("/static/js/")}
    assert len(modules) > 50
    for path, file in modules.items():
        for name in streamlit_internals.imported(file.body.decode()):
            assert f"/{name}" in held, f"{path} imports {name}"


def test_a_frontend_of_another_make_is_served_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("<html><head></head><body>Another</body></html>")
    monkeypatch.setattr(frontend, "FILES", tmp_path)
    monkeypatch.setattr(streamlit_internals, "FILES", tmp_path)
    assert set(frontend.held()) == {"/", "/paste", "/lessons", "/error", "/who", *modules.MODULES}
    assert frontend.held()["/"].body.endswith(b"<body>Another</body></html>")


def test_the_place_of_the_first_words_and_their_look_come_with_the_document():
    """What comes with an element may come after the words, which then stand elsewhere for a moment."""
    held = frontend.held()
    for path in ("/", "/paste", "/lessons", "/error", "/who"):
        assert ".st-key-chain_place" in held[path].body.decode()
    assert ".explorer-head h1" in held["/"].body.decode()


def test_every_component_is_served_named_ahead_and_kept_for_good():
    held = frontend.held()
    page = held["/"].body.decode()
    assert len(modules.MODULES) == len(modules.COMPONENTS)
    for path, body in modules.MODULES.items():
        assert held[path].body == body and "immutable" in held[path].cache
        # The projector and rooms are for few visits: they come when they are drawn.
        assert (f'href="{path}"' in page) == (not path.endswith(frontend.LATER))
    for name in modules.COMPONENTS:
        assert any(path in modules.component(name) for path in modules.MODULES)


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> dict[str, list[str]]:
    """The types of what each component's one file exports, by their names; an error where it cannot be imported."""
    folder = tmp_path_factory.mktemp("components")
    for name in modules.COMPONENTS:
        (folder / f"{name}.mjs").write_text(modules.bundle(name))
    code = """
        const told = {};
        for (const name of process.argv.slice(1)) {
          const types = (found) => Object.entries(found).map(([key, value]) => `${key}: ${typeof value}`);
          told[name] = await import(`./${name}.mjs`).then(types, (error) => [String(error)]);
        }
        console.log(JSON.stringify(told));
    """
    command = [program("node"), "--input-type=module", "--eval", code, *modules.COMPONENTS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", modules.COMPONENTS)
def test_a_component_in_one_file_is_a_module_that_imports_nothing_and_exports_one_function(name, exported):
    assert exported[name] == ["default: function"]
    assert not re.search(r"^import\b|^ *//|^ */\*\*.*\*/$", modules.bundle(name), re.MULTILINE)


def bundle_of(tmp_path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return modules.bundle("a.js", tmp_path)


def test_modules_in_one_file_keep_their_own_names_and_run_once(tmp_path):
    files = {
        "a.js": 'import { two } from "./b/b.js";\nimport {\n  one,\n} from "./c.js";\n\n'
        "const hidden = [1, 1, 2];\nexport default function () {\n  return [one, two(), ...hidden];\n}\n",
        "b/b.js": 'import { one } from "../c.js";\n\nconst hidden = one + 1;\nexport function two() { return hidden; }\n',
        "c.js": "globalThis.runs = (globalThis.runs ?? 0) + 1;\nconst hidden = 1;\nexport const one = hidden;\n",
    }
    (tmp_path / "bundle.mjs").write_text(bundle_of(tmp_path, files))
    code = "import('./bundle.mjs').then((found) => console.log(JSON.stringify([...found.default(), globalThis.runs])))"
    done = subprocess.run([program("node"), "--eval", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[1,2,1,1,2,1]", done.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('import { b } from "./b.js";\n', "must not import each other, but these do: a.js > b.js > a.js"),
        ('import * as all from "./c.js";\n', "a.js must import names in braces"),
        ("export let changes = 1;\n", "but has “export let changes = 1;”"),
        ("export { one };\n", "but has “export { one };”"),
        ('import { one as two } from "./c.js";\n', "a.js must import names in braces"),
    ],
)
def test_what_cannot_be_put_together_is_refused_with_a_sentence(tmp_path, text, sentence):
    files = {"a.js": text, "b.js": 'import { a } from "./a.js";\n', "c.js": "export const one = 1;\n"}
    with pytest.raises(ValueError, match=re.escape(sentence)):
        bundle_of(tmp_path, files)


def test_a_changed_module_is_served_elsewhere():
    assert modules._path("chain.js", "1") != modules._path("chain.js", "2")
    assert modules._path("chain.js", "1") == modules._path("chain.js", "1")


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


def test_no_rule_asks_what_the_whole_page_has():
    """After every change in what such a rule looks into, a browser styles all of that anew."""
    whole = re.compile(
        r"(html|body|:root|\.stApp|\.stMain|stAppViewContainer\"\]|stMain\"\]|stMainBlockContainer\"\])(:not\()?:has\("
    )
    styles = sorted(ASSETS.glob("*.css"))
    assert len(styles) > 10
    assert [style.name for style in styles if whole.search(style.read_text())] == []
