"""The house is in order: imports flow one way, and the server never imports Keras."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "explorer"
# From top to bottom: a room may import what stands above it.
ORDER = (
    *("description", "report", "drawings", "registry", "spec", "architectures", "tasks"),
    *("pasted", "catalog", "presets", "examples", "data"),
    *("sizes", "tensors", "graph", "sentences", "axes", "extents"),
    *("arithmetic", "weights", "time_flow", "flows", "equations", "explanation", "spoken"),
    *("shapes", "parting", "answers", "schema"),
    *("snippet", "build", "settings", "twins", "quiz"),
    *("inside", "looks", "folding", "states", "training", "limits", "story"),
    *("runtime", "export", "html", "interface", "cli", "__main__", "ui"),
)
RUNTIME = (
    *("__init__", "quiet", "jobs", "worker_preload", "server_id", "database_errors", "database"),
    *("descriptions", "store", "retention", "quotas"),
    *("encryption", "nodes", "embedded", "health", "remote", "cluster"),
    *("queries", "describe_catalog", "event_loop", "store_writer", "subscribers", "snapshot", "scheduler", "runs"),
    *("worker_pool", "cluster_monitor", "chunks", "precompiler", "views", "engine"),
)
MARKED = {"snippet", "build", "shapes", "settings", "twins", "inside", "looks", "folding", "training"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, top_only: bool) -> list[str]:
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_only else ast.walk(tree)
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module] + [f"{node.module}.{name.name}" for name in node.names]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_flow_one_way(path):
    if path.name == "__init__.py" and room(path) == "__init__":
        return
    own = ORDER.index(room(path))
    for name in imports(path, top_only=True):
        parts = name.split(".")
        if parts[0] == "explorer" and len(parts) > 1 and parts[1] in ORDER:
            assert ORDER.index(parts[1]) <= own, f"{path.name} imports {name}, which stands below it"
        if parts[:2] == ["explorer", "runtime"] and room(path) == "runtime" and len(parts) > 2 and parts[2] in RUNTIME:
            below = f"{path.name} imports {name}, which stands below it"
            assert RUNTIME.index(parts[2]) <= RUNTIME.index(path.stem), below


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_ui_imports_streamlit_and_only_marked_rooms_import_keras(path):
    everywhere, at_the_top = imports(path, top_only=False), imports(path, top_only=True)
    if room(path) != "ui":
        assert not any(name.split(".")[0] == "streamlit" for name in everywhere)
    if room(path) not in MARKED:
        assert not any(name.split(".")[0] in ("keras", "tensorflow") for name in at_the_top)
        marked = {f"explorer.{name}" for name in MARKED}
        assert not marked & set(at_the_top)
    if room(path) == "ui":
        assert not any(name.split(".")[0] in ("keras", "tensorflow") for name in everywhere)


PROGRAM = """
import sys
from streamlit.testing.v1 import AppTest
from explorer.ui import life

life.engine().wait_ready(120)
page = AppTest.from_file(sys.argv[1], default_timeout=120).run()
assert not page.exception, page.exception
assert page.selectbox(key="architecture").value == "gru_every_step"
page.slider(key="timesteps").set_value(31).run()
assert not page.exception, page.exception
assert page.session_state["_experiment"].timesteps == 31
paste = AppTest.from_file(sys.argv[2], default_timeout=120)
paste.query_params["example"] = "stateful_mended"
paste.run()
assert not paste.exception, paste.exception
life.end()
print("imported:", sorted({"keras", "tensorflow"} & set(sys.modules)))
"""


def test_the_page_runs_in_a_process_that_never_imports_keras(tmp_path):
    environment = os.environ | {
        "PYTHONPATH": str(PACKAGE.parent),
        "EXPLORER_WORKERS": "1",
        "EXPLORER_DATABASE": f"sqlite:///{tmp_path}/runs.db",
    }
    (tmp_path / "program.py").write_text(f"if __name__ == '__main__':\n    exec({PROGRAM!r})\n")
    command = [sys.executable, tmp_path / "program.py", PACKAGE / "ui" / "page.py", PACKAGE / "ui" / "paste_page.py"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert "imported: []" in found.stdout, found.stdout + found.stderr
