"""The sentence beside a run's state."""

from __future__ import annotations

import pytest

from explorer.ui.routes.run_status import standing

KNOWN = {
    "reason": "",
    "epoch": 0,
    "epochs": 9,
    "rate": None,
    "left": None,
    "sharing": None,
    "queue": None,
    "elsewhere": False,
    "compiling": False,
}


def queued(place: int, seconds: float | None) -> dict:
    return {**KNOWN, "state": "queued", "queue": {"place": place, "of": 12, "seconds": seconds}}


@pytest.mark.parametrize(
    ("place", "seconds", "sentence"),
    [
        (1, 0.4, "This run is the next of 12 in the queue, and starts in about 5 s."),
        (2, 12.4, "This run is number 2 of 12 in the queue, and starts in about 10 s."),
        (2, 13.0, "This run is number 2 of 12 in the queue, and starts in about 15 s."),
        (9, 200.0, "This run is number 9 of 12 in the queue, and starts in about 3 min."),
        (9, None, "This run is number 9 of 12 in the queue."),
    ],
)
def test_a_run_that_waits_is_told_its_place_and_how_long(place, seconds, sentence):
    assert standing(queued(place, seconds)) == sentence


def test_runs_that_share_are_told_so_and_others_nothing():
    def running(runs: int, workers: int) -> str:
        return standing({**KNOWN, "state": "running", "sharing": {"runs": runs, "workers": workers}})

    assert running(3, 2) == "3 runs share 2 workers: they take turns."
    assert running(2, 1) == "2 runs share 1 worker: they take turns."
    assert running(2, 2) == ""
    assert standing({**KNOWN, "state": "running"}) == standing({**KNOWN, "state": "done"}) == ""
    # Its own reason says more than how many others there are.
    assert standing({**queued(3, 1.0), "reason": "The database is locked."}) == "The database is locked."
