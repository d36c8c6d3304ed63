"""Why a run does not train now, or not at full pace, as one sentence beside its state."""

from __future__ import annotations

from explorer.runtime.engine.snapshot import Status
from explorer.tensors.text import count, counted

SHORTEST = 5


def standing(status: Status) -> str:
    """The run's own reason; else its place in the queue; else that its model is being compiled; else that it shares the
    workers; else an empty string.

    >>> queue = {"place": 3, "of": 12, "seconds": 41.0}
    >>> known = {"state": "queued", "reason": "", "epoch": 0, "epochs": 9, "rate": None, "left": None}
    >>> known |= {"elsewhere": False, "compiling": False}
    >>> standing({**known, "sharing": None, "queue": queue})
    'This run is number 3 of 12 in the queue, and starts in about 40 s.'
    >>> standing({**known, "sharing": {"runs": 80, "workers": 2}, "queue": queue})
    'The server is full: it is training 80 runs. This run is number 3 of 12 in the queue, and starts in about 40 s.'
    >>> standing({**known, "state": "running", "compiling": True, "sharing": None, "queue": None})
    'The model is being compiled; then training starts.'
    >>> standing({**known, "state": "running", "sharing": {"runs": 3, "workers": 1}, "queue": None})
    '3 runs share 1 worker: they take turns.'
    """
    queue, sharing = status["queue"], status["sharing"]
    if status["reason"]:
        return status["reason"]
    if queue is not None and status["state"] == "queued":
        begins = "" if queue["seconds"] is None else f", and starts in about {_about(queue['seconds'])}"
        place = "the next" if queue["place"] == 1 else f"number {queue['place']:,}"
        full = f"The server is full: it is training {count(sharing['runs'], 'runs')}. " if sharing else ""
        return f"{full}This run is {place} of {queue['of']:,} in the queue{begins}."
    if status["compiling"] and status["state"] == "running":
        return "The model is being compiled; then training starts."
    if sharing is not None and status["state"] == "running" and sharing["runs"] > sharing["workers"]:
        return f"{counted(sharing['runs'], 'runs', 'share')} {count(sharing['workers'], 'workers')}: they take turns."
    return ""


def _about(seconds: float) -> str:
    """A time that does not change with every second: "5 s", "40 s", "3 min"."""
    if seconds < 90:
        return f"{max(SHORTEST, SHORTEST * round(seconds / SHORTEST))} s"
    return f"{round(seconds / 60)} min"
