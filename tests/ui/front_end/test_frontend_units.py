"""The front end's pure parts, by its own tests in tests/frontend, which Node runs."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts.front_end import program

HERE = Path(__file__).parents[2] / "frontend"
FILES = sorted(HERE.glob("*.test.mjs"))


def puts_something_in_place(file: Path) -> bool:
    """Whether it has a clock, a window or a stream of its own where all files of one process have the same."""
    return re.search(r"\bglobalThis\b|\bmock\.", file.read_text()) is not None


@pytest.fixture(scope="module")
def told() -> tuple[dict[Path, list[ElementTree.Element]], list[int], str]:
    """The tests of each file, how Node ended, and what it said: most files share a process, the others have one each."""
    cases, codes, texts = defaultdict(list), [], []
    apart = [file for file in FILES if puts_something_in_place(file)]
    together = [file for file in FILES if file not in apart]
    for files, how in ((together, ["--test-isolation=none"]), (apart, [])):
        command = [program("node"), "--test", "--test-reporter=junit", *how, *files]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        codes.append(done.returncode)
        texts.append(done.stdout + done.stderr)
        for case in ElementTree.fromstring(done.stdout).iter("testcase"):
            cases[Path(case.attrib["file"])].append(case)
    return cases, codes, "\n".join(texts)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_the_front_end_holds_its_own_tests(file, told):
    cases, _, said = told
    assert cases[file], f"Node ran no test of it.\n{said}"
    for case in cases[file]:
        failures = [failure.text for failure in case if failure.tag in ("failure", "error", "skipped")]
        assert not failures, f"{case.attrib['name']}: {failures[0]}"


def test_nothing_fails_outside_of_a_test(told):
    _, codes, said = told
    assert codes == [0, 0], said


def test_every_file_of_tests_is_run():
    assert {path.name for path in HERE.glob("*.mjs")} == {file.name for file in FILES} | {"models.mjs"}
    assert len(FILES) >= 8
