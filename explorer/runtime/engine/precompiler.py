"""Compiling ahead: while a visitor's page rests on an experiment, its model is compiled, so that Train starts at once."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from explorer.catalog import program_key
from explorer.experiment import Experiment
from explorer.runtime.engine.scheduler import Scheduler
from explorer.runtime.jobs import jobs
from explorer.runtime.questions.queries import Queries
from explorer.runtime.storage.quotas import Quotas
from explorer.runtime.storage.records import owner_of

SECONDS_OF_REST = 0.7
MOST_REQUESTS = 500


class SendAhead(Protocol):
    """See `explorer.runtime.engine.chunks.Chunks.send_ahead`."""

    def __call__(
        self,
        function: Callable[..., jobs.Held],
        experiment: Experiment,
        address: str,
        then: Callable[[jobs.Held | None], None],
    ) -> bool: ...


@dataclass(eq=False)
class _Request:
    experiment: Experiment
    program: str
    since: float
    begun: bool = False


class Precompiler:
    """Belongs to the engine's own thread.

    first: what pages open with, compiled on every worker. may_train: whether an experiment may be trained at all, given
    its description.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        queries: Queries,
        quotas: Quotas,
        first: Experiment | None,
        may_train: Callable[[Experiment, dict[str, Any]], bool],
        send_ahead: SendAhead,
    ) -> None:
        self._scheduler = scheduler
        self._queries = queries
        self._quotas = quotas
        self._first = first
        self._may_train = may_train
        self._send_ahead = send_ahead
        self._requests: OrderedDict[str, _Request] = OrderedDict()

    def request(self, visitor: str, experiment: Experiment) -> None:
        """See `explorer.runtime.engine.engine.Engine.compile_ahead`."""
        found = self._queries.known_description(experiment)
        if found is None or not self._may_train(experiment, found):
            self._requests.pop(visitor, None)
            return
        known = self._requests.get(visitor)
        if known is None or known.experiment != experiment:
            self._requests[visitor] = _Request(experiment, program_key(experiment), time.monotonic())
            self._requests.move_to_end(visitor)
        while len(self._requests) > MOST_REQUESTS:
            self._requests.popitem(last=False)

    def compile_next(self) -> None:
        """Begin with the requests that have rested, on workers that are idle: what most pages rest on comes first."""
        now = time.monotonic()
        wanted = Counter(request.program for request in self._requests.values())
        rested = [
            (visitor, request)
            for visitor, request in self._requests.items()
            if not request.begun and now - request.since >= SECONDS_OF_REST
        ]
        for visitor, request in sorted(rested, key=lambda each: -wanted[each[1].program]):
            if any(worker.has_program(request.program) for worker in self._scheduler.workers.values()):
                del self._requests[visitor]
                continue
            address = self._free_worker()
            if address is None:
                return
            if not self._quotas.allow_compilation(owner_of(visitor)):
                del self._requests[visitor]
                continue
            request.begun = True
            traced = partial(self._traced, visitor, request, address)
            if not self._send_ahead(jobs.trace, request.experiment, address, traced):
                del self._requests[visitor]
        self._compile_first()

    def _free_worker(self) -> str | None:
        """An idle worker, as long as another one is left that compiles nothing: it answers those who move a slider."""
        compiling = sum(bool(worker.ahead) for worker in self._scheduler.workers.values())
        if compiling and compiling + 1 >= len(self._scheduler.workers):
            return None
        return self._scheduler.idlest()

    def _traced(self, visitor: str, request: _Request, address: str, held: jobs.Held | None) -> None:
        # Compiling is the longer half: it is left out where the page has moved on while this was traced.
        if self._requests.get(visitor) is not request:
            return
        if held is None or address not in self._scheduler.workers:
            del self._requests[visitor]
            return
        compiled = partial(self._compiled, visitor, request)
        if not self._send_ahead(jobs.prepare, request.experiment, address, compiled):
            del self._requests[visitor]

    def _compiled(self, visitor: str, request: _Request, _: jobs.Held | None) -> None:
        if self._requests.get(visitor) is request:
            del self._requests[visitor]

    def _compile_first(self) -> None:
        """Compile what pages open with on every worker, one after the other and only when none has anything else to do."""
        if self._first is None or self._queries.known_description(self._first) is None:
            return
        workers = self._scheduler.workers
        lacking = [address for address, worker in workers.items() if worker.idle and not worker.has(self._first)]
        if lacking and all(worker.idle for worker in workers.values()):
            self._send_ahead(jobs.prepare, self._first, lacking[0], self._first_compiled)

    def _first_compiled(self, held: jobs.Held | None) -> None:
        if held is None:
            self._first = None  # It is no use to try again and again.
