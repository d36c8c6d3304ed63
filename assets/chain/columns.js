// Where the columns of a strip stand, and what its rows and steps are called.

import { INSIDE_ROW, insideHatch } from "./strips.js";
import { singular } from "./words.js";

/** @import { Layer } from "../description.d.ts" */
/** @import { Grid, Pen, Place, Point } from "./types.d.ts" */

export const INSIDE_LEFT = 34;
export const INSIDE_RIGHT = 12;
/** @type {(grid: Grid) => number} */
export const insideHeight = (grid) => Math.min(22, Math.max(INSIDE_ROW, 54 / grid.length));
/** @type {(grid: Grid, axis: string, size: number) => string} */
export const insideRowsName = (grid, axis, size) => (size > grid.length ? `${axis}, ${grid.length} of ${size} drawn` : axis);
/** @type {(axis: string) => (column: number) => string} */
export const insideStep = (axis) => (column) => `timestep ${column + 1}, ${singular(axis)}`;

// Columns of one width side by side, none wider than it needs to be.
/** @type {(count: number, left: number, room: number, most?: number) => { width: number; end: number; place: Place }} */
export function insideEven(count, left, room, most = 26) {
  const width = Math.min(most, room / count);
  const place = (/** @type {number} */ column) => ({ x: left + column * width, width });
  return { width: width * count, end: left + width * count, place };
}

// How long an axis of what the layer receives really is: a drawing may show only its first steps.
/** @type {(layer: Layer, axis: string) => number | null} */
export function insideSize(layer, axis) {
  const place = layer.axes_in?.[0]?.indexOf(axis) ?? -1;
  return place < 0 ? null : layer.input[0][place];
}

// The axis along which the steps lie that a drawing shows: timesteps, or windows.
/** @type {(axes: string[][] | undefined) => "windows" | "timesteps"} */
export const insideOrdered = (axes) => (axes?.[0]?.includes("windows") ? "windows" : "timesteps");

// Neighbouring columns for which `holds`, as [first, last].
/** @type {(columns: number, holds: (column: number) => boolean) => Point[]} */
export function insideRuns(columns, holds) {
  /** @type {Point[]} */
  const runs = [];
  for (let column = 0; column < columns; column++) {
    if (!holds(column)) continue;
    const run = runs.at(-1);
    if (run?.[1] === column - 1) run[1] = column;
    else runs.push([column, column]);
  }
  return runs;
}

// Masked steps are hatched over: what stands there is the memory of the step before.
/**
 * @type {(pen: Pen, counts: number[] | null, columns: number, place: Place, y: number, height: number, key?: string) =>
 *   number}
 */
export function insideMasked(pen, counts, columns, place, y, height, key = "") {
  if (!counts) return 0;
  const runs = insideRuns(columns, (column) => !counts[column]);
  for (const [from, to] of runs) {
    const [{ x }, end] = [place(from), place(to)];
    insideHatch(pen, `${key}masked${from}`, x, y - 0.5, end.x + end.width - x - 0.5, height);
  }
  return runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** @type {(columns: number, all: number) => string} */
export const insideShown = (columns, all) => (all > columns ? `timesteps, the first ${columns} of ${all} drawn` : "timesteps");
