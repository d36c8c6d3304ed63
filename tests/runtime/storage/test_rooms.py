"""Rooms on a real database, a file and a PostgreSQL server: who may do what, what is counted, and what is left."""

from __future__ import annotations

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sql
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.runtime.storage import room_rules, rooms
from explorer.runtime.storage.database import TABLES, Database
from explorer.runtime.storage.room_rules import (
    CODE_LENGTH,
    LETTERS,
    PAGES,
    ROOMS_OF_A_VISITOR,
    SECONDS_EMPTY,
    SECONDS_OF_A_ROOM,
    SECONDS_REMEMBERED,
    SECONDS_TO_BE_MISSED,
    SECONDS_UNENTERED,
    RoomRefused,
    checked_address,
    is_question,
    member_of,
    new_code,
    read_code,
)
from explorer.runtime.storage.rooms import Rooms
from explorer.runtime.storage.tables import ROOM_ANSWERS, ROOM_MEMBERS, ROOMS, upgrade
from tests.postgres import postgres_server

TEACHER = "teacher's secret"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def server():
    with postgres_server() as server:
        yield server


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["a file", "PostgreSQL"])
def base(request, tmp_path):
    if request.param == "PostgreSQL":
        server = request.getfixturevalue("server")
        address = server.url(server.new_database())
    else:
        address = f"sqlite:///{tmp_path / 'runs.db'}"
    database = Database(address, TABLES, upgrade)
    yield database
    database.close()


@pytest.fixture
def here(base, clock):
    return Rooms(base, clock)


def enter(rooms: Rooms, code: str, visitor: str) -> str:
    rooms.join(code, visitor)
    return member_of(code, visitor)


def refused(call, *values) -> str:
    with pytest.raises(RoomRefused) as refusal:
        call(*values)
    return str(refusal.value)


def stored(base: Database, table: sql.Table) -> int:
    with base.transaction() as connection:
        return connection.execute(sql.select(sql.func.count()).select_from(table)).scalar_one()


# ------------------------------------------------------------------------------------------------------------ the rules


def test_a_code_is_read_however_it_is_typed():
    code = new_code()
    for typed in (code, code.lower(), f" {code[:2]} {code[2:]}\n", f"{code[:3]}-{code[3:]}"):
        assert read_code(typed) == code


@given(st.text(max_size=300))
def test_whatever_is_typed_is_a_code_or_gets_a_sentence(text):
    try:
        code = read_code(text)
    except RoomRefused as refusal:
        assert "such as" in str(refusal) and str(refusal).isprintable() and len(str(refusal)) < 200
    else:
        assert len(code) == CODE_LENGTH and set(code) <= set(LETTERS)


def test_codes_are_many_and_no_letter_is_taken_for_another():
    assert len(LETTERS) ** CODE_LENGTH > 3_000_000
    assert not set(LETTERS) & set("0O1IL2Z5S8BUVAE")
    assert len({new_code() for _ in range(200)}) > 190


@given(st.text(max_size=60))
def test_nobody_is_brought_to_another_server(text):
    for address in (text, f"//{text}", f"https://{text}", f"/\\{text}", f"/{text}"):
        try:
            taken = checked_address(address)
        except RoomRefused:
            continue
        assert taken.split("?")[0].split("#")[0] in PAGES and taken.isprintable()


@pytest.mark.parametrize(
    "address",
    ["", "paste", "/lesson", "//there.example/", "https://there.example/", "/\n", "/?a=" + "b" * 3000, "/#" + "c" * 60_000],
)
def test_what_is_no_address_of_this_page_is_refused(address):
    with pytest.raises(RoomRefused):
        checked_address(address)


def test_an_address_with_settings_or_with_code_is_one():
    for address in (
        "/",
        "/?timesteps=7&view=quiz&quiz_seed=3",
        "/paste?example=memory_thrown_away",
        "/paste#code=" + "x" * 20_000,
    ):
        assert checked_address(address) == address


# ------------------------------------------------------------------------------------------------------------- the room


def test_who_comes_is_brought_where_the_host_says_and_counted_without_a_name(here, base):
    code = here.open(TEACHER).code
    first = here.join(code.lower(), "one")
    assert (first.code, first.calls, first.address) == (code, 0, "")
    host = here.room(code).host
    here.bring(code, host, "/?timesteps=7")
    # Whoever comes later finds it; coming twice is coming once, and the host is no member.
    for visitor in ("two", "two", TEACHER):
        assert (here.join(code, visitor).calls, here.room(code).address) == (1, "/?timesteps=7")
    assert here.look(code).people == 2
    with base.transaction() as connection:
        text = str([connection.execute(table.select()).all() for table in (ROOMS, ROOM_MEMBERS)])
    assert not any(secret in text for secret in (TEACHER, "one", "two"))
    # Of two rooms nobody can tell that somebody was in both.
    other = here.open("somebody").code
    assert enter(here, other, "one") != member_of(code, "one")


def test_only_the_host_brings_and_ends(here):
    code = here.open(TEACHER).code
    member = enter(here, code, "one")
    stranger = here.open("another host")
    for who in (member, stranger.host, ""):
        assert "Only the host" in refused(here.bring, code, who, "/")
        assert "Only the host" in refused(here.end, code, who)
    assert "pages /, /paste" in refused(here.bring, code, here.room(code).host, "//there.example")
    assert here.room(code).calls == 0


def test_a_code_that_there_is_not_and_one_that_has_ended_get_their_sentences(here):
    assert "There is no room" in refused(here.join, "34679", "one")
    assert "such as" in refused(here.join, "nobody's room", "one")
    room = here.open(TEACHER)
    member = enter(here, room.code, "one")
    here.end(room.code, room.host)
    for call in (
        lambda: here.join(room.code, "two"),
        lambda: here.room(room.code),
        lambda: here.answer(room.code, member, "quiz/1", 0),
        lambda: here.bring(room.code, room.host, "/"),
        lambda: here.end(room.code, room.host),
    ):
        assert "has ended" in refused(call)
    assert here.versions([room.code]) == {}
    # That somebody leaves it is no error.
    here.leave(room.code, member)


def test_a_room_ends_after_a_day_and_nothing_of_its_members_is_left(here, base, clock):
    code = here.open(TEACHER).code
    member = enter(here, code, "one")
    here.answer(code, member, "quiz/1", 2)
    clock.now += SECONDS_OF_A_ROOM - 1
    here.sweep()
    assert here.tally(code, "quiz/1").counts == (0, 0, 1)
    clock.now += 1
    assert "has ended" in refused(here.join, code, "two")
    here.sweep()
    assert (stored(base, ROOM_MEMBERS), stored(base, ROOM_ANSWERS)) == (0, 0)
    with base.transaction() as connection:
        (row,) = connection.execute(ROOMS.select()).all()
    assert (row.code, row.owner, row.host, row.address) == (code, "", "", "")
    clock.now += SECONDS_REMEMBERED
    here.sweep()
    assert stored(base, ROOMS) == 0
    assert "There is no room" in refused(here.join, code, "two")


def test_a_full_room_lets_nobody_in_until_somebody_goes(here, clock, monkeypatch):
    monkeypatch.setattr(rooms, "MOST_PEOPLE", 3)
    code = here.open(TEACHER).code
    members = [enter(here, code, visitor) for visitor in ("one", "two", "three")]
    assert "is full" in refused(here.join, code, "four")
    # Who is in it comes in again, and so does the host.
    assert here.join(code, "two") == here.join(code, TEACHER)
    here.leave(code, members[0])
    enter(here, code, "four")
    clock.now += SECONDS_TO_BE_MISSED
    here.note_seen({code: [members[1]]})
    # Two have closed the page without a word.
    assert here.look(code).people == 1
    enter(here, code, "five")


def test_a_room_remembers_so_many_members(here, base, clock, monkeypatch):
    monkeypatch.setattr(rooms, "MOST_MEMBERS", 3)
    code = here.open(TEACHER).code
    for visitor in range(8):
        clock.now += SECONDS_TO_BE_MISSED
        here.answer(code, enter(here, code, str(visitor)), "quiz/1", 0)
    assert (stored(base, ROOM_MEMBERS), here.tally(code, "quiz/1").answered) == (3, 3)
    assert here.knows(code, member_of(code, "7")) and not here.knows(code, member_of(code, "0"))


def test_so_many_rooms_may_be_open(here, clock, monkeypatch):
    mine = [here.open(TEACHER) for _ in range(ROOMS_OF_A_VISITOR)]
    assert "End one of them" in refused(here.open, TEACHER)
    here.end(mine[0].code, mine[0].host)
    here.open(TEACHER)
    monkeypatch.setattr(rooms, "MOST_ROOMS", ROOMS_OF_A_VISITOR + 1)
    last = here.open("another host")
    assert "This server has" in refused(here.open, "a third host")
    # One that nobody was in for long makes room, and sooner one that nobody but its host ever was in.
    here.join(mine[1].code, "one")
    clock.now += SECONDS_UNENTERED
    here.note_seen({last.code: []})
    here.open("a third host")
    assert (here.room(last.code), here.room(mine[1].code).code) == (last, mine[1].code)
    assert "has ended" in refused(here.room, mine[2].code)
    monkeypatch.setattr(rooms, "MOST_ROOMS", 3)
    clock.now += SECONDS_EMPTY - SECONDS_UNENTERED
    here.note_seen({last.code: []})
    here.sweep()
    assert here.room(last.code) == last
    assert "has ended" in refused(here.room, mine[1].code)


def test_rooms_that_have_ended_are_not_kept_without_end(here, base, monkeypatch):
    monkeypatch.setattr(rooms, "MOST_REMEMBERED", 2)
    for _ in range(5):
        room = here.open(TEACHER)
        here.end(room.code, room.host)
    here.sweep()
    assert stored(base, ROOMS) == 2


def test_whoever_leaves_takes_every_answer_along(here, base):
    code = here.open(TEACHER).code
    members = [enter(here, code, visitor) for visitor in ("one", "two")]
    for member in members:
        here.answer(code, member, "quiz/1", 1)
        here.answer(code, member, "done/1", 0)
    here.leave(code, members[0])
    tally = here.tally(code, "quiz/1")
    assert (tally.counts, tally.answered, tally.people) == ((0, 1), 1, 1)
    assert "not in the room" in refused(here.answer, code, members[0], "quiz/2", 0)
    assert not here.has_answered(code, members[0], "quiz/1") and here.has_answered(code, members[1], "quiz/1")
    assert stored(base, ROOM_ANSWERS) == 2


def test_the_first_answer_counts_and_no_more_than_so_many(here, monkeypatch):
    monkeypatch.setattr(rooms, "MOST_ANSWERS", 3)
    code = here.open(TEACHER).code
    member = enter(here, code, "one")
    assert here.answer(code, member, "axes/1", 2) and not here.answer(code, member, "axes/1", 0)
    assert here.tally(code, "axes/1").counts == (0, 0, 1)
    assert [here.answer(code, member, f"axes/{step}", 0) for step in (2, 3)] == [True, True]
    assert "3 answers" in refused(here.answer, code, member, "axes/4", 0)
    assert not here.answer(code, member, "axes/3", 1)
    assert "not in the room" in refused(here.answer, code, here.room(code).host, "axes/1", 0)
    for question, choice in (("", 0), ("a question", 0), ("a" * 81, 0), ("axes/1", -1), ("axes/1", 12)):
        with pytest.raises(ValueError, match="name has letters" if choice == 0 else "first 12 choices"):
            here.answer(code, member, question, choice)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 3)), max_size=20))
def test_the_tally_is_what_was_answered_first(tmp_path_factory, given_answers):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('rooms') / 'runs.db'}", TABLES, upgrade)
    here = Rooms(database)
    code = here.open(TEACHER).code
    members = [enter(here, code, str(number)) for number in range(6)]
    first: dict[tuple[int, int], int] = {}
    for who, question, choice in given_answers:
        assert here.answer(code, members[who], f"q/{question}", choice) is ((who, question) not in first)
        first.setdefault((who, question), choice)
    for question in range(3):
        chosen = Counter(choice for (_, about), choice in first.items() if about == question)
        tally = here.tally(code, f"q/{question}")
        assert (dict(enumerate(tally.counts)) | chosen) == dict(enumerate(tally.counts))
        assert (tally.answered, tally.people) == (sum(chosen.values()), 6)
    database.close()


@given(st.text(max_size=100))
def test_a_name_of_a_question_is_short_and_plain(text):
    assert not is_question(text) or (len(text) <= 80 and text.isascii() and not set(text) & set(" \n'\"<>&?="))


def test_a_class_that_comes_and_answers_at_once_loses_nobody(here):
    code = here.open(TEACHER).code

    def come(number: int) -> bool:
        return here.answer(code, enter(here, code, secrets.token_hex(16)), "quiz/1", number % 3)

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(come, range(60)))
    tally = here.tally(code, "quiz/1")
    assert (tally.counts, tally.people) == ((20, 20, 20), 60)


def test_a_second_server_and_one_that_is_started_again_find_the_room(here, base, clock):
    room = here.open(TEACHER)
    member = enter(here, room.code, "one")
    other = Rooms(base, clock)
    before = other.versions([room.code, "34679"])
    assert set(before) == {room.code}
    assert other.answer(room.code, member, "quiz/1", 0)
    here.bring(room.code, room.host, "/paste")
    assert other.versions([room.code])[room.code] > before[room.code]
    assert (other.room(room.code).address, here.tally(room.code, "quiz/1").answered) == ("/paste", 1)


def test_a_code_is_not_given_twice(here, monkeypatch):
    codes = iter(["34679", "34679", "7KQ4F"])
    monkeypatch.setattr(rooms, "new_code", lambda: next(codes))
    assert [here.open(TEACHER).code, here.open(TEACHER).code] == ["34679", "7KQ4F"]
    assert room_rules.read_code("7KQ4F") == "7KQ4F"
