"""The table of the page "Who can?": what its component draws (assets/who.js), in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from explorer.catalog import who_can
from explorer.catalog.who_can import Cell
from explorer.experiment import Experiment, spell
from explorer.ui.front_end.modules import component, styles

_TABLE = st.components.v2.component("explorer_who", css=styles(("who.css",)), js=component("who.js"), isolate_styles=False)
# How a part of the baseline is shaded: from each of these on, the next lighter one; below all of them the darkest.
STEPS = (0.05, 0.2, 0.5, 0.95)
LEGEND = ("below 0.05", "0.05 to 0.2", "0.2 to 0.5", "0.5 to 0.95", "0.95 and more")
MEANS = (
    "1.0: as bad as the baseline named at the task. Below 1.0 the model does better than that baseline; 0 would be no error "
    "at all."
)
NAMES = {"explorer": "Sequence explorer", "keras": "Keras", "tensorflow": "TensorFlow", "numpy": "NumPy"}
FEWEST_SHOWN = 0.01


def draw(rows: Sequence[Sequence[Cell]], failed: Mapping[tuple[str, str], str], told: str) -> Experiment | None:
    """Draw the table; returns the experiment that was just chosen in it, or None.

    failed: the pairs that could not be measured, with the reason. told: when it was measured and with what.
    """
    found = _TABLE(data=written(rows, failed, told), key="who_table", on_chosen_change=lambda: None).chosen
    # It comes from the browser, whatever that sends.
    pair = (found.get("architecture"), found.get("task")) if isinstance(found, Mapping) else None
    return next((who_can.experiment_of(*each) for each in who_can.pairs() if each == pair), None)


def written(rows: Sequence[Sequence[Cell]], failed: Mapping[tuple[str, str], str], told: str) -> dict[str, Any]:
    """What assets/who/types.d.ts says. Reasons why two do not fit are many and the same: each is sent once."""
    reasons: dict[str, int] = {}
    columns = [_column([row[place] for row in rows]) for place in range(len(rows[0]))]
    lines = [
        {
            "name": row[0].architecture.name,
            "title": row[0].architecture.title,
            "cells": [_cell(cell, failed, reasons) for cell in row],
        }
        for row in rows
    ]
    return {
        "columns": columns,
        "rows": lines,
        "reasons": list(reasons),
        "legend": list(LEGEND),
        "means": MEANS,
        "told": told,
    }


def _column(cells: Sequence[Cell]) -> dict[str, str]:
    reference = next((cell.reference for cell in cells if not cell.misfit), None)
    task = cells[0].task
    baseline = f"{reference.name} {reference.value:.2g}" if reference and reference.name else "no baseline"
    if reference and reference.best:
        baseline += ", best possible"
    return {"name": task.name, "title": task.title, "baseline": baseline}


def _cell(cell: Cell, failed: Mapping[tuple[str, str], str], reasons: dict[str, int]) -> dict[str, Any]:
    if cell.experiment is None:
        return {"reason": reasons.setdefault(f"It does not fit: {cell.misfit}.", len(reasons))}
    level, text = _shown(cell)
    link = f"./?{urlencode(cell.experiment.to_query())}"
    return {"level": level, "text": text, "says": _cell_sentence(cell, failed), "link": link}


def _shown(cell: Cell) -> tuple[int | None, str]:
    """The shade of a cell, 0 for the darkest, and its number; None where there is no number."""
    part = cell.relative
    if part is None:
        if cell.measured is None:
            return None, "…"
        return None, "NaN" if cell.measured.loss is None else f"{cell.measured.loss:.2g}"
    return sum(part >= step for step in STEPS), "<0.01" if part < FEWEST_SHOWN else f"{part:.2f}"


def _cell_sentence(cell: Cell, failed: Mapping[tuple[str, str], str]) -> str:
    measured, reference = cell.measured, cell.reference
    if measured is None:
        return failed.get((cell.architecture.name, cell.task.name), "Not measured yet.")
    rate = spell(cell.experiment.learning_rate) if cell.experiment else ""
    how = f"{measured.epochs} epochs, learning rate {rate}; {measured.day}, {versions_in_words(measured.versions)}"
    if measured.loss is None:
        return f"The loss was no longer a finite number in epoch {measured.epochs}. {how}."
    if cell.relative is None:
        return f"Held-out loss {measured.loss:.4g}. {how}."
    best = ", which no model gets below but by luck" if reference.best else ""
    part = f"{cell.relative:.3g} of {reference.value:.4g}, the baseline “{reference.name}”{best}"
    return f"Held-out loss {measured.loss:.4g} is {part}. {how}."


def versions_in_words(versions: Mapping[str, str]) -> str:
    """Such as "Keras 3.15.1, TensorFlow 2.21.0 and NumPy 2.4.6"."""
    told = [f"{NAMES.get(name, name)} {number}" for name, number in versions.items() if name != "explorer"]
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))
