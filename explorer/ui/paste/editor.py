"""The editor of the page "Paste": one text with its lines numbered and marked, checked while somebody types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.tensors.text import count
from explorer.ui.front_end.letters import whole
from explorer.ui.front_end.modules import component, styles
from explorer.ui.front_end.streamlit_internals import uninterrupted
from explorer.ui.paste import received as paste_received
from explorer.ui.paste.asked import asks
from explorer.ui.paste.problems import title_of
from explorer.ui.state import paste_state
from explorer.ui.state.paste_fields import MOST_CHARACTERS

# More than is read may be pasted, so that a sentence can say how much too long it is.
MOST_TYPED = 5 * MOST_CHARACTERS
# A message of a browser has at most 500 kB.
MOST_OF_A_FILE = 200_000
WORDS = {
    "label": "Your code",
    "help": "A file of Python, or a notebook (.ipynb). You can also drop it on the editor.",
    "placeholder": "Paste your script, or drop a file here: .py, .txt or .ipynb",
    "open": "Open a file",
    "tooLong": f"This file is too long: at most {MOST_OF_A_FILE:,} characters are taken. Paste the part with the model.",
}
_EDITOR = st.components.v2.component(
    "explorer_editor", css=styles(("axes.css", "editor.css")), js=component("editor.js"), isolate_styles=False
)


def editor(code: str, report: Mapping[str, Any] | None) -> None:
    """Draw the editor. report: of a check of this very code, None where there is none."""
    kept = st.session_state["_paste"]
    found = marks(report) if report else []
    skipped = len(report["not_followed"]) if report else 0
    described = [f"Line {each['line']}: {each['words']}." for each in found if each["kind"] == "problem"]
    words = WORDS | {
        "told": f"{count(skipped, 'lines')} not followed" if skipped else "",
        "described": " ".join(described) or "The code is read, and never executed. It is checked while you type.",
    }
    data = {
        "code": code,
        "put": kept["put"],
        "untouched": kept["untouched"],
        "marks": found,
        "layers": layer_lines(report) if report else [],
        "asks": asks(report, code) if report else [],
        "most": MOST_TYPED,
        "mostOfFile": MOST_OF_A_FILE,
        "words": words,
    }
    _EDITOR(
        data=data, key="editor", on_typed_change=_typed, on_given_change=_given, on_file_change=_file, on_link_change=_link
    )


def marks(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines to mark: of problems, each with what it is in a few words, of what is asked for, of what was not followed.

    >>> problem = {"line": 7, "kind": "mask_lost"}
    >>> marks({"problems": [problem], "asked": [], "not_followed": [{"line": 3, "why": "It is a file."}]})[0]["words"]
    'The mask is lost'
    """
    # What is asked for has a mark of its own.
    asked = {each["line"] for each in report["asked"]}
    wrong = [each for each in report["problems"] if each["line"] and each["line"] not in asked]
    found = [
        {
            "line": each["line"],
            "kind": "problem",
            "problem": each["kind"],
            "words": title_of(each),
            "says": _message(each),
        }
        for each in wrong
    ]
    found += [{"line": each["line"], "kind": "asked", "problem": "", "words": ""} for each in report["asked"]]
    return found + [{"line": each["line"], "kind": "skipped", "problem": "", "words": ""} for each in report["not_followed"]]


def _message(problem: Mapping[str, Any]) -> str:
    """The problem as it stands below its line, where no letters look like code."""
    return str(problem.get("message", "")).replace("`", "")


def layer_lines(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where each layer is made: its name in the chain, and its line."""
    return [{"name": layer["name"], "line": layer["line"]} for layer in report["layers"] if "line" in layer]


def _sent(name: str) -> dict[str, Any]:
    """What the editor has sent, whatever a browser sends."""
    # Whoever leaves the page while it sends finds no editor any more.
    found = st.session_state.get("editor", {}).get(name)
    sent = found if isinstance(found, dict) else {}
    return {key: whole(value) if isinstance(value, str) else value for key, value in sent.items()}


@uninterrupted()
def _typed() -> None:
    sent = _sent("typed")
    if isinstance(sent.get("code"), str):
        paste_received.type_code(sent["code"][: MOST_TYPED + 1], sent.get("put"))


@uninterrupted()
def _given() -> None:
    sent = _sent("given")
    if isinstance(sent.get("name"), str) and isinstance(sent.get("text"), str):
        paste_state.give_size(sent["name"][:100], sent["text"][:100])


@uninterrupted()
def _link() -> None:
    fragment = _sent("link").get("fragment")
    if isinstance(fragment, str):
        paste_received.open_link(fragment)


@uninterrupted()
def _file() -> None:
    sent = _sent("file")
    if isinstance(sent.get("name"), str) and isinstance(sent.get("text"), str):
        paste_received.open_file(sent["name"], sent["text"][:MOST_OF_A_FILE])
