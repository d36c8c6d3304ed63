"""The house is in order: imports flow one way, and only some rooms import Keras."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.conftest import GROUPS

PACKAGE = Path(__file__).resolve().parent.parent / "explorer"
# These import Keras when they are imported, and only workers do that. All others import it, or these, inside functions.
KERAS_ROOMS = (
    *("explorer.keras_source", "explorer.snippet", "explorer.models"),
    "explorer.shapes.describe_model",
    "explorer.training.carried",
    "explorer.training.program",
    "explorer.training.trainer",
    "explorer.training.hindrance",
    "explorer.training.probe_grids",
    "explorer.training.decoding",
    "explorer.training.repeatable_names",
)


def imports_keras(name: str) -> bool:
    return name.split(".")[0] in ("keras", "tensorflow") or any(f"{name}.".startswith(f"{room}.") for room in KERAS_ROOMS)


def imports_at_the_top(path: Path) -> list[str]:
    found = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [str(node.module)] + [f"{node.module}.{name.name}" for name in node.names]
    return found


def test_imports_flow_one_way_and_only_the_page_imports_streamlit():
    """The contracts stand in pyproject.toml, under [tool.importlinter]."""
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter, "--no-cache"], cwd=PACKAGE.parent, capture_output=True, text=True, timeout=200)
    assert found.returncode == 0, found.stdout + found.stderr


def test_no_other_room_imports_keras_when_it_is_imported():
    found = {}
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        keras = [name for name in imports_at_the_top(path) if imports_keras(name)]
        if keras and not imports_keras(module.removesuffix(".__init__")):
            found[module] = keras
    assert found == {}


def test_files_of_tests_that_take_long_are_named_as_they_are():
    """One that was moved would come last, and its process would still run when the others have nothing left to do."""
    assert [name for name in GROUPS if not (PACKAGE.parent / name).is_file()] == []
