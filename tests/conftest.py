"""TensorFlow as workers have it, in the tests too: one thread to an operation, so that sums agree bit for bit."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from explorer.runtime import jobs

# The same examples at every run: a test that fails by chance is no test.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# Processes take files in turn: those that take longest come first, so that none is left over at the end. Files of one line
# go to one process: those of the browser share a server there.
LONGEST_FIRST = (
    tuple(f"browser/test_{name}.py" for name in ("page", "paste", "shapes", "edge", "http", "contrast")),
    ("browser/test_faults.py",),
    ("runtime/test_engine_recovery.py",),
    ("training/test_training.py",),
    ("runtime/test_engine.py",),
    ("ui/test_paste_page.py",),
    ("catalog/test_pasted.py",),
    ("test_examples.py",),
    ("cli/test_main.py",),
    ("runtime/test_cluster.py",),
    ("snippet/test_fuzz.py",),
    ("test_export.py",),
    ("test_interface.py",),
    ("runtime/test_cluster_remote.py",),
)
PLACES = {f"tests/{name}": place for place, names in enumerate(LONGEST_FIRST) for name in names}


class LongestFirst(LoadScopeScheduling):
    """Gives a process one file after the other, or the files that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return str(PLACES.get(file, file))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LongestFirst | None:
    # `make soak-code` asks for another way: one file there is for all processes.
    return LongestFirst(config, log) if config.getoption("dist") == "loadfile" else None


PROGRAMS = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _share_programs(config)
    # The process that only hands out the tests needs no TensorFlow.
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        jobs.warm()


def _share_programs(config: pytest.Config) -> None:
    """Have every process of this run take a program that another has compiled by XLA already from a folder.

    Many tests train the same experiment, each in workers of its own, and compiling is most of what that takes.
    """
    if "TF_XLA_FLAGS" not in os.environ:
        config.stash[PROGRAMS] = tempfile.mkdtemp(prefix="programs-")
        os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={config.stash[PROGRAMS]}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if PROGRAMS in config.stash:
        del os.environ["TF_XLA_FLAGS"]
        shutil.rmtree(config.stash[PROGRAMS], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: PLACES.get(item.nodeid.split("::", 1)[0], len(PLACES)))


@pytest.fixture(autouse=True)
def _page_in_this_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that is tested within this process makes itself the main module, which every worker started later imports.

    And after each run of its script Streamlit has Keras look through all objects for garbage: seconds, once the tests before
    have left many. What is there when such a test begins is left out of that.
    """
    main, has_page = sys.modules["__main__"], hasattr(request.module, "AppTest")
    if has_page:
        gc.freeze()
    yield
    if has_page:
        gc.unfreeze()
    sys.modules["__main__"] = main
