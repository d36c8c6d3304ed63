"""Codes written to cost much, by kind: what each multiplies is said by its name. None of them is ever run."""

# ruff: noqa: E501 (a code that costs much stands in one line)

from __future__ import annotations

from dataclasses import dataclass

HEAD = "import keras\nfrom keras import layers\nimport numpy as np\n"
MOST_CHARACTERS = 20_000


@dataclass(frozen=True)
class Hostile:
    """A code of up to 20,000 characters. kind: what in it costs much; the first of each kind stands for it in the suite."""

    name: str
    kind: str
    code: str
    x: tuple[tuple[int, ...], ...] | None = None
    y: tuple[int, ...] | None = None


def _whole(lines: str, tail: str = "model = keras.Model(i, x)\n") -> str:
    return f"{HEAD}{lines}{tail}"


def _filled(line: str, head: str = HEAD, tail: str = "") -> str:
    return head + line * ((MOST_CHARACTERS - len(head) - len(tail)) // len(line)) + tail


_I = "i = x = keras.Input((20, 5))\n"
_NEST = "j = keras.Input((20, 5))\nm = keras.Model(j, layers.Dense(5)(j))\n"
_MASKED = "i = keras.Input((20,))\nx = layers.Embedding(9, 4, mask_zero=True)(i)\n"
_FIXABLE = "model = keras.Sequential([keras.Input((20, 5)), "

HOSTILE = (
    # Models in models.
    Hostile(
        "doubled_60", "models", _whole(_NEST + "for k in range(60):\n    m = keras.Model(j, m(m(j)))\ni = j\nx = m(j)\n")
    ),
    Hostile(
        "doubled_12", "models", _whole(_NEST + "for k in range(12):\n    m = keras.Model(j, m(m(j)))\ni = j\nx = m(j)\n")
    ),
    Hostile(
        "chained_200", "models", _whole(_NEST + "for k in range(200):\n    m = keras.Model(j, m(j))\ni = j\nx = m(j)\n")
    ),
    Hostile(
        "tripled_in_a_call",
        "models",
        _whole(_NEST + "for k in range(30):\n    m = keras.Model(j, layers.Add()([m(j), m(j), m(j)]))\ni = j\nx = m(j)\n"),
    ),
    Hostile(
        "sequential_doubled",
        "models",
        _whole(
            "m = keras.Sequential([keras.Input((20, 5)), layers.Dense(5)])\nfor k in range(40):\n    m = keras.Sequential([keras.Input((20, 5)), m, m])\ni = keras.Input((20, 5))\nx = m(i)\n"
        ),
    ),
    Hostile(
        "model_of_all_before",
        "models",
        _whole(_I + "for k in range(290):\n    x = layers.Dense(5)(x)\n    m = keras.Model(i, x)\n"),
    ),
    Hostile(
        "models_without_calls",
        "models",
        HEAD + _I + "x = layers.Dense(5)(x)\nfor k in range(9000):\n    model = keras.Model(i, x)\n",
    ),
    Hostile(
        "model_in_time_distributed",
        "models",
        _whole(
            _NEST
            + "i = x = keras.Input((100000, 20, 5))\nfor k in range(6):\n    m = keras.Model(j, m(m(j)))\nx = layers.TimeDistributed(m)(i)\n"
        ),
    ),
    # Wrappers in wrappers.
    Hostile(
        "bidirectional_in_itself",
        "wrappers",
        _whole(
            _I + "c = layers.GRU(3, return_sequences=True)\nfor k in range(40):\n    c = layers.Bidirectional(c)\nx = c(x)\n"
        ),
    ),
    Hostile(
        "time_distributed_390",
        "wrappers",
        _whole(_I + "c = layers.Dense(3)\nfor k in range(390):\n    c = layers.TimeDistributed(c)\nx = c(x)\n"),
    ),
    Hostile(
        "both_in_turn",
        "wrappers",
        _whole(
            _I
            + "c = layers.GRU(3, return_sequences=True)\nfor k in range(100):\n    c = layers.Bidirectional(layers.TimeDistributed(c))\nx = c(x)\n"
        ),
    ),
    Hostile(
        "time_distributed_text",
        "wrappers",
        _whole(_I + "x = " + "layers.TimeDistributed(" * 700 + "layers.Dense(3)" + ")" * 700 + "(x)\n"),
    ),
    Hostile(
        "spectral_power",
        "wrappers",
        _whole(_I + "x = layers.SpectralNormalization(layers.Dense(5), power_iterations=1000000)(x)\n"),
        ((8, 20, 5),),
        (8, 20, 5),
    ),
    Hostile(
        "spectral_in_itself",
        "wrappers",
        _whole(
            _I
            + "c = layers.Dense(3)\nfor k in range(60):\n    c = layers.SpectralNormalization(c, power_iterations=9)\nx = c(x)\n"
        ),
    ),
    # Time that is looped over.
    Hostile(
        "time_distributed_100000",
        "time",
        _whole("i = keras.Input((100000, 5))\nx = layers.TimeDistributed(layers.Dense(3))(i)\n"),
        ((8, 100000, 5),),
        (8, 100000, 3),
    ),
    Hostile(
        "time_distributed_nested",
        "time",
        _whole(
            "j = keras.Input((100000, 5))\nm = keras.Model(j, layers.TimeDistributed(layers.Dense(3))(j))\ni = keras.Input((100000, 5))\nx = m(i)\n"
        ),
        ((8, 100000, 5),),
        (8, 100000, 3),
    ),
    Hostile(
        "time_in_time",
        "time",
        _whole("i = keras.Input((1000, 1000, 5))\nx = layers.TimeDistributed(layers.TimeDistributed(layers.GRU(3)))(i)\n"),
    ),
    Hostile(
        "rnn_unrolled",
        "time",
        _whole("i = keras.Input((100000, 5))\nx = layers.RNN(layers.GRUCell(3), unroll=True)(i)\n"),
        ((8, 100000, 5),),
        (8, 3),
    ),
    Hostile(
        "gru_unrolled",
        "time",
        _whole("i = keras.Input((100000, 5))\nx = layers.GRU(3, unroll=True)(i)\n"),
        ((8, 100000, 5),),
        (8, 3),
    ),
    Hostile(
        "lstm_conv_unrolled",
        "time",
        _whole("i = keras.Input((2000, 8, 8, 1))\nx = layers.ConvLSTM2D(3, 3, unroll=True)(i)\n"),
        ((8, 2000, 8, 8, 1),),
    ),
    Hostile(
        "bidirectional_unrolled",
        "time",
        _whole(
            "i = keras.Input((50000,))\nx = layers.Embedding(9, 4, mask_zero=True)(i)\nx = layers.Bidirectional(layers.LSTM(3, unroll=True))(x)\n"
        ),
        ((8, 50000),),
        (8, 6),
    ),
    Hostile(
        "time_of_unrolled",
        "time",
        _whole("i = keras.Input((100, 5000, 5))\nx = layers.TimeDistributed(layers.GRU(3, unroll=True))(i)\n"),
        ((8, 100, 5000, 5),),
    ),
    Hostile(
        "steps_of_the_data",
        "time",
        HEAD
        + "model = keras.Sequential([keras.Input((None, 5)), layers.RNN(layers.SimpleRNNCell(3), unroll=True), layers.Dense(1)])\n",
        ((8, 1000000, 5),),
        (8, 1),
    ),
    Hostile("unstacked_million", "time", _whole("i = keras.Input((1000000, 5))\nx = keras.ops.unstack(i, axis=1)\n")),
    Hostile(
        "unstacked_number", "time", _whole("i = keras.Input((None, 5))\nx = keras.ops.unstack(i, num=5000000, axis=1)\n")
    ),
    # Many layers, cells, states and inputs.
    Hostile("layers_5000", "many", _whole(_I + "for k in range(5000):\n    x = layers.Dense(5)(x)\n")),
    Hostile(
        "layers_299_masked",
        "many",
        _whole(_MASKED + "for k in range(290):\n    x = layers.LSTM(k + 1, return_sequences=True)(x)\n"),
        ((8, 20),),
        (8, 20, 290),
    ),
    Hostile(
        "both_ways_299",
        "many",
        _whole(
            _MASKED + "for k in range(290):\n    x = layers.Bidirectional(layers.GRU(k + 1, return_sequences=True))(x)\n"
        ),
        ((8, 20),),
        (8, 20, 580),
    ),
    Hostile(
        "attention_99",
        "many",
        _whole(_I + "for k in range(99):\n    x = layers.MultiHeadAttention(k + 1, k + 2)(x, x)\n"),
        ((8, 20, 5),),
        (8, 20, 5),
    ),
    Hostile(
        "conv_memory_150",
        "many",
        _whole(
            "i = x = keras.Input((4, 8, 8, 1))\nfor k in range(150):\n    x = layers.ConvLSTM2D(k + 1, 3, padding='same', return_sequences=True)(x)\n"
        ),
        ((8, 4, 8, 8, 1),),
    ),
    Hostile(
        "cells_399",
        "many",
        _whole(_I + "x = layers.RNN([layers.GRUCell(3) for k in range(390)])(x)\n"),
        ((8, 20, 5),),
        (8, 3),
    ),
    Hostile(
        "cells_repeated",
        "many",
        _whole(_I + "c = layers.GRUCell(3)\nx = layers.RNN([c] * 9000)(x)\n"),
        ((8, 20, 5),),
        (8, 3),
    ),
    Hostile(
        "stacks_of_stacks",
        "many",
        _whole(
            _I
            + "c = layers.GRUCell(3)\nfor k in range(12):\n    c = layers.StackedRNNCells([c] * 5)\nx = layers.RNN(c)(x)\n"
        ),
    ),
    Hostile(
        "states_returned",
        "many",
        _whole(
            _I
            + "s = layers.RNN([layers.LSTMCell(3) for k in range(300)], return_state=True)(x)\nx = layers.Concatenate()(s)\n"
        ),
        ((8, 20, 5),),
    ),
    Hostile(
        "inputs_9000",
        "many",
        HEAD + "i = [keras.Input((20, 5)) for k in range(9000)]\nx = layers.Add()(i)\nmodel = keras.Model(i, x)\n",
    ),
    Hostile("added_9000", "many", _whole(_I + "x = layers.Add()([x] * 9000)\n")),
    Hostile(
        "concatenated_thousands", "many", _whole(_I + "for k in range(20):\n    x = layers.Concatenate()([x] * 9000)\n")
    ),
    Hostile(
        "diamonds_290",
        "many",
        _whole(_I + "for k in range(290):\n    x = layers.Add()([x, x])\nx = layers.Dense(1)(x)\n"),
        ((8, 20, 5),),
        (8, 1),
    ),
    Hostile(
        "diamonds_that_break",
        "many",
        _whole(_I + "for k in range(100):\n    x = layers.Add()([x, x])\nx = layers.GRU(3)(layers.GRU(3)(x))\n"),
        ((8, 20, 5),),
        (8, 1),
    ),
    Hostile(
        "operations_290",
        "many",
        _whole(
            _I + "for k in range(290):\n    x = keras.ops.einsum('bij,bkj->bik', x, i)\n    x = keras.ops.matmul(x, i)\n"
        ),
    ),
    Hostile(
        "layers_made_and_left",
        "many",
        HEAD + "a = [layers.LSTM(k + 1) for k in range(399)]\n" + _FIXABLE + "layers.GRU(3), layers.GRU(3)])\n",
        ((8, 20, 5),),
        (8, 3),
    ),
    # Sizes.
    Hostile("dense_huge", "sizes", _whole(_I + "x = layers.Dense(10**9)(x)\n")),
    Hostile(
        "dense_10_million",
        "sizes",
        _whole(_I + "for k in range(99):\n    x = layers.Dense(10**7)(x)\n"),
        ((8, 20, 5),),
        (8, 20, 3),
    ),
    Hostile("embedding_huge", "sizes", _whole("i = keras.Input((20,))\nx = layers.Embedding(10**9, 10**9)(i)\n")),
    Hostile(
        "embedding_10_million",
        "sizes",
        _whole("i = keras.Input((20,))\nx = layers.Embedding(10**7, 10**7)(i)\nx = layers.LSTM(10**7)(x)\n"),
        ((8, 20),),
        (8, 10**6),
    ),
    Hostile("kernel_huge", "sizes", _whole(_I + "x = layers.Conv1D(10**6, 10**7, padding='same')(x)\n")),
    Hostile(
        "heads_huge", "sizes", _whole(_I + "x = layers.MultiHeadAttention(10**6, 10**7)(x, x)\n"), ((8, 20, 5),), (8, 20, 5)
    ),
    Hostile(
        "attention_over_million",
        "sizes",
        _whole("i = keras.Input((1000000, 5))\nx = layers.MultiHeadAttention(2, 2)(i, i, use_causal_mask=True)\n"),
        ((8, 1000000, 5),),
        (8, 1000000, 5),
    ),
    Hostile(
        "causal_over_million",
        "sizes",
        _whole("i = keras.Input((1000000, 5))\nx = layers.Attention()([i, i], use_causal_mask=True)\n"),
        ((8, 1000000, 5),),
        (8, 1000000, 5),
    ),
    Hostile(
        "repeat_huge",
        "sizes",
        _whole(
            "i = keras.Input((5,))\nx = layers.RepeatVector(10**7)(i)\nx = layers.GRU(3, return_sequences=True)(x)\nx = layers.Flatten()(x)\nx = layers.Dense(10**7)(x)\n"
        ),
    ),
    Hostile(
        "reshape_rank_9000",
        "sizes",
        _whole(
            "i = keras.Input((1,))\nx = layers.Reshape((1,) * 9000)(i)\nfor k in range(50):\n    x = layers.Dense(1)(x)\n"
        ),
    ),
    Hostile(
        "input_rank_9000",
        "sizes",
        _whole("i = x = keras.Input((2,) * 9000)\nfor k in range(50):\n    x = layers.Activation('relu')(x)\n"),
    ),
    Hostile(
        "axes_6_times_60",
        "sizes",
        _whole(
            "i = x = keras.Input((7,) * 60)\nfor k in range(200):\n    x = layers.Add()([x, x])\nx = layers.Flatten()(x)\n"
        ),
    ),
    Hostile(
        "sums_of_sizes",
        "sizes",
        HEAD
        + "n = [keras.Input((k + 2, 5, 6, 7)) for k in range(60)]\nx = layers.Concatenate(axis=1)(n)\nfor a in (2, 3, 4):\n    x = layers.Concatenate(axis=a)([x] * 60)\nx = layers.Flatten()(x)\nx = layers.Dense(3)(x)\nmodel = keras.Model(n, x)\n",
    ),
    Hostile(
        "upsampled",
        "sizes",
        _whole("i = x = keras.Input((4, 4, 4, 1))\nfor k in range(6):\n    x = layers.UpSampling3D(1000)(x)\n"),
    ),
    Hostile("padded_huge", "sizes", _whole(_I + "for k in range(99):\n    x = layers.ZeroPadding1D(10**7)(x)\n")),
    Hostile(
        "identity_weights",
        "sizes",
        _whole(
            _I
            + "x = layers.Dense(10**6, kernel_initializer=keras.initializers.Identity())(x)\nx = layers.GRU(10**6, recurrent_initializer='orthogonal')(x)\n"
        ),
    ),
    Hostile(
        "batch_huge",
        "sizes",
        _whole("i = keras.Input(batch_shape=(10**7, 10**7, 10**7))\nx = layers.GRU(3, stateful=True)(i)\n"),
        ((10**7, 10**7, 10**7),),
    ),
    Hostile("tiled", "sizes", _whole(_I + "for k in range(99):\n    x = keras.ops.tile(x, [1, 10**6, 10**6])\n")),
    # Loops and comprehensions.
    Hostile("comprehension_million", "loops", HEAD + "a = [k + n for k in range(1000) for n in range(1000)]\n"),
    Hostile("lists_in_comprehension", "loops", HEAD + "a = [list(range(10000)) for k in range(10000)]\n"),
    Hostile("texts_in_comprehension", "loops", HEAD + "a = ['x' * 9999 + str(k) for k in range(9999)]\n"),
    Hostile("slices_in_comprehension", "loops", HEAD + "b = list(range(10000))\na = [b[:] for k in range(9999)]\n"),
    Hostile("zipped", "loops", HEAD + "a = [list(zip(*([range(10000)] * 1000))) for k in range(99)]\n"),
    Hostile("while_true", "loops", HEAD + "while True:\n    pass\n"),
    Hostile("while_of_long_lists", "loops", HEAD + "a = list(range(9000))\nwhile True:\n    a = a[::-1] + a[:0]\n"),
    Hostile("dictionaries_joined", "loops", HEAD + "d = {k: k for k in range(9999)}\nwhile True:\n    e = {**d}\n"),
    Hostile(
        "compared",
        "loops",
        HEAD + "a = [[k] for k in range(5000)]\nb = [[k] for k in range(5000)]\nwhile True:\n    a == b\n",
    ),
    Hostile("list_in_itself", "loops", HEAD + "a = [0]\na[0] = a\nb, c = a, a\nx, y = a\nprint(str(a))\n"),
    Hostile(
        "lists_that_share",
        "loops",
        HEAD + "a = [1, 2]\nfor k in range(80):\n    b = [0, 0]\n    b[0] = a\n    b[1] = a\n    a = b\nx, y, z = a\n",
    ),
    Hostile(
        "shared_after_the_call",
        "loops",
        _whole(
            _I
            + "a = [i, i]\nx = layers.Add()(a)\nfor k in range(80):\n    b = [0, 0]\n    b[0] = a[0]\n    b[1] = a[0]\n    a[0] = b\n"
        ),
    ),
    Hostile(
        "dictionary_in_itself",
        "loops",
        HEAD
        + "d = {}\nd['a'] = d\nd['b'] = d\nmodel = keras.Sequential([keras.Input((20, 5)), layers.GRU(3)])\nmodel.compile('adam', d)\n",
    ),
    Hostile(
        "loss_that_grows",
        "loops",
        HEAD
        + "a = ['mse']\nmodel = keras.Sequential([keras.Input((20, 5)), layers.GRU(3)])\nmodel.compile('adam', a)\nfor k in range(80):\n    b = ['mse']\n    b[0] = a[0]\n    a[0] = [b[0], b[0]]\n",
    ),
    # Functions.
    Hostile("function_of_itself", "functions", HEAD + "def f(x):\n    return f(f(x))\nf(3)\n"),
    Hostile("function_doubled", "functions", HEAD + "def f(n):\n    return 0 if n == 0 else f(n - 1) + f(n - 1)\nf(18)\n"),
    Hostile(
        "lambda_of_lambda",
        "functions",
        HEAD + "f = lambda x: x\nfor k in range(5000):\n    f = (lambda g: lambda x: g(g(x)))(f)\nf(1)\n",
    ),
    Hostile(
        "layers_in_functions",
        "functions",
        HEAD
        + "def f(n, x):\n    return layers.GRU(3, return_sequences=True)(x) if n == 0 else f(n - 1, f(n - 1, x))\ni = keras.Input((20, 5))\nmodel = keras.Model(i, f(15, i))\n",
    ),
    # Numbers.
    Hostile("power_of_power", "numbers", HEAD + "a = 10**10**8\n"),
    Hostile("shifted", "numbers", HEAD + "a = 1 << 10**9\n"),
    Hostile("rounded", "numbers", HEAD + "a = round(5, -1000000000)\n"),
    Hostile("factorial", "numbers", HEAD + "import math\na = math.factorial(10**8)\n"),
    Hostile("digits_4300", "numbers", HEAD + f"a = int('{'9' * 4200}')\nb = a * a\nc = layers.Dense(a)\n"),
    Hostile("digits_19000", "numbers", f"a = {'9' * 19000}\n"),
    Hostile(
        "product_of_thousands", "numbers", HEAD + "a = np.prod([10**15] * 9999)\nb = np.zeros(8).reshape([10**15] * 9999)\n"
    ),
    Hostile("chosen_of_many", "numbers", HEAD + "a = np.random.choice(10**15, size=8)\n"),
    Hostile("arange_huge", "numbers", HEAD + "a = np.arange(0, 10**15, 1e-300)\n"),
    Hostile(
        "joined_arrays",
        "numbers",
        HEAD + "a = [np.zeros((1000, 1999)) for k in range(2)]\nwhile True:\n    b = np.concatenate([a[0], a[1]])\n",
    ),
    Hostile("true_as_an_index", "numbers", HEAD + "a = np.zeros((1000, 1000, 3000))\nb = [a[True] for k in range(99)]\n"),
    # Text.
    Hostile("format_width", "text", HEAD + "a = '%1000000000d' % 5\n"),
    Hostile("format_spec", "text", HEAD + "a = f'{5:1000000000}'\nb = '{:>1000000000}'.format(5)\n"),
    Hostile("text_times", "text", HEAD + "a = 'x' * 10**12\n"),
    Hostile("text_grows", "text", HEAD + "a = 'x'\nfor k in range(99):\n    a = a.replace('x', a)\n"),
    Hostile(
        "name_of_9999", "text", _whole(_I + "for k in range(200):\n    x = layers.Dense(5, name='n' * 9000 + str(k))(x)\n")
    ),
    Hostile("module_of_9999", "text", f"from keras.layers import {'Dens' * 4900}\n"),
    # How the text is built.
    Hostile("blank_lines", "syntax", "\n" * 19_900),
    Hostile("form_feeds", "syntax", "#\x0c" * 9_900),
    Hostile("parentheses", "syntax", "x = " + "(" * 9_900 + ")" * 9_900),
    Hostile("brackets", "syntax", "x = " + "[" * 190 + "]" * 190),
    Hostile("minus_signs", "syntax", "x = " + "-" * 19_000 + "1"),
    Hostile("attributes", "syntax", "import keras\nx = keras" + ".a" * 9_900),
    Hostile("plus", "syntax", "x = 1" + "+1" * 9_900),
    Hostile("calls_in_a_row", "syntax", "x = f" + "()" * 9_900),
    Hostile("compared_chain", "syntax", "x = 1" + "<1" * 9_900),
    Hostile("blocks_in_blocks", "syntax", "".join(" " * k + "if 1:\n" for k in range(99)) + " " * 99 + "a=1;" * 3_000),
    Hostile("lambdas", "syntax", "x = " + "lambda:" * 2_700 + "1"),
    Hostile("strings", "syntax", "x = f'" + "{1}" * 6_500 + "'"),
    Hostile("walrus", "syntax", "x = " + "(a:=" * 180 + "1" + ")" * 180),
    Hostile("quotes", "syntax", "'" * 20_000),
    # Old names, each of which is a change of the code.
    Hostile(
        "resets",
        "old names",
        _filled(
            "m.reset_states()\n",
            HEAD + "m = keras.Sequential([keras.Input((20, 5))" + ", layers.GRU(3, stateful=True)" * 3 + "])\n",
        ),
    ),
    Hostile(
        "batch_shapes",
        "old names",
        _filled("m.add(layers.GRU(3, batch_input_shape=(8, 20, 5)))\n", HEAD + "m = keras.Sequential()\n"),
    ),
    Hostile("units_renamed", "old names", _filled("layers.GRU(output_dim=3, inner_init='zeros');", HEAD)),
    Hostile("merges", "old names", _filled("merge([i, i], mode='sum');", "from keras.layers import merge\n" + HEAD + _I)),
    Hostile("tensorflow_functions", "old names", _filled("x = tf.nn.relu(x);", "import tensorflow as tf\n" + HEAD + _I)),
    # Changes that are proved: each reads the code again.
    Hostile(
        "broken_twice_late",
        "proofs",
        HEAD
        + "a = [k * n for k in range(100) for n in range(100)]\n"
        + _FIXABLE
        + "layers.GRU(3), layers.GRU(3), layers.Dense(3), layers.GRU(3), layers.GRU(1)])\n",
        ((8, 20, 5),),
        (8, 20, 1),
    ),
    Hostile(
        "broken_at_the_end_of_many",
        "proofs",
        _whole(
            _I
            + "for k in range(250):\n    x = layers.GRU(3, return_sequences=True)(x)\nx = layers.GRU(3)(layers.GRU(3)(x))\n"
        ),
        ((8, 20, 5),),
        (8, 20, 1),
    ),
    Hostile(
        "slow_then_broken",
        "proofs",
        HEAD
        + "b = list(range(9000))\nfor k in range(4000):\n    b = b[::-1]\n"
        + _FIXABLE
        + "layers.GRU(3), layers.GRU(3), layers.GRU(1)])\n",
        ((8, 20, 5),),
        (8, 20, 1),
    ),
    Hostile(
        "masked_and_broken",
        "proofs",
        _whole(
            _MASKED
            + "for k in range(99):\n    x = layers.Bidirectional(layers.GRU(k + 1, return_sequences=True))(x)\nx = layers.GRU(3)(layers.GRU(3)(x))\n"
        ),
        ((8, 20),),
        (8, 20, 1),
    ),
    Hostile(
        "broken_in_long_lines",
        "proofs",
        HEAD + "if 1:\n " + "a=1;" * 4_000 + "\n" + _FIXABLE + "layers.GRU(3), layers.GRU(3)])\n",
        ((8, 20, 5),),
        (8, 20, 1),
    ),
)
