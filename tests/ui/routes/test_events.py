"""What is told of a run's epochs, as the live route sends it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from explorer.experiment import Experiment
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.records import StoredFrame
from explorer.runtime.storage.store import Store
from explorer.training import data
from explorer.training.narration import Course, narrate
from explorer.ui.routes import events
from explorer.ui.routes.events import _Narration, decoded
from explorer.ui.routes.server_sent_events import COMMENT
from tests.fake_cluster import FakeCluster
from tests.runs import SMALL, state_is


def test_what_is_told_is_true_of_every_epoch_however_the_frames_come():
    experiment = Experiment("gru_every_step", "delayed_echo", timesteps=6, epochs=40, knobs={"delay": 1})
    targets = data.probe_targets(experiment)
    losses = [0.4 * 0.8**epoch for epoch in range(40)]
    outputs = [(targets * (1 - loss)).astype("<f2") for loss in losses]
    frames = [
        StoredFrame(place + 1, loss, loss, None, None, targets.shape, outputs[place].tobytes())
        for place, loss in enumerate(losses)
    ]
    told = []
    for pieces in ((0, 40), (0, 1, 7, 40)):
        narration, stories = _Narration(experiment), {}
        for begin, end in pairwise(pieces):
            narration.add(frames[begin:end])
            stories |= dict(narration.sentences())
        told.append(stories)
    assert told[0] == told[1] and len(told[0]) > 2
    errors = [np.abs(frame.array - targets).mean(axis=(0, 2)) for frame in frames]
    sentences = []
    for epoch in range(1, 41):
        sentences = told[0].get(epoch, sentences)
        course = Course(np.array(losses[:epoch]), np.array(losses[:epoch]), np.array(errors[:epoch]))
        assert sentences == narrate(experiment, course), epoch


def test_padding_is_no_error_and_a_decoder_s_own_outputs_are_sent():
    experiment = Experiment("seq2seq_with_state", "symbol_reverse", timesteps=8)
    targets, lengths = data.probe_targets(experiment), np.array(data.probe_lengths(experiment))
    outputs = np.where(np.arange(8)[:, None] < lengths[:, None, None], targets, 1 - targets).astype("<f2")
    own = np.full(targets.shape[:2], 2, np.uint8)
    frame = StoredFrame(1, 0.5, 0.5, 1.0, 1.0, targets.shape, outputs.tobytes(), 0.5, own.tobytes())
    narration = _Narration(experiment)
    narration.add([frame])
    (errors,) = narration._errors
    assert len(errors) == lengths.max() and (errors == 0).all()
    assert decoded(frame) == {"own_accuracy": 0.5, "decoded": [2] * own.size}
    assert any("fed its own outputs" in sentence for _, sentences in narration.sentences() for sentence in sentences)


@pytest.fixture
def paused(tmp_path):
    """An engine, and a run that nothing happens to."""
    engine = Engine(Store(f"sqlite:///{tmp_path}/runs.db"), FakeCluster(1), grace=None)
    assert engine.wait_ready(60)
    run_id = engine.submit(replace(SMALL, epochs=1_000_000), "me")
    engine.pause(run_id, "me")
    state_is(engine, run_id, "paused")
    yield engine, run_id
    engine.close()
    engine.store.close()


def test_a_connection_is_never_quiet_for_long_though_news_comes_that_changes_nothing(paused, monkeypatch):
    """As for a run that waits in the queue for minutes: its wait changes each second, its rounded sentence does not."""
    engine, run_id = paused
    monkeypatch.setattr(events, "SECONDS_OF_SILENCE", 0.2)

    async def listen() -> list[str]:
        found: list[str] = []
        stream = events._events(engine, run_id, SMALL, 0, None)
        bringing = asyncio.create_task(bring_news())
        async with asyncio.timeout(60):
            while COMMENT not in found:
                found.append(await anext(stream))
        bringing.cancel()
        await stream.aclose()
        return found

    async def bring_news() -> None:
        while True:
            engine._core.subscribers.notify(run_id, False)
            await asyncio.sleep(0.01)

    assert asyncio.run(listen())[0].startswith("event: state")
