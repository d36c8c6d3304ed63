"""TensorFlow as workers have it, in the tests too: one thread to an operation, so that sums agree bit for bit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from explorer.runtime import jobs

# The same examples at every run: a test that fails by chance is no test.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

jobs.warm()

# Two processes take files in turn: those that take longest come first, so that none is left over at the end.
LONGEST_FIRST = (
    *("browser/test_page.py", "browser/test_paste.py", "test_engine.py", "test_paste_page.py", "test_training.py"),
    *("browser/test_shapes.py", "browser/test_edge.py", "test_pasted.py", "test_examples.py", "test_main.py"),
    *("test_cluster.py", "browser/test_http.py", "test_cluster_remote.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    places = {folder / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """A page that is tested within this process makes itself the main module, which every worker started later imports."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
