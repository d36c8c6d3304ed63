"""A broken entry fails where it signs in, with a sentence that names it and what is missing."""

from __future__ import annotations

import pytest

from explorer.catalog import ARCHITECTURES, TASKS, registry
from explorer.catalog.entries import Sizes
from explorer.catalog.registry import architecture, task


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch):
    monkeypatch.setattr(registry, "ARCHITECTURES", {})
    monkeypatch.setattr(registry, "TASKS", {})


def entry(source: str = "def thing(timesteps, features, outputs, units=3):\n    'Do it.'", file: str = "thing.py"):
    """The function called thing, as it would come from a file of its own."""
    namespace = {}
    exec(compile(source, file, "exec"), namespace)
    return namespace["thing"]


WHOLE = {"title": "Thing", "answers": "once", "source": "https://example.org"}
WITH_KNOB = "def thing(timesteps, features, outputs, width=3):\n    'Do it.'"
WITHOUT_DEFAULT = "def thing(timesteps, features, outputs, width):\n    'Do it.'"
HELP = {"width": "How wide."}


@pytest.mark.parametrize(
    ("source", "arguments", "error", "sentence"),
    [
        ("def thing(timesteps, features, outputs): pass", {}, ValueError, "thing: a docstring is missing"),
        (None, {"answers": "twice"}, ValueError, "thing: answers must be one of every step, once, received 'twice'."),
        (None, {"answer": "maybe"}, ValueError, "thing: answer must be one of number, yes/no, class, received 'maybe'."),
        (None, {"inputs": "three streams"}, ValueError, "thing: inputs must be one of sequence, padded"),
        (None, {"width": (1, 2)}, TypeError, "thing: takes no width."),
        (WITH_KNOB, {"width": (1, 3)}, TypeError, "thing: the knob width needs a default, its choices and a line of help."),
        (WITH_KNOB, {"help": HELP}, TypeError, "thing: the knob width needs a default, its choices and a line of help."),
        (
            WITHOUT_DEFAULT,
            {"width": (1, 3), "help": HELP},
            TypeError,
            "thing: the knob width needs a default, its choices and a line of help.",
        ),
        (
            WITH_KNOB,
            {"width": (1, 2), "help": HELP},
            ValueError,
            "thing: the default of width, 3, is not among its choices.",
        ),
    ],
    ids=[
        "no docstring",
        "unknown answers",
        "unknown answer",
        "unknown inputs",
        "takes no such knob",
        "knob without help",
        "knob without choices",
        "knob without default",
        "default not among choices",
    ],
)
def test_a_broken_entry_says_what_is_missing(source, arguments, error, sentence):
    function = entry(source) if source else entry()
    with pytest.raises(error) as raised:
        architecture(**{**WHOLE, **arguments})(function)
    assert str(raised.value).startswith(sentence)
    assert registry.ARCHITECTURES == {}


def test_a_source_is_not_to_be_forgotten():
    with pytest.raises(TypeError, match="source"):
        architecture(title="Thing", answers="once")


def test_two_files_with_one_name_do_not_replace_each_other():
    architecture(**WHOLE)(entry(file="one.py"))
    with pytest.raises(ValueError, match="Two files sign in as 'thing'"):
        architecture(**WHOLE)(entry(file="other.py"))
    architecture(**{**WHOLE, "title": "Thing, edited"})(entry(file="one.py"))
    assert registry.ARCHITECTURES["thing"].title == "Thing, edited"


def test_the_decorators_return_the_function_as_it_was_and_sign_it_in():
    function = entry()
    assert architecture(**WHOLE)(function) is function
    signed = registry.ARCHITECTURES["thing"]
    assert (signed.name, signed.doc, signed.summary) == ("thing", "Do it.", "Do it.")
    assert signed.output_shape(Sizes(timesteps=5, features=2, outputs=3)) == (None, 3)

    function = entry("def thing(rng, samples, timesteps, features, width=3):\n    'Ask it.'")
    arguments = {"title": "Thing", "answers": "every step", "answer": "yes/no", "features": 2}
    limit = {"width": lambda timesteps, features: timesteps}
    assert task(**arguments, width=range(1, 9), help=HELP, at_most=limit)(function) is function
    signed = registry.TASKS["thing"]
    assert signed.loss == "binary_crossentropy" and signed.ranges == {"features": (2,)}
    assert signed.knobs["width"].is_number and signed.knobs["width"].at_most(timesteps=5, features=2) == 5
    assert signed.own_knobs({"width": 4, "delay": 1}) == {"width": 4}


def test_a_misfit_says_which_promise_does_not_match():
    gru, once = ARCHITECTURES["gru_every_step"], ARCHITECTURES["gru_once"]
    assert gru.misfit(TASKS["delayed_echo"]) == ""
    assert gru.misfit(TASKS["longest_window"]).startswith("the task gives windows of a sequence, (batch, windows, ")
    assert gru.misfit(TASKS["adding_problem"]) == (
        "the task has a target per sequence, and the architecture an output at every timestep"
    )
    function = entry("def thing(rng, samples, timesteps, features):\n    'Ask it.'")
    task(title="Thing", answers="once", answer="yes/no")(function)
    assert once.misfit(registry.TASKS["thing"]) == (
        "the task needs a yes/no output, and the architecture has a number output"
    )
