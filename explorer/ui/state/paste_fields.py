"""What stands in the fields of the page "Paste", read, and a sentence for each that cannot be read."""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Shape = tuple[int, ...]

MOST_CHARACTERS = 20_000
MOST_IN_A_FIELD = {"x": 500, "y": 100, "loss": 100}
MOST_AXES = 6
MOST_INPUTS = 8
LARGEST_SIZE = 1_000_000
LOSSES = (
    *("mse", "mae", "mape", "msle", "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error"),
    *("mean_squared_logarithmic_error", "huber", "log_cosh", "cosine_similarity", "binary_crossentropy"),
    *("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_focal_crossentropy", "kl_divergence"),
    *("categorical_focal_crossentropy", "poisson", "hinge", "squared_hinge", "categorical_hinge", "dice", "tversky"),
)
# What puts something into a field that nobody has typed: it stands behind it, so that the same, typed, is another text.
ORIGINS = ("example", "fix", "run")
_BETWEEN = str.maketrans(dict.fromkeys("×x,", " "))
_HOW = "Write whole numbers with commas between them, batch first, such as 8,20,5"


@dataclass(frozen=True)
class Fields:
    """The fields as they can be checked: None is taken from the code. problems: a sentence for each that cannot be read."""

    code: str
    x: tuple[Shape, ...] | None
    y: Shape | None
    loss: str | None
    problems: tuple[str, ...]


def read_fields(code: Any, x: Any, y: Any, loss: Any) -> Fields:
    """Judge the texts of the fields; what is no text is an empty one. Never raises.

    How long a text is, is looked at before anything else: what is read takes no more than some milliseconds.

    >>> read_fields("...", "8,20,5; (8, 3)", "8,1", "").x
    ((8, 20, 5), (8, 3))
    >>> read_fields("...", "", "8,1 (example)", "mse (example)").y
    (8, 1)
    >>> read_fields("...", "many", "", "").problems[0][:34]
    'x cannot be read: “many”. Write wh'
    """
    problems: list[str] = []
    code, x, y, loss = (each if isinstance(each, str) else "" for each in (code, x, y, loss))
    x, y, loss = map(without_origin, (x, y, loss))
    if len(code) > MOST_CHARACTERS:
        problems.append(
            f"The code has {len(code):,} characters, and at most {MOST_CHARACTERS:,} are read. "
            "Remove the lines that do not build the model."
        )
    inputs = _shapes("x", x, problems)
    if inputs and len(inputs) > MOST_INPUTS:
        problems.append(f"x names {len(inputs)} inputs, and at most {MOST_INPUTS} are read.")
    target = _shapes("y", y, problems)
    if target and len(target) > 1:
        problems.append(
            f"y names {len(target)} shapes, “{_short(y)}”. A model is checked with one target here: write one shape."
        )
    return Fields(code, inputs, target[0] if target else None, _loss(loss, problems), tuple(problems))


def write_shapes(shapes: Sequence[Sequence[int]] | None) -> str:
    """Shapes as they are written into a field.

    >>> write_shapes([(8, 20, 5), (8, 3)]), write_shapes(None)
    ('8,20,5; 8,3', '')
    """
    return "; ".join(",".join(map(str, shape)) for shape in shapes or ())


def fields_of(data: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a report or a fix says of x, y and the loss, as it stands in their fields: of several targets or losses nothing,
    as these are taken from the code.

    >>> fields_of({"x": [(8, 20, 5)], "y": (8, 1), "loss": "mse"})
    ('8,20,5', '8,1', 'mse')
    >>> fields_of({"x": None, "y": [(8, 1), (8, 3)], "loss": ["mse", "mae"]})
    ('', '', '')
    """
    x, y, loss = data["x"], data["y"], data["loss"]
    one = [y] if y and all(isinstance(size, int) for size in y) else None
    return write_shapes(x), write_shapes(one), loss if isinstance(loss, str) else ""


_BATCH = re.compile(r"(?<=^\()\s*None\s*,\s*|^\s*None\s*,\s*")


def read_size(text: str) -> int | Shape | None:
    """A number, or a shape, that a code was asked for; None where the text is none that can be taken.

    >>> read_size("5"), read_size("(20, 5)"), read_size("(None, 20, 5)"), read_size("five"), read_size("0")
    (5, (20, 5), (20, 5), None, None)
    """
    # As Keras writes it, the batch comes first.
    text = _BATCH.sub("", text.strip())
    shape = _sizes(text) if text and len(text) <= MOST_IN_A_FIELD["y"] else ()
    if not shape or len(shape) > MOST_AXES or not all(1 <= size <= LARGEST_SIZE for size in shape):
        return None
    return shape[0] if len(shape) == 1 else shape


def write_size(size: int | Shape) -> str:
    """A number or a shape as it is written into its field.

    >>> write_size(5), write_size((20, 5))
    ('5', '20,5')
    """
    return str(size) if isinstance(size, int) else ",".join(map(str, size))


def with_origin(text: str, origin: str) -> str:
    """A text for a field, and what put it there; an empty one stays empty.

    >>> with_origin("8,20,5", "example"), with_origin("", "example")
    ('8,20,5 (example)', '')
    """
    return f"{text} ({origin})" if text else ""


def without_origin(text: str) -> str:
    """The text of a field without what put it there; one that was typed is as it is.

    >>> without_origin("8,20,5 (example)"), without_origin("(8, 20, 5)")
    ('8,20,5', '(8, 20, 5)')
    """
    for origin in ORIGINS:
        if text.endswith(f"({origin})"):
            return text.removesuffix(f"({origin})").rstrip()
    return text


def is_typed(text: str) -> bool:
    """Whether a field holds what somebody has typed."""
    return bool(text) and without_origin(text) == text


def _shapes(name: str, text: str, problems: list[str]) -> tuple[Shape, ...] | None:
    if _too_long(name, text, problems):
        return None
    several = " (several inputs: 8,20,5; 8,3)" if name == "x" else ""
    found = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        shape = _sizes(part)
        if not shape:
            problems.append(f"{name} cannot be read: “{_short(part)}”. {_HOW}{several}.")
            return None
        if len(shape) > MOST_AXES or not all(1 <= size <= LARGEST_SIZE for size in shape):
            problems.append(
                f"{name} must have 1 to {MOST_AXES} sizes from 1 to {LARGEST_SIZE:,}; received “{_short(part)}”. {_HOW}."
            )
            return None
        found.append(shape)
    return tuple(found) or None


def _sizes(part: str) -> Shape:
    """The sizes of one shape as people write it, with or without brackets; none where it is no shape.

    >>> _sizes("(8, 20,)"), _sizes("8x3"), _sizes("8,,"), _sizes("-8")
    ((8, 20), (8, 3), (), ())
    """
    within = part[1:] if part[0] in "([" else part
    within = within[:-1] if within.endswith((")", "]")) else within
    within = within.strip(string.whitespace).removesuffix(",").rstrip(string.whitespace)
    parts = within.translate(_BETWEEN).split(" ")
    if not (parts[0] and parts[-1]):
        return ()
    found = " ".join(parts).split()
    digits = all(each.isascii() and each.isdigit() and len(each) <= 9 for each in found)
    return tuple(map(int, found)) if digits else ()


def _too_long(name: str, text: str, problems: list[str]) -> bool:
    most = MOST_IN_A_FIELD[name]
    if len(text) > most:
        how = "Write its name, such as mse." if name == "loss" else f"{_HOW}."
        problems.append(f"{name} has {len(text):,} characters, and at most {most} are read. {how}")
    return len(text) > most


def _loss(text: str, problems: list[str]) -> str | None:
    if _too_long("loss", text, problems):
        return None
    wanted = text.strip().strip("\"'")
    if not wanted:
        return None
    spelled = {name.replace("_", ""): name for name in LOSSES}
    # A class is named as its function is: MeanSquaredError.
    known = spelled.get(wanted.lower().replace("_", ""))
    if known is None:
        near = difflib.get_close_matches(wanted.lower(), LOSSES, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(LOSSES[-11:])} and others."
        problems.append(f"There is no loss called “{_short(wanted)}” here.{hint}")
    return known


def _short(text: str) -> str:
    """The received text on one line, for a sentence."""
    text = " ".join(text.split())
    return f"{text[:40]}…" if len(text) > 40 else text
