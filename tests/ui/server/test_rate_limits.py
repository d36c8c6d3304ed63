"""How often may be asked: who is one visitor, who waits, who is refused, and that nobody fills the memory."""

from __future__ import annotations

import asyncio
import secrets
import time

from explorer.ui.server import rate_limits, requests
from explorer.ui.server.edge import Edge
from explorer.ui.server.hosts import Hosts
from explorer.ui.server.rate_limits import MESSAGE, NEWCOMER, RATES, RateLimits
from tests.completing import completed

HERE = "192.0.2.1"


def count(limits: RateLimits, kind: str, askers: list) -> int:
    """How many of the requests are let in at once."""

    async def ask_all() -> int:
        return sum(refusal is None for refusal in await asyncio.gather(*(limits.wait(kind, each) for each in askers)))

    return completed(ask_all())


def test_a_class_of_200_behind_one_address_meets_no_limit():
    limits = RateLimits(hold=0.0)
    pupils = [limits.asker(HERE, secrets.token_hex(16)) for _ in range(200)]
    assert all(pupil.visitor for pupil in pupils)
    for kind in (requests.PAGE, requests.SESSION, requests.LIVE, requests.SHAPES):
        assert count(limits, kind, pupils) == 200
    assert count(limits, requests.STATIC, pupils * 50) == 10_000
    # Their first request comes before they have a cookie.
    assert count(limits, requests.PAGE, [limits.asker(HERE, "")] * 200) == 200


def test_a_fresh_cookie_for_each_request_is_no_way_around():
    limits = RateLimits(hold=0.0)
    forged = [limits.asker(HERE, secrets.token_hex(16)) for _ in range(3000)]
    assert sum(bool(each.visitor) for each in forged) == NEWCOMER.amount
    # All the others share what those without a cookie have.
    assert len({each.key for each in forged}) == NEWCOMER.amount + 1
    (per_address,) = RATES[requests.SHAPES].address
    assert count(limits, requests.SHAPES, forged) <= per_address.amount
    # Another address has lost nothing by it.
    assert count(limits, requests.SHAPES, [limits.asker("192.0.2.2", secrets.token_hex(16))]) == 1


def test_who_floods_takes_nothing_from_another_visitor_of_the_address():
    limits = RateLimits(hold=0.0)
    flooder, other = (limits.asker(HERE, secrets.token_hex(16)) for _ in range(2))
    for kind in RATES:
        assert count(limits, kind, [flooder] * 5000) < 2500
        assert count(limits, kind, [other]) == 1


def test_a_burst_is_held_back_and_then_answered():
    limits = RateLimits()
    person = limits.asker(HERE, secrets.token_hex(16))
    begun = time.monotonic()
    # Ten tabs at once: more than a second's four sessions, less than what would be refused.
    assert count(limits, requests.SESSION, [person] * 10) == 10
    assert time.monotonic() - begun > 0.5


def test_a_refusal_says_when_to_come_again_and_only_so_many_are_held():
    limits = RateLimits(hold=0.05)
    flooder = limits.asker(HERE, secrets.token_hex(16))

    async def flood():
        begun = time.monotonic()
        tasks = [asyncio.ensure_future(limits.wait(requests.SHAPES, flooder)) for _ in range(3000)]
        await asyncio.sleep(0)
        at_once = [task.result() for task in tasks if task.done()]
        return at_once, await asyncio.gather(*tasks), time.monotonic() - begun

    at_once, every, seconds = completed(flood())
    refused = [refusal for refusal in at_once if refusal]
    # A slow machine is asked for longer than the second that a limit counts.
    let_in = len(at_once) - len(refused)
    assert len(refused) == 3000 - let_in - rate_limits.MOST_HELD["visitor"]
    assert let_in >= RATES[requests.SHAPES].visitor[0].amount
    assert all(each.status == 429 and 1 <= each.retry_after <= 60 and each.close for each in refused)
    # Of so many at once each is held longer than one would be, so that they come again the more slowly.
    assert seconds > 0.05 * (rate_limits.MOST_HELD["visitor"] // rate_limits.HELD_FOR_MORE)
    assert sum(refusal is None for refusal in every) <= (2 + seconds) * RATES[requests.SHAPES].visitor[0].amount
    assert not limits._held


def test_messages_of_an_open_page_are_late_and_never_lost():
    limits = RateLimits()
    person = limits.asker(HERE, secrets.token_hex(16))
    (rate,) = RATES[MESSAGE].visitor

    async def send_all():
        tasks = [asyncio.ensure_future(limits.delay(person)) for _ in range(rate.amount + 5)]
        await asyncio.sleep(0.05)
        at_once = sum(task.done() for task in tasks)
        await asyncio.gather(*tasks)
        return at_once

    assert completed(send_all()) == rate.amount


def test_only_so_many_of_a_visitors_requests_are_answered_at_a_time():
    limits = RateLimits(hold=0.0)
    person = limits.asker(HERE, secrets.token_hex(16))
    most = RATES[requests.SHAPES].at_once
    with_room = []

    def enter(depth: int) -> None:
        with_room.append(count(limits, requests.SHAPES, [person]))
        if with_room[-1]:
            with limits.answering(requests.SHAPES, person):
                enter(depth + 1)

    enter(0)
    assert with_room == [1] * most + [0]
    assert count(limits, requests.SHAPES, [person]) == 1
    assert not limits._busy


def test_ever_new_visitors_fill_no_memory(monkeypatch):
    monkeypatch.setattr(rate_limits, "MOST_ADMITTED", 50)
    limits = RateLimits(hold=0.0)
    for number in range(500):
        limits.asker(f"192.0.2.{number % 250}", secrets.token_hex(16))
    assert len(limits._admitted) == 50


def asked(app, **scope) -> tuple[int, str]:
    """Status and body of the edge's answer to a request for an application behind it."""
    sent = []

    async def send(message):
        sent.append(message)

    whole = {"type": "http", "method": "GET", "scheme": "http", "path": "/shapes", "query_string": b"", "client": (HERE, 1)}
    whole |= {"headers": [(b"host", b"localhost")], "state": {}} | scope
    completed(Edge(app, Hosts("127.0.0.1", {}))(whole, None, send))
    return sent[0]["status"], b"".join(message["body"] for message in sent[1:]).decode()


def test_an_exception_in_a_route_is_a_sentence_and_its_traceback_stays_in_the_log(caplog):
    async def fails(scope, receive, send):
        raise RuntimeError(f"secret of {__file__}")

    status, body = asked(fails)
    assert status == 500
    assert body == "Something failed in the server while it answered. Its log says what; try again."
    assert "secret of" in caplog.text


def test_a_route_that_answers_is_reached_once_with_nothing_for_streamlit_to_look_up():
    seen = []

    async def answers(scope, receive, send):
        seen.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes"})

    headers = [(b"host", b"localhost:8501"), (b"origin", b"http://localhost:8501"), (b"sec-fetch-site", b"same-origin")]
    assert asked(answers, headers=headers) == (200, "yes")
    assert [name for name, _ in seen[0]["headers"]] == [b"host", b"sec-fetch-site"]
