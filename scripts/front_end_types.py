"""Write assets/description.d.ts, the front end's types of what Python sends, from the JSON schema of Python's own.

`make types` runs this; tests/test_front_end_types.py fails where the file is not what this would write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.schema import schema

PLACE = Path(__file__).resolve().parent.parent / "assets" / "description.d.ts"
HEAD = "// What Python sends, made from `explorer.schema` by scripts/front_end_types.py: `make types` writes it anew."
PLAIN = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}
Schema = Mapping[str, Any]


def written() -> str:
    """The whole file."""
    return "\n\n".join([HEAD, *(_declared(name, each) for name, each in schema()["$defs"].items())]) + "\n"


def type_of(found: Schema) -> str:
    """A schema as a type of TypeScript. Raises ValueError for what has no rule here.

    >>> type_of({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}})
    '(number | null)[]'
    >>> type_of({"type": "object", "additionalProperties": {"$ref": "#/$defs/Symbol"}}), type_of({"enum": ["a", 1]})
    ('Record<string, Symbol>', '"a" | 1')
    """
    if "$ref" in found:
        return str(found["$ref"]).rpartition("/")[2]
    if "anyOf" in found:
        return " | ".join(dict.fromkeys(type_of(each) for each in found["anyOf"]))
    if "enum" in found:
        return " | ".join(json.dumps(each) for each in found["enum"])
    if "const" in found:
        return json.dumps(found["const"])
    kind = found.get("type")
    if kind == "array":
        if "prefixItems" in found:
            return f"[{', '.join(type_of(each) for each in found['prefixItems'])}]"
        item = type_of(found.get("items", {}))
        # A union needs brackets, unless it stands within some already.
        return f"({item})[]" if "|" in re.sub(r"\(.*?\)|<.*>", "", item) else f"{item}[]"
    if kind == "object":
        rest = found.get("additionalProperties", {})
        return f"Record<string, {type_of(rest) if isinstance(rest, Mapping) else 'unknown'}>"
    if kind in PLAIN:
        return PLAIN[kind]
    if kind is None:
        return "unknown"
    raise ValueError(f"There is no type of TypeScript for {found}.")


def _declared(name: str, found: Schema) -> str:
    if "properties" not in found:
        return f"export type {name} = {type_of(found)};"
    lines = []
    for field, each in found["properties"].items():
        # What has a default is always written; only what is marked as unset may be absent.
        absent = field not in found.get("required", ()) and "default" not in each
        key = field if re.fullmatch(r"\w+", field) else json.dumps(field)
        lines.append(f"  {key}{'?' if absent else ''}: {type_of(each)};")
    told = str(found.get("description", "")).split("\n\n")[0].split()
    comment = f"// {' '.join(told)}\n" if told else ""
    return f"{comment}export interface {name} {{\n" + "\n".join(lines) + "\n}"


if __name__ == "__main__":
    PLACE.write_text(written(), encoding="utf-8")
    print(f"{PLACE} was written.")
