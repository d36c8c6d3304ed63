"""Whose turn it is, without a cluster: fairness, the second place of a worker, and who moves."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from explorer.catalog import program_key
from explorer.runtime.scheduler import ROOM, Active, Flight, Scheduler, Worker
from explorer.runtime.store import Run
from explorer.spec import Experiment

EXPERIMENT = Experiment("gru_every_step", "delayed_echo", knobs={"delay": 2})


class Room:
    """Turns with the engine's part played by hand: chunks are sent and come back when the test says so."""

    def __init__(self, runs: int, workers: int, units: tuple[int, ...] = ()) -> None:
        self.turns, self.token = Scheduler(), 0
        self.turns.workers = {f"w{number}": Worker() for number in range(workers)}
        for number in range(runs):
            experiment = replace(EXPERIMENT, seed=number, units=units[number] if units else 32)
            run = Run(f"r{number}", "me", experiment, "queued", "", "", 0)
            self.turns.runs[run.id] = Active(run, None)
            self.turns.wait(run.id)

    def send_all(self) -> list[tuple[str, str]]:
        sent = []
        while (turn := self.turns.next()) is not None:
            active, address = turn
            self.token += 1
            active.worker = address
            active.run = replace(active.run, state="running")
            active.flight.append(Flight(self.token, None))
            self.turns.workers[address].sent[self.token] = program_key(active.run.experiment)
            sent.append((active.run.id, address))
        return sent

    def come_back(self, run_id: str) -> None:
        active = self.turns.runs[run_id]
        flight = active.flight.pop(0)
        worker = self.turns.workers[active.worker]
        worker.programs.add(worker.sent.pop(flight.token))
        if not active.flight:
            self.turns.wait(run_id)


def test_a_run_alone_has_its_next_chunk_in_the_worker_already():
    room = Room(runs=1, workers=2)
    assert room.send_all() == [("r0", "w0"), ("r0", "w0")]
    room.come_back("r0")
    assert room.send_all() == [("r0", "w0")]


def test_a_run_that_steps_has_no_second_chunk():
    room = Room(runs=1, workers=1)
    room.turns.runs["r0"].steps = 1
    assert room.send_all() == [("r0", "w0")]


def test_two_runs_have_a_worker_each():
    room = Room(runs=2, workers=2)
    assert sorted(room.send_all()) == [("r0", "w0"), ("r0", "w0"), ("r1", "w1"), ("r1", "w1")]


def test_a_second_place_goes_to_who_waits_and_turns_are_fair():
    room = Room(runs=3, workers=1)
    assert room.send_all() == [("r0", "w0"), ("r1", "w0")]
    order = []
    for _ in range(9):
        first = min(room.turns.runs.values(), key=lambda active: active.flight[0].token if active.flight else 1e9)
        room.come_back(first.run.id)
        order += [run_id for run_id, _ in room.send_all()]
    assert order == ["r2", "r0", "r1"] * 3


def test_of_equals_the_worker_that_compiles_the_program_is_taken():
    room = Room(runs=1, workers=2)
    room.turns.workers["w1"].sent[99] = program_key(EXPERIMENT)
    assert room.send_all()[0] == ("r0", "w1")


def test_a_run_moves_only_from_a_shared_worker_to_an_idle_one():
    room = Room(runs=2, workers=2)
    room.turns.workers["w1"].leaving = True
    room.send_all()
    assert {active.worker for active in room.turns.runs.values()} == {"w0"}
    room.turns.workers["w1"].leaving = False
    room.come_back("r0")
    assert room.send_all()[0] == ("r0", "w1")
    room.come_back("r1")
    assert room.send_all()[0] == ("r1", "w0")


def test_a_leaving_worker_gets_nothing_more_and_its_run_goes_elsewhere():
    room = Room(runs=1, workers=2)
    room.send_all()
    room.turns.workers["w0"].leaving = True
    room.come_back("r0")
    room.come_back("r0")
    assert room.send_all()[0] == ("r0", "w1")


@given(some.integers(1, 9), some.integers(1, 4), some.lists(some.integers(0, 8), max_size=60))
def test_every_run_moves_no_worker_is_overfull_and_no_run_is_at_two_workers(runs, workers, returns):
    room = Room(runs, workers)
    moved = {run_id: 0 for run_id in room.turns.runs}
    for choice in (*returns, *range(4 * runs)):
        for run_id, _ in room.send_all():
            moved[run_id] += 1
        assert all(len(worker.sent) <= ROOM for worker in room.turns.workers.values())
        assert all(worker.sent for worker in list(room.turns.workers.values())[:runs])
        flying = [run_id for run_id, active in room.turns.runs.items() if active.flight]
        oldest = sorted(flying, key=lambda run_id: room.turns.runs[run_id].flight[0].token)
        room.come_back(oldest[choice % len(oldest)] if choice < len(returns) else oldest[0])
    assert all(moved.values())
