"""Where to look, on our page and on the baseline: the same questions, each as JavaScript that one page answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """One page to be measured. All but the first two are JavaScript expressions.

    shapes: whether shapes are drawn. memory: whether the layer `memory` is drawn with TIMESTEPS timesteps.
    point: whether the loss chart has a point. drawn: a number that grows with every redraw. done: whether training is.
    nodes: the elements that training must not replace. query: what the address needs for a run of EPOCHS epochs.
    """

    name: str
    script: str
    controls: str
    shapes: str
    memory: str
    point: str
    drawn: str
    done: str
    nodes: str
    query: str = ""


_SLIDER = "document.querySelector('.st-key-timesteps input[type=range]')"
_CHART = "document.querySelector('.js-plotly-plot')"

OURS = Site(
    name="ours",
    script="app.py",
    controls=_SLIDER,
    shapes="document.querySelector('[data-layer]')",
    memory="document.querySelector('[data-layer=\"memory\"]')?.dataset.input === 'None,TIMESTEPS,5'",
    point="document.querySelector('[data-chart=loss]')?.dataset.points > 0",
    drawn="Number(document.querySelector('[data-live]').dataset.redraws)",
    done="document.querySelector('[data-live]').dataset.state === 'done'",
    nodes="document.querySelectorAll('[data-live], [data-chart]')",
    query="epochs=EPOCHS",
)
BASELINE = Site(
    name="baseline",
    script="bench/baseline.py",
    controls=_SLIDER,
    shapes="document.querySelector('[data-testid=stTable] td')",
    memory="document.querySelector('[data-testid=stTable]')?.textContent.includes('(None, TIMESTEPS, 32)')",
    point=f"{_CHART}?.querySelector('.scatterlayer .trace .points path')",
    drawn=f"({_CHART}?.data?.[0]?.x?.length ?? 0)",
    done="document.querySelector('[data-testid=stAlert]')",
    nodes="document.querySelectorAll('.js-plotly-plot')",
)
