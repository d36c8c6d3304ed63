// One layer: a box that opens the panel below the chain, its words, and the shape written under each tensor.

import { tellPointed } from "./link.js";
import { BESIDE, titleOf, writeTitle } from "./title.js";
import { toggleWhy } from "./why.js";
import { flat, joined, maskInWords, parametersInWords, sentence } from "./words.js";
import { create, mark, pointWithin, say, sayBreakable } from "../dom.js";
import { deedOf } from "../keys.js";

/** @import { LayerItem, LayerNode, State } from "./types.d.ts" */

/** @type {(state: State) => LayerNode} */
export function newLayer(state) {
  const element = create("div", "layer", state.list);
  mark(element, { role: "listitem" });
  const box = create("div", "box", element);
  mark(box, { role: "button", tabindex: 0 });
  const title = create("b", "title", box);
  const [name, short, reads, ports] = ["name", "short", "reads", "ports"].map((each) => create("span", each, box));
  const below = create("div", "below", element);
  const [params, arithmetic] = ["params", "arithmetic"].map((each) => create("div", each, below));
  const change = create("div", "change", element);
  // The name of the button says all of this, in whole sentences.
  for (const hidden of [below, change]) mark(hidden, { "aria-hidden": "true" });
  const layer = { element, box, below, title, name, short, reads, ports, params, arithmetic, change, says: "" };
  element.onmouseenter = box.onfocus = () => {
    showTip(state, layer);
    tellPointed(element.dataset.layer ?? null);
  };
  element.onmouseleave = box.onblur = () => {
    state.tip.hidden = true;
    tellPointed(null);
  };
  box.onclick = () => toggleWhy(state, element.dataset.layer ?? "");
  box.onkeydown = (event) => {
    const does = deedOf("Chain", event.key);
    if (does === "close") state.tip.hidden = true;
    if (does !== "open") return;
    event.preventDefault();
    toggleWhy(state, element.dataset.layer ?? "");
  };
  return layer;
}

/** @type {(state: State, layer: LayerNode) => void} */
function showTip(state, layer) {
  // What an open panel says needs no tip before it.
  if (!layer.says || state.why.name === layer.element.dataset.layer) return;
  say(state.tip, layer.says);
  state.tip.hidden = false;
  const { left, width, bottom } = layer.box.getBoundingClientRect();
  const { x, y } = pointWithin(state.root, { clientX: left + width / 2, clientY: bottom });
  const wide = state.tip.offsetWidth;
  state.tip.style.left = `${Math.max(0, Math.min(x - wide / 2, state.root.clientWidth - wide))}px`;
  state.tip.style.top = `${y + 6}px`;
}

// What each tensor is called that a wire brings to the box.
/** @type {(element: HTMLElement, labels: string[]) => void} */
function writePorts(element, labels) {
  while (element.children.length > labels.length) element.lastElementChild?.remove();
  while (element.children.length < labels.length) create("span", "port", element);
  labels.forEach((label, index) => say(element.children[index], label));
}

/** @type {(state: State, node: LayerNode, item: LayerItem, first: boolean, width: number) => void} */
export function writeLayer(state, layer, item, first, width) {
  const { name, short, says, params, arithmetic, broken, spoken } = item.layer;
  const { hidden = [], marks } = state.data;
  const asked = hidden.includes("shapes");
  writeTitle(layer.title, titleOf(item.layer, hidden.length > 0), width - BESIDE);
  sayBreakable(layer.name, name);
  say(layer.short, asked ? "" : short || says || "");
  const named = !asked && item.ports.length > 1 && item.ports.every(({ label }) => label);
  writePorts(layer.ports, named ? item.ports.map(({ label }) => label) : []);
  say(layer.reads, !named && (item.reads.length > 1 || !first) ? `reads ${joined(item.reads)}` : "");
  say(layer.params, broken ? "" : parametersInWords(params, hidden));
  // The arithmetic names sizes: it would answer a question about either.
  say(layer.arithmetic, params !== 0 && !hidden.length ? (arithmetic ?? "") : "");
  say(layer.change, asked ? "" : item.layer.change);
  mark(layer.name, { "data-mask": hidden.length ? "" : maskInWords(item.layer.mask_deeds) });
  layer.says = asked ? "" : sentence(says || short);
  mark(layer.element, {
    "data-layer": name,
    "data-input": asked ? "?" : flat(item.layer.input),
    "data-output": asked ? "?" : flat(item.layer.output),
  });
  layer.element.toggleAttribute("data-marked", Boolean(marks?.[name]));
  layer.element.toggleAttribute("data-broken", Boolean(broken));
  mark(layer.box, {
    "aria-label": [spoken, sentence(marks?.[name])].filter(Boolean).join(" "),
    "aria-disabled": hidden.length > 0 || Boolean(broken),
  });
}
