// A change of code: lines with their signs. Whatever comes is written as text.

import { setTheme } from "./axes.js";
import { create, mark } from "./dom.js";

/** @import { Component } from "./component.d.ts" */
/** @typedef {{ sign: string; text: string; kind: "gap" | "removed" | "added" | null }} Line */
/** @typedef {{ label: string; lines: Line[] }} Code */

/** @type {WeakMap<HTMLElement, { root: HTMLElement; list: HTMLElement; written: string }>} */
const codes = new WeakMap();

/** @type {(list: HTMLElement, line: Line) => void} */
function writeLine(list, { sign, text, kind }) {
  const line = create("li", "line", list);
  if (kind) mark(line, { "data-kind": kind });
  if (kind === "gap") {
    line.textContent = text;
    return;
  }
  const words = kind && { removed: "removed: ", added: "added: " }[kind];
  if (words) create("span", "spoken", line).textContent = words;
  const edge = create("span", "edge", line);
  mark(edge, { "aria-hidden": "true" });
  edge.textContent = sign;
  create("code", "text", line).textContent = text || " ";
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
    mark(state.list, { "aria-label": data.label, tabindex: 0 });
    state.list.replaceChildren();
    data.lines.forEach((line) => writeLine(state.list, line));
  }
  return () => {
    state.root.remove();
    codes.delete(parentElement);
  };
}
