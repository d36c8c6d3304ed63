"""What comes back from workers: whether it still can, and how it is fetched without waiting for ever."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError
from typing import Any

from distributed import Client, Future

from explorer.runtime.cluster.dask_internals import (
    LOST_REASON,
    CommClosedError,
    KilledWorker,
    cancel_by_key,
    reason_of_cancelling,
)

_SECONDS_BETWEEN_LOOKS = 0.1


class WorkerDied(Exception):
    """The worker ended before it gave its result away, or the scheduler that knew of it did."""


def gone(future: Future[Any]) -> bool:
    """Whether what a worker had made ended with it or with its scheduler, so that waiting for it would never end."""
    if future.status == "cancelled":
        return reason_of_cancelling(future) == LOST_REASON or bool(future.client.status == "closed")
    return bool(future.status == "lost")


def result_of(future: Future[Any], timeout: float, closed: threading.Event) -> Any:
    """See `explorer.runtime.cluster.cluster.Cluster.result`. closed: whether the cluster has been closed."""
    try:
        return future.client.sync(_fetched, future, timeout)
    except KilledWorker as error:
        raise WorkerDied(str(error)) from error
    except CommClosedError as error:
        raise WorkerDied("The scheduler was lost before it gave the result away.") from error
    except CancelledError as error:
        if gone(future) and not closed.is_set():
            raise WorkerDied("The scheduler was lost.") from error
        raise TimeoutError("What was asked of the workers has been given up.") from error


async def _fetched(future: Future[Any], timeout: float) -> Any:
    async def fetch() -> Any:
        return await future

    made = future.status != "pending"
    fetching = asyncio.ensure_future(fetch())
    # Left alone rather than cancelled where it is given up: Dask may be fetching for others with it.
    fetching.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    deadline = time.monotonic() + timeout
    while not fetching.done():
        await asyncio.wait({fetching}, timeout=_SECONDS_BETWEEN_LOOKS)
        # Dask would make it again, from everything that it was once made from: all the chunks of a run. The caller knows
        # better what to do. "Pending" after it was made: Dask has noticed itself, while it fetched.
        if not fetching.done() and (gone(future) or (made and future.status == "pending")):
            future.release()
            raise WorkerDied("The worker ended before its result was fetched.")
        made = made or future.status == "finished"
        if time.monotonic() > deadline and not fetching.done():
            raise TimeoutError("The workers are busy.")
    return fetching.result()


async def give_up(client: Client, keys: Iterable[Any]) -> None:
    """Cancel what was asked of a lost scheduler, as Dask does itself with everything where a connection breaks."""
    for key in keys:
        cancel_by_key(client, key, LOST_REASON)
