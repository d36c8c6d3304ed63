"""Text of strangers in Markdown, read by a reader of Markdown that is not ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from explorer.ui.front_end.markdown import marked, plain

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TEXT = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak", "hardbreak", "code_inline"}
# What GitHub's dialect, which Streamlit reads, makes links of in text that has been read already:
# mdast-util-gfm-autolink-literal, transformGfmAutolinkLiterals.
ADDRESSES = (
    re.compile(r"(?i)(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)"),
    re.compile(r"(?:^|(?<=[\s\W_]))([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)"),
)
# Pieces of which marks are made, so that whole ones are soon met.
HOSTILE = st.lists(
    st.sampled_from(
        [
            *("`", "``", "```", "[", "](", ")", "!", "<", ">", "\\", "*", "_", "$", "~", "|", ":", "#", "-", "\n", " ", "x"),
            *("http://", "https://a.bc/", "//", "www.", "a.bc", "a@b.cd", "<img src=x>", ":red["),
            *("&colon;", "&lt;", "&commat;", "&#58;"),
        ]
    ),
    max_size=14,
).map("".join)


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def assert_is_text(markdown: str) -> None:
    tokens = list(flat(READER.parse(markdown)))
    assert {token.type for token in tokens} <= TEXT, markdown
    read = "".join(
        token.content if token.type in ("text", "text_special") else "\0" for token in tokens[1:] if not token.children
    )
    for address in ADDRESSES:
        assert not address.search(read), markdown


@given(HOSTILE)
@settings(max_examples=400, deadline=None, derandomize=True)
@example("`` ![x](http://a.bc) `")
@example("``![x](http://a.bc)")
@example("http&colon;//a.bc")
@example("someone@school.org")
def test_no_name_in_a_sentence_becomes_a_link_a_picture_or_html(name):
    assert_is_text(f"Layer {marked(f'`{name}` takes (batch, time), and `{name}x` comes.')}")


@given(HOSTILE | st.text(max_size=40))
@settings(max_examples=400, deadline=None, derandomize=True)
@example("http&colon;//a.bc")
@example("www&period;a.bc")
def test_no_text_becomes_a_link_a_picture_or_html(text):
    # A paragraph begins with words of ours wherever this is used.
    assert_is_text(f"Layer {plain(' '.join(text.split()))}")


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("`GRU` takes `x`.", [("code_inline", "GRU"), ("text", " takes "), ("code_inline", "x"), ("text", ".")]),
        ("`a``b`", [("code_inline", "a"), ("text", "\u200b"), ("code_inline", "b")]),
        ("2 * 3 = <6> & more", [("text", "2 * 3 = <6> & more")]),
    ],
)
def test_what_is_no_mark_is_read_as_it_stands(sentence, shown):
    (inline,) = [token for token in READER.parse(marked(sentence)) if token.type == "inline"]
    assert [(token.type, token.content) for token in inline.children] == shown
