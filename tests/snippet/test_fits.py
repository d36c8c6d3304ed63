"""Every fit, evaluate and predict is looked at with its own data: what Keras refuses is told, its right twin is not."""

from __future__ import annotations

import numpy as np
import pytest
from tensorflow import errors

from tests.for_all import for_all
from tests.learners import executed, report_of

HEAD = "import numpy as np\nimport keras\nimport tensorflow as tf\nfrom keras import layers\n"
_CLASSES = (
    "model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation='softmax')])\n"
    "model.compile('sgd', 'categorical_crossentropy', run_eagerly=True)\nx = np.zeros((6, 4))\n"
    "y = np.eye(3)[[0, 1, 2, 0, 1, 2]]\n"
)
_STEPS = (
    "model = keras.Sequential([keras.Input((5, 4)), layers.Dense(3)])\nmodel.compile('sgd', 'mse', run_eagerly=True)\n"
    "x = np.zeros((6, 5, 4))\ny = np.zeros((6, 5, 3))\n"
)
_ONE = "model = keras.Sequential([keras.Input((5, 1)), layers.Dense(3)])\nx = np.zeros((6, 5, 1))\n"
_STATEFUL = (
    "model = keras.Sequential([keras.Input((2, 4), batch_size=4), layers.SimpleRNN(2, stateful=True)])\n"
    "model.compile('sgd', 'mse', run_eagerly=True)\nx = np.zeros((20, 2, 4))\ny = np.zeros((20, 2))\n"
)
_BATCHES = (
    "class Batches(keras.utils.PyDataset):\n    def __init__(self, many):\n        super().__init__()\n"
    "        self.many = many\n    def __len__(self):\n        return 2\n"
    "    def __getitem__(self, place):\n        return np.zeros((6, self.many)), np.eye(3)[[0, 1, 2, 0, 1, 2]]\n"
)
_WORDS = (
    "model = keras.Sequential([keras.Input((2,)), layers.Embedding(9, 4), layers.Flatten(), layers.Dense(1)])\n"
    "model.compile('sgd', 'mse', run_eagerly=True)\nx = np.array([[1, 8], [3, 4]])\ny = np.zeros((2, 1))\n"
)
_SET = _CLASSES + "held = tf.data.Dataset.from_tensor_slices((x, y))\n"
_FIT = "model.fit(x, y, {}, verbose=0)\n"
_STATE_FIT = "model.fit(x, y, batch_size=4, shuffle=False, {}verbose=0)\n"

# The model with its data, the call and its right twin; the kind, and words of what is said. All of them raise in Keras.
RAISES = {
    "validation on other features": (
        *(_CLASSES, _FIT.format("validation_data=(np.zeros((4, 5)), y[:4])")),
        *(
            _FIT.format("validation_data=(np.zeros((4, 4)), y[:4])"),
            "input_rank",
            "(batch, features 5), but the model takes",
        ),
    ),
    "validation with too few targets": (
        *(_CLASSES, _FIT.format("validation_data=(x, y[:4])"), _FIT.format("validation_data=(x[:4], y[:4])")),
        *("target_mismatch", "6 samples in x of `validation_data`"),
    ),
    "validation on integers": (
        *(_CLASSES, _FIT.format("validation_data=(x, np.array([0, 1, 2, 0, 1, 2]))"), _FIT.format("validation_data=[x, y]")),
        *("label_encoding", "The loss needs one-hot vectors here too"),
    ),
    "validation without targets": (
        *(
            _CLASSES + "x_val, y_val = x, y\n",
            _FIT.format("validation_data=x_val"),
            _FIT.format("validation_data=(x_val, y_val)"),
        ),
        *("fit_arguments", "is a pair, (x, y)"),
    ),
    "all for validation": (
        *(_CLASSES, _FIT.format("validation_split=1.0"), _FIT.format("validation_split=0.5"), "fit_arguments"),
        "between 0 and 1. Received: 1.0",
    ),
    "hardly anything for training": (
        *(_CLASSES, _FIT.format("validation_split=0.9"), _FIT.format("validation_split=0.1"), "fit_arguments"),
        "x has only 6 samples",
    ),
    "too few weights": (
        *(_CLASSES, _FIT.format("sample_weight=np.ones(5)"), _FIT.format("sample_weight=np.ones(6)"), "fit_arguments"),
        "5 weights, (5,), for 6 samples",
    ),
    "a weight for every output": (
        *(
            _CLASSES,
            _FIT.format("sample_weight=np.ones((6, 3))"),
            _FIT.format("sample_weight=np.ones((6, 1))"),
            "fit_arguments",
        ),
        "must have the shape (6,)",
    ),
    "one weight for a sequence": (
        *(_STEPS, _FIT.format("sample_weight=np.ones(6)"), _FIT.format("sample_weight=np.ones((6, 5))"), "fit_arguments"),
        "must have the shape (6, 5) or (6, 1)",
    ),
    "a single sample": (
        *(_STEPS, "model.predict(x[0], verbose=0)\n", "model.predict(x[0:1], verbose=0)\n", "input_rank"),
        "`x[0]` is a sample without it",
    ),
    "a single sample by its name": (
        *(_CLASSES + "one = x[0]\nmodel.fit(x, y, verbose=0)\n", "model.predict(one, verbose=0)\n"),
        *("model.predict(one.reshape(1, -1), verbose=0)\n", "input_rank", "the batch axis is missing"),
    ),
    "validation by batches of a class on other features": (
        *(_CLASSES + _BATCHES, "model.fit(Batches(4), validation_data=Batches(5), verbose=0)\n"),
        *(
            "model.fit(Batches(4), validation_data=Batches(4), verbose=0)\n",
            "input_rank",
            "`validation_data` is given (batch, f",
        ),
    ),
    "words beyond the table in the validation": (
        *(
            _WORDS,
            _FIT.format("validation_data=(np.array([[0, 9]]), y[:1])"),
            _FIT.format("validation_data=(x, y)"),
            "embedding_input",
        ),
        "In `validation_data`: `embedding` has rows 0 to 8, and the data go up to 9",
    ),
    "an evaluation with too many targets": (
        *(_CLASSES + "model.fit(x, y, verbose=0)\n", "model.evaluate(x[:4], y, verbose=0)\n"),
        *("model.evaluate(x[:4], y[:4], verbose=0)\n", "target_mismatch", "4 samples in x of `evaluate`"),
    ),
    "a data set without batches": (
        *(
            _SET,
            "model.fit(held, verbose=0)\n",
            "model.fit(held.batch(2), verbose=0)\n",
            "input_rank",
            "gives one sample at a time",
        ),
    ),
    "a data set with targets beside it": (
        *(
            _SET,
            "model.fit(held.batch(2), y, verbose=0)\n",
            "model.fit(held.batch(2), validation_data=held.batch(2), verbose=0)\n",
        ),
        *("fit_arguments", "so `fit` takes no `y` beside it"),
    ),
    "a data set that is split": (
        *(_SET, "model.fit(held.batch(2), validation_split=0.2, verbose=0)\n", "model.fit(held.batch(2), verbose=0)\n"),
        *("fit_arguments", "cannot be split"),
    ),
    "a split that leaves no whole batches": (
        *(
            _STATEFUL,
            _STATE_FIT.format("validation_split=0.1, "),
            _STATE_FIT.format("validation_split=0.2, "),
            "stateful_batch",
        ),
        "cuts 20 samples into 18 and 2",
    ),
    "a prediction in other batches": (
        *(_STATEFUL + _STATE_FIT.format(""), "model.predict(x, verbose=0)\n", "model.predict(x, batch_size=4, verbose=0)\n"),
        *("stateful_batch", "`predict` has batches of 20"),
    ),
}
SILENT = {
    "a single sample of one feature": (
        *(_ONE, "model.predict(x[0], verbose=0)\n", "model.predict(x[:1], verbose=0)\n", "input_rank"),
        "Keras takes it for 5 samples",
    ),
    "as many samples as timesteps": (
        *(
            _STEPS.replace("(6, ", "(5, "),
            _FIT.format("sample_weight=np.ones(5)"),
            _FIT.format("sample_weight=np.ones((5, 1))"),
        ),
        *("fit_arguments", "a value for each timestep"),
    ),
    "percent for validation": (
        *(
            _CLASSES.replace("6", "200").replace("[[0, 1, 2, 0, 1, 2]]", "[np.zeros(200, int)]"),
            _FIT.format("validation_split=20"),
        ),
        *(_FIT.format("validation_split=0.2"), "fit_arguments", "Received: 20"),
    ),
}


@for_all("name", [*RAISES, *SILENT])
def test_data_of_a_call_are_told_and_their_right_twin_is_left_in_peace(name):
    head, wrong, right, kind, told = (RAISES | SILENT)[name]
    (problem,) = report_of(HEAD + head + wrong)["problems"]
    assert (problem["kind"], problem["silent"]) == (kind, name in SILENT)
    assert problem["layer"] is None or kind == "embedding_input"
    assert problem["line"] == (HEAD + head).count("\n") + 1
    assert told in problem["message"]
    report = report_of(HEAD + head + right)
    assert (report["problems"], report["holds"]) == ([], True)


@pytest.mark.parametrize("name", RAISES)
def test_keras_refuses_them_and_takes_the_fixes(name):
    head, wrong, right, *_ = RAISES[name]
    with pytest.raises((ValueError, errors.InvalidArgumentError)):
        executed(HEAD + head + wrong)
    fixes = report_of(HEAD + head + wrong)["problems"][0]["fixes"]
    executed(fixes[0]["code"] if fixes else HEAD + head + right)


def test_a_sample_of_one_feature_is_taken_for_many():
    names = executed(HEAD + _ONE)
    assert names["model"].predict(np.zeros((5, 1)), verbose=0).shape[0] == 5
