"""Whole scripts as people paste them: what is read, what is asked for, what is left out, what is taken for granted."""

from __future__ import annotations

import json
import textwrap

import keras
import pytest

from bench.scripts import SCRIPTS, checked, counts
from explorer.snippet import Unreadable, check, model_of
from tests.for_all import for_all
from tests.fuzz.watch import watched
from tests.learners import executed, model_in

SHARED = json.loads(SCRIPTS.read_text(encoding="utf-8"))
MORE = json.loads(SCRIPTS.with_name("more_scripts.json").read_text(encoding="utf-8"))
HEAD = "import keras\nfrom keras import layers, ops\nimport numpy as np\n"


def read(code: str, head: str = HEAD, **data) -> dict:
    with watched() as seen:
        report = check(head + textwrap.dedent(code).lstrip("\n"), **data).to_dict()
    assert not seen
    return report


def lines(report: dict) -> list[int]:
    return [each["line"] for each in report["not_followed"]]


@for_all("script", [*SHARED, *MORE], ids=lambda script: script["id"])
def test_a_script_is_read_whole_and_judged_right(script):
    found = checked(script)
    assert found.whole is not False and found.right, found.why


def test_the_counts_are_those_of_the_page_on_pasted_code():
    rows = [checked(script) for script in SHARED[:3]]
    assert counts(rows) == {"scripts": 3, "can be read whole": 3, "read whole": 3, "judged right": 3}


# ------------------------------------------------------------------------------------------------ what is followed

# Every construct in a small script that Python and Keras can really run: the oracle is Keras itself.
FOLLOWED = {
    "a function that nothing calls": """
        def build(steps=7, units=5):
            return keras.Sequential([keras.Input((steps, 3)), layers.GRU(units)])
        model = None
        if model is None:
            model = build()
        """,
    "methods and attributes of a class": """
        class Forecaster:
            STEPS = 7
            def __init__(self, units=5):
                self.units = units
                self._model = None
            @property
            def model(self):
                if self._model is None:
                    self._model = self.assemble()
                return self._model
            @staticmethod
            def head(x):
                return layers.Dense(1)(x)
            @classmethod
            def small(cls):
                return cls(units=4)
            def assemble(self):
                i = keras.Input((self.STEPS, 3))
                return keras.Model(i, self.head(layers.GRU(self.units)(i)))
        model = Forecaster.small().model
        """,
    "a dataclass and a named tuple": """
        from collections import namedtuple
        from dataclasses import dataclass, field
        Size = namedtuple("Size", "steps features")
        @dataclass
        class Settings:
            units: list = field(default_factory=lambda: [6, 4])
            size: tuple = Size(7, features=3)
            rate: float = 0.1
        s = Settings(rate=0.2)
        model = keras.Sequential([keras.Input(s.size)])
        for n, units in enumerate(s.units):
            model.add(layers.GRU(units, return_sequences=n < len(s.units) - 1, name="gru_%d" % n))
            model.add(layers.Dropout(s.rate, name="drop_{}".format(n)))
        """,
    "options of a command line": """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--units", "-u", type=int, default=5)
        parser.add_argument("--batch-size", type=int, default=8)
        parser.add_argument("--both", action="store_true")
        args, rest = parser.parse_known_args([])
        cell = layers.GRU(args.units)
        model = keras.Sequential([keras.Input((7, 3)), layers.Bidirectional(cell) if args.both else cell])
        """,
    "names as texts": """
        from functools import partial
        from types import SimpleNamespace
        cfg = SimpleNamespace(cell="GRU", units=5)
        Cell = partial(getattr(layers, cfg.cell), cfg.units)
        model = keras.Sequential([keras.Input((7, 3)), Cell(return_sequences=True), Cell()])
        """,
    "names of another scope": """
        model = None
        def build():
            global model
            units = 4
            def grow():
                nonlocal units
                units += 1
            grow()
            model = keras.Sequential([keras.Input((7, 3)), layers.GRU(units)])
        build()
        """,
    "what follows the training": """
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])
        history = {"loss": [1.0, 0.5]}
        for name, values in history.items():
            print("%s: %.3f" % (name, values[-1]))
        try:
            import nothing_of_that_name
        except ImportError:
            nothing_of_that_name = lambda given: given
        assert history
        """,
    "a layer of its own": """
        class Attention1(layers.Layer):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units = units
                self.hidden = layers.Dense(units, activation="tanh")
            def build(self, input_shape):
                self.w = self.add_weight(shape=(self.units, 1), name="w")
                super().build(input_shape)
            def call(self, x):
                scores = ops.softmax(ops.matmul(self.hidden(x), self.w), axis=1)
                return ops.sum(x * scores, axis=1)
            def get_config(self):
                return {**super().get_config(), "units": self.units}
        i = keras.Input((7, 3))
        model = keras.Model(i, layers.Dense(2)(Attention1(4)(layers.GRU(5, return_sequences=True)(i))))
        """,
    "a layer with models within": """
        class Block(keras.layers.Layer):
            def __init__(self, width):
                super().__init__()
                self.ahead = keras.Sequential([layers.Dense(9), layers.Dense(width)])
                self.norms = [layers.LayerNormalization() for _ in range(2)]
            def call(self, x, training=None):
                return self.norms[1](x + self.ahead(self.norms[0](x)))
        i = keras.Input((7, 3))
        model = keras.Model(i, layers.GRU(5)(Block(3)(i)))
        """,
    "a function as a layer": """
        def last(x):
            return x[:, -1, :]
        i = keras.Input((7, 3))
        h = layers.GRU(5, return_sequences=True)(i)
        h = layers.Lambda(lambda t: ops.concatenate([t, t], axis=-1), output_shape=(7, 10))(h)
        model = keras.Model(i, layers.Lambda(last, output_shape=(10,))(h))
        """,
    "a cell of its own": """
        class Cell(layers.Layer):
            def __init__(self, units):
                super().__init__()
                self.state_size = units
            def build(self, shape):
                self.k = self.add_weight(shape=(shape[-1], self.state_size))
            def call(self, x, states):
                h = ops.tanh(ops.matmul(x, self.k) + states[0])
                return h, [h]
        i = keras.Input((7, 3))
        model = keras.Model(i, layers.RNN(Cell(5), return_sequences=True)(i))
        """,
    "a model that hands its graph to Keras": """
        class Forecaster(keras.Model):
            def __init__(self, units=5):
                i = keras.Input((7, 3))
                super().__init__(inputs=i, outputs=layers.GRU(units)(i))
        model = Forecaster()
        """,
    "settings in many forms": """
        import dataclasses, json
        from enum import Enum, IntEnum
        class Size(IntEnum):
            STEPS = 7
        class Cell(str, Enum):
            GRU = "gru"
            LSTM = "lstm"
        @dataclasses.dataclass(frozen=True)
        class Settings:
            units: int = 5
            cell: Cell = Cell.LSTM
        BUILDERS = {}
        def register(name):
            def enter(function):
                BUILDERS[name] = function
                return function
            return enter
        @register("plain")
        def plain(shape, units, cell):
            match cell:
                case "gru" | "GRU":
                    made = layers.GRU(units)
                case Cell.LSTM if units > 3:
                    made = layers.LSTM(units)
                case _:
                    raise ValueError(cell)
            return keras.Sequential([keras.Input(shape), made])
        told = json.loads('{"features": 2, "more": [1, 3]}') | {"features": 3}
        settings = dataclasses.replace(Settings(), units=6)
        model = BUILDERS["plain"]((Size.STEPS.value, told["features"]), dataclasses.asdict(settings)["units"], Cell("lstm"))
        """,
    "numbers of the standard library": """
        import math, itertools
        from math import ceil
        from numpy import zeros
        widths = {"small": 4, "big": 8}
        units = int(math.sqrt(16)) + ceil(2.5) + divmod(7, 2)[0] + max(widths.items(), key=lambda pair: pair[1])[1]
        order = sorted([3, 1, 2], key=lambda value: -value)
        kept = list(filter(lambda value: value > 1, order))
        found = {pair: sum(pair) for pair in itertools.product([1, 2], kept)}
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(units, return_sequences=True), layers.Dense(9)])
        model.pop()
        model.add(layers.GRU(found[2, 3] + int(np.ceil(50 / 8)) + zeros(4).shape[0]))
        """,
    "numbers that a layer makes for itself": """
        import tensorflow as tf
        table = tf.cast(np.concatenate([np.sin(np.arange(90.0).reshape(30, 3))] * 2, axis=-1), dtype=tf.float32)
        class Positions(layers.Layer):
            def __init__(self, most, width):
                super().__init__()
                self.words, self.places = layers.Embedding(50, width), layers.Embedding(most, width)
                self.act = keras.activations.get("tanh")
            def call(self, x):
                many = tf.shape(x)[-1]
                places = self.places(tf.range(start=0, limit=many, delta=1)) + table[tf.newaxis, :many, :]
                return self.act(self.words(x) + places) * ops.cast(ops.expand_dims(x > 0, -1), "float32")
        class Gate(layers.Layer):
            def build(self, shape):
                self.wide = layers.Dense(2 * shape[-1])
                self.scale = self.add_weight(shape=(shape[-1],), name="scale")
            def call(self, x):
                i, n = ops.arange(7)[:, None], x.shape[1]
                seen = ops.reshape(ops.cast(i >= ops.arange(n), "float32"), (1, n, n))
                a, b = ops.split(self.wide(ops.matmul(seen, x)), 2, axis=-1)
                return a * ops.sigmoid(b) * self.scale
        i = keras.Input((7,))
        model = keras.Model(i, layers.GRU(4)(Gate()(Positions(7, 6)(i)) + np.ones((1, 7, 6), "float32")))
        """,
    "a layer of Keras with other arguments": """
        from numpy import *
        class Kept(layers.GRU):
            def __init__(self, units, **kwargs):
                super().__init__(units, return_sequences=True, **kwargs)
        norm = layers.Normalization(axis=-1)
        norm.adapt(ones((8, 7, 3)) * 2.0)
        model = keras.Sequential([keras.Input((7, 3)), norm, Kept(4, name="kept"), layers.Dense(2)])
        """,
    "a backbone of keras.applications": """
        base = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        clip = keras.Input((7, 32, 32, 3))
        model = keras.Model(clip, layers.GRU(5)(layers.TimeDistributed(base)(clip)))
        """,
}


@for_all("name", FOLLOWED)
def test_what_people_write_around_a_model_is_followed(name):
    code = HEAD + textwrap.dedent(FOLLOWED[name]).lstrip("\n")
    report = read(FOLLOWED[name])
    assert report["holds"], report["problems"]
    model = model_in(executed(code))
    assert [list(each) for each in report["output"]] == [list(each.shape) for each in model.outputs]
    assert report["params"] == model.count_params()
    # A class that only gives a layer of Keras other arguments is read as that one.
    wanted = [
        (next(base.__name__ for base in type(each).__mro__ if base.__name__ != "Kept"), each)
        for each in model.layers
        if not isinstance(each, keras.layers.InputLayer)
    ]
    assert [(each["type"].partition("(")[0], each["params"]) for each in report["layers"]] == [
        (kind, each.count_params()) for kind, each in wanted if each.variables or each.name in str(report["layers"])
    ]


NOT_RUN = {
    "a function that is never called": """
        def build(units=5):
            return keras.Sequential([keras.Input((7, 3)), layers.GRU(units)])
        """,
    "a class that is never made": """
        class Net:
            def __init__(self, units=5):
                self.units = units
                self.model = None
            def build(self):
                self.model = keras.Sequential([keras.Input((7, 3)), layers.GRU(self.units)])
        """,
    "absl": """
        from absl import app, flags
        flags.DEFINE_integer("units", 5, "how many")
        FLAGS = flags.FLAGS
        def main(_):
            model = keras.Sequential([keras.Input((7, 3)), layers.GRU(FLAGS.units)])
        app.run(main)
        """,
    "click": """
        import click
        @click.command()
        @click.option("--units", default=5)
        def main(units):
            model = keras.Sequential([keras.Input((7, 3)), layers.GRU(units)])
        if __name__ == "__main__":
            main()
        """,
    "a tuner": """
        import keras_tuner as kt
        def build(hp):
            return keras.Sequential([keras.Input((7, 3)), layers.GRU(hp.Int("units", 5, 50, step=5))])
        kt.RandomSearch(build, objective="val_loss").search(np.zeros((8, 7, 3)), np.zeros((8, 5)))
        """,
    "a scope of a strategy": """
        import tensorflow as tf
        with tf.distribute.MirroredStrategy().scope():
            model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])
        """,
    "the environment": """
        import os
        UNITS = int(os.environ.get("UNITS", 5))
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(UNITS)])
        """,
    "a branch that nobody knows": """
        import os
        if os.path.exists("model.keras"):
            model = keras.models.load_model("model.keras")
        else:
            model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])
        """,
    "a generator": """
        def batches(size=4):
            while True:
                yield np.zeros((size, 7, 3)), np.zeros((size, 5))
        model = keras.Sequential([layers.GRU(5)])
        model.compile("adam", "mse")
        model.fit(batches(), steps_per_epoch=3)
        """,
    "a data set of TensorFlow": """
        import tensorflow as tf
        data = tf.data.Dataset.from_tensor_slices((np.zeros((90, 7, 3)), np.zeros((90, 5)))).shuffle(9).batch(16)
        model = keras.Sequential([layers.GRU(5)])
        model.compile("adam", "mse")
        model.fit(data)
        """,
    "windows of a file": """
        import pandas as pd
        frame = pd.read_csv("a.csv")[["a", "b", "c"]].dropna()
        x, after = [], []
        for i in range(len(frame) - 7):
            x.append(frame.values[i:i + 7])
            after.append(frame.values[i + 7, 0])
        x, after = np.array(x), np.array(after)
        model = keras.Sequential([keras.Input((x.shape[1], x.shape[2])), layers.GRU(5)])
        """,
    "a file that is saved": """
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])
        model.save("m.keras")
        model.save_weights("m.weights.h5")
        model._layers = []
        """,
}


@for_all("name", NOT_RUN)
def test_what_cannot_be_run_here_is_read_all_the_same(name):
    report = read(NOT_RUN[name])
    assert report["holds"], report["problems"]
    assert [(each["type"], each["params"]) for each in report["layers"]] == [("GRU", 150)]


MODEL = "m = keras.Sequential([keras.Input((7, 3)), keras.layers.GRU(5)])"
CELLS = {
    "prompts": f">>> import keras\n>>> {MODEL}\n>>> if True:\n...     m.name\n...\n'sequential'\n",
    "magic lines": f"%matplotlib inline\n!pip install keras\nimport keras\n{MODEL}\n",
    "a cell without imports": "model = Sequential()\nmodel.add(Input((7, 3)))\nmodel.add(GRU(5))\n",
    "a notebook": json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": ["# A model"]},
                {"cell_type": "code", "source": ["%pip install keras\n", "import keras"]},
                {"cell_type": "code", "source": MODEL},
            ]
        }
    ),
    "the print of Python 2": f"import keras\nprint 'hello'\n{MODEL}\n",
}


@for_all("name", CELLS)
def test_text_that_is_nearly_python_is_read(name):
    report = read(CELLS[name], head="")
    assert report["holds"], report["problems"]
    assert [(each["type"], each["params"]) for each in report["layers"]] == [("GRU", 150)]


# ------------------------------------------------------------------------------------------------ what is said of it

FILE = "import pandas as pd\ndata = pd.read_csv('a.csv').values\nn_features = data.shape[1]\n"
ASKS = HEAD + FILE + "model = keras.Sequential([keras.Input((7, n_features)), layers.GRU(5)])\n"


def test_what_cannot_be_known_of_a_tensor_is_not_made_up():
    """What an unknown function makes of a tensor has no shape, and nothing that is multiplied with it has one."""
    report = read(
        """
        class Gate(layers.Layer):
            def build(self, shape):
                self.scale = self.add_weight(shape=(shape[-1],), name="scale")
            def call(self, x):
                async_result = yields_nothing_known.of(x)
                return async_result * self.scale
        i = keras.Input((7, 3))
        model = keras.Model(i, layers.GRU(4)(Gate()(i)))
        """
    )
    assert [each["kind"] for each in report["problems"]] == ["unreadable"]


def test_parts_of_what_another_package_returns_are_asked_for_as_it_is():
    code = """
        from transformers import TFBertModel
        bert = TFBertModel.from_pretrained("bert-base-uncased")
        ids = keras.Input((7,), dtype="int32")
        model = keras.Model(ids, layers.GRU(5)(bert(ids)[0]))
        """
    (asked,) = read(code)["asked"]
    assert asked["name"] == "the output of TFBertModel" and asked["shape"]
    assert read(code, sizes={asked["name"]: (7, 3)})["output"] == [[None, 5]]


def test_an_array_beside_tensors_is_drawn_and_not_trained():
    code = HEAD + "i = keras.Input((7, 3))\nmodel = keras.Model(i, layers.GRU(5)(i + np.ones((7, 3))))\n"
    assert check(code).holds
    with pytest.raises(Unreadable, match="an array of the code"):
        model_of(code)


def test_a_number_that_is_missing_is_asked_for_by_its_name_and_taken_when_it_comes():
    report = check(ASKS).to_dict()
    assert [(each["name"], each["line"], each["shape"]) for each in report["asked"]] == [("n_features", 6, False)]
    assert report["layers"][0]["params"] is None and report["params"] is None and not report["holds"]
    (problem,) = report["problems"]
    assert problem["kind"] == "size_missing" and problem["line"] == 6 and "`n_features` on line 6" in problem["message"]
    answered = check(ASKS, sizes={"n_features": 3}).to_dict()
    assert answered["holds"] and answered["asked"] == [] and answered["params"] == 150
    assert model_of(ASKS, sizes={"n_features": 3}).count_params() == 150


def test_what_does_not_depend_on_a_missing_number_is_told_and_nothing_else_is():
    code = HEAD + "df = pd.read_csv('a.csv')\nn, m = df.shape[1], len(df)\n"
    made = "model = keras.Sequential([keras.Input((7, n)), layers.LSTM(5), layers.GRU(3), layers.Dense(4)])\n"
    whole = made.replace("LSTM(5)", "LSTM(5, return_sequences=True)").replace(
        "layers.Dense(4)", "layers.Dense(n * 2), layers.Dense(m)"
    )
    known = check(code + whole).description
    assert [(each.shape, each.symbols[-1]) for each in known.sources] == [((None, 7, None), "n")]
    told = [(each.type, each.output, each.symbols_out[0][-1], each.params) for each in known.layers]
    assert told == [
        ("LSTM", ((None, 7, 5),), "U", None),
        ("GRU", ((None, 3),), "U2", 90),
        ("Dense", ((None, None),), "U3 = ?", None),
        ("Dense", ((None, None),), "m", None),
    ]
    assert known.layers[0].arithmetic == "not known until n is given"
    # What breaks whatever the number is is not drawn.
    assert check(code + made).description is None


def test_shapes_that_stand_beside_the_code_answer_what_it_asks():
    assert check(ASKS, x=[(8, 7, 3)]).holds
    last = ASKS + "classes = data.max()\nmodel.add(layers.Dense(classes))\n"
    assert [each.name for each in check(last, x=[(8, 7, 3)]).asked] == ["classes"]
    assert check(last, x=[(8, 7, 3)], y=(8, 4)).params == 150 + 24


@pytest.mark.parametrize("wrong", [{"n": -1}, {"n": 2.5}, {"n": True}, {"n": "7"}, {3: 4}, {"n": (1,) * 9}, {"n": 10**9}])
def test_an_answer_that_is_no_number_is_refused_in_a_sentence(wrong):
    with pytest.raises(ValueError, match=r"whole number.*Received"):
        check(ASKS, sizes=wrong)


def test_outputs_in_a_dictionary_come_in_the_order_of_their_names_as_in_keras():
    named = "i = keras.Input((7, 3))\nh = layers.GRU(4)(i)\none, two = layers.Dense(1)(h), layers.Dense(2)(h)\n"
    code = HEAD + named + "model = keras.Model(i, {'b': one, 'a': two})\n"
    space: dict = {}
    exec(code, space)
    assert [tuple(each.shape) for each in space["model"].outputs] == list(check(code).output) == [(None, 2), (None, 1)]
    assert check(code, x=[(8, 7, 3)], y=[(8, 2), (8, 1)], loss="mse").holds
    assert not check(code, x=[(8, 7, 3)], y=[(8, 1), (8, 2)], loss="mse").holds


def test_what_is_not_followed_is_listed_with_its_line_and_costs_nothing_else():
    report = read("""
        data = open("a.txt").read()
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])
        model.save("a.keras")
        """)
    assert report["holds"] and lines(report) == [4, 6]
    assert all(each["why"][-1] in ".!?" for each in report["not_followed"])


def test_a_model_of_which_a_layer_is_not_known_is_not_shown_without_it():
    report = read("""
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5, return_sequences=True)])
        model.add(layers.NoSuchLayer(4) if False else 3)
        model.add(layers.Dense(1))
        """)
    assert not report["holds"] and report["problems"][0]["kind"] == "unreadable" and report["problems"][0]["line"] == 5


def test_the_branch_that_makes_a_model_is_taken_and_said():
    report = read(NOT_RUN["a branch that nobody knows"])
    assert [each["line"] for each in report["assumed"]] == [5] and "taken to fail" in report["assumed"][0]["why"]


def test_all_models_are_listed_and_the_fitted_one_is_shown():
    report = read("""
        i = keras.Input((7, 3))
        h = layers.GRU(5)(i)
        model = keras.Model(i, layers.Dense(1)(h), name="whole")
        model.compile("adam", "mse")
        model.fit(np.zeros((8, 7, 3)), np.zeros((8, 1)))
        encoder = keras.Model(i, h, name="encoder")
        """)
    found = [(each["name"], each["line"], each["shown"], each["layers"], each["params"]) for each in report["models"]]
    assert found == [("whole", 6, True, 2, 156), ("encoder", 9, False, 1, 150)]
    assert [layer["line"] for layer in report["layers"]] == [5, 6]


SEVERAL = """
    i = keras.Input((7, 3))
    h = layers.GRU(5)(i)
    trained = keras.Model(i, layers.Dense(1)(h))
    trained.compile("adam", "mse")
    trained.fit(np.zeros((8, 7, 3)), np.zeros((8, 1)))
    for size in (2, 4):
        fold = keras.Sequential([keras.Input((7, 3)), layers.GRU(size)])
    broken = keras.Sequential([keras.Input((7, 3), batch_size=4), layers.GRU(6, stateful=True)])
    """


def test_each_model_of_a_code_can_be_looked_at():
    names = [each["name"] for each in read(SEVERAL)["models"]]
    assert names == ["trained", "sequential", "fold", "broken"]
    other = read(SEVERAL, model="fold")
    assert other["models"][0]["name"] == "fold" and other["models"][0]["shown"] and other["params"] == 108
    assert [layer["params"] for layer in other["layers"]] == [108]
    none = read(SEVERAL, model="encoder")
    assert none["problems"][0]["message"].startswith("There is no model called `encoder` in this code.")


def test_two_models_with_one_name_are_told_apart_by_their_lines():
    report = read("""
        for size in (2, 4):
            model = keras.Sequential([keras.Input((7, 3)), layers.GRU(size)], name="fold")
        """)
    assert [(each["name"], each["params"]) for each in report["models"]] == [("fold (line 5)", 108), ("fold", 42)]


def test_an_import_that_is_gone_and_never_used_is_a_hint():
    report = read("""
        from keras.utils import np_utils
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])
        """)
    assert report["holds"] and "np_utils" in report["hints"][0]
    used = read("""
        from keras.utils import np_utils
        wanted = np_utils.to_categorical(np.array([0, 1, 1]), 2)
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])
        """)
    (problem,) = used["problems"]
    assert problem["kind"] == "keras3_api" and problem["line"] == 4
    assert "from keras import utils as np_utils" in problem["fixes"][0]["code"]


def test_a_list_that_grows_in_a_long_loop_has_its_length():
    report = read("""
        x = []
        for i in range(7000):
            x.append(np.zeros((7, 3)))
        model = keras.Sequential([layers.GRU(5)])
        model.compile("adam", "mse")
        model.fit(np.array(x), np.zeros((7000, 5)))
        """)
    assert report["holds"] and report["x"] == [[7000, 7, 3]]


def test_a_number_of_a_long_loop_is_no_guess():
    """Only what the elements of a long list have in common is known: not the number that stands at one place."""
    report = read("""
        sizes = []
        for i in range(7000):
            a = [i, i + 1, i + 2, i + 3, i + 4, i + 5]
            sizes.append(i * 2)
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(sizes[300])])
        """)
    assert not report["holds"] and report["params"] is None


def test_a_model_with_a_layer_of_its_own_is_drawn_and_not_trained():
    code = HEAD + textwrap.dedent(FOLLOWED["a layer of its own"])
    assert check(code).holds
    with pytest.raises(Unreadable, match="never run"):
        model_of(code)


ON_INPUT = "i = keras.Input((7, 3))\nmodel = keras.Model(i, A()(i))\n"
HOSTILE = {
    "a class of itself": "class A(A):\n    pass\nA()()\n",
    "classes that make each other": """
        class A:
            def __init__(self):
                self.b = B()
        class B:
            def __init__(self):
                self.a = A()
        A()
        """,
    "a layer that calls itself": f"class A(layers.Layer):\n    def call(self, x):\n        return self(x)\n{ON_INPUT}",
    "a layer that makes layers for ever": """
        class A(layers.Layer):
            def call(self, x):
                for k in range(999):
                    x = layers.Dense(3)(x)
                return x
        i = keras.Input((7, 3))
        model = keras.Model(i, A()(i))
        """,
    "weights without end": """
        class A(layers.Layer):
            def build(self, s):
                while True:
                    self.add_weight(shape=(9999999, 9999999))
            def call(self, x):
                return x
        i = keras.Input((7, 3))
        model = keras.Model(i, A()(i))
        """,
    "a property of itself": "class A:\n    @property\n    def a(self):\n        return self.a\nA().a\n",
    "a Lambda of itself": "f = lambda x: layers.Lambda(f)(x)\ni = keras.Input((7, 3))\nmodel = keras.Model(i, f(i))\n",
    "an attribute as a text": "getattr(getattr(layers, '__init__'), '__globals__')\n",
    "a format that reaches": "'{0.__class__.__mro__}'.format(layers)\n",
    "a format that is wide": "x = '%999999999d' % 1\ny = '{:999999999d}'.format(1)\n",
    "a generator without end": "def f():\n    while True:\n        for k in f():\n            yield k\nx = list(f())\n",
    "a notebook of nothing": '{"cells": [{"cell_type": "code", "source": {"a": 1}}]}',
    "a notebook that nests": '{"cells": ' + "[" * 5000 + "]" * 5000 + "}",
}


@for_all("name", HOSTILE)
def test_a_script_that_would_cost_much_ends_in_a_sentence(name):
    report = read(HOSTILE[name])
    assert not report["holds"]
    message = report["problems"][0]["message"]
    assert message[-1] in ".!?" and "does not expect" not in message, message


def test_lines_behind_the_mistake_that_are_not_followed_keep_no_fix_back():
    report = read("""
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5), layers.GRU(4)])
        model.save("out/model.keras")
        open("log.txt").write("done")
        """)
    assert [fix["title"] for fix in report["problems"][0]["fixes"]]
