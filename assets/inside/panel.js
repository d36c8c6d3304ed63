// The panel's elements: built once, then only words, numbers and canvases change.

import { newStrip } from "./strips.js";
import { create, mark, say } from "../dom.js";

/** @import { Parts } from "./types.d.ts" */

/** @type {(parent: HTMLElement, words: string, className?: string) => HTMLButtonElement} */
function button(parent, words, className = "") {
  const node = create("button", `inside-button ${className}`, parent);
  mark(node, { type: "button" });
  say(node, words);
  return node;
}

/** @type {(parent: HTMLElement, label: string) => HTMLInputElement} */
function numberField(parent, label) {
  const node = create("input", "inside-number", parent);
  mark(node, { type: "number", min: 1, step: 1, "aria-label": label });
  return node;
}

/** @type {(root: HTMLElement) => Parts} */
export function newParts(root) {
  const dialog = create("dialog", "inside-panel", root);
  const head = create("header", "inside-head", dialog);
  const words = create("div", "inside-words", head);
  const title = create("h2", "inside-title", words);
  mark(title, { tabindex: -1, id: `explorer-inside-${Math.random().toString(36).slice(2)}` });
  mark(dialog, { "aria-labelledby": title.id });
  const tools = create("div", "inside-tools", head);
  const film = create("div", "inside-film", tools);
  mark(film, { role: "group", "aria-label": "Film of the run" });
  const [main, second] = [button(film, "Train"), button(film, "Play")];
  const epoch = create("span", "inside-epoch", film);
  const scrub = create("input", "inside-scrub", film);
  mark(scrub, { type: "range", min: 0, max: 0, step: 1, "aria-label": "Epoch that is shown" });
  const sequences = create("select", "inside-select", tools);
  mark(sequences, { "aria-label": "Which validation sequence is shown" });
  const copy = button(tools, "Copy as text");
  mark(copy, { "aria-live": "polite" });
  const close = button(tools, "Close");
  mark(close, { title: "Close (Esc)" });
  const line = create("p", "inside-task", head);
  const [task, parameters] = [create("span", "", line), create("span", "", line)];
  const said = create("p", "inside-said", dialog);
  mark(said, { role: "status" });
  const body = create("div", "inside-body", dialog);
  const maps = create("div", "inside-maps", body);
  const choices = create("div", "inside-choices", maps);
  const directions = create("div", "inside-directions", choices);
  mark(directions, { role: "group", "aria-label": "Direction" });
  const order = create("select", "inside-select", choices);
  mark(order, { "aria-label": "Order of the units" });
  order.add(new Option("sorted by what they follow", "follows"));
  order.add(new Option("order of the layer", "layer"));
  const input = newStrip(maps, "input");
  const symbols = create("div", "inside-symbols");
  mark(symbols, { "aria-label": "Symbols of the input", role: "group" });
  input.root.insertBefore(symbols, input.root.children[1]);
  const hidden = newStrip(maps, "hidden");
  const grid = create("div", "inside-grid", hidden.body);
  mark(grid, { role: "grid" });
  const row = create("div", "", grid);
  mark(row, { role: "row" });
  const at = create("div", "inside-at", row);
  mark(at, { role: "gridcell", tabindex: 0 });
  const cell = newStrip(maps, "cell");
  const lines = create("div", "inside-lines", maps);
  const gatesTitle = create("b", "inside-gates-title", maps);
  const gates = create("div", "inside-gates", maps);
  const axis = create("div", "inside-axis", maps);
  mark(axis, { "aria-hidden": "true" });
  const notes = create("ul", "inside-notes", maps);
  const side = create("div", "inside-side", body);
  const heading = create("div", "inside-chosen", side);
  const chosen = create("h3", "", heading);
  chosen.append("Unit ");
  const unit = numberField(chosen, "Unit");
  chosen.append(" at timestep ");
  const timestep = numberField(chosen, "Timestep");
  const pins = create("div", "inside-pins", heading);
  const [pin, unpin] = [button(pins, "Pin"), button(pins, "Unpin")];
  const follows = create("p", "inside-follows", side);
  const pinSays = create("p", "inside-pin-says", side);
  const equation = create("div", "inside-equation", side);
  const result = create("div", "inside-outcome", side);
  const results = create("div", "", result);
  const says = create("p", "inside-says", result);
  const readout = create("p", "inside-readout", side);
  const matrices = create("div", "inside-matrices", side);
  const sections = create("div", "inside-sections", dialog);
  const live = create("p", "inside-live", dialog);
  mark(live, { "aria-live": "polite" });
  return {
    ...{ dialog, title, task, parameters, sequences, directions, order, copy, close, main, second, scrub, epoch, said, notes, body, maps, axis },
    ...{ lines, input, hidden, cell, gates, gatesTitle, at, unit, timestep, pin, unpin, pinSays, symbols, follows, equation, results, says, readout },
    ...{ matrices, sections, live },
  };
}
