"""Equations worked out in NumPy, as they stand there: what a layer computes by its own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from explorer.layers.base import rules_for
from explorer.layers.spatial import Spatial
from explorer.shapes.model_shapes import LayerShapes
from tests.layers import window_equations
from tests.layers.drawing import Drawn

# The signs of an equation as Python. A longer one comes before a shorter one.
SIGNS = {
    **{"h̃": "candidate_h", "c̃": "candidate_c", "→h": "forwards", "←h": "backwards", "h'": "next_h", "c'": "next_c"},
    **{"∗": "*", "·": "@", "−": "-", "²": "**2", "σ(": "sigmoid(", "√(": "sqrt("},
}


class Unread(Exception):
    """An equation whose form is not known here."""


def worked_out(one: Drawn, layer: LayerShapes) -> np.ndarray:
    """What the equation gives for the inputs; of two that it returns, the first. Raises Unread where it cannot be read."""
    if isinstance(rules_for(one.layer), Spatial):
        if window_equations.begins_elsewhere(one.layer):
            raise Unread
        found = window_equations.worked_out(one.layer, layer, one.inputs[0])
        if found is None:
            raise Unread
        return found
    lines = [line.partition("   ") for line in layer.equation]
    equations, limits = [line for line, _, _ in lines], " ".join(limit for _, _, limit in lines)
    if "up to its own position" in limits or "mask" in limits or " is masked where " in equations[0]:
        raise Unread
    names = _names(one, layer)
    if equations[-1].startswith(("h' ", "h1' ")) and "timesteps" in layer.axes_in[0]:
        return _over_time(one, layer, equations, names)
    if names.keys() & {"kernel_q"}:
        return _heads(equations, limits, names)
    if isinstance(one.layer, (keras.layers.Bidirectional, keras.layers.TimeDistributed)):
        names |= _held(one)
        equations = equations[-1:]
    names |= _over(layer, limits, names)
    if isinstance(one.layer, keras.layers.Normalization):
        names |= {"mean": np.asarray(one.layer.mean), "variance": np.asarray(one.layer.variance)}
    for equation in equations:
        name, _, term = equation.partition(" = ")
        names[name.removesuffix("[t]").removesuffix("[w]")] = _value(term, names, one, layer)
    return np.asarray(names["y"])


def _names(one: Drawn, layer: LayerShapes) -> dict[str, Any]:
    """Inputs and weights by their names in an equation, and the functions."""
    inputs = [np.asarray(each) for each in one.inputs]
    found: dict[str, Any] = dict(zip("abcdefgh", inputs, strict=False)) | {"x": inputs[0]}
    found |= {"query": inputs[0], "value": inputs[min(1, len(inputs) - 1)], "key": inputs[-1]}
    for variable, weight in zip(_arrays(one.layer), layer.weights, strict=False):
        array = np.asarray(variable)
        found[weight.name] = array
        for letter, part in zip(weight.letters, _parts(array, len(weight.letters)), strict=True):
            own = letter.removesuffix("\u0303")
            found[f"{weight.name}_{own}"] = part
            if array.ndim == 2 and weight.name == "bias":
                found[f"bias_{own}"], found[f"recurrent_bias_{own}"] = part
    for name, short in (("query", "q"), ("key", "k"), ("value", "v")):
        if f"{name} kernel" in found:
            found[f"kernel_{short}"] = found[f"{name} kernel"].transpose(1, 0, 2)
            found[f"bias_{short}"] = found.get(f"{name} bias", np.zeros(1))[..., None, :]
    if "attention_output kernel" in found:
        kernel = found["attention_output kernel"]
        found["kernel_output"] = kernel.reshape(-1, kernel.shape[-1])
        found["bias_output"] = found.get("attention_output bias")
    return found | FUNCTIONS


def _parts(array: np.ndarray, number: int) -> list[np.ndarray]:
    return np.split(array, number, axis=-1) if number else []


def _arrays(layer: Any) -> list[Any]:
    return [each for each in layer.weights if "seed_generator" not in each.path]


def _activation(name: str) -> Callable[[Any], np.ndarray]:
    return lambda numbers: np.asarray(keras.activations.get(name)(np.asarray(numbers, np.float64)))


FUNCTIONS: dict[str, Any] = {
    **{name: _activation(name) for name in ("sigmoid", "tanh", "relu", "gelu", "silu", "softmax")},
    **{"exp": np.exp, "sqrt": np.sqrt, "where": np.where, "T": 0},
    "max": lambda *terms: np.max(np.broadcast_arrays(*terms), axis=0),
    "min": lambda *terms: np.min(np.broadcast_arrays(*terms), axis=0),
    "transposed": lambda numbers: np.swapaxes(numbers, -1, -2),
    "each_pair": lambda query, key: query[:, :, None] + key[:, None],
    "added_up": lambda numbers: numbers.sum(axis=-1),
}


def _python(term: str) -> str:
    for sign, other in SIGNS.items():
        term = term.replace(sign, other)
    term = re.sub(r"√([\w.]+)", r"sqrt(\1)", term)
    term = re.sub(r"(\w+)ᵀ", r"transposed(\1)", term)
    term = re.sub(r"query \+ (key|value)", r"each_pair(query, \1)", term)
    term = re.sub(r"Σ (exp\(x\)|x\*\*2)", r"added_up(\1)", term)
    term = re.sub(r"mean of (x\*\*2)", r"averaged(\1)", term)
    return re.sub(r"Σ (.*tanh\(.*?\)+)(?=\)$)", r"added_up(\1)", term)


def _value(term: str, names: dict[str, Any], one: Drawn, layer: LayerShapes) -> np.ndarray:
    if found := re.fullmatch(r"(.+) where (.+), else (.+)", term):
        return np.where(*(_evaluated(found[place], names) for place in (2, 1, 3)))
    if found := re.fullmatch(r"\[(.+)\]", term):
        parts = [_evaluated(part.replace("[t]", ""), names) for part in found[1].split(" ; ")]
        return np.concatenate(parts, axis=getattr(one.layer, "axis", -1))
    if found := re.search(r"einsum\((.+); x, kernel\)", term):
        names = names | {"sum_of_products": np.einsum(found[1].replace(" ", ""), names["x"], names["kernel"])}
        return _evaluated(term.replace(found[0], "sum_of_products"), names)
    if found := re.fullmatch(r"(→h(?:\[t\])?) and ←h(?:\[t\])?", term):
        term = found[1]
    exact = {
        "row x[t] of the table": lambda: names["embeddings"][names["x"]],
        "row x of the table": lambda: names["embeddings"][names["x"]],
        "x": lambda: np.broadcast_to(names["x"].reshape(_repeated(layer)), (1, *layer.output[0][1:])),
    }
    return exact[term]() if term in exact else _evaluated(re.sub(r"\[[tw]\]", "", term), names)


def _repeated(layer: LayerShapes) -> tuple[int, ...]:
    (received, *_), (returned, *_) = layer.input, layer.output
    return (1, 1, *received[1:]) if len(returned) > len(received) else (1, *received[1:])


def _evaluated(term: str, names: dict[str, Any]) -> np.ndarray:
    try:
        return np.asarray(eval(_python(term), {"__builtins__": {}}, names))
    except (SyntaxError, NameError, KeyError) as error:
        raise Unread(f"{term}: {_python(term)}") from error


def _over(layer: LayerShapes, limits: str, names: dict[str, Any]) -> dict[str, Any]:
    """What is taken over the axes that stand behind an equation."""
    found = re.search(r"over (all but )?(.+)", limits)
    axes = layer.axes_in[0]
    if groups := re.search(r"over each of (\d+) groups?", limits):
        return _over_groups(layer, int(groups[1]), names)
    if found is None or not set(found[2].split(" and ")) <= set(axes):
        return {}
    named = {axes.index(axis) for axis in found[2].split(" and ")}
    places = tuple(named if not found[1] else set(range(len(axes))) - named)
    spread = tuple(size if place in named else 1 for place, size in enumerate(layer.input[0]))
    over: dict[str, Any] = {
        "added_up": lambda numbers: numbers.sum(axis=places, keepdims=True),
        "averaged": lambda numbers: numbers.mean(axis=places, keepdims=True),
    }
    # A weight for each position along the axes of the weights.
    over |= {name: names[name].reshape(spread) for name in ("gamma", "beta", "scale") if name in names}
    if "mean and variance" in limits:
        mean = over["averaged"](names["x"])
        over |= {"mean": mean, "variance": over["averaged"]((names["x"] - mean) ** 2)}
        if "moving_mean" in names:
            # Those that were collected while training.
            over |= {name: names[f"moving_{name}"].reshape(spread) for name in ("mean", "variance")}
    return over


def _over_groups(layer: LayerShapes, groups: int, names: dict[str, Any]) -> dict[str, Any]:
    """The mean and the variance of each group of the axis that the weights have, spread over the whole group."""
    weights = [weight for weight in layer.weights if weight.name in ("gamma", "beta")]
    if not weights:
        raise Unread
    place, x = layer.axes_in[0].index(weights[0].axes[0]), names["x"]
    over = tuple(range(1, x.ndim))
    wide = x.shape[place] // groups
    parts = np.split(x, groups, axis=place)
    shape = [1] * x.ndim
    shape[place] = -1
    found = {weight.name: names[weight.name].reshape(shape) for weight in weights}
    for name, taken in (("mean", np.mean), ("variance", np.var)):
        each = [np.repeat(taken(part, axis=over, keepdims=True), wide, axis=place) for part in parts]
        found[name] = np.concatenate(each, axis=place)
    return found


def _held(one: Drawn) -> dict[str, Any]:
    """What a wrapper's equation calls by the name of the class that it holds."""
    x = one.inputs[0]
    if isinstance(one.layer, keras.layers.TimeDistributed):
        held = one.layer.layer
        each = np.stack([np.asarray(held(x[:, step])) for step in range(x.shape[1])], axis=1)
        return {type(held).__name__: lambda _: each}
    if len(one.inputs) > 1:
        raise Unread
    found = [keras.tree.flatten(each(x))[0] for each in (one.layer.forward_layer, one.layer.backward_layer)]
    forwards, backwards = (np.asarray(each) for each in found)
    return {"forwards": forwards, "backwards": backwards[:, ::-1] if backwards.ndim == 3 else backwards}


def _heads(equations: list[str], limits: str, names: dict[str, Any]) -> np.ndarray:
    """Attention with heads: (batch, heads, timesteps, head size)."""
    names = names | {name: names[name][:, None] for name in ("query", "key", "value")}
    for equation in (*equations[0].split(",  "), *equations[1:]):
        name, _, term = equation.partition(" = ")
        term = term.replace("[a · v of every head]", "side_by_side")
        names[name] = _evaluated(term, names)
        if name in ("k", "v") and (shared := re.search(r"(\d+) heads share", limits)):
            names[name] = np.repeat(names[name], int(shared[1]), axis=1)
        if name == "a":
            each = names["a"] @ names["v"]
            names["side_by_side"] = np.concatenate(list(each.swapaxes(0, 1)), axis=-1)
    return np.asarray(names["y"])


def _over_time(one: Drawn, layer: LayerShapes, equations: list[str], names: dict[str, Any]) -> np.ndarray:
    """The states, timestep after timestep; those of the start are zero, or given."""
    x, settings = one.inputs[0], one.layer
    shape = layer.output[0][2:] if settings.return_sequences else layer.output[0][1:]
    states = [*one.inputs[1:]] or [np.zeros((1, *shape))] * 2
    names |= dict(zip(("h", "c"), states, strict=False))
    kept = []
    for step in range(x.shape[1])[:: -1 if settings.go_backwards else 1]:
        names["x"] = x[:, step]
        for equation in equations:
            name, _, term = equation.partition(" = ")
            names[_python(name)] = _evaluated(_convolved(term, one.layer, names), names)
        names |= {"h": names["next_h"], "c": names.get("next_c")}
        kept.append(names["h"])
    return np.stack(kept, axis=1) if settings.return_sequences else kept[-1]


def _convolved(term: str, layer: Any, names: dict[str, Any]) -> str:
    """A convolution of the input has the layer's settings, that of the hidden state keeps its size."""
    if "conv(" in term:
        own = {"strides": layer.strides, "padding": layer.padding, "dilation_rate": layer.dilation_rate}
        names["conv_x"] = lambda numbers, kernel: np.asarray(keras.ops.conv(numbers, kernel, **own))
        names["conv_h"] = lambda numbers, kernel: np.asarray(keras.ops.conv(numbers, kernel, 1, "same"))
    return term.replace("conv(x,", "conv_x(x,").replace("conv(h,", "conv_h(h,")
