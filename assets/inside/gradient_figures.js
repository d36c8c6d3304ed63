// The figures of the section "Gradient through time": bars of one net, and the lines of the layers' norms.

import { SLOPES_LEFT, planBars, planNorms, timestepAt } from "./slopes.js";
import { create, createSvg, mark, pointWithin, say, whenLeft } from "../dom.js";
import { deedOf } from "../keys.js";
import { short } from "../live/ticks.js";

/** @import { Figure, Net, NormsAnswer, Slopes, What } from "./gradient_types.d.ts" */

const HIGH = 112;
// Above the topmost rule stands the unit.
const TOP = 20;
const BELOW = 20;
const NORMS_HIGH = 104;
// Of the layers' lines: each has another dash, so that none is known by its colour alone.
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 4"];

/** @type {(parent: HTMLElement) => Figure} */
export function newFigure(parent) {
  const root = create("figure", "slopes-figure", parent);
  const head = create("figcaption", "slopes-head", root);
  const [title, loss] = [create("b", "", head), create("span", "", head)];
  const sentence = create("p", "slopes-sentence", root);
  const svg = createSvg("svg", "slopes-bars", root);
  mark(svg, { role: "img", tabindex: 0 });
  const readout = create("p", "slopes-readout", root);
  mark(readout, { "aria-live": "polite" });
  /** @type {Figure} */
  const figure = { root, title, loss, sentence, svg, readout, bars: null, at: null };
  svg.onpointermove = (event) => {
    const { x } = pointWithin(svg, event);
    pointAtBar(figure, timestepAt(x, svg.clientWidth, figure.bars?.numbers.length ?? 1));
  };
  whenLeft(svg, () => pointAtBar(figure, null));
  svg.onkeydown = (event) => {
    const most = figure.bars?.numbers.length ?? 0;
    const deed = deedOf("Look inside", event.key);
    const now = figure.at ?? 0;
    const places = { left: Math.max(1, now - 1), right: Math.min(most, now + 1), first: 1, last: most };
    const next = deed && deed in places ? places[/** @type {keyof typeof places} */ (deed)] : 0;
    if (!next || !most) return;
    event.preventDefault();
    event.stopPropagation();
    pointAtBar(figure, next);
  };
  return figure;
}

/** @type {(figure: Figure, timestep: number | null) => void} */
function pointAtBar(figure, timestep) {
  figure.at = timestep;
  for (const bar of figure.svg.querySelectorAll("[data-timestep]")) {
    bar.classList.toggle("pointed", bar.getAttribute("data-timestep") === String(timestep));
  }
  const number = timestep === null ? undefined : figure.bars?.numbers[timestep - 1];
  say(figure.readout, number === undefined ? "" : `Timestep ${timestep}: ${number === null ? "not a finite number" : `${short(number)}${figure.bars?.unit}`}`);
}

/** @type {(figure: Figure, net: Net, slopes: Slopes, what: What) => void} */
export function drawFigure(figure, net, slopes, what) {
  const { root, svg } = figure;
  const bars = slopes[what];
  figure.bars = bars;
  say(figure.title, net.title);
  say(figure.loss, net.loss);
  say(figure.sentence, bars.sentence);
  mark(root, { "data-net": net.kind, "data-what": what });
  const width = Math.max(120, Math.floor(root.clientWidth));
  const plan = planBars(bars, width, HIGH);
  mark(svg, { width, height: TOP + HIGH + BELOW, "aria-label": `${net.title}, ${net.loss}, ${slopes.of}. ${bars.sentence}` });
  svg.replaceChildren();
  const bottom = TOP + HIGH;
  written(svg, bars.unit, SLOPES_LEFT, TOP - 7, "start");
  for (const { y, text } of plan.ticks) {
    mark(createSvg("line", "slopes-rule", svg), { x1: SLOPES_LEFT, x2: width, y1: TOP + y, y2: TOP + y });
    written(svg, text, SLOPES_LEFT - 6, TOP + y + 4, "end");
  }
  for (const { timestep, x, width: wide, height } of plan.bars) {
    if (height === null) written(svg, "×", x + wide / 2, bottom - 3, "middle", "slopes-none");
    else {
      const bar = createSvg("rect", "slopes-bar", svg);
      mark(bar, { x: x.toFixed(2), width: wide.toFixed(2), y: (bottom - height).toFixed(2), height: height.toFixed(2) });
      mark(bar, { "data-timestep": timestep });
    }
  }
  for (const { from, to } of plan.brackets) {
    mark(createSvg("path", "slopes-bracket", svg), { d: `M${from.toFixed(1)} ${bottom - 14}v-6H${to.toFixed(1)}v6` });
    if (to - from > 62) written(svg, "below 1%", (from + to) / 2, bottom - 25, "middle");
  }
  for (const { x, text } of plan.steps) written(svg, text, x, bottom + 15, "middle", "slopes-step");
  written(svg, "t", 2, bottom + 15, "start", "slopes-step");
  pointAtBar(figure, figure.at);
}

/** @type {(parent: SVGElement, text: string, x: number, y: number, anchor: string, className?: string) => void} */
function written(parent, text, x, y, anchor, className = "") {
  const node = createSvg("text", className, parent);
  mark(node, { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor });
  say(node, text);
}

/** @type {(parent: HTMLElement, norms: NormsAnswer) => void} */
export function drawNorms(parent, norms) {
  parent.replaceChildren();
  say(create("p", "slopes-sentence", parent), norms.sentence);
  const width = Math.max(120, Math.min(640, Math.floor(parent.clientWidth)));
  const plan = planNorms(norms, width, NORMS_HIGH);
  if (!plan) return;
  const svg = createSvg("svg", "slopes-norms", parent);
  written(svg, norms.unit, SLOPES_LEFT, TOP - 7, "start");
  const height = TOP + NORMS_HIGH + BELOW;
  mark(svg, { width, height, role: "img", "aria-label": `Norm of each layer's gradient by epoch. ${norms.sentence}` });
  for (const { y, text } of plan.ticks) {
    mark(createSvg("line", "slopes-rule", svg), { x1: SLOPES_LEFT, x2: width, y1: TOP + y, y2: TOP + y });
    written(svg, text, SLOPES_LEFT - 6, TOP + y + 4, "end");
  }
  plan.lines.forEach(({ path, points }, place) => {
    const line = createSvg("path", "slopes-line", svg);
    mark(line, { d: path, transform: `translate(0 ${TOP})`, "stroke-dasharray": DASHES[place % DASHES.length], "data-place": place % 2 });
    for (const { x, y } of points) {
      mark(createSvg("circle", "slopes-dot", svg), { cx: x.toFixed(1), cy: (TOP + y).toFixed(1), r: 2, "data-place": place % 2 });
    }
  });
  for (const { x, text } of plan.epochs) written(svg, text, x, TOP + NORMS_HIGH + 15, "middle");
  const legend = create("p", "slopes-legend", parent);
  plan.lines.forEach(({ name }, place) => {
    const entry = create("span", "", legend);
    const sample = createSvg("svg", "", entry);
    mark(sample, { width: 26, height: 8, "aria-hidden": "true" });
    mark(createSvg("path", "slopes-line", sample), { d: "M0 4H26", "stroke-dasharray": DASHES[place % DASHES.length], "data-place": place % 2 });
    entry.append(name);
  });
  say(create("span", "slopes-epoch", legend), "epoch →");
}
