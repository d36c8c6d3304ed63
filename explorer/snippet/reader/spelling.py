"""Names that are nearly right, and what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(given: str, names: Iterable[str]) -> str | None:
    """The name that a misspelled one is most like, None where none is.

    >>> nearest("Adamm", ["sgd", "adam"]), nearest("foo", ["sgd", "adam"])
    ('adam', None)
    """
    # Of two that differ in capitals only, the one without.
    spelled = {name.lower(): name for name in sorted(names, key=str.islower)}
    near = difflib.get_close_matches(given.lower(), spelled, n=1) or [name for name in spelled if given.lower() in name][:1]
    return spelled[near[0]] if near else None


def slip(given: str, names: Iterable[str]) -> str | None:
    """The name that was meant where a finger slipped: very much alike, or alike but for capitals; None elsewhere.

    >>> slip("Sequental", ["Sequential", "Model"]), slip("sequential", ["Sequential"]), slip("Modes", ["optimizers"])
    ('Sequential', 'Sequential', None)
    """
    spelled = {name.lower(): name for name in names}
    near = difflib.get_close_matches(given.lower(), spelled, n=1, cutoff=0.8)
    return spelled[near[0]] if near and len(given) > 2 else None
