"""A list of states of the page in a link, to be shown one after another: `view=present&states=...`.

A slide is a name and the parameters of an address; `packed` writes the list. Whatever comes from a link is a stranger's:
it is read within bounds, and each state goes the same way as any other address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from explorer.experiment.parse import LONGEST_VALUE
from explorer.ui.front_end import packed
from explorer.ui.front_end.letters import whole

MOST_SLIDES = 40
LONGEST_NAME = 80
# A browser's question to the server may have 4,096 characters of parameters.
MOST_IN_A_LINK = 3_500
MOST_UNPACKED = 60_000
MOST_PARAMETERS = 60


class WrongSlides(ValueError):
    """A sentence for whoever opened a link that holds no list of slides."""


@dataclass(frozen=True)
class Slide:
    """name: its heading, "" for that of its model. query: the parameters of the address of its state."""

    name: str
    query: Mapping[str, str]


def pack(slides: Sequence[Slide]) -> str:
    """The list as the value of `states`. Raises WrongSlides where it is too long for a link."""
    held = [[slide.name[:LONGEST_NAME], urlencode(slide.query, safe=",")] for slide in slides]
    text = packed.pack(held)
    if len(text) > MOST_IN_A_LINK or len(slides) > MOST_SLIDES:
        raise WrongSlides(
            f"A link holds at most {MOST_SLIDES} slides and {MOST_IN_A_LINK:,} characters of them; "
            f"these are {len(slides)} with {len(text):,}. Take some out, or make their names shorter."
        )
    return text


def unpack(text: str) -> list[Slide]:
    """The slides of the value of `states`, at least one. Raises WrongSlides with a sentence for what is no such list."""
    if len(text) > MOST_IN_A_LINK:
        raise WrongSlides(f"The link's slides have {len(text):,} characters, and at most {MOST_IN_A_LINK:,} are read.")
    held = _unpacked(text)
    slides = [slide for each in held[:MOST_SLIDES] if (slide := _slide(each))] if isinstance(held, list) else []
    if not slides:
        raise WrongSlides("The link holds something else than slides: it was not made by Share.")
    return slides


def _unpacked(text: str) -> object:
    try:
        return packed.unpack(text, MOST_UNPACKED)
    except packed.Unreadable as error:
        raise WrongSlides("The link's slides cannot be read. It was probably cut short: copy the whole link.") from error
    except packed.TooLong as error:
        wrong = f"The link's slides are longer than {MOST_UNPACKED:,} characters when they are unpacked."
        raise WrongSlides(f"{wrong} Ask for a link with fewer slides.") from error


def _slide(each: Any) -> Slide | None:
    if not isinstance(each, list) or len(each) != 2 or not all(isinstance(text, str) for text in each):
        return None
    try:
        pairs = parse_qsl(each[1], keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return None
    query = {whole(name)[:LONGEST_VALUE]: whole(value)[: 2 * LONGEST_VALUE] for name, value in pairs}
    return Slide(" ".join(whole(each[0])[:LONGEST_NAME].split()), query)
