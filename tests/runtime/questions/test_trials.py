"""Fixes of pasted code, tried while somebody reads them: nobody waits, and what nobody looks at any more is given up."""

from __future__ import annotations

import msgspec

from explorer.report import TOO_LONG
from explorer.runtime.cluster.futures import WorkerDied
from explorer.runtime.questions import trials
from explorer.runtime.questions.trials import Trials
from tests.fake_cluster import FakeCluster, FakeFuture

FIX = {
    "code": "import keras\nmodel = keras.Sequential([keras.Input((7, 3)), keras.layers.GRU(5), keras.layers.Dense(2)])\n",
    **{"x": [[8, 7, 3]], "y": [8, 2], "loss": "mse", "batch_size": None},
}


class Waiting(FakeCluster):
    """Its trials end when they are told to."""

    def __init__(self) -> None:
        super().__init__()
        self.futures: list[FakeFuture] = []

    def submit(self, function, *arguments, worker=None, priority=0):
        assert function is trials.jobs.try_fixes and priority < 100
        self.futures.append(FakeFuture())
        return self.futures[-1]


def test_a_fix_is_tried_once_and_kept():
    cluster = FakeCluster()
    asked = Trials(lambda seconds: cluster)
    assert asked.ask([FIX], {}, None) is None
    (found,) = asked.ask([FIX], {}, None)
    assert (found.ran, found.sentence) == (True, "Tried: one step of training runs.")
    assert asked.ask([FIX], {}, None)[0] is found


def test_while_no_worker_is_up_whoever_asks_again_starts_it():
    up = []

    def cluster(seconds):
        if not up:
            raise TimeoutError("The workers are not up yet.")
        return up[0]

    asked = Trials(cluster)
    assert asked.ask([FIX], {}, None) is None
    up.append(Waiting())
    assert asked.ask([FIX], {}, None) is None
    up[0].futures[0].set_exception(WorkerDied("It died."))
    (found,) = asked.ask([FIX], {}, None)
    assert found.ran is None and found.sentence == "Not tried: the worker that tried it ended."


def test_what_nobody_asks_for_any_more_is_given_up_and_a_long_trial_too(monkeypatch):
    cluster = Waiting()
    asked = Trials(lambda seconds: cluster)
    monkeypatch.setattr(trials.time, "monotonic", lambda: now)
    now = 0.0
    asked.ask([FIX], {}, None)
    now = 2.0
    asked.ask([FIX], {"n": 3}, None)
    assert not cluster.futures[0].cancelled()
    now = 4.0
    asked.ask([FIX], {"n": 3}, None)
    asked.ask([FIX], {"n": 4}, None)
    assert [each.cancelled() for each in cluster.futures] == [True, False, False]
    now = 30.0
    (found,) = asked.ask([FIX], {"n": 4}, None)
    assert found.ran is None and found.sentence == "Not tried: the workers are busy."
    assert cluster.futures[2].cancelled()
    # For a while that is the answer; who looks later has it tried.
    now = 40.0
    assert asked.ask([FIX], {"n": 4}, None) == [found] and len(cluster.futures) == 3
    now = 61.0
    assert asked.ask([FIX], {"n": 4}, None) is None and len(cluster.futures) == 4


def test_what_took_too_long_is_tried_again_later(monkeypatch):
    cluster = Waiting()
    asked = Trials(lambda seconds: cluster)
    monkeypatch.setattr(trials.time, "monotonic", lambda: now)
    now = 0.0
    asked.ask([FIX], {}, None)
    cluster.futures[0].set_result([msgspec.to_builtins(TOO_LONG)])
    assert asked.ask([FIX], {}, None) == [TOO_LONG] == asked.ask([FIX], {}, None)
    now = 31.0
    assert asked.ask([FIX], {}, None) is None and len(cluster.futures) == 2


def test_no_more_are_at_work_than_may_be():
    cluster = Waiting()
    asked = Trials(lambda seconds: cluster)
    for number in range(trials.MOST_AT_ONCE + 5):
        assert asked.ask([FIX], {"n": number}, None) is None
    assert len(cluster.futures) == trials.MOST_AT_ONCE
