"""A notebook's file as one Python text: the code cells, one after the other. It is read as text, and nothing of it is run.

Every cell begins with a line of its own, a comment that editors know as the border of a cell, so that a line of the text can
be told as a line of its cell.
"""

from __future__ import annotations

import json
import re

MOST_CELLS = 2_000
_BORDER = re.compile(r"# %% cell (\d+)")


class NoNotebook(ValueError):
    """A file that is no notebook; the text is a sentence that says why, and what to do."""


def looks_like_one(text: str) -> bool:
    """Whether a text is meant as a notebook's file.

    >>> looks_like_one('{"cells": []}'), looks_like_one("cells = {}")
    (True, False)
    """
    return text.lstrip("\ufeff \r\n\t").startswith("{") and '"cells"' in text


def code_of(text: str) -> str:
    """The code cells as one text. Raises NoNotebook.

    >>> code_of('{"cells": [{"cell_type": "markdown", "source": "Title"}, {"cell_type": "code", "source": ["a = 1", "2"]}]}')
    '# %% cell 1\\na = 12\\n'
    """
    try:
        read = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        raise NoNotebook(
            "This notebook cannot be read: its file is no JSON, so it may be cut off. Save it anew, or paste its code cells."
        ) from None
    cells = read.get("cells") if isinstance(read, dict) else None
    if not isinstance(cells, list):
        raise NoNotebook(
            "This notebook has no list of cells, so it is none of version 4. Save it anew in Jupyter, or paste its code."
        )
    sources = [_source(each) for each in cells if isinstance(each, dict) and each.get("cell_type") == "code"]
    if not any(source.strip() for source in sources):
        raise NoNotebook("This notebook has no code cells. Choose one that builds a model.")
    if len(sources) > MOST_CELLS:
        raise NoNotebook(
            f"This notebook has {len(sources):,} code cells, and at most {MOST_CELLS:,} are read. Paste those of the model."
        )
    return "".join(f"# %% cell {number}\n{source.rstrip()}\n" for number, source in enumerate(sources, 1))


def place(code: str, line: int) -> str:
    """Where a line, from 1, of what `code_of` returned stands in the notebook; an empty text for any other code.

    >>> place("# %% cell 1\\na = 1\\n# %% cell 2\\nb = 2\\n", 4), place("a = 1", 1)
    ('cell 2, line 1', '')
    """
    lines = code.split("\n")[:line]
    if not lines or not _BORDER.fullmatch(code.partition("\n")[0]):
        return ""
    at, found = next((at, found) for at in range(len(lines), 0, -1) if (found := _BORDER.fullmatch(lines[at - 1])))
    return f"cell {found[1]}, line {line - at}" if line > at else f"cell {found[1]}"


def _source(cell: dict[str, object]) -> str:
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(each for each in source if isinstance(each, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""
