"""Names that a program has in every process, so that what XLA compiled of it can be found again.

TensorFlow numbers functions, loops and branches by one counter of the process (`ops.uid`, which it does not document), and
XLA takes two programs that differ in such a number for different ones. Read in TensorFlow 2.21.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf
from tensorflow.python.framework import ops

from explorer.keras_source import named_anew

# More numbers than one program takes.
_ROOM = 100_000
_numbers = threading.local()
_taken: set[str] = set()
_taking = threading.Lock()
_of_the_process = ops.uid


def _uid() -> int:
    mine: Iterator[int] | None = getattr(_numbers, "mine", None)
    return _of_the_process() if mine is None else next(mine)


ops.uid = _uid


@contextmanager
def repeatable_names(key: str) -> Iterator[bool]:
    """Within it, and in this thread alone, layers and functions are named by `key` and not by what was built before.

    Only once in a process for each key, and then true is given: TensorFlow keeps some functions under their names for good.
    """
    with _taking:
        first = key not in _taken
        _taken.add(key)
    # What takes a number when it is first asked for in a process.
    tf.distribute.get_strategy()
    with named_anew():
        if first:
            start = int(hashlib.sha256(key.encode()).hexdigest()[:10], 16) * _ROOM
            _numbers.mine = itertools.count(start)
        try:
            yield first
        finally:
            _numbers.mine = None
