"""Pasted code in the fragment of a link, the part behind "#", which a browser sends to no server and no log.

The fields as `packed` writes them: `#code=7VZNb9s4...`. Whatever comes from a link is a stranger's: it is read as text
with bounds, and never executed.
"""

from __future__ import annotations

from collections.abc import Mapping

from explorer.ui.front_end import packed
from explorer.ui.front_end.letters import whole

PREFIX = "code="
# Of a link's code as it travels, and of what it may become: code may be ten times as long as what is read of it.
MOST_IN_A_LINK = 200_000
MOST_UNPACKED = 400_000
FIELDS = ("code", "x", "y", "loss")


class WrongLink(ValueError):
    """A sentence for whoever opened a link that holds no code."""


def fragment_of(fields: Mapping[str, str], sizes: Mapping[str, str]) -> str:
    """The fragment, without "#". fields: by the names of `FIELDS`; sizes: what was typed for numbers that were asked for."""
    held = {name: fields[name] for name in FIELDS if fields.get(name)} | ({"sizes": dict(sizes)} if sizes else {})
    return PREFIX + packed.pack(held)


def read_fragment(fragment: str) -> tuple[dict[str, str], dict[str, str]]:
    """The fields and the sizes of a fragment, as `fragment_of` takes them; every field is there.

    Raises WrongLink with a sentence for what is no such fragment, was cut short, or is too large.
    """
    text = fragment.removeprefix("#")
    if not text.startswith(PREFIX):
        raise WrongLink("The link holds no code: behind its # stands something else than code=.")
    if len(text) > MOST_IN_A_LINK:
        raise WrongLink(
            f"The link's code has {len(text):,} characters, and at most {MOST_IN_A_LINK:,} are read. Paste the code itself."
        )
    held = _unpacked(text.removeprefix(PREFIX))
    if not isinstance(held, dict) or not isinstance(held.get("code"), str):
        raise WrongLink("The link holds something else than code: it was not made by Share on the page Paste.")
    sizes = held.get("sizes")
    return {name: _text(held.get(name)) for name in FIELDS}, _sizes(sizes if isinstance(sizes, dict) else {})


def _unpacked(text: str) -> object:
    try:
        return packed.unpack(text, MOST_UNPACKED)
    except packed.Unreadable as error:
        raise WrongLink("The link's code cannot be read. It was probably cut short: copy the whole link.") from error
    except packed.TooLong as error:
        wrong = f"The link's code is longer than {MOST_UNPACKED:,} characters when it is unpacked."
        raise WrongLink(f"{wrong} Paste a part of the code itself.") from error


def _text(value: object) -> str:
    return whole(value) if isinstance(value, str) else ""


def _sizes(given: Mapping[object, object]) -> dict[str, str]:
    return {_text(name)[:100]: _text(text)[:100] for name, text in list(given.items())[:100]}
