"""The live route: one run's news as server-sent events, with its whole history first and no gap after.

Whatever is sent is read from the store, in the order of the epochs, after the last one that this listener has; so it
does not matter when somebody joins, or how often the connection breaks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from explorer.experiment import ENDED, Experiment
from explorer.runtime.engine.engine import Engine
from explorer.runtime.engine.snapshot import Status
from explorer.runtime.storage.database_errors import DatabaseUnavailable
from explorer.runtime.storage.records import StoredFrame
from explorer.training import data
from explorer.training.batches import Batch
from explorer.training.narration import Course, narrate
from explorer.ui.routes.run_status import standing
from explorer.ui.routes.server_sent_events import COMMENT, SECONDS_OF_SILENCE, event
from explorer.ui.routes.tensors import sequence_of, spelled
from explorer.ui.server import shutdown

FRAMES_AN_EVENT = 100
SECONDS_BETWEEN_EVENTS = 0.05
SECONDS_BETWEEN_NARRATIONS = 1.0
# What is told of a run is worked out for about so many of its epochs.
EPOCHS_TOLD_OF = 60
# Nobody tells of a run that another server trains, or of a database that answers again.
SECONDS_BETWEEN_LOOKS = 0.5
TRIES_AGAIN = "This page tries again by itself."
_NEVER = object()


async def live(request: Request, engine: Engine) -> Response:
    """GET /live/{run}?after=N[&tensors=S]: the events `state`, `frames`, `narration`, `end` of a run, from epoch N + 1 on.

    What is sent is what changed: of the state only those values, of the frames only those that were not sent. tensors: the
    probe sequence that the page shows; meanwhile its tensors are computed with every epoch and sent with the frames, as
    `explorer.ui.routes.tensors` sends them.
    """
    run_id = request.path_params["run"]
    try:
        run = await run_in_threadpool(engine.store.run, run_id)
    except DatabaseUnavailable as error:
        return JSONResponse({"error": str(error)}, status_code=503, headers={"Retry-After": "2"})
    if run is None:
        return JSONResponse({"error": f"There is no run called {run_id[:40]}."}, status_code=404)
    received = request.query_params.get("after", "0")
    after = int(received) if received.isascii() and received.isdecimal() and len(received) < 7 else 0
    return StreamingResponse(
        _events(engine, run_id, run.experiment, after, sequence_of(request.query_params.get("tensors"))),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(
    engine: Engine, run_id: str, experiment: Experiment, after: int, sequence: int | None
) -> AsyncIterator[str]:
    news, urgent, ends = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def note(is_urgent: bool) -> None:
        news.set()
        if is_urgent:
            urgent.set()

    # Both come from other threads.
    def on_news(is_urgent: bool) -> None:
        loop.call_soon_threadsafe(note, is_urgent)

    def end() -> None:
        loop.call_soon_threadsafe(ends.set)
        on_news(True)

    narration = _Narration(experiment)
    last_status: dict[str, Any] = {}
    told_at, told = 0.0, None
    sent_at = -SECONDS_BETWEEN_EVENTS
    # When anything was written last: news may come and change nothing that is sent.
    written_at = loop.time()
    with (
        engine.watch(run_id, on_news, sequence),
        shutdown.notified(end),
    ):
        # The page asks again by itself, and finds whoever answers then.
        while not ends.is_set():
            news.clear()
            urgent.clear()
            try:
                # The state is read before the frames: an end is told only after every frame that came before it.
                status = await run_in_threadpool(engine.status, run_id)
                if status is None:
                    return
                changed = {name: value for name, value in _visible(status).items() if last_status.get(name, _NEVER) != value}
                if changed:
                    last_status |= changed
                    written_at = loop.time()
                    yield event("state", changed)
                while True:
                    frames = await run_in_threadpool(engine.store.frames, run_id, narration.last, FRAMES_AN_EVENT)
                    narration.add(frames)
                    fresh = [frame for frame in frames if frame.epoch > after]
                    if fresh:
                        found = await run_in_threadpool(_tensors, engine, run_id, sequence, fresh)
                        sent_at = written_at = loop.time()
                        yield event("frames", {"frames": [_spelled(frame) | found.get(frame.epoch, {}) for frame in fresh]})
                    if len(frames) < FRAMES_AN_EVENT:
                        break
                ended = status["state"] in ENDED
                if narration.last != told and (
                    ended or status["state"] == "paused" or loop.time() - told_at >= SECONDS_BETWEEN_NARRATIONS
                ):
                    told_at, told = loop.time(), narration.last
                    for epoch, sentences in await run_in_threadpool(narration.sentences):
                        yield event("narration", {"epoch": epoch, "sentences": sentences})
                if ended and status["epoch"] <= narration.last:
                    yield event("end", {})
                    return
            except DatabaseUnavailable as error:
                last_status["reason"] = f"{error} {TRIES_AGAIN}"
                yield event("state", {"reason": last_status["reason"]})
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
                continue
            pause = SECONDS_BETWEEN_NARRATIONS if narration.last != told else SECONDS_OF_SILENCE
            if status["elsewhere"]:
                pause = SECONDS_BETWEEN_LOOKS
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(news.wait(), pause)
            if loop.time() - written_at >= SECONDS_OF_SILENCE:
                written_at = loop.time()
                yield COMMENT
            # The first frames are sent as they come, those after them gathered for a moment; another state is told at once.
            gathering = sent_at + SECONDS_BETWEEN_EVENTS - loop.time()
            if gathering > 0:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(urgent.wait(), gathering)


class _Narration:
    """Gathers what the sentences are worked out from, frame by frame."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._targets = data.probe_targets(experiment)
        counted = np.arange(self._targets.shape[1]) < np.array(data.probe_lengths(experiment))[:, None]
        self._counted = counted[:, counted.any(axis=0)]
        self._losses: list[float] = []
        self._val_losses: list[float] = []
        self._accuracies: list[float] = []
        self._own_accuracies: list[float] = []
        self._errors: list[np.ndarray] = []
        self._told = 0
        self._sentences: list[str] = []
        self.last = 0

    def add(self, frames: list[StoredFrame]) -> None:
        for frame in frames:
            self._losses.append(np.nan if frame.loss is None else frame.loss)
            self._val_losses.append(np.nan if frame.val_loss is None else frame.val_loss)
            if frame.val_accuracy is not None:
                self._accuracies.append(frame.val_accuracy)
            if frame.own_accuracy is not None:
                self._own_accuracies.append(frame.own_accuracy)
            error = np.abs(frame.array - self._targets).mean(axis=2)[:, : self._counted.shape[1]]
            self._errors.append((error * self._counted).sum(axis=0) / self._counted.sum(axis=0))
            self.last = frame.epoch

    def sentences(self) -> list[tuple[int, list[str]]]:
        """The epochs since the last telling from which on other sentences are true, with these sentences: the page may show
        any epoch. Of a long run every few epochs are looked at, and the newest.
        """
        apart = max(1, self._experiment.epochs // EPOCHS_TOLD_OF)
        epochs = [epoch for epoch in range(self._told + 1, self.last + 1) if epoch % apart == 0 or epoch == self.last]
        known = (self._losses, self._val_losses, self._errors, self._accuracies, self._own_accuracies)
        courses = [np.array(each) for each in known]
        stories = []
        for epoch in epochs:
            losses, val_losses, errors, *shares = (each[:epoch] for each in courses)
            sentences = narrate(
                self._experiment, Course(losses, val_losses, errors, *(each if len(each) else None for each in shares))
            )
            if sentences != self._sentences:
                stories.append((epoch, sentences))
                self._sentences = sentences
        self._told = self.last
        return stories


def _visible(status: Status) -> dict[str, Any]:
    # Of the queue, of those that share the workers, and of compiling only a sentence is told.
    told = {name: value for name, value in status.items() if name not in ("sharing", "queue", "compiling")}
    return {
        **told,
        "reason": standing(status),
        "rate": status["rate"] and round(status["rate"], 1),
        "left": status["left"] and round(status["left"]),
    }


def _tensors(engine: Engine, run_id: str, sequence: int | None, frames: list[StoredFrame]) -> dict[int, dict[str, str]]:
    """What is sent with frames of the tensors that were kept of them, by epoch."""
    if sequence is None:
        return {}
    found = engine.store.tensors.tensors(run_id, sequence, frames[0].epoch, frames[-1].epoch)
    return {epoch: {"tensors": spelled(numbers)} for epoch, numbers in found.items()}


def _spelled(frame: StoredFrame) -> dict[str, Any]:
    return {
        "epoch": frame.epoch,
        "loss": frame.loss,
        "val_loss": frame.val_loss,
        "accuracy": frame.accuracy,
        "val_accuracy": frame.val_accuracy,
        "outputs": spelled(frame.outputs),
    } | decoded(frame)


def decoded(frame: StoredFrame | Batch) -> dict[str, Any]:
    """What a decoder makes of its own outputs, where the model has one: for each probe sequence one class a timestep."""
    if frame.decoded is None:
        return {}
    return {"own_accuracy": frame.own_accuracy, "decoded": list(frame.decoded)}
