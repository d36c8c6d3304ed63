"""Which cause fits which numbers: "found < expected and shape.rank == 2", as it stands in a family's file."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

Value = int | str | None
_TERM = re.compile(r"([\w.]+) (<=|>=|==|!=|<|>|has|lacks) ([\w.?,-]+)")
_KNOWN = re.compile(r"(known|unknown) ([\w.]+)")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def holds(condition: str, values: Mapping[str, Value]) -> bool:
    """Whether a condition holds; one without words does, and one on what a message does not say does not.

    `has` and `lacks` ask whether one of some words, with commas between them, is part of another word, which may be missing;
    `known` and `unknown`, whether there is one. Raises ValueError for what is no condition.

    >>> holds("found < expected and layer has lstm", {"found": 2, "expected": 3, "layer": "lstm_1"})
    True
    >>> holds("found < expected", {"found": 2}), holds("layer lacks gru", {}), holds("unknown found", {})
    (False, True, True)
    """
    return all(_term(term, values) for term in condition.split(" and ")) if condition.strip() else True


def _term(text: str, values: Mapping[str, Value]) -> bool:
    asked = _KNOWN.fullmatch(text.strip())
    if asked is not None:
        return (values.get(asked[2]) is not None) == (asked[1] == "known")
    term = _TERM.fullmatch(text.strip())
    if term is None:
        raise ValueError(f"“{text}” is no condition; write one such as “found < expected” or “layer has lstm”.")
    left, how, right = term.groups()
    one = values.get(left)
    if how in ("has", "lacks"):
        within = str(one or "").lower()
        return any(word in within for word in right.lower().split(",")) == (how == "has")
    other: Value = int(right) if right.lstrip("-").isdigit() else values.get(right, None if "." in right else right)
    if one is None or other is None:
        return False
    if isinstance(one, int) != isinstance(other, int):
        return how == "!="
    return _COMPARED[how](one, other)
