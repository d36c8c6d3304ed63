"""Looks for messages in a text, and says what the last of them means: the end of a traceback says what stopped Keras."""

from __future__ import annotations

import re

from explorer.catalog.examples import EXAMPLES
from explorer.errors.cleaning import Cleaned, cleaned
from explorer.errors.conditions import holds
from explorer.errors.facts import Facts, read
from explorer.errors.families import FAMILIES, Family, Message, Row
from explorer.errors.found import Cause, Fact, Found
from explorer.notebook import looks_like_one
from explorer.report import TITLES

# How far around a message what belongs to it is looked for.
_BEFORE, _BEHIND = 600, 900
_ERROR = re.compile(r"\b[A-Z]\w{2,40}(?:Error|Exception)\b ?:? ?.{0,200}")
# An error with its message, and not the name of one in code.
_TOLD = re.compile(r"\b[A-Z]\w{2,40}(?:Error|Exception): \S")
_STATEMENT = re.compile(
    r"import \w|from \w[\w.]{0,60} import |def \w|class \w|@\w|#|return\b|for \w|if \w|with \w|else:|try:|"
    r"[\w.]{1,60} ?[-+*/]?= ?[^=\s]|[\w.]{1,60}\(|[)\]}(\[{]|[\w.]{1,40}, ?[\w.]{1,40} ?= "
)
_OF_KERAS = re.compile(r"keras|tensorflow|\.(?:add|fit|compile|predict)\(|\bimport \w|\b(?:Sequential|LSTM|GRU|Dense)\(")
_OF_TORCH = re.compile(r"\btorch\b|\bmat1 and mat2\b|\bPyTorch\b|nn\.Module", re.IGNORECASE)
# So many of a code's lines are statements; of printed text fewer are.
MOSTLY = 0.7
EMPTY = "Paste the message, or the whole traceback."
CHECKED = "the page Paste and the command “explorer check” read it and never run it"
PASTE_CODE = f"Check your code itself: {CHECKED}, and say where its shapes fail."
UNKNOWN = f"This message is not known here. {PASTE_CODE}"
OF_TORCH = "This looks like a message of PyTorch. Only messages of Keras and TensorFlow are known here."
IS_CODE = f"It is no error message. Check it as code: {CHECKED}."
SEVERAL = f"The message alone does not say which of these it is. To know it, check your code: {CHECKED}."
NONE_FITS = f"The numbers of the message fit none of the usual causes. To know more, check your code: {CHECKED}."
ONE = f"If it is none of this, check your code: {CHECKED}."


def find(text: str) -> Found:
    """What an error message of Keras means. Nothing is executed, kept or sent. Never raises for a text.

    text: one line, or a whole traceback with whatever stands around it. Of more than 20,000 characters the end is read.

    >>> found = find("ValueError: Input 0 of layer lstm is incompatible: expected ndim=3, found ndim=2")
    >>> found.family, found.causes[0].example, found.quoted
    ('axes_of_a_layer', 'memory_thrown_away', 'expected ndim=3, found ndim=2')
    """
    if not text.strip():
        return Found("empty", advice=EMPTY)
    read_text = cleaned(text)
    if is_code(text):
        return Found("code", title="This is code", advice=IS_CODE, cut=read_text.cut)
    matches, foreign = _matches(read_text.text), _is_of_torch(read_text.text)
    if matches and not (foreign and matches[0][0].general):
        return _known(read_text, matches)
    return _unknown(read_text, foreign)


def is_code(text: str) -> bool:
    """Whether a text is Python, or a notebook, and no message: most of its lines are statements, and it names no error.

    >>> is_code("import keras\\nmodel = keras.Sequential()"), is_code("expected ndim=3, found ndim=2")
    (True, False)
    """
    if looks_like_one(text):
        return True
    lines = [line.strip()[:200] for line in text[-20_000:].splitlines() if line.strip()]
    if not lines or any("Traceback (most recent" in line or _TOLD.search(line) for line in lines):
        return False
    statements = sum(_STATEMENT.match(line.removeprefix(">>> ")) is not None for line in lines)
    return statements >= MOSTLY * len(lines) and any(_OF_KERAS.search(line) for line in lines)


def _matches(text: str) -> list[tuple[Family, Message, re.Match[str]]]:
    """A message of each family that the text has one of: the one that says most, of several alike the last.

    The one that counts stands first: a general one after all others, else the last of the text.
    """
    found = []
    for family in FAMILIES.values():
        last = [(message, match) for message in family.messages for match in _last(message.pattern, text)]
        if last:
            message, match = max(last, key=lambda each: (len(each[0].types), each[1].end()))
            found.append((family, message, match))
    return sorted(found, key=lambda each: (each[0].general, -each[2].end(), each[2].start()))


def _last(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [*pattern.finditer(text)][-1:]


def _known(text: Cleaned, matches: list[tuple[Family, Message, re.Match[str]]]) -> Found:
    (family, message, match), *others = matches
    parts = {name: (kind, match[name]) for name, kind in message.types.items() if match[name] is not None}
    begin = max(0, match.start() - _BEFORE)
    around = text.text[begin : match.end() + _BEHIND]
    for beside in family.beside:
        near = min(beside.pattern.finditer(around), key=lambda each: abs(each.start() + begin - match.start()), default=None)
        if near is not None:
            parts = {name: (kind, near[name]) for name, kind in beside.types.items()} | parts
    facts = read(parts)
    start, end = text.place(match.start(), match.end())
    rows = [row for row in family.causes if holds(row.condition, facts.values)]
    told = (facts.filled(sentence) for condition, sentence in family.means if holds(condition, facts.values))
    causes = tuple(_cause(row, facts) for row in rows)
    return Found(
        status="known",
        family=family.name,
        title=family.title,
        quoted=match[0].strip(),
        start=start,
        end=end,
        means=next(filter(None, told), ""),
        facts=tuple(_facts(facts, parts)),
        causes=causes,
        advice=SEVERAL if len(causes) > 1 else ONE if causes else NONE_FITS,
        also=tuple(dict.fromkeys(each.title for each, _, _ in others if not each.general)),
        cut=text.cut,
    )


def _facts(facts: Facts, parts: dict[str, tuple[str, str]]) -> list[Fact]:
    found = []
    for name in parts:
        if name in facts.shapes:
            found.append(Fact(name, facts.words[name], *facts.shapes[name]))
        elif name in facts.words:
            told = facts.values.get(name)
            found.append(Fact(name, str(told)))
    return found


def _cause(row: Row, facts: Facts) -> Cause:
    example = EXAMPLES.get(row.example)
    fixed = f"{row.example}_mended" if f"{row.example}_mended" in EXAMPLES else ""
    return Cause(
        kind=row.kind,
        title=TITLES.get(row.kind, ""),
        says=facts.filled(row.says) or "",
        example=row.example,
        fixed=fixed,
        example_title=example.title if example else "",
        shows=example.says if example else "",
    )


def _is_of_torch(text: str) -> bool:
    return _OF_TORCH.search(text) is not None and "keras" not in text.lower()


def _unknown(text: Cleaned, of_torch: bool) -> Found:
    last = [*_ERROR.finditer(text.text)][-1:]
    start, end = text.place(last[0].start(), last[0].end()) if last else (0, 0)
    return Found(
        status="unknown",
        title="Not known",
        quoted=last[0][0].strip() if last else "",
        start=start,
        end=end,
        advice=OF_TORCH if of_torch else UNKNOWN,
        cut=text.cut,
    )
