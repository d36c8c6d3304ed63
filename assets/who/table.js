// A real table: numbers as text in cells that are links. One cell is reached by Tab, the others from there by arrow keys.

import { create, mark, say } from "../dom.js";
import { moved } from "./moved.js";

/** @import { Misfit, Pair, Table, WhoData } from "./types.d.ts" */

const HINT = "Point at a cell, or go there by Tab and the arrow keys, to read what it says.";

/** @type {(parent: HTMLElement) => Table} */
export function newTable(parent) {
  const root = create("section", "explorer-who", parent);
  /** @type {Table} */
  const table = { root, written: "", at: [-1, -1], data: null, choose: () => {} };
  root.addEventListener("keydown", (event) => press(table, event));
  root.addEventListener("pointerover", (event) => tell(table, event.target));
  root.addEventListener("focusin", (event) => {
    const place = placeOf(event.target);
    if (place) moveTo(table, place, false);
    tell(table, event.target);
  });
  root.addEventListener("click", (event) => open(table, event));
  return table;
}

/** @type {(table: Table, data: WhoData) => void} */
export function drawTable(table, data) {
  const written = JSON.stringify(data);
  if (written === table.written) return;
  const had = table.root.contains(document.activeElement) && placeOf(document.activeElement);
  table.written = written;
  table.data = data;
  table.root.replaceChildren();
  legend(table.root, data);
  const detail = create("p", "detail", table.root);
  mark(detail, { "aria-live": "polite" });
  detail.textContent = HINT;
  const scroll = create("div", "scroll", table.root);
  const drawn = create("table", "", scroll);
  create("caption", "unseen", drawn).textContent = `Held-out loss as a part of the baseline. ${data.means}`;
  head(create("thead", "", drawn), data);
  const body = create("tbody", "", drawn);
  data.rows.forEach((row, line) => {
    const tr = create("tr", "", body);
    const name = create("th", "", tr);
    mark(name, { scope: "row" });
    name.textContent = row.title;
    row.cells.forEach((cell, place) => {
      const td = create("td", "", tr);
      mark(td, { "data-pair": `${row.name} ${data.columns[place].name}` });
      const inner = "link" in cell ? linked(td, cell) : empty(td, data.reasons[cell.reason]);
      mark(inner, { "data-at": `${line} ${place}`, tabindex: -1 });
    });
  });
  create("p", "told", table.root).textContent = data.told;
  const [line, place] = table.at;
  const first = data.rows[line]?.cells[place] ? table.at : firstPair(data);
  if (first) moveTo(table, first, Boolean(had));
}

/** @type {(root: HTMLElement, data: WhoData) => void} */
function legend(root, data) {
  const box = create("div", "legend", root);
  create("p", "", box).textContent = data.means;
  const list = create("ul", "", box);
  mark(list, { "aria-label": "What the shades mean" });
  data.legend.forEach((text, level) => {
    const item = create("li", "", list);
    mark(create("i", "", item), { "data-level": level, "aria-hidden": "true" });
    create("span", "", item).textContent = text;
  });
  const none = create("li", "", list);
  mark(create("i", "", none), { "data-level": "none", "aria-hidden": "true" });
  create("span", "", none).textContent = "does not fit";
}

/** @type {(thead: HTMLElement, data: WhoData) => void} */
function head(thead, data) {
  const tr = create("tr", "", thead);
  const corner = create("th", "corner", tr);
  mark(corner, { scope: "col" });
  corner.textContent = "Architecture";
  for (const column of data.columns) {
    const th = create("th", "", tr);
    mark(th, { scope: "col" });
    const turned = create("div", "turned", th);
    create("b", "", turned).textContent = column.title;
    create("small", "", turned).textContent = column.baseline;
  }
}

/** @type {(td: HTMLElement, cell: Pair) => HTMLElement} */
function linked(td, cell) {
  const link = create("a", "", td);
  mark(link, { href: cell.link, "data-level": cell.level ?? "unknown" });
  link.textContent = cell.text;
  return link;
}

/** @type {(td: HTMLElement, reason: string) => HTMLElement} */
function empty(td, reason) {
  const inner = create("span", "empty", td);
  create("span", "unseen", inner).textContent = reason;
  return inner;
}

/** The first cell with a number, from the top left. @type {(data: WhoData) => [number, number] | null} */
function firstPair(data) {
  for (const [line, row] of data.rows.entries()) {
    const place = row.cells.findIndex((cell) => "link" in cell);
    if (place >= 0) return [line, place];
  }
  return null;
}

/** @type {(target: EventTarget | null) => [number, number] | null} */
function placeOf(target) {
  const at = target instanceof Element ? target.closest("[data-at]")?.getAttribute("data-at") : null;
  if (!at) return null;
  const [line, place] = at.split(" ").map(Number);
  return [line, place];
}

/** @type {(table: Table, at: [number, number], focus: boolean) => void} */
function moveTo(table, at, focus) {
  const find = (/** @type {[number, number]} */ [line, place]) => table.root.querySelector(`[data-at="${line} ${place}"]`);
  find(table.at)?.setAttribute("tabindex", "-1");
  table.at = at;
  const cell = find(at);
  cell?.setAttribute("tabindex", "0");
  if (focus && cell instanceof HTMLElement) cell.focus();
}

/** @type {(table: Table, event: KeyboardEvent) => void} */
function press(table, event) {
  const place = placeOf(event.target);
  if (!place || !table.data || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = moved(place, event.key, table.data.rows.length, table.data.columns.length);
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  moveTo(table, next, true);
}

/** @type {(table: Table, target: EventTarget | null) => void} */
function tell(table, target) {
  const place = placeOf(target);
  const detail = table.root.querySelector(".detail");
  if (!place || !table.data || !detail) return;
  const row = table.data.rows[place[0]];
  const cell = row.cells[place[1]];
  say(detail, `${row.title} on ${table.data.columns[place[1]].title}: ${words(cell, table.data.reasons)}`);
}

/** @type {(cell: Misfit | Pair, reasons: string[]) => string} */
const words = (cell, reasons) => ("link" in cell ? cell.says : reasons[cell.reason]);

/** @type {(table: Table, event: MouseEvent) => void} */
function open(table, event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const place = placeOf(link);
  // A click with a key is the browser's: it opens another tab.
  if (!link || !place || !table.data || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  table.choose({ architecture: table.data.rows[place[0]].name, task: table.data.columns[place[1]].name });
}
