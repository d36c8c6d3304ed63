"""Every class of layer that Keras has: nothing is said of it that Keras's own numbers do not bear out.

Each class is built with drawn settings. Its shapes, counts and weights are compared with Keras's, and what is said of time
with what moves when the numbers of one timestep are others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import numpy as np

from explorer.layers.base import RULES, class_name
from explorer.shapes.model_shapes import LayerShapes, ModelShapes
from explorer.tensors.tensor import ORDERED
from explorer.tensors.text import LONGEST_SENTENCE
from tests.for_all import for_all
from tests.layers.described import described_as_sequences as describe
from tests.layers.drawing import DRAWS, NOT_DRAWN, Drawn, called, drawn, every_class, settings_of
from tests.layers.moving import along, moved, outputs
from tests.layers.worked_out import Unread, worked_out

EXPLAINED = [name for name in every_class() if name in RULES and name not in NOT_DRAWN]
MEASURED = [name for name in every_class() if name not in RULES and name not in NOT_DRAWN]


@cache
def cases(name: str, times: int | None = None) -> list[tuple[Drawn, ModelShapes]]:
    found = list(drawn(name, times or (DRAWS if name in RULES else 2)))
    assert len(found) >= 1, f"No {name} could be built: its settings are missing in tests/layers/drawing.py."
    return [(one, describe(one.model)) for one in found]


def cases_until(name: str, wanted: Callable[[tuple[Drawn, ModelShapes]], bool]) -> bool:
    """Whether one of the class is as is wanted: where it is none of the few, one of more."""
    return any(any(map(wanted, cases(name, times))) for times in (None, 4, 8, 20))


def the_layer(found: ModelShapes) -> LayerShapes:
    (layer,) = found.layers
    return layer


def numbers(found: ModelShapes) -> dict[str, int | None]:
    return {symbol: size for symbol, (_, size) in found.symbols.items()}


@for_all("name", EXPLAINED + MEASURED)
def test_shapes_symbols_and_counts_are_those_of_keras(name):
    for one, found in cases(name):
        layer, values = the_layer(found), numbers(found)
        assert layer.output == tuple(tuple(each.shape) for each in one.model.outputs), one
        assert layer.params == one.layer.count_params() == one.model.count_params(), one
        for axes, sizes, shape in zip(layer.axes_out, layer.sizes_out, layer.output, strict=True):
            assert len(axes) == len(set(axes)) == len(shape), one
            assert all(size is None or size.at(values) == number for size, number in zip(sizes, shape, strict=True)), one
        if layer.explained:
            assert layer.counted is not None and layer.counted.total == layer.params, one
            assert eval(layer.parameters.numbers) == layer.params, one
        shapes = sorted(tuple(weight.shape) for weight in layer.weights)
        if layer.params:
            own = [each for each in one.layer.weights if "seed_generator" not in each.path]
            assert shapes == sorted(tuple(each.shape) for each in own), one
        for weight in layer.weights:
            sizes = zip(weight.sizes, weight.shape, strict=True)
            assert all(size is None or size.at(values) == number for size, number in sizes), (one, weight)
            assert len(weight.axes) == len(weight.shape)


@for_all("name", EXPLAINED)
def test_some_of_its_calls_are_explained_with_a_symbol_for_every_size(name):
    def whole(case: tuple[Drawn, ModelShapes]) -> bool:
        layer = the_layer(case[1])
        return layer.explained and all(size is not None for size in layer.sizes_out[0])

    assert cases_until(name, whole)


@for_all("name", EXPLAINED)
def test_symbols_hold_when_the_sizes_are_changed_afterwards(name):
    """What was derived at one size gives Keras's shape and count at another, with a layer of the same settings."""
    for one, found in cases(name):
        layer = the_layer(found)
        sources = [
            keras.Input(tuple(size + 2 for size in source.shape[1:]), dtype=each.dtype)
            for source, each in zip(found.sources, one.model.inputs, strict=True)
        ]
        try:
            model = called(type(one.layer).from_config(unbuilt(one.layer.get_config())), sources, one.call)
        except Exception:
            # Settings that fit only one size: a Reshape, groups of channels, a state of other units.
            continue
        values = numbers(found)
        for source, other in zip(found.sources, sources, strict=True):
            values |= {str(size): number for size, number in zip(source.sizes, other.shape, strict=True)}
        for sizes, tensor in zip(layer.sizes_out, model.outputs, strict=True):
            agree = zip(sizes, tensor.shape, strict=True)
            assert all(size is None or size.at(values) == number for size, number in agree), (one, sizes, tensor.shape)
        if layer.explained and layer.params:
            terms = [
                (math.prod(at(each, values) for each in own), [at(each, values) for each in add])
                for own, add in layer.counted.terms
            ]
            assert sum(own * sum(add) for own, add in terms) == model.count_params(), (one, layer.parameters)


def unbuilt(config: Any) -> Any:
    """A layer's settings without the shapes for which what it holds was built."""
    if isinstance(config, dict):
        return {key: unbuilt(value) for key, value in config.items() if key != "build_config"}
    return [unbuilt(each) for each in config] if isinstance(config, list) else config


def at(number: Any, values: dict[str, int | None]) -> int:
    return number if isinstance(number, int) else number.at(values)


@for_all("name", MEASURED)
def test_of_a_class_without_rules_only_shapes_and_counts_are_told(name):
    for one, found in cases(name):
        only_measured(the_layer(found), one)


def only_measured(layer: LayerShapes, one: Any) -> None:
    """Keras's own numbers, and no word more."""
    assert not layer.explained, one
    assert layer.says == "takes {} and returns {}".format(*map(in_numbers, (layer.input, layer.output))), one
    assert layer.equation == ()
    assert layer.flow == "unknown"
    assert layer.window is None
    for axes, sizes, shape in zip(layer.axes_out, layer.sizes_out, layer.output, strict=True):
        # What has lost its batch says so.
        assert axes[1:] == tuple(f"axis {place}" for place in range(1, len(shape))), one
        assert axes[:1] == (("batch" if shape[0] is None else "axis 0",) if shape else ()), one
        assert all(size is None for size in sizes[1:]), one
    assert all(axis == f"axis {place}" for each in layer.weights for place, axis in enumerate(each.axes)), one
    assert all(size is None for each in layer.weights for size in each.sizes), one
    note = f"There is no explanation of {layer.type} yet: these shapes and counts are Keras's own."
    assert layer.written().note == note


def in_numbers(shapes: Any) -> str:
    words = [f"({', '.join('batch' if size is None else str(size) for size in shape)})" for shape in shapes]
    if len(words) > 2 and len(set(words)) == 1:
        return f"{len(words)} tensors {words[0]}"
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


# ------------------------------------------------------------------------------------------------ sentences

# A noun for what is counted along an axis stands in a sentence only where a tensor has that axis.
NOUNS = {"timestep": "timesteps", "feature": "features", "channel": "channels"}


def texts(layer: LayerShapes) -> list[str]:
    return [layer.short, layer.says, *layer.equation]


@for_all("name", EXPLAINED)
def test_sentences_fit_and_speak_of_axes_and_sizes_that_are_there(name):
    for one, found in cases(name):
        layer = the_layer(found)
        assert 0 < len(layer.short) <= 60, (one, layer.short)
        assert max(map(len, layer.says.split(". "))) <= LONGEST_SENTENCE, (one, layer.says)
        assert ": " not in layer.does and ": " not in layer.change, (one, layer.says)
        assert "None" not in " ".join(texts(layer)), (one, texts(layer))
        axes = {axis for axes in (*layer.axes_in, *layer.axes_out) for axis in axes}
        held = {axis for each in layer.inside for axes in (*each.axes_in, *each.axes_out) for axis in axes}
        for noun, axis in NOUNS.items():
            if re.search(rf"\b{noun}s?\b", layer.says + " " + layer.short):
                assert axis in axes | held, (one, layer.says)
        allowed = sizes_of(one, layer)
        for number in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", re.sub(r"\baxis \d", "", f"{layer.short} {layer.says}")):
            assert float(number.replace(",", "")) in allowed, (one, number, layer.says)
        for text in (*layer.equation, layer.does, layer.change):
            for place in re.findall(r"\baxis (\d)", text):
                ranks = [len(shape) for shape in (*layer.input, *layer.output)]
                assert int(place) < max(ranks), (one, text)


def sizes_of(one: Drawn, layer: LayerShapes) -> set[float]:
    """The numbers that a sentence may have: sizes, settings, how many inputs there are, and the length of zero and one."""
    found: set[float] = {0, 1, len(layer.input), len(layer.output), *sizes_held(one.layer)}
    for shape in (*layer.input, *layer.output):
        known = [size for size in shape if size is not None]
        found |= {*map(float, known), float(math.prod(known))}
    return found | {100 * number for number in found}


def sizes_held(layer: Any) -> set[float]:
    flat = keras.tree.flatten([settings_of(layer), layer.get_config()])
    found = {float(each) for each in flat if isinstance(each, (int, float))}
    # A stretch of window and dilation.
    return found | {(kernel - 1) * apart + 1 for kernel in found for apart in found}


PLURALS = "timesteps|windows|features|units|filters|rows|columns|channels|heads|outputs|tensors|positions|layers|vectors"
SINGULARS = "|".join(each.removesuffix("s") for each in PLURALS.split("|"))


@for_all("size", [1, 2])
@for_all("name", EXPLAINED)
def test_nouns_and_verbs_agree_with_their_numbers(name, size):
    for one in drawn(name, max(1, DRAWS // 2), size=size):
        layer = the_layer(describe(one.model))
        for text in (layer.short, layer.does, layer.change):
            assert not re.search(rf"(?<![×+] )\b1 ({PLURALS})\b", text), (one, text)
            assert not re.search(r"\ball 1\b(?! ·)", text), (one, text)
            assert not re.search(rf"(?<!and )\b1 ({SINGULARS}) (become|are|stay|have|come)\b", text), (one, text)
            assert not re.search(rf"(?<![\d,.·+−] )(?<!\d)\b([2-9]|\d\d+) ({SINGULARS})\b", text), (one, text)
            # In "an axis of 6 features is added" the verb belongs to the axis.
            rest = re.sub(rf"an axis of [\d,]+ ({PLURALS}) is added", "", text)
            assert not re.search(rf"\b({PLURALS}) (becomes|is|stays|has|comes)\b", rest), (one, text)


# ------------------------------------------------------------------------------------------------ time


def time_axis(layer: LayerShapes) -> str | None:
    """The axis that what is said of time is about: the first one that is counted along."""
    axes = [axis for axes in (*layer.axes_in, *layer.axes_out) for axis in axes if axis in ORDERED]
    return axes[0] if axes else None


@for_all("name", EXPLAINED)
def test_what_is_said_of_time_is_what_moves_when_one_timestep_is_changed(name):
    for one, found in cases(name):
        if one.runs:
            held_against_keras(one, the_layer(found))


def held_against_keras(one: Drawn, layer: LayerShapes) -> None:
    axis, flow = time_axis(layer), layer.flow
    if flow == "none":
        assert axis is None, (one, layer.axes_in, layer.axes_out)
        return
    if flow == "repeat":
        repeated(one, layer)
        return
    if flow == "unknown":
        return
    assert axis is not None, (one, flow)
    for place in timed(layer, axis):
        moves = moved(one, place, layer.axes_in[place].index(axis))
        for number, (axes, each) in enumerate(zip(layer.axes_out, moves, strict=True)):
            agrees(flow, axis, axes, each, one, layer, place, number)


def timed(layer: LayerShapes, axis: str) -> list[int]:
    """The inputs that have the axis; of what merges, not those that are stretched along it."""
    found = [place for place, axes in enumerate(layer.axes_in) if axis in axes]
    assert found, layer
    return found


def agrees(
    flow: str, axis: str, axes: tuple[str, ...], moves: np.ndarray, one: Drawn, layer: LayerShapes, place: int, number: int
) -> None:
    seen = f"{one}: {flow}, input {place} {layer.axes_in[place]} to output {number} {axes}, {layer.says}"
    kept = axis in axes
    reaches = along(moves, axes.index(axis)) if kept else along(moves, 1) if moves.ndim > 1 else moves[:, None]
    before, after = np.indices(reaches.shape)
    if flow in ("each", "mark", "merge"):
        assert kept, seen
        assert np.array_equal(reaches, before == after), f"{seen}\n{reaches}"
    elif flow == "along" and kept:
        backwards = layer.backwards
        assert backwards == ("from the last to the first" in layer.does), seen
        expected = before >= after[:, ::-1] if backwards else before <= after
        assert np.array_equal(reaches, expected), f"{seen}\n{reaches}"
    elif flow == "window":
        assert kept, seen
        sees_its_window(reaches, layer, seen)
    elif flow == "spread":
        # The window lies in what comes out: the other way round.
        assert kept, seen
        sees_its_window(reaches.T, layer, seen)
    elif flow == "all":
        # The query moves its own answer, and what it attends to all of them.
        assert kept, seen
        expected = before == after if place == 0 and len(layer.input) > 1 else np.ones_like(reaches)
        if nothing_to_choose(layer, place):
            expected = np.zeros_like(reaches)
        assert np.array_equal(reaches, expected), f"{seen}\n{reaches}"
    elif flow == "all before":
        # Of two sequences too, each place attends up to itself; the query moves its own answer, where there is a choice.
        assert kept, seen
        one_each = place == 0 and len(layer.input) > 1
        expected = before == after if one_each else before <= after
        if one_each or place == 2:
            # The first place attends to itself alone, with a weight of 1 whatever the query and the key.
            expected &= after > 0
        if nothing_to_choose(layer, place):
            expected = np.zeros_like(reaches)
        assert np.array_equal(reaches, expected), f"{seen}\n{reaches}"
    elif flow == "both" and kept and one.layer.merge_mode is None:
        # They stay apart: the first one is read forwards, the second one backwards.
        assert np.array_equal(reaches, before >= after if number else before <= after), f"{seen}\n{reaches}"
    elif flow in ("both", "over all") and kept:
        assert reaches.all(), f"{seen}\n{reaches}"
    else:
        # All of what comes in, in one that has no such axis any more: also a state that is returned beside the sequence.
        assert flow in ("last", "both last", "pool", "along", "both"), seen
        assert not kept or (axes and moves.shape[axes.index(axis)] == 1), seen
        assert moves.reshape(len(moves), -1).any(axis=1).all(), f"{seen}\n{reaches}"


def nothing_to_choose(layer: LayerShapes, place: int) -> bool:
    """Whether there is one timestep to attend to, which is returned whatever the query."""
    return place == 0 and layer.input[-1][1] == 1


def sees_its_window(reaches: np.ndarray, layer: LayerShapes, seen: str) -> None:
    window, steps = layer.window, len(reaches)
    assert window is not None, seen
    for place in range(reaches.shape[1]):
        first = window.stride * place + 1 - window.offset
        expected = {first + window.dilation * k for k in range(window.size)} & set(range(1, steps + 1))
        assert expected == {step + 1 for step in np.flatnonzero(reaches[:, place])}, f"{seen}\n{reaches}"


def repeated(one: Drawn, layer: LayerShapes) -> None:
    (given,), (returned,) = one.inputs, outputs(one.model, one.inputs)
    assert layer.axes_out[0].index("timesteps") == 1, one
    assert all(np.allclose(returned[:, step], given) for step in range(returned.shape[1])), one


# ------------------------------------------------------------------------------------------------ names of axes


@for_all("name", EXPLAINED)
def test_an_axis_that_keeps_its_name_is_the_same_axis(name):
    """What its positions see goes forwards along the axis of this name that comes in, from the first to the last."""
    for one, found in cases(name):
        layer = the_layer(found)
        for place, axes in enumerate(layer.axes_in if one.runs else ()):
            for position, axis in enumerate(axes[1:], start=1):
                if any(axis in names for names in layer.axes_out) and not axis.startswith("axis "):
                    same_axis(one, layer, place, position, axis)


def same_axis(one: Drawn, layer: LayerShapes, place: int, position: int, axis: str) -> None:
    size = layer.input[place][position]
    for names, moves in zip(layer.axes_out, moved(one, place, position), strict=True):
        if axis not in names or size == 1:
            continue
        reaches, seen = along(moves, names.index(axis)), f"{one}: {axis} in {layer.axes_in} and {layer.axes_out}"
        if axis == "timesteps" and layer.backwards:
            reaches = reaches[:, ::-1]
        # In the middle, what a position sees goes forwards from one to the next.
        middles = [np.flatnonzero(column).mean() for column in reaches.T if column.any()]
        assert middles == sorted(middles), f"{seen}\n{reaches}"


def test_every_class_is_walked_or_named_as_one_that_cannot_be():
    assert sorted([*EXPLAINED, *MEASURED, *NOT_DRAWN]) == sorted(every_class())
    assert all(class_name(one.layer) == name for name in EXPLAINED for one, _ in cases(name)[:1])


# ------------------------------------------------------------------------------------------------ equations

# Whose equations name what is computed elsewhere, or say it in words alone.
IN_WORDS = ("Masking", "Discretization")


def equation_is_kerass(case: tuple[Drawn, ModelShapes]) -> bool:
    """Whether there is an equation that can be read and worked out; then it gives Keras's numbers."""
    one, found = case
    layer = the_layer(found)
    if not layer.equation or not one.runs:
        return False
    try:
        numbers = worked_out(one, layer)
    except Unread:
        return False
    expected = outputs(one.model, one.inputs)[0]
    assert numbers.shape == expected.shape, (one, layer.equation)
    assert np.allclose(numbers, expected, rtol=1e-6, atol=1e-8, equal_nan=True), (one, layer.equation)
    return True


@for_all("name", EXPLAINED)
def test_an_equation_worked_out_in_numpy_gives_the_numbers_of_keras(name):
    read = [case for case in cases(name) if equation_is_kerass(case)]
    shown = any(the_layer(found).equation and one.runs for one, found in cases(name))
    if shown and not read and name not in IN_WORDS:
        assert cases_until(name, equation_is_kerass), f"No equation of {name} could be read."
