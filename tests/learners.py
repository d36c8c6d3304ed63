"""Learners' codes for the tests of `explorer.snippet`, and real Keras as the oracle: here the codes are really run."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import random
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from explorer.keras_internals import layer_and_sublayers
from explorer.snippet import check

HERE = Path(__file__).parent
SETS = {name: json.loads((HERE / "cases" / f"{name}.json").read_text()) for name in ("learner_cases", "held_out", "second")}
CASES = [case for cases in SETS.values() for case in cases]
WRONG = [case for case in CASES if case["kind"] != "none"]
RIGHT = [case for case in CASES if case["kind"] == "none"]
_BY_NAME = {case["id"]: case for case in CASES}


@functools.cache
def reported(name: str) -> dict[str, Any]:
    """The report of a case, by its id; worked out once in a process."""
    case = _BY_NAME[name]
    data = {key: case.get(key) for key in ("x", "y", "loss", "batch_size")}
    return check(case["code"], **data).to_dict()


@functools.cache
def report_of(code: str) -> dict[str, Any]:
    """The report of a code that brings its own data; worked out once in a process, for tests that only read it."""
    return check(code).to_dict()


def holding(case: dict[str, Any]) -> tuple[str, list[list[int]] | None]:
    """A code that holds, and the shapes of its inputs: of a case that is right, or of its author's own fix."""
    wrong = case["kind"] != "none"
    code, x = (case["fix"], case.get("fix_x") or case["x"]) if wrong else (case["code"], case["x"])
    return code, [x] if x and isinstance(x[0], int) else x


def executed(code: str) -> dict[str, Any]:
    """Really run a code that is known to be harmless, with layers named as in a fresh process; the names that it binds.

    Its `fit` computes step by step: to compile one takes far longer than its batches, and what Keras refuses is the same.
    """
    keras.utils.clear_session(free_memory=False)
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tf.config.run_functions_eagerly(True)
        try:
            exec(compile(code, "a learner's code", "exec"), names)
        finally:
            tf.config.run_functions_eagerly(False)
    return names


def model_in(names: dict[str, Any]) -> keras.Model:
    """`model`, or the model that was made last."""
    made = [value for value in names.values() if isinstance(value, keras.Model)]
    return names["model"] if isinstance(names.get("model"), keras.Model) else made[-1]


def trained(model: keras.Model, x: list[list[int]], y: Any, loss: Any, batch_size: int | None) -> None:
    """Compile a model and fit it once on data of these shapes, batch included. Raises what Keras raises."""
    rng = np.random.default_rng(0)
    reads = any(isinstance(layer, keras.layers.Embedding) for layer in layer_and_sublayers(model))

    def given(shape: list[int]) -> np.ndarray:
        return rng.integers(0, 2, shape) if reads else rng.normal(size=shape).astype("float32")

    def wanted(shape: list[int], name: str | None) -> np.ndarray:
        drawn = rng.integers(0, 2, shape)
        return drawn if str(name).startswith("sparse") else drawn.astype("float32")

    inputs = [given(shape) for shape in x]
    inputs = inputs[0] if len(inputs) == 1 else inputs
    if y is None:
        model.predict(inputs, batch_size=batch_size, verbose=0)
        return
    if isinstance(y[0], int):
        targets = wanted(y, loss)
    else:
        losses = loss if isinstance(loss, (list, tuple)) else [loss] * len(y)
        targets = [wanted(*each) for each in zip(y, losses, strict=True)]
    model.compile(optimizer="adam", loss=loss or "mse", run_eagerly=True)
    model.fit(inputs, targets, epochs=1, batch_size=batch_size or 32, shuffle=False, verbose=0)


def told(report: dict[str, Any]) -> list[tuple[str, Any, int]]:
    """Name, output shapes and parameters of every layer of a report."""
    return [(each["name"], each["output"], each["params"]) for each in report["layers"]]


def sampled(cases: list[dict[str, Any]], many: int) -> list[dict[str, Any]]:
    """The same few cases every time."""
    return random.Random(5).sample(cases, many)
