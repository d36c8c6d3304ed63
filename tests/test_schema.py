"""What is written about a model is what its types and their JSON schema say: real models, pasted codes, and back again."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy

import jsonschema
import keras
import msgspec
import pytest
from keras import layers

from explorer.answers import Answer
from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.catalog.examples import EXAMPLES
from explorer.description import Description
from explorer.report import Report
from explorer.runtime.jobs import jobs
from explorer.schema import WRITTEN, schema
from explorer.shapes.compare import compare
from explorer.shapes.describe_model import describe
from explorer.shapes.explanation import explained
from tests import catalog_models

SCHEMA = schema()


def breaks(name: str, written: object) -> list[str]:
    """What the schema of a type finds wrong with something that came as JSON."""
    validator = jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})
    return [error.message for error in validator.iter_errors(json.loads(json.dumps(written)))]


@pytest.fixture(params=ARCHITECTURES)
def answer(request) -> dict:
    return catalog_models.answer(request.param)


@pytest.fixture
def description(answer) -> dict:
    return answer["description"]


def test_every_answer_is_as_the_schema_says_with_its_drawings(answer):
    assert not breaks("Answer", answer)
    assert msgspec.convert(answer, Answer).to_dict() == answer
    assert answer["drawings"].keys() <= answer["values"].keys()


def test_every_variant_and_where_it_parts_is_as_the_schema_says():
    experiment = read_experiment({}).experiment.to_dict()
    answer = catalog_models.answer("gru_every_step")
    here = Description.read(answer["description"])
    for offered in answer["comparable"]:
        found = jobs.compare(experiment, offered["layer"], offered["setting"], None)
        assert not breaks("CompareAnswer", found)
        there = Description.read(found["description"]) if found["description"] else None
        assert not breaks("Comparison", compare(here, there, found["broken"], found["changed"]))


def test_every_architecture_is_described_as_the_schema_says(description):
    assert not breaks("Description", description)


def test_a_description_comes_back_as_it_was_written(description):
    found = Description.read(description)
    assert found.to_dict() == description == json.loads(json.dumps(description))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Description) == found


def test_an_explanation_is_as_the_schema_says(description):
    assert not breaks("Explained", explained(Description.read(description)).to_dict())


def test_a_description_of_open_sizes_nested_and_shared_layers_is_too():
    inner = keras.Sequential([keras.Input((None, 4)), layers.GRU(3, return_sequences=True)], name="inner")
    first, second = keras.Input((None, 4)), keras.Input((None, 4))
    both = layers.Bidirectional(layers.LSTM(2, return_state=True), name="both")(layers.Add()([inner(first), inner(second)]))
    found = describe(keras.Model([first, second], both)).to_dict()
    assert not breaks("Description", found)
    assert Description.read(found).to_dict() == found


@pytest.fixture(scope="module", params=EXAMPLES)
def report(request) -> dict:
    example = EXAMPLES[request.param]
    return jobs.check(example.code, example.x, example.y, example.loss)


def test_every_example_is_reported_as_the_schema_says(report):
    assert not breaks("Report", report)
    assert Report.read(report).to_dict().keys() == report.keys()
    if report["description"]:
        assert Description.read(report["description"]).to_dict() == report["description"]


def test_the_layers_of_a_report_are_layers_outlines_or_the_one_that_breaks(report):
    """In a report the type of a layer is what all of them have; those that are described have the rest as well."""
    for layer in report["layers"]:
        described = "says" in layer
        assert not breaks("Layer" if described else "Outline", layer)
        assert (layer["output"] is None) == layer.get("broken", False)
    assert [layer for layer in report["layers"][:-1] if layer.get("broken")] == []


def test_targets_and_losses_of_several_outputs_are_as_the_schema_says():
    code = """
import keras
from keras import layers
sequence = keras.Input((6, 3))
memory = layers.GRU(4)(sequence)
model = keras.Model(sequence, [layers.Dense(1)(memory), layers.Dense(2)(memory)])
model.compile(loss=["mse", "mae"])
"""
    found = jobs.check(code, [(8, 6, 3)], ((8, 1), (8, 2)))
    assert (found["y"], found["loss"]) == ([[8, 1], [8, 2]], ["mse", "mae"])
    assert not breaks("Report", found)
    assert (Report.read(found).first_target, Report.read(found).first_loss) == ((8, 1), "mse")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found.pop("layers"),
        lambda found: found.update(params="many"),
        lambda found: found["layers"][0].pop("says"),
        lambda found: found["layers"][0]["output"][0].append("T"),
        lambda found: found["sources"][0].update(axes=[1]),
    ],
)
def test_what_is_none_is_told_by_schema_and_types_alike(spoil):
    found = deepcopy(catalog_models.answer("gru_every_step")["description"])
    spoil(found)
    assert breaks("Description", found)
    with pytest.raises(msgspec.ValidationError):
        Description.read(found)


def test_the_schema_has_every_type_and_is_printed():
    assert {kind.__name__ for kind in WRITTEN} <= set(SCHEMA["$defs"])
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    printed = subprocess.run([sys.executable, "-m", "explorer.schema"], capture_output=True, text=True, check=True).stdout
    assert json.loads(printed) == json.loads(json.dumps(SCHEMA))
