"""The table of layers is made from the rules, and what CONTRIBUTING says of a new class adds one."""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from explorer.layers.base import RULES
from explorer.shapes.describe_model import describe
from scripts.layers_table import PLACE, written
from tests.layers import test_walk
from tests.layers.drawing import every_class

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"
NAME = "Discretization"


def test_the_table_is_what_the_rules_say():
    assert PLACE.read_text(encoding="utf-8") == written(), "Run `make layers`, and look at what that changes."


def test_the_table_has_every_class_of_keras_once():
    text = written()
    explained, measured = text.split("## Only measured")
    for name in every_class():
        assert len(re.findall(rf"(?m)^- `{name}`", explained)) == (name in RULES), name
        assert len(re.findall(rf"(?<!also called )`{name}`", measured)) == (name not in RULES), name


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The class whose file CONTRIBUTING shows, as if that file stood in explorer/layers."""
    found = re.search(r"^```python\n(\"\"\"[^\n]*\n.*?)^```$", CONTRIBUTING.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    assert NAME not in RULES, "CONTRIBUTING must show a class that nobody has added yet."
    rules = dict(RULES)
    module = types.ModuleType("explorer.layers.lookups")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(found.group(1), "CONTRIBUTING.md", "exec"), vars(module))
    test_walk.cases.cache_clear()
    yield NAME
    test_walk.cases.cache_clear()
    RULES.clear()
    RULES.update(rules)


def test_the_file_that_contributing_shows_adds_a_class(added):
    assert f"- `{added}`" in written().split("## Only measured")[0]
    # What the walk asks of every class it asks of this one, which is named nowhere else.
    for asked in (
        test_walk.test_shapes_symbols_and_counts_are_those_of_keras,
        test_walk.test_some_of_its_calls_are_explained_with_a_symbol_for_every_size,
        test_walk.test_symbols_hold_when_the_sizes_are_changed_afterwards,
        test_walk.test_sentences_fit_and_speak_of_axes_and_sizes_that_are_there,
        test_walk.test_what_is_said_of_time_is_what_moves_when_one_timestep_is_changed,
        test_walk.test_an_axis_that_keeps_its_name_is_the_same_axis,
    ):
        inspect.unwrap(asked)(added)
    sequence = keras.Input((4, 2))
    model = keras.Model(sequence, keras.layers.Discretization([0.0, 1.0])(sequence))
    (layer,) = describe(model, [("batch", "timesteps", "features")]).layers
    assert (layer.explained, layer.flow, layer.axes_out[0][1]) == (True, "each", "timesteps")
    numbers = np.array([[[-1.0, 0.0], [0.5, 1.0], [3.0, 0.1], [1.5, -0.1]]])
    assert np.array_equal(np.asarray(model(numbers)), (numbers >= 0).astype(int) + (numbers >= 1))
