"""A test of many cases goes through all of them and names each that fails."""

from __future__ import annotations

import inspect

import pytest

from tests.for_all import for_all


def test_every_case_that_fails_is_named_and_the_others_are_gone_through():
    seen = []

    @for_all("sign", [1, -1])
    @for_all(("number", "limit"), [(1, 2), (5, 2), (7, 2)], ids=["one", "five", "seven"])
    def a_test(number, limit, sign, fixture):
        seen.append((number, sign, fixture))
        if number == 7:
            pytest.fail("It is seven.")
        assert number < limit

    with pytest.raises(ExceptionGroup, match="2 of 2 cases fail: 1, -1") as raised:
        a_test(fixture="made")
    assert seen == [(number, sign, "made") for sign in (1, -1) for number in (1, 5, 7)]
    first, _ = raised.value.exceptions
    assert "2 of 3 cases fail: five, seven" in str(first)
    assert [str(each).split("\n")[0] for each in first.exceptions] == ["assert 5 < 2", "It is seven."]


def test_the_name_of_a_case_is_no_fixture():
    @for_all("case", [1])
    def a_test(case, monkeypatch):
        """What it is about."""

    names = inspect.signature(a_test).parameters
    assert list(names) == ["monkeypatch"] and a_test.__doc__ == "What it is about."


def test_a_test_without_a_case_fails():
    @for_all("case", [])
    def a_test(case):
        pass

    with pytest.raises(AssertionError, match="no case"):
        a_test()


def test_a_case_is_named_as_ids_say():
    @for_all(("flow", "layer"), [("all", int)], ids=lambda each: each if isinstance(each, str) else each.__name__)
    def named(flow, layer):
        raise AssertionError

    @for_all(("flow", "layer"), [("all", int)])
    def plain(flow, layer):
        raise AssertionError

    for a_test in (named, plain):
        with pytest.raises(ExceptionGroup, match="1 of 1 cases fail: all-int"):
            a_test()
