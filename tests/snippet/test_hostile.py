"""Codes that would cost much, and numbers that are none: a check of them ends soon, with a report or a sentence."""

from __future__ import annotations

import functools
import inspect
import time
from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.snippet import check
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Data
from explorer.snippet.diagnose.running import run
from explorer.snippet.reader.costs import Within, trace
from explorer.snippet.reader.edits import Source, applied
from explorer.snippet.reader.limits import LARGEST_TRACE, MOST_CHARACTERS, Budget, light
from explorer.snippet.reader.names import LAYERS
from explorer.snippet.reader.reading import Reader
from explorer.snippet.reader.values import Unreadable
from explorer.snippet.report_layers import TRUSTED
from tests.cases.hostile import HEAD, HOSTILE
from tests.for_all import for_all
from tests.fuzz.promises import keep

BY_NAME = {each.name: each for each in HOSTILE}
# Of every kind what is quick to refuse; `make soak` checks all of them, and measures time and memory.
QUICK = (
    *("doubled_60", "sequential_doubled", "time_distributed_390", "spectral_power"),
    *("time_distributed_100000", "time_distributed_nested", "rnn_unrolled", "steps_of_the_data", "unstacked_million"),
    *("cells_repeated", "added_9000", "dense_huge", "input_rank_9000", "sums_of_sizes", "batch_huge"),
    *("lists_in_comprehension", "slices_in_comprehension", "zipped", "lists_that_share", "shared_after_the_call"),
    *("loss_that_grows", "function_of_itself", "lambda_of_lambda", "power_of_power", "rounded", "chosen_of_many"),
    *("arange_huge", "true_as_an_index", "format_width", "text_grows", "blank_lines", "parentheses", "attributes", "resets"),
)
ODD = (
    *("float('nan')", "float('inf')", "-float('inf')", "-0.0", "True", "False", "10**15", "-10**15", "10**7", "1j", "-1"),
    *("0", "2.5", "-2.5", "1e300", "1e-320", "None", "()", "(float('nan'), 2)", "[3, None]", "int('9' * 999)"),
)
MADE_OF = {
    "Activation": "'relu'",
    "Bidirectional": "layers.GRU(3)",
    "EinsumDense": "'abc,cd->abd', (20, 3)",
    "Embedding": "9, 4",
    "GroupQueryAttention": "2, 2, 1",
    "MultiHeadAttention": "2, 2",
    "Permute": "(2, 1)",
    "RNN": "layers.GRUCell(3)",
    "Reshape": "(100,)",
    "SpectralNormalization": "layers.Dense(3)",
    "StackedRNNCells": "[layers.GRUCell(3)]",
    "TimeDistributed": "layers.Dense(3)",
}
NOT_NUMBERS = ("initializer", "regularizer", "constraint", "name", "dtype", "trainable", "kwargs", "args", "self")


def numeric_arguments() -> list[tuple[str, str]]:
    """Every layer with every argument of it that may be a number."""
    found = []
    for layer in sorted(name for name in LAYERS if hasattr(keras.layers, name)):
        named = inspect.signature(getattr(keras.layers, layer).__init__).parameters
        found += [(layer, name) for name in (*named, "input_shape") if not any(part in name for part in NOT_NUMBERS)]
    return found


def read(code: str) -> Case:
    source = Source(code)
    reader = Reader(source)
    reader.read()
    return Case(source, reader, Data(), reader.models[-1])


@functools.cache
def report_of(name: str) -> dict[str, Any]:
    """The report of a hostile code, which keeps every promise."""
    case = BY_NAME[name]
    return keep(case.code, x=case.x, y=case.y, loss="mse")


@for_all("name", QUICK)
def test_a_code_that_would_cost_much_ends_soon_with_a_report_or_a_sentence(name):
    start = time.thread_time()
    report_of(name)
    assert time.thread_time() - start < 10


def test_hostile_codes_are_of_the_length_that_is_read_and_of_many_kinds():
    assert len(HOSTILE) == len(BY_NAME) >= 60
    assert all(len(each.code) <= MOST_CHARACTERS for each in HOSTILE)
    assert {BY_NAME[name].kind for name in QUICK} == {each.kind for each in HOSTILE} - {"proofs"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("doubled_60", "All layers, with those in nested models and wrappers, are called more than 2,000 times here."),
        ("time_distributed_390", "Models and wrappers are nested more than 12 deep here."),
        ("unstacked_million", "1,000,000 tensors are combined here, and at most 300 are read."),
        ("input_rank_9000", "An Input of 9,000 axes is not read here: at most 32."),
        ("lists_in_comprehension", "The lists and texts of this code hold more than 500,000 elements."),
        ("rounded", "What `round` is given is too much to be read here."),
        ("lists_that_share", "These lists hold more than 20,000 elements."),
    ],
)
def test_the_sentence_says_what_is_too_much(name, sentence):
    (problem,) = report_of(name)["problems"]
    assert problem["kind"] == "unreadable" and problem["message"].startswith(sentence)
    assert any(word in problem["message"] for word in ("Write", "Use")) or "at most" in problem["message"]
    assert problem["line"] is not None


def test_calls_within_are_counted_as_often_as_they_are_made():
    source = keras.Input((20, 5))
    model = keras.Model(source, keras.layers.Dense(5)(source))
    for doublings in range(1, 6):
        model = keras.Model(source, model(model(source)))
        calls, depth = Within().of(model)
        assert (calls, depth) == (3 * 2**doublings - 1, 2 + doublings)
    both = keras.layers.Bidirectional(keras.layers.GRU(3))
    assert Within().of(both) == (1 + 2 * 2, 3)
    assert Within().of(keras.layers.RNN([keras.layers.GRUCell(3)] * 7)) == (2 + 7, 3)


def test_a_trace_is_worth_as_much_as_its_steps():
    def cost(layer: keras.layers.Layer, steps: int) -> float:
        return trace(layer, (keras.KerasTensor((8, steps, 5)),), {}, lambda: None)

    dense, cell = keras.layers.Dense(3), keras.layers.GRUCell(3)
    assert cost(keras.layers.GRU(3), 10) == cost(keras.layers.GRU(3), 10**6) < LARGEST_TRACE
    assert cost(keras.layers.TimeDistributed(dense), 10) * 5 < cost(keras.layers.TimeDistributed(dense), 100)
    assert cost(keras.layers.RNN(cell, unroll=True), 10) < LARGEST_TRACE < cost(keras.layers.RNN(cell, unroll=True), 1000)
    source = keras.Input((None, 5))
    doubled = keras.layers.Concatenate(axis=1)([source, source])
    model = keras.Model(source, keras.layers.TimeDistributed(dense)(doubled))
    assert cost(model, 100) < cost(model, 1000) == float("inf")


def test_what_is_not_traced_is_trusted_and_said():
    code = HEAD + "i = keras.Input((20, 5))\nj = keras.Input((20, 5))\nm = keras.Model(j, layers.Dense(3)(j))\n"
    case = read(code + "model = keras.Model(i, m(i))\n")
    poor, rich = Budget(traced=1), Budget()
    assert run(case.model, [(8, 20, 5)], poor).outputs == run(case.model, [(8, 20, 5)], rich).outputs == [(8, 20, 3)]
    assert poor.trusted and not rich.trusted
    nested = BY_NAME["time_distributed_nested"]
    assert check(nested.code, x=nested.x, y=nested.y).hints[-1] == TRUSTED


def test_time_that_is_up_ends_reading_at_the_next_step():
    with pytest.raises(Unreadable, match="Reading took too long") as ended:
        Reader(Source("a = 1\nb = 2\n"), Budget(seconds=0)).read()
    assert ended.value.line == 1


def test_a_call_keeps_what_its_lists_held_then():
    case = read(HEAD + "i = keras.Input((20, 5))\na = [i, i]\nx = layers.Add()(a)\na.append(3)\nmodel = keras.Model(i, x)\n")
    assert len(case.reader.calls[0].inputs) == 2


def test_the_statement_of_a_node_is_the_innermost_one():
    source = Source("def f():\n    for k in x:\n        y = g(k)\n    return y\n")
    calls = source.tree.body[0].body[0].body[0]
    assert source.statement(calls.value.args[0]) is calls
    assert source.statement(source.tree.body[0].body[0].iter) is source.tree.body[0].body[0]


def test_changes_that_make_a_code_far_longer_are_refused():
    source = Source("x\n")
    with pytest.raises(ValueError, match="too much"):
        applied("x\n", [source.at_the_end("y" * 100_000)])


@pytest.mark.parametrize("value", [[1] * 20_001, [[0] * 9] * 9_000])
def test_lists_that_are_walked_through_are_bounded(value):
    with pytest.raises(Unreadable, match="more than 20,000 elements"):
        light(value, Source("x").tree.body[0])


@settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck), max_examples=120)
@given(st.sampled_from(numeric_arguments()), st.sampled_from(ODD), st.sampled_from(["(20, 5)", "(20,)", "(4, 8, 8, 3)"]))
def test_an_odd_number_in_any_argument_of_a_layer_gets_a_sentence(argument, odd, shape):
    layer, name = argument
    made_of = MADE_OF.get(layer, "")
    call = f"layers.{layer}({made_of + ', ' if made_of else ''}{name}={odd})"
    fed = "(x, x)" if layer in ("MultiHeadAttention", "GroupQueryAttention") else "(x)"
    keep(f"{HEAD}i = x = keras.Input({shape})\nx = {call}{fed}\nmodel = keras.Model(i, x)\n", loss="mse")


@for_all("odd", ODD)
@for_all("layer", ["GRU", "LSTM", "Dense", "Conv1D", "RepeatVector", "Embedding"])
def test_an_odd_number_of_units_gets_a_sentence(layer, odd):
    more = ", 3" if layer in ("Conv1D", "Embedding") else ""
    keep(f"{HEAD}i = keras.Input((20, 5))\nmodel = keras.Model(i, layers.{layer}({odd}{more})(i))\n", y=(8, 1), loss="mse")


@for_all("odd", ODD)
def test_an_odd_number_in_data_and_training_gets_a_sentence(odd):
    data = f"x = np.zeros((8, 20, 5))\na = np.full((8, 1), {odd})\nb = np.arange({odd})\nc = x.reshape({odd}, 20)\n"
    keep(f"{HEAD}{data}")
    keep(f"{HEAD}a = keras.utils.to_categorical(np.array([{odd}, 1]))\n")
    keep(f"{HEAD}a = np.eye({odd})\nb = np.linspace(0, 1, {odd})\n")
    keep(
        f"{HEAD}model = keras.Sequential([keras.Input(batch_shape=(4, 20, 5)), layers.GRU(3, stateful=True)])\n"
        f"model.compile('adam', 'mse')\nmodel.fit(np.zeros((8, 20, 5)), np.zeros((8, 3)), batch_size={odd})\n"
    )


@pytest.mark.parametrize(
    "lines",
    [
        "m = keras.Sequential([keras.Input((5,)), layers.Dense(3)], name='a/b')\nx = m(keras.Input((5,)))\n",
        "i = keras.Input((20, 5))\nh = layers.GRU(3)(i)\nmodel = keras.Model(h, layers.Dense(2)(h))\n",
        "model = keras.Sequential()\nmodel.add(-keras.Input((20, 5)))\nmodel.add(layers.GRU(3))\n",
        "model = keras.Sequential([keras.Input(batch_shape=(4, 20, 5)), layers.GRU(3, stateful=True)])\n"
        "model.fit(np.zeros((0, 20, 5)), np.zeros((0, 3)))\n",
        "x = keras.ops.mean(keras.Input((20, 5)), (0, 2, 1))\nx = layers.GRU(5)(x, initial_state=[x])\n",
        "j = keras.Input((16, 16, 1))\nm = keras.Model(j, layers.Flatten()(j))\n"
        "x = layers.TimeDistributed(m)(keras.Input((5, 16, 7, 1)))\n",
        "a = max([lambda z: z])\nb = sorted([layers.Dense(3)])\n",
        "x = layers.GroupQueryAttention(2, 2, 1)(keras.Input((20, 6)), keras.Input((20, 6)))\n",
    ],
    ids=[
        *(
            "a name with a slash",
            "a model from its middle",
            "what is no Input",
            "no samples",
            "a state without axes",
            "a wrapped model",
        ),
        *("a function in a list", "a layer of two names"),
    ],
)
def test_what_fuzzing_found_gets_a_sentence(lines):
    keep(HEAD + lines)
