"""The JSON schema of what the page and `--json` are given; `python -m explorer.schema` prints it.

The front end's types are made from it.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from explorer.answers import Answer, CompareAnswer
from explorer.description import Description
from explorer.errors import Found
from explorer.inside.answer import InsideAnswer
from explorer.report import Report
from explorer.shapes.compare import Comparison
from explorer.shapes.explanation import Explained

WRITTEN = (Description, Explained, Report, Found, Answer, CompareAnswer, Comparison, InsideAnswer)


def schema() -> dict[str, Any]:
    """{"$defs": {name: schema}} of every type that is written, each with its fields and their types."""
    _, found = msgspec.json.schema_components(WRITTEN, ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": found}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
