"""What a room is, and what may be said to it: codes, addresses, questions and their bounds, without a database.

A room has a host, who opened it, and members. It holds no name, no address of a machine and no account: a person is the
`member_of` their browser's random secret and the room's code, which is another number in every room.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

# Without letters and digits that look alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and without vowels: no code is a word.
LETTERS = "34679CDFGHJKMNPQRTWXY"
CODE_LENGTH = 5
SECONDS_OF_A_ROOM = 24 * 3600.0
# Who was not heard of for so long is not there any more: the page is closed, or the network is gone.
SECONDS_TO_BE_MISSED = 45.0
# How many may be in a room at a time. A class of 60 fits twice.
MOST_PEOPLE = 120
# A room remembers so many members, those who have closed the page among them.
MOST_MEMBERS = 400
MOST_ANSWERS = 200
MOST_CHOICES = 12
ROOMS_OF_A_VISITOR = 3
MOST_ROOMS = 100
# Where there are as many, a room that nobody was in for so long is ended for a new one.
SECONDS_EMPTY = 3600.0
# The same of one that has no member: who opens rooms without a page in any of them blocks nobody for longer.
SECONDS_UNENTERED = 300.0
# How long it is remembered that there was a room of this code, so that whoever comes late is told so.
SECONDS_REMEMBERED = 7 * 24 * 3600.0
MOST_REMEMBERED = 1000
# Pasted code travels behind the #, compressed: 20,000 characters of it take less than this.
LONGEST_ADDRESS = 60_000
LONGEST_QUERY = 3000
LONGEST_QUESTION = 80
PAGES = ("/", "/paste", "/lessons", "/error", "/who")
NOT_IN_IT = "You are not in the room {} any more."
# What a page shows then, and what can be done.
STAYS, COMES_BACK = "The page stays as it is.", "Reload the page to join it again."
_QUESTION = re.compile(rf"[A-Za-z0-9_./:-]{{1,{LONGEST_QUESTION}}}")


class RoomRefused(Exception):
    """What a room was asked for cannot be done. The text is a sentence for the reader."""


@dataclass(frozen=True)
class Room:
    """A room that is open.

    host: the host's `member_of`. calls: how often the host has said "all here". address: where everybody is brought,
    within the page: path, query and fragment; an empty string before the first call.
    """

    code: str
    host: str
    calls: int
    address: str

    @property
    def done_question(self) -> str:
        """The question that whoever is done with what the host last called for answers, by its only choice."""
        return f"done/{self.calls}"


@dataclass(frozen=True)
class Tally:
    """The answers to one question: counts[choice] is how many chose it. people: how many are in the room now.

    answered may be more than people: whoever closes the page has answered still.
    """

    counts: tuple[int, ...]
    answered: int
    people: int


@dataclass(frozen=True)
class Look:
    """A room at one moment. people: how many members are in it now. counts: by question, how many chose each choice."""

    room: Room
    people: int
    counts: dict[str, tuple[int, ...]]

    @property
    def done(self) -> int:
        """How many are done with what the host last called for."""
        return sum(self.counts.get(self.room.done_question, ()))

    def tally(self, question: str) -> Tally:
        counts = self.counts.get(question, ())
        return Tally(counts, sum(counts), self.people)


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """A code as somebody types it: in small letters too, with spaces or hyphens. Raises RoomRefused for what is none."""
    code = "".join(text[:100].upper().split()).replace("-", "")
    if len(code) != CODE_LENGTH or not set(code) <= set(LETTERS):
        shown = "".join(letter for letter in text[:40] if letter.isprintable())
        raise RoomRefused(f"A room's code has {CODE_LENGTH} letters and digits, such as 7KQ4F. Received: “{shown}”.")
    return code


def member_of(code: str, visitor: str) -> str:
    """Who a visitor is in a room, in hexadecimal: of two rooms nobody can tell that it is the same visitor.

    visitor: the browser's secret of 128 random bits, which is not stored.
    """
    return hashlib.sha256(f"{code} {visitor}".encode()).hexdigest()[:32]


def checked_address(address: str) -> str:
    """Where a host may bring everybody: a page of this server. Raises RoomRefused for anything else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("//?")
    if parts.scheme or parts.netloc or parts.path not in PAGES or not address.startswith("/") or not address.isprintable():
        raise RoomRefused(f"A room can be brought to the pages {', '.join(PAGES)} of this server; nobody was brought.")
    if len(parts.query) > LONGEST_QUERY or len(address) > LONGEST_ADDRESS:
        raise RoomRefused(
            f"This page's address has {len(address):,} characters, too many to bring everybody there. Shorten the code."
        )
    return address


def is_question(question: str) -> bool:
    """Whether a text can name a question: of letters, digits and _./:- alone."""
    return _QUESTION.fullmatch(question) is not None
