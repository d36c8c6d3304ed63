"""A pasted text as messages are looked for in it: on one line, without quotes, colours of a terminal and tags of a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# Of a longer text the end is read: there stands the error of a traceback.
MOST_CHARACTERS = 20_000
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "nbsp": " "}
_TAGS = "p|br|div|span|code|pre|em|strong|a|li|ul|ol|tt|b|i|table|tr|td|th|blockquote|html|head|body|font|h1|h2|h3"
# The escape character of a colour is often lost on the way, and what follows it is not.
_NOISE = re.compile(
    r"(?P<colour>\x1b?\[[\d;]{1,12}m)"
    rf"|(?P<tag></?(?:{_TAGS})(?:\s[^<>]{{0,300}})?/?>)"
    r"|&(?P<entity>lt|gt|amp|nbsp);"
    r"|(?P<quote>&(?:quot|#0?39|apos|ldquo|rdquo|lsquo|rsquo);|['\"`´‘’“”])"
    r"|(?P<line>\n[ \t]{0,20}(?:>{1,4}|\#{1,2}|\|)[ \t])"
    r"|(?P<space>[\s\x00-\x1f\x7f\u200b\ufeff]{1,200})"
)


@dataclass(frozen=True)
class Cleaned:
    """text: what messages are looked for in. places: of each of its characters in what was pasted.

    length: of what was pasted. cut: whether its beginning was left out.
    """

    text: str
    places: tuple[int, ...]
    length: int
    cut: bool

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the text stands in what was pasted: its first character, and the one behind its last."""
        return self.places[start], self.places[end - 1] + 1


def one_line(message: str) -> str:
    """A message of Keras as a learner reads it: on one line, without a terminal's colours and the arguments it lists at its
    end. What has neither colours nor a second line stays as it is.

    >>> one_line("Exception encountered when calling GRU.call().\\n\\x1b[1mNo steps.\\x1b[0m\\nArguments received by GRU")
    'No steps.'
    """
    if "\x1b" not in message and "\n" not in message:
        return message
    text = " ".join(re.sub(r"\x1b\[[\d;]*m", "", message).split()).partition(" Arguments received by")[0]
    return re.sub(r"^Exception encountered when calling [\w.]+\(\)\. ", "", text)


def cleaned(pasted: str) -> Cleaned:
    """Leave out what people paste along with a message.

    >>> cleaned('ValueError:  Input 0 of\\nlayer "lstm" is <b>wrong</b>').text
    'ValueError: Input 0 of layer lstm is wrong'
    """
    skipped = max(0, len(pasted) - MOST_CHARACTERS)
    text = pasted[skipped:]
    kept: list[str] = []
    places: list[int] = []
    at = 0

    def keep(letters: str, place: Callable[[int], int]) -> None:
        for number, letter in enumerate(letters):
            if letter != " " or (kept and kept[-1] != " "):
                kept.append(letter)
                places.append(place(number))

    for noise in _NOISE.finditer(text):
        begin = at + skipped
        keep(text[at : noise.start()], begin.__add__)
        found = noise.start() + skipped
        if noise["entity"]:
            keep(_ENTITIES[noise["entity"]], lambda _, found=found: found)  # type: ignore[misc]
        elif noise["line"] or noise["space"] or noise["tag"]:
            keep(" ", lambda _, found=found: found)  # type: ignore[misc]
        at = noise.end()
    begin = at + skipped
    keep(text[at:], begin.__add__)
    if kept and kept[-1] == " ":
        kept.pop()
        places.pop()
    return Cleaned("".join(kept), tuple(places), len(pasted), skipped > 0)
