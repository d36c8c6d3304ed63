"""The server's end, told to the streams that would otherwise put it off.

When its signal has come, the server waits until every answer is sent, and only then tells the application to end. The
stream of a run is an answer that lasts as long as its page is open: each would wait for the other.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_notified: set[Callable[[], None]] = set()
_begun = threading.Event()


@contextmanager
def announced() -> Iterator[None]:
    """While this is held, a signal that ends the server is told to the streams, and then to the server.

    Only the main thread receives signals; in another one this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _begun.clear()
    before: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_signal(number: int, frame: FrameType | None) -> None:
        _begun.set()
        for notify in list(_notified):
            notify()
        then = before[number]
        if callable(then):
            then(number, frame)
        elif then is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is on_signal:
                signal.signal(number, handler)


@contextmanager
def notified(notify: Callable[[], None]) -> Iterator[None]:
    """While this is held, `notify` is called when the server's end begins (from a signal handler), or at once if it has."""
    _notified.add(notify)
    if _begun.is_set():
        notify()
    try:
        yield
    finally:
        _notified.discard(notify)
