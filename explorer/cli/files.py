"""The text that a command is given: a file, or standard input."""

from __future__ import annotations

import sys

import click

# Far more than any script or traceback has; what is longer, or never ends, is not read to its end.
MOST_CHARACTERS = 10_000_000


def read_text(file: str, errors: str = "strict") -> str:
    """The text of `file`, - for standard input. errors: what becomes of bytes that are no UTF-8, as in `open`.

    Raises ValueError with a sentence for what cannot be read, is no text, or is longer than `MOST_CHARACTERS`.
    """
    if file == "-" and sys.stdin is None:
        raise ValueError("Standard input is closed. Name a file, or write a text into standard input.")
    try:
        with click.open_file(file, encoding="utf-8", errors=errors) as stream:
            text = str(stream.read(MOST_CHARACTERS + 1))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise ValueError(f"The file “{file}” cannot be read: {reason}.") from error
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"The file “{file}” has more than {MOST_CHARACTERS:,} characters. Take the part that matters.")
    return text
