"""Fuzzed addresses of both pages, opened in a session of Streamlit's own test bench as far as they are read."""

from __future__ import annotations

import functools
import random
import time
from typing import Any

from streamlit.testing.v1 import AppTest

SECONDS = 0.3
LETTERS = "abz019 -_.,;:/\\%&=?#<>[]()`*'\"\n\t\x00é漢\u202e\U0001f600"
NAMES = (
    *("architecture", "task", "timesteps", "features", "units", "samples", "batch", "epochs", "learning_rate", "seed"),
    *("delay", "window", "merge_mode", "run", "preset", "view", "quiz_seed", "example", "code", "untis", "__class__"),
    *("x", "y", "loss", "_written", "_paste", "_experiment", "embed", "embed_options"),
)
VALUES = (
    *("", "0", "-1", "1e999", "nan", "inf", "1_000", "٣", "0x10", "9" * 5000, "true", "None", "20.5", "1e-320", "²"),
    *("gru_every_step", "delayed_echo", "chain", "quiz", "memory_thrown_away", "../../etc/passwd", "';DROP TABLE runs;--"),
    *(
        "<script>alert(1)</script>",
        "[a](http://b.c)",
        "![a](//b.c)",
        "``a`",
        "{0.__class__}",
        "%s%n",
        "\ud800".encode("utf-8", "replace").decode(),
    ),
)


def _explore() -> None:
    from explorer.ui.state import address

    experiment, problems = address.take(lambda run: None)
    assert all(len(each.sentence) < 2000 for each in problems)
    address.write(experiment)


def _paste() -> None:
    from explorer.ui.state import paste_own, paste_state
    from explorer.ui.state.paste_fields import read_fields

    told = paste_state.take(lambda run: None)
    assert all(len(each) < 2000 for each in told)
    import streamlit as st

    read_fields(*(st.session_state[name] for name in paste_own.FIELDS))
    paste_state.keep(False)


@functools.cache
def _pages() -> dict[str, Any]:
    return {"explore": _explore, "paste": _paste}


def address(rng: random.Random) -> dict[str, str]:
    """The parameters of a link: known names and others, with values old, odd, long and many."""
    found = {}
    for _ in range(rng.choice((0, 1, 2, 3, 8, 30, 2000))):
        name = rng.choice(NAMES) if rng.random() < 0.8 else _text(rng, 30)
        value = rng.choice(VALUES) if rng.random() < 0.6 else _text(rng, 60)
        found[name] = value * rng.choice((1, 1, 1, 1, 300)) if value else value
    return found


def _text(rng: random.Random, most: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(rng.randrange(most)))


def link(seed: int, number: int) -> list[str]:
    """What goes wrong where the link of a number is opened on either page."""
    rng, wrong = random.Random(f"{seed} link {number}"), []
    given = address(rng)
    for name, script in _pages().items():
        page = AppTest.from_function(script, default_timeout=60)
        for key, value in given.items():
            page.query_params[key] = value
        start = time.thread_time()
        try:
            page.run()
            wrong += [f"raised: on {name}, {each.value}" for each in page.exception]
        except Exception as error:
            wrong.append(f"raised: on {name}, {error!r}")
        if time.thread_time() - start > 20:
            wrong.append(f"hung: on {name}")
    return wrong
