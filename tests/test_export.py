"""The exported script stands alone and makes the same model and the same data."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.experiment import HELD_OUT_SAMPLES, Experiment
from explorer.export import script
from explorer.export.layer_lines import layer_lines
from explorer.models.build import build_experiment
from explorer.shapes.describe_model import describe
from explorer.training import data
from explorer.training.program import Program
from explorer.training.trainer import Trainer
from tests import new_process

PAIRS = [
    (architecture.name, task.name)
    for architecture in ARCHITECTURES.values()
    for task in TASKS.values()
    if architecture.fits(task)
]
# `make soak-pairs` trains with every script; here all of them build their models and compute, and some train.
TRAINED = set(ARCHITECTURES) if os.environ.get("PAIRS") == "all" else set()
# One task for each architecture is run; the others are read.
RUN = {name: next(task for other, task in PAIRS if other == name) for name in ARCHITECTURES}


def small(architecture: str, task: str) -> Experiment:
    batch = 2 if ARCHITECTURES[architecture].carries else 32
    wanted = {"timesteps": 4, "features": 3, "units": 5, "samples": 32, "batch": batch, "epochs": 1, "seed": 6}
    return read_experiment({"architecture": architecture, "task": task, **wanted}).experiment


def run(arguments: list[str], folder, **more) -> subprocess.CompletedProcess:
    """A new process, in a folder from which this project cannot be imported."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    found = new_process.run(arguments, cwd=folder, env=environment, **more)
    assert found.returncode == 0, found.stderr
    return found


@pytest.mark.parametrize(("architecture", "task"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_a_script_imports_numpy_keras_and_the_standard_library_alone(architecture, task):
    text = script(small(architecture, task))
    tree = ast.parse(text)
    modules = set()
    for node in ast.walk(tree):
        modules |= {alias.name.partition(".")[0] for alias in getattr(node, "names", []) if isinstance(node, ast.Import)}
        modules |= {node.module.partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()
    assert modules - sys.stdlib_module_names == {"numpy", "keras"}
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(defined) == len(set(defined))
    assert {architecture, task, "data"} <= set(defined)
    assert "@" not in "".join(line[:1] for line in text.splitlines())


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_script_holds_the_functions_whole_and_the_address(name):
    experiment = small(name, RUN[name])
    text = script(experiment)
    assert ARCHITECTURES[name].code in text
    address = next(line for line in text.splitlines() if line.startswith("# The same experiment on the page: ?"))
    assert read_experiment(dict(parse_qsl(address.partition("?")[2]))).experiment == experiment
    # The task's data, made by the script's own text in this process.
    space: dict = {}
    exec(text[: text.index("keras.utils.set_random_seed")], space)
    lines = text[text.index("def data(") : text.index("model = ")]
    exec(lines, space)
    wanted = data.make(experiment, "training")
    inputs = space["inputs"] if isinstance(space["inputs"], list) else [space["inputs"]]
    assert all(np.array_equal(one, other) for one, other in zip(inputs, wanted.inputs, strict=True))
    assert np.array_equal(space["targets"], wanted.targets)
    assert len(space["held_out"][1]) == HELD_OUT_SAMPLES


def test_knobs_that_were_turned_are_in_the_script():
    experiment = replace(small("bidirectional_gru", "delayed_echo"), knobs={"merge_mode": "sum", "delay": 2})
    text = script(experiment)
    assert "merge_mode = 'sum'\ndelay = 2\n" in text
    assert "merge_mode=merge_mode" in text and "delay=delay" in text


def test_the_baselines_are_printed_beside_the_loss():
    assert "baseline “without memory”: 0.08333" in script(
        replace(small("gru_every_step", "delayed_echo"), knobs={"delay": 3})
    )


PROGRAM = """
import contextlib, io, json, sys
import keras
import tensorflow as tf
tf.config.run_functions_eagerly(True)  # compiling eleven models takes a minute; the other test compiles one
found = {}
for name, text in json.load(sys.stdin).items():
    space, said = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(text, name, "exec"), space)
    model = space["model"]
    inputs, targets = keras.tree.map_structure(lambda each: each[: space["batch"]], space["held_out"])
    found[name] = {
        "answers": list(model(inputs).shape),
        "targets": list(targets.shape),
        "shapes": [list(layer.output.shape) for layer in model.layers],
        "weights": [list(weight.shape) for weight in model.get_weights()],
        "params": model.count_params(),
        "evaluated": space["found"]["loss"] if "found" in space else None,
        "said": said.getvalue(),
    }
assert "explorer" not in sys.modules
print(json.dumps(found))
"""


def ends(texts: dict[str, str]) -> set[str]:
    """An architecture for each way in which scripts compile and train, and the one that takes two inputs."""
    ways = {
        re.sub("print\\('baseline.*\n", "", text[text.index("model.compile(") :]): name
        for name, text in reversed(texts.items())
    }
    return {*ways.values(), "two_streams"}


def test_every_architectures_script_runs_in_a_new_process_and_makes_the_same_model(tmp_path):
    experiments = {name: small(name, task) for name, task in RUN.items()}
    experiments["stateful_gru"] = replace(experiments["stateful_gru"], batch=4)  # half as many batches
    many, few = f"data(1, {HELD_OUT_SAMPLES})", "data(1, 32)"
    texts = {name: script(experiment).replace(many, few) for name, experiment in experiments.items()}
    assert all(few in text for text in texts.values())
    trained = TRAINED or ends(texts)
    texts |= {name: text[: text.index("model.compile(")] for name, text in texts.items() if name not in trained}
    run_all = run(["-c", PROGRAM], tmp_path, input=json.dumps(texts))
    found = json.loads(run_all.stdout.splitlines()[-1])
    assert list(found) == list(ARCHITECTURES)
    for name, experiment in experiments.items():
        model = build_experiment(experiment)
        assert found[name]["params"] == model.count_params()
        assert found[name]["shapes"] == [list(layer.output.shape) for layer in model.layers]
        assert found[name]["weights"] == [list(weight.shape) for weight in model.get_weights()]
        axes = min(len(found[name][part]) for part in ("answers", "targets"))  # a target that is a number has no last axis
        assert found[name]["answers"][:axes] == found[name]["targets"][:axes]
        assert np.isfinite(found[name]["evaluated"]) if name in trained else found[name]["evaluated"] is None
        for layer in describe(model).layers:
            assert any(
                line.startswith(layer.name) and str(layer.output[0]) in line for line in found[name]["said"].splitlines()
            )


def test_a_script_runs_as_a_file(tmp_path):
    path = tmp_path / "experiment.py"
    path.write_text(script(small("gru_every_step", "delayed_echo")), encoding="utf-8")
    found = run([str(path)], tmp_path)
    assert "memory           GRU                      (None, 4, 5)" in found.stdout
    assert "validation: loss" in found.stdout
    assert "baseline “without memory”" in found.stdout


def test_a_script_carries_states_as_the_page_does(tmp_path):
    """With the page's first weights and its order of the batches, its losses are the page's."""
    # Large batches are few.
    experiment = replace(small("stateful_gru", "long_sum"), samples=256, batch=32)
    frame = Trainer(experiment, Program(experiment, xla=False)).run(None, 1, float("inf"))[1][0]
    weights = [weight.tolist() for weight in build_experiment(experiment).get_weights()]
    order = data.order(experiment, 1).tolist()
    text = script(experiment).replace(
        "model.compile(", f"model.set_weights([np.array(each) for each in {weights}])\nmodel.compile(", 1
    )
    text = text.replace("in_order(inputs), in_order(targets)", f"inputs[{order}], targets[{order}]")
    text = text.replace("\nmodel.fit(", "\nhistory = model.fit(") + "\nprint(history.history['loss'][0], found['loss'])"
    # Compiling takes longer than the few batches.
    eagerly = "import keras\nimport tensorflow as tf\ntf.config.run_functions_eagerly(True)\n"
    text = text.replace("import keras\n", eagerly, 1)
    (tmp_path / "experiment.py").write_text(text, encoding="utf-8")
    said = run(["experiment.py"], tmp_path).stdout.splitlines()[-1]
    assert [float(each) for each in said.split()] == pytest.approx([frame.loss, frame.val_loss], rel=1e-4)


def test_helpers_are_copied_with_what_they_need_in_the_order_of_their_file():
    text = script(small("windows_gru", "longest_window"))
    assert text.index("def no_run(") < text.index("def fair_chance(") < text.index("def longest_window(")
    assert "def half_loss(" not in text  # a baseline's, not the data's


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_layer_has_its_lines_in_the_code(name):
    experiment = small(name, RUN[name])
    code = script(experiment)
    lines = code.splitlines()
    # Keras's own layers, those for the inputs too.
    layers = [layer.name for layer in build_experiment(experiment).layers]
    found = layer_lines(code, layers)
    assert list(found) and set(found) == set(layers)
    for layer, (first, last) in found.items():
        assert f'"{layer}"' in "\n".join(lines[first - 1 : last])
