"""Text that Streamlit shows as it stands."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """The text with its marks escaped: what came from an address or from a model must not become a link or a picture."""
    # Bare addresses become links even so; a space of no width within keeps them words.
    text = re.sub(r"(?i)(www|:)(?=\.|//)", "\\1\u200b", text)
    return re.sub(r"([\\`*_{}\[\]()#+!|~$<>:-])", r"\\\1", text)


def marked(sentence: str) -> str:
    """A sentence for Markdown: what stands between backticks is a name, all else is text."""
    # An empty line would end the code that a name is written as, and a name comes from whoever wrote the code.
    pieces = " ".join(sentence.split()).split("`")
    return "".join(f"`{piece}`" if place % 2 else plain(piece) for place, piece in enumerate(pieces))
