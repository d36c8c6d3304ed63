"""Codes that nobody would write, from any source of whole numbers: hypothesis, atheris, or a seed."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable, Sequence
from typing import Any

# Gives a whole number from 0 up to, and without, the one that it is asked with.
Pick = Callable[[int], int]

NUMBERS = (
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "20",
    "None",
    "True",
    "1.5",
    "10**9",
    "10_000",
    "'a'",
    "()",
    "[]",
    "(20, 5)",
    "...",
    "1j",
    "b''",
)
NAMES = (
    "x",
    "y",
    "model",
    "layers",
    "keras",
    "np",
    "ops",
    "GRU",
    "LSTM",
    "Dense",
    "Embedding",
    "Masking",
    "Lambda",
    "open",
    "__class__",
)
KEYWORDS = (
    *("return_sequences=True", "return_state=True", "stateful=True", "go_backwards=True", "unroll=True", "mask_zero=True"),
    *("initial_state=x", "batch_size=4", "input_shape=(20, 5)", "activation='softmax'", "name='a b/c'", "dtype='int32'"),
    *(
        "units=0",
        "mask=None",
        "training=True",
        "input_dim=3",
        "output_dim=4",
        "merge_mode=None",
        "axis=1",
        "dtype='float16'",
    ),
)
LINES = (
    *("pass", "model.add(layers.GRU(3))", "x = x[:, -1]", "x = x + x", "for i in range(3): model.add(layers.Dense(i))"),
    *("while True: pass", "def f(x): return f(x)", "model = keras.Model(x, x)", "x = [x, x]", "model.build((None, 20, 5))"),
    *(
        "model.compile('adam', 'mse')",
        "model.fit(x, y, batch_size=3)",
        "keras.mixed_precision.set_global_policy('mixed_float16')",
    ),
    *("keras.utils.set_random_seed(1)", "keras.backend.clear_session()", "keras.config.set_floatx('float64')", "del model"),
    *(
        "np.random.seed(0)",
        "import os",
        "from keras.layers import *",
        "try:\n    pass\nfinally:\n    pass",
        "model.trainable = False",
    ),
)


def one_of(pick: Pick, things: Sequence[Any]) -> Any:
    return things[pick(len(things))]


def edited(code: str, pick: Pick, most: int = 3) -> str:
    """A code after a few small accidents: tokens and lines are lost, doubled, swapped, and exchanged for others."""
    for _ in range(1 + pick(most)):
        code = one_of(pick, (_tokens, _tokens, _tokens, _lines, _letters))(code, pick)
    return code


def _tokens(code: str, pick: Pick) -> str:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return _letters(code, pick)
    lines, starts = code.splitlines(keepends=True), [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    places = [
        (starts[each.start[0] - 1] + each.start[1], starts[each.end[0] - 1] + each.end[1], each)
        for each in tokens
        if each.string.strip() and each.start[0] == each.end[0] <= len(lines)
    ]
    if not places:
        return code
    start, end, token = one_of(pick, places)
    what = pick(5)
    if what == 0:
        text = ""
    elif what == 1:
        text = f"{token.string} {token.string}"
    elif what == 2:
        other = one_of(pick, places)[2]
        text = other.string
    elif token.type == tokenize.NUMBER:
        text = one_of(pick, NUMBERS)
    elif token.type == tokenize.NAME:
        text = one_of(pick, NAMES)
    elif token.string == ")":
        text = f", {one_of(pick, KEYWORDS)})"
    else:
        text = one_of(pick, (",", ")", "(", ":", "=", ".", "**", "*"))
    return code[:start] + text + code[end:]


def _lines(code: str, pick: Pick) -> str:
    lines = code.split("\n")
    place, what = pick(len(lines)), pick(4)
    if what == 0:
        del lines[place]
    elif what == 1:
        lines.insert(place, lines[place])
    elif what == 2:
        other = pick(len(lines))
        lines[place], lines[other] = lines[other], lines[place]
    else:
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        lines.insert(place, indent + one_of(pick, LINES).replace("\n", f"\n{indent}"))
    return "\n".join(lines)


def _letters(code: str, pick: Pick) -> str:
    place = pick(len(code) + 1)
    return (
        code[:place]
        + one_of(pick, ("", "\0", "\t", "\r", "\f", "é", "🧠", "'", '"""', "#", "\\", "{", "\ud800", "\u2028"))
        + code[place + 1 :]
    )


# --- programs of constructs that are read

PLAIN = ("Flatten", "Masking", "GlobalAveragePooling1D", "LayerNormalization", "MaxPooling1D", "Dropout")
OPERATIONS = ("transpose", "mean", "squeeze", "stack", "expand_dims", "reshape", "abs")


def program(pick: Pick) -> str:
    """A program of constructs that are read, whose shapes may or may not fit."""
    head = one_of(
        pick,
        (
            "import keras\nfrom keras import layers, ops\nimport numpy as np\n",
            "import tensorflow as tf\nfrom tensorflow import keras\nfrom keras import layers\nimport numpy as np\n",
            "import tensorflow as tf\nkeras = tf.keras\nlayers = keras.layers\nimport numpy as np\n",
        ),
    )
    size = one_of(pick, (2, 3, 5, 20))
    shape = one_of(
        pick, ("(20, 5)", "(None, 5)", "(20,)", "(4, 20, 5)", "(20, 5, 1)", "()", f"({size}, {size})", "(8, 8, 3, 1)")
    )
    if pick(2):
        body = f"model = keras.Sequential([keras.Input({shape})])\n"
        for _ in range(pick(5)):
            body += _loop(pick, f"model.add({_layer(pick)})\n")
    else:
        body = f"x = source = keras.Input({shape})\n"
        for _ in range(pick(6)):
            body += _loop(pick, _step(pick))
        body += f"model = keras.Model(source, {one_of(pick, ('x', '[x, source]', 'x[0]', '[x]'))})\n"
    return head + body + _training(pick)


def _loop(pick: Pick, line: str) -> str:
    return line if pick(4) else f"for units in {one_of(pick, ('range(3)', '[4, 2]', 'reversed(range(1, 3))'))}:\n    {line}"


def _number(pick: Pick) -> str:
    return one_of(pick, ("1", "2", "3", "5", "8", "20", "4 * 2", "8 // 3", "2 ** 3", "0", "-1", "None"))


def _layer(pick: Pick, depth: int = 0) -> str:
    memory = one_of(pick, ("GRU", "LSTM", "SimpleRNN"))
    flags = "".join(f", {each}" for each in KEYWORDS[:5] if not pick(4))
    plain = f"layers.{memory}({_number(pick)}{', return_sequences=True' if pick(2) else flags})"
    if depth < 2 and not pick(4):
        wrapper = one_of(pick, ("Bidirectional", "TimeDistributed"))
        return f"layers.{wrapper}({_layer(pick, depth + 1)})"
    return one_of(
        pick,
        (
            plain,
            plain,
            plain,
            f"layers.Dense({_number(pick)})",
            f"layers.Embedding({_number(pick)}, 4, mask_zero={bool(pick(2))})",
            f"layers.Conv1D(4, {_number(pick)}, padding='{one_of(pick, ('same', 'causal', 'valid'))}')",
            f"layers.RepeatVector({_number(pick)})",
            f"layers.Reshape(({_number(pick)}, {_number(pick)}))",
            f"layers.Permute(({_number(pick)}, {_number(pick)}))",
            f"layers.RNN(layers.{one_of(pick, ('GRU', 'LSTM', 'SimpleRNN'))}Cell({_number(pick)}))",
            f"layers.{one_of(pick, PLAIN)}()",
            f"layers.ConvLSTM2D(2, {_number(pick)})",
        ),
    )


def _step(pick: Pick) -> str:
    return one_of(
        pick,
        (
            f"x = {_layer(pick)}(x)\n",
            f"x = {_layer(pick)}(x)\n",
            f"x = layers.{one_of(pick, ('Add', 'Concatenate', 'Multiply', 'Attention', 'Dot'))}()([x, source])\n",
            f"x = layers.MultiHeadAttention(2, {_number(pick)})(x, source)\n",
            f"x = x[{one_of(pick, (':, -1', '..., 0', '0', ':, ::2', ':, None', ':, 99'))}]\n",
            f"x = x {one_of(pick, '+-*/@')} {one_of(pick, ('x', 'source', '2', 'np.zeros((20, 5))'))}\n",
            f"x = keras.ops.{one_of(pick, OPERATIONS)}(x{one_of(pick, ('', ', 1', ', axis=-1', ', (0, 2, 1)'))})\n",
            f"x, {one_of(pick, ('h', '*h', 'h, c'))} = {_layer(pick)}(x)\n",
            f"x = layers.GRU(5, return_sequences=True)(x, initial_state={one_of(pick, ('x', '[x]', 'source', 'None'))})\n",
        ),
    )


def _training(pick: Pick) -> str:
    if pick(2):
        return ""
    steps = one_of(pick, ("(8, 20, 5)", "(8, 20)", "(8,)", "(0, 20, 5)", "(7, 20, 1)"))
    target = one_of(pick, ("(8, 1)", "(8, 20, 1)", "(8,)", "(8, 20)", "(20, 8)", "()"))
    loss = one_of(
        pick,
        (
            "'mse'",
            "'sparse_categorical_crossentropy'",
            "keras.losses.BinaryCrossentropy()",
            "'nonsense'",
            "None",
            "['mse', 'mae']",
        ),
    )
    data = f"x, y = np.zeros({steps}), np.ones({target})\n"
    return f"{data}model.compile('adam', {loss})\nmodel.fit(x, y, batch_size={_number(pick)})\n"


# --- plain Python and NumPy, whose arithmetic and lists are followed

ODD = (
    *("0", "-1", "3", "True", "None", "1.5", "-0.0", "1e308", "10**15", "10**6", "'a'", "''", "'9' * 99", "()", "[]", "{}"),
    *(
        "float('nan')",
        "float('inf')",
        "-float('inf')",
        "...",
        "1j",
        "b'a'",
        "(3, 4)",
        "[1, 2, 3]",
        "[[1], [2, 3]]",
        "{'a': 1}",
    ),
    *(
        "range(5)",
        "range(0)",
        "np.zeros((8, 20, 5))",
        "np.pi",
        "np.nan",
        "slice",
        "print",
        "int",
        "np",
        "'%s'",
        "'{}'",
        "a",
        "b",
    ),
    *("c", "lambda z: z", "[a, b]", "np.array([1, 2])", "np.arange(9)", "int('9' * 999)", "1e-320", "'\\ud800'", "keras"),
)
_FUNCTIONS = (
    *("range", "len", "int", "float", "str", "bool", "min", "max", "sum", "abs", "round", "list", "tuple", "dict", "set"),
    *(
        "zip",
        "enumerate",
        "reversed",
        "sorted",
        "any",
        "all",
        "map",
        "print",
        "isinstance",
        "np.zeros",
        "np.ones",
        "np.full",
    ),
    *(
        "np.array",
        "np.arange",
        "np.linspace",
        "np.eye",
        "np.concatenate",
        "np.stack",
        "np.vstack",
        "np.hstack",
        "np.reshape",
    ),
    *(
        "np.repeat",
        "np.tile",
        "np.expand_dims",
        "np.squeeze",
        "np.transpose",
        "np.moveaxis",
        "np.mean",
        "np.argmax",
        "np.prod",
    ),
    *(
        "np.random.rand",
        "np.random.randint",
        "np.random.choice",
        "np.random.normal",
        "np.random.permutation",
        "np.zeros_like",
    ),
    *("np.shape", "np.where", "np.append", "np.sin", "np.lib.stride_tricks.sliding_window_view", "keras.ops.zeros"),
    *("keras.utils.to_categorical", "keras.utils.pad_sequences", "train_test_split", "keras.initializers.Constant"),
    *(
        "keras.optimizers.Adam",
        "keras.losses.MeanSquaredError",
        "keras.Input",
        "keras.Sequential",
        "tf.zeros",
        "tf.constant",
    ),
)
_METHODS = (
    *("append", "extend", "insert", "pop", "reverse", "index", "count", "get", "items", "keys", "update", "setdefault"),
    *("lower", "split", "replace", "format", "join", "startswith", "reshape", "astype", "transpose", "flatten", "repeat"),
    *("mean", "argmax", "squeeze", "swapaxes", "sum", "copy", "tolist", "T", "shape", "size", "ndim", "zfill", "imag"),
)
_OPERATORS = (*("+", "-", "*", "/", "//", "%", "**", "@", "<<", "&", "and", "or", "==", "<", "in", "is", "not in"),)


def calculation(pick: Pick) -> str:
    """Lines of plain Python and NumPy with values of every kind, mostly the wrong one."""
    head = "import keras\nimport numpy as np\nimport tensorflow as tf\na, b, c = 2, [1, 2], np.zeros((8, 20, 5))\n"
    return head + "".join(_statement(pick) for _ in range(1 + pick(5)))


def _statement(pick: Pick) -> str:
    name, value = one_of(pick, "abc"), _value(pick, 2)
    return one_of(
        pick,
        (
            f"{name} = {value}\n",
            f"{name} = {value}\n",
            f"{name} {one_of(pick, ('+=', '*=', '-=', '//=', '**='))} {value}\n",
            f"{name}[{_value(pick, 1)}] = {value}\n",
            f"{name}, {one_of(pick, ('a', '*b', '(b, c)'))} = {value}\n",
            f"for {name} in {value}:\n    {one_of(pick, 'abc')} = {_value(pick, 1)}\n",
            f"if {value}:\n    {name} = {_value(pick, 1)}\n",
            f"{name}.{one_of(pick, _METHODS)}({_value(pick, 1)})\n",
            f"def f(a, *b, c=3, **d):\n    return {value}\n{name} = f({_value(pick, 1)}, {_value(pick, 1)})\n",
            f"with {value} as {name}:\n    pass\n",
            f"while {_value(pick, 1)}:\n    {name} = {value}\n    break\n",
            f"assert {value}\ndel {name}\n",
        ),
    )


def _value(pick: Pick, depth: int) -> str:
    if depth == 0 or not pick(4):
        return one_of(pick, ODD)
    inner = [_value(pick, depth - 1) for _ in range(3)]
    return one_of(
        pick,
        (
            f"{one_of(pick, _FUNCTIONS)}({inner[0]})",
            f"{one_of(pick, _FUNCTIONS)}({inner[0]}, {inner[1]})",
            f"{one_of(pick, _FUNCTIONS)}({inner[0]}, {one_of(pick, ('axis', 'size', 'shape', 'dtype', 'a'))}={inner[1]})",
            f"{one_of(pick, _FUNCTIONS)}(*{inner[0]}, **{inner[1]})",
            f"({inner[0]}).{one_of(pick, _METHODS)}({inner[1]})",
            f"({inner[0]}).{one_of(pick, _METHODS)}",
            f"({inner[0]} {one_of(pick, _OPERATORS)} {inner[1]})",
            f"({one_of(pick, ('-', '~', 'not ', '+'))}{inner[0]})",
            f"({inner[0]})[{inner[1]}]",
            f"({inner[0]})[{inner[1]}:{inner[2]}]",
            f"[{inner[0]} for a in {inner[1]} if {inner[2]}]",
            f"{{{inner[0]}: {inner[1]} for b in {inner[2]}}}",
            f"[{inner[0]}, *{inner[1]}]",
            f"({inner[0]} if {inner[1]} else {inner[2]})",
            f"f'{{{inner[0]}:{{a}}}}'",
            f"{{**{inner[0]}, 'a': {inner[1]}}}",
        ),
    )
