"""Which lines of a script make which layer of its model."""

from __future__ import annotations

import ast
from collections.abc import Collection

from explorer.syntax import parse


def layer_lines(script: str, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """The first and the last line that make each layer, counted from 1, by the layer's name: the call that is given the
    name, or the whole loop that goes through names. What no line names is left out.

    Raises SyntaxError for what is no Python.

    >>> layer_lines('memory = layers.GRU(\\n    8, name="memory"\\n)(sequence)\\n', ["memory", "answer"])
    {'memory': (1, 3)}
    >>> layer_lines('for name in ("near", "far"):\\n    x = layers.Dense(8, name=name)(x)\\n', ["near", "far"])
    {'near': (1, 2), 'far': (1, 2)}
    """
    tree = parse(script)
    calls = [(call.keywords, call) for call in ast.walk(tree) if isinstance(call, ast.Call)]
    loops = [loop for loop in ast.walk(tree) if isinstance(loop, ast.For)]
    made: list[tuple[ast.expr, ast.Call | ast.For]]
    made = [(each.value, call) for arguments, call in calls for each in arguments if each.arg == "name"]
    made += [(value, loop) for loop in loops for value in ast.walk(loop.iter) if isinstance(value, ast.expr)]
    found: dict[str, tuple[int, int]] = {}
    for value, node in made:
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value in names:
            found.setdefault(value.value, (node.lineno, node.end_lineno or node.lineno))
    return found
