"""Text that Streamlit shows as it stands."""

from __future__ import annotations

import re

# A space of no width: it keeps apart what together would be a mark.
_APART = "\u200b"
# Addresses of pages and of people become links without any mark around them, and that is looked for after marks that
# were escaped, and characters that were written by their names (&colon;), have become what they stand for.
_ADDRESS = re.compile(r"(?i)(www(?=\.)|:(?=//)|@(?=[\w-]))")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~$<>:&-])")


def plain(text: str) -> str:
    """The text with its marks escaped: what came from an address or from a model must not become a link or a picture."""
    return _MARKS.sub(r"\\\1", _ADDRESS.sub(rf"\1{_APART}", text))


def marked(sentence: str) -> str:
    """A sentence for Markdown: what stands between backticks is a name, all else is text.

    A name may have backticks of its own, as it comes from whoever wrote the code; then other parts of the sentence are
    taken for names, but nothing is taken for a mark.
    """
    # An empty line would end the code that a name is written as.
    pieces = " ".join(sentence.split()).split("`")
    return "".join(_name(piece) if place % 2 else plain(piece) for place, piece in enumerate(pieces)).replace("``", _SPLIT)


# Backticks in a row would be one mark, which another row of as many ends.
_SPLIT = f"`{_APART}`"


def _name(text: str) -> str:
    # Code with nothing in it has no form in Markdown.
    return f"`{text}`" if text.strip() else plain(f"`{text}`")
