"""How a page comes into a room and out of it, by its address and by the dialogue, and what its address says of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.catalog.lessons import LESSONS
from explorer.runtime.storage import rooms as rooms_module
from explorer.runtime.storage.database import TABLES, Database
from explorer.runtime.storage.database_errors import LOCKED, DatabaseUnavailable
from explorer.runtime.storage.room_rules import MOST_CHOICES, RoomRefused, checked_address, is_question, member_of
from explorer.runtime.storage.rooms import Rooms
from explorer.runtime.storage.tables import upgrade
from explorer.ui.lessons import steps as lesson_steps
from explorer.ui.server.room_openers import ROOMS_OF_AN_ADDRESS, Openers
from explorer.ui.state import lesson_place, room
from tests.app_pages import AppTest


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    database = Database(f"sqlite:///{tmp_path / 'runs.db'}", TABLES, upgrade)
    rooms = Rooms(database)
    monkeypatch.setattr(room, "_rooms", lambda: rooms)
    yield rooms
    database.close()


def page_in_a_room():
    import streamlit as st

    from explorer.ui.frame.room_panel import room_bar, room_button, tally
    from explorer.ui.state import address, room

    experiment, problems = address.take(lambda run: None)
    st.session_state["said"] = [problem.sentence for problem in problems]
    room_bar()
    room_button()
    tally("quiz/1", ["none", "batch"], right=0)
    address.write(experiment)
    st.session_state["is"] = room.here()


def visit(query: dict[str, str], visitor: str = "one") -> AppTest:
    page = AppTest.from_function(page_in_a_room, default_timeout=30)
    page.query_params.update(query)
    page.session_state["_visitor"] = visitor
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return " ".join(page.session_state["said"])


def test_a_link_leads_into_the_room_and_the_address_keeps_it(rooms):
    code = rooms.open("teacher").code
    page = visit({"room": code.lower(), "timesteps": "7"})
    assert page.session_state["is"] == room.Here(code, member_of(code, "one"), False)
    assert (page.query_params["room"], page.query_params["timesteps"]) == (code, "7") and said(page) == ""
    assert rooms.look(code).people == 1
    # The host's own page is no member's, by the same link.
    assert visit({"room": code}, "teacher").session_state["is"].is_host
    assert rooms.look(code).people == 1


@pytest.mark.parametrize("wrong", ["unknown", "ended", "full", "nonsense"])
def test_a_room_that_cannot_be_entered_gets_a_sentence_and_the_page_without_it(rooms, monkeypatch, wrong):
    opened = rooms.open("teacher")
    code = {"unknown": "34679", "nonsense": "no <b>room</b>"}.get(wrong, opened.code)
    if wrong == "ended":
        rooms.end(opened.code, opened.host)
    monkeypatch.setattr(rooms_module, "MOST_PEOPLE", 0 if wrong == "full" else 9)
    page = visit({"room": code, "timesteps": "7"})
    because = {"unknown": "There is no room", "ended": "has ended", "full": "is full", "nonsense": "such as 7KQ4F"}
    assert because[wrong] in said(page) and said(page).endswith(room.WITHOUT)
    assert page.session_state["is"] is None and page.session_state["timesteps"] == 7
    assert "room" not in page.query_params


def test_a_code_that_is_typed_leads_in_and_a_wrong_one_is_told_where_it_was_typed(rooms):
    code = rooms.open("teacher").code
    page = visit({})
    page.button(key="room").click().run()
    page.text_input(key="room_code").set_value("34679")
    page.button(key="room_join").click().run()
    assert "There is no room 34679" in page.warning[0].value
    page.text_input(key="room_code").set_value(f"{code[:2]} {code[2:]}".lower())
    page.button(key="room_join").click().run()
    assert page.session_state["is"].code == code and not page.warning


def test_a_host_opens_a_room_and_ends_it_and_leaving_is_for_good(rooms):
    page = visit({}, "teacher")
    page.button(key="room").click().run()
    page.button(key="room_open").click().run()
    mine = page.session_state["is"]
    assert mine.is_host and rooms.room(mine.code).host == mine.member
    # The dialogue shows the code at once.
    page.button(key="room_end").click().run()
    assert page.session_state["is"] is None
    with pytest.raises(RoomRefused, match="has ended"):
        rooms.room(mine.code)
    other = rooms.open("another").code
    page = visit({"room": other})
    page.button(key="room").click().run()
    page.button(key="room_leave").click().run()
    assert page.session_state["is"] is None and rooms.look(other).people == 0
    # The browser goes back to where the address has the room in it.
    for address in (other, other.lower()):
        page.session_state["_page"] = ""
        page.query_params["room"] = address
        page.run()
        assert page.session_state["is"] is None and rooms.look(other).people == 0


def test_whoever_enters_another_room_leaves_the_first(rooms):
    first, second = rooms.open("teacher").code, rooms.open("teacher").code
    page = visit({"room": first})
    page.session_state["_page"] = ""
    page.query_params["room"] = second
    page.run()
    assert page.session_state["is"].code == second
    assert (rooms.look(first).people, rooms.look(second).people) == (0, 1)


@given(st.dictionaries(st.sampled_from(["room", "view", "units", "code", "x"]), st.text(max_size=20), max_size=5))
def test_a_call_has_nothing_that_is_the_hosts_alone(query):
    from urllib.parse import parse_qsl, urlencode

    for location in (f"/?{urlencode(query)}", f"/paste?{urlencode(query)}"):
        brought = room.for_members(location)
        kept = dict(parse_qsl(brought.partition("?")[2]))
        assert "room" not in kept and kept.get("view") != "present"
        assert {
            name: value for name, value in query.items() if value and name != "room"
        } == kept or "present" in query.values()
        assert checked_address(brought) == brought


def test_an_answer_without_a_room_or_of_a_host_counts_nowhere(rooms):
    code = rooms.open("teacher").code

    def page_that_answers():
        from explorer.ui.state import address, room

        address.take(lambda run: None)
        room.answer("quiz/1", 1)
        room.answer("quiz/1", 0)

    for visitor, query in (("one", {"room": code}), ("two", {}), ("teacher", {"room": code})):
        page = AppTest.from_function(page_that_answers, default_timeout=30)
        page.query_params.update(query)
        page.session_state["_visitor"] = visitor
        page.run()
        assert not page.exception
    assert rooms.tally(code, "quiz/1").counts == (0, 1)


def test_a_step_that_is_done_is_told_where_the_host_has_called_for_it(rooms):
    opened = rooms.open("teacher")

    def page_of_a_lesson():
        import streamlit as st

        from explorer.ui.state import address, lesson_place

        address.take(lambda run: None)
        lesson_place.note_done()
        st.session_state["at"] = lesson_place.query()

    def come(visitor: str, step: str) -> AppTest:
        page = AppTest.from_function(page_of_a_lesson, default_timeout=30)
        page.query_params.update({"room": opened.code, "lesson": "return_sequences", "step": step})
        page.session_state["_visitor"] = visitor
        page.run()
        assert not page.exception
        return page

    rooms.bring(opened.code, opened.host, "/?units=8&lesson=return_sequences&step=2#code=x")
    for visitor, step in (("one", "2"), ("two", "1"), ("teacher", "2")):
        assert come(visitor, step).session_state["at"] == {"lesson": "return_sequences", "step": step}
    assert rooms.look(opened.code).done == 1


def test_one_address_takes_not_all_rooms_with_forged_cookies(rooms):
    openers = Openers()
    opened = [openers.open(rooms, f"forged {number}", "192.0.2.1") for number in range(ROOMS_OF_AN_ADDRESS)]
    with pytest.raises(RoomRefused, match="Your network has 20 rooms open"):
        openers.open(rooms, "forged once more", "192.0.2.1")
    openers.open(rooms, "teacher", "192.0.2.2")
    rooms.end(opened[0].code, opened[0].host)
    openers.open(rooms, "forged once more", "192.0.2.1")


def locked(*_):
    raise DatabaseUnavailable(LOCKED)


def page_that_does():
    """What is in "do" of the session's state is done, one after the other, as by callbacks of the page."""
    import streamlit as st

    from explorer.ui.state import address, room

    address.take(lambda run: None)
    for name, *values in st.session_state.get("do", ()):
        room.set_notice(getattr(room, name)(*values) or "")
    st.session_state["told"] = st.session_state.pop("_room_told", "")


def do(page: AppTest, *what: tuple) -> str:
    """Returns what the bar says of it."""
    page.session_state["do"] = what
    page.run()
    assert not page.exception
    return page.session_state["told"]


def test_a_locked_database_keeps_nobody_out_of_the_room_for_good(rooms, monkeypatch):
    code = rooms.open("teacher").code
    with monkeypatch.context() as lock:
        lock.setattr(rooms, "join", locked)
        page = visit({"room": code.lower()})
        assert said(page) == f"{LOCKED} You come into the room {code} when you reload the page."
        assert page.session_state["is"] is None and page.query_params["room"] == code
    # As a reload does, with the address that was kept.
    assert visit(dict(page.query_params)).session_state["is"].code == code
    page.session_state["_page"] = ""
    page.run()
    assert page.session_state["is"].code == code and said(page) == ""


def test_what_was_not_counted_is_told_and_can_be_said_again(rooms, monkeypatch):
    code = rooms.open("teacher").code
    page = AppTest.from_function(page_that_does, default_timeout=30)
    page.query_params["room"] = code
    page.session_state["_visitor"] = "one"
    page.run()
    with monkeypatch.context() as lock:
        lock.setattr(rooms, "answer", locked)
        assert do(page, ("mark_done", 0)) == f"{LOCKED} {room.NOT_DONE}" and "_room_done" not in page.session_state
        assert do(page, ("answer", "quiz/1", 0)) == f"{LOCKED} {room.NOT_COUNTED}"
    assert do(page, ("mark_done", 0), ("answer", "quiz/1", 0)) == "" and page.session_state["_room_done"] == [code, 0]
    assert rooms.look(code).done == 1
    assert "first 12 choices" in do(page, ("answer", "quiz/2", MOST_CHOICES))
    assert "name has letters" in do(page, ("answer", "a question", 0))
    # In another tab of the same browser.
    rooms.leave(code, member_of(code, "one"))
    assert do(page, ("mark_done", 1)) == f"You are not in the room {code} any more. {room.NOT_COUNTED}"
    assert page.session_state["_room_done"] == [code, 0]


def test_a_call_that_could_not_be_made_brings_nobody_and_says_so(rooms, monkeypatch):
    page = AppTest.from_function(page_that_does, default_timeout=30)
    page.session_state["_visitor"] = "teacher"
    page.query_params["room"] = rooms.open("teacher").code
    page.run()
    monkeypatch.setattr(rooms, "bring", locked)
    assert do(page, ("bring", "/?units=8")) == f"{LOCKED} {room.NOBODY_BROUGHT}"


def test_every_question_of_a_lesson_can_be_asked_in_a_room():
    for lesson in LESSONS.values():
        for number, step in enumerate(lesson.steps, 1):
            assert is_question(lesson_place.name_in_room(lesson.name, number))
            assert step.prediction is None or len(step.prediction.answers) <= MOST_CHOICES


def test_the_list_of_lessons_opened_by_a_link_into_a_room_has_its_bar(rooms):
    code = rooms.open("teacher").code
    page = AppTest.from_file(lesson_steps.FILES["lessons"], default_timeout=30)
    page.query_params["room"] = code
    page.session_state["_visitor"] = "one"
    page.run()
    assert not page.exception and rooms.look(code).people == 1
    place = next(each for each in page.main if getattr(each.proto, "id", "").endswith("room_place"))
    assert len(place.children) == 1
