// The code of the model: numbered lines, a button that copies it, and a link between the lines and the layers of the chain.

import { setTheme } from "./axes.js";
import { copied } from "./copied.js";
import { create, mark, say } from "./dom.js";

/** @import { Component } from "./component.d.ts" */
/** @typedef {{ name: string; first: number; last: number }} Linked */
/** @typedef {{ label: string; lines: [string, string][][]; layers: Linked[]; code: string }} Listing */
/** @typedef {{ root: HTMLElement; copy: HTMLButtonElement; list: HTMLElement; written: string; data: Listing; end: () => void }} State */

/** @type {WeakMap<HTMLElement, State>} */
const listings = new WeakMap();

// The names of the layers that a line makes.
/** @type {(layers: Linked[], line: number) => string[]} */
export const namesAt = (layers, line) => layers.filter(({ first, last }) => first <= line && line <= last).map(({ name }) => name);

/** @type {(names: string[]) => void} */
function tell(names) {
  document.dispatchEvent(new CustomEvent("explorer:line", { detail: { names } }));
}

/** @type {(state: State, name: string | null) => void} */
function light(state, name) {
  const layer = state.data.layers.find((each) => each.name === name);
  [...state.list.children].forEach((line, place) => {
    line.toggleAttribute("data-lit", layer !== undefined && layer.first <= place + 1 && place + 1 <= layer.last);
  });
  const line = layer && state.list.children[layer.first - 1];
  if (!(line instanceof HTMLElement)) return;
  // Within the listing alone: the page stays where it is.
  const { list } = state;
  const [top, bottom] = [line.offsetTop, line.offsetTop + line.offsetHeight];
  if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
}

/** @type {(state: State, pieces: [string, string][], number: number) => void} */
function writeLine(state, pieces, number) {
  const line = create("li", "line", state.list);
  const names = namesAt(state.data.layers, number);
  const edge = create(names.length ? "button" : "span", "number", line);
  edge.textContent = String(number);
  if (names.length) {
    mark(edge, { type: "button", "aria-label": `Line ${number} makes the layer ${names.join(" and ")}` });
    edge.onfocus = edge.onclick = () => tell(names);
    edge.onblur = () => tell([]);
    line.onpointerenter = () => tell(names);
    line.onpointerleave = () => tell([]);
  } else mark(edge, { "aria-hidden": "true" });
  const code = create("code", "text", line);
  for (const [kind, text] of pieces) create("span", kind, code).textContent = text;
}

/** @type {(parent: HTMLElement, data: Listing) => State} */
function newListing(parent, data) {
  const root = create("div", "explorer-listing", parent);
  const copy = create("button", "copy", root);
  mark(copy, { type: "button" });
  say(copy, "Copy");
  const list = create("ol", "lines", root);
  const point = (/** @type {Event} */ event) => light(state, /** @type {CustomEvent<{ name: string | null }>} */ (event).detail.name);
  document.addEventListener("explorer:layer", point);
  const end = () => document.removeEventListener("explorer:layer", point);
  /** @type {State} */
  const state = { root, copy, list, written: "", data, end };
  copy.onclick = async () => {
    say(copy, (await copied(state.data.code, root)) ? "Copied" : "The browser does not allow copying");
    setTimeout(() => say(copy, "Copy"), 2000);
  };
  return state;
}

/** @type {(component: Component<Listing>) => () => void} */
export default function ({ data, parentElement }) {
  let state = listings.get(parentElement);
  if (!state) listings.set(parentElement, (state = newListing(parentElement, data)));
  const { root, list, end } = state;
  setTheme(root);
  const written = JSON.stringify(data);
  if (written !== state.written) {
    Object.assign(state, { written, data });
    mark(list, { "aria-label": data.label, tabindex: 0 });
    list.replaceChildren();
    data.lines.forEach((pieces, place) => writeLine(/** @type {State} */ (state), pieces, place + 1));
    // The model is what the code is read for, and what stands before it is its data.
    light(state, data.layers[0]?.name ?? null);
    light(state, null);
  }
  return () => {
    end();
    root.remove();
    listings.delete(parentElement);
  };
}
