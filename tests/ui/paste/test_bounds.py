"""However long and odd the texts that come into fields and addresses are: reading them takes no more than it may."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from explorer.catalog import read_experiment
from explorer.experiment.parse import LONGEST_VALUE, MOST_UNKNOWN
from explorer.notebook import NoNotebook, code_of
from explorer.ui.front_end import differences as comparing
from explorer.ui.front_end.differences import differences, lines_of, share_in_common
from explorer.ui.model.code import MOST_CHANGED, changed_lines
from explorer.ui.paste.chain import drawn
from explorer.ui.state.paste_fields import LOSSES, MOST_IN_A_FIELD, read_fields
from tests.for_all import for_all

MOST_SECONDS = 0.25
WORST_PARTS = (
    " ",
    ";",
    "; ",
    "1",
    "1,",
    "8,20,5;",
    "(",
    ")",
    "[",
    "x",
    "×",
    "8 x ",
    "\n",
    "\t",
    "\u00a0",
    "٣",
    "a",
    '"',
    "_",
    "\x00",
)
LONG = 2_000_000
WORST_TEXTS = {
    "blank lines": ("\n" * 19_800, "\n" * 19_900),
    "blank lines and others": ("\n" * 19_800, "x\n" * 9_900),
    "alternating": ("a\nb\n" * 4_900, "b\na\n" * 4_900),
    "alternating with others": ("a\nb\n" * 4_900, "a\nc\n" * 4_900),
    "turned round": ("\n".join(map(str, range(3_900))), "\n".join(map(str, range(3_899, -1, -1)))),
    "two letters": tuple("\n".join(random.Random(seed).choices("ab", k=9_900)) for seed in (1, 2)),
    "one change in the middle": ("\n" * 9_900 + "x" + "\n" * 9_900, "\n" * 9_900 + "y" + "\n" * 9_900),
    "nothing in common": ("a\n" * 9_900, "b\n" * 9_900),
    "long lines": ("a" * 19_000 + "\nb", "a" * 19_001 + "\nb"),
}


def shortest(work: Callable[[], Any], times: int = 3) -> float:
    """Seconds of this thread, the best of some: another process on the machine is not the text's doing."""
    found = []
    for _ in range(times):
        start = time.thread_time()
        work()
        found.append(time.thread_time() - start)
    return min(found)


@for_all("part", WORST_PARTS)
@for_all("name", ["x", "y", "loss"])
def test_no_text_in_a_field_holds_the_server(name, part):
    for text in (part * LONG, "8,20,5" + part * LONG + "!", part * (MOST_IN_A_FIELD[name] // len(part))):
        given = {"code": "", "x": "", "y": "", "loss": ""} | {name: text}
        assert shortest(lambda given=given: read_fields(**given)) < MOST_SECONDS
        assert all(len(sentence) < 500 for sentence in read_fields(**given).problems)


@pytest.mark.parametrize("name", ["x", "y", "loss"])
def test_a_field_that_is_too_long_gets_its_sentence(name):
    given = {"code": "", "x": "", "y": "", "loss": ""} | {name: "8," * 10_000}
    (sentence,) = read_fields(**given).problems
    assert sentence.startswith(f"{name} has 20,000 characters, and at most {MOST_IN_A_FIELD[name]} are read. Write ")


@pytest.mark.parametrize(
    "odd", [None, 3, float("nan"), 10**5000, [], ["8,1"], {}, b"8,1", object()], ids=lambda odd: type(odd).__name__
)
def test_what_is_no_text_is_an_empty_field(odd):
    fields = read_fields(odd, odd, odd, odd)
    assert (fields.code, fields.x, fields.y, fields.loss, fields.problems) == ("", None, None, None, ())


def test_all_that_the_fields_may_hold_at_once_is_read():
    x = "; ".join(["1000000,1000000,1000000,1000000,1000000,1000000"] * 8)
    assert len(x) <= MOST_IN_A_FIELD["x"] and max(map(len, LOSSES)) <= MOST_IN_A_FIELD["loss"]
    assert read_fields("", x, "", "").x == ((1_000_000,) * 6,) * 8


@pytest.mark.parametrize("name", WORST_TEXTS)
def test_changed_lines_of_the_worst_texts_are_found_soon_and_few(name):
    before, after = WORST_TEXTS[name]
    assert shortest(lambda: list(differences(lines_of(before), lines_of(after)))) < MOST_SECONDS
    assert shortest(lambda: share_in_common(before, after)) < MOST_SECONDS
    assert len(changed_lines(before, after)) <= 2 * MOST_CHANGED


@pytest.mark.parametrize("name", WORST_TEXTS)
def test_comparing_takes_no_more_steps_than_it_may(name, monkeypatch):
    """Counted, and not timed: how often two lines are compared, and how far the search has come."""
    looked = 0

    class Counted(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal looked
            looked += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    old, new = ([Counted(line) for line in lines_of(text)] for text in WORST_TEXTS[name])
    found = list(differences(old, new))
    assert [line for what, line in found if what != "+"] == old and [line for what, line in found if what != "-"] == new
    assert looked <= 4 * (len(old) + len(new)) + 10


def test_changes_are_as_few_as_can_be_and_what_goes_stands_first():
    rng = random.Random(3)
    for _ in range(300):
        old, new = (rng.choices("abc", k=rng.randrange(9)) for _ in range(2))
        script = list(differences(old, new))
        assert [line for what, line in script if what != "+"] == old
        assert [line for what, line in script if what != "-"] == new
        assert sum(what == " " for what, _ in script) == longest_common(old, new)
        assert not any(one[0] == "+" and two[0] == "-" for one, two in itertools.pairwise(script))


def longest_common(old: list[str], new: list[str]) -> int:
    """How many lines the longest common part of both has, by the textbook's table."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, mine in enumerate(old):
        for j, other in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if mine == other else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_where_comparing_would_take_too_long_all_of_the_middle_changes():
    old, new = ["same", *"abab", "end"], ["same", *"baba", "end"]
    script = list(comparing.differences(old, new, most=0))
    assert script == [(" ", "same"), *(("-", each) for each in "abab"), *(("+", each) for each in "baba"), (" ", "end")]


WORST_NOTEBOOKS = {
    "many cells": json.dumps({"cells": [{"cell_type": "code", "source": "a"}] * 5_000}),
    "lines that are none": json.dumps({"cells": [{"cell_type": "code", "source": [1, None, {}] * 20_000}, 3, None]}),
    "nests": '{"cells": ' + "[" * 90_000,
    "cut off": '{"cells": [{"cell_type": "code", "source": ["' + "a" * 190_000,
    "no cells": '{"cells": {}}',
    "numbers": '{"cells": ' + "9" * 190_000 + "}",
}


@pytest.mark.parametrize("name", WORST_NOTEBOOKS)
def test_a_broken_notebook_gets_a_sentence_soon(name):
    text = WORST_NOTEBOOKS[name]

    def read() -> str:
        with pytest.raises(NoNotebook) as caught:
            code_of(text)
        return str(caught.value)

    assert shortest(read) < MOST_SECONDS
    assert read().startswith("This notebook ") and len(read()) < 300


WORST_LINKS = {
    "ten thousand names": {f"name{number}": "1" for number in range(10_000)},
    "names alike": {f"{'timestep' * 3}{number}": "1" for number in range(10_000)},
    "a megabyte each": dict.fromkeys(("architecture", "task", "timesteps", "units", "delay", "untis"), "1" * 1_000_000),
    "letters": dict.fromkeys(("architecture", "task", "timesteps", "merge_mode"), "gru_every_step" * 100_000),
    "blanks": dict.fromkeys(("architecture", "timesteps", "learning_rate"), " " * 1_000_000),
    "a name of a megabyte": {"u" * 1_000_000: "1", "units" * 200_000: "1"},
    "no text": {"timesteps": [3] * 1_000_000, "units": 10**5000, "seed": float("nan"), "task": {}, "architecture": b"a"},
    "depth": {"timesteps": [[[[[[[[[[]]]]]]]]]], "features": (None,), "batch": -(10**400), "epochs": True},
}


@pytest.mark.parametrize("name", WORST_LINKS)
def test_no_address_holds_the_server(name):
    values = WORST_LINKS[name]
    assert shortest(lambda: read_experiment(values)) < MOST_SECONDS
    problems = read_experiment(values).problems
    assert len(problems) <= MOST_UNKNOWN + 20
    assert all(len(each.sentence) < 1_000 for each in problems)
    assert not any(isinstance(each.received, str) and len(each.received) > LONGEST_VALUE for each in problems)


def test_the_work_of_an_address_grows_no_faster_than_the_address():
    few, many = ({f"{'units' * 5}{number}": "1" for number in range(size)} for size in (2_000, 32_000))
    assert shortest(lambda: read_experiment(many)) < 16 * 8 * max(shortest(lambda: read_experiment(few)), 0.001)


def test_names_beyond_the_first_are_told_together():
    problems = read_experiment({f"zz{number}": "1" for number in range(MOST_UNKNOWN + 5)}).problems
    assert problems[-1].sentence == (
        f"There are no settings called “zz{MOST_UNKNOWN}” and 4 more either; they were left out."
    )


def test_a_report_with_many_tensors_and_lines_is_drawn_soon():
    layers = [
        {
            "name": f"d{n}",
            "output": [[None, 20, 5]],
            "axes_out": [["batch", "timesteps", "features"]],
            "symbols_out": [["B", "T", "F"]],
        }
        for n in range(300)
    ]
    broken = {"name": "add", "type": "Add", "input": [[None, 20, n] for n in range(300)], "broken": True}
    source = {"name": "i", "shape": [None, 20, 5], "axes": ["batch", "timesteps", "features"], "symbols": ["B", "T", "F"]}
    report = {"description": {"sources": [source], "layers": layers}, "layers": [broken], "x": None}
    assert shortest(lambda: drawn(report)) < MOST_SECONDS
