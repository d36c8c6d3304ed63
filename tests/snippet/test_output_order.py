"""Losses and targets of several outputs that are given in the order of other outputs."""

from __future__ import annotations

import pytest

from explorer.snippet import check
from tests.learners import executed

CODE = """import keras
import numpy as np
from keras import layers

i = keras.Input((20, 5))
h = layers.GlobalAveragePooling1D()(i)
kind = layers.Dense(5, activation="softmax", name="kind")(h)
risk = layers.Dense(1, activation="sigmoid", name="risk")(h)
level = layers.Dense(3, name="level")(h)
model = keras.Model(i, [kind, risk, level])
model.compile("adam", loss={loss})
kinds = np.random.randint(0, 5, 32)
risks = np.random.randint(0, 2, (32, 1))
levels = np.zeros((32, 3))
model.fit(np.zeros((32, 20, 5)), {targets}, verbose=0)
"""
LOSSES = '["sparse_categorical_crossentropy", "binary_crossentropy", "mse"]'
NAMED = '{"kind": "sparse_categorical_crossentropy", "risk": "binary_crossentropy", "level": "mse"}'
TARGETS = "[kinds, risks, levels]"


@pytest.mark.parametrize(
    ("losses", "targets", "fixed", "said"),
    [
        *(
            (losses, TARGETS, LOSSES, "The losses belong to other outputs: `kind` (32, 5) gets ")
            for losses in (
                '["binary_crossentropy", "sparse_categorical_crossentropy", "mse"]',
                '["mse", "sparse_categorical_crossentropy", "binary_crossentropy"]',
                '["mse", "binary_crossentropy", "sparse_categorical_crossentropy"]',
            )
        ),
        (
            '{"kind": "binary_crossentropy", "risk": "sparse_categorical_crossentropy", "level": "mse"}',
            '{"kind": kinds, "risk": risks, "level": levels}',
            NAMED,
            "`kind` (32, 5) gets binary_crossentropy and `risk` (32, 1) gets sparse_categorical_crossentropy.",
        ),
        *(
            (LOSSES, targets, TARGETS, said)
            for targets, said in (
                (
                    "[risks, kinds, levels]",
                    "`kind` (32, 5) gets the target (32, 1) and `risk` (32, 1) gets the target (32,).",
                ),
                ("[levels, kinds, risks]", "The targets belong to other outputs: "),
                (
                    "(kinds, levels, risks)",
                    "`risk` (32, 1) gets the target (32, 3) and `level` (32, 3) gets the target (32, 1).",
                ),
            )
        ),
    ],
)
def test_what_belongs_to_other_outputs_is_said_and_put_in_order(losses, targets, fixed, said):
    code = CODE.format(loss=losses, targets=targets)
    (problem,) = check(code).problems
    assert problem.kind == "fit_arguments" and said in problem.message, problem.message
    if not problem.silent:
        with pytest.raises(Exception, match=r"(?s).+"):
            executed(code)
    fix = problem.fixes[0]
    written = fixed if "(" not in targets[:1] or fixed is LOSSES else f"({fixed[1:-1]})"
    assert fix.code == code.replace(losses if fixed in (LOSSES, NAMED) else targets, written)
    executed(fix.code)


def test_targets_that_have_no_place_in_the_code_are_changed_by_a_line():
    code = CODE.partition("kinds =")[0].format(loss=LOSSES)
    (problem,) = check(code, x=(32, 20, 5), y=[(32, 3), (32, 1), (32,)]).problems
    both = "`kind` (32, 5) gets the target (32, 3) and `level` (32, 3) gets the target (32,)"
    assert problem.message == f"The targets belong to other outputs: {both}."
    (fix,) = problem.fixes
    assert (fix.line, fix.data.y, fix.code) == ("y = [y[2], y[1], y[0]]", ((32,), (32, 1), (32, 3)), code)


def test_an_output_that_no_order_helps_is_told_as_it_is():
    targets = "[kinds, risks, np.zeros((32, 4))]"
    (problem,) = check(CODE.format(loss=LOSSES, targets=targets)).problems
    assert problem.kind == "target_mismatch" and problem.name == "level"


def test_labels_of_one_output_are_looked_at_as_those_of_a_model_with_one():
    code = CODE.format(loss=LOSSES, targets=TARGETS).replace("np.random.randint(0, 5, 32)", "np.random.randint(0, 7, 32)")
    (problem,) = check(code).problems
    assert problem.kind == "label_encoding" and problem.message.startswith("The labels go up to 6, but `kind` has 5 classes")


ALIKE = """import keras
import numpy as np
from keras import layers

i = keras.Input((20, 5))
h = layers.GlobalAveragePooling1D()(i)
value = layers.Dense(1, name="value")(h)
label = layers.Dense(3, activation="softmax", name="label")(h)
model = keras.Model(i, [value, label])
model.compile("adam", loss={loss})
model.fit(np.zeros((64, 20, 5)), {targets}, verbose=0)
"""
RIGHT = '["mse", "sparse_categorical_crossentropy"]'
FLOATS = "np.random.rand(64, 1)"


@pytest.mark.parametrize("labels", ["np.random.randint(0, 5, 64)", "np.random.randint(1, 4, (64,))"])
@pytest.mark.parametrize("targets", ["[{floats}, {labels}]", "{{'value': {floats}, 'label': {labels}}}"])
def test_labels_that_are_too_large_are_no_reason_to_move_targets(labels, targets):
    (problem,) = check(ALIKE.format(loss=RIGHT, targets=targets.format(floats=FLOATS, labels=labels))).problems
    assert problem.kind == "label_encoding" and "but `label` has 3 classes" in problem.message, problem.message


def test_outputs_that_are_alike_are_left_as_they_are_given():
    code = ALIKE.replace('layers.Dense(3, activation="softmax"', 'layers.Dense(1, activation="sigmoid"')
    labels = "np.random.randint(0, 3, (64, 1))"
    code = code.format(loss='["mse", "binary_crossentropy"]', targets=f"[{FLOATS}, {labels}]")
    executed(code)
    assert not any("belong to other outputs" in problem.message for problem in check(code).problems)


def test_what_keras_says_of_losses_in_another_order_is_what_it_says():
    targets = f"[{FLOATS}, np.random.randint(0, 3, 64)]"
    (problem,) = check(ALIKE.format(loss='["sparse_categorical_crossentropy", "mse"]', targets=targets)).problems
    assert "The losses belong to other outputs" in problem.message and "label value" not in problem.keras_says
    # Of one that is a function the name is not known.
    mean = "lambda true, made: keras.ops.mean(keras.ops.square(true - made))"
    code = ALIKE.format(loss=f'["sparse_categorical_crossentropy", {mean}]', targets=targets)
    (problem,) = check(code).problems
    assert "`label` (64, 3) gets a function of the code" in problem.message
    executed(problem.fixes[0].code)


def test_losses_that_keras_takes_and_that_go_with_the_other_outputs_are_told():
    code = ALIKE.replace('layers.Dense(3, activation="softmax"', 'layers.Dense(1, activation="sigmoid"')
    code = code.format(loss='["binary_crossentropy", "mse"]', targets=f"[{FLOATS}, np.random.randint(0, 2, (64, 1))]")
    executed(code)
    (problem,) = check(code).problems
    assert problem.silent and "The losses belong to other outputs" in problem.message
    assert problem.fixes[0].code == code.replace('["binary_crossentropy", "mse"]', '["mse", "binary_crossentropy"]')


def test_numbers_in_the_place_of_labels_are_told_though_keras_takes_them():
    labels = "np.random.randint(0, 3, 64)"
    code = ALIKE.format(loss=RIGHT, targets=f"[{labels}, {FLOATS}]")
    executed(code)
    (problem,) = check(code).problems
    assert problem.silent and "The targets belong to other outputs" in problem.message
    assert problem.fixes[0].code == code.replace(f"[{labels}, {FLOATS}]", f"[{FLOATS}, {labels}]")
    # Of zeros nobody knows what they stand for.
    assert check(code.replace(f"[{labels}, {FLOATS}]", "[np.zeros((64, 1)), np.zeros(64)]")).holds


def test_of_many_outputs_two_that_are_swapped_and_the_reverse_are_found():
    outputs = ", ".join(f"layers.Dense({size}, activation='softmax', name='o{size}')(h)" for size in range(2, 8))
    code = ALIKE.partition("value =")[0] + f"model = keras.Model(i, [{outputs}])\n"
    code += "model.compile('adam', loss='sparse_categorical_crossentropy')\n"
    labels = [f"np.random.randint(0, {size}, 64)" for size in range(2, 8)]
    for moved in ([*labels[:4], labels[5], labels[4]], labels[::-1]):
        fit = "model.fit(np.zeros((64, 20, 5)), [{}], verbose=0)\n"
        (problem,) = check(code + fit.format(", ".join(moved))).problems
        assert problem.fixes[0].code == code + fit.format(", ".join(labels))
