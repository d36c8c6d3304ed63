"""Windows, generators and labels as people make them: what is wrong with them is named, and what is right has no alarm."""

from __future__ import annotations

import pytest

from explorer.snippet import check
from tests.for_all import for_all
from tests.learners import executed

HEAD = "import numpy as np\nimport keras\nfrom keras import layers\nfrom collections import deque\n"
CHAIN = "model = keras.Sequential([keras.Input({0}), layers.LSTM(4), layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
MODEL, TAKEN = CHAIN.format("(10, 3)"), CHAIN.format("X.shape[1:]")
GRAPH = "i = keras.Input((10, 3))\nmodel = keras.Model(i, layers.Dense(1)(layers.LSTM(4)(i)))\nmodel.compile('sgd', 'mse')\n"
SERIES = HEAD + "series = np.random.rand(60, 3)\n"
LONG = HEAD + "series = np.random.rand(500, 3)\n"
FIT = "model.fit(X, y, verbose=0)\n"


def windows(one: str) -> str:
    return SERIES + (
        f"X, y = [], []\nfor i in range(50):\n    X.append({one})\n    y.append(series[i + 10, 0])\n"
        "X, y = np.array(X), np.array(y)\n"
    )


def loop(collected: str, given: str) -> str:
    """A window that is filled row by row; a prediction as soon as it is full."""
    start, cut = ("deque(maxlen=10)", "") if collected == "deque" else ("[]", "    window = window[-10:]\n")
    return (
        LONG
        + MODEL
        + (
            f"window = {start}\nfor row in series:\n    window.append(row)\n{cut}"
            f"    if len(window) == 10:\n        model.predict({given}, verbose=0)\n        break\n"
        )
    )


def data_set(spec: str, batch: str = "") -> str:
    return HEAD + (
        "import tensorflow as tf\ndef rows():\n    for _ in range(16):\n"
        f"        yield np.random.rand({spec}), np.random.rand(1)\n"
        f"spec = (tf.TensorSpec(({spec}), tf.float32), tf.TensorSpec((1,), tf.float32))\n"
        f"data = tf.data.Dataset.from_generator(rows, output_signature=spec){batch}\n{GRAPH}model.fit(data, verbose=0)\n"
    )


def labels(made: str, loss: str) -> str:
    """Targets of classes that come from a file: how many there are is not known."""
    return HEAD + (
        "import pandas as pd\nimport tensorflow as tf\nframe = pd.read_csv('a.csv')\nX = np.random.rand(100, 10, 3)\n"
        f"y = {made}\n"
        "model = keras.Sequential([keras.Input((10, 3)), layers.LSTM(4), layers.Dense(4, activation='softmax')])\n"
        f"model.compile('sgd', '{loss}')\n{FIT}"
    )


NUMBERS = (
    "pd.factorize(frame['label'])[0]",
    "frame['label'].astype('category').cat.codes",
    "frame['label'].map({'a': 0, 'b': 1, 'c': 2, 'd': 3}).values",
)
VECTORS = (
    "np.eye(frame['label'].nunique())[frame['label'].values]",
    "tf.one_hot(frame['label'].values, frame['label'].nunique())",
    "keras.utils.to_categorical(frame['label'])",
)
TABLE = HEAD + "import pandas as pd\nframe = pd.read_csv('a.csv')[['a', 'b', 'c']]\n" + MODEL
ROWS = HEAD + "a, b, c = (np.random.rand(40) for _ in range(3))\ny = np.random.rand(4)\n"
WORDS = (
    "words = 50\nids = np.random.randint(1, words, size=(16, 12))\nids[0, 0] = {}\n"
    "model = keras.Sequential([layers.Embedding(words, 4), layers.LSTM(4), layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
    "model.fit(ids, np.zeros(16), verbose=0)\n"
)
WRONG = {
    "a deque": ("input_rank", loop("deque", "np.array(window)")),
    "a deque as a list": ("input_rank", LONG + MODEL + "w = deque(series, maxlen=10)\nmodel.predict(np.array(list(w)))\n"),
    "a list that is cut short": ("input_rank", loop("list", "np.array(window)")),
    "the last rows of a table": ("input_rank", TABLE + "model.predict(frame.tail(10).values)\n"),
    "the last rows of an array": ("input_rank", LONG + MODEL + "model.predict(series[-10:])\n"),
    "windows turned by .T": ("axes_swapped", windows("series[i:i + 10].T") + TAKEN + FIT),
    "windows turned by transpose": ("axes_swapped", windows("np.transpose(series[i:i + 10])") + MODEL + FIT),
    "windows turned by swapaxes": ("axes_swapped", windows("np.swapaxes(series[i:i + 10], 0, 1)") + TAKEN + FIT),
    "all axes turned by .T": ("axes_swapped", windows("series[i:i + 10]") + MODEL + "model.fit(X.T, y)\n"),
    "rows of one feature each": (
        "axes_swapped",
        ROWS + "table = np.array([a, b, c])\nX = table.reshape(-1, 10, 3)\n" + MODEL + FIT,
    ),
    "a data set of samples": ("input_rank", data_set("10, 3")),
    "a data set of turned samples": ("axes_swapped", data_set("3, 10", ".batch(4)")),
    "a word past the table": ("embedding_input", HEAD + WORDS.format("words")),
    **{f"{made}, one-hot wanted": ("label_encoding", labels(made, "categorical_crossentropy")) for made in NUMBERS},
    **{f"{made}, numbers wanted": ("label_encoding", labels(made, "sparse_categorical_crossentropy")) for made in VECTORS},
}
RIGHT = {
    "a deque": loop("deque", "np.array([window])"),
    "a deque with an axis": loop("deque", "np.array(window)[np.newaxis]"),
    "a list that is cut short": loop("list", "np.array([window])"),
    "batches from a list": (
        LONG
        + MODEL
        + "held = []\nfor i in range(400):\n    held.append(series[i:i + 10])\n    if len(held) == 32:\n"
        + "        model.predict(np.array(held), verbose=0)\n        held = []\n"
    ),
    "the last rows of a table": TABLE + "model.predict(frame.tail(10).values.reshape(1, 10, 3))\n",
    "windows": windows("series[i:i + 10]") + TAKEN + FIT,
    "windows turned and turned back": windows("series[i:i + 10].T") + "X = X.transpose(0, 2, 1)\n" + MODEL + FIT,
    "windows turned, and a layer that turns them": (
        windows("series[i:i + 10].T")
        + "model = keras.Sequential([keras.Input((3, 10)), layers.Permute((2, 1)), layers.LSTM(4), layers.Dense(1)])\n"
        + "model.compile('sgd', 'mse')\n"
        + FIT
    ),
    "rows of one feature each": ROWS + "X = np.array([a, b, c]).T.reshape(-1, 10, 3)\n" + MODEL + FIT,
    "a few long sequences": HEAD + "X = np.random.rand(3, 500).reshape(3, 50, 10)\ny = np.zeros(3)\n" + TAKEN + FIT,
    "a data set in batches": data_set("10, 3", ".batch(4)"),
    "a word of the table": HEAD + WORDS.format("words - 1"),
    **{f"{made}, numbers wanted": labels(made, "sparse_categorical_crossentropy") for made in NUMBERS},
    **{f"{made}, one-hot wanted": labels(made, "categorical_crossentropy") for made in VECTORS},
}


@for_all("name", WRONG)
def test_what_is_wrong_is_named(name):
    kind, code = WRONG[name]
    assert [problem.kind for problem in check(code).problems] == [kind]


@for_all("name", RIGHT)
def test_what_is_right_has_no_alarm(name):
    assert [problem.message for problem in check(RIGHT[name]).problems] == []


@pytest.mark.parametrize("name", ["a deque", "a list that is cut short", "windows turned by .T", "rows of one feature each"])
def test_the_first_fix_of_the_codes_own_line_runs(name):
    executed(check(WRONG[name][1]).problems[0].fixes[0].code)
