"""TensorFlow as workers have it, in the tests too: one thread to an operation, so that sums agree bit for bit."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from explorer.runtime import jobs

# The same examples at every run: a test that fails by chance is no test.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

jobs.warm()


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """A page that is tested within this process makes itself the main module, which every worker started later imports."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
