"""Grammar: a verb agrees with its subject wherever a count or the name of an axis stands before it."""

from __future__ import annotations

import math
import re

import keras
import pytest
from keras import layers

from explorer.catalog import ARCHITECTURES
from explorer.description import Description, Window, every
from explorer.shapes.captions import hidden_words
from explorer.shapes.compare import compare
from explorer.shapes.describe_model import describe
from explorer.shapes.time_flow import TIME_FLOWS, all_of, handed, time_sentence
from explorer.tensors.tensor import Tensor
from explorer.tensors.text import agreed, changes, count, counted, one_of
from tests import catalog_models
from tests.catalog_models import answer, described, experiment_of
from tests.for_all import for_all

# "1 feature become", "1 timesteps become", "20 timesteps stays", "1 unit are".
PLURAL = "become|go|stay|appear|come|are|have|take|make"
DISAGREES = re.compile(
    rf"(?<![\d,.] )\b1 (?:\w+s\b|\w+[^s\W] (?:{PLURAL})\b)"
    # Of "an axis of 2 units is added" the verb belongs to the axis.
    r"|\b(?<!axis of )(?:[2-9]|\d\d+) \w+ (?:becomes|goes|stays|appears|is|has)\b"
)


@pytest.mark.parametrize(
    ("verb", "one", "more"),
    [
        ("become", "becomes", "become"),
        ("go", "goes", "go"),
        ("stay", "stays", "stay"),
        ("appear", "appears", "appear"),
        ("are", "is", "are"),
        ("have", "has", "have"),
        ("take", "takes", "take"),
    ],
)
def test_a_verb_agrees_with_its_subject(verb, one, more):
    assert [agreed(verb, number) for number in (0, 1, 2, 20, None)] == [more, one, more, more, more]
    assert [agreed(verb, names) for names in (["axis 2"], ["timesteps"], ["axis 1", "axis 2"])] == [one, more, more]


def test_a_count_agrees_with_its_noun():
    assert counted(1, "features", "become") == "1 feature becomes"
    assert counted(32, "features", "become") == "32 features become"
    assert counted(None, "timesteps", "come") == "timesteps come"
    assert counted(1, "axis 2", "become") == "1 in axis 2 becomes"
    assert counted(None, "axis 2", "become") == "axis 2 becomes"
    assert [count(1, name) for name in ("batches", "units", "axis 1")] == ["1 batch", "1 unit", "1 in axis 1"]
    assert [one_of(name) for name in ("timesteps", "batches", "hidden states")] == ["timestep", "batch", "hidden state"]


SEQUENCE, ONE = ("batch", "timesteps", "features"), ("batch", "units")
GOLDEN = [
    ([((None, 20, 1), SEQUENCE)], ((None, 20, 32), (*SEQUENCE[:2], "units")), "timesteps stay, 1 feature becomes 32 units"),
    ([((None, 20, 5), SEQUENCE)], ((None, 1), ONE), "timesteps are removed, 5 features become 1 unit"),
    ([((None, 1, 5), SEQUENCE)], ((None, 3, 5), SEQUENCE), "1 timestep becomes 3, features stay"),
    ([((None, 20, 1), SEQUENCE)], ((None, 20, 1), (*SEQUENCE[:2], "outputs")), "timesteps stay, 1 feature becomes 1 output"),
    (
        [((None, 20, 3), SEQUENCE)],
        ((None, 20, 3), (*SEQUENCE[:2], "outputs")),
        "timesteps stay, 3 features become 3 outputs",
    ),
    ([((None, 1), ONE)], ((None, 1, 1), (ONE[0], "timesteps", "units")), "an axis of 1 timestep is added, units stay"),
    ([((None, 1), ONE)], ((None, 20, 1), (ONE[0], "timesteps", "units")), "an axis of 20 timesteps is added, units stay"),
    ([((None, 4, 1), SEQUENCE)] * 2, ((None, 4, 2), SEQUENCE), "timesteps stay, 1 feature becomes 2 features"),
    (
        [((None, 4, 1), SEQUENCE), ((None, 4, 3), SEQUENCE)],
        ((None, 4, 4), SEQUENCE),
        "timesteps stay, 1 and 3 features become 4 features",
    ),
    (
        [((None, 7, 5), ("batch", "axis 1", "features"))],
        ((None, 5), ("batch", "features")),
        "axis 1 is removed, features stay",
    ),
]


@for_all(("received", "returned", "words"), GOLDEN)
def test_what_becomes_of_the_axes_reads_as_english(received, returned, words):
    assert changes([Tensor(*each) for each in received], [Tensor(*returned)]) == words


def sentences_of(description) -> list[str]:
    found = [description["spoken"], description["unrolled"]["says"]]
    found += [row["hands"] for row in description["unrolled"]["rows"]]
    found += [setting["says"] for setting in description["settings"].values()]
    return found + [text for layer in description["layers"] for text in (layer["says"], layer["spoken"])]


@for_all("name", ARCHITECTURES)
def test_models_of_the_smallest_sizes_are_told_without_a_mistake(name):
    sizes = {"timesteps": 1, "features": 1, "units": 1}
    smallest = described(experiment_of(name, **sizes))
    description = smallest.to_dict()
    for text in sentences_of(description):
        assert not DISAGREES.search(text), text
    for each in compare(smallest, catalog_models.description(name))["differences"]:
        assert not DISAGREES.search(each["says"]), each["says"]


def test_the_mistakes_of_before_would_be_found():
    for text in (
        "1 feature become 32 units",
        "1 timesteps become 3",
        "1 unit are the output",
        "1 timestep come in",
        "3 units is",
    ):
        assert DISAGREES.search(text), text
    for text in ("1 feature becomes 32 units", "20 timesteps come in", "32 units become 1 output", "all 1,001 units stay"):
        assert not DISAGREES.search(text), text


# ------------------------------------------------------------------------------------------------ over time


@for_all("flow", TIME_FLOWS)
@for_all("axis", ["timesteps", "windows"])
@for_all("steps", [1, 20, None])
def test_every_way_along_time_has_words_at_every_size(flow, axis, steps):
    texts = [time_sentence(flow, axis, Window(3, 1, 1, 0), shares_weights=True)]
    for answers in (True, False):
        hands, more = handed(flow, axis, steps, 3, last_states=False, answers=answers)
        assert hands.startswith("outputs " if answers else "returns ")
        texts += [hands, more]
    for text in texts:
        assert not DISAGREES.search(text) and "{" not in text and "None" not in text, text
        assert axis == "timesteps" or "step" not in text, text


def test_what_is_returned_is_said_in_numbers_that_fit():
    def of(flow: str, steps: int | None, **more) -> tuple[str, str]:
        return handed(flow, "timesteps", steps, 3, **{"last_states": False, "answers": False, **more})

    assert of("along", 20) == ("returns all 20 hidden states", "")
    assert of("along", 1) == ("returns the one hidden state", "")
    assert of("each", 20) == ("returns 20 vectors", "one for each timestep")
    assert of("each", 1, answers=True) == ("outputs 1 vector", "one for each timestep")
    assert of("window", 20) == ("returns 20 vectors", "each made from 3 timesteps")
    assert of("repeat", 1) == ("returns the same vector once", "")
    assert of("repeat", 20) == ("returns the same vector 20 times", "")
    assert all_of(None, "hidden states") == "all hidden states"


# ------------------------------------------------------------------------------------------------ read aloud


@for_all("name", ARCHITECTURES)
def test_every_layer_has_all_that_its_panel_shows(name):
    description = answer(name)["description"]
    for layer in every(Description.read(description).layers):
        assert layer.does and layer.change and layer.says == f"{layer.does}: {layer.change}"
        assert layer.title.endswith(f" — {layer.as_code}")
        assert (layer.note is not None) == (layer.type in ("GRU", "LSTM", "MultiHeadAttention"))
        total = layer.counted[-1]
        assert total == f"{layer.params:,}" if layer.params else total.startswith("no parameters")
        sizes = [math.prod(weight.shape) for weight in layer.weights]
        for weight, size in zip(layer.weights, sizes, strict=True):
            assert weight.says.startswith(f"{weight.name}: ") and weight.says.endswith(f"; {count(size, 'weights')}")
        assert sum(sizes) == layer.params or layer.inside or layer.shares
    for layer in description["layers"]:
        assert layer["text"].startswith(f"{layer['name']}: {layer['type']}\n") and layer["says"][1:] in layer["text"]
        # The words that are seen come first: WCAG 2.5.3, label in name.
        assert layer["spoken"].startswith(f"{layer['as_code']}, {layer['name']}. ")
        for shape in (*layer["input"], *layer["output"]):
            assert all(f"{size:,}" in layer["spoken"] for size in shape if size is not None)
        assert all(name in layer["spoken"] and name in description["spoken"] for name in layer["reads"])


def test_what_a_question_hides_is_not_read_aloud():
    description = answer("gru_every_step")["description"]
    spoken = description["layers"][0]["spoken"]
    found = hidden_words(description, ["shapes", "parameters"])
    words = [found["spoken"], *(layer["spoken"] for layer in found["layers"])]
    for text in words:
        assert "a hidden shape (?)" in text and "? parameters" in text
        assert "3,744" not in text and "U = 32" not in text and "become" not in text
    # The arguments in a title may be what is asked: the class alone is seen, and said first.
    assert found["layers"][1]["spoken"].startswith("TimeDistributed(Dense), answer. ")
    # What was given is as it was.
    assert description["layers"][0]["spoken"] == spoken and "3,744" in spoken


def test_a_layer_without_a_rule_says_so_and_counts_as_keras_does():
    class Mine(layers.Dense):
        pass

    sequence = keras.Input((6, 3))
    (layer,) = describe(keras.Model(sequence, Mine(4)(sequence))).to_dict()["layers"]
    assert layer["note"] == "There is no explanation of Mine yet: these shapes and counts are Keras's own."
    assert layer["counted"] == ["16"] and layer["note"] in layer["text"]


def test_a_layer_that_is_called_again_counts_nothing_of_its_own():
    sequence = keras.Input((6, 3))
    encoder = layers.GRU(4, name="encoder", return_sequences=True)
    model = keras.Model(sequence, encoder(layers.Dense(3)(encoder(layers.Dense(3)(sequence)))))
    again = describe(model).to_dict()["layers"][-1]
    assert again["shares"] and again["counted"] == [f"no parameters of its own: it shares the weights of {again['shares']}"]
    assert again["does"].startswith(f"with the same weights as {again['shares']}, reads one vector per timestep")
    flat = describe(keras.Model(sequence, layers.Flatten()(sequence))).to_dict()["layers"][0]
    assert flat["counted"] == ["no parameters: nothing here is learned"]


def test_the_two_directions_have_their_parts_and_their_mode():
    sequence = keras.Input((6, 3))
    for mode in ("concat", "sum", "ave", "mul"):
        model = keras.Model(sequence, layers.Bidirectional(layers.GRU(4), merge_mode=mode)(sequence))
        (layer,) = describe(model).to_dict()["layers"]
        assert layer["merge_mode"] == mode
        assert [each["title"] for each in layer["inside"]] == ["forwards — GRU(4)", "backwards — GRU(4)"]
