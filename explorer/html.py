"""An explanation as HTML, for notebooks: a table of the layers, and each one's text to open."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from explorer.description import Description
from explorer.shapes.explanation import layer_text, spelled
from explorer.tensors.text import joined, written

_STYLE = "text-align: left; vertical-align: top"


def explanation_as_html(description: Description, drawings: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """A table with a row for each layer: what it is, what it returns, and its parameters; then the texts of all."""
    rows = [
        _row([source.name, "Input", spelled(source.axes, source.symbols, source.shape), "", "0"])
        for source in description.sources
    ]
    for layer in description.layers:
        outputs = zip(layer.axes_out, layer.symbols_out, layer.output, strict=True)
        returned = joined([spelled(*output) for output in outputs])
        rows.append(_row([layer.name, layer.type, returned, layer.says, written(layer.params)]))
    rows.append(_row(["total", "", "", "", written(description.params)]))
    head = _row(["layer", "type", "returns", "what it does", "parameters"], "th")
    texts = [
        f"<details><summary>{escape(layer.name)}</summary><pre>{escape(layer_text(layer, drawings))}</pre></details>"
        for layer in description.layers
    ]
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>{''.join(texts)}"


def _row(cells: list[str], kind: str = "td") -> str:
    found = [f'<{kind} style="{_STYLE}">{escape(cell)}</{kind}>' for cell in cells]
    return f"<tr>{''.join(found)}</tr>"
