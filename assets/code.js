// Code with its lines numbered and some of them marked, or a change of it. Whatever comes is written as text.

import { setTheme } from "./axes.js";
import { create, mark } from "./dom.js";

/** @import { Component } from "./component.d.ts" */
/**
 * @typedef {{ number?: number; sign?: string; text: string; kind?: "gap" | "removed" | "added" | "marked" | null;
 *   note?: string }} Line
 */
/** @typedef {{ shape: string; label: string; lines: Line[] }} Code */

/** @type {WeakMap<HTMLElement, { root: HTMLElement; list: HTMLElement; written: string }>} */
const codes = new WeakMap();

/** @type {(list: HTMLElement, line: Line) => void} */
function writeLine(list, { number, sign, text, kind, note }) {
  const line = create("li", "line", list);
  if (kind) mark(line, { "data-kind": kind });
  if (number) mark(line, { "data-line": number });
  if (kind === "gap") {
    line.textContent = text;
    return;
  }
  const words = kind && { removed: "removed: ", added: "added: ", marked: "problem here: " }[kind];
  if (words) create("span", "spoken", line).textContent = words;
  const edge = create("span", "edge", line);
  mark(edge, { "aria-hidden": "true" });
  edge.textContent = sign ?? String(number);
  create("code", "text", line).textContent = text || " ";
  if (note) create("p", "note", line).textContent = note;
}

/** @type {(component: Component<Code>) => () => void} */
export default function ({ data, parentElement }) {
  let state = codes.get(parentElement);
  if (!state) {
    const root = create("div", "explorer-code", parentElement);
    codes.set(parentElement, (state = { root, list: create("ol", "lines", root), written: "" }));
  }
  setTheme(state.root);
  const written = JSON.stringify(data);
  if (written !== state.written) {
    state.written = written;
    mark(state.root, { "data-shape": data.shape });
    mark(state.list, { "aria-label": data.label, tabindex: 0 });
    state.list.replaceChildren();
    data.lines.forEach((line) => writeLine(state.list, line));
    // A note is as wide as the box, however long the lines are.
    state.list.style.setProperty("--box", `${state.list.clientWidth}px`);
    const first = /** @type {HTMLElement | null} */ (state.list.querySelector("[data-kind=marked]"));
    if (first) state.list.scrollTop = Math.max(0, first.offsetTop - 46);
  }
  return () => {
    state.root.remove();
    codes.delete(parentElement);
  };
}
