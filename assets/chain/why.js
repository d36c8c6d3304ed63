// The panel below the chain: why one layer's shapes and counts are what they are.

import { axisColour } from "../axes.js";
import { BLOCK, blockOf, blockUnit, drawBlocks } from "./blocks.js";
import { drawingAt } from "./asked.js";
import { tensorsOf } from "./graph.js";
import { drawImageWindow } from "./image.js";
import { drawInside } from "./inside.js";
import { writeShape } from "./shape.js";
import { titleOf } from "./title.js";
import { sentence } from "./words.js";
import { copied } from "../copied.js";
import { create, mark, prefersStill, say } from "../dom.js";
import { held } from "../held.js";
import { deedOf } from "../keys.js";
import { questionMark, sayWithTerms } from "../terms.js";

/** @import { Description, Layer, Weight } from "../description.d.ts" */
/** @import { State, Why } from "./types.d.ts" */
/** @typedef {Description["symbols"]} Symbols */
/** @typedef {{ element: HTMLElement; weights: Weight[] }[]} Places */

/** @type {(root: HTMLElement) => Why} */
export function newWhy(root) {
  const panel = create("section", "why", root);
  mark(panel, { role: "region", id: `explorer-why-${Math.random().toString(36).slice(2)}`, hidden: "" });
  const head = create("div", "why-head", panel);
  const title = create("h4", "why-title", head);
  const [look, copy, close] = ["Look inside", "Copy as text", "Close"].map((words) => {
    const button = create("button", "why-button", head);
    mark(button, { type: "button" });
    say(button, words);
    return button;
  });
  mark(look, { "data-look-inside": "", title: "Every state, gate and number of this layer, at the epoch that is shown" });
  mark(copy, { "data-why-copy": "", "aria-live": "polite" });
  mark(close, { "data-why-close": "", title: "Close (Escape)" });
  const body = create("div", "why-body", panel);
  const drawing = create("div", "why-drawing", panel);
  return { panel, title, look, copy, close, body, drawing, name: null, opener: null, written: "", asked: null };
}

/** @type {(state: State) => void} */
export function listenForWhy(state) {
  const { why, root } = state;
  why.close.onclick = () => closeWhy(state, true);
  why.copy.onclick = () => copyWhy(state);
  why.look.onclick = () => document.dispatchEvent(new CustomEvent("explorer:inside", { detail: { layer: why.name } }));
  root.addEventListener("explorer-open", (event) => {
    const { detail, target } = /** @type {CustomEvent<string>} */ (event);
    const focused = document.activeElement;
    const within = target instanceof Node && target.contains(focused) && focused instanceof HTMLElement;
    toggleWhy(state, detail, within ? focused : null);
  });
  root.addEventListener("keydown", (event) => {
    if (!why.name || event.defaultPrevented || event.target === state.scroll) return;
    const does = deedOf("Chain", event.key);
    if (does === "close") closeWhy(state, true);
    const step = does === "before" ? -1 : does === "after" ? 1 : 0;
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const names = (state.data.description?.layers ?? []).filter(({ broken }) => !broken).map(({ name }) => name);
    const next = names[names.indexOf(why.name) + step];
    if (!next) return;
    event.preventDefault();
    why.name = next;
    if (event.target instanceof Element && event.target.matches(".layer .box")) held(state.layers, next).box.focus();
    writeWhy(state);
  });
}

/** @type {(state: State, name: string | null) => Layer | undefined} */
const layerOf = (state, name) => state.data.description?.layers?.find((layer) => layer.name === name);

/** @type {(state: State, name: string, opener?: HTMLElement | null) => void} */
export function toggleWhy(state, name, opener = null) {
  if (state.data.hidden?.length || layerOf(state, name)?.broken) return;
  if (state.why.name === name) return closeWhy(state, false);
  Object.assign(state.why, { name, opener });
  state.tip.hidden = true;
  writeWhy(state);
  const { panel } = state.why;
  // On a phone the panel stands far below its layer: whoever opens it is taken there.
  const { top } = panel.getBoundingClientRect();
  const behavior = prefersStill() ? "auto" : "smooth";
  if (top > window.innerHeight - 120) panel.scrollIntoView({ block: "start", behavior });
}

/** @type {(state: State, back: boolean) => void} */
function closeWhy(state, back) {
  const { why, layers } = state;
  const [name, opener] = [why.name, why.opener];
  Object.assign(why, { name: null, opener: null });
  if (back) (opener?.isConnected ? opener : layers.get(name ?? "")?.box)?.focus();
  state.tip.hidden = true;
  writeWhy(state);
}

// Called after every drawing: an open panel follows the sliders as the chain does.
/** @type {(state: State) => void} */
export function writeWhy(state) {
  const { why, data, layers } = state;
  const { description, hidden = [], open } = data;
  if (description && !hidden.length && (open ?? null) !== why.asked) {
    why.asked = open ?? null;
    if (open) Object.assign(why, { name: open, opener: null });
  }
  const layer = hidden.length ? undefined : layerOf(state, why.name);
  if (description?.layers && !layer) why.name = null;
  for (const [name, { box }] of layers) {
    const closed = hidden.length || layerOf(state, name)?.broken;
    if (closed) ["aria-expanded", "aria-controls"].forEach((attribute) => box.removeAttribute(attribute));
    else mark(box, { "aria-expanded": Boolean(layer) && name === why.name, "aria-controls": why.panel.id });
  }
  why.panel.hidden = !layer;
  if (!layer || !description) return;
  mark(why.panel, { "aria-label": `Why: ${layer.name}`, "data-why": layer.name });
  const written = JSON.stringify([layer, description.symbols, state.width]);
  if (written !== why.written) {
    why.written = written;
    say(why.copy, "Copy as text");
    why.title.replaceChildren(titleOf(layer));
    create("span", "", why.title).textContent = ` — ${layer.name}`;
    explainInto(why.body, layer, description.symbols ?? {});
  }
  writeInside(state);
}

// What the opened layer does at the epoch that is shown; without one, or until that is here, with untrained weights.
/** @type {(state: State) => void} */
export function writeInside(state) {
  const { why, shown, data, asked } = state;
  const layer = data.hidden?.length ? undefined : layerOf(state, why.name);
  if (!layer) return;
  // Where nothing can be trained there is no such panel.
  why.look.hidden = !data.live || !isRecurrent(layer) || !document.querySelector(".explorer-inside");
  const epoch = shown.run !== null && shown.asked > 0 && shown.fits ? shown.asked : null;
  const batch = shown.batch?.number ?? null;
  const wanted = { run: shown.run ?? "", sequence: shown.sequence, epoch: epoch ?? 0, batch, layer: layer.name };
  const found = epoch === null ? null : drawingAt(asked, wanted);
  const within = found?.batch ? `, batch ${found.batch}` : "";
  if (found) drawInside(why.drawing, layer, found.drawing, `validation sequence ${shown.sequence + 1}, epoch ${found.epoch}${within}`);
  else drawInside(why.drawing, layer, data.drawings?.[layer.name], "validation sequence 1, untrained weights");
}

// Whether the layer, or what it wraps, is a GRU, an LSTM or a SimpleRNN, or an RNN with one of their cells.
/** @type {(layer: Pick<Layer, "type" | "inside">) => boolean} */
export function isRecurrent({ type, inside }) {
  return ["GRU", "LSTM", "SimpleRNN", "RNN"].includes(type) || (inside ?? []).some((each) => isRecurrent(each));
}

// All blocks of the panel have one scale, which is known when their places are.
/** @type {(body: HTMLElement, layer: Layer, symbols: Symbols) => void} */
function explainInto(body, layer, symbols) {
  body.replaceChildren();
  /** @type {Places} */
  const places = [];
  writeExplanation(body, layer, symbols, places);
  if (!places.length) return;
  const unit = Math.min(...places.map(({ element, weights }) => blockUnit(weights, element.clientWidth)));
  for (const { element, weights } of places) drawBlocks(element, weights, unit);
  const thin = places.some(({ weights }) =>
    weights.map(blockOf).some(({ wide, high }) => Math.min(wide, high) * unit < BLOCK.thinnest),
  );
  const words = "All blocks have one scale";
  create("p", "why-quiet", body).textContent = thin ? `${words}; the thinnest are drawn thicker, so that they can be seen.` : `${words}.`;
}

/** @type {(parent: HTMLElement, layer: Layer, symbols: Symbols, places: Places) => void} */
function writeExplanation(parent, layer, symbols, places) {
  sayWithTerms(create("p", "why-says", parent), sentence(layer.says || layer.short));
  const shapes = create("p", "why-shapes", parent);
  for (const list of /** @type {const} */ (["input", "output"])) {
    const line = create("span", "why-shape", shapes);
    create("i", "", line).textContent = list === "input" ? "takes" : "returns";
    line.append(" ");
    tensorsOf(layer, list).forEach((tensor, index) => {
      if (index) create("i", "", line).textContent = " and ";
      writeShape(create("span", "shape-words", line), tensor, true);
    });
  }
  if (layer.note) create("p", "why-note", parent).textContent = layer.note;
  if (layer.mask) {
    const line = create("p", "why-mask", parent);
    create("i", "mask-swatch", line);
    sayWithTerms(create("span", "", line), `Mask: ${layer.mask}`);
  }
  const pair = create("div", "why-pair", parent);
  if (layer.equation?.length) {
    const equation = part(pair, "Equation");
    for (const line of layer.equation) create("code", "why-line", equation).textContent = line;
  }
  writeCount(part(pair, "Parameters", "parameter"), layer, symbols);
  if (layer.image_window?.length) drawImageWindow(part(parent, "Window"), layer);
  const inside = layer.inside ?? [];
  // What a wrapper holds lists its weights itself.
  if (!inside.length && layer.weights?.length) {
    const element = create("div", "why-blocks", part(parent, "Weights"));
    places.push({ element, weights: layer.weights });
  }
  if (!inside.length) return;
  const held = create("div", "why-held", parent);
  inside.forEach((each) => {
    const section = create("section", "why-inside", held);
    const title = create("h5", "why-subtitle", section);
    title.textContent = each.title;
    writeExplanation(section, each, symbols, places);
  });
}

/** @type {(parent: HTMLElement, words: string, term?: string) => HTMLElement} */
export function part(parent, words, term) {
  const section = create("div", "why-part", parent);
  const heading = create("h6", "why-heading", section);
  heading.textContent = words;
  if (term) questionMark(heading, term);
  return section;
}

/** @type {(parent: HTMLElement, layer: Layer, symbols: Symbols) => void} */
function writeCount(parent, layer, symbols) {
  const line = create("p", "why-count", parent);
  const steps = layer.counted;
  steps.forEach((step, index) => {
    if (index) line.append(" ");
    const element = create("span", index && index + 1 === steps.length ? "why-total" : "", line);
    if (index) element.append("= ");
    for (const token of step.split(/([A-Z]\d*)/)) {
      const axis = symbols[token]?.axis;
      if (!axis) element.append(token);
      else {
        const symbol = create("b", "", element);
        say(symbol, token);
        mark(symbol, { style: `color:${axisColour(axis, true)}`, title: axis });
      }
    }
  });
}

/** @type {(state: State) => Promise<void>} */
async function copyWhy(state) {
  const { why, data } = state;
  const layer = data.description?.layers?.find(({ name }) => name === why.name);
  if (!layer) return;
  say(why.copy, (await copied(layer.text, why.panel)) ? "Copied" : "The browser does not allow copying");
  setTimeout(() => say(why.copy, "Copy as text"), 2000);
}
