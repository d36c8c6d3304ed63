// Writes an answer of the server into the panel, and paints it.

import { coloursOf } from "./colours.js";
import { writeEquation } from "./equation.js";
import { pathOf } from "./lines.js";
import { drawMatrices } from "./matrices.js";
import { newStrip, paintStrip, writeStrip } from "./strips.js";
import { columnAt, labelled, rowHeightOf, startsOf } from "./walk.js";
import { create, createSvg, mark, say } from "../dom.js";

/** @import { InsideAnswer } from "../description.d.ts" */
/** @import { State } from "./types.d.ts" */

const LINE_HEIGHT = 56;
const WAITING = "The numbers are being computed …";

/** @type {(state: State) => void} */
export function writeAnswer(state) {
  const { answer } = state;
  state.body.hidden = !answer;
  // They stand below it, and may have those of another run until they are drawn; without a run they have none.
  state.sections.hidden = !answer || state.shown.run === null;
  say(state.said, state.refused || (answer ? "" : WAITING));
  // A sentence that refuses has a red edge, one that asks to wait a grey one.
  mark(state.said, { "data-waiting": !state.refused });
  state.said.hidden = !state.said.textContent;
  if (!answer) return;
  mark(state.dialog, { "data-epoch": answer.epoch, "data-unit": answer.unit, "data-timestep": answer.timestep });
  say(state.title, answer.title);
  say(state.task, answer.task);
  say(state.parameters, answer.parameters ? `Parameters: ${answer.parameters}` : "");
  writeChoices(state, answer);
  const names = answer.rows.map(({ unit, follows }) => ({ text: String(unit), more: follows, bold: unit === answer.unit, pinned: unit === answer.pin }));
  const rowHeight = rowHeightOf(answer.rows.length, answer.cell ? 2 : 1);
  writeStrip(state.input, answer.input, answer.input.names.map((text) => ({ text })), answer.input.names.length > 4 ? 13 : 18);
  writeSymbols(state.symbols, answer.symbols);
  writeStrip(state.hidden, answer.hidden, names, rowHeight);
  state.cell.root.hidden = !answer.cell;
  // What a unit follows is said of its hidden state.
  if (answer.cell) writeStrip(state.cell, answer.cell, names.map((each) => ({ ...each, more: "" })), rowHeight);
  say(state.gatesTitle, answer.gates_title);
  while (state.gateStrips.length > answer.gates.length) state.gateStrips.pop()?.root.remove();
  while (state.gateStrips.length < answer.gates.length) state.gateStrips.push(newStrip(state.gates, "gate"));
  answer.gates.forEach((each, place) => writeStrip(state.gateStrips[place], { ...each, title: "" }, [{ text: "", more: each.title }], 17));
  writeEquation(state, answer.equation);
  state.notes.replaceChildren(...answer.notes.map((note) => Object.assign(create("li"), { textContent: note })));
  say(state.follows, answer.follows);
  paint(state);
}

// The symbols that an Embedding looked up stand above the columns of its numbers.
/** @type {(place: HTMLElement, symbols: string[]) => void} */
function writeSymbols(place, symbols) {
  place.hidden = !symbols.length;
  while (place.children.length > symbols.length) place.lastElementChild?.remove();
  while (place.children.length < symbols.length) create("span", "", place);
  symbols.forEach((symbol, column) => say(place.children[column], symbol));
}

/** @type {(state: State, answer: InsideAnswer) => void} */
function writeChoices(state, answer) {
  const { unit, timestep, pin, unpin, pinSays, directions, order, sequences } = state;
  mark(unit, { max: answer.units });
  mark(timestep, { max: answer.timesteps });
  if (document.activeElement !== unit) unit.value = String(answer.unit);
  if (document.activeElement !== timestep) timestep.value = String(answer.timestep);
  say(pin, `Pin unit ${answer.unit}`);
  pin.hidden = answer.pin === answer.unit;
  say(unpin, `Unpin unit ${answer.pin}`);
  unpin.hidden = !answer.pin;
  say(pinSays, answer.pin_says);
  order.value = answer.order;
  directions.hidden = answer.directions.length < 2;
  while (directions.children.length < answer.directions.length) mark(create("button", "inside-button", directions), { type: "button" });
  answer.directions.forEach((direction, place) => {
    say(directions.children[place], direction);
    mark(directions.children[place], { "aria-pressed": direction === answer.direction, "data-direction": direction });
  });
  while (sequences.options.length < answer.sequences) {
    sequences.add(new Option(`validation sequence ${sequences.options.length + 1}`, String(sequences.options.length)));
  }
  sequences.value = String(answer.sequence);
}

// Everything that depends on the width, on the theme, or on what is pointed at.
/** @type {(state: State) => void} */
export function paint(state) {
  const { answer, link } = state;
  if (!answer || !state.open) return;
  const colours = coloursOf(state.root);
  const { columns, masked, timestep, unit } = answer;
  const column = columnAt(columns, timestep);
  const row = Math.max(0, answer.rows.findIndex((each) => each.unit === unit));
  const window = answer.timesteps / answer.windows;
  const starts = startsOf(columns, window);
  const old = oldColumn(answer, column);
  const [onInput, onState] = [link?.part === "kernel", link?.part === "recurrent_kernel" || link?.part === "old"];
  const still = { column, row: null, old: null, strong: false };
  paintStrip(state.input, answer.input, masked, starts, { ...still, strong: onInput }, colours);
  paintStrip(state.hidden, answer.hidden, masked, starts, { column, row, old, strong: onState }, colours);
  if (answer.cell) paintStrip(state.cell, answer.cell, masked, starts, { column, row, old, strong: onState }, colours);
  answer.gates.forEach((each, place) => {
    const strong = link !== null && link.gate === each.names[0] && ["gate", "value"].includes(link.part);
    paintStrip(state.gateStrips[place], each, masked, starts, { ...still, strong }, colours);
  });
  placeCell(state, answer, column, row);
  writeAxis(state, answer, column);
  writeLines(state, answer, column);
  drawMatrices(state.matrices, answer.matrices, link, colours);
}

// The column whose state is read at the chosen one, where both are drawn next to each other.
/** @type {(answer: InsideAnswer, column: number) => number | null} */
function oldColumn({ columns, timestep, direction, windows, timesteps }, column) {
  const window = timesteps / windows;
  const before = direction === "backward" ? timestep + 1 : timestep - 1;
  const same = before >= 1 && before <= timesteps && Math.floor((before - 1) / window) === Math.floor((timestep - 1) / window);
  const place = same ? columns.indexOf(before) : -1;
  return place < 0 || place === column ? null : place;
}

// The one cell that has the focus is an element over the canvas, which a screen reader can read.
/** @type {(state: State, answer: InsideAnswer, column: number, row: number) => void} */
function placeCell({ at, hidden }, answer, column, row) {
  const width = hidden.body.clientWidth / answer.columns.length;
  at.style.cssText = `left:${column * width}px;top:${row * hidden.rowHeight}px;width:${width}px;height:${hidden.rowHeight}px`;
  const grid = /** @type {HTMLElement} */ (at.parentElement?.parentElement);
  mark(grid, { "aria-label": `${answer.hidden.title}: units by timesteps`, "aria-rowcount": answer.rows.length, "aria-colcount": answer.columns.length });
  mark(/** @type {HTMLElement} */ (at.parentElement), { "aria-rowindex": row + 1 });
  const exact = answer.equation.results.at(-1)?.at(-1)?.text ?? "";
  const masked = answer.masked[column] ? ", masked" : "";
  mark(at, { "aria-colindex": column + 1, "aria-label": `unit ${answer.unit}, timestep ${answer.timestep}: ${exact}${masked}` });
}

/** @type {(state: State, answer: InsideAnswer, column: number) => void} */
function writeAxis({ axis, hidden }, answer, column) {
  const width = hidden.body.clientWidth;
  const places = new Set(labelled(answer.columns, width));
  const each = width / answer.columns.length;
  axis.replaceChildren();
  say(create("b", "", axis), `timesteps ${answer.timesteps}`);
  const field = create("div", "", axis);
  answer.columns.forEach((timestep, place) => {
    const chosen = place === column;
    // Beside the chosen one, whose number always stands there, there must be room.
    if (!chosen && (!places.has(place) || Math.abs(place - column) * each < 22)) return;
    const label = create(chosen ? "b" : "span", "", field);
    say(label, String(chosen ? answer.timestep : timestep));
    label.style.left = `${(place + 0.5) * each}px`;
  });
}

/** @type {(state: State, answer: InsideAnswer, column: number) => void} */
function writeLines({ lines, hidden }, answer, column) {
  const width = Math.floor(hidden.body.clientWidth);
  lines.replaceChildren();
  const legend = create("div", "inside-legend", lines);
  /** @type {(className: string, words: string, numbers: (number | null)[]) => { className: string; numbers: (number | null)[] }} */
  const named = (className, words, numbers) => {
    const key = create("span", `key ${className}`, legend);
    create("i", "", key);
    key.append(words);
    return { className, numbers };
  };
  const [ofUnit, ofPinned, ofTarget] = answer.legend;
  const drawn = [named("unit", ofUnit, answer.line)];
  if (ofTarget) drawn.unshift(named("target", ofTarget, answer.target));
  if (ofPinned) drawn.push(named("pin", ofPinned, answer.pinned));
  if (answer.scales) say(create("span", "", legend), answer.scales);
  const svg = createSvg("svg", "", lines);
  mark(svg, { width, height: LINE_HEIGHT, role: "img", "aria-label": `The hidden state of ${drawn.length > 1 ? "unit " + answer.unit + " beside other lines" : "unit " + answer.unit} over the timesteps. ${answer.follows}` });
  mark(createSvg("line", "zero", svg), { x1: 0, x2: width, y1: LINE_HEIGHT / 2, y2: LINE_HEIGHT / 2 });
  const x = ((column + 0.5) * width) / answer.columns.length;
  mark(createSvg("line", "now", svg), { x1: x, x2: x, y1: 0, y2: LINE_HEIGHT });
  for (const { className, numbers } of drawn) mark(createSvg("path", className, svg), { d: pathOf(numbers, width, LINE_HEIGHT) });
}
