"""Trained models as Keras's own files, made by workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.futures import WorkerDied
from explorer.runtime.jobs.model_file_job import model_file
from explorer.runtime.questions.queries import BUSY, Refused

TRIES = 2
# Behind shapes, which somebody waits for, and chunks, which train.
PRIORITY = -5


class ModelFiles:
    """cluster: gives the cluster, within so many seconds; raises TimeoutError where it is not up. at_once: how many files
    may be made together."""

    def __init__(self, cluster: Callable[[float], Cluster], at_once: int) -> None:
        self._cluster = cluster
        self._free = threading.BoundedSemaphore(at_once)

    def make(self, experiment: Experiment, state: bytes, timeout: float = 30.0) -> bytes:
        """The model of an experiment with the weights of a state, as the bytes of a .keras file. From any thread.

        Raises TimeoutError where the workers are busy or not up, and Refused where they cannot do it.
        """
        deadline = time.monotonic() + timeout
        if not self._free.acquire(timeout=timeout):
            raise TimeoutError(BUSY)
        try:
            return self._made(experiment, state, deadline)
        finally:
            self._free.release()

    def _made(self, experiment: Experiment, state: bytes, deadline: float) -> bytes:
        cluster = self._cluster(max(0.0, deadline - time.monotonic()))
        for _ in range(TRIES):
            try:
                future = cluster.submit(model_file, experiment.to_dict(), state, priority=PRIORITY)
                try:
                    return bytes(cluster.result(future, max(0.1, deadline - time.monotonic())))
                except TimeoutError:
                    future.cancel()
                    raise
            except OSError:  # TimeoutError among them
                raise
            except WorkerDied:
                continue
            except Exception as error:
                raise Refused(f"This model cannot be written to a file: {error}") from error
        raise TimeoutError(cluster.lost or "The worker that wrote the model's file ended. Try again in a moment.")
