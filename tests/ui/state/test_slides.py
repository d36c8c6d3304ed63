"""A list of slides in a link: there and back, and what is no such list."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.catalog.presets import PRESETS
from explorer.ui.state.slides import (
    LONGEST_NAME,
    MOST_IN_A_LINK,
    MOST_SLIDES,
    MOST_UNPACKED,
    Slide,
    WrongSlides,
    pack,
    unpack,
)

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=20)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.builds(Slide, WORDS, st.dictionaries(WORDS.filter(bool), VALUES, max_size=4)), min_size=1, max_size=5))
def test_slides_are_the_same_after_a_link(slides):
    text = pack(slides)
    assert text.isascii() and unpack(text) == slides


def test_as_many_presets_as_a_talk_has_fit_into_a_link():
    states = [Slide(preset.title, {**preset.experiment.to_query(), "view": "chain"}) for preset in PRESETS.values()]
    slides = (states * MOST_SLIDES)[:MOST_SLIDES]
    assert unpack(pack(slides)) == slides
    with pytest.raises(WrongSlides, match=f"at most {MOST_SLIDES} slides"):
        pack([*slides, slides[0]])


def packed(data: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.urlsafe_b64encode(packer.compress(data) + packer.flush()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cut short"),
        ("ä%", "cut short"),
        (packed(b"[[]]")[:-2], "cut short"),
        (packed(b"\xff"), "cut short"),
        (packed(b"[" * 50_000), "cut short"),
        (packed(b"{}"), "something else than slides"),
        (packed(b'[["name"], "state", ["one", 2]]'), "something else than slides"),
        (packed(json.dumps([["many", "a=1&" * 100]]).encode()), "something else than slides"),
        (packed(b"\0" * 1_000_000), f"longer than {MOST_UNPACKED:,} characters"),
        ("A" * (MOST_IN_A_LINK + 1), f"at most {MOST_IN_A_LINK:,} are read"),
    ],
    ids=range(10),
)
def test_what_is_no_list_is_told(text, words):
    with pytest.raises(WrongSlides, match=words):
        unpack(text)


def test_a_list_is_read_within_its_bounds():
    many = packed(json.dumps([["\ud800 a\n b" + "x" * 200, "units=7&fix=" + "y" * 600]] * 60).encode())
    slides = unpack(many)
    assert len(slides) == MOST_SLIDES
    assert slides[0].name.startswith("? a b") and len(slides[0].name) <= LONGEST_NAME
    assert slides[0].query["units"] == "7" and len(slides[0].query["fix"]) == 400


@given(st.text(max_size=200))
def test_any_text_is_read_or_told(text):
    try:
        assert unpack(text)
    except WrongSlides as error:
        assert str(error).endswith(".")
