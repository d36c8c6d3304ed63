"""The figure that is taken home stands alone and says what the model and the run say."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from explorer.catalog import ARCHITECTURES
from explorer.cli import main
from explorer.description import Description
from explorer.export.figure import figure
from explorer.runtime.jobs import jobs
from explorer.runtime.storage.records import as_stored
from tests.test_export import RUN, small
from tests.test_take_home import frames_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str, epochs: int = 0):
    experiment = small(name, RUN[name])
    description = Description.read(jobs.describe(experiment.to_dict())["description"])
    frames = [as_stored(frame) for frame in frames_of(experiment, epochs)]
    return ElementTree.fromstring(figure(experiment, description, frames)), description, frames


def points_of(path) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](\S+) ([\d.]+)", path.get("d"))]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_layer_has_a_box_of_its_own_with_its_axes_and_an_arrow_from_what_it_reads(name):
    picture, description, _ = drawn(name)
    words = [each.text for each in picture.iter(f"{SVG}text")]
    for layer in description.layers:
        assert layer.as_code in words and layer.name in words
        sizes = [size for shape in layer.output for size in shape if size is not None]
        assert all(any(word.endswith(f"{size:,}") for word in words) for size in sizes)
    boxes = [[float(each.get(side)) for side in ("x", "y", "width", "height")] for each in [*picture.iter(f"{SVG}rect")][1:]]
    assert len(boxes) == len(description.layers) + len(description.sources)
    for place, (x, y, width, height) in enumerate(boxes):
        assert x >= 0 and x + width <= float(picture.get("width")) and y + height <= float(picture.get("height"))
        for left, top, wide, high in boxes[:place]:
            assert left + wide <= x or x + width <= left or top + high <= y or y + height <= top
    # An arrow is a line and its tip.
    paths = list(picture.iter(f"{SVG}path"))
    assert len(paths) == 2 * sum(len(layer.reads) for layer in description.layers)


def test_the_curves_are_the_losses_of_the_run():
    picture, _, frames = drawn("gru_every_step", epochs=4)
    curves = [each for each in picture.iter(f"{SVG}path") if each.get("stroke") == "#1d2733"]
    # Where the numbers of the left axis stand.
    words = [each for each in picture.iter(f"{SVG}text") if each.get("text-anchor") == "end" and each.get("x") == "56"]
    (low, zero), *_, (high, top) = [(float(each.text), float(each.get("y")) - 4) for each in words]
    assert low == 0 < high
    for path, kind in zip(curves, ("val_loss", "loss"), strict=True):
        found = [(zero - y) / (zero - top) * high for _, y in points_of(path)]
        assert found == pytest.approx([getattr(frame, kind) for frame in frames], abs=0.005)


@pytest.mark.parametrize("name", ["two_streams", "gru_once"])
def test_words_lie_beside_one_another_and_within_the_figure(name):
    picture, _, _ = drawn(name, epochs=3)
    boxes = []
    for each in picture.iter(f"{SVG}text"):
        size, x, y = (float(each.get(side)) for side in ("font-size", "x", "y"))
        width = len(each.text) * size * 0.55
        left = x - {"start": 0, "middle": width / 2, "end": width}[each.get("text-anchor")]
        assert left >= 0 and left + width <= float(picture.get("width")) and y <= float(picture.get("height")), each.text
        if not each.text.startswith("baseline"):
            boxes.append((left, y - size * 0.7, width, size * 0.7, each.text))
    for place, (x, y, width, height, text) in enumerate(boxes):
        for left, top, wide, high, other in boxes[:place]:
            assert left + wide <= x or x + width <= left or top + high <= y or y + height <= top, (text, other)


def test_it_needs_nothing_from_elsewhere_and_the_command_line_writes_it(capsys):
    assert main(["export", "gru_once", "--as", "figure"]) == 0
    text = capsys.readouterr().out
    picture = ElementTree.fromstring(text)
    assert {each.tag.removeprefix(SVG) for each in picture.iter()} <= {
        *("svg", "title", "rect", "text", "path", "line", "circle")
    }
    assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
