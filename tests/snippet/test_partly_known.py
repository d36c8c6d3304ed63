"""Data whose shapes are known in part: what no size could make right is told, and nothing else is.

The files that the codes load are really there, and Keras really runs each pair: it refuses the first and takes the second.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorflow import errors

from explorer.snippet import check
from tests.learners import executed

HEAD = (
    "from collections import deque\nimport numpy as np\nimport pandas as pd\nimport keras\nimport tensorflow as tf\n"
    "from keras import layers\n"
)
_MODEL = (
    "model = keras.Sequential([keras.Input((5, 3)), layers.SimpleRNN(2), layers.Dense(1)])\n"
    "model.compile('sgd', 'mse', run_eagerly=True)\n"
)
_FUNCTIONAL = (
    "i = keras.Input((5, 3))\nmodel = keras.Model(i, layers.Dense(1)(layers.SimpleRNN(2)(i)))\n"
    "model.compile('sgd', 'mse', run_eagerly=True)\n"
)
_CLASSES = (
    "model = keras.Sequential([keras.Input((5, 3)), layers.SimpleRNN(2), layers.Dense(4, activation='softmax')])\n"
    "model.compile('sgd', '{}', run_eagerly=True)\nx = np.load('windows.npy')\n"
)
_TABLE = "d = pd.read_csv('table.csv')[['a', 'b', 'c']].values\n"
_WINDOWS = _TABLE + "x = np.stack([d[i:i + 5] for i in range(len(d) - 5)])\ny = d[5:, 0]\n"
_FIT = "model.fit(x, y, verbose=0)\n"
_NEWEST = _MODEL + _WINDOWS + _FIT + "newest = deque(maxlen=5)\nfor row in d:\n    newest.append(row)\n"
_CUT = (
    _MODEL + _WINDOWS + _FIT + "def read(path):\n    rows = []\n    for line in open(path):\n        if not line.strip():\n"
    "            break\n        rows.append([1.0, 2.0, 3.0])\n    return rows[:5]\nnewest = np.array(read('table.csv'))\n"
)
_GENERATOR = (
    _FUNCTIONAL
    + "d = np.load('series.npy')\ndef batches(d):\n    while True:\n        rows = []\n        for _ in range(4):\n"
    "            start = np.random.randint(0, len(d) - 5)\n            rows.append(d[start:start + {}])\n"
    "        yield np.stack(rows) * 2, np.zeros((4, 1))\nmodel.fit(batches(d), steps_per_epoch=1, verbose=0)\n"
)
_SET = (
    _FUNCTIONAL + "s = tf.data.Dataset.from_tensor_slices((np.zeros((8, 15)), np.zeros((8, 1))))\n"
    "s = s.map(lambda a, b: (tf.reshape(a, {}), b)).batch(4)\nmodel.fit(s, verbose=0)\n"
)

# What Keras refuses, its twin that it takes, and the kind.
REFUSED = {
    "a deque as one window": (
        _NEWEST + "model.predict(np.array(newest), verbose=0)\n",
        _NEWEST + "model.predict(np.array([newest]), verbose=0)\n",
        "input_rank",
    ),
    "the last rows of a table": (
        _MODEL + _WINDOWS + _FIT + "model.predict(d[-5:], verbose=0)\n",
        _MODEL + _WINDOWS + _FIT + "model.predict(d[-5:][np.newaxis], verbose=0)\n",
        "input_rank",
    ),
    "a list that was cut short": (
        _CUT + "model.predict(newest, verbose=0)\n",
        _CUT + "model.predict(newest[None], verbose=0)\n",
        "input_rank",
    ),
    "rows of a table for a model of sequences": (
        _MODEL + "d = pd.read_csv('table.csv').values\nx, y = d[:, :-1], d[:, -1]\n" + _FIT,
        _MODEL.replace("(5, 3)", "(1, 3)")
        + "d = pd.read_csv('table.csv').values\nx, y = d[:, None, :-1], d[:, -1]\n"
        + _FIT,
        "input_rank",
    ),
    "windows across a turned array": (
        _MODEL + "d = np.load('series.npy').T\nx = np.stack([d[:, i:i + 5] for i in range(9)])\ny = d[0, :9]\n" + _FIT,
        _MODEL + "d = np.load('series.npy').T\nx = np.stack([d[:, i:i + 5].T for i in range(9)])\ny = d[0, :9]\n" + _FIT,
        "axes_swapped",
    ),
    "a generator of shorter windows": (_GENERATOR.format(4), _GENERATOR.format(5), "unknown_length"),
    "a data set whose samples are turned": (_SET.format("(3, 5)"), _SET.format("(5, 3)"), "axes_swapped"),
    "one-hot targets of any width": (
        _CLASSES.format("sparse_categorical_crossentropy")
        + "y = pd.get_dummies(pd.read_csv('table.csv')['k']).values[:9]\nmodel.fit(x, y, verbose=0)\n",
        _CLASSES.format("categorical_crossentropy")
        + "y = pd.get_dummies(pd.read_csv('table.csv')['k']).values[:9]\nmodel.fit(x, y, verbose=0)\n",
        "label_encoding",
    ),
    "one-hot targets of a column": (
        _CLASSES.format("sparse_categorical_crossentropy")
        + "y = keras.utils.to_categorical(pd.read_csv('table.csv')['k'])[:9]\n"
        + _FIT,
        _CLASSES.format("sparse_categorical_crossentropy") + "y = pd.read_csv('table.csv')['k'].values[:9]\n" + _FIT,
        "label_encoding",
    ),
    "integers for one-hot targets": (
        _CLASSES.format("categorical_crossentropy") + "y = pd.read_csv('table.csv')['k'].values[:9]\n" + _FIT,
        _CLASSES.format("categorical_crossentropy")
        + "y = keras.utils.to_categorical(pd.read_csv('table.csv')['k'].values[:9])\n"
        + _FIT,
        "label_encoding",
    ),
}
_COLUMNS = _MODEL + "columns = np.array([np.arange(9.0), np.arange(9.0) / 2, np.arange(9.0) / 3])\nrows = {}\n"
_OF_ROWS = "x = np.stack([rows[i:i + 5] for i in range(4)])\ny = rows[:4, 0]\n"
_FILLED = (
    "x = np.full((6, 5, 3), -1.0)\nfor i in range(6):\n    x[i, :2] = np.random.rand(2, 3)\ny = np.zeros((6, 1))\n"
    "model = keras.Sequential([keras.Input((5, 3)), layers.Masking({}), layers.SimpleRNN(2), layers.Dense(1)])\n"
    "model.compile('sgd', 'mse', run_eagerly=True)\n"
)
# What trains and is wrong, its right twin, and the kind.
SILENT = {
    "columns cut into rows": (
        _COLUMNS.format("columns.reshape(9, 3)")
        + "x = np.stack([rows[i:i + 5] for i in range(4)])\ny = rows[:4, 0]\n"
        + _FIT,
        _COLUMNS.format("columns.T") + _OF_ROWS + _FIT,
        "axes_swapped",
    ),
    "turned windows cut into rows": (
        _MODEL + _TABLE + "x = np.array([d[i:i + 5].T for i in range(9)]).reshape(-1, 5, 3) / 2\ny = d[:9, 0]\n" + _FIT,
        _MODEL + _TABLE + "x = np.array([d[i:i + 5].T for i in range(9)]).transpose(0, 2, 1) / 2\ny = d[:9, 0]\n" + _FIT,
        "axes_swapped",
    ),
    "a mask for another padding": (_FILLED.format("0.0") + _FIT, _FILLED.format("-1.0") + _FIT, "mask_lost"),
}
# Right code about whose data too little is known: nothing is told.
RIGHT = {
    "a part of an array with more axes": _MODEL + "x = np.load('windows.npy')[:, -5:]\ny = np.zeros(9)\n" + _FIT,
    "targets with more axes": (
        _CLASSES.format("categorical_crossentropy") + "y = np.load('targets.npy')[:, 0]\nmodel.fit(x, y, verbose=0)\n"
    ),
    "as many targets as samples": (_MODEL + "x = np.zeros((40, 5, 3))\ny = pd.read_csv('table.csv')['k'].values\n" + _FIT),
    "a single timestep and a state to start from": (
        "a, s = keras.Input((1, 3)), keras.Input((8,))\nmodel = keras.Model([a, s], layers.GRU(8)(a, initial_state=s))\n"
        "model.compile('sgd', 'mse', run_eagerly=True)\n"
        "model.fit([np.zeros((9, 1, 3)), np.zeros((9, 8))], np.zeros((9, 8)), verbose=0)\n"
    ),
    "a batch of whatever is loaded": _MODEL + "x, y = np.load('windows.npy'), np.zeros(9)\n" + _FIT,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("files")
    rows = ["a,b,c,k", *(f"{n / 40},{n % 7},{n % 3},{n % 4}" for n in range(40))]
    (place / "table.csv").write_text("\n".join(rows) + "\n")
    np.save(place / "series.npy", np.linspace(0, 1, 120).reshape(40, 3))
    np.save(place / "windows.npy", np.zeros((9, 5, 3)))
    np.save(place / "targets.npy", np.eye(4)[np.arange(18) % 4].reshape(9, 2, 4))
    return place


@pytest.mark.parametrize("name", REFUSED)
def test_keras_refuses_what_is_told_and_takes_its_twin(name: str, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    wrong, right, kind = REFUSED[name]
    with pytest.raises((ValueError, errors.OpError)):
        executed(HEAD + wrong)
    executed(HEAD + right)

    found = check(HEAD + wrong)

    assert [each.kind for each in found.problems] == [kind]
    assert not check(HEAD + right).problems


@pytest.mark.parametrize("name", SILENT)
def test_what_trains_and_is_wrong_is_told_and_its_twin_is_not(name: str) -> None:
    wrong, right, kind = SILENT[name]

    (problem,) = check(HEAD + wrong).problems

    assert (problem.kind, problem.silent) == (kind, True)
    assert problem.fixes, "each of them can be mended in the code"
    assert not check(HEAD + right).problems


@pytest.mark.parametrize("name", RIGHT)
def test_nothing_is_told_of_data_that_may_fit(name: str, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)
    executed(HEAD + RIGHT[name])

    assert not check(HEAD + RIGHT[name]).problems


SAMPLES = "How many samples there are is not known from the code: 8 were taken for granted."


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ("table[:, :100].reshape((-1, 20, 5))", "table[:, -1]", True),
        ("np.zeros((8, 20, 5))", "table[:, -1]", False),
        ("table[:, :100].reshape((-1, 20, 5))", "np.zeros((8, 1))", False),
    ],
)
def test_samples_that_nobody_gave_are_named(x, y, said):
    code = (
        "import keras\nimport numpy as np\nimport pandas as pd\ntable = pd.read_csv('a.csv').values\n"
        "gru = keras.layers.GRU(8, return_sequences=True)\n"
        "model = keras.Sequential([keras.Input((20, 5)), gru, keras.layers.Dense(1)])\n"
        f"model.compile('adam', 'mse')\nmodel.fit({x}, {y})\n"
    )
    report = check(code)
    assert report.problems[0].kind == "time_axis_extra" and (SAMPLES in report.hints) is said
    # Of a code without a problem nothing speaks of them.
    assert SAMPLES not in check(code.replace(", return_sequences=True", "")).hints
    assert SAMPLES not in check(code, x=(8, 20, 5)).hints
    # Samples that were given with the target are those of x, too.
    if said:
        given = check(code.replace(", return_sequences=True", ""), y=(50, 1))
        assert given.problems == () and SAMPLES not in given.hints
