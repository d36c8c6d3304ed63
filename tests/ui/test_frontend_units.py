"""The front end's pure parts, by its own tests in tests/frontend, which Node runs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from scripts.front_end import program

HERE = Path(__file__).parents[1] / "frontend"
FILES = sorted(HERE.glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_the_front_end_holds_its_own_tests(file):
    done = subprocess.run([program("node"), "--test", file], capture_output=True, text=True, timeout=120)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    passed = re.search(r"pass (\d+)$", told, re.MULTILINE)
    assert passed and int(passed[1]) >= 1, told


def test_every_file_of_tests_is_run():
    assert {path.name for path in HERE.glob("*.mjs")} == {file.name for file in FILES} | {"models.mjs"}
    assert len(FILES) >= 8
