"""What was wrong with an address, beside the links of the pages: two lines at most, the rest folded, so that nothing below
moves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from explorer.ui.front_end.assets import ASSETS

# A sentence that is longer may not fit into two lines.
LONG = 100


def notice(sentences: Sequence[str]) -> None:
    """Draw the sentences, none for nothing. Its place is there in any case (assets/layout.css)."""
    with st.container(key="notice"):
        if sentences:
            # Only with it, as it gives Streamlit's header another look.
            st.html(ASSETS / "notice.css")
            st.html(markup(sentences))


def markup(sentences: Sequence[str]) -> str:
    """The first sentence, and the others where somebody unfolds them, as HTML."""
    first, *others = map(escape, sentences)
    if not others and len(sentences[0]) <= LONG:
        return f'<p class="explorer-notice">{first}</p>'
    more = f"{len(others)} more" if others else "more"
    rest = "".join(f"<p>{each}</p>" for each in others)
    summary = f"<summary><span>{first}</span><b>{more}</b><b>less</b></summary>"
    return f'<details class="explorer-notice">{summary}{rest}</details>'
