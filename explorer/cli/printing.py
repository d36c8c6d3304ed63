"""What is printed: tables, changes of code in colour, and the figures of training.

A terminal gets colours and its own width. A file or another program gets every row on a line of its own, however long,
without colours and without a line of dashes: whatever COLUMNS says, which some shells hand on to every program.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from explorer.description import Axes, Description, Outline, Shape, Symbols
from explorer.tensors.text import in_words, written

# No terminal is as wide: nothing is wrapped for whoever reads line by line.
WIDTH_OF_A_FILE = 4_000


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to `main`, where Rich would end the program with 1."""
        raise BrokenPipeError


def console(errors: bool = False) -> Console:
    """A console on the output of now, which tests put another one in the place of."""
    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else WIDTH_OF_A_FILE
    return _Console(file=stream, width=width, highlight=False, soft_wrap=False, legacy_windows=False)


def table(columns: Mapping[str, Mapping[str, Any]], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
    """columns: their names, with what `rich.table.Column` takes."""
    shown = console()
    style = box.SIMPLE_HEAD if shown.is_terminal else None
    drawn = Table(title=title, title_justify="left", title_style="bold", box=style, show_edge=False)
    for name, options in columns.items():
        drawn.add_column(name, **options)
    for row in rows:
        drawn.add_row(*(escape(cell if shown.is_terminal else cell.replace("\n", "; ")) for cell in row))
    with shown.capture() as written:
        shown.print(drawn)
    # Rich fills every row up to the widest.
    print("\n".join(line.rstrip() for line in written.get().splitlines()), end="\n\n" if title else "\n")


def chain(description: Description, broken: Sequence[Outline] = ()) -> None:
    """A row for every input and layer, and for the layers that cannot be built."""
    rows = [
        (source.name, "Input", _sizes(source.axes, source.shape, source.symbols), "", "") for source in description.sources
    ]
    for layer in description.layers:
        outputs = "\n".join(map(_sizes, layer.axes_out, layer.output, layer.symbols_out))
        rows.append((layer.name, layer.type, outputs, written(layer.params), layer.says))
    rows += [_broken(layer) for layer in broken]
    rows.append(("total", "", "", written(description.params), ""))
    _layers(rows)


def _sizes(axes: Axes, shape: Shape, symbols: Symbols) -> str:
    """A shape with the sizes of its axes, and the symbol of one whose size is open."""
    named = zip(axes, shape, symbols, strict=True)
    return in_words(
        [f"{axis} {symbol}" if size is None and symbol and axis != "batch" else axis for axis, size, symbol in named], shape
    )


def broken_layers(layers: Sequence[Outline]) -> None:
    """The layers that cannot be built, of a code of which nothing else is known."""
    if layers:
        _layers([_broken(layer) for layer in layers])


def _broken(layer: Outline) -> tuple[str, str, str, str, str]:
    inputs = "; ".join(f"({', '.join(map(str, shape))})" for shape in layer.input)
    return (layer.name, layer.type, f"fails on {inputs}", "", "")


def _layers(rows: Sequence[Sequence[str]]) -> None:
    wide = {"overflow": "fold"}
    columns = {"layer": wide, "type": wide, "returns": wide, "parameters": {"justify": "right"}, "what it does": wide}
    table(columns, rows)


def difference(before: str, after: str) -> None:
    """A change of code, as `diff -u` writes it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "as written", "fixed", lineterm="")
    styles = {"+": "green", "-": "red", "@": "cyan"}
    shown = console()
    for line in lines:
        shown.print(Text(line, styles.get(line[:1], "")), soft_wrap=True)


def paragraph(text: str, style: str = "") -> None:
    console().print(Text(text, style))
