"""Code in the fragment of a link: there and back, and what is no such link."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.catalog.examples import EXAMPLES
from explorer.ui.state.code_link import FIELDS, MOST_IN_A_LINK, MOST_UNPACKED, PREFIX, WrongLink, fragment_of, read_fragment
from tests.for_all import for_all

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


SHORT = st.text(st.characters(exclude_categories=["Cs"]), max_size=90)


@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, TEXTS)), st.dictionaries(SHORT, SHORT, max_size=5))
def test_code_is_the_same_after_a_link(fields, sizes):
    if not fields["code"]:
        fields["code"] = "x"
    fragment = fragment_of(fields, sizes)
    assert read_fragment(fragment) == read_fragment(f"#{fragment}") == (fields, sizes)


@for_all("name", EXAMPLES)
def test_a_link_to_an_example_is_about_as_short_as_its_code(name):
    code = EXAMPLES[name].code
    fragment = fragment_of({"code": code}, {})
    assert len(fragment) < len(code) * 1.3 and fragment.isascii()
    assert read_fragment(fragment)[0]["code"] == code


def packed(data: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return PREFIX + base64.urlsafe_b64encode(packer.compress(data) + packer.flush()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("", "something else than code="),
        ("main", "something else than code="),
        ("code=", "cut short"),
        ("code=a", "cut short"),
        ("code=ä", "cut short"),
        ("code=%%%", "cut short"),
        (fragment_of({"code": "model = keras.Sequential()" * 9}, {})[:-6], "cut short"),
        (packed(b"\xff\xfe"), "cut short"),
        (packed(b"[" * 100_000), "cut short"),
        (packed(b"[1, 2]"), "something else than code"),
        (packed(json.dumps({"code": 7}).encode()), "something else than code"),
        (packed(b'{"code": "' + b"a" * (MOST_UNPACKED + 1) + b'"}'), f"longer than {MOST_UNPACKED:,} characters"),
        (packed(b"\0" * 50_000_000), f"longer than {MOST_UNPACKED:,} characters"),
        ("code=" + "A" * MOST_IN_A_LINK, f"at most {MOST_IN_A_LINK:,} are read"),
    ],
    ids=range(14),
)
def test_what_is_no_link_to_code_is_told(fragment, words):
    with pytest.raises(WrongLink, match=words):
        read_fragment(fragment)


def test_fields_that_are_no_text_are_left_out():
    fields, sizes = read_fragment(packed(json.dumps({"code": "\ud800", "x": [1], "sizes": {"n": 3, "m": "4"}}).encode()))
    assert fields == {"code": "?", "x": "", "y": "", "loss": ""}
    assert sizes == {"n": "", "m": "4"}


@given(st.text(max_size=300))
def test_any_text_is_read_or_told(text):
    try:
        fields, _ = read_fragment(PREFIX + text)
    except WrongLink as error:
        assert str(error).endswith(".")
    else:
        assert set(fields) == set(FIELDS)
