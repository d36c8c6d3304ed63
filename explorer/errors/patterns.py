"""A message as data: its words, and what stands between them.

"expected ndim={expected:number}, found ndim={found:number}" names the numbers of a message; "..." is any text of at most
200 characters. Quotes do not count, and upper and lower case are the same.

Nothing repeats within a repetition, each repetition has an end, and a message has at most two gaps: however a text was made,
the time to look through it grows as the text does.
"""

from __future__ import annotations

import re

_QUOTES = re.compile("['\"`´‘’“”]")
_PART = re.compile(r"\{(\w+):(\w+)\}|(\.\.\.)| ")
MOST_GAPS = 2
# What a part of a message may be, by the name that families call it by.
TYPES = {
    "number": r"\d{1,9}",
    "size": r"(?:\d{1,9}|None|\?)",
    "shape": r"[(\[][^()\[\]{}]{0,120}[)\]]",
    # A shape that may have been written without its batch, as Keras 2 did where it checked data.
    "part": r"[(\[][^()\[\]{}]{0,120}[)\]]",
    "word": r"[\w.:/<>-]{1,80}",
    "sign": r"[-+*/%@]{1,2}",
    "keys": r"\{[^{}]{1,200}\}",
}


def compiled(message: str) -> re.Pattern[str]:
    """The expression that finds a message in a cleaned text. Raises ValueError for a message that is no such.

    >>> compiled("found `ndim`={n:number}").search("Found ndim=2")["n"]
    '2'
    """
    text = _QUOTES.sub("", message.strip())
    found, at, gaps = [], 0, 0
    for part in _PART.finditer(text):
        found.append(re.escape(text[at : part.start()]))
        if part[3]:
            gaps += 1
            found.append(r".{0,200}?")
        elif part[1]:
            if part[2] not in TYPES:
                raise ValueError(f"“{message}” has a part of the type “{part[2]}”; a type is one of: {', '.join(TYPES)}.")
            found.append(f"(?P<{part[1]}>{TYPES[part[2]]})")
        else:
            # A line that was broken may have lost its space.
            found.append(" ?")
        at = part.end()
    if gaps > MOST_GAPS:
        raise ValueError(f"“{message}” has {gaps} gaps, and may have {MOST_GAPS}.")
    if not text or text.startswith(("...", "{")):
        raise ValueError(f"“{message}” must begin with a word, so that it is found fast.")
    return re.compile("".join(found) + re.escape(text[at:]), re.IGNORECASE)


def types(message: str) -> dict[str, str]:
    """The names of the parts of a message, each with its type."""
    return {part[1]: part[2] for part in _PART.finditer(message) if part[1]}
