"""What a layer does to the axes, in words: one small rule for each class of layer (`SAYS`).

A layer without a rule says which shapes come in and go out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.tensors.tensor import Seen, Tensor, kind, rule
from explorer.tensors.text import changes, count, counted, joined

# What a rule says: in at most 60 characters, in full, and what becomes of the axes where `changes` would not say it well.
Words = tuple[str, str] | tuple[str, str, str]


def said(seen: Seen) -> tuple[str, str, str]:
    """What a layer does, what becomes of the axes, and the first in at most 60 characters."""
    short, does, *change = rule(SAYS, seen.layer, _says_what_changed)(seen)
    return does, change[0] if change else changes(seen.received, seen.returned), short


def _steps(tensor: Tensor, axis: int = 1) -> str:
    """How many there are along an axis: "20 steps", "8 windows"."""
    name = tensor.axes[axis] if len(tensor.axes) > axis else "timesteps"
    return count(tensor.shape[axis], "steps" if name == "timesteps" else name)


def _step(tensor: Tensor) -> str:
    """One of what is counted along the first axis after the batch."""
    return {"timesteps": "step", "windows": "window"}.get(tensor.axes[1], "place") if len(tensor.axes) > 1 else "place"


def _name(layer: Any) -> str:
    return "model" if kind(layer, {"Model"}) else type(layer).__name__


def _says_what_changed(seen: Seen) -> Words:
    if seen.received and seen.returned and all(each.shape == seen.out.shape for each in seen.received):
        return "changes the numbers, not the shape", "changes the numbers at every place"
    inputs = joined([_spelled(tensor) for tensor in seen.received]) or "nothing"
    outputs = joined([_spelled(tensor) for tensor in seen.returned])
    return f"{inputs} becomes {outputs}"[:60], f"takes {inputs} and gives {outputs}"


def _spelled(tensor: Tensor) -> str:
    return f"({', '.join('batch' if not place else str(size) for place, size in enumerate(tensor.shape))})"


def _begins_with_memory(node: Any) -> bool:
    if node is None:
        return False
    args, kwargs = node.arguments.args, node.arguments.kwargs
    return (args[1] if len(args) > 1 else kwargs.get("initial_state")) is not None


def _says_recurrent(seen: Seen) -> Words:
    steps = _steps(seen.first)
    backwards = ", from the last to the first," if getattr(seen.layer, "go_backwards", False) else ""
    begun = ", starting from the memory it is given" if _begins_with_memory(seen.node) else ""
    if len(seen.out.shape) == len(seen.first.shape):
        does, keeps = "takes one vector per step", "keeps every step's memory"
        reason = f"takes one vector per step{backwards} and keeps the memory of all {steps}{begun}"
    else:
        does, keeps = "reads every step", "keeps only its last memory"
        reason = f"reads all {steps}{backwards} and keeps only its last memory{begun}"
    if seen.first.masked:
        does = "skips masked steps"
        reason += ", skipping the masked ones"
    if len(seen.returned) > 1:
        reason += ", and hands on its last state as well"
    return f"{does}, {keeps}", reason


def _says_dense(seen: Seen) -> Words:
    if len(seen.first.shape) < 3:
        width, made = seen.first.width, seen.out.width
        mixed = f"mixes all {count(*width)} into {count(*made)}" if width and made else "mixes all"
        return mixed, "weighs everything that comes in, once for each number that goes out"
    shared = f"one Dense, shared by all {_steps(seen.first)}"
    return shared, f"{shared}, looks at one {_step(seen.first)} at a time"


def _says_time_distributed(seen: Seen) -> Words:
    held, steps, step = seen.layer.layer, _steps(seen.first), _step(seen.first)
    name = _name(held)
    if kind(held, SAYS) == "Dense":
        return f"one {name}, shared by all {steps}", f"one {name}, shared by all {steps}, looks at one {step} at a time"
    if kind(held, SAYS) in RECURRENT:
        reason = f"the same {name} reads each of the {steps}, its memory starting anew in every one"
        return f"the same {name} reads each of the {steps} anew", reason
    return f"the same {name} for each of the {steps}", f"the same {name} is applied to each of the {steps}"


MERGES = {
    "concat": ("lays the memories side by side", "their memories are laid side by side"),
    "sum": ("adds the memories", "their memories are added"),
    "ave": ("averages the memories", "their memories are averaged"),
    "mul": ("multiplies the memories", "their memories are multiplied"),
    None: ("keeps both memories", "both memories are handed on"),
}


def _says_bidirectional(seen: Seen) -> Words:
    short, reason = MERGES[seen.layer.merge_mode]
    name = _name(seen.layer.forward_layer)
    if len(seen.out.shape) == len(seen.first.shape):
        reason = f"one {name} reads all {_steps(seen.first)} forwards, one backwards, and {reason}"
        return f"reads both ways, {short}", reason
    # The backward half has read everything only when it stands at the first step again.
    last = reason.replace("memories", "last memories")
    reason = f"one {name} reads forwards to the last step, one backwards to the first, and {last}"
    return f"reads both ways, {short.replace('memories', 'last memories')}", reason


def _says_masking(seen: Seen) -> Words:
    return (
        "marks padded steps, to be skipped",
        f"marks the steps that hold nothing but {seen.layer.mask_value:g}, and the layers after it skip them",
    )


def _says_pooled(verb: str) -> Callable[[Seen], Words]:
    def says(seen: Seen) -> Words:
        steps, step = _steps(seen.first), _step(seen.first)
        if seen.first.masked and seen.layer.supports_masking and verb == "averages":
            return f"averages the {step}s that are not masked", f"averages over the {steps}, leaving out the masked ones"
        words = f"{verb} over all {steps}"
        return words, words

    return says


def _says_concatenate(seen: Seen) -> Words:
    tensors, axis, rank = f"{len(seen.received)} tensors", seen.layer.axis, len(seen.first.shape)
    if axis in (-1, rank - 1):
        along = f", {_step(seen.first)} by {_step(seen.first)}" if rank > 2 else ""
        return f"lays {tensors} side by side", f"lays {tensors} side by side{along}"
    sizes = " + ".join(str(tensor.shape[axis]) for tensor in seen.received)
    change = f"{sizes} {seen.first.axes[axis]} become {seen.out.shape[axis]}"
    return f"joins {tensors} end to end", f"joins {tensors} end to end", change


def _says_merged(verb: str) -> Callable[[Seen], Words]:
    def says(seen: Seen) -> Words:
        if len(seen.received) == 1:
            words = "does the same to every number"
        else:
            words = f"{verb} {len(seen.received)} tensors, number by number"
        return words, words

    return says


def _says_repeat(seen: Seen) -> Words:
    words = f"hands the same vector to all {_steps(seen.out)}"
    return words, words


def _says_flat(seen: Seen) -> Words:
    sizes = " · ".join(str(size) for size in seen.first.shape[1:])
    return "lays all numbers in one row", f"lays all {sizes} numbers in one row"


def _says_reshape(seen: Seen) -> Words:
    before, after = _spelled(seen.first), _spelled(seen.out)
    return "the same numbers, cut anew", "cuts the same numbers, in the same order, anew", f"{before} becomes {after}"


def _says_permute(seen: Seen) -> Words:
    before, after = ", ".join(seen.first.axes[1:]), ", ".join(seen.out.axes[1:])
    return "swaps the axes", "swaps the axes", f"({before}) becomes ({after})"


def _says_embedding(seen: Seen) -> Words:
    short = "looks up a vector for every number"
    return short, f"{short}, in a table of {seen.layer.input_dim:,} rows"


def _says_convolution(seen: Seen) -> Words:
    sees = {
        "causal": "the last of them being the one it answers at",
        "same": "padded so that every step is answered",
        "valid": "only where all of them are there",
    }[seen.layer.padding]
    steps = count(seen.layer.kernel_size[0], "steps")
    return f"slides filters over {steps} at a time", f"slides its filters along, seeing {steps} at a time, {sees}"


def _says_window_pooled(verb: str) -> Callable[[Seen], Words]:
    def says(seen: Seen) -> Words:
        words = f"{verb} every {count(seen.layer.pool_size[0], 'steps')}"
        return words, words

    return says


def _says_longer(verb: str) -> Callable[[Seen], Words]:
    def says(seen: Seen) -> Words:
        return verb, verb, f"{counted(seen.first.shape[1], seen.first.axes[1], 'become')} {seen.out.shape[1]}"

    return says


def _says_attention(seen: Seen) -> Words:
    value = seen.received[min(1, len(seen.received) - 1)]
    heads = getattr(seen.layer, "num_heads", None)
    through = f", through {count(heads, 'heads')}," if heads else ""
    short = f"every step looks at all {_steps(value)}"
    return short, f"every step looks at all {_steps(value)}{through} and takes what fits it"


def _says_model(seen: Seen) -> Words:
    layers = count(len(seen.inside), "layers")
    return f"a model of {layers}", f"a model of {layers} in one"


def _plain(short: str, reason: str | None = None) -> Callable[[Seen], Words]:
    """A rule for layers of which there is always the same to say."""
    return lambda seen: (short, reason or short)


# Families of layers that share a rule, here and for the names of axes.
RECURRENT = ("GRU", "LSTM", "SimpleRNN", "RNN")
POOLS = {"GlobalAveragePooling1D": "averages", "GlobalMaxPooling1D": "keeps the largest"}
WINDOW_POOLS = {"MaxPooling1D": "keeps the largest of", "AveragePooling1D": "averages"}
MERGED = {
    "Add": "adds",
    "Average": "averages",
    "Multiply": "multiplies",
    "Subtract": "subtracts",
    "Maximum": "keeps the larger of",
    "Minimum": "keeps the smaller of",
    "Divide": "divides",
    "TrueDivide": "divides",
}
ONE_SCALE = "brings the numbers of each step to one scale"
PLAIN = {
    "Dropout": _plain("while training, drops some numbers at random"),
    "SpatialDropout1D": _plain("while training, drops whole features at random"),
    "GaussianNoise": _plain("while training, adds noise"),
    "GaussianDropout": _plain("while training, multiplies by noise"),
    "Activation": lambda seen: (
        f"bends each number: {seen.layer.activation.__name__}",
        f"bends each number by {seen.layer.activation.__name__}",
    ),
    "ReLU": _plain("turns negative numbers to 0"),
    "LeakyReLU": _plain("shrinks negative numbers"),
    "Softmax": _plain("makes shares that add up to 1"),
    "LayerNormalization": _plain(ONE_SCALE),
    "RMSNormalization": _plain(ONE_SCALE),
    "UnitNormalization": _plain(ONE_SCALE),
    "BatchNormalization": _plain("brings each unit to one scale over the batch"),
    "Identity": _plain("hands on what comes in"),
}

SAYS: dict[str, Callable[[Seen], Words]] = {
    **dict.fromkeys(RECURRENT, _says_recurrent),
    "Bidirectional": _says_bidirectional,
    "TimeDistributed": _says_time_distributed,
    "Dense": _says_dense,
    **dict.fromkeys(("Conv1D", "SeparableConv1D", "DepthwiseConv1D"), _says_convolution),
    **{name: _says_pooled(verb) for name, verb in POOLS.items()},
    **{name: _says_window_pooled(verb) for name, verb in WINDOW_POOLS.items()},
    **{name: _says_merged(verb) for name, verb in MERGED.items()},
    "UpSampling1D": _says_longer("gives every step several times"),
    "ZeroPadding1D": _says_longer("puts steps of zeros at the ends"),
    "Cropping1D": _says_longer("cuts steps off at the ends"),
    "Masking": _says_masking,
    "Concatenate": _says_concatenate,
    "RepeatVector": _says_repeat,
    "Flatten": _says_flat,
    "Reshape": _says_reshape,
    "Permute": _says_permute,
    "Embedding": _says_embedding,
    **dict.fromkeys(("Attention", "AdditiveAttention", "MultiHeadAttention"), _says_attention),
    "Model": _says_model,
    "GetItem": _plain("picks a part", "picks a part of what comes in"),
    **PLAIN,
}
