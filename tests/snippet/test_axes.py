"""Problems call every axis what it is: as the drawing beside them does, and by its number where nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.snippet import check
from explorer.ui.paste.chain import drawn

HEAD = "import keras\nfrom keras import layers, ops\n"


def of(code: str, **data: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first problem of a code, and the whole report."""
    report = check(HEAD + code, **data).to_dict()
    return report["problems"][0], report


def functional(call: str, shape: str = "(20, 5)") -> str:
    return f"i = keras.Input({shape})\nh = {call}\nmodel = keras.Model(i, layers.GRU(8)(h))\n"


@pytest.mark.parametrize(
    ("call", "gone", "kind"),
    [
        ("ops.mean(i, axis=-1)", "axis 2 (features 5)", "input_rank"),
        ("ops.max(i, axis=2)", "axis 2 (features 5)", "input_rank"),
        ("i[:, :, 0]", "axis 2 (features 5)", "input_rank"),
        ("ops.mean(i, axis=1)", "axis 1 (timesteps 20)", "time_axis_missing"),
        ("i[:, -1]", "axis 1 (timesteps 20)", "time_axis_missing"),
        ("layers.GlobalAveragePooling1D()(i)", "axis 1 (timesteps 20)", "time_axis_missing"),
        ("layers.GlobalMaxPooling1D(data_format='channels_first')(i)", "axis 2 (timesteps 5), as data_format", "input_rank"),
    ],
)
def test_the_axis_that_was_removed_is_the_one_that_is_named(call, gone, kind):
    problem, _ = of(functional(call))
    assert f"removed {gone}" in problem["message"]
    assert problem["kind"] == kind


def test_a_mean_over_features_is_fixed_where_it_lost_them():
    problem, _ = of(functional("ops.mean(i, axis=-1)"))
    assert "ops.mean(i, axis=-1, keepdims=True)" in problem["fixes"][0]["code"]


@pytest.mark.parametrize("call", ["layers.Flatten()(i)", "layers.GRU(8)(i)"])
def test_what_lays_flat_and_what_keeps_one_state_remove_no_axis_by_name(call):
    problem, _ = of(functional(call))
    assert problem["kind"] == "time_axis_missing" and "removed" not in problem["message"]


IMAGES = [
    ("[keras.Input((9, 8, 3)), layers.Conv2D(4, 3), layers.GRU(8)]", {}, "(batch, rows 7, columns 6, filters 4)"),
    ("[keras.Input((9, 8, 3)), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D(), layers.GRU(8)]", {}, "axis 1 (rows 7)"),
    (
        "[keras.Input((9, 8, 3)), layers.Conv2D(4, 3), layers.Dense(2)]",
        {"x": [(8, 9, 8, 3)], "y": (8, 2)},
        "7 rows and 6 col",
    ),
    ("[keras.Input((20, 5)), layers.Permute((2, 1)), layers.Conv1D(4, 7)]", {}, "(batch, 5, 20)"),
    (
        "[keras.Input((20, 5)), layers.Permute((2, 1)), layers.Dense(4)]",
        {"x": [(8, 20, 5)], "y": (8, 20, 4)},
        "Axis 1 of the",
    ),
    ("[keras.Input((None, 8, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(1)]", {}, "The rows of the Input"),
]


@pytest.mark.parametrize(("layers", "data", "told"), IMAGES)
def test_axes_of_images_and_of_moved_sequences_are_no_timesteps(layers, data, told):
    problem, _ = of(f"model = keras.Sequential({layers})\n", **data, loss="mse")
    assert told in problem["message"]
    assert "timesteps" not in problem["message"].replace("(batch, timesteps, features)", "")
    assert not any(
        "timestep" in fix["title"]
        for fix in problem["fixes"]
        if "Rarely" not in fix["title"] and "Flatten" not in fix["title"]
    )


@pytest.mark.parametrize(
    "last",
    ["layers.Conv2D(4, 3)", "layers.RepeatVector(3)", "layers.Reshape((7, 7))", "layers.Embedding(9, 4), layers.GRU(4)"],
)
def test_one_axis_has_one_name_in_a_report(last):
    for first in ("layers.GRU(6, return_sequences=True)", "layers.Conv1D(6, 3)", "layers.Dense(6)"):
        problem, report = of(f"model = keras.Sequential([keras.Input((20, 5)), {first}, {last}])\n")
        drawn = report["description"]["layers"][0]["axes_out"][0][-1]
        assert f"{drawn} 6)" in problem["message"]


BREAKING = {
    "a state that is too narrow": (
        "i, s = keras.Input((20, 5)), keras.Input((16,))\nh = layers.GRU(32)(i, initial_state=s)\n"
        "model = keras.Model([i, s], layers.Dense(1)(h))\n",
        "gru",
        ("32", "16"),
    ),
    "an encoder with other units": (
        "i, j = keras.Input((20, 5)), keras.Input((10, 5))\n"
        "_, a, b = layers.LSTM(16, return_state=True, name='encoder')(i)\n"
        "h = layers.LSTM(32, return_sequences=True)(j, initial_state=[a, b])\n"
        "model = keras.Model([i, j], layers.Dense(1)(h))\n",
        "lstm",
        ("size 32", "16, from `encoder`"),
    ),
    "attention over other features": (
        "i, j = keras.Input((20, 5)), keras.Input((10, 6))\nh = layers.Attention()([i, j])\n"
        "model = keras.Model([i, j], layers.Dense(1)(h))\n",
        "attention",
        ("features (5 and 6)",),
    ),
    "a concatenation of lengths that are open": (
        "i, j = keras.Input((None, 5)), keras.Input((None, 5))\nh = layers.Concatenate()([i, j])\n"
        "model = keras.Model([i, j], layers.Dense(1)(h))\n",
        "concatenate",
        ("timesteps (20 and 10)",),
    ),
    "a sum": (
        "i, j = keras.Input((20, 5)), keras.Input((10, 5))\nh = layers.Add()([i, j])\n"
        "model = keras.Model([i, j], layers.Dense(1)(h))\n",
        "add",
        ("timesteps (20 and 10)",),
    ),
    "a sum of units and features": (
        "i = keras.Input((20, 5))\nh = layers.Add()([layers.GRU(8, return_sequences=True)(i), i])\n"
        "model = keras.Model(i, layers.Dense(1)(h))\n",
        "add",
        ("their axis 2 (8 and 5)",),
    ),
    "a sequence and a vector that are multiplied": (
        "i = keras.Input((20, 5))\n"
        "h = layers.Dot(axes=(2, 1))([layers.GRU(8, return_sequences=True)(i), layers.GRU(6)(i)])\n"
        "model = keras.Model(i, layers.Dense(1)(h))\n",
        "dot",
        ("axis 2 of the first (8) and axis 1 of the second (6)",),
    ),
    "a dot product": (
        "i, j = keras.Input((20, 5)), keras.Input((10, 6))\nh = layers.Dot(axes=2)([i, j])\n"
        "model = keras.Model([i, j], layers.Dense(1)(h))\n",
        "dot",
        ("axis 2 of the first (5) and axis 2 of the second (6)",),
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_the_layer_that_cannot_run_is_marked_as_the_place_where_it_breaks(name):
    code, broke, told = BREAKING[name]
    x = [(8, 20, 5), (8, 10, 5)] if "None" in code else None
    problem, report = of(code, x=x)
    last = report["layers"][-1]
    assert (last["name"], last.get("broken"), last["output"]) == (broke, True, None)
    assert report["layers"][problem["layer"]] is last and problem["name"] == broke
    assert not any(each.get("broken") for each in report["layers"][:-1])
    # What lies behind the layer that breaks is never reached.
    assert "dense" not in [each["name"] for each in report["layers"]]
    assert report["output"] is None and not report["holds"]
    assert all(words in problem["message"] for words in told)


def test_a_layer_of_images_that_breaks_first_is_drawn_with_their_axes():
    _, report = of("model = keras.Sequential([keras.Input((2, 8, 3)), layers.Conv2D(4, 5)])\n")
    description = drawn(report)
    (broken,) = description["layers"]
    assert broken["spoken"].startswith(f"{broken['type']}, {broken['name']}. ")
    assert description is not None
    assert description["sources"][0]["axes"] == ["batch", "rows", "columns", "channels"]
    assert description["layers"][-1]["axes_in"] == [["batch", "rows", "columns", "channels"]]
