"""Rooms in the database: who is in them, where the host has brought everybody, and what they answered.

Nothing of it is in a server's memory: a server that is started again, or a second one on the same database, finds it here.
A room ends by itself after a day, or when its host ends it; with that its members and answers are deleted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sql

from explorer.runtime.storage.database import Database
from explorer.runtime.storage.records import owner_of
from explorer.runtime.storage.room_rules import (
    MOST_ANSWERS,
    MOST_CHOICES,
    MOST_MEMBERS,
    MOST_PEOPLE,
    MOST_REMEMBERED,
    MOST_ROOMS,
    NOT_IN_IT,
    ROOMS_OF_A_VISITOR,
    SECONDS_EMPTY,
    SECONDS_OF_A_ROOM,
    SECONDS_REMEMBERED,
    SECONDS_TO_BE_MISSED,
    SECONDS_UNENTERED,
    Look,
    Room,
    RoomRefused,
    Tally,
    checked_address,
    is_question,
    member_of,
    new_code,
    read_code,
)
from explorer.runtime.storage.tables import ROOM_ANSWERS, ROOM_MEMBERS, ROOMS

TRIES_FOR_A_CODE = 8
# Of a room that has ended only its code is remembered, and when it ended.
_FORGOTTEN = {"owner": "", "host": "", "address": ""}


class Rooms:
    """Every method is one transaction; all may be called from any thread.

    visitor: a browser's secret, of which only hashes are stored. clock: seconds since 1970. Every method raises
    `database_errors.DatabaseUnavailable` as the store does, and RoomRefused with a sentence for a code
    that there is not, or whose room has ended.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._turn = threading.Lock()

    @contextmanager
    def _writing(self) -> Iterator[sql.Connection]:
        """A transaction that writes, one at a time: SQLite makes those who wait wait unevenly, and some of them too long."""
        with self._turn, self._database.transaction() as connection:
            yield connection

    # --- what a host does

    def open(self, visitor: str) -> Room:
        """Open a room. Raises RoomRefused where the visitor, or everybody together, has as many as there may be."""
        owner = owner_of(visitor)
        self.sweep()
        for _ in range(TRIES_FOR_A_CODE):
            with suppress(sql.exc.IntegrityError), self._writing() as connection:
                self._refuse_too_many(connection, owner)
                room = Room(code := new_code(), member_of(code, visitor), 0, "")
                now = self._clock()
                values = {"code": code, "owner": owner, "host": room.host, "opened": now, "ended": 0.0, "seen": now}
                connection.execute(ROOMS.insert().values(**values, version=1, calls=0, address=""))
                return room
        raise RoomRefused("No code was free for a room. Try again.")

    def _refuse_too_many(self, connection: sql.Connection, owner: str) -> None:
        count = sql.select(sql.func.count()).select_from(ROOMS).where(self._is_open())
        if connection.execute(count.where(ROOMS.c.owner == owner)).scalar_one() >= ROOMS_OF_A_VISITOR:
            raise RoomRefused(f"You have {ROOMS_OF_A_VISITOR} rooms open, and no more are allowed. End one of them first.")
        if connection.execute(count).scalar_one() >= MOST_ROOMS:
            raise RoomRefused(f"This server has {MOST_ROOMS} rooms open, and no more are allowed. Try again later.")

    def bring(self, code: str, host: str, address: str) -> None:
        """All here: everybody is brought to an address within the page. host: the host's `member_of`; of anybody else it
        is refused. Raises RoomRefused for an address that is none of this page's, too."""
        wanted = checked_address(address)
        with self._writing() as connection:
            self._change(connection, code, host, calls=ROOMS.c.calls + 1, address=wanted)

    def end(self, code: str, host: str) -> None:
        """End a room for everybody. host: as in `bring`."""
        with self._writing() as connection:
            self._change(connection, code, host, ended=self._clock(), **_FORGOTTEN)
            for table in (ROOM_ANSWERS, ROOM_MEMBERS):
                connection.execute(table.delete().where(table.c.room == code))

    # --- what a member does

    def join(self, code: str, visitor: str) -> Room:
        """Enter a room; whoever is in it stays in it, and the host is no member. code: as somebody types it.

        Raises RoomRefused for what is no code, and where the room is full.
        """
        code = read_code(code)
        member, now = member_of(code, visitor), self._clock()
        mine = (ROOM_MEMBERS.c.room == code) & (ROOM_MEMBERS.c.member == member)
        with self._writing() as connection:
            # Writing comes first: from here on nobody else can come in.
            self._change(connection, code)
            room = _room_of(connection.execute(ROOMS.select().where(ROOMS.c.code == code)).one())
            if room.host == member:
                return room
            if connection.execute(ROOM_MEMBERS.update().where(mine).values(seen=now)).rowcount:
                return room
            if self._people(connection, code) >= MOST_PEOPLE:
                raise RoomRefused(f"The room {code} is full: it has room for {MOST_PEOPLE} people.")
            _forget_the_longest_gone(connection, code)
            connection.execute(ROOM_MEMBERS.insert().values(room=code, member=member, seen=now))
        return room

    def leave(self, code: str, member: str) -> None:
        """Leave a room: the member and all that this member answered are deleted. Nothing happens where there is none."""
        with self._writing() as connection:
            connection.execute(ROOMS.update().where(ROOMS.c.code == code).values(version=ROOMS.c.version + 1))
            for table in (ROOM_ANSWERS, ROOM_MEMBERS):
                connection.execute(table.delete().where(table.c.room == code, table.c.member == member))

    def answer(self, code: str, member: str, question: str, choice: int) -> bool:
        """Take a member's answer to a question: the number of a choice, from 0. Only the first counts, as of a prediction.

        Returns whether it was taken. Raises ValueError for a question or a choice that cannot be one, and RoomRefused where
        the member is not in the room any more, or has given as many answers as a room keeps.
        """
        if not is_question(question):
            raise ValueError(f"A question's name has letters, digits and _./:- alone; received {question[:100]!r}.")
        if not 0 <= choice < MOST_CHOICES:
            raise ValueError(f"A room counts the first {MOST_CHOICES} choices of a question; received choice {choice + 1}.")
        mine = (ROOM_ANSWERS.c.room == code) & (ROOM_ANSWERS.c.member == member)
        with self._writing() as connection:
            self._change(connection, code)
            if not self._is_in(connection, code, member):
                raise RoomRefused(NOT_IN_IT.format(code))
            given = set(connection.execute(sql.select(ROOM_ANSWERS.c.question).where(mine)).scalars())
            if question in given:
                return False
            if len(given) >= MOST_ANSWERS:
                raise RoomRefused(f"You have given {MOST_ANSWERS} answers in the room {code}, and it keeps no more.")
            values = {"room": code, "member": member, "question": question, "choice": choice}
            connection.execute(ROOM_ANSWERS.insert().values(values))
        return True

    # --- what everybody may know

    def look(self, code: str, questions: Collection[str] = ()) -> Look:
        """The room of a code, how many are in it and how many are done, and how often each choice of these questions was
        taken."""
        columns = (ROOM_ANSWERS.c.question, ROOM_ANSWERS.c.choice)
        query = sql.select(*columns, sql.func.count()).where(ROOM_ANSWERS.c.room == code).group_by(*columns)
        with self._database.transaction() as connection:
            row = connection.execute(ROOMS.select().where(ROOMS.c.code == code, self._is_open())).first()
            if row is None:
                raise self._refusal(connection, code)
            room, people = _room_of(row), self._people(connection, code)
            found: dict[str, dict[int, int]] = {question: {} for question in (*questions, room.done_question)}
            for question, choice, number in connection.execute(query.where(columns[0].in_(sorted(found)))):
                found[question][choice] = number
        counts = {
            question: tuple(taken.get(choice, 0) for choice in range(max(taken, default=-1) + 1))
            for question, taken in found.items()
        }
        return Look(room, people, counts)

    def room(self, code: str) -> Room:
        """The room of a code."""
        return self.look(code).room

    def tally(self, code: str, question: str) -> Tally:
        """How often each choice of a question was taken."""
        return self.look(code, [question]).tally(question)

    def knows(self, code: str, member: str) -> bool:
        """Whether somebody is in a room: a member, or its host."""
        with self._database.transaction() as connection:
            return self._is_in(connection, code, member) or bool(
                connection.execute(sql.select(ROOMS.c.code).where(ROOMS.c.code == code, ROOMS.c.host == member)).first()
            )

    def absent(self, code: str, members: Collection[str]) -> set[str]:
        """Who of these is not in a room any more. The host, who is no member, is."""
        known = sql.select(ROOM_MEMBERS.c.member).where(ROOM_MEMBERS.c.room == code)
        host = sql.select(ROOMS.c.host).where(ROOMS.c.code == code)
        with self._database.transaction() as connection:
            found = connection.execute(known.where(ROOM_MEMBERS.c.member.in_(sorted(members)))).scalars().all()
            return set(members) - {*found, *connection.execute(host).scalars()}

    def has_answered(self, code: str, member: str, question: str) -> bool:
        mine = (ROOM_ANSWERS.c.room == code) & (ROOM_ANSWERS.c.member == member) & (ROOM_ANSWERS.c.question == question)
        with self._database.transaction() as connection:
            return connection.execute(sql.select(ROOM_ANSWERS.c.choice).where(mine)).first() is not None

    # --- what a server does for its listeners

    def note_seen(self, seen: Mapping[str, Collection[str]]) -> None:
        """Say who is there still: members by the code of their room."""
        now = self._clock()
        with self._writing() as connection:
            for code in sorted(seen):
                connection.execute(ROOMS.update().where(ROOMS.c.code == code).values(seen=now))
                these = (ROOM_MEMBERS.c.room == code) & ROOM_MEMBERS.c.member.in_(sorted(seen[code]))
                connection.execute(ROOM_MEMBERS.update().where(these).values(seen=now))

    def versions(self, codes: Collection[str]) -> dict[str, int]:
        """The version of each of these rooms that is open: another one where anything has changed."""
        query = sql.select(ROOMS.c.code, ROOMS.c.version).where(ROOMS.c.code.in_(sorted(codes)), self._is_open())
        with self._database.transaction() as connection:
            return {row.code: row.version for row in connection.execute(query)}

    def sweep(self) -> None:
        """End the rooms whose day is over and, where there are too many, those that nobody was in for long; delete what
        rooms that have ended still hold, and in the end the rooms."""
        now = self._clock()
        with self._writing() as connection:
            over = (ROOMS.c.ended == 0) & (ROOMS.c.opened <= now - SECONDS_OF_A_ROOM)
            connection.execute(ROOMS.update().where(over).values(ended=now, **_FORGOTTEN))
            count = sql.select(sql.func.count()).select_from(ROOMS).where(ROOMS.c.ended == 0)
            if connection.execute(count).scalar_one() >= MOST_ROOMS:
                unentered = ROOMS.c.code.not_in(sql.select(ROOM_MEMBERS.c.room))
                long_ago = ROOMS.c.seen <= now - SECONDS_EMPTY
                empty = (ROOMS.c.ended == 0) & (long_ago | (unentered & (ROOMS.c.seen <= now - SECONDS_UNENTERED)))
                connection.execute(ROOMS.update().where(empty).values(ended=now, **_FORGOTTEN))
            for table in (ROOM_ANSWERS, ROOM_MEMBERS):
                ended = sql.select(ROOMS.c.code).where(ROOMS.c.ended > 0)
                connection.execute(table.delete().where(table.c.room.in_(ended)))
            connection.execute(ROOMS.delete().where(ROOMS.c.ended > 0, ROOMS.c.ended <= now - SECONDS_REMEMBERED))
            latest = sql.select(ROOMS.c.code).where(ROOMS.c.ended > 0).order_by(ROOMS.c.ended.desc())
            too_many = list(connection.execute(latest.offset(MOST_REMEMBERED)).scalars())
            connection.execute(ROOMS.delete().where(ROOMS.c.code.in_(too_many)))

    # --- within a transaction

    def _is_open(self) -> sql.ColumnElement[bool]:
        return (ROOMS.c.ended == 0) & (ROOMS.c.opened > self._clock() - SECONDS_OF_A_ROOM)

    def _change(self, connection: sql.Connection, code: str, by: str | None = None, **values: Any) -> None:
        """Note that an open room has changed. by: whose it must be for that."""
        chosen = ROOMS.update().where(ROOMS.c.code == code, self._is_open())
        if by is not None:
            chosen = chosen.where(ROOMS.c.host == by)
        if not connection.execute(chosen.values(version=ROOMS.c.version + 1, **values)).rowcount:
            raise self._refusal(connection, code)

    def _refusal(self, connection: sql.Connection, code: str) -> RoomRefused:
        row = connection.execute(ROOMS.select().where(ROOMS.c.code == code)).first()
        if row is None:
            return RoomRefused(f"There is no room {code[:40]}. Compare the code with the one that the host shows.")
        if row.ended or row.opened <= self._clock() - SECONDS_OF_A_ROOM:
            return RoomRefused(f"The room {code} has ended.")
        return RoomRefused(f"Only the host of the room {code} can do this.")

    def _people(self, connection: sql.Connection, code: str) -> int:
        here = (ROOM_MEMBERS.c.room == code) & (ROOM_MEMBERS.c.seen > self._clock() - SECONDS_TO_BE_MISSED)
        return int(connection.execute(sql.select(sql.func.count()).where(here)).scalar_one())

    def _is_in(self, connection: sql.Connection, code: str, member: str) -> bool:
        mine = (ROOM_MEMBERS.c.room == code) & (ROOM_MEMBERS.c.member == member)
        return connection.execute(sql.select(ROOM_MEMBERS.c.member).where(mine)).first() is not None


def _room_of(row: Any) -> Room:
    return Room(row.code, row.host, row.calls, row.address)


def _forget_the_longest_gone(connection: sql.Connection, code: str) -> None:
    """Make room for one member more."""
    query = sql.select(ROOM_MEMBERS.c.member).where(ROOM_MEMBERS.c.room == code).order_by(ROOM_MEMBERS.c.seen.desc())
    gone = list(connection.execute(query.offset(MOST_MEMBERS - 1)).scalars())
    for table in (ROOM_ANSWERS, ROOM_MEMBERS):
        connection.execute(table.delete().where(table.c.room == code, table.c.member.in_(gone)))
