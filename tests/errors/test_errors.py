"""Messages of Keras lead to what they mean: those that 3.15.1 gives on learners' cases, old ones, and what is no message."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.catalog.examples import EXAMPLES
from explorer.errors import find
from explorer.errors.cleaning import MOST_CHARACTERS, cleaned
from explorer.errors.facts import read
from explorer.errors.families import FAMILIES, WrongFamily
from explorer.errors.families import read as read_family
from explorer.errors.patterns import MOST_GAPS, TYPES, compiled
from tests.for_all import for_all
from tests.test_words import check as check_words

# What Keras 3.15.1 says where the code of a learner's case, or of an example, is run: with the kind that the case has.
MESSAGES = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))
IN_LOSS = ("target_and_output", "labels")
OF_WEIGHTS = ("weights_of_another_model", "")
# Wordings of Keras 1 and 2 and of TensorFlow 1 and 2, with the family and the example that come first.
OLD = [
    ("Input 0 is incompatible with layer lstm_1: expected ndim=3, found ndim=2", "axes_of_a_layer", "memory_thrown_away"),
    (
        "Input 0 of layer lstm is incompatible with the layer: expected ndim=3, found ndim=2. "
        "Full shape received: [None, 5]",
        "axes_of_a_layer",
        "memory_thrown_away",
    ),
    (
        "Error when checking input: expected lstm_1_input to have 3 dimensions, but got array with shape (100, 5)",
        "axes_of_data",
        "flat_input",
    ),
    (
        "Exception: Error when checking model input: expected lstm_input to have 3 dimensions, but got array with "
        "shape (9, 2)",
        "axes_of_data",
        "flat_input",
    ),
    (
        "Error when checking target: expected dense_1 to have shape (1,) but got array with shape (10,)",
        "target_and_output",
        "labels",
    ),
    (
        "Error when checking target: expected dense_1 to have 3 dimensions, but got array with shape (118, 1)",
        "target_and_output",
        "answer_at_every_step",
    ),
    (
        "Error when checking target: expected dense_2 to have shape (None, 1) but got array with shape (323, 7)",
        "target_and_output",
        "labels",
    ),
    (
        "logits and labels must have the same first dimension, got logits shape [32,10] and labels shape [320]",
        "target_and_output",
        "labels",
    ),
    (
        "logits and labels must be broadcastable: logits_size=[10,3] labels_size=[10,5]",
        "target_and_output",
        "units_for_timesteps",
    ),
    ("Shapes (None, 1) and (None, 10) are incompatible", "target_and_output", "labels"),
    (
        "You are passing a target array of shape (100, 1) while using as loss `categorical_crossentropy`.",
        "labels_and_loss",
        "labels",
    ),
    ("Incompatible shapes: [32,10] vs. [32]", "shapes_differ", "batch_as_long_as_time"),
    ("slice index 0 of dimension 0 out of bounds.", "index_out_of_range", "memory_thrown_away"),
    (
        "A `Concatenate` layer requires inputs with matching shapes except for the concat axis. "
        "Got inputs shapes: [(None, 10, 5), (None, 5)]",
        "branches",
        "article_3",
    ),
    ('Invalid input shape for input Tensor("data:0", shape=(None, 24), dtype=float32)', "shape_of_data", "flat_input"),
    ("ValueError: Unknown initializer: GlorotUniform", "unknown_object", ""),
    ("ValueError: Unknown layer: AttentionLayer", "unknown_object", ""),
    ("Matrix size-incompatible: In[0]: [32,10], In[1]: [5,1]", "matrix_sizes", "flat_input"),
    ("No gradients provided for any variable: ['dense/kernel:0', 'dense/bias:0'].", "no_gradients", ""),
    ("Data cardinality is ambiguous:\n  x sizes: 100\n  y sizes: 90", "samples_differ", "batch_as_long_as_time"),
    ("If a RNN is stateful, a complete input_shape must be provided (including batch size)", "stateful", "stateful"),
    ("TypeError: ('Keyword argument not understood:', 'input_dims')", "not_in_this_keras", "keras_1_arguments"),
    ("AttributeError: 'NoneType' object has no attribute 'compile'", "none_instead", ""),
    (
        "Error when checking model target: expected lstm_1 to have shape (9, 500) but got array with shape (9, 1)",
        "target_and_output",
        "labels",
    ),
    ("AttributeError: 'Sequential' object has no attribute 'predict_classes'", "not_in_this_keras", "keras_1_arguments"),
    ("'NoneType' object has no attribute '_inbound_nodes'", "disconnected", "article_3"),
    ("In[0] is not a matrix. Instead it has shape [128] [Op:MatMul]", "matrix_sizes", "flat_input"),
    ("Layer flatten_1 does not support masking, but was passed an input_mask", "masks", "mask_too_late"),
    ("You are trying to load a weight file containing 2 layers into a model with 1 layers", "weights_of_another_model", ""),
    ("`y` argument is not supported when using dataset as input.", "arguments_of_fit", ""),
    ("Error when checking target: expected dense_1 to have shape (None, 10) but got array with shape (19 541, 1)", *IN_LOSS),
    ("Optimizer weight shape (1200,) not compatible with provided weight shape (300, 300)", "weights_of_another_model", ""),
    ("The model expects 2 input arrays, but only received one array.", "number_of_tensors", "article_3"),
    ("Layer expects input ndim=3, was provided with input shape (None, 30)", "axes_of_a_layer", "memory_thrown_away"),
    ("Shapes (64, 100, 332) and (64, 100) are incompatible", *IN_LOSS),
    ("TypeError: Received unknown keyword arguments: {'epochs': 400}", "not_in_this_keras", "keras_1_arguments"),
    ("Dimension 1 in both shapes must be equal, but are 7 and 9. Shapes are [6,7] and [6,9]. for 'Assign_17'", *OF_WEIGHTS),
    ("Cannot unroll a RNN if the time dimension is undefined.", "unknown_size", "unknown_features"),
    ("expected ndim=3, found ndim=2", "axes_of_a_layer", "memory_thrown_away"),
    ("Shapes used to initialize variables must be fully-defined", "unknown_size", "unknown_features"),
    ("Dimensions must be equal, but are 6 and 12", "dimensions_differ", "batch_as_long_as_time"),
]
# Of other libraries, of Python, and of nobody.
NOT_KNOWN = [
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x10 and 5x1)",
    "RuntimeError: input must have 3 dimensions, got 2",
    "RuntimeError: The size of tensor a (10) must match the size of tensor b (5) at non-singleton dimension 1",
    "  File 'torch/nn/rnn.py'\nValueError: too many values to unpack (expected 2)",
    "ZeroDivisionError: division by zero",
    "ModuleNotFoundError: No module named 'sklearn'",
    "FileNotFoundError: [Errno 2] No such file or directory: 'sales.csv'",
    "java.lang.NullPointerException at Main.main(Main.java:3)",
    "It does not work, please help!",
    "\x00\x01\x02\xff\xfe PNG \x1a\n" * 40,
    "<html><body><p>404</p></body></html>",
]


@for_all("case", MESSAGES, ids=lambda case: case["case"])
def test_every_message_of_keras_3_leads_to_a_family_with_the_kind_of_its_case(case):
    found = find(case["message"])
    assert found.status == "known" and found.means and found.causes
    # A kind `new` is none of the checker's.
    assert case["kind"] == "new" or case["kind"] in {cause.kind for cause in found.causes}


@for_all(("message", "family", "example"), OLD, ids=[each[0][:50] for each in OLD])
def test_old_wordings_lead_to_the_same_families(message, family, example):
    found = find(message)
    assert (found.family, found.causes[0].example) == (family, example)
    # An example and its fixed form open.
    assert all(cause.example in EXAMPLES for cause in found.causes if cause.example)
    assert all(cause.fixed in EXAMPLES for cause in found.causes if cause.fixed)


@for_all("text", NOT_KNOWN, ids=range(len(NOT_KNOWN)))
def test_what_is_not_known_is_said_to_be_not_known(text):
    found = find(text)
    assert (found.status, found.family, found.causes) == ("unknown", "", ())
    assert "not known" in found.advice or "are known" in found.advice


def test_numbers_of_the_message_stand_in_named_axes():
    found = find("ValueError: Input 0 of layer \"lstm_1\" is incompatible with the layer: expected ndim=3, found ndim=2. "
                 "Full shape received: (None, 32)")  # fmt: skip
    assert "`lstm_1` needs 3 axes, (batch, timesteps, features)" in found.means and "(batch, features 32)" in found.means
    shape = next(fact for fact in found.facts if fact.name == "shape")
    assert (shape.shape, shape.axes) == ((None, 32), ("batch", "features"))
    found = find("Arguments `target` and `output` must have the same rank (ndim). Received: target.shape=(None, 11), "
                 "output.shape=(None, 40, 11)")  # fmt: skip
    assert "(batch, outputs 11)" in found.means and "(batch, timesteps 40, outputs 11)" in found.means
    assert found.causes[0].kind == "time_axis_extra"
    found = find("Incompatible shapes: [16,40] vs. [32,40]\n [[{{node sequential/lstm/while/lstm_cell/Add}}]]")
    assert found.causes[0].kind == "stateful_batch"


def test_a_shape_without_its_batch_gets_one_and_axes_that_nobody_knows_no_name():
    facts = read({"output": ("part", "(1,)"), "target": ("part", "(10,)")})
    assert (facts.words["output"], facts.words["target"]) == ("(batch, outputs 1)", "(batch, outputs 10)")
    facts = read({"output": ("part", "(None, 1)"), "target": ("part", "(323, 7)")})
    assert facts.words["target"] == "(batch 323, outputs 7)"
    assert read({"shape": ("shape", "[?,4,10,5]"), "layer": ("word", "lstm_2")}).words["shape"] == "(batch, 4, 10, 5)"
    facts = read({"shape": ("shape", "[?,4,10,5]"), "layer": ("word", "conv2d_2")})
    assert facts.words["shape"] == "(batch, rows 4, columns 10, channels 5)"


TRACEBACK = """\
Traceback (most recent call last):
  File "/home/ada/model.py", line 9, in <module>
    model.add(layers.LSTM(16))  # too many values to unpack
  File "/usr/lib/keras/src/utils/traceback_utils.py", line 122, in error_handler
    raise e.with_traceback(filtered_tb) from None
ValueError: {}
"""
PLAIN = (
    "Input 0 of layer lstm_1 is incompatible with the layer: expected ndim=3, found ndim=2. Full shape received: (None, 32)"
)
AS_PEOPLE_HAVE_IT = {
    "traceback": TRACEBACK.format(PLAIN),
    "quotes": f"I get “{PLAIN}” when I run it, why?",
    "wrapped": PLAIN.replace(" ", "\n    "),
    "answer to a mail": "\n".join(f"> {word}" for word in PLAIN.split()),
    "colours": TRACEBACK.format(
        f"Exception encountered when calling Sequential.call().\n\n\x1b[1m{PLAIN}\x1b[0m\n\nArguments received"
    ),
    "colours without their escape": f"[1m{PLAIN}[0m",
    "html": f"<pre><code class='x'>{PLAIN.replace('expected', '<b>expected</b>')}</code></pre>",
    "capitals": PLAIN.upper(),
    "windows": TRACEBACK.format(PLAIN).replace("\n", "\r\n"),
    "control characters": PLAIN.replace(" ", "\x00\x07 "),
    "at the end of a megabyte": "Epoch 1/9 loss: 0.5\n" * 50_000 + PLAIN,
}


@for_all("text", AS_PEOPLE_HAVE_IT.values(), ids=AS_PEOPLE_HAVE_IT)
def test_a_message_is_found_however_it_was_copied(text):
    found = find(text)
    assert (found.family, found.causes[0].example) == ("axes_of_a_layer", "memory_thrown_away")
    part = re.sub(r"<[^>]+>|[\s\x00-\x1f>]+", "", text[found.start : found.end])
    assert part.lower() == "expectedndim=3,foundndim=2"
    assert found.cut == (len(text) > MOST_CHARACTERS)
    assert found.means and "32" in found.means


def test_of_several_messages_the_last_counts_and_the_others_are_told():
    found = find("ValueError: Data cardinality is ambiguous\nDuring handling of the above exception:\n"
                 "ValueError: expected ndim=3, found ndim=2")  # fmt: skip
    assert found.family == "axes_of_a_layer" and found.also == (FAMILIES["samples_differ"].title,)
    # One that says little does not hide another.
    assert find(f"{PLAIN}\nValueError: too many values to unpack").family == "axes_of_a_layer"


@for_all("example", EXAMPLES.values(), ids=EXAMPLES)
def test_code_is_told_to_be_code(example):
    assert find(example.code).status == "code"


def test_code_with_its_error_is_a_message_and_a_notebook_is_code():
    code = EXAMPLES["memory_thrown_away"].code
    assert find(f"{code}\n# ValueError: {PLAIN}").family == "axes_of_a_layer"
    assert find('{"cells": [], "nbformat": 4}').status == "code"
    assert find(" \n\t").status == "empty" and find("").advice


@for_all("family", FAMILIES.values(), ids=FAMILIES)
def test_a_family_finds_its_own_messages_and_speaks_plain_words(family):
    for message in family.messages:
        sample = re.sub(r"\{\w+:(\w+)\}", lambda part: SAMPLES[part[1]], message.words).replace("...", "and")
        assert message.pattern.search(cleaned(sample).text), message.words
        found = find(f"ValueError: {sample}")
        # The same number everywhere may fit no cause, and that is said.
        assert found.means and (found.causes or "fit none" in found.advice) and not re.search(r"[{}]", found.means)
        assert all(cause.says for cause in found.causes)
    check_words([family.title, *(said for _, said in family.means), *(row.says for row in family.causes)])


SAMPLES = {
    "number": "7",
    "size": "7",
    "shape": "(None, 7, 3)",
    "part": "(None, 7)",
    "word": "lstm_1",
    "sign": "+",
    "keys": "{'a': 1}",
}


def test_no_expression_repeats_within_a_repetition():
    assert all(not re.search(r"[*+]|\{\d+,\}", re.sub(r"\[[^\]]*\]", "", type_)) for type_ in TYPES.values())
    for family in FAMILIES.values():
        for message in (*family.messages, *family.beside):
            # Escaped characters and classes of characters repeat nothing.
            bare = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", message.pattern.pattern)
            assert not re.search(r"[*+]|\{\d+,\}|\)[?{]", bare.replace("(?P", "").replace("(?:", "")), message.words
            assert message.pattern.pattern.count("{0,200}") <= MOST_GAPS


PIECES = [
    *(
        "expected ndim=",
        "Dimensions must be equal, but are ",
        "6 and 12",
        "Error when checking input: expected ",
        "(None, ",
        "[[",
    ),
    *(
        "{{node ",
        "Exception encountered when calling ",
        " ",
        "\n",
        "<p ",
        "'",
        "\x1b[1m",
        "x",
        "7",
        ")",
        "Traceback",
        "Error: ",
    ),
]


@settings(max_examples=40)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.integers(1, 400))
def test_nothing_that_is_pasted_raises_and_places_are_within_it(pieces, times):
    text = "".join(pieces) * times
    found = find(text)
    assert 0 <= found.start <= found.end <= len(text)
    assert len(cleaned(text).text) <= MOST_CHARACTERS


@given(st.text(max_size=400))
def test_any_text_is_answered(text):
    assert find(text).status in ("known", "unknown", "code", "empty")


def test_the_work_grows_as_the_text_does():
    """Counted in characters that are looked at, whatever the machine: only the end of a text is."""
    text = "".join(random.Random(0).choices(PIECES, k=100_000))
    assert find(text).cut and len(cleaned(text).text) <= MOST_CHARACTERS


GOOD = "title: A\n=== messages\nabc {n:number}\n=== means\n | It is {n}.\n=== causes\ninput_rank | labels | | Do it.\n"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title: A", "titel: A", "line 1"),
        ("=== means", "=== sense", "line 4"),
        ("abc {n:number}", "abc {n:digits}", "line 3: “abc {n:digits}” has a part of the type “digits”"),
        ("abc {n:number}", "... abc", "line 3"),
        ("abc {n:number}", "abc ... b ... c ... d", "line 3: “abc ... b ... c ... d” has 3 gaps"),
        (" | It is {n}.", "It is {n}.", "line 5: 2 columns"),
        (" | It is {n}.", "n is big | It is {n}.", "line 5: “n is big” is no condition"),
        ("input_rank", "rank", "line 7: a kind is one of"),
        ("labels", "lables", "line 7: there is no example called “lables”"),
        ("=== causes\ninput_rank | labels | | Do it.\n", "", "needs a title, messages, a meaning and a cause"),
    ],
)
def test_a_family_that_is_wrong_fails_with_its_line(old, new, words):
    assert read_family("good", GOOD).causes[0].kind == "input_rank"
    with pytest.raises(WrongFamily) as told:
        read_family("bad", GOOD.replace(old, new))
    assert words in str(told.value) and str(told.value).startswith("bad.txt")


def test_a_message_without_quotes_and_spaces_is_the_same():
    pattern = compiled("layer `{name:word}` needs ndim={n:number}")
    assert pattern.search("Layer lstm_1 needsndim=3")["n"] == "3"
