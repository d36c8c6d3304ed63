"""Which lines of a text another one keeps, found in a number of steps that no text can exceed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

# Comparing takes as many steps as there are lines times changes: this many are some milliseconds.
MOST_STEPS = 15_000


def lines_of(text: str) -> list[str]:
    """The lines of a text as Python counts them: a form feed ends none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if not lines[-1] else lines


def share_in_common(before: str, after: str) -> float:
    """How much of two texts are lines that both have, wherever they stand: 0 to 1.

    >>> share_in_common("a\\nb\\n", "b\\na\\n"), share_in_common("a\\nb\\n", "a\\nc\\n"), share_in_common("", "")
    (1.0, 0.5, 1.0)
    """
    old, new = Counter(lines_of(before)), Counter(lines_of(after))
    both = old.total() + new.total()
    return 2 * (old & new).total() / both if both else 1.0


def differences(old: Sequence[str], new: Sequence[str], most: int = MOST_STEPS) -> Iterator[tuple[str, str]]:
    """The lines of both in order, each as " " and what stays, "-" and what goes, or "+" and what comes.

    The fewest changes there are (E. Myers, An O(ND) Difference Algorithm, 1986). Where that would take more than `most`
    steps, all that lies between the first and the last change goes and comes as a whole.
    """
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    within, put = old[head : len(old) - tail], new[head : len(new) - tail]
    yield from ((" ", line) for line in old[:head])
    script = _script(within, put, most)
    if script is None:
        yield from (("-", line) for line in within)
        yield from (("+", line) for line in put)
    else:
        yield from script
    yield from ((" ", line) for line in old[len(old) - tail :])


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """With how many same lines both begin."""
    most = min(len(old), len(new))
    return next((place for place in range(most) if old[place] != new[place]), most)


def _script(old: Sequence[str], new: Sequence[str], most: int) -> list[tuple[str, str]] | None:
    """The shortest way from one to the other; None where finding it takes more than `most` steps."""
    # Lines may be long: each is looked at once, and then stands for a number.
    numbers: dict[str, int] = {}
    a, b = ([numbers.setdefault(line, len(numbers)) for line in lines] for lines in (old, new))
    reached, trace, steps = {1: 0}, [], 0
    for changes in range(len(a) + len(b) + 1):
        trace.append(dict(reached))
        steps += 2 * changes
        for diagonal in range(-changes, changes + 1, 2):
            down = diagonal == -changes or (diagonal != changes and reached[diagonal - 1] < reached[diagonal + 1])
            x = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            y = x - diagonal
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y, steps = x + 1, y + 1, steps + 1
            reached[diagonal] = x
            if x >= len(a) and y >= len(b):
                return _way_back(old, new, trace)
        if steps > most:
            return None
    return None


def _way_back(old: Sequence[str], new: Sequence[str], trace: list[dict[int, int]]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    x, y = len(old), len(new)
    for changes in range(len(trace) - 1, -1, -1):
        reached, diagonal = trace[changes], x - y
        down = diagonal == -changes or (diagonal != changes and reached[diagonal - 1] < reached[diagonal + 1])
        origin = diagonal + 1 if down else diagonal - 1
        before, over = reached[origin], reached[origin] - origin
        while x > before and y > over:
            x, y = x - 1, y - 1
            found.append((" ", old[x]))
        if changes:
            found.append(("+", new[over]) if down else ("-", old[before]))
        x, y = before, over
    return _what_goes_first(found[::-1])


def _what_goes_first(script: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same way; of each stretch of changes, what goes stands before what comes."""
    found: list[tuple[str, str]] = []
    comes: list[tuple[str, str]] = []
    for each in [*script, (" ", "")]:
        if each[0] == "+":
            comes.append(each)
            continue
        if each[0] == " ":
            found += comes
            comes = []
        found.append(each)
    return found[:-1]
