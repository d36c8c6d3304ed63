"""The pictures of the figures: Plotly draws them in Chromium, as SVG with a light background of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import plotly
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from bench.page import chromium

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
BLUE, ORANGE, GREEN, PURPLE, GREY, INK = "#0072B2", "#D98600", "#009E73", "#B5508F", "#7a7f87", "#1d2733"
WIDTH = 960
NAMES = {"ours": "here", "fit": "model.fit", "jax": "Keras on JAX", "torch": "PyTorch"}
COLOURS = {"ours": BLUE, "fit": ORANGE, "jax": GREEN, "torch": PURPLE}
WAITS = {
    "controls": "opening to controls",
    "shapes": "opening to shapes",
    "moves": "slider to shapes",
    "first": "click to first point, compiled ahead",
    "first_at_once": "click to first point, not compiled",
    "fifty": "50 epochs",
}
# Plotly's own labels between the powers of ten are too small to read.
TICKS = [digit * 10.0**power for power in range(-5, 6) for digit in (1, 2, 5)]
LOG = {"type": "log", "tickvals": TICKS, "ticktext": [f"{tick:g}" for tick in TICKS]}
TO_SVG = """([figure, width, height]) => Plotly.toImage(
    { data: figure.data, layout: figure.layout }, { format: "svg", width, height })"""


def draw(figures: dict[str, Any], folder: Path) -> list[Path]:
    """Write `bench-<name>.svg` for each part into the folder."""
    found = []
    with chromium() as browser:
        page = browser.new_page()
        page.set_content("<!doctype html><body></body>")
        page.add_script_tag(path=str(PLOTLY))
        for name, figure in pictures(figures).items():
            height = figure.layout.height
            address = page.evaluate(TO_SVG, [json.loads(figure.to_json()), WIDTH, height])
            path = folder / f"bench-{name}.svg"
            path.write_text(unquote(address.split(",", 1)[1]), encoding="utf-8")
            found.append(path)
    return found


def pictures(figures: dict[str, Any]) -> dict[str, go.Figure]:
    return {
        "architectures": _architectures(figures["race"]),
        "first-frame": _first_frame(figures["race"]),
        "growth": _growth(figures["growth"]),
        "crowd": _crowd(figures["crowd"]),
        "page": _page(figures["page"]),
    }


def _architectures(race: dict[str, Any]) -> go.Figure:
    figure = go.Figure()
    for name, words in NAMES.items():
        values = [found.get(name) for found in race.values()]
        if any(values):
            figure.add_bar(x=list(race), y=values, name=words, marker_color=COLOURS[name])
    figure.update_yaxes(**LOG, title="milliseconds an epoch, log scale")
    return _dressed(figure, "An epoch of every architecture", 460)


def _first_frame(race: dict[str, Any]) -> go.Figure:
    figure = go.Figure()
    for key, words, colour in (("first_compiled", "compiled ahead", BLUE), ("first", "not compiled", ORANGE)):
        figure.add_bar(x=list(race), y=[found[key] for found in race.values()], name=words, marker_color=colour)
    figure.update_yaxes(**LOG, title="seconds, log scale")
    return _dressed(figure, "From “train” to the first frame, in a worker", 440)


def _growth(growth: dict[str, Any]) -> go.Figure:
    figure = make_subplots(2, len(growth), vertical_spacing=0.16, horizontal_spacing=0.08)
    for column, (axis, found) in enumerate(growth.items(), 1):
        lines = (("ours", "an epoch here", BLUE, "solid"), ("floor", "its matrix products in NumPy", GREY, "dash"))
        for key, words, colour, dash in lines:
            figure.add_scatter(
                x=found["sizes"],
                y=found[key],
                name=words,
                line={"color": colour, "dash": dash},
                showlegend=column == 1,
                row=1,
                col=column,
            )
        memory = [size / 2**20 for size in found["memory"]]
        worker = {"name": "memory of the worker", "line": {"color": GREEN}, "showlegend": column == 1}
        figure.add_scatter(x=found["sizes"], y=memory, row=2, col=column, **worker)
        ticks = {"type": "log", "tickvals": found["sizes"], "ticktext": [str(size) for size in found["sizes"]]}
        figure.update_xaxes(row=1, col=column, **ticks)
        figure.update_xaxes(row=2, col=column, title=axis, **ticks)
    figure.update_yaxes(row=1, **LOG)
    figure.update_yaxes(row=2, rangemode="tozero")
    figure.update_yaxes(row=1, col=1, title="seconds an epoch, log scale")
    figure.update_yaxes(row=2, col=1, title="MiB")
    return _dressed(figure, "Growth of the default experiment along one axis", 620)


def _crowd(crowd: dict[str, float]) -> go.Figure:
    figure = go.Figure()
    figure.add_bar(x=list(crowd), y=list(crowd.values()), marker_color=BLUE, showlegend=False)
    figure.update_xaxes(title="runs at once, on two workers", type="category")
    figure.update_yaxes(title="epochs a second in all")
    return _dressed(figure, "Several runs at once", 380)


def _page(page: dict[str, Any]) -> go.Figure:
    figure = go.Figure()
    for site, words, colour in (("ours", "here", BLUE), ("baseline", "a page with model.fit", ORANGE)):
        medians = [sorted(page[site][key])[len(page[site][key]) // 2] for key in WAITS]
        figure.add_bar(y=list(WAITS.values()), x=medians, name=words, orientation="h", marker_color=colour)
    figure.update_xaxes(**LOG, title="seconds (median), log scale")
    figure.update_yaxes(autorange="reversed", automargin=True)
    return _dressed(figure, "What a person waits for, in Chromium", 440)


def _dressed(figure: go.Figure, title: str, height: int) -> go.Figure:
    figure.update_layout(
        title={"text": title, "font": {"size": 18}},
        font={"family": "sans-serif", "size": 13, "color": INK},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#f5f7f9",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 80, "r": 30, "t": 100, "b": 60},
        height=height,
        template="none",
    )
    figure.update_xaxes(automargin=True, gridcolor="#d9dee4")
    figure.update_yaxes(automargin=True, gridcolor="#d9dee4", title_standoff=12)
    return figure
