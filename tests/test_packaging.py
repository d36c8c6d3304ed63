"""The package installs by itself with all that it reads, and what is locked is what pyproject.toml names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import explorer

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.txt", "requirements-dev.txt")


def locked(name: str) -> dict[str, str]:
    """Versions by the names of packages."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.partition(" ;")[0].split("==") for line in lines)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder with the package installed into it, as `pip install .` does, but for what it needs."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--target", folder, ROOT], check=True, timeout=200)
    return folder


def run(installed: Path, *command: str) -> str:
    """What a program prints that finds the installed package alone."""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run(command, cwd=installed, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_package_has_what_it_reads(installed):
    files = {path.relative_to(ROOT / "assets") for kind in ("js", "css") for path in (ROOT / "assets").rglob(f"*.{kind}")}
    files = {path for path in files if "node_modules" not in path.parts}
    assert files and all((installed / "explorer" / "assets" / path).is_file() for path in files)
    program = """
import explorer, json
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons import LESSONS
from explorer.runtime.storage.database_file import DEFAULT_PATH
from explorer.ui.front_end.assets import ASSETS
print(json.dumps([explorer.__file__, str(ASSETS), min(len(EXAMPLES), len(LESSONS)), str(DEFAULT_PATH)]))
"""
    place, assets, examples, database = json.loads(run(installed, sys.executable, "-c", program))
    assert place == str(installed / "explorer" / "__init__.py")
    assert assets == str(installed / "explorer" / "assets") and Path(assets, "icon.svg").is_file()
    assert examples
    assert database == str(installed / "data" / "explorer.db")
    assert (installed / "explorer" / "py.typed").is_file()


def test_it_brings_a_command(installed):
    assert "gru_every_step" in run(installed, str(installed / "bin" / "explorer"), "list")
    assert explorer.__version__ in run(installed, str(installed / "bin" / "explorer"), "--version")


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_named_is_locked(name):
    named = list(PROJECT["project"]["dependencies"])
    if name != "requirements.txt":
        named += PROJECT["dependency-groups"]["dev"] + PROJECT["project"]["optional-dependencies"]["postgres"]
    found = locked(name)
    for package in named:
        asked, version = re.sub(r"\[.*\]", "", package).split("==")
        assert found[asked] == version, f"{asked} is named as {version} and locked as {found[asked]}: run make lock."


def test_what_developers_install_is_what_the_page_runs_on():
    runs, develops = map(locked, LOCKS)
    assert runs.items() <= develops.items()


def test_locks_name_no_place_to_install_from():
    for name in LOCKS:
        assert not re.search(r"://|--index|--find-links|--hash", (ROOT / name).read_text())
