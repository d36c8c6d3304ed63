// The number under the pointer in a strip, in words.

import { pointWithin } from "../dom.js";

/** @import { InsideAnswer, Strip } from "../description.d.ts" */
/** @import { State, StripNode } from "./types.d.ts" */

/** @type {(value: number | null) => string} */
export const numberOf = (value) => (value === null ? "NaN" : String(Number(value.toPrecision(3))).replace("-", "−"));

// What stands at a place of a strip; empty beside it.
/** @type {(shown: Strip, of: (row: number) => string, answer: Pick<InsideAnswer, "columns" | "masked">, row: number, column: number) => string} */
export function pointedInWords(shown, of, { columns, masked }, row, column) {
  const value = shown.grid[row]?.[column];
  if (value === undefined) return "";
  return `${of(row)}, timestep ${columns[column]}: ${numberOf(value)}${masked[column] ? ", masked" : ""}`;
}

// Every strip with what it shows, and what its rows are called.
/** @type {(state: State, answer: InsideAnswer) => { strip: StripNode; shown: Strip; of: (row: number) => string }[]} */
function stripsOf(state, answer) {
  const unit = (/** @type {number} */ row) => `unit ${answer.rows[row].unit}`;
  const found = [
    { strip: state.input, shown: answer.input, of: (/** @type {number} */ row) => answer.input.names[row] },
    { strip: state.hidden, shown: answer.hidden, of: unit },
    ...answer.gates.map((shown, place) => ({ strip: state.gateStrips[place], shown, of: () => shown.title })),
  ];
  return answer.cell ? [...found, { strip: state.cell, shown: answer.cell, of: unit }] : found;
}

/** @type {(state: State, event: PointerEvent) => string} */
export function pointed(state, event) {
  const { answer } = state;
  const { target } = event;
  if (!answer || !(target instanceof Node)) return "";
  const at = stripsOf(state, answer).find(({ strip }) => strip?.body.contains(target));
  if (!at) return "";
  const { x, y } = pointWithin(at.strip.canvas, event);
  const column = Math.floor((x / at.strip.body.clientWidth) * answer.columns.length);
  return pointedInWords(at.shown, at.of, answer, Math.floor(y / at.strip.rowHeight), column);
}
