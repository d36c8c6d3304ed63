"""The record of all faults, printed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.store import Store
from tests.soak import runs
from tests.soak.record import Row, table

_ROWS = pytest.StashKey[list[Row]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "soak":
            # Everything waited for has a bound of its own; this ends what hangs outside of them.
            item.add_marker(pytest.mark.timeout(1200 + 60 * runs.ROUNDS))


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Callable[[str], Row]:
    """Makes the row of a kind of fault; at the end of the test its promises are judged."""
    made: list[Row] = []

    def make(what: str) -> Row:
        made.append(Row(what))
        request.config.stash.setdefault(_ROWS, []).append(made[-1])
        return made[-1]

    return make


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    """An engine with two real workers."""
    engine = Engine(Store(f"sqlite:///{tmp_path}/runs.db"), Cluster(2), grace=None)
    assert engine.wait_ready(runs.PATIENCE)
    yield engine
    engine.close()
    engine.store.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(_ROWS, [])
    if rows:
        terminalreporter.section("faults")
        terminalreporter.write_line(table(rows))
