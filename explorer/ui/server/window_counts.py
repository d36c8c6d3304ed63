"""How often each of many names came within a window of time."""

from __future__ import annotations

import time
from collections import Counter


class WindowCounts:
    """Counts by name that begin anew with each window; nobody's count outlives it, so that names fill no memory."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._counts: Counter[str] = Counter()
        self._begun = 0.0

    def add(self, name: str) -> int:
        """Count a name once more; returns how often it came in the present window."""
        now = time.monotonic()
        if now - self._begun > self._seconds:
            self._counts.clear()
            self._begun = now
        self._counts[name] += 1
        return self._counts[name]
