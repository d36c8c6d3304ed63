"""Questions made from a model: what is right is Keras's, what is wrong is wrong, and every choice says why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import pairwise

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from msgspec import structs

from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.description import Description
from explorer.quiz import BEHAVIOUR, EASY_FIRST, KINDS, Sitting, play, question, sitting_length
from explorer.quiz.behaviour import can_pass, certain
from explorer.shapes.describe_model import describe
from tests import catalog_models
from tests.app_pages import AppTest


class Models(Mapping[str, Description]):
    """Descriptions by name, made when they are first asked for."""

    def __init__(self, makers: dict[str, Callable[[], Description]]) -> None:
        self._makers = {name: cache(make) for name, make in makers.items()}

    def __getitem__(self, name: str) -> Description:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


CATALOG: dict[str, Callable[[], Description]] = {name: partial(catalog_models.description, name) for name in ARCHITECTURES}
MODELS = Models(CATALOG)
SOME = st.integers(0, 10**6)


def odd() -> Description:
    """A model of no experiment: what is marked, handed on twice, laid flat, cut anew, swapped, shortened and added."""
    words = keras.Input((12,), name="words")
    looked_up = layers.Embedding(50, 7, mask_zero=True, name="looked_up")(words)
    memories, last = layers.GRU(6, return_sequences=True, return_state=True, name="memories")(looked_up)
    flat = layers.Flatten(name="flat")(layers.LayerNormalization(name="scaled")(memories))
    swapped = layers.Permute((2, 1), name="swapped")(layers.Reshape((8, 9), name="cut")(flat))
    short = layers.MaxPooling1D(2, name="short")(layers.Conv1D(4, 3, name="windows")(swapped))
    both = layers.Bidirectional(layers.LSTM(3), merge_mode="sum", name="both")(short)
    answer = layers.Dense(2, name="answer")(layers.Concatenate(name="beside")([both, last]))
    return describe(keras.Model(words, answer)).written()


def of_any_length() -> Description:
    sequence = keras.Input((None, 4), name="sequence")
    pair = layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode=None, name="pair")(sequence)
    longer = layers.Concatenate(axis=1, name="longer")(pair)
    looked = layers.MultiHeadAttention(2, 3, name="looked")(longer, longer)
    return describe(keras.Model(sequence, layers.GlobalMaxPooling1D(name="largest")(looked))).written()


def shared() -> Description:
    first, second, memory = keras.Input((5, 2)), keras.Input((5, 2)), layers.GRU(3, name="memory")
    total = layers.Add(name="total")([memory(first), memory(second)])
    return describe(keras.Model([first, second], total)).written()


def unknown() -> Description:
    class Mine(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    sequence = keras.Input((5, 2), name="sequence")
    return describe(keras.Model(sequence, Mine(name="mine")(sequence))).written()


ALL = Models(CATALOG | {made.__name__: made for made in (odd, of_any_length, shared, unknown)})


@pytest.fixture(params=list(ALL))
def description(request):
    return ALL[request.param]


def a_round(description, seed=0):
    """Every question of a model, once."""
    found = {}
    for number in range(1000):
        asked = question(description, seed, number)
        if (asked.kind, asked.layer) in found:
            return list(found.values())
        found[asked.kind, asked.layer] = asked
    raise AssertionError("1,000 questions, and none comes again")


def layer_of(description, asked):
    return next(layer for layer in description.layers if layer.name == asked.layer)


def numbers(text):
    """The numbers of a shape as it is written, None where an axis has none: what can be compared with Keras's."""
    found = [part.split(" ")[-1].replace(",", "") for part in re.findall(r"[^(),]+(?:,\d{3})*", text)]
    return [int(part) if part.isdigit() else None for part in found if part]


def shapes_in(text):
    return [numbers(each) for each in re.findall(r"\(([^()]*)\)", text)]


@settings(max_examples=60)
@given(name=st.sampled_from(list(ALL)), seed=SOME, number=SOME)
def test_a_question_is_reproducible_and_has_one_right_choice(name, seed, number):
    asked = question(ALL[name], seed, number)
    assert asked == question(ALL[name], seed, number)
    assert asked.to_dict()["choices"][asked.right]["right"]
    assert sum(choice.right for choice in asked.choices) == 1
    assert 3 <= len(asked.choices) <= 4
    texts = [choice.text for choice in asked.choices]
    assert len(set(texts)) == len(texts)
    assert all(choice.reason.endswith(".") and not choice.reason[0].islower() for choice in asked.choices)
    assert all(bool(choice.mistake) != choice.right for choice in asked.choices)


@settings(max_examples=60)
@given(name=st.sampled_from(list(ALL)), seed=SOME, number=SOME)
def test_what_is_right_is_what_keras_says_and_what_is_wrong_is_not(name, seed, number):
    asked = question(ALL[name], seed, number)
    layer = layer_of(ALL[name], asked)
    right = asked.choices[asked.right].text
    wrong = [choice.text for choice in asked.choices if not choice.right]
    if asked.kind == "output":
        assert shapes_in(right) == [list(shape) for shape in layer.output]
        assert all(shapes_in(text) != [list(shape) for shape in layer.output] for text in wrong)
    elif asked.kind == "parameters":
        assert int(right.replace(",", "")) == layer.params
        assert all(int(text.replace(",", "")) != layer.params for text in wrong)
    elif asked.kind == "weights":
        part = re.search(r"shape of its (.*)\?$", asked.text)[1]
        shape = next(weight.shape for weight in layer.weights if weight.name == part)
        assert shapes_in(right) == [list(shape)]
        assert all(shapes_in(text) != [list(shape)] for text in wrong)
    elif asked.kind == "input":
        assert int(right.split(":")[0]) == len(layer.input[0])


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_right_sliders_are_those_that_move_a_built_model(name):
    """Each slider is moved by hand, and Keras's own numbers tell what it changed."""
    values = read_experiment({"architecture": name}).experiment.to_dict()
    names = list(MODELS[name].settings)
    moved, held = {}, set()
    for setting in names:
        knobs = values["knobs"]
        inside = {"knobs": {**knobs, setting: knobs[setting] + 2}} if setting in knobs else {setting: values[setting] + 2}
        flat = {key: value for key, value in {**values, **inside}.items() if key != "knobs"} | inside.get("knobs", knobs)
        # A slider that the task holds still cannot show what it would do.
        if read_experiment(flat).experiment == read_experiment({"architecture": name}).experiment:
            held.add(setting)
        moved[setting] = catalog_models.described(read_experiment(flat).experiment)
    for number in range(60):
        asked = question(MODELS[name], 3, number)
        if asked.kind != "slider":
            continue
        before = layer_of(MODELS[name], asked)
        axis = re.search(r"the size of the (.*) axis that", asked.text)
        place = before.axes_out[0].index(axis[1]) if axis else None
        told = asked.choices[asked.right].text.replace("none of them", "")
        told = {word.replace(" ", "_") for word in re.split(", | and ", told) if word}
        found = set()
        for setting in names:
            after = layer_of(moved[setting], asked)
            differs = after.output[0][place] != before.output[0][place] if axis else after.params != before.params
            if setting in held:
                told.discard(setting)
            elif differs:
                found.add(setting)
        assert told == found, asked


def test_no_layer_is_asked_the_same_twice_before_the_others(description):
    length = len(a_round(description))
    topics = [(asked.kind, asked.layer) for asked in (question(description, 5, number) for number in range(3 * length))]
    for start in range(0, 3 * length, length):
        assert len(set(topics[start : start + length])) == length
    if length > 2:
        assert all(one != other for one, other in pairwise(topics))


def test_every_kind_comes_soon(description):
    possible = {asked.kind for asked in a_round(description)}
    first = {question(description, 1, number).kind for number in range(sitting_length(description))}
    assert first == possible
    if description in MODELS.values():
        assert {"output", "parameters", "slider"} <= possible


def test_a_sitting_asks_nothing_twice_and_the_easy_first(description):
    sitting = [question(description, 1, number) for number in range(sitting_length(description))]
    assert 1 <= len(sitting) <= 10
    assert len({(asked.kind, asked.layer) for asked in sitting}) == len(sitting)
    places = [EASY_FIRST.index(asked.kind) for asked in sitting]
    assert places == sorted(places)


def test_the_reason_why_an_axis_is_not_removed_is_about_that_axis():
    for description in MODELS.values():
        for asked in (asked for seed in range(4) for asked in a_round(description, seed) if asked.kind == "gone"):
            for choice in (choice for choice in asked.choices if not choice.right and choice.text != "none"):
                # One of them is told in the singular: "1 channel becomes 3 filters".
                assert choice.text.removesuffix("s") in choice.reason, (asked.text, choice)


BEATEN = [
    ({"architecture": "gru_every_step", "task": "delayed_echo"}, "without memory"),
    ({"architecture": "gru_every_step", "task": "running_mean"}, "without memory"),
    ({"architecture": "bidirectional_gru", "task": "look_ahead"}, "without looking ahead"),
    ({"architecture": "bidirectional_gru", "task": "reverse"}, "one direction"),
]


@pytest.mark.parametrize(("values", "baseline"), BEATEN)
def test_what_is_said_to_pass_a_baseline_sees_what_it_needs_and_what_cannot_does_not(values, baseline):
    """Each choice is built with Keras, and its own outputs tell whether another timestep reaches them."""
    experiment = read_experiment(values).experiment
    text, right, wrong = can_pass(experiment, certain(experiment)[baseline])
    assert f"“{baseline}”" in text
    answer = lambda: layers.TimeDistributed(layers.Dense(1))  # noqa: E731
    made = {
        "TimeDistributed(Dense)": lambda: layers.TimeDistributed(layers.Dense(3)),
        "one TimeDistributed(Dense)": lambda: layers.Identity(),
        "Conv1D with kernel_size=1": lambda: layers.Conv1D(3, 1),
        'Conv1D with padding="causal"': lambda: layers.Conv1D(3, 3, padding="causal"),
        "GRU with return_sequences=True": lambda: layers.GRU(3, return_sequences=True),
        "LSTM with return_sequences=True": lambda: layers.LSTM(3, return_sequences=True),
        "Bidirectional(GRU) with return_sequences=True": lambda: layers.Bidirectional(layers.GRU(3, return_sequences=True)),
    }
    later = certain(experiment)[baseline].needs == "later"
    for choice in (right, *wrong):
        model = keras.Sequential([keras.Input((6, 2)), made[choice.text.split(", then ")[0]](), answer()])
        inputs = keras.random.normal((1, 6, 2), seed=1)
        moved = keras.ops.slice_update(inputs, (0, 5, 0) if later else (0, 0, 0), keras.ops.ones((1, 1, 2)))
        places = slice(0, 5) if later else slice(1, 6)
        reached = not keras.ops.all(model(inputs)[:, places] == model(moved)[:, places])
        assert reached == (choice is right), choice


def test_a_sitting_asks_about_the_task_where_that_is_certain():
    for values, known in [*((values, True) for values, _ in BEATEN), ({"task": "delayed_echo", "delay": 0}, False)]:
        experiment = read_experiment(values).experiment
        asked = [question(MODELS["gru_every_step"], 3, number, experiment) for number in range(10)]
        behaviour = [each for each in asked if each.kind == BEHAVIOUR]
        assert len(behaviour) == known and all(each.layer == "" for each in behaviour)


def test_a_memory_is_asked_everything():
    assert {asked.kind for asked in a_round(MODELS["gru_every_step"])} == set(KINDS)


def test_seeds_differ():
    assert len({tuple(question(MODELS["two_streams"], seed, n).text for n in range(3)) for seed in range(20)}) > 10


KNOWN = {
    *("axes swapped", "units for timesteps", "batch counted", "batch a number", "batch forgotten"),
    *("time not dropped", "time dropped", "units as a new axis", "width unchanged", "units beside features"),
    *("concat not doubled", "bias forgotten", "second bias forgotten", "gates forgotten", "counted per step"),
    *("recurrent kernel forgotten", "units as separate cells", "one direction forgotten", "the wrong axis dropped"),
    *("parameters times steps", "a slider forgotten", "another axis moved", "an axis too many", "the other kernel"),
    *(
        "heads as an axis",
        "one of three",
        "added as concatenated",
        "concatenated as added",
        "one step seen",
        "time mixed in",
    ),
}


def test_every_known_misconception_is_met_somewhere_in_the_catalog():
    found = {
        choice.mistake
        for description in MODELS.values()
        for seed in range(12)
        for asked in a_round(description, seed)
        for choice in asked.choices
    }
    assert found >= KNOWN, KNOWN - found


def test_a_sum_of_both_ways_is_not_doubled():
    mistakes = {choice.mistake for seed in range(20) for asked in a_round(ALL["odd"], seed) for choice in asked.choices}
    assert {"sum doubled", "a tensor forgotten", "rows for width"} <= mistakes


def test_a_convolution_without_padding_is_asked_for_what_it_leaves_out():
    sequence = keras.Input((12, 4), name="sequence")
    description = describe(keras.Model(sequence, layers.Conv1D(4, 3, name="windows")(sequence))).written()
    mistakes = {choice.mistake for seed in range(20) for asked in a_round(description, seed) for choice in asked.choices}
    assert "padding assumed" in mistakes


def test_gru_arithmetic():
    """3 · 32 · (5 + 32 + 2) = 3,744 weights, and what it would be with each mistake (https://keras.io/api/layers/recurrent_layers/gru)."""
    wanted = {
        "": 3 * 32 * (5 + 32 + 2),
        "bias forgotten": 3 * 32 * (5 + 32),
        "second bias forgotten": 3 * 32 * (5 + 32 + 1),
        "gates forgotten": 32 * (5 + 32 + 2),
        "recurrent kernel forgotten": 3 * 32 * (5 + 2),
        "units as separate cells": 3 * 32 * (5 + 1 + 2),
        "counted per step": 20 * 3744,
    }
    found = {}
    for seed in range(60):
        for asked in a_round(MODELS["gru_every_step"], seed):
            if (asked.kind, asked.layer) == ("parameters", "memory"):
                found |= {choice.mistake: int(choice.text.replace(",", "")) for choice in asked.choices}
    assert {name: found[name] for name in wanted} == wanted


def test_the_reason_of_the_right_choice_is_the_rule_and_the_arithmetic():
    asked = next(q for q in a_round(MODELS["gru_every_step"]) if (q.kind, q.layer) == ("parameters", "memory"))
    reason = asked.choices[asked.right].reason
    assert "5 features become 32 units" in reason
    assert reason.endswith("3 · U · (F + U + 2) = 3 · 32 · (5 + 32 + 2) = 3,744.")


def test_what_has_no_explanation_is_only_asked_what_keras_answers():
    (asked,) = a_round(ALL["unknown"])
    assert (asked.kind, asked.layer) == ("output", "mine")
    assert "There is no explanation of Mine yet" in asked.choices[asked.right].reason


def test_sliders_are_not_asked_of_a_model_of_no_experiment():
    assert not ALL["odd"].settings
    assert {asked.kind for asked in a_round(ALL["odd"])} == set(KINDS) - {"slider"}


def test_shared_weights_add_nothing():
    asked = next(q for q in a_round(ALL["shared"]) if q.kind == "parameters" and q.layer == "memory (2)")
    assert asked.choices[asked.right].text == "0"
    assert "63" in {choice.text for choice in asked.choices}


def test_nothing_can_be_asked_of_a_model_without_layers():
    nothing = structs.replace(ALL["odd"], sources=(), layers=())
    with pytest.raises(ValueError, match=r"nothing to ask about this model\. Received: no layers"):
        question(nothing, 0, 0)


class Terminal:
    """A reader who gives these answers, and what was written to him."""

    def __init__(self, *answers):
        self.answers, self.written = list(answers), []

    def read(self, prompt):
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def play(self, questions, seed=0):
        return play(MODELS["gru_once"], seed, questions, self.read, self.written.append)


def letters(*, right, seed=0, questions=3):
    """For each question the letter of its right choice, or of a wrong one."""
    places = [question(MODELS["gru_once"], seed, number).right for number in range(questions)]
    return ["abcd"[place if right else (place + 1) % 3] for place in places]


def test_play_to_the_end():
    assert str(Terminal(*letters(right=True)).play(3)) == "3 of 3 right"
    assert Terminal(*(str("abcd".index(each) + 1) for each in letters(right=True))).play(3) == Sitting(3, 3)
    assert Terminal(*(f" {each.upper()})" for each in letters(right=True))).play(3) == Sitting(3, 3)


def test_a_wrong_answer_is_told_both_reasons():
    terminal = Terminal(letters(right=False)[0])
    assert terminal.play(1) == Sitting(0, 1)
    text, asked = "\n".join(terminal.written), question(MODELS["gru_once"], 0, 0)
    chosen = asked.choices["abcd".index(letters(right=False)[0])]
    assert f"No. {chosen.reason}" in text
    assert asked.choices[asked.right].reason in text
    assert text.endswith("0 of 1 right.")


@pytest.mark.parametrize("bad", ["x", "", "0", "9", "ab", "²", "a b", "e" * 500])
def test_what_is_no_answer_gets_a_sentence_and_is_asked_again(bad):
    terminal = Terminal(bad, letters(right=True)[0])
    assert terminal.play(1) == Sitting(1, 1)
    (sentence,) = (line for line in terminal.written if "Received" in line)
    assert f"“{bad[:20]}”" in sentence and "try again" in sentence


@pytest.mark.parametrize("end", [["q"], ["Q"], []])
def test_play_ends_early(end):
    terminal = Terminal(letters(right=True)[0], *end)
    assert terminal.play(5) == Sitting(1, 1)
    assert terminal.written[-1] == "\n1 of 1 right."


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: layers.GRU(3), (5, 2)),
        (lambda: layers.Bidirectional(layers.LSTM(3, return_sequences=True)), (5, 2)),
        (lambda: layers.GlobalAveragePooling1D(), (5, 2)),
        (lambda: layers.RepeatVector(4), (2,)),
    ],
)
def test_keras_says_of_a_wrong_number_of_axes_what_the_reason_says(layer, shape):
    sequence = keras.Input(shape)
    model = describe(keras.Model(sequence, layer()(sequence))).written()
    asked = next(asked for asked in a_round(model) if asked.kind == "input")
    assert len(asked.choices) == 4
    for choice in asked.choices:
        rank = int(choice.text.split(":")[0])
        if choice.right:
            layer()(keras.ops.zeros((2,) * rank))
        else:
            with pytest.raises(ValueError, match=re.search("“(.*)”", choice.reason)[1]):
                layer()(keras.ops.zeros((2,) * rank))


def test_a_wrapped_memory_takes_one_axis_less_than_its_wrapper():
    asked = next(asked for asked in a_round(MODELS["windows_gru"]) if (asked.kind, asked.layer) == ("input", "memory"))
    reasons = {choice.mistake: choice.reason for choice in asked.choices}
    assert reasons["an axis too many"].startswith("Then the inner GRU gets 4 axes and needs 3:")
    assert reasons["time dropped"].startswith("Then the inner GRU gets 2 axes and needs 3:")


PAGE = """
import json
from pathlib import Path
import streamlit as st
from explorer.ui.model.quiz_panel import hidden, quiz_panel

description = json.loads(Path(st.session_state["file"]).read_text())
st.text(json.dumps(hidden(description)))
quiz_panel(description)
"""


@pytest.fixture
def page(tmp_path):
    """A page with nothing but the panel; `show` puts another model on it."""
    script, file = tmp_path / "page.py", tmp_path / "description.json"
    script.write_text(PAGE)
    page = AppTest.from_file(str(script), default_timeout=30)
    page.session_state["file"] = str(file)
    page.session_state["quiz_seed_wanted"] = 7

    def show(description):
        file.write_text(json.dumps(description.to_dict()))
        page.run()
        assert not page.exception, page.exception

    page.show = show
    show(MODELS["gru_once"])
    return page


def first(page):
    """The question that a page begins with."""
    assert not page.exception, page.exception
    return question(MODELS["gru_once"], 7, 0)


def hides(page):
    """What the page is to hide when it draws the chain."""
    (text,) = page.text
    return json.loads(text.value)


def answer(page, place):
    page.radio(key="quiz_choice").set_value(place).run()
    page.button(key="quiz_answer").click().run()
    assert not page.exception, page.exception


def told(page):
    return "\n".join(each.value for each in (*page.success, *page.error, *page.markdown)).replace("\\", "").replace("**", "")


def test_shapes_and_parameters_are_hidden_while_a_question_is_open(page):
    asked = first(page)
    assert hides(page) == ["shapes", "parameters"]
    assert asked.text in told(page)
    assert asked.text.startswith(asked.layer)
    assert page.radio(key="quiz_choice").value is None
    assert page.button(key="quiz_answer").disabled


def test_a_right_answer_reveals_and_counts(page):
    asked = first(page)
    answer(page, asked.right)
    assert hides(page) == []
    shown = page.radio(key="quiz_shown")
    assert shown.disabled and shown.options[asked.right].endswith("– right") and shown.options[asked.right][0] == "✓"
    assert page.button(key="quiz_answer").label == "Next question"
    assert "1 of 1 right" in told(page) and asked.choices[asked.right].reason in told(page)
    assert not page.error
    page.button(key="quiz_answer").click().run()
    assert "1 of 1 right" in told(page) and "2 of" in told(page)


def test_a_wrong_answer_tells_both_reasons_and_the_next_question_is_open(page):
    asked = first(page)
    wrong = (asked.right + 1) % len(asked.choices)
    answer(page, wrong)
    assert asked.choices[wrong].reason in told(page) and asked.choices[asked.right].reason in told(page)
    assert "0 of 1 right" in told(page)
    assert page.radio(key="quiz_shown").options[wrong].endswith("– your answer")
    page.button(key="quiz_answer").click().run()
    second = question(MODELS["gru_once"], 7, 1)
    assert hides(page) == ["shapes", "parameters"]
    assert second.text in told(page) and page.radio(key="quiz_choice").value is None
    answer(page, second.right)
    assert "1 of 2 right" in told(page)


def test_a_question_passed_over_does_not_count(page):
    first(page)
    page.button(key="quiz_skip").click().run()
    assert question(MODELS["gru_once"], 7, 1).text in told(page)
    assert "No answer yet" in told(page)


def test_a_sitting_ends_with_a_result_and_starts_again(page):
    questions = sitting_length(MODELS["gru_once"])
    page.button(key="quiz_skip").click().run()
    for number in range(1, questions):
        assert f"{number + 1} of {questions}" in told(page)
        right = question(MODELS["gru_once"], 7, number).right
        answer(page, right if number > 1 else (right + 1) % 3)
        page.button(key="quiz_answer").click().run()
    assert f"{questions - 2} of {questions - 1} right at the first try." in told(page)
    assert "1 question skipped." in told(page)
    assert hides(page) == []
    page.button(key="quiz_again").click().run()
    assert first(page).text in told(page) and "No answer yet" in told(page)
    for _ in range(questions):
        page.button(key="quiz_skip").click().run()
    assert "No question was answered." in told(page)
    page.button(key="quiz_others").click().run()
    assert question(MODELS["gru_once"], 8, 0).text in told(page)


def test_another_model_is_asked_about_at_once(page):
    first(page)
    page.radio(key="quiz_choice").set_value(1).run()
    page.show(MODELS["two_streams"])
    asked = question(MODELS["two_streams"], 7, 0)
    assert asked.text in told(page) and page.radio(key="quiz_choice").value is None
    answer(page, asked.right)
    page.show(MODELS["gru_once"])
    assert hides(page) == ["shapes", "parameters"]
    assert question(MODELS["gru_once"], 7, 1).text in told(page)
    assert "1 of 1 right" in told(page)


def test_another_seed_begins_anew(page):
    asked = first(page)
    answer(page, asked.right)
    page.number_input(key="quiz_seed_wanted").set_value(8).run()
    assert question(MODELS["gru_once"], 8, 0).text in told(page)
    assert "No answer yet" in told(page)
    assert hides(page) == ["shapes", "parameters"]


def test_a_model_that_cannot_be_asked_about_is_said_to_be_one(page):
    first(page)
    page.show(structs.replace(ALL["odd"], sources=(), layers=()))
    assert hides(page) == []
    assert "nothing to ask" in page.info[0].value
