"""What is said of a text that somebody looks up, typed: what the page, `--json` and Python programs are given."""

from __future__ import annotations

from typing import Literal

from explorer.description import Axes, Plain, Shape

# known    a message that a family knows
# unknown  none that any knows
# code     Python, and no message
# empty    nothing
Status = Literal["known", "unknown", "code", "empty"]


class Fact(Plain, frozen=True):
    """A number, a shape or a name that stands in the message. name: what the message calls it, or is told by.

    words: as it is told, of a shape with the name of each axis. shape, axes: where it is a shape, else None.
    """

    name: str
    words: str
    shape: Shape | None = None
    axes: Axes | None = None


class Cause(Plain, frozen=True):
    """One of the usual causes. kind: as a check of code names it (`explorer.report.TITLES`), "" where no check does.

    says: why, and what to do. example: of the catalog (`?example=`), the one that shows it, and `fixed` the same without the
    mistake; "" where there is none. shows: what there is to see in the example.
    """

    kind: str
    title: str
    says: str
    example: str
    fixed: str
    example_title: str
    shows: str


class Found(Plain, frozen=True):
    """What a text means that somebody pasted.

    family: the name of the family of messages, "" where none is known. title: of it, in a few words. quoted: the message, as
    it was found; start, end: where, by the characters of the text. means: in sentences, with the numbers of the message.
    causes: the most frequent first; several mean that the message alone does not say which. advice: what to do now.
    also: the titles of other families, of which the text has messages too. cut: whether only the end of it was read.
    """

    status: Status
    family: str = ""
    title: str = ""
    quoted: str = ""
    start: int = 0
    end: int = 0
    means: str = ""
    facts: tuple[Fact, ...] = ()
    causes: tuple[Cause, ...] = ()
    advice: str = ""
    also: tuple[str, ...] = ()
    cut: bool = False
