// Where the rows and columns of the unrolled chain stand.

import { lastOf } from "../held.js";

/** @import { UnrolledGrid, UnrolledRow } from "./types.d.ts" */

export const UNROLLED_BAR = 9;
const UNROLLED_BOX = 30;
// The room for the wires below a row.
const BELOW = new Map([
  ["pool", 62],
  ["repeat", 54],
  ["all", 70],
  ["all before", 70],
  ["over all", 70],
  ["window", 62],
  ["spread", 62],
]);
export const UNROLLED_TRACK = 24;
// Room for the dots and an arrow on each side.
const LEAST_GAP = 36;

// The middles of the columns; an ellipsis takes less room than a step, and a step whose cells are open takes more.
/** @type {(columns: (number | null)[], left: number, room: number, narrow: boolean, opened?: number[]) => UnrolledGrid} */
export function unrolledGrid(columns, left, room, narrow, opened = []) {
  const open = columns.map((step) => step !== null && opened.includes(step));
  const wide = open.filter(Boolean).length;
  const [before, after] = narrow ? [22, 14] : [30, 22];
  const inner = room - before - after;
  const share = wide > 1 ? 0.27 : narrow ? 0.4 : 0.34;
  const opens = wide ? Math.round(Math.min(260, inner * share)) : 0;
  const part = narrow ? 0.5 : 0.62;
  const closed = columns.filter((step, index) => step !== null && !open[index]).length;
  const dots = columns.filter((step) => step === null).length;
  const free = inner - wide * opens;
  const even = free / Math.max(1, closed + part * dots);
  const pitch = Math.min(136, part * even < LEAST_GAP ? (free - LEAST_GAP * dots) / Math.max(1, closed) : even);
  const widths = columns.map((step, index) => (open[index] ? opens : step === null ? Math.max(LEAST_GAP, part * pitch) : pitch));
  const taken = widths.reduce((/** @type {number} */ sum, each) => sum + each, 0);
  let x = left + before + Math.max(0, (inner - taken) / 2);
  const middles = widths.map((width) => {
    x += width;
    return x - width / 2;
  });
  const cell = Math.min(84, pitch * (narrow ? 0.74 : 0.66));
  const places = columns.map((step, index) => ({ step, x: middles[index], unit: open[index] ? opens * 0.9 : cell }));
  const gaps = places.filter(({ step }) => step === null).map((place) => place.x);
  return { places, cell, gap: gaps[0], gaps, middle: (middles[0] + lastOf(middles)) / 2 };
}

// The column nearest to a place in the drawing; within what is left out, as far along as the place is.
/** @type {(grid: Pick<UnrolledGrid, "places">, x: number) => number} */
export function unrolledColumnAt({ places }, x) {
  const steps = places.flatMap((place) => (place.step === null ? [] : [{ step: place.step, x: place.x }]));
  const next = steps.findIndex((place) => place.x >= x);
  if (next <= 0) return (next < 0 ? lastOf(steps) : steps[0]).step;
  const [from, to] = [steps[next - 1], steps[next]];
  return Math.round(from.step + ((x - from.x) / (to.x - from.x)) * (to.step - from.step));
}

// The step that a row has at a place: the first ones from its start, the last ones from its end, which may differ.
/** @type {(row: { steps: number }, step: number, steps: number) => number | null} */
export function unrolledStep(row, step, steps) {
  if (step <= steps / 2 || row.steps === steps) return step <= row.steps ? step : null;
  const own = row.steps - (steps - step);
  return own > steps / 2 || own > 3 ? own : null;
}

// The step of the output that a cell hands up: a layer that reads backwards returns its states in the order it read in.
/** @type {(row: Pick<UnrolledRow, "layer" | "flow" | "steps">, step: number) => number} */
export const returnedStep = (row, step) =>
  row.layer?.backwards && row.flow === "along" ? row.steps + 1 - step : step;

// Rows from the answer at the top down to the input; returns the height of the whole.
// opened: how high a cell that opens is, by the name of its row.
/** @type {(rows: UnrolledRow[], heights: number[], grid: UnrolledGrid, axis: string, opened?: Map<string, number>) => number} */
export function unrolledPlace(rows, heights, grid, axis, opened = new Map()) {
  let y = 22;
  for (const row of [...rows].reverse()) {
    const below = BELOW.get(row.flow) ?? 36;
    const before = new Set(rows.filter((each) => each.index < row.index).map((each) => each.name));
    const skips = rows.some((other) => other.index > row.index && other.reads.some((name) => before.has(name)));
    const high = opened.get(row.name) ?? 0;
    row.track = Math.max(UNROLLED_TRACK, high);
    const tracks = row.flow.startsWith("both") ? 2 * row.track + 18 : Math.max(UNROLLED_BOX, high);
    const grids = axis === "windows" ? 21 : 7;
    const box = row.flow === "input" ? grids : row.inner_steps && grid.cell > 70 ? Math.max(48, high) : tracks;
    row.band = y;
    row.top = y;
    row.height = UNROLLED_BAR + box + (row.flow === "both last" ? 24 : 0);
    row.bottom = row.top + row.height;
    const wires = row.flow === "input" ? 0 : below + (skips ? 8 : 0);
    const needs = Math.max(row.height + wires, heights[row.index] + 14);
    // A head that is taller than its cells pushes the next row down; the cells stand beside its middle.
    row.top += Math.max(0, Math.min(needs - row.height - below, (heights[row.index] - row.height) / 2));
    row.bottom = row.top + row.height;
    y += needs;
  }
  return y + 28;
}
