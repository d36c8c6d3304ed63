// The states that a recurrent layer returns and is given, in the unrolled chain: they leave from its last cell, and come to its
// first one.

import { UNROLLED_BAR, UNROLLED_TRACK } from "./grid.js";
import { insideArrow, insideText } from "./strips.js";
import { held } from "../held.js";

/** @import { Point, UnrolledDrawing, UnrolledInput, UnrolledRow } from "./types.d.ts" */
/** @typedef {Pick<UnrolledRow, "layer" | "flow" | "cells" | "top" | "bottom"> & { track?: number }} Recurrent */
/** @typedef {{ x: number; y: number; way: 1 | -1; place: number; outer: number }} Spot */

// How far apart the wires of two states run.
const APART = 6;
const RECURRENT = ["along", "last", "both", "both last"];
// Of the cells of two directions: their width, and how far they stand aside.
export const BOTH = { width: 0.78, aside: 0.11 };
// The middles of their tracks above the row's end.
/** @type {(row: { track?: number }, back: boolean) => number} */
export const trackOf = ({ track = UNROLLED_TRACK }, back) => (back ? track / 2 : 1.5 * track + 10);

/** @type {(row: Recurrent) => boolean} */
const isBoth = ({ flow }) => flow === "both" || flow === "both last";

// How many tensors a recurrent layer returns before its states.
/** @type {(row: Recurrent) => number} */
const returned = (row) => (isBoth(row) && row.layer?.merge_mode === null ? 2 : 1);

// Whether an output is a state, and no sequence or last hidden state that goes up.
/** @type {(row: Recurrent, output: number) => boolean} */
export const isState = (row, output) => RECURRENT.includes(row.flow) && row.cells.length > 0 && output >= returned(row);

// Whether a layer is given a state there: Keras takes them behind the sequence.
/** @type {(row: Recurrent, place: number) => boolean} */
export const isInitialState = (row, place) => RECURRENT.includes(row.flow) && row.cells.length > 0 && place > 0;

// The edge of a cell of one direction, of the last cell or of the first one. Every direction has as many states.
/** @type {(row: Recurrent, cell: number, index: number, count: number, last: boolean) => Spot} */
function edgeOf(row, cell, index, count, last) {
  const both = isBoth(row);
  const each = both ? count / 2 : count;
  const back = both ? index >= each : Boolean(row.layer?.backwards);
  const standing = row.cells.filter(({ step }) => step !== null);
  const way = back === last ? -1 : 1;
  const { x, unit = cell } = way > 0 ? standing[standing.length - 1] : standing[0];
  const aside = both ? (back ? 1 : -1) * BOTH.aside * unit : 0;
  const half = (unit * (both ? BOTH.width : 1)) / 2;
  const middle = both ? row.bottom - trackOf(row, back) : (row.top + UNROLLED_BAR + row.bottom) / 2;
  const place = index % each;
  return { x: x + aside + way * half, y: middle + (place - (each - 1) / 2) * APART, way, place, outer: x + (way * unit) / 2 };
}

/** @type {(row: Recurrent, output: number, cell: number) => Spot} */
export function stateLeaves(row, output, cell) {
  const first = returned(row);
  return edgeOf(row, cell, output - first, (row.layer?.output.length ?? first + 1) - first, true);
}

/** @type {(row: Recurrent, place: number, cell: number) => Spot} */
export function stateComes(row, place, cell) {
  return edgeOf(row, cell, place - 1, Math.max(1, (row.layer?.input.length ?? 2) - 1), false);
}

// From the side of the last cell up beside all rows, or from above what is no state, and over to where the reading row takes it.
/** @type {(drawing: Pick<UnrolledDrawing, "pen" | "grid" | "outs">, row: UnrolledRow, from: UnrolledRow, input: UnrolledInput)
 *   => void} */
export function unrolledState({ pen, grid, outs }, row, from, { output, place }) {
  const key = `${from.name}/${output}>${row.name}/${place}`;
  const wire = (/** @type {string} */ name, /** @type {Point[]} */ points) => insideArrow(pen, name, points, "memory");
  const state = isState(from, output) ? stateLeaves(from, output, grid.cell) : null;
  const out = held(outs, from.name);
  // Where it leaves, and how high it then runs.
  const level = state ? row.bottom + 10 + APART * state.place : out.y - 9;
  const beside = state ? state.outer + state.way * ((state.way > 0 ? 9 : 26) + APART * state.place) : out.x;
  /** @type {Point[]} */
  const up = [...(state ? [/** @type {Point} */ ([state.x + state.way, state.y])] : []), [beside, state?.y ?? out.y - 2], [beside, level]];
  if (isInitialState(row, place)) {
    const end = stateComes(row, place, grid.cell);
    const before = end.x + end.way * (15 + APART * end.place);
    wire(key, [...up, [before, level], [before, end.y], [end.x + end.way * 1.5, end.y]]);
  } else if (row.celled) {
    for (const { x, step } of row.cells) if (step !== null) wire(`${key}:${step}`, [...up, [x, level], [x, row.bottom + 2]]);
  } else {
    const x = row.single + 2 * APART * (row.inputs.findIndex((each) => each.place === place) - (row.inputs.length - 1) / 2);
    wire(key, [...up, [x, level], [x, row.bottom + 2]]);
  }
  if (!state) return;
  // The names of all that run side by side, at the first of them.
  const beginsThere = (/** @type {UnrolledInput} */ each) =>
    each.name === from.name && isState(from, each.output) && stateLeaves(from, each.output, grid.cell).way === state.way;
  const named = row.inputs.filter(beginsThere);
  const words = named.map((each) => from.layer?.names_out?.[each.output] ?? "").filter(Boolean);
  if (named[0].output !== output || !words.length) return;
  insideText(pen, `${key}:name`, words.join(", "), beside - state.way * 5, level - 4, "s11 quiet", state.way > 0 ? "end" : "start");
}
