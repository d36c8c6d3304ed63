"""What a layer computes, as lines to be read: one small rule for each class of layer (`EQUATIONS`).

The weights are called as in Keras, with the gate behind: kernel_z are the columns of `kernel` that belong to the gate z.
x is what comes in at one timestep, h the memory before it, h' the memory after it, · a product of matrices, ∗ of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.shapes.sentences import POOLS
from explorer.shapes.unrolled import slid_by
from explorer.tensors.tensor import Seen, rule

NAMES = {"sigmoid": "σ", "linear": ""}


def equation(seen: Seen) -> tuple[str, ...]:
    """The lines of what a layer computes; none where it computes nothing, or no rule is known."""
    return tuple(rule(EQUATIONS, seen.layer, _nothing)(seen))


def _nothing(seen: Seen) -> list[str]:
    return []


def _bend(activation: Any, inner: str) -> str:
    name = getattr(activation, "__name__", "f")
    name = NAMES.get(name, name)
    return f"{name}({inner})" if name else inner


def _sum(*parts: str) -> str:
    return " + ".join(filter(None, parts))


def _gru(seen: Seen) -> list[str]:
    """Cho et al., https://arxiv.org/abs/1406.1078; reset_after as in https://arxiv.org/abs/1412.3555 and CuDNN."""
    layer = seen.layer
    gate, bend = layer.recurrent_activation, layer.activation
    both = layer.use_bias and layer.reset_after
    lines = []
    for name in ("z", "r"):
        bias = f"bias_{name}" if layer.use_bias else ""
        second = f"recurrent_bias_{name}" if both else ""
        inner = _sum(f"x · kernel_{name}", bias, f"h · recurrent_kernel_{name}", second)
        lines.append(f"{name} = {_bend(gate, inner)}")
    bias = "bias_h" if layer.use_bias else ""
    memory = "(r ∗ h) · recurrent_kernel_h"
    if layer.reset_after:
        memory = f"r ∗ ({_sum('h · recurrent_kernel_h', 'recurrent_bias_h' if both else '')})"
    lines.append(f"h̃ = {_bend(bend, _sum('x · kernel_h', bias, memory))}")
    return [*lines, "h' = z ∗ h + (1 − z) ∗ h̃"]


def _lstm(seen: Seen) -> list[str]:
    """Hochreiter and Schmidhuber, https://doi.org/10.1162/neco.1997.9.8.1735, with the forget gate of Gers et al."""
    layer = seen.layer
    lines = []
    for name, sign in (("i", "i"), ("f", "f"), ("o", "o"), ("c", "c̃")):
        bias = f"bias_{name}" if layer.use_bias else ""
        inner = _sum(f"x · kernel_{name}", f"h · recurrent_kernel_{name}", bias)
        lines.append(f"{sign} = {_bend(layer.activation if name == 'c' else layer.recurrent_activation, inner)}")
    return [*lines, "c' = f ∗ c + i ∗ c̃", f"h' = o ∗ {_bend(layer.activation, 'c' + chr(39))}"]


def _simple(seen: Seen) -> list[str]:
    inner = _sum("x · kernel", "h · recurrent_kernel", "bias" if seen.layer.use_bias else "")
    return [f"h' = {_bend(seen.layer.activation, inner)}"]


def _dense(seen: Seen) -> list[str]:
    inner = _sum("x · kernel", "bias" if seen.layer.use_bias else "")
    where = "" if len(seen.first.shape) < 3 else "[t]"
    return [f"y{where} = {_bend(seen.layer.activation, inner.replace('x', 'x' + where, 1))}"]


def _time_distributed(seen: Seen) -> list[str]:
    name = type(seen.layer.layer).__name__
    place = "w" if seen.first.axes[1] == "windows" else "t"
    return [f"y[{place}] = {name}(x[{place}])   for every {place}, with the same weights"]


MERGES = {"concat": "[→h ; ←h]", "sum": "→h + ←h", "ave": "(→h + ←h) / 2", "mul": "→h ∗ ←h", None: "→h and ←h"}


def _bidirectional(seen: Seen) -> list[str]:
    name = type(seen.layer.forward_layer).__name__
    lines = [f"→h = {name}(x[1] … x[T])", f"←h = {name}(x[T] … x[1])"]
    at = "[t]" if seen.layer.return_sequences else ""
    return [*lines, f"y{at} = {MERGES[seen.layer.merge_mode].replace('h', 'h' + at)}"]


def _convolution(seen: Seen) -> list[str]:
    layer = seen.layer
    slid = slid_by(seen)
    place = "t" if slid.stride == 1 else f"{slid.stride}t"
    step = "k" if slid.dilation == 1 else f"{slid.dilation}k"
    shift = f" − {slid.offset}" if slid.offset else ""
    inner = _sum(f"Σ(k = 0 … {slid.size - 1}) x[{place} + {step}{shift}] · kernel[k]", "bias" if layer.use_bias else "")
    return [f"y[t] = {_bend(layer.activation, inner)}"]


def _pooled(seen: Seen) -> list[str]:
    if type(seen.layer).__name__ == "GlobalMaxPooling1D":
        return ["y = max over t of x[t]"]
    masked = seen.first.masked and seen.layer.supports_masking
    return ["y = Σ x[t] / n   over the n steps that are not masked" if masked else "y = (x[1] + … + x[T]) / T"]


def _multi_head(seen: Seen) -> list[str]:
    """Vaswani et al., https://arxiv.org/abs/1706.03762."""
    return [
        "q = query · kernel_q,  k = key · kernel_k,  v = value · kernel_v   for every head",
        "a = softmax(q · kᵀ / √D)",
        "y = [a · v of every head] · kernel_output",
    ]


def _attention(seen: Seen) -> list[str]:
    score = "query · keyᵀ" if type(seen.layer).__name__ == "Attention" else "Σ scale ∗ tanh(query + key)"
    return [f"a = softmax({score})", "y = a · value"]


def _always(line: str) -> Callable[[Seen], list[str]]:
    return lambda seen: [line]


OPERATIONS = {
    "Add": "a + b",
    "Average": "(a + b) / 2",
    "Multiply": "a ∗ b",
    "Subtract": "a − b",
    "Maximum": "the larger of a and b",
    "Minimum": "the smaller of a and b",
    "Divide": "a / b",
    "TrueDivide": "a / b",
}


def _normalized(over: str) -> Callable[[Seen], list[str]]:
    return lambda seen: [f"y = gamma ∗ (x − mean) / √(variance + {seen.layer.epsilon:g}) + beta   {over}"]


EQUATIONS: dict[str, Callable[[Seen], list[str]]] = {
    "GRU": _gru,
    "LSTM": _lstm,
    "SimpleRNN": _simple,
    "Dense": _dense,
    "TimeDistributed": _time_distributed,
    "Bidirectional": _bidirectional,
    "Conv1D": _convolution,
    **dict.fromkeys(POOLS, _pooled),
    **{name: _always(f"y = {words}") for name, words in OPERATIONS.items()},
    "Concatenate": lambda seen: [f"y = [{' ; '.join('abcdefgh'[: len(seen.received)])}]"],
    "RepeatVector": lambda seen: ["y[t] = x   for every t"],
    "Masking": lambda seen: [f"step t counts unless every x[t] = {seen.layer.mask_value:g}"],
    "Embedding": lambda seen: ["y[t] = row number x[t] of the table"],
    "MultiHeadAttention": _multi_head,
    **dict.fromkeys(("Attention", "AdditiveAttention"), _attention),
    "LayerNormalization": _normalized("over the numbers of one step"),
    "BatchNormalization": _normalized("over the batch"),
    "Activation": lambda seen: [f"y = {_bend(seen.layer.activation, 'x')}"],
}
