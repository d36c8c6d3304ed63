"""Code as people copy it, with prompts, the magic lines of notebooks, or as a notebook's file: the same as Python."""

from __future__ import annotations

import re

from explorer.notebook import NoNotebook, code_of, looks_like_one

_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)|^(?:In|Out) ?\[\d*\]: ?|^ {3,}\.{3,}: ?")
# What stands above a cell, where its code begins on the next line.
_HEADER = re.compile(r"^(In|Out) ?\[[\d* ]*\]:?\s*$")
_MAGIC = re.compile(r"^(\s*)(?:%%?|!|\?)\s*\w.*$|^(\s*)[\w.]+\?{1,2}\s*$")
_CAPTURE = re.compile(r"^(\s*\w[\w, ]*=\s*)[!%].*$")
_PRINT = re.compile(r"^(\s*)print\s+(?![(=.,])(.+?)\s*$")


def as_python(code: str) -> str:
    """The code without what is no Python, each line where it was; the code itself where there is nothing of that.

    >>> as_python(">>> import keras\\n>>> 1 + 1\\n2\\n")
    'import keras\\n1 + 1\\n# 2\\n'
    >>> as_python("%matplotlib inline\\n!pip install keras\\nx = 1\\n")
    'pass  # %matplotlib inline\\npass  # !pip install keras\\nx = 1\\n'
    >>> as_python("In [1]:\\nx = 1\\nx\\nOut[1]:\\n1\\nIn [2]:\\ny = x\\n")
    '# In [1]:\\nx = 1\\nx\\n# Out[1]:\\n# 1\\n# In [2]:\\ny = x\\n'
    """
    if looks_like_one(code):
        try:
            code = code_of(code)
        except NoNotebook:
            return code
    lines = code.split("\n")
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if _HEADER.match(first):
        lines = _without_headers(lines)
    elif _PROMPT.match(first):
        lines = [_without_prompt(line) for line in lines]
    return "\n".join(_plain(line) for line in lines)


def _without_prompt(line: str) -> str:
    found = _PROMPT.match(line)
    if found is None:
        # What is printed between two prompts.
        return f"# {line}" if line.strip() else line
    return line[found.end() :] if not line.startswith("Out") else f"# {line}"


def _without_headers(lines: list[str]) -> list[str]:
    """Cells below their `In [1]:`; what stands below an `Out[1]:` was printed."""
    found, printed = [], False
    for line in lines:
        header = _HEADER.match(line)
        printed = header[1] == "Out" if header else printed
        found.append(f"# {line}" if (header or printed) and line.strip() else line)
    return found


def _plain(line: str) -> str:
    if (found := _MAGIC.match(line)) is not None:
        return f"{found[1] or found[2] or ''}pass  # {line.strip()}"
    if (found := _CAPTURE.match(line)) is not None:
        return f"{found[1]}None  # {line.strip()}"
    # The statement of Python 2.
    if (found := _PRINT.match(line)) is not None and not line.rstrip().endswith(("\\", ",")):
        return f"{found[1]}print({found[2]})"
    return line
