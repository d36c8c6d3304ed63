"""Compiled programs in files: the same losses, and nothing in the folder can keep a run from training."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tensorflow.python.framework import ops

from explorer.runtime.storage.database_file import DEFAULT_PATH, folder_of
from explorer.training import program_cache
from explorer.training.program_cache import ProgramCache
from explorer.training.repeatable_names import repeatable_names
from tests import new_process

# In processes of their own: TensorFlow reads its setting once, and this one has that of the whole suite.
SCRIPT = """
import json, sys
from pathlib import Path
from explorer.runtime.jobs.worker_environment import warm
warm()
from explorer.experiment import Experiment
from explorer.training.program_cache import CACHE
from explorer.training.trainer import Trainer

folder, *units = sys.argv[1:]
found = [CACHE.open(Path(folder))]
(place,) = [path for path in Path(folder).iterdir() if path.is_dir() and not path.is_symlink()]
for number in units:
    if number == "5":  # Where the folder was, none can be made.
        for path in place.iterdir():
            path.unlink()
        place.rmdir()
        place.write_text("")
    small = {"timesteps": 4, "features": 2, "samples": 32, "units": int(number)}
    _, frames = Trainer(Experiment("dense_every_step", "pointwise", **small)).run(None, 2, 60)
    files = sorted((path.name, path.stat().st_mtime_ns) for path in place.iterdir()) if place.is_dir() else []
    found.append([[frame.loss for frame in frames], files])
print(json.dumps(found))
"""


def trained(folder: Path, *units: int) -> list[Any]:
    """Losses and files after training with each number of units, in a new process."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_XLA_FLAGS"}
    root = Path(__file__).resolve().parents[2]
    found = new_process.run(["-c", SCRIPT, folder, *map(str, units)], cwd=root, env=environment)
    assert found.returncode == 0, found.stderr
    opened, *each = json.loads(found.stdout)
    assert opened
    return each


def test_a_program_is_read_back_and_a_broken_or_missing_folder_costs_a_compilation_only(tmp_path):
    (three, (of_three,)), (four, both) = trained(tmp_path, 3, 4)
    assert len(both) == 2 and of_three in both
    broken = place_in(tmp_path) / of_three[0]
    broken.write_bytes(broken.read_bytes()[:1000])
    # Another order: what a process has built before is in no name.
    (four_again, untouched), (three_again, mended), (five, nothing) = trained(tmp_path, 4, 3, 5)
    assert [each for each in both if each != of_three] == [each for each in untouched if each[0] != of_three[0]]
    assert len(untouched) == 2, "A program that lay there was compiled again."
    assert len(mended) == 1 and mended[0] not in untouched
    assert (three_again, four_again) == (three, four) and len(five) == 2 and nothing == []
    assert not list(tmp_path.glob("link-*")), "A process has left its link."


def test_names_are_repeatable_once_for_a_key_and_in_this_thread_alone():
    with repeatable_names("first") as repeatable:
        names = [ops.uid(), ops.uid()]
        other = ThreadPoolExecutor().submit(ops.uid).result()
    assert repeatable and names[1] == names[0] + 1
    assert other != names[1] + 1 and ops.uid() == other + 1
    with repeatable_names("first") as repeatable:
        assert not repeatable and ops.uid() == other + 2


@pytest.fixture
def cache(monkeypatch, tmp_path) -> ProgramCache:
    monkeypatch.setenv("TF_XLA_FLAGS", "")
    monkeypatch.delenv("TF_XLA_FLAGS")
    return ProgramCache()


def place_in(folder: Path) -> Path:
    (place,) = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    return place


def test_what_was_not_read_for_longest_is_deleted(cache, tmp_path, monkeypatch):
    assert cache.open(tmp_path)
    monkeypatch.setattr(program_cache, "MOST_BYTES", 500)
    for age in range(6):
        path = place_in(tmp_path) / f"{age}.pb"
        path.write_bytes(bytes(100))
        os.utime(path, (10_000 - age, 10_000 - age))
    monkeypatch.delenv("TF_XLA_FLAGS")
    assert ProgramCache().open(tmp_path)
    assert sorted(path.name for path in place_in(tmp_path).iterdir()) == ["0.pb", "1.pb"]


def test_the_link_of_a_process_that_was_killed_is_deleted(cache, tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / f"link-{ended.pid}").symlink_to(tmp_path)
    assert cache.open(tmp_path)
    assert [path.name for path in tmp_path.glob("link-*")] == [f"link-{os.getpid()}"]


@pytest.mark.parametrize("wrong", ["a file", "open to others", "a full disk", "a setting of its own"])
def test_a_folder_that_cannot_be_used_is_not(cache, tmp_path, monkeypatch, wrong):
    folder = tmp_path / "programs"
    if wrong == "a file":
        folder.write_text("")
    elif wrong == "open to others":
        assert ProgramCache().open(folder)
        monkeypatch.delenv("TF_XLA_FLAGS")
        place_in(folder).chmod(0o777)
    elif wrong == "a full disk":
        monkeypatch.setattr(program_cache, "LEAST_FREE_BYTES", 2**80)
    else:
        monkeypatch.setenv("TF_XLA_FLAGS", "--tf_xla_clustering_debug")
    before = os.environ.get("TF_XLA_FLAGS")
    assert not cache.open(folder)
    assert os.environ.get("TF_XLA_FLAGS") == before
    assert not cache.repair(0), "What is not in use is not repaired."


def test_programs_lie_beside_the_database_where_it_is_a_file(tmp_path):
    assert folder_of(f"sqlite:///{tmp_path}/runs.db") == tmp_path
    assert folder_of("") == folder_of("postgresql://user@host/name") == DEFAULT_PATH.parent
