"""Text from outside as text that can be sent to a browser."""

from __future__ import annotations


def whole(text: str) -> str:
    """The text with a question mark for each lone half of a surrogate pair: JSON may hold one, and no message to a browser.

    >>> whole("caf\\u00e9 \\ud83d")
    'café ?'
    """
    return text.encode(errors="replace").decode()
