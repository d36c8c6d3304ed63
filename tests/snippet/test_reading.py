"""What pasted code may say and what comes of it, what is refused, and that nothing of it is ever run."""

from __future__ import annotations

import json
import os
import textwrap

import keras
import pytest

from explorer.report import TITLES
from explorer.snippet import Unreadable, check, model_of
from tests.for_all import for_all
from tests.fuzz.watch import watched
from tests.learners import executed, model_in

HEAD = "import keras\nfrom keras import layers, ops\nimport numpy as np\n"


def written(code: str) -> str:
    return HEAD + textwrap.dedent(code).lstrip("\n")


def only(code: str, **data) -> dict:
    """The one problem of a code."""
    (problem,) = check(code, **data).to_dict()["problems"]
    assert problem["kind"] in TITLES
    return problem


# ------------------------------------------------------------------------------------------------ what is read

# Every construct in a small model, and the shape of its output. Real Keras is asked for the same below.
READ = {
    "import keras": ("model = keras.Sequential([keras.Input((7, 3)), keras.layers.GRU(5)])", [[None, 5]]),
    "from keras": (
        """
        from keras.models import Sequential
        from keras.layers import GRU, Dense, Input
        model = Sequential([Input((7, 3)), GRU(5), Dense(2)])
        """,
        [[None, 2]],
    ),
    "tensorflow.keras by parts": (
        """
        from tensorflow.keras import Sequential, layers as L
        from tensorflow.keras.layers import LSTM as Memory
        model = Sequential([L.Input(shape=(7, 3)), Memory(5, return_sequences=True)])
        """,
        [[None, 7, 5]],
    ),
    "tf.keras": (
        """
        import tensorflow as tf
        model = tf.keras.models.Sequential([tf.keras.layers.Input((7, 3)), tf.keras.layers.SimpleRNN(5)])
        """,
        [[None, 5]],
    ),
    "import with another name": (
        """
        import tensorflow.keras as K
        import keras.layers as kl
        model = K.Sequential([K.Input((7, 3)), kl.Dense(4)])
        """,
        [[None, 7, 4]],
    ),
    "everything of a module": (
        """
        from keras.layers import *
        from keras.models import *
        model = Sequential([Input((7, 3)), GRU(5)])
        """,
        [[None, 5]],
    ),
    "assignments and arithmetic": (
        """
        steps, features = 14 // 2, 2 + 1
        units: int = 2 ** 3 - features
        units += 1
        a = b = units % 4 * 3
        model = keras.Sequential([keras.Input((steps, features)), layers.GRU(units), layers.Dense(a + b)])
        """,
        [[None, 12]],
    ),
    "lists, tuples, dictionaries": (
        """
        sizes = [8, 6, 4]
        first, *rest = sizes
        settings = {"units": rest[-1], "shape": (7, 3)}
        settings["units"] += len(sizes)
        model = keras.Sequential([keras.Input(settings["shape"]), layers.GRU(**{"units": settings["units"]})])
        """,
        [[None, 7]],
    ),
    "f-strings as names": (
        """
        model = keras.Sequential([keras.Input((7, 3))])
        for place in range(2):
            model.add(layers.GRU(4 + place, return_sequences=True, name=f"memory_{place}"))
        """,
        [[None, 7, 5]],
    ),
    "for over a range": (
        """
        x = inputs = keras.Input((7, 3))
        for depth in range(1, 7, 2):
            x = layers.GRU(depth, return_sequences=True)(x)
        model = keras.Model(inputs, x)
        """,
        [[None, 7, 5]],
    ),
    "for over zip and enumerate": (
        """
        model = keras.Sequential([keras.Input((7, 3))])
        for place, (units, keep) in enumerate(zip([6, 4], [True, False])):
            model.add(layers.LSTM(units + place, return_sequences=keep))
        """,
        [[None, 5]],
    ),
    "break, continue, else": (
        """
        model = keras.Sequential([keras.Input((7, 3))])
        for units in [4, 5, 6, 7]:
            if units == 5:
                continue
            if units == 7:
                break
            model.add(layers.Dense(units))
        else:
            model.add(layers.Dense(99))
        """,
        [[None, 7, 6]],
    ),
    "while that ends": (
        """
        units = 16
        model = keras.Sequential([keras.Input((7, 3))])
        while units > 2:
            model.add(layers.Dense(units))
            units //= 2
        """,
        [[None, 7, 4]],
    ),
    "if on constants": (
        """
        bidirectional, kind = True, "gru"
        memory = layers.GRU(5) if kind == "gru" else layers.LSTM(6)
        if bidirectional and not kind.startswith("l"):
            memory = layers.Bidirectional(memory)
        elif 1 < 2 < 3:
            memory = layers.Dense(1)
        model = keras.Sequential([keras.Input((7, 3)), memory])
        """,
        [[None, 10]],
    ),
    "functions with defaults and keywords": (
        """
        def block(x, units, *, keep=True, **more):
            return layers.GRU(units, return_sequences=keep, **more)(x)

        def build(steps=7, units=5):
            inputs = keras.Input((steps, 3))
            def last(x):
                return block(x, units - 1, keep=False)
            return keras.Model(inputs, last(block(inputs, units, dropout=0.1)))

        model = build(units=6)
        """,
        [[None, 5]],
    ),
    "main": (
        """
        def main():
            return keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])

        if __name__ == "__main__":
            model = main()
        """,
        [[None, 5]],
    ),
    "comprehensions": (
        """
        stack = [layers.Dense(units) for units in range(4, 8) if units % 2]
        names = {units: f"d{units}" for units in (1, 2)}
        model = keras.Sequential([keras.Input((7, 3)), *stack, layers.Dense(2, name=names[2])])
        """,
        [[None, 7, 2]],
    ),
    "a layer made first and called later": (
        """
        memory = layers.GRU(5, return_sequences=True)
        answer = layers.Dense(2)
        inputs = keras.Input((7, 3))
        model = keras.Model(inputs=[inputs], outputs=[answer(memory(inputs))])
        """,
        [[None, 7, 2]],
    ),
    "a layer that is shared": (
        """
        left, right = keras.Input((7, 3)), keras.Input((7, 3))
        memory = layers.GRU(5)
        model = keras.Model([left, right], layers.concatenate([memory(left), memory(right)]))
        """,
        [[None, 10]],
    ),
    "a nested model": (
        """
        inner_in = keras.Input((7, 3))
        inner = keras.Model(inner_in, layers.GRU(5, return_sequences=True)(inner_in))
        inputs = keras.Input((7, 3))
        model = keras.Model(inputs, layers.LSTM(4)(inner(inputs)))
        """,
        [[None, 4]],
    ),
    "several outputs": (
        """
        inputs = keras.Input((7, 3))
        memories, state = layers.GRU(5, return_sequences=True, return_state=True)(inputs)
        model = keras.Model(inputs, [layers.Dense(1)(memories), layers.Dense(2)(state)])
        """,
        [[None, 7, 1], [None, 2]],
    ),
    "encoder and decoder": (
        """
        source, target = keras.Input((7, 3)), keras.Input((6, 2))
        _, h, c = layers.LSTM(5, return_state=True)(source)
        heard = layers.LSTM(5, return_sequences=True)(target, initial_state=[h, c])
        model = keras.Model([source, target], layers.TimeDistributed(layers.Dense(4))(heard))
        """,
        [[None, 6, 4]],
    ),
    "keras.ops": (
        """
        inputs = keras.Input((7, 3))
        x = ops.transpose(inputs, (0, 2, 1))
        x = keras.ops.concatenate([x, x], axis=-1)
        x = ops.expand_dims(ops.mean(x, axis=1), 1)
        model = keras.Model(inputs, layers.GRU(5)(x))
        """,
        [[None, 5]],
    ),
    "slices": (
        """
        inputs = keras.Input((7, 3))
        h = layers.GRU(5, return_sequences=True)(inputs)
        model = keras.Model(inputs, [h[:, -1, :], h[:, 1:4], h[..., 0], h[:, ::2, np.newaxis]])
        """,
        [[None, 5], [None, 3, 5], [None, 7], [None, 4, 1, 5]],
    ),
    "arithmetic on tensors": (
        """
        inputs = keras.Input((7, 3))
        h = layers.Dense(3)(inputs)
        model = keras.Model(inputs, -(h + inputs) * 2.0 / (1 + h) - h ** 2)
        """,
        [[None, 7, 3]],
    ),
    "shapes of tensors": (
        """
        inputs = keras.Input((7, 3))
        h = layers.GRU(inputs.shape[-1] * 2, return_sequences=True)(inputs)
        model = keras.Model(inputs, layers.Reshape((h.shape[1] * h.shape[2],))(h))
        """,
        [[None, 42]],
    ),
    "sizes of arrays": (
        """
        x = np.random.rand(8, 7, 3).astype("float32")
        y = np.zeros((len(x), 2))
        model = keras.Sequential([keras.Input(x.shape[1:]), layers.GRU(5), layers.Dense(y.shape[-1])])
        model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse", metrics=["mae"], run_eagerly=True)
        model.summary()
        history = model.fit(x, y, epochs=1, batch_size=4, verbose=0, callbacks=[keras.callbacks.EarlyStopping("loss")])
        """,
        [[None, 2]],
    ),
    "odd formatting": (
        "inputs = keras.Input(  (7,\\\n 3,), ); x = layers.GRU(\n\n5 # units\n,)(inputs)  ;model=keras.Model(inputs,x)",
        [[None, 5]],
    ),
    "names in other scripts": ("größe = 5\nmodel = keras.Sequential([keras.Input((7, 3)), layers.GRU(größe)])", [[None, 5]]),
    "Windows ends of lines": (
        "units = 5\r\nmodel = keras.Sequential([\r\n\tkeras.Input((7, 3)),\r\n\tlayers.GRU(units)])\r\n",
        [[None, 5]],
    ),
}


@for_all("name", READ)
def test_a_construct_is_followed_as_python_and_keras_follow_it(name):
    code, output = READ[name]
    code = written(code)
    report = check(code).to_dict()
    assert not report["problems"], report["problems"]
    assert report["holds"] and report["output"] == output
    model = model_in(executed(code))
    assert [list(each.shape) for each in model.outputs] == output
    assert report["params"] == model.count_params()
    assert {each["name"] for each in report["layers"]} >= {
        each.name for each in model.layers if not isinstance(each, keras.layers.InputLayer) and each.variables
    }


def test_a_byte_order_mark_is_no_mistake():
    code = "\ufeff" + written(CHAIN)
    assert check(code).holds


def test_data_and_loss_are_found_in_the_code():
    code = written("""
        x = np.arange(8 * 7 * 3).reshape(8, 7, 3) / 10
        y = np.eye(2)[np.random.randint(0, 2, size=8)]
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5), layers.Dense(2, activation="softmax")])
        model.compile("adam", loss=keras.losses.CategoricalCrossentropy())
        model.fit(x, np.zeros((8, 2)))
    """)
    report = check(code).to_dict()
    assert (report["x"], report["y"], report["loss"]) == ([[8, 7, 3]], [8, 2], "categorical_crossentropy")
    assert report["holds"]


def test_data_that_is_given_goes_before_what_the_code_says():
    code = written("""
        x = np.zeros((8, 7, 3))
        model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5), layers.Dense(2)])
        model.fit(x, np.zeros((8, 2)))
    """)
    report = check(code, x=(16, 7, 3), y=(16, 2), loss="mae").to_dict()
    assert (report["x"], report["y"], report["loss"]) == ([[16, 7, 3]], [16, 2], "mae")


# ------------------------------------------------------------------------------------------------ what is refused

CHAIN = "model = keras.Sequential([keras.Input((7, 3)), layers.GRU(5)])\n"
# Each with the line to blame, counted from the first line of HEAD, and words that its sentence must say.
REFUSED = {
    "open": ("data = open('data.csv').read()", 4, ("open",)),
    "exec": ("exec('print(1)')", 4, ("exec", "What it gives is not known")),
    "eval": ("units = eval('5')", 4, ("eval", "What it gives is not known")),
    "__import__": ("os = __import__('os')", 4, ("__import__", "What it gives is not known")),
    "__builtins__": ("b = __builtins__", 4, ("__builtins__", "What it gives is not known")),
    "getattr": ("found = getattr(layers, '__class__')", 4, ("getattr", "public name")),
    "globals": ("globals()['x'] = 1", 4, ("globals", "What it gives is not known")),
    "input": ("units = int(input('units'))", 4, ("input", "What it gives is not known")),
    "breakpoint": ("breakpoint()", 4, ("breakpoint", "What it gives is not known")),
    "os.system": ("import os\nos.system('touch here')", 5, ("os.system", "What it gives is not known")),
    "a function of os": ("from os import system as run\nrun('touch here')", 5, ("os.system", "What it gives is not known")),
    "subprocess": ("import subprocess\nsubprocess.run(['ls'])", 5, ("subprocess", "What it gives is not known")),
    "np.load": ("x = np.load('x.npy')", 4, ("numpy.load", "np.zeros")),
    "np.savetxt": ("np.savetxt('x.csv', np.zeros((2, 2)))", 4, ("numpy.savetxt", "What it gives is not known")),
    "tofile": ("x = np.zeros((2, 2))\nx.tofile('x')", 5, ("tofile", "What it gives is not known")),
    "pd.read_csv": ("import pandas as pd\nframe = pd.read_csv('x.csv')", 5, ("read_csv", "np.zeros")),
    "load_model": ("model = keras.models.load_model('m.keras')", 4, ("load_model", "What it gives is not known")),
    "get_file": ("path = keras.utils.get_file('a', 'http://example.org/a')", 4, ("get_file", "What it gives is not known")),
    "applications": ("base = keras.applications.ResNet1000()", 4, ("ResNet1000", "keras.Input")),
    "the way to every class": ("found = ().__class__.__base__.__subclasses__()", 4, ("__subclasses__", "underscore")),
    "a name with an underscore": ("from keras import __internal__", 4, ("underscore",)),
    "a layer of its own": ("class Mine(layers.Layer):\n    pass", 4, ("Mine", "functional API")),
    "a model of its own": ("class Mine(keras.Model):\n    pass", 4, ("Mine", "functional API")),
    "while without end": ("while True:\n    pass", 4, ("steps", "shorter loops")),
    "a huge range": (
        "model = keras.Sequential()\nfor place in range(10 ** 9):\n    model.add(layers.Dense(3))",
        5,
        ("1,000,000,000 rounds", "at most 400 layers"),
    ),
    "loops in loops": ("for a in range(9999):\n    for b in range(9999):\n        pass", None, ("steps", "shorter loops")),
    "a tower of powers": ("x = 9 ** 9 ** 9", 4, ("too large",)),
    "a power that grows": ("x = 10 ** 6\nx = x ** 50\nx = x ** 50", 5, ("Numbers go up to",)),
    "a long text": ("x = 'a' * 10 ** 9", 4, ("too large", "Write the result")),
    "a long list": ("x = 10 ** 9 * [0]", 4, ("too large", "Write the result")),
    "a number without end": (f"x = {'9' * 400}", 4, ("Numbers go up to",)),
    "a text that is doubled": ("x = 'aa'\nfor i in range(60):\n    x = x + x", 6, ("too large",)),
    "a list that is doubled": ("x = [1]\nfor i in range(60):\n    x = x + x", 6, ("too large",)),
    "a list within itself twice": ("x = [1]\nfor i in range(60):\n    x = [x, x]", 6, ("elements",)),
    "a dictionary within itself": ("x = {}\nx['x'] = x\ny = [x]", None, ("elements",)),
    "a list within itself": ("x = []\nx.append(x)\ny = layers.Dense(x)", None, ("elements",)),
    "deep nesting": ("x = " + "(" * 90 + "1" + ",)" * 90, 4, ("nested too deeply",)),
    "a long chain of calls": ("x = keras" + ".layers" * 2500, 4, ("deep",)),
    "a long sum": ("x = " + " + ".join(["1"] * 3000), None, ("deep",)),
    "recursion without end": ("def f(x):\n    return f(x)\nf(1)", 5, ("deep",)),
    "mutual recursion": ("def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nf(1)", None, ("deep",)),
    "recursion in a default": ("def f(x=0):\n    return f()\nf()", 5, ("deep",)),
    "a lambda that calls itself": ("f = lambda g: g(g)\nf(f)", 4, ("deep",)),
    "a huge layer": (
        "model = keras.Sequential([keras.Input((7, 3)), layers.Dense(10 ** 9)])",
        4,
        ("1,000,000,000", "too large"),
    ),
    "a huge input": (
        "model = keras.Sequential([keras.Input((10 ** 9, 3)), layers.GRU(5)])",
        4,
        ("1,000,000,000", "too large"),
    ),
    "a huge array": ("x = np.zeros((10 ** 9, 3))", 4, ("1000000000",)),
    "an array of many axes": ("x = np.zeros((2,) * 40)", 4, ("axes",)),
    "layers without end": (
        "model = keras.Sequential([keras.Input((7, 3))])\nfor i in range(1000):\n    model.add(layers.Dense(2))",
        6,
        ("layers",),
    ),
    "a million layers": (
        "x = keras.Input((7, 3))\nfor a in range(1000):\n    for b in range(1000):\n        x = layers.Dense(2)(x)",
        7,
        ("layers",),
    ),
    "many layers that are never called": ("x = [layers.LSTM(5) for i in range(9000)]", 4, ("layers",)),
    "raise": ("raise ValueError('no')", 4, ("raise", "as if they were reached")),
    "async": ("async def f():\n    pass", 4, ("async",)),
    "match": ("match [1]:\n    case [1]:\n        pass", 5, ("match", "if and elif")),
    "a file beside it": ("from .mine import build", 4, ("another file", "Paste them")),
    "return outside": ("return 1", 4, ("return",)),
    "a name that nobody made": ("x = frame.values", 4, ("frame", "np.zeros")),
    "a layer that was not imported": ("model = keras.Sequential([GRU(5)])", 4, ("from keras.layers import GRU",)),
    "a function called wrongly": ("def f(a, b):\n    return a\nf(1)", 6, ("argument b",)),
    "division by zero": ("x = 1 / 0", 4, ("division by zero",)),
    "an index that is not there": ("x = [1][3]", 4, ("out of range",)),
    "syntax": ("model = keras.Sequential([", 4, ("Syntax error",)),
    "a chevron of the console": (">>> import keras", 4, ("Syntax error",)),
    "indentation": ("  x = 1\n y = 2", 4, ("Syntax error", "unexpected indent")),
    "tabs and spaces": ("if True:\n        x = 1\n\ty = 2", 6, ("Syntax error",)),
    "prose": ("My model does not work, please help!", 4, ("Syntax error",)),
    "a model that is not there": ("x = np.zeros((8, 7, 3))", None, ("no model", "keras.Sequential")),
    "a model without layers": ("model = keras.Sequential()", 4, ("no layers", "keras.Input")),
    "a model without an input": ("model = keras.Sequential([layers.GRU(5)])", 4, ("keras.Input", "shape of the data")),
}


@for_all("name", REFUSED)
def test_what_is_not_read_is_named_with_its_line(name):
    code, line, words = REFUSED[name]
    with watched() as seen:
        problem = only(HEAD + code)
    assert not seen
    assert problem["kind"] == "unreadable" and not problem["silent"], problem
    message = problem["message"]
    assert not problem["fixes"] or message.startswith("Syntax error"), problem
    assert message[-1] in ".!?" and len(message) > 20 and len(message) < 600, message
    assert all(word in message for word in words), message
    assert line is None or problem["line"] == line, problem


@pytest.mark.parametrize("name", ["os.system", "a layer of its own", "syntax", "a model that is not there"])
def test_a_code_that_cannot_be_read_has_no_model(name):
    with pytest.raises(Unreadable) as raised:
        model_of(HEAD + REFUSED[name][0])
    problem = only(HEAD + REFUSED[name][0])
    assert (str(raised.value), raised.value.line) == (problem["message"], problem["line"])


# Texts as they come: without the imports above them.
TEXTS = {
    "nothing": "",
    "blank lines": "\n \n\t\n",
    "comments": "# a model\n# of nothing\n",
    "a zero byte": "import keras\0\n",
    "half of a pair": "x = '\ud800'",
    "too long": "x = 1\n" * 4000,
    "too long in one line": "x = " + "1" * 20_001,
    "brackets": "(" * 5000,
    "brackets that close": "(" * 500 + ")" * 500,
    "minus signs": "x = " + "-" * 5000 + "1",
    "blocks in blocks": "".join(" " * depth + "if True:\n" for depth in range(101)),
    "form feeds": "\f\f\f",
    "a line that goes on": "x = \\",
    "an open string": "x = '''never closed",
    "another language": "print 'hello'\nlibrary(keras)",
}


@for_all("name", TEXTS)
def test_any_text_ends_in_a_sentence(name):
    with watched() as seen:
        problem = only(TEXTS[name])
    assert not seen
    assert problem["kind"] == "unreadable"
    assert problem["message"][-1] in ".!?", problem["message"]
    with pytest.raises(Unreadable):
        model_of(TEXTS[name])


def test_code_is_text():
    with pytest.raises(TypeError, match="bytes"):
        check(b"import keras")


# ------------------------------------------------------------------------------------------------ nothing is run

CANARIES = [
    "open({path!r}, 'w').write('sung')",
    "import pathlib\npathlib.Path({path!r}).write_text('sung')",
    "import os\nos.environ['CANARY'] = 'sung'\nos.mkdir({path!r})",
    "import os as harmless\nfrom os import mkdir\nmkdir({path!r})",
    "np.save({path!r}, np.zeros(3))",
    "np.zeros(3).tofile({path!r})",
    "keras.Sequential([keras.Input((7, 3))]).save({path!r})",
    "keras.utils.plot_model(keras.Sequential([keras.Input((7, 3)), layers.GRU(5)]), to_file={path!r})",
    "keras.callbacks.CSVLogger({path!r})",
    "class Canary:\n    open({path!r}, 'w')",
    "@(lambda f: open({path!r}, 'w'))\ndef canary():\n    pass",
    "def canary(x=open({path!r}, 'w')):\n    pass",
    "x = f\"{{open({path!r}, 'w')}}\"",
    "x: open({path!r}, 'w') = 1",
    "try:\n    1 / 0\nexcept Exception:\n    open({path!r}, 'w')",
    "with open({path!r}, 'w') as canary:\n    pass",
    "assert open({path!r}, 'w')",
    "model = keras.Sequential([keras.Input((7, 3)), layers.Lambda(lambda x: open({path!r}, 'w'))])",
    "model = keras.Sequential([keras.Input((7, 3)), layers.Dense(2, activation=lambda x: open({path!r}, 'w'))])",
    "model = keras.Sequential([keras.Input((7, 3)), layers.Dense(2, kernel_initializer=lambda *a: open({path!r}, 'w'))])",
    "'{{0.__class__}}'.format(open({path!r}, 'w'))",
    "sorted([1, 2], key=lambda x: open({path!r}, 'w'))",
    "keras.saving.register_keras_serializable()(open)({path!r}, 'w')",
    "keras.utils.get_custom_objects()['GRU'] = open\nlayers.deserialize({{'class_name': 'GRU', 'config': {{}}}})",
    "np.vectorize(open)({path!r}, 'w')",
    "np.lib.format.open_memmap({path!r}, 'w+', shape=(3,))",
    "np.memmap({path!r}, mode='w+', shape=(3,))",
    "import tensorflow as tf\ntf.io.write_file({path!r}, 'sung')",
    "import tensorflow as tf\ntf.py_function(open, [{path!r}], tf.int32)",
]


@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_sings(canary, tmp_path, monkeypatch):
    monkeypatch.delenv("CANARY", raising=False)
    path = tmp_path / "canary"
    with watched() as seen:
        report = check(HEAD + canary.format(path=str(path)) + "\n" + CHAIN, x=[(8, 7, 3)]).to_dict()
    assert not seen
    assert not path.exists() and not list(tmp_path.iterdir())
    json.dumps(report)
    assert "CANARY" not in os.environ


def test_a_product_of_a_transposed_tensor_is_part_of_the_model():
    code = (
        "import keras\nimport tensorflow as tf\nfrom keras import layers\ni = keras.Input((20, 5))\n"
        "s = tf.matmul(i, i, transpose_b=True)\nmodel = keras.Model(i, layers.Dense(1)(s))\n"
    )
    (problem,) = check(code).to_dict()["problems"]
    assert "`tf.matmul` is a name of Keras 1 or 2" in problem["message"]


def test_an_axis_that_is_no_number_is_named_by_its_type_and_an_unknown_one_is_no_mistake():
    problem = only("import numpy as np\nx = np.zeros((2, 3))\ny = x.mean(axis='\\ud800')\n")
    assert "'str' object cannot be interpreted as an integer" in problem["message"] and problem["line"] == 3
    unknown = "import numpy as np\nx = np.zeros((2, 3))\ny = x.mean(axis=len(open('a')))\n"
    assert "NumPy cannot" not in only(unknown)["message"]
