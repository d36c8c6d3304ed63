// The cell state and the gates of a recurrent layer, below its hidden state and on the same timesteps.

import { INSIDE_LEFT, insideMasked } from "./columns.js";
import { insideNumber, insideRange, insideRows, insideStrip, insideWords } from "./strips.js";
import { singular } from "./words.js";

/** @import { MemoryDrawing } from "../description.d.ts" */
/** @import { Drawing, Grid, Legend, Place } from "./types.d.ts" */
/** @typedef {{ columns: number; left: number; place: Place; y: number }} Below Where the first strip begins, and its columns. */

const ROW = 8;

// Returns the height that they take, their legends, and what a screen reader is told.
/** @type {(drawing: Drawing<MemoryDrawing>, below: Below) => { height: number; legends: Legend[]; words: string }} */
export function insideGates({ pen, shown, width, axis }, { columns, left, place, y: top }) {
  // Drawings that were kept from before have neither.
  const { cell = null, gates = [], counts } = shown;
  /** @type {Legend[]} */
  const legends = [];
  /** @type {string[]} */
  const told = [];
  let y = top;
  /** @type {(key: string, name: string, grid: Grid, range: number, words: string) => void} */
  const strip = (key, name, grid, range, words) => {
    y += insideWords(pen, `${key}:name`, name, left, y, width - left);
    const says = (/** @type {number} */ column) => `${name}, timestep ${column + 1}, ${singular(axis)}`;
    const height = insideStrip(pen, key, grid, { place, y, rowHeight: ROW, range, axis, words: says });
    insideRows(pen, `${key}:rows`, axis, axis, INSIDE_LEFT + 12, y, height);
    insideMasked(pen, counts, columns, place, y, height, key);
    y += height + 6;
    told.push(`${name}, ${words}`);
  };
  if (cell) {
    const range = insideRange(cell);
    strip("cell", "cell state", cell, range, `from ${ends(cell)}`);
    legends.push({ words: "a number of the cell state", range, axis });
  }
  // All gates have one scale, so that they can be compared: of a sigmoid 1 is fully open.
  const range = Math.max(1, ...gates.map(({ grid }) => insideRange(grid)));
  gates.forEach(({ name, grid }, index) => strip(`gate${index}`, name, grid, range, `from ${ends(grid)}`));
  if (gates.length) legends.push({ words: "a number of a gate", range, axis });
  const words = told.length ? ` Below it, on the same timesteps: ${told.join("; ")}.` : "";
  return { height: y - top, legends, words };
}

/** @type {(grid: Grid) => string} */
function ends(grid) {
  const numbers = grid.flat();
  return `${insideNumber(Math.min(...numbers))} to ${insideNumber(Math.max(...numbers))}`;
}
