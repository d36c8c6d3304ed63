"""The notebook that is taken home is one, says what the page says, and its code runs cell by cell."""

from __future__ import annotations

import json

import nbformat
import pytest

from explorer.catalog import ARCHITECTURES
from explorer.export.notebook import TRAINING, notebook
from explorer.runtime.jobs import jobs
from tests.test_export import RUN, run, small

# Trained too; of the others the shapes are asserted.
TRAINED = ("gru_every_step", "two_streams")
PROGRAM = """
import json, sys
import tensorflow as tf
tf.config.run_functions_eagerly(True)
found = {}
for name, cells in json.load(sys.stdin).items():
    space = {"__name__": "__main__"}
    try:
        for place, cell in enumerate(cells):
            exec(compile(cell, f"{name}, cell {place}", "exec"), space)
        found[name] = space["model"].count_params()
    except AssertionError:
        found[name] = cell
assert "explorer" not in sys.modules
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def described() -> dict:
    return {name: jobs.describe(small(name, task).to_dict()) for name, task in RUN.items()}


@pytest.fixture(scope="module")
def notebooks(described) -> dict:
    texts = {name: notebook(small(name, task), described[name]) for name, task in RUN.items()}
    return {name: nbformat.reads(text, as_version=nbformat.NO_CONVERT) for name, text in texts.items()}


def cells(book, training: bool) -> list[str]:
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    return [cell.source for cell in code if training or TRAINING not in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_it_is_a_notebook_that_explains_every_layer(name, notebooks, described):
    book = notebooks[name]
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    text = "".join(cell.source for cell in book.cells if cell.cell_type == "markdown").replace("\\", "")
    for layer in described[name]["description"]["layers"]:
        assert f"### {layer['name']}: `{layer['as_code']}`" in text
        assert layer["says"][1:] in text
        assert "\n".join(layer["equation"]) in text.replace("`", "")


def test_every_cell_runs_in_a_new_process_and_its_assertions_hold_until_a_setting_is_changed(tmp_path, notebooks, described):
    books = {name: cells(book, name in TRAINED) for name, book in notebooks.items()}
    changed = [cell.replace("units = 5", "units = 6") for cell in books["gru_every_step"]]
    assert changed != books["gru_every_step"]
    answer = run(["-c", PROGRAM], tmp_path, input=json.dumps(books | {"changed": changed}))
    found = json.loads(answer.stdout.splitlines()[-1])
    assert found.pop("changed").startswith("layer = model.get_layer('memory')\nassert shapes(layer.output)")
    assert found == {name: each["description"]["params"] for name, each in described.items()}
    assert "validation: loss" in answer.stdout
