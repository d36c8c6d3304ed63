"""What is collected where nobody knows how often: its size is asked for and never made up."""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.for_all import for_all
from tests.snippet.test_scripts import executed, model_in, read

MODEL = "n = len(held)\nmodel = keras.Sequential([keras.Input((4, 3)), layers.GRU(5), layers.Dense(n)])\n"
# Python cannot run these, as the file is not there; every one of them has a number of its own that is wrong.
COLLECTED = {
    "a set": "held = set()\nfor line in open('a.txt'):\n    if line not in held:\n        held.add(line)",
    "a set made a sorted list": "raw = set()\nfor line in open('a.txt'):\n    raw.add(line)\nheld = sorted(list(raw))",
    "a set that is updated": "held = set('ab')\nfor line in open('a.txt'):\n    held.update(line)",
    "a set of a list": "lines = []\nfor line in open('a.txt'):\n    lines.append(line)\nheld = set(lines)",
    "a list": "held = ['pad']\nfor line in open('a.txt'):\n    held.append(line)",
    "a list that +=": "held = []\nfor line in open('a.txt'):\n    held += [line]",
    "a list that is made anew": "held = []\nfor line in open('a.txt'):\n    held = held + [line]",
    "a list that gets shorter": "held = [1, 2, 3]\nfor line in open('a.txt'):\n    held.remove(1)",
    "a tuple": "held = ()\nfor line in open('a.txt'):\n    held += (line,)",
    "a text": "held = ''\nfor line in open('a.txt'):\n    held += 'ab'",
    "entries of a dictionary": "held = {}\nfor line in open('a.txt'):\n    held[line] = len(held)",
    "entries of known names": "held = {}\nfor line in open('a.txt'):\n    held['a'] = line",
    "a dictionary that is updated": "held = {'a': 1}\nwhile unknown():\n    held.update(b=1)",
    "a dictionary updated with a file": "held = {'a': 1}\nheld.update(json.load(open('a.json')))",
    "setdefault": "held = {}\nfor line in open('a.txt'):\n    held.setdefault(line, []).append(line)",
    "a dictionary of pairs": (
        "raw = set()\nfor line in open('a.txt'):\n    raw.add(line)\nheld = dict((a, i) for i, a in enumerate(raw))"
    ),
    "keys": "raw = {}\nfor line in open('a.txt'):\n    raw[line] = 1\nheld = list(raw.keys())",
    "a Counter": "import collections\nheld = collections.Counter()\nfor line in open('a.txt'):\n    held.update([line])",
    "an attribute": (
        "class Words:\n    def __init__(self):\n        self.held = {}\n"
        "    def put(self, word):\n        self.held[word] = 1\n"
        "words = Words()\nfor line in open('a.txt'):\n    words.put(line)\nheld = words.held"
    ),
    "what a method collects of a file": (
        "class Words:\n    def __init__(self):\n        self.held = {}\n"
        "    def put(self, word):\n        self.held[word] = 1\n"
        "words = Words()\nwords.put(open('a.txt').read())\nheld = words.held"
    ),
    "what a function collects of a file": (
        "def put(more, where):\n    where.append(more)\nheld = []\nput(open('a.txt').read(), held)"
    ),
    "a loop that is left": "held = []\nfor a in open('a.txt'):\n    held.append(a)\n    if len(held) == 1:\n        break",
    "a branch": "held = [1]\nif unknown():\n    held.append(2)",
    "a round that may be left out": (
        "held = []\nfor each in range(9):\n    if unknown(each):\n        continue\n    held.append(each)"
    ),
    "a line that is not followed": "held = {1: 1}\nwith unknown() as f:\n    held[f.read().x @ 3] = f\n    del held[1]",
    "entries that are taken out": "held = {'a': 1, 'b': 2}\ndel held[unknown()]",
}


@for_all("name", COLLECTED)
def test_how_many_were_collected_is_asked(name):
    report = read(COLLECTED[name] + "\n" + MODEL)
    assert [each["name"] for each in report["asked"]] == ["n"], (report["problems"], report["layers"])
    answered = read(COLLECTED[name] + "\n" + MODEL, sizes={"n": 6})
    assert answered["output"] == [[None, 6]] and answered["asked"] == []


KNOWN = {
    "a set": "held = set()\nfor each in 'hello':\n    held.add(each)",
    "a dictionary": "held = {}\nfor each in 'hello':\n    held[each] = len(held)",
    "both": "raw = set('ab')\nraw.update('bcd')\nheld = {each: i for i, each in enumerate(sorted(raw))}\nheld.update(z=1)",
    "taken out": "held = {'a': 1, 'b': 2}\nheld.pop('a')\nheld.setdefault('c', 3)\nheld.setdefault('b', 3)",
    "a list made anew": "held = [1]\nfor each in range(4):\n    held = held + [each]",
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_collected_from_what_stands_in_the_code_is_counted(name):
    code = KNOWN[name] + "\n" + MODEL
    real = model_in(executed("import keras\nfrom keras import layers\n" + textwrap.dedent(code)))
    assert read(code)["output"] == [list(real.output_shape)]


def test_a_shape_that_comes_from_a_file_is_asked_for_as_one():
    code = "data = np.load('a.npy')\nmodel = keras.Sequential([keras.Input((None, *data.shape[2:])), layers.GRU(5)])\n"
    (asked,) = read(code)["asked"]
    assert asked["name"] == "data.shape[2:]" and asked["shape"]
    for given in (3, (3,)):
        assert read(code, sizes={"data.shape[2:]": given})["params"] == 150


def test_a_model_without_an_input_takes_what_its_data_are_known_to_be():
    words = "model = keras.Sequential([layers.Embedding(9, 4), layers.GRU(5)])\n"
    assert read(words)["layers"][0]["output"] == [[None, None, 4]]
    padded = "texts = open('a.txt').read()\nx = keras.utils.pad_sequences(texts, maxlen=40)\nx = x[np.arange(len(x))]\n"
    report = read(padded + words + "model.compile('adam', 'mse')\nmodel.fit(x, np.zeros((8, 5)))\n")
    assert report["layers"][0]["output"] == [[None, 40, 4]] and report["holds"]


def test_a_number_that_is_counted_from_another_one_is_not_asked_for_twice():
    code = (
        "words = open('a.txt').read()\ntotal = len(words) + 1\n"
        "model = keras.Sequential([keras.Input((4,)), layers.Embedding(total, 5), layers.GRU(5)])\n"
        "model.add(layers.Dense(len(words)))\n"
    )
    assert [each["name"] for each in read(code)["asked"]] == ["total"]
    assert read(code, sizes={"total": 9})["output"] == [[None, 8]]


def test_columns_by_names_are_counted_whichever_package_made_the_table():
    code = "import feather\nx = feather.load_table('a')[['a', 'b', 'c']].values\n"
    model = "model = keras.Sequential([keras.Input((4, x.shape[1])), layers.GRU(5)])\n"
    assert read(code.replace("load_table", "table") + model)["params"] == 150


def test_states_are_reset_where_a_layer_can():
    model = (
        "model = keras.Sequential([keras.Input((4, 3), batch_size=2), layers.GRU(5, stateful=True), layers.Dense(1)])\n"
        "for each in model.layers:\n"
    )
    guarded = model + "    if hasattr(each, 'reset_states'):\n        each.reset_states()\n"
    executed("import keras\nfrom keras import layers\n" + guarded)
    assert read(guarded)["problems"] == []
    (problem,) = read(model + "    each.reset_states()\n")["problems"]
    assert problem["keras_says"] == "AttributeError: 'Dense' object has no attribute 'reset_states'"


def test_cells_below_their_numbers_are_read():
    code = "In [1]:\n%matplotlib inline\nimport keras\nfrom keras import layers\n\nIn [2]:\nunits = 5\nunits\n\nOut[2]:\n5\n"
    code += "\nIn [3]:\nmodel = keras.Sequential([keras.Input((4, 3)), layers.GRU(units)])\n"
    assert read(code, head="")["params"] == 150


def test_a_tensor_that_is_given_to_a_constructor_is_told_and_the_layer_called():
    code = "i = keras.Input((4, 3))\nmodel = keras.Model(i, layers.GRU(5, i))\n"
    (problem,) = read(code)["problems"]
    assert "`i` is given to the constructor of a GRU" in problem["message"]
    assert read(problem["fixes"][0]["code"], head="")["params"] == 150


UNTIL_GIVEN = {
    "features": (
        "n = open('a.csv')\nmodel = keras.Sequential([keras.Input((20, n)), layers.GRU(8), layers.Dense(3), "
        "layers.Dense(n)])",
        [[[None, 8]], [[None, 3]], [[None, None]]],
        [None, 27, None],
    ),
    "timesteps": (
        "n = open('a.csv')\nmodel = keras.Sequential([keras.Input((n, 4)), layers.Conv1D(6, 3), layers.MaxPooling1D(2), "
        "layers.LSTM(5), layers.Dense(1)])",
        [[[None, None, 6]], [[None, None, 6]], [[None, 5]], [[None, 1]]],
        [78, 0, 240, 6],
    ),
    "a kernel": (
        "n = open('a.csv')\nmodel = keras.Sequential([keras.Input((9, 4)), layers.Conv1D(6, n), layers.GRU(5)])",
        [[[None, None, 6]], [[None, 5]]],
        [None, 195],
    ),
    "a shape": (
        "n = open('a.csv')\nmodel = keras.Sequential([keras.Input(n), layers.GRU(5, return_sequences=True), "
        "layers.Dense(2)])",
        [[[None, None, 5]], [[None, None, 2]]],
        [None, 12],
    ),
}


@pytest.mark.parametrize("name", UNTIL_GIVEN)
def test_what_does_not_depend_on_a_number_is_known_before_it_is_given(name):
    code, outputs, params = UNTIL_GIVEN[name]
    report = read(code)
    assert [each["output"] for each in report["layers"]] == outputs
    assert [each["params"] for each in report["layers"]] == params
    total = None if None in params else sum(params)
    assert report["params"] == report["models"][0]["params"] == total and not report["holds"]
    # Whatever is given then, it is what was known.
    for given in ((7, 11) if name != "a shape" else ((13, 7), (4, 2))) if name != "a kernel" else (2, 3):
        _holds(report["description"], read(code, sizes={"n": given})["description"])


def _holds(known, real):
    """Every number that is known, alone or in a sentence, is the real one."""
    if isinstance(known, dict):
        for key in known.keys() & real.keys():
            # The steps that are drawn are chosen by their number.
            if key != "unrolled":
                _holds(known[key], real[key])
    elif isinstance(known, list):
        for each, other in zip(known, real, strict=False):
            _holds(each, other)
    elif isinstance(known, str):
        assert set(re.findall(r"\d[\d,]*", known.replace("n[0]", "").replace("n[1]", ""))) <= set(
            re.findall(r"\d[\d,]*", real)
        ), (known, real)
    elif known is not None:
        assert known == real


def test_a_size_has_the_name_of_its_number_and_a_sum_waits_for_it():
    layer = read(UNTIL_GIVEN["features"][0])["description"]["layers"][0]
    assert layer["symbols_in"] == [["B", "T", "n"]]
    assert layer["counted"][1:] == ["3 · 8 · (n + 8 + 2)", "not known until n is given"]
    assert "features F = n" in layer["spoken"] and "has ? parameters" in layer["spoken"]
    assert layer["weights"] == []


def test_a_number_that_decides_what_the_layers_are_leaves_them_undrawn():
    several = "n = open('a.csv')\nmodel = keras.Sequential([keras.Input((9, 4))])\nfor i in range(n):\n    "
    assert read(several + "model.add(layers.GRU(4, return_sequences=True))\n")["description"] is None
    # A Dense takes a shape of any number of axes.
    any_rank = "n = open('a.csv')\nmodel = keras.Sequential([keras.Input(n), layers.Dense(4)])\n"
    assert read(any_rank)["description"] is None
