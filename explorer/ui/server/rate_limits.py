"""How often a visitor, and an address, may ask.

A visitor is the page's cookie. Whoever forges a fresh one for each request would be a new visitor each time: so a cookie
that was never seen at an address takes from that address's budget of new visitors, and counts, where that is used up, as
no cookie. Requests without a cookie share one visitor's budget for each address.

Who asks more is held back first, and refused only after HOLD seconds: a page that has asked too fast for a moment only
waits. Who floods from many connections has all of them asleep here, the longer the more there are: each refusal costs the
server a new connection, and those would come as fast as they are refused.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from explorer.tensors.text import count
from explorer.ui.server import requests
from explorer.ui.server.refusals import Refusal

MESSAGE = "message"
NEWCOMER = parse_many("400 per 60 second")[0]
HOLD = 3.0
# With so many of a visitor's held, each of them waits HOLD seconds longer. A browser has fewer connections than that.
HELD_FOR_MORE = 60
LONGEST_HOLD = 30.0
_LOOK_AGAIN = 0.1
# The more are held, the less often each is looked at: of all together not more than so many in a second.
_LOOKS_A_SECOND = 200
MOST_ADMITTED = 20_000
# How many of one visitor's, and of everybody's, requests may wait at a time; beyond that they are refused at once.
MOST_HELD = {"visitor": 2500, "all": 3500}


@dataclass(frozen=True)
class Rates:
    """visitor, unnamed, address: how often one visitor, all without a cookie at one address, and one address may ask.

    at_once, at_once_address: how many of a visitor's, and of an address's, may be answered at the same time.
    """

    visitor: tuple[RateLimitItem, ...]
    unnamed: tuple[RateLimitItem, ...]
    address: tuple[RateLimitItem, ...]
    at_once: int
    at_once_address: int


def _rates(visitor: str, address: str, at_once: int, at_once_address: int, unnamed: str = "") -> Rates:
    own, without_cookie, of_address = (tuple(parse_many(each)) for each in (visitor, unnamed or visitor, address))
    return Rates(own, without_cookie, of_address, at_once, at_once_address)


# A class of 200 behind one address opens the page within seconds, each with some 120 files; a hand on a slider asks for
# shapes up to 30 times a second, a film for what an opened layer draws at ten epochs a second, and a person may open ten
# tabs at once.
RATES = {
    requests.PAGE: _rates("10 per 1 second; 60 per 30 second", "3000 per 10 second", 8, 400, unnamed="3000 per 10 second"),
    requests.STATIC: _rates("150 per 1 second; 2400 per 30 second", "12000 per 30 second", 64, 2000),
    requests.SMALL: _rates("40 per 1 second; 400 per 30 second", "6000 per 30 second", 32, 1000),
    requests.SHAPES: _rates("40 per 1 second; 150 per 30 second", "1000 per 30 second", 4, 16),
    requests.LIVE: _rates("8 per 1 second; 60 per 30 second", "600 per 10 second", 24, 800),
    # A page listens to one room, and anew with each question of a lesson that it shows the tally of.
    requests.ROOM: _rates("8 per 1 second; 60 per 30 second", "600 per 10 second", 12, 400),
    requests.TENSORS: _rates("30 per 1 second; 450 per 30 second", "2000 per 30 second", 4, 64),
    requests.SESSION: _rates("4 per 1 second; 40 per 30 second", "400 per 10 second", 24, 800),
    MESSAGE: _rates("100 per 10 second", "2000 per 10 second", 0, 0),
}


@dataclass(frozen=True)
class Asker:
    """address: as limits count it. visitor: the admitted visitor's own name, an empty string for those without one."""

    address: str
    visitor: str

    @property
    def key(self) -> str:
        return f"{self.address} {self.visitor}"


class RateLimits:
    """The counts of one server. All of it runs in the event loop's thread."""

    def __init__(self, rates: Mapping[str, Rates] = RATES, hold: float = HOLD) -> None:
        self._rates = rates
        self._hold = hold
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._admitted: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._held: Counter[str] = Counter()
        self._busy: Counter[tuple[str, str]] = Counter()

    def asker(self, address: str, cookie: str) -> Asker:
        """Who asks, by an address as limits count it and a cookie of the form that was given, or an empty string."""
        known = (address, cookie)
        if cookie and known not in self._admitted:
            if not self._windows.hit(NEWCOMER, "newcomers", address):
                return Asker(address, "")
            if len(self._admitted) >= MOST_ADMITTED:
                self._admitted.popitem(last=False)
        if cookie:
            self._admitted[known] = None
            self._admitted.move_to_end(known)
        return Asker(address, cookie)

    async def wait(self, kind: str, asker: Asker) -> Refusal | None:
        """Hold a request back until it is within its limits; the refusal where that would take too long."""
        if self._take(kind, asker):
            return None
        seconds = self._seconds_left(kind, asker)
        pause = count(round(seconds), "seconds")
        refusal = Refusal(
            429,
            f"Too many requests came from this browser or its network. Wait {pause} and try again.",
            retry_after=seconds,
            close=True,
        )
        if self._held[asker.key] >= MOST_HELD["visitor"] or self._held.total() >= MOST_HELD["all"]:
            return refusal
        with _counted(self._held, asker.key):
            end = time.monotonic() + min(LONGEST_HOLD, self._hold * (1 + self._held[asker.key] // HELD_FOR_MORE))
            while (left := end - time.monotonic()) > 0:
                await asyncio.sleep(min(left, max(_LOOK_AGAIN, self._held.total() / _LOOKS_A_SECOND)))
                if self._take(kind, asker):
                    return None
        return refusal

    async def delay(self, asker: Asker) -> None:
        """Hold a message of an open WebSocket back until it is within its limits, however long that takes."""
        while not self._take(MESSAGE, asker):
            await asyncio.sleep(_LOOK_AGAIN)

    @contextmanager
    def answering(self, kind: str, asker: Asker) -> Iterator[None]:
        """To be held while a request that was let in by `wait` is answered, with nothing awaited between the two."""
        with _counted(self._busy, (kind, asker.key)), _counted(self._busy, (kind, asker.address)):
            yield

    def _take(self, kind: str, asker: Asker) -> bool:
        rates = self._rates[kind]
        if rates.at_once and (
            self._busy[kind, asker.key] >= rates.at_once or self._busy[kind, asker.address] >= rates.at_once_address
        ):
            return False
        items = self._items(kind, asker)
        # Nothing is awaited in between: what is tested here is still so when it is taken.
        if not all(self._windows.test(item, kind, whose) for item, whose in items):
            return False
        for item, whose in items:
            self._windows.hit(item, kind, whose)
        return True

    def _items(self, kind: str, asker: Asker) -> list[tuple[RateLimitItem, str]]:
        rates = self._rates[kind]
        own = rates.visitor if asker.visitor else rates.unnamed
        return [(item, asker.key) for item in own] + [(item, asker.address) for item in rates.address]

    def _seconds_left(self, kind: str, asker: Asker) -> float:
        full = [
            self._windows.get_window_stats(item, kind, whose).reset_time - time.time()
            for item, whose in self._items(kind, asker)
            if not self._windows.test(item, kind, whose)
        ]
        return min(60.0, max([1.0, *full]))


@contextmanager
def _counted(counts: Counter[Any], key: object) -> Iterator[None]:
    counts[key] += 1
    try:
        yield
    finally:
        counts[key] -= 1
        # A key at zero is let go: whoever comes with ever new names fills no memory.
        if not counts[key]:
            del counts[key]
