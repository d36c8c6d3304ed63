"""Equations with places in brackets, worked out from their very text, so that they can be held against Keras.

Places are counted from 1, the steps of a window from 0, and what lies outside of an array is padding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from types import CodeType
from typing import Any

import keras
import numpy as np

from explorer.layers.spatial import is_channels_last
from explorer.shapes.model_shapes import LayerShapes

Arrays = dict[str, np.ndarray]
REDUCED = {"max": np.max, "mean": np.mean}
FUNCTION = re.compile(r"(?!max\(|mean\()(\w+)\((.*)\)")
TERM = re.compile(r"(?:Σ\((.*?)\) )?x\[(.*?)\] [·∗] (\w+)\[(.*?)\]")
TARGETS = re.compile(r"Σ\((.*?)\) x\[(.*?)\] · kernel\[(.*?)\]ᵀ")
POOLED = re.compile(r"(?:(max|mean)\((.*?)\) )?x\[(.*?)\]")
WHOLE = re.compile(r"(max|mean) over (?:all )?(.*?) of x\[.*?\]")


def begins_elsewhere(layer: Any) -> bool:
    """Whether TensorFlow begins the windows of a layer elsewhere than its documentation says, and than the equation does.

    It does so in three dimensions, where strides are wider than windows, without oneDNN; workers have none.
    """
    size = getattr(layer, "pool_size", getattr(layer, "kernel_size", ()))
    wider = any(stride > own for own, stride in zip(size, getattr(layer, "strides", ()), strict=False))
    return len(size) == 3 and layer.padding == "same" and wider


def worked_out(layer: Any, told: LayerShapes, x: np.ndarray) -> np.ndarray | None:
    """What the equation gives for `x`, (batch, ...); None where it speaks of a mask."""
    if any("mask" in line for line in told.equation):
        return None
    last = is_channels_last(layer)
    shape = told.output[0][1:] if last else (*told.output[0][2:], told.output[0][1])
    answers = []
    for sample in np.asarray(x, np.float64):
        arrays = {weight.name: np.asarray(weight, np.float64) for weight in layer.weights}
        arrays["x"] = sample if last else np.moveaxis(sample, 0, -1)
        for line in told.equation:
            equation, _, note = line.partition("   ")
            left, right = equation.split(" = ", 1)
            arrays[left[0]] = _value(left, right, note, arrays, shape)
        answer = arrays["y"]
        answers.append(answer if last or answer.ndim == 1 else np.moveaxis(answer, -1, 0))
    return np.stack(answers)


def _value(left: str, right: str, note: str, arrays: Arrays, shape: tuple[int, ...]) -> np.ndarray:
    if found := FUNCTION.fullmatch(right):
        name = "sigmoid" if found[1] == "σ" else found[1]
        return np.asarray(keras.activations.get(name)(_value(left, found[2], note, arrays, shape)))
    if found := re.fullmatch(r"(.*) \+ bias(?:\[f(?:, m)?\])?", right):
        return _value(left, found[1], note, arrays, shape) + arrays["bias"]
    if found := re.fullmatch(r"z\[.*?\] · pointwise_kernel\[[0, ]+\]", right):
        kernel = arrays["pointwise_kernel"]
        return arrays["z"] @ kernel.reshape(-1, kernel.shape[-1])
    x, number = arrays["x"], arrays["x"].ndim - 1
    if right == "(x[1] + … + x[T]) / T":
        return x.mean(axis=0, keepdims="[" in left)
    if found := WHOLE.fullmatch(right):
        assert len(found[2].split(", ")) == number
        return REDUCED[found[1]](x, axis=tuple(range(number)), keepdims="[" in left)
    places = left[left.index("[") + 1 : -1]
    if found := TARGETS.fullmatch(right):
        return _spread(found, arrays, shape)
    if found := TERM.fullmatch(right):
        return _convolved(places, found, arrays, shape)
    found = POOLED.fullmatch(right)
    assert found is not None, right
    answer = np.zeros(shape)
    for at in _places(shape, places):
        numbers = [_read(x, _place(found[3], at | step)) for step in _steps(found[2] or "")]
        inside = [each for each in numbers if each is not None]
        assert len(inside) == len(numbers) or "padding does not count" in note or "0 outside of x" in note
        answer[_index(at)] = REDUCED[found[1] or "max"](inside, axis=0) if inside else 0
    return answer


def _convolved(places: str, found: re.Match[str], arrays: Arrays, shape: tuple[int, ...]) -> np.ndarray:
    """A sum over a window; alone, each channel f has its own filters m."""
    over, seen, name, taps = found.groups()
    alone = places.endswith((", f", ", f, m"))
    places, seen, taps = (re.sub(r", f(, m)?$", "", each) for each in (places, seen, taps))
    x, kernel = arrays["x"], arrays[name]
    wide = kernel.shape[-2] * kernel.shape[-1] if alone else kernel.shape[-1]
    answer = np.zeros((*shape[:-1], wide))
    for at in _places(shape, places):
        for step in _steps(over or ""):
            there, weight = _read(x, _place(seen, at | step)), kernel[_place(taps, step)]
            if there is not None:
                answer[_index(at)] += (there[:, None] * weight).ravel() if alone else there @ weight
    return answer


def _spread(found: re.Match[str], arrays: Arrays, shape: tuple[int, ...]) -> np.ndarray:
    """A sum over all places and steps of a window that fall on the same place of the output."""
    where, places, taps = found.groups()
    targets = ", ".join(part.split("′ = ")[1] for part in re.split(r", (?=\w′)", where))
    x, kernel, answer = arrays["x"], arrays["kernel"], np.zeros(shape)
    letters = [tap for tap in taps.split(", ") if tap != "0"]
    lengths = [size for tap, size in zip(taps.split(", "), kernel.shape, strict=False) if tap != "0"]
    steps = ", ".join(f"{letter} = 0 … {size - 1}" for letter, size in zip(letters, lengths, strict=True))
    for at in _places(x.shape, places):
        for step in _steps(steps):
            there = _place(targets, at | step)
            if all(1 <= place <= size for place, size in zip(there, shape, strict=False)):
                answer[tuple(place - 1 for place in there)] += x[_index(at)] @ kernel[_place(taps, step)].T
    return answer


@cache
def _steps(over: str) -> list[dict[str, int]]:
    """Every combination of the letters in "i, j = 0 … 2, k = 0 … 1"; one without letters where there are none."""
    ranges = {
        letter.strip(): range(int(last) + 1)
        for letters, last in re.findall(r"((?:\w, )*\w) = 0 … (\d+)", over)
        for letter in letters.split(",")
    }
    return [dict(zip(ranges, values, strict=True)) for values in product(*ranges.values())]


def _places(shape: tuple[int, ...], letters: str) -> Iterator[dict[str, int]]:
    """Every place of an array of this shape, by the letters that stand for its axes."""
    names = letters.split(", ")
    for at in product(*(range(1, size + 1) for size in shape[: len(names)])):
        yield dict(zip(names, at, strict=True))


def _place(text: str, letters: Mapping[str, int]) -> tuple[int, ...]:
    """The numbers that "2r + i − 1, ⌈c / 2⌉" comes to."""
    return tuple(int(eval(code, {"__builtins__": {}}, dict(letters))) for code in _codes(text))


@cache
def _codes(text: str) -> list[CodeType]:
    found = []
    for part in text.split(", "):
        code = re.sub(r"⌈(\w) / (\d+)⌉", r"(-(-\1 // \2))", part.replace("−", "-"))
        found.append(compile(re.sub(r"(\d)([a-z])", r"\1*\2", code), text, "eval"))
    return found


def _index(at: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(number - 1 for number in at.values())


def _read(array: np.ndarray, place: tuple[int, ...]) -> np.ndarray | None:
    """What stands at a place that is counted from 1; None outside."""
    inside = all(1 <= at <= size for at, size in zip(place, array.shape, strict=False))
    return array[tuple(at - 1 for at in place)] if inside else None
