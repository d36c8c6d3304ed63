"""The visitor's own code on the page "Paste": kept while another one is put into the fields, so that a click brings it back.

What is kept is `st.session_state["_paste"]`, as `paste_state` has it: `before` are the fields and the batch size that the
click brings back, None for none; `brought` is the code that an address or a click put into the fields last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from explorer.catalog.examples import EXAMPLES
from explorer.ui.front_end.differences import share_in_common
from explorer.ui.state.paste_fields import MOST_CHARACTERS

FIELDS = ("code", "x", "y", "loss")
# Of two codes with so many of their own lines in common, one is the other after some changes.
SAME_CODE = 0.6


@contextmanager
def keeping_own(kept: dict[str, Any]) -> Iterator[None]:
    """While a code that the visitor has not written is put into the fields."""
    own = own_of(kept)
    yield
    kept.update(before=own, brought=st.session_state["code"])


def is_own(kept: dict[str, Any]) -> bool:
    """Whether what stands in the fields is of the visitor's own, and neither an example nor what was brought."""
    now = st.session_state.get("code")
    return not is_an_example(now) and now != kept["brought"]


def own_of(kept: dict[str, Any]) -> list[Any] | None:
    """The code of the visitor's own, as `before`: what stands in the fields, or what stood there before its first fix, or
    before another code was brought; None for none."""
    now, before = [*(st.session_state.get(name) for name in FIELDS), kept["batch_size"]], kept["before"]
    if not before or is_an_example(before[0]):
        return None if is_an_example(now[0]) else now
    # Two calls one after the other: the code of the first is nobody's own here.
    return now if is_own(kept) and not is_changed_code(before[0], now[0]) else list(before)


def is_changed_code(before: str | None, now: str | None) -> bool:
    """Whether one code is the other after some changes. What is too long to be read is none."""
    return share_in_common(*(_own_lines((code or "")[: MOST_CHARACTERS + 1]) for code in (before, now))) >= SAME_CODE


def is_an_example(code: str | None) -> bool:
    """Whether it is nothing more than an example of the catalog, or empty."""
    own = (code or "").strip()
    return not own or any(each.code.strip() == own for each in EXAMPLES.values())


def _own_lines(code: str) -> str:
    """A code without what every code has: imports, empty lines and closing brackets."""
    lines = [line.strip() for line in code.splitlines()]
    return "\n".join(line for line in lines if line.strip("()[]{},") and not line.startswith(("import ", "from ")))
