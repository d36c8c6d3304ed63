"""TensorFlow as workers have it, in the tests too: one thread to an operation, so that sums agree bit for bit."""

from __future__ import annotations

import compileall
import gc
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from explorer.runtime.jobs.worker_environment import warm

# The same examples at every run: a test that fails by chance is no test.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# Processes take files in turn: those that take longest come first, so that none is left over at the end. Files of one line
# go to one process: those of the browser share a server there, those of layers what they have drawn, those of models and
# words the answers of the catalog's architectures (`tests/catalog_models.py`), those of engines what workers fork from.
LONGEST_FIRST = (
    # The last of each ends the server.
    tuple(f"browser/test_{name}.py" for name in ("page", "paste", "shapes", "http", "inside", "gradients")),
    tuple(
        f"browser/test_{name}.py"
        for name in ("accessibility", "layout", "room", "lessons", "present", "take_home", "edge", "faults")
    ),
    ("training/test_training.py",),
    (
        *("models/test_variants.py", "quiz/test_quiz.py", "test_words.py", "test_schema.py", "models/test_layer_views.py"),
        *("shapes/test_sentences.py", "shapes/test_explain.py"),
    ),
    ("test_examples.py",),
    ("lessons/test_taken.py",),
    ("catalog/test_pasted.py",),
    ("layers/test_walk.py", "layers/test_subclasses.py"),
    tuple(
        f"runtime/{folder}/test_{name}.py"
        for folder, name in (
            *(("cluster", "cluster"), ("engine", "engine"), ("engine", "engine_recovery"), ("engine", "pasted_engine")),
            *(("cluster", "cluster_health"), ("cluster", "cluster_access")),
        )
    ),
    ("test_export.py",),
    ("cli/test_main.py",),
    ("test_interface.py",),
)
GROUPS = {f"tests/{name}": place for place, names in enumerate(LONGEST_FIRST) for name in names}
PLACES = {name: place for place, name in enumerate(GROUPS)}
ROOT = Path(__file__).resolve().parent.parent


class LongestFirst(LoadScopeScheduling):
    """Gives a process one file after the other, or the files that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return str(GROUPS.get(file, file))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LongestFirst | None:
    # `make soak-code` asks for another way: one file there is for all processes.
    return LongestFirst(config, log) if config.getoption("dist") == "loadfile" else None


PROGRAMS = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _share_programs(config)
        _share_bytecode()
    # The process that only hands out the tests needs no TensorFlow.
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        warm()


def _share_programs(config: pytest.Config) -> None:
    """Have every process of this run take a program that another has compiled by XLA already from a folder.

    Many tests train the same experiment, each in workers of its own, and compiling is most of what that takes.
    """
    if "TF_XLA_FLAGS" not in os.environ:
        config.stash[PROGRAMS] = tempfile.mkdtemp(prefix="programs-")
        os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={config.stash[PROGRAMS]}"


def _share_bytecode() -> None:
    """Let a process read what another has compiled of this project, also where the shell says that Python writes none.

    Else every process compiles all modules anew, and every one of pytest rewrites the assertions of all tests.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # While the others import TensorFlow, the process that only hands out the tests has nothing to do.
    threading.Thread(target=compileall.compile_dir, args=(ROOT / "explorer",), kwargs={"quiet": 2}).start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if PROGRAMS in config.stash:
        del os.environ["TF_XLA_FLAGS"]
        shutil.rmtree(config.stash[PROGRAMS], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: PLACES.get(item.nodeid.split("::", 1)[0], len(PLACES)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage: nearly all that is made then stays, and each look would go through all of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def _garbage() -> Iterator[None]:
    """What is there when a file's tests begin is left out when garbage is looked for, and what they leave is collected once.

    Keras and Streamlit look through all objects whenever a session is cleared or a page has run: a second each time,
    once the files before have left millions.
    """
    gc.freeze()
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _page_in_this_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that is tested within this process makes itself the main module, which every worker started later imports.

    And after each run of its script Streamlit has Keras look through all objects for garbage: what is there when such a test
    begins is left out of that.
    """
    main = sys.modules["__main__"]
    if hasattr(request.module, "AppTest"):
        gc.freeze()
    yield
    sys.modules["__main__"] = main
