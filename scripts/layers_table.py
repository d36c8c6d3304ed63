"""Write docs/layers.md: every class in `keras.layers`, with what is explained of it, or that it is only measured.

`make layers` runs this; tests/layers/test_layers_table.py fails where the file is not what this would write. Nothing in it
is typed: the classes are Keras's, and what is known of each is found by walking the rules (`explorer.layers`).
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from explorer.layers.base import RULES

PLACE = Path(__file__).resolve().parent.parent / "docs" / "layers.md"
HEAD = """# Layers

Every class in `keras.layers` of Keras {version}: {explained} explained, {measured} only measured. Made by `make layers`
from the rules in `explorer/layers/`; CONTRIBUTING says how to add a class.

## Explained

A class is explained for the settings that its rules cover. For others, and for a class of your own, you get the shapes and
counts of Keras, and the sentence "There is no explanation yet". If your own class computes what a class of Keras does, say
so, and it is explained in the same way:

```python
import keras
from explorer.layers.base import same_as


@same_as("GRU")
class MyGRU(keras.layers.GRU):
    pass
```
"""
MEASURED = """## Only measured

Shapes and counts are those of Keras; axes are numbered, and nothing else is said.
"""


def written() -> str:
    """The whole file."""
    layers = importlib.import_module("keras.layers")
    names = dict(_classes(layers))
    explained = {name: aliases for name, aliases in names.items() if name in RULES}
    families: dict[str, list[str]] = defaultdict(list)
    for name in explained:
        families[RULES[name].family].append(name)
    version = importlib.import_module("keras").__version__
    parts = [HEAD.format(version=version, explained=len(explained), measured=len(names) - len(explained))]
    for family in sorted(families):
        places = sorted({_place(name) for name in families[family]})
        parts.append(f"### {family.capitalize()}\n\n{' and '.join(places)}\n")
        parts.append("\n".join(_line(name, explained[name]) for name in sorted(families[family])) + "\n")
    parts.append(MEASURED)
    rooms: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if name not in RULES:
            # Where Keras keeps it: keras.src.layers.<room>.<file>.
            rooms[getattr(layers, name).__module__.split(".")[-2]].append(name)
    parts += [f"- {room.replace('_', ' ')}: {', '.join(f'`{name}`' for name in rooms[room])}" for room in sorted(rooms)]
    return "\n".join(parts) + "\n"


def _classes(layers: object) -> Iterator[tuple[str, list[str]]]:
    """Every class of layer by its own name, with its other names."""
    found = {each: name for name, each in sorted(vars(layers).items()) if isinstance(each, type)}
    base = vars(layers)["Layer"]
    for each in sorted(found, key=lambda kind: kind.__name__):
        if issubclass(each, base):
            names = {name for name, other in vars(layers).items() if other is each and not name.startswith("_")}
            yield each.__name__, sorted(names - {each.__name__})


def _place(name: str) -> str:
    """The file in which the rules of a class stand."""
    path = type(RULES[name]).__module__.replace(".", "/") + ".py"
    return f"[`{path}`](../{path})"


def _line(name: str, aliases: list[str]) -> str:
    others = f", also called {', '.join(f'`{alias}`' for alias in aliases)}" if aliases else ""
    return f"- `{name}`{others}"


if __name__ == "__main__":
    PLACE.write_text(written(), encoding="utf-8")
