"""One thread that owns a state: what is posted to it runs there, one after the other, so the state needs no lock."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")

SECONDS_OF_AN_ANSWER = 30.0
ENDS = "The server is ending. Try again when it is back."
BUSY = "The server did not answer in time. Reload the page to see what became of your click."


class LoopEnded(TimeoutError):
    """The loop has ended, or ended before it answered."""


class EventLoop:
    """Runs events in the order in which they were posted, and `tick` every so many seconds; `settle` after each of them.

    An event must not wait for anything: what waits belongs into another thread, which posts what came of it.
    """

    def __init__(self, name: str, tick: Callable[[], None], settle: Callable[[], None], seconds: float) -> None:
        self._tick = tick
        self._settle = settle
        self._seconds = seconds
        self._events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._answers: list[tuple[Future[Any], Any]] = []
        self._asked: set[Future[Any]] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def post(self, event: Callable[[], None]) -> None:
        """Have an event run, from any thread; returns at once."""
        self._events.put(event)

    def ask(self, command: Callable[[Future[_T]], None], timeout: float = SECONDS_OF_AN_ANSWER) -> _T:
        """Have a command run and wait until it, or an event that it leads to, has answered with `answer`.

        Raises what the command raises, and LoopEnded with a sentence where no answer comes.
        """
        reply: Future[_T] = Future()
        self._asked.add(reply)
        self.post(lambda: self._command(command, reply))
        try:
            if self._ended.is_set():
                raise LoopEnded(ENDS)
            return reply.result(timeout)
        except TimeoutError as error:
            raise LoopEnded(str(error) or BUSY) from error
        finally:
            self._asked.discard(reply)

    def answer(self, reply: Future[_T], value: _T | BaseException) -> None:
        """Answer whoever asked, once what this event did can be seen by everybody. Within an event only."""
        self._answers.append((reply, value))

    def end(self, timeout: float) -> None:
        """Run nothing more, and leave nobody waiting."""
        self._ended.set()
        self.post(lambda: None)
        for reply in list(self._asked):
            _set(reply, LoopEnded(ENDS))
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _command(self, command: Callable[[Future[_T]], None], reply: Future[_T]) -> None:
        try:
            command(reply)
        except Exception as error:
            self.answer(reply, error)

    def _run(self) -> None:
        ticked = time.monotonic()
        while not self._ended.is_set():
            try:
                event = self._events.get(timeout=self._seconds)
            except queue.Empty:
                pass
            else:
                self._guarded(event)
            # By the clock and not only in silence: with many events there is none.
            if time.monotonic() - ticked >= self._seconds:
                ticked = time.monotonic()
                self._guarded(self._tick)

    def _guarded(self, event: Callable[[], None]) -> None:
        # One event's trouble must not end the thread that serves them all.
        for step in (event, self._settle):
            if self._ended.is_set():
                return
            try:
                step()
            except Exception:
                _LOG.exception("The engine could not handle an event.")
        answers, self._answers = self._answers, []
        for reply, value in answers:
            _set(reply, value)


def _set(reply: Future[Any], value: Any) -> None:
    if reply.done():
        return
    if isinstance(value, BaseException):
        reply.set_exception(value)
    else:
        reply.set_result(value)
