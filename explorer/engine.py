"""Where runs live: the queue, pause, step, stop, and recovery.

The engine keeps chunks of every active run in flight; a chunk brings back the new state and its frames, both are stored
in one transaction, and the next chunk goes out. So pausing is sending no next chunk, stepping is a chunk of one epoch,
stopping is dropping what returns, fairness is one chunk a run in turn (`explorer.turns`), and a dead worker is one
chunk again. Everything is plain method calls; what happened is read from the store.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import math
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from distributed import Future

from explorer import limits, work
from explorer.catalog import program_key
from explorer.cluster import Cluster, WorkerDied, gone, workers_wanted
from explorer.spec import Experiment
from explorer.store import Run, Store
from explorer.turns import Active, Flight, Turns, Worker

_LOG = logging.getLogger(__name__)

# A chunk by how many runs want to train: one, as many as there are workers, or more. Every chunk costs the server some
# milliseconds, of a core that one run alone does not need. A little under 0.1 s, so that ten a second can be drawn.
CHUNK_SECONDS = 0.095
CHUNK_SECONDS_ON_EVERY_WORKER = 0.2
CHUNK_SECONDS_UNDER_LOAD = 0.5
# The part of a chunk's time that may be spent on keeping what it brings.
OVERHEAD = 0.05
# A chunk ships the whole state: large models train longer between two, so that shipping stays a small part of the time.
STATE_BYTES_A_SECOND = 20e6
TRIES_OF_A_CHUNK = 3
REST_BEFORE_PREPARING = 0.7
SECONDS_OF_A_TICK = 0.1
SECONDS_BETWEEN_ROLL_CALLS = 1.0
# How long the engine's end waits for what its thread is at, or for a cluster that is only starting.
SECONDS_OF_AN_EVENT = 4.0
SECONDS_OF_A_START = 18.0
# For so long code that a worker could not be done with is refused without another try.
SECONDS_OF_A_REFUSAL = 300.0
# A worker that takes more than this part of the memory it may use is started anew when it is idle.
FULL = 0.75


def _model_key(experiment: Experiment) -> str:
    """Experiments with the same key have the same model and probe: what does not change them must not build them again."""
    return replace(experiment, samples=32, batch=1, epochs=1, learning_rate=1.0).key


class Refused(ValueError):
    """A request that cannot be granted; its text is a sentence for the reader."""


class _WorkersDied(Refused):
    """Every worker ended that was given it."""


@dataclass(eq=False)
class _Wish:
    """The experiment that a visitor's page rests on: compiled ahead when a worker is idle."""

    experiment: Experiment
    since: float
    begun: bool = False


class Engine:
    """Starts at once and gets ready in the background; every method may be called from any thread.

    store: where runs are kept. workers, memory: of the embedded cluster (see `explorer.cluster`).
    grace: seconds after which a run that nobody watches is paused; None: never.
    first: the experiment that pages open with: described as soon as a worker is up, and compiled on every one of them.
    """

    def __init__(
        self,
        store: Store,
        workers: int | None = None,
        memory: int | None = None,
        grace: float | None = 60.0,
        first: Experiment | None = None,
    ) -> None:
        self.store = store
        self.failure = ""
        self.workers = workers or workers_wanted()
        self._memory = memory
        self._grace = grace
        self._cluster: Cluster | None = None
        self._ready = threading.Event()
        self._lock = threading.RLock()
        self._first = first
        self._turns = Turns()
        self._renewing: set[str] = set()
        self._wishes: dict[str, _Wish] = {}
        self._seconds_of_keeping = 0.0
        self._descriptions: dict[str, dict[str, Any]] = {}
        self._describing: dict[str, Future] = {}
        self._unchecked: dict[str, tuple[float, str]] = {}
        self._watchers: dict[str, list[Callable[[bool], None]]] = {}
        self._tokens = itertools.count(1)
        self._events: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._roll_called = time.monotonic()
        self._stopping = False
        store.hold_unfinished()
        self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
        self._thread.start()

    # --- the life of the engine

    @property
    def ready(self) -> bool:
        """Whether the workers are up."""
        return self._ready.is_set()

    def wait_ready(self, timeout: float) -> bool:
        return self._ready.wait(timeout)

    def close(self) -> None:
        """End the workers, within 20 seconds. Runs that were going on are marked as held, and go on after the next start."""
        self._stopping = True
        self._events.put(None)
        self._thread.join(timeout=SECONDS_OF_AN_EVENT if self._cluster else SECONDS_OF_A_START)
        if self._thread.is_alive() and self._cluster:
            # Whatever the thread is waiting for ends with the workers.
            self._cluster.close()
            self._thread.join(timeout=SECONDS_OF_AN_EVENT)
        self.store.hold_unfinished()

    def _live(self) -> None:
        try:
            self._cluster = Cluster(self.workers, self._memory)
        except Exception as error:
            _LOG.exception("The workers did not start.")
            self.failure = f"The workers did not start: {error}"
            return
        try:
            self._refresh_workers()
            if self._cluster.remote:
                self.workers = max(1, len(self._turns.workers))
            self._ready.set()
            threading.Thread(target=self._describe_first, name="first shapes", daemon=True).start()
            self._pump()
            ticked = time.monotonic()
            while not self._stopping:
                try:
                    event = self._events.get(timeout=SECONDS_OF_A_TICK)
                except queue.Empty:
                    event = None
                if event is not None:
                    self._guarded(event)
                # By the clock and not only in silence: with many chunks there is none.
                if time.monotonic() - ticked >= SECONDS_OF_A_TICK:
                    ticked = time.monotonic()
                    self._guarded(self._tick)
        finally:
            self._ready.clear()
            self._cluster.close()

    def _guarded(self, event: Callable[[], None]) -> None:
        # One run's trouble must not end the thread that serves them all.
        try:
            event()
        except Exception:
            _LOG.exception("The engine could not handle an event.")

    def _tick(self) -> None:
        if time.monotonic() - self._roll_called >= SECONDS_BETWEEN_ROLL_CALLS:
            self._call_roll()
        elif len(self._turns.workers) < self.workers:
            self._refresh_workers()
        self._pause_unwatched()
        self._pump()
        self._renew_full()
        self._prepare_wishes()

    def _describe_first(self) -> None:
        if self._first is not None:
            try:
                self.describe(self._first)
            except (Refused, TimeoutError):
                if not self._stopping:
                    _LOG.exception("The first experiment could not be described.")

    def _refresh_workers(self) -> None:
        try:
            addresses = self._cluster.addresses()
        except TimeoutError:
            return  # Those that were there last count, until the next look.
        with self._lock:
            known = self._turns.workers
            fresh = [address for address in addresses if address not in known and address not in self._renewing]
            kept = {address: worker for address, worker in known.items() if address in addresses}
            self._turns.workers = kept | {address: Worker() for address in fresh}

    def _call_roll(self) -> None:
        """Look who is there: a death is not always told, and not every dead worker comes back by itself."""
        self._roll_called = time.monotonic()
        self._refresh_workers()
        with self._lock:
            missing = self.workers - len(self._turns.workers) - len(self._renewing)
            for active in list(self._turns.runs.values()):
                if active.flight and active.worker not in self._turns.workers and not active.flight[0].future.done():
                    self._failed(active, active.worker or "", WorkerDied("The worker is not there any more."))
        if missing > 0:
            self._cluster.restore()

    def _renew_full(self) -> None:
        """Start a worker anew that is full, once it is idle; of several one at a time."""
        with self._lock:
            if self._renewing:
                return
            leaving = [address for address, worker in self._turns.workers.items() if worker.leaving]
            for address in leaving:
                if not self._turns.workers[address].sent:
                    del self._turns.workers[address]
                    self._renewing.add(address)
                    self._cluster.renew(address, partial(self._renewing.discard, address))
                    return

    def _note(self, address: str, token: int, held: work.Held | None) -> None:
        """Something has come back from a worker, and told what that holds now."""
        worker = self._turns.workers.get(address)
        if worker is None:
            return
        worker.sent.pop(token, None)
        if held is None:
            return
        worker.programs = set(held.programs)
        others_stay = not any(other.leaving for other in self._turns.workers.values())
        if held.bytes > FULL * self._cluster.memory and len(held.programs) > 1 and others_stay and not self._cluster.remote:
            worker.leaving = True

    # --- shapes

    def describe(self, experiment: Experiment, timeout: float = 30.0) -> dict[str, Any]:
        """The shapes of an experiment's model, as `explorer.work.describe` gives them; kept for the next asking.

        Raises TimeoutError while the workers are not up, and Refused for a model that cannot be built.
        """
        return self._ask(_model_key(experiment), timeout, work.describe, experiment.to_dict())

    def twin(self, experiment: Experiment, layer: str, setting: str, value: Any, timeout: float = 30.0) -> dict[str, Any]:
        """The same of an experiment's model with one setting of one layer at another value, as `explorer.work.twin`."""
        key = f"{_model_key(experiment)} {layer} {setting} {value}"
        return self._ask(key, timeout, work.twin, experiment.to_dict(), layer, setting, value)

    def check(
        self,
        code: str,
        x: Sequence[Sequence[int]] | None = None,
        y: Sequence[int] | None = None,
        loss: str | None = None,
        batch_size: int | None = None,
        timeout: float = 20.0,
    ) -> dict[str, Any]:
        """What pasted code makes of its shapes, or where they break, as `explorer.work.check`; kept for the next asking.

        Raises TimeoutError while the workers are not up, and Refused for code that takes a worker longer than `timeout`
        seconds, or ends it. A worker that is at it for so long is started anew: nothing else ends what it does.
        """
        shapes = None if x is None else [tuple(shape) for shape in x]
        arguments = (code, shapes, None if y is None else tuple(y), loss, batch_size)
        key = f"check {hashlib.sha256(json.dumps(arguments).encode()).hexdigest()}"
        if not self._ready.wait(timeout):
            raise TimeoutError(self.failure or "The workers are not up yet.")
        with self._lock:
            refused_at, sentence = self._unchecked.get(key, (-math.inf, ""))
        if time.monotonic() - refused_at < SECONDS_OF_A_REFUSAL:
            raise Refused(sentence)
        try:
            return self._ask(key, timeout, work.check, *arguments)
        except TimeoutError:
            self._end_hanging(key)
            sentence = (
                f"This code was not worked out within {timeout:g} seconds: make its sizes smaller, or leave parts out."
            )
        except _WorkersDied:
            sentence = "The worker that read this code ended: it may need too much memory. Make its sizes smaller."
        with self._lock:
            # A page that is drawn again asks again, and must not end a worker each time.
            fresh = {
                other: each for other, each in self._unchecked.items() if time.monotonic() - each[0] < SECONDS_OF_A_REFUSAL
            }
            self._unchecked = fresh | {key: (time.monotonic(), sentence)}
        raise Refused(sentence)

    def _end_hanging(self, key: str) -> None:
        """Start the worker anew that does not come to an end with what it was asked; its runs go on elsewhere."""
        with self._lock:
            future = self._describing.pop(key, None)
        if future is None or future.done():
            return
        address = self._cluster.place_of(future)
        future.cancel()  # Else it would be the next worker's.
        with self._lock:
            if address is not None and address not in self._renewing:
                self._turns.workers.pop(address, None)
                self._renewing.add(address)
                self._cluster.renew(address, partial(self._renewing.discard, address))

    def _ask(self, key: str, timeout: float, function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        with self._lock:
            known = self._descriptions.get(key)
        if known is not None:
            return known
        if not self._ready.wait(timeout):
            raise TimeoutError(self.failure or "The workers are not up yet.")
        for attempt in range(TRIES_OF_A_CHUNK):
            try:
                found = self._cluster.result(self._asked_for(key, function, *arguments), timeout)
                break
            except WorkerDied:
                if attempt == TRIES_OF_A_CHUNK - 1:
                    raise _WorkersDied("The workers end when they build this model: it may be too large.") from None
            except OSError:  # TimeoutError among them
                raise
            except Exception as error:
                raise Refused(f"This model cannot be built: {error}") from error
        with self._lock:
            while len(self._descriptions) >= 512:
                self._descriptions.pop(next(iter(self._descriptions)))
            self._descriptions[key] = found
        return found

    def _asked_for(self, key: str, function: Callable[..., Any], *arguments: Any) -> Future:
        """The description that is being made; the page and its slider ask for the same one at nearly the same time."""
        with self._lock:
            future = self._describing.get(key)
            if future is None or future.done() or gone(future):
                waiting = {other: asked for other, asked in self._describing.items() if not asked.done() and not gone(asked)}
                self._describing = waiting
                future = self._cluster.submit(function, *arguments, priority=100)
                self._describing[key] = future
            return future

    def wish(self, visitor: str, experiment: Experiment) -> None:
        """Say that a visitor's page rests on this experiment: it is compiled ahead when a worker has nothing else.

        Only one whose shapes are known, and that may be trained at all.
        """
        with self._lock:
            found = self._descriptions.get(_model_key(experiment))
            if found is None or self._refusal(experiment, found):
                self._wishes.pop(visitor, None)
                return
            known = self._wishes.get(visitor)
            if known is None or known.experiment != experiment:
                self._wishes[visitor] = _Wish(experiment, time.monotonic())

    def _prepare_wishes(self) -> None:
        with self._lock:
            now = time.monotonic()
            for visitor, wish in list(self._wishes.items()):
                if wish.begun or now - wish.since < REST_BEFORE_PREPARING:
                    continue
                if any(worker.has(wish.experiment) for worker in self._turns.workers.values()):
                    del self._wishes[visitor]
                    continue
                address = self._turns.idlest()
                if address is None:
                    return
                wish.begun = True
                self._send_ahead(work.trace, wish, address, visitor)
            self._prepare_first()

    def _prepare_first(self) -> None:
        """Compile what pages open with on every worker, one after the other and only when none has anything else to do."""
        if self._first is None or _model_key(self._first) not in self._descriptions:
            return
        workers = self._turns.workers
        lacking = [address for address, worker in workers.items() if worker.idle and not worker.has(self._first)]
        if lacking and all(worker.idle for worker in workers.values()):
            self._send_ahead(work.prepare, _Wish(self._first, 0.0), lacking[0])

    def _send_ahead(self, function: Callable[..., Any], wish: _Wish, address: str, visitor: str | None = None) -> None:
        token = next(self._tokens)
        self._turns.workers[address].sent[token] = program_key(wish.experiment)
        future = self._cluster.submit(function, wish.experiment.to_dict(), worker=address, priority=-10)
        event = partial(self._went_ahead, function, wish, address, visitor, token)
        future.add_done_callback(lambda done: self._events.put(partial(event, done)))

    def _went_ahead(
        self, function: Callable[..., Any], wish: _Wish, address: str, visitor: str | None, token: int, future: Future
    ) -> None:
        held = self._outcome(future)[0]
        with self._lock:
            self._note(address, token, held)
            if held is None and wish.experiment == self._first:
                self._first = None  # It is no use to try again and again.
            current = self._wishes.get(visitor) is wish
            # Compiling is the longer half: it is dropped where the page has moved on while this was traced.
            if function is work.trace and held is not None and current and address in self._turns.workers:
                self._send_ahead(work.prepare, wish, address, visitor)
            elif current:
                del self._wishes[visitor]
        self._pump()

    # --- what an owner can ask

    def submit(self, experiment: Experiment, owner: str, steps: int | None = None, paused: bool = False) -> str:
        """Start a run and return its id. steps: pause after so many epochs. paused: wait at the start.

        Raises Refused where its estimated work or memory is past the limit, or its code cannot be trained here, before
        anything is stored.
        """
        refusal = self._refusal(experiment, self.describe(experiment))
        if refusal:
            raise Refused(refusal)
        run = Run(secrets.token_hex(6), owner, experiment, "paused" if paused else "queued", "", "", 0)
        with self._lock:
            self.store.add_run(run)
            self._turns.runs[run.id] = Active(run, None, steps)
            if not paused:
                self._turns.wait(run.id)
        self._events.put(self._pump)
        return run.id

    def _refusal(self, experiment: Experiment, found: dict[str, Any]) -> str:
        """Why what was described so must not be trained, or an empty string."""
        return found["hindrance"] or limits.refusal(experiment, found["description"], self._cluster.memory)

    def pause(self, run_id: str) -> None:
        """Send no next chunk, and drop the one in flight: its epochs come again, bit for bit, when the run goes on."""
        with self._lock:
            active = self._take(run_id)
            if active and active.going:
                self._forget_flight(active)
                self._set(active, "paused")

    def resume(self, run_id: str) -> None:
        """Go on from the last chunk as if nothing had been."""
        self._go_on(run_id, None)

    def step(self, run_id: str) -> None:
        """Exactly one epoch, then pause."""
        self._go_on(run_id, 1)

    def stop(self, run_id: str) -> None:
        """End a run; what is still in flight is dropped."""
        with self._lock:
            active = self._take(run_id)
            if active and not active.run.ended:
                self._set(active, "stopped")
                self._drop(active)

    def reset(self, run_id: str, owner: str) -> str:
        """Start anew with the same experiment and seed, as a new run: the old one stays as it is, stopped.

        A run that was paused waits at the start; any other starts.
        """
        run = self._stored(run_id)
        new = self.submit(run.experiment, owner, paused=run.state == "paused" and not run.held)
        self.stop(run_id)
        return new

    def open(self, run_id: str, visitor: str) -> Run | None:
        """A visitor's page shows this run: one that was held goes on when its owner opens it. None: there is no such run."""
        run = self.store.run(run_id)
        if run is not None and run.held and run.owner == visitor:
            self.resume(run_id)
            run = self.store.run(run_id)
        return run

    def _go_on(self, run_id: str, steps: int | None) -> None:
        with self._lock:
            active = self._take(run_id)
            if active is None or active.run.state != "paused":
                return
            active.steps = steps
            active.unwatched_since = time.monotonic()
            self._set(active, "queued")
            self._turns.wait(run_id)
        self._events.put(self._pump)

    def _stored(self, run_id: str) -> Run:
        run = self.store.run(run_id)
        if run is None:
            raise Refused(f"There is no run called {run_id}.")
        return run

    def _take(self, run_id: str) -> Active | None:
        """The run as this engine holds it, taken up from the store where it does not; None where it has ended."""
        active = self._turns.runs.get(run_id)
        if active is None:
            run = self._stored(run_id)
            if run.ended:
                return None
            active = self._turns.runs[run_id] = Active(run, self.store.state(run_id), unwatched_since=None)
        return active

    def _set(self, active: Active, state: str, reason: str = "", held: str = "") -> None:
        active.run = replace(active.run, state=state, reason=reason, held=held)
        if state != "running":
            active.last_return = None
        if not active.going:
            self._turns.leave(active.run.id)
        self.store.set_state(active.run.id, state, reason, held)
        self._tell(active.run.id, urgent=True)

    def _drop(self, active: Active) -> None:
        self._forget_flight(active)
        self._turns.leave(active.run.id)
        self._turns.runs.pop(active.run.id, None)

    def _forget_flight(self, active: Active) -> None:
        """What is in flight no longer counts: its epochs come again, the same bit for bit, when the run goes on."""
        for flight in active.flight[1:]:
            flight.future.cancel()  # It has not begun: it waits for the one before it.
        active.flight.clear()

    # --- chunks

    def _pump(self) -> None:
        """Send every chunk that there is room for."""
        with self._lock:
            while self.ready and (turn := self._turns.next()) is not None:
                self._send(*turn)

    def _send(self, active: Active, address: str) -> None:
        experiment = active.run.experiment
        last_epoch = experiment.epochs
        if active.steps is not None:
            last_epoch = min(last_epoch, active.run.epoch + active.steps)
        budget = self._budget(active)
        before = active.flight[-1].future if active.flight else active.state
        token, active.worker = next(self._tokens), address
        self._turns.workers[address].sent[token] = program_key(experiment)
        if active.run.state != "running":
            self._set(active, "running")
        active.last_return = active.last_return or time.monotonic()
        future = self._cluster.submit(work.chunk, experiment.to_dict(), before, last_epoch, budget, worker=address)
        active.flight.append(Flight(token, future))
        event = partial(self._returned, active.run.id, token, address)
        future.add_done_callback(lambda done: self._events.put(partial(event, done)))

    def _budget(self, active: Active) -> float:
        """How many seconds the next chunk of a run trains."""
        if not active.flight and active.last_return is None:
            return 0.0  # One epoch: somebody has just pressed a button, and waits for the first point.
        crowd = self._turns.crowd()
        seconds = CHUNK_SECONDS_UNDER_LOAD
        if crowd <= len(self._turns.workers):
            seconds = CHUNK_SECONDS if crowd == 1 else CHUNK_SECONDS_ON_EVERY_WORKER
        return max(seconds, len(active.state or b"") / STATE_BYTES_A_SECOND, self._seconds_of_keeping / OVERHEAD)

    def _returned(self, run_id: str, token: int, address: str, future: Future) -> None:
        began = time.thread_time()
        chunk, error = self._outcome(future)  # Pages ask with the lock, and must not wait for what is fetched here.
        if self._stopping:
            return  # What ends with the workers is no failure of the run.
        with self._lock:
            self._note(address, token, chunk and chunk.held)
            active = self._turns.runs.get(run_id)
            if active is not None and active.flight and active.flight[0].token == token:
                active.flight.pop(0)
                if chunk is not None:
                    self._keep(active, chunk)
                elif error is not None:
                    self._failed(active, address, error)
        self._pump()
        spent = time.thread_time() - began
        self._seconds_of_keeping += 0.1 * (spent - self._seconds_of_keeping)

    def _outcome(self, future: Future) -> tuple[Any, Exception | None]:
        """What came back and what went wrong; neither for what was cancelled."""
        if future.cancelled():
            return None, None
        try:
            return self._cluster.result(future), None
        except TimeoutError:
            return None, WorkerDied("The worker did not give its result away.")
        except Exception as error:
            return None, error

    def _keep(self, active: Active, chunk: work.Chunk) -> None:
        state, frames, _ = chunk
        epoch = frames[-1].epoch
        now = time.monotonic()
        if active.last_return is not None and active.run.epoch:
            rate = len(frames) / max(now - active.last_return, 1e-6)
            active.rate = rate if active.rate is None else 0.7 * active.rate + 0.3 * rate
        active.last_return = now
        if active.steps is not None:
            active.steps -= len(frames)
        ended, run_state, reason = False, active.run.state, active.run.reason
        if not frames[-1].finite:
            ended, run_state = True, "failed"
            reason = f"The loss was no longer a finite number in epoch {epoch}. A smaller learning rate may help."
        elif epoch >= active.run.experiment.epochs:
            ended, run_state, reason = True, "done", ""
        elif active.steps == 0:
            run_state = "paused"
        self.store.add_chunk(active.run.id, epoch, state, frames, run_state, reason, active.run.held)
        active.run = replace(active.run, epoch=epoch, state=run_state, reason=reason)
        active.state, active.failures = state, 0
        if ended:
            self._drop(active)
        elif run_state == "running" and not active.flight:
            self._turns.wait(active.run.id)
        self._tell(active.run.id, urgent=run_state != "running")

    def _failed(self, active: Active, address: str, error: BaseException) -> None:
        self._forget_flight(active)
        if isinstance(error, WorkerDied):
            active.failures += 1
            active.worker = None
            by_memory = self._cluster.died_by_memory(address)
            self._refresh_workers()
            # Once more even after a death by memory: what had gathered in an old worker may have been to blame.
            if active.failures < (2 if by_memory else TRIES_OF_A_CHUNK):
                if active.run.state == "running":
                    self._turns.wait(active.run.id, first=True)
                return
            limit = f"{self._cluster.memory / 2**30:.1f} GiB"
            reason = (
                f"The worker needed more memory than it may use ({limit}) in epoch {active.run.epoch + 1}, twice. "
                "Take fewer units, timesteps or samples, or a smaller batch."
                if by_memory
                else f"The worker that trained this ended {active.failures} times in epoch {active.run.epoch + 1}."
            )
        else:
            _LOG.error("A chunk failed.", exc_info=error)
            reason = f"The worker could not train this: {str(error).splitlines()[0] if str(error) else error!r}"
        self._set(active, "failed", reason)
        self._drop(active)

    # --- who watches

    @contextmanager
    def watch(self, run_id: str, tell: Callable[[bool], None]) -> Iterator[None]:
        """While this is held, `tell` is called (from any thread) whenever there is news of the run.

        It is given whether the news is urgent: another state, which somebody who pressed a button waits for.
        """
        with self._lock:
            self._watchers.setdefault(run_id, []).append(tell)
            if run_id in self._turns.runs:
                self._turns.runs[run_id].unwatched_since = None
        try:
            yield
        finally:
            with self._lock:
                self._watchers[run_id].remove(tell)
                if not self._watchers[run_id]:
                    del self._watchers[run_id]
                    if run_id in self._turns.runs:
                        self._turns.runs[run_id].unwatched_since = time.monotonic()

    def status(self, run_id: str) -> dict[str, Any] | None:
        """What the panel's status line says: state, reason, epoch, epochs, rate (epochs a second), left (seconds) and
        sharing (how many runs share how many workers, or None). None: there is no such run."""
        with self._lock:
            active = self._turns.runs.get(run_id)
            run = active.run if active else self.store.run(run_id)
            if run is None:
                return None
            going = self._turns.crowd()
            rate = active.rate if active and run.state == "running" else None
            shared = run.state in ("queued", "running") and going > self.workers
            return {
                "state": run.state,
                "reason": run.reason,
                "epoch": run.epoch,
                "epochs": run.experiment.epochs,
                "rate": rate,
                "left": (run.experiment.epochs - run.epoch) / rate if rate else None,
                "sharing": {"runs": going, "workers": self.workers} if shared else None,
            }

    def _tell(self, run_id: str, urgent: bool) -> None:
        for tell in self._watchers.get(run_id, []):
            tell(urgent)

    def _pause_unwatched(self) -> None:
        if self._grace is None:
            return
        with self._lock:
            now = time.monotonic()
            for active in list(self._turns.runs.values()):
                since = active.unwatched_since
                watched = active.run.id in self._watchers
                if active.going and not watched and since is not None and now - since > self._grace:
                    reason = "Paused because no page was watching; it goes on when its owner opens it."
                    self._forget_flight(active)
                    self._set(active, "paused", reason, held="unwatched")
