// The cells of the unrolled chain: boxes, vectors, and the memories that run along the steps.

import { axisColour } from "../axes.js";
import { returnedStep, UNROLLED_BAR, UNROLLED_TRACK, unrolledStep } from "./grid.js";
import { unrolledWires } from "./rising.js";
import { BOTH, isInitialState, isState, unrolledState } from "./states.js";
import { shade, sharesOf } from "./shades.js";
import { insideArrow, insideText, insideZero } from "./strips.js";
import { textWidth } from "./text.js";
import { count, sentence } from "./words.js";
import { createSvg, say } from "../dom.js";
import { held, lastOf } from "../held.js";

/** @import { Pen, Point, UnrolledDrawing, UnrolledRow } from "./types.d.ts" */
/** @typedef {{ lines: string[]; size: number }} Way */

/** @type {(chain: Omit<UnrolledDrawing, "outs"> & { rows: UnrolledRow[] }) => void} */
export function unrolledCells({ pen, rows, grid, axis, steps, values }) {
  const outs = new Map();
  const drawing = { pen, grid, axis, steps, values, outs };
  for (const row of rows) {
    const own = (/** @type {number | null} */ step) => step && unrolledStep(row, step, steps);
    const cells = grid.places.map(({ step, x }) => ({ x, gap: step === null, step: own(step) }));
    row.cells = row.celled ? cells : [];
    const read = rows.find((each) => each.name === row.reads[0]);
    // One vector stands above what it was made from: above the last step, or in the middle of all.
    row.single = row.flow === "both last" || !read || read.timed ? grid.middle : (outs.get(read.name)?.x ?? grid.middle);
    const standing = row.cells.filter(({ step }) => step !== null);
    const last = row.layer?.backwards ? standing[0] : standing.at(-1);
    outs.set(row.name, { y: row.top, x: row.flow === "last" && last ? last.x : row.single, timed: row.timed });
  }
  for (const row of rows) {
    for (const input of row.inputs) {
      const from = rows.find((each) => each.name === input.name);
      if (!from) continue;
      if (isState(from, input.output) || isInitialState(row, input.place)) unrolledState(drawing, row, from, input);
      else unrolledWires(drawing, row, from, row.reads.indexOf(input.name));
    }
  }
  const read = new Set(rows.flatMap((row) => row.reads));
  for (const row of rows) unrolledRow(drawing, row, !read.has(row.name));
  // A model of pictures has no axis to count along.
  if (!rows.some(({ timed }) => timed)) return;
  const y = Math.max(...rows.map((row) => row.bottom)) + 14;
  for (const { step, x } of grid.places.filter((place) => place.step !== null)) {
    insideText(pen, `step${step}`, step ?? "", x, y, "s11 bold", "middle", axis);
  }
  insideText(pen, "axis", axis, grid.middle, y + 16, "s11 bold", "middle", axis);
}

/** @type {(drawing: UnrolledDrawing, row: UnrolledRow, answers: boolean) => void} */
function unrolledRow(drawing, row, answers) {
  const { pen, grid, axis, outs } = drawing;
  const box = row.top + UNROLLED_BAR;
  const one = held(outs, row.name);
  const told = row.cells.filter(({ step, x }) => step !== null && (row.timed || x === one.x));
  if (row.flow === "input") {
    for (const { step, x } of row.timed ? told : [{ step: 1, x: one.x }]) {
      unrolledVector(drawing, `${row.name}:${step}`, row, step ?? 1, x, row.top, grid.cell, row.height);
    }
  } else if (row.flow.startsWith("both")) unrolledBothWays(drawing, row);
  else if (row.flow === "unknown" && row.celled) {
    // One box: a cell for each step would claim that each is made of its own.
    const [first, last] = [told[0]?.x ?? grid.middle, told.at(-1)?.x ?? grid.middle];
    unrolledBox(drawing, `${row.name}:one`, row, (first + last) / 2, box, last - first + grid.cell, row.bottom - box);
    for (const { step, x } of told) unrolledVector(drawing, `${row.name}:${step}`, row, step ?? 1, x, row.top, grid.cell);
  } else if (!row.celled) {
    const wide = Math.min(200, Math.max(grid.cell, textWidth(unrolledName(row), 12) + 20));
    unrolledBox(drawing, `${row.name}:one`, row, one.x, box, wide, row.bottom - box);
    unrolledVector(drawing, `${row.name}:one`, row, 1, one.x, row.top, grid.cell);
  } else {
    const memory = row.flow === "along" || row.flow === "last";
    if (memory) unrolledAlong(drawing, row, row.name, 0, (box + row.bottom) / 2, grid.cell, Boolean(row.layer?.backwards));
    for (const { step, x } of row.cells) {
      if (step !== null) unrolledBox(drawing, `${row.name}:${step}`, row, x, box, grid.cell, row.bottom - box);
    }
    for (const { step, x } of told) {
      unrolledVector(drawing, `${row.name}:${step}`, row, row.timed ? returnedStep(row, step ?? 1) : 1, x, row.top, grid.cell);
    }
  }
  // Where fewer steps go out than come in, or in another order, a cell's own number differs from that of the step below it.
  row.cells.forEach(({ step, x, gap }, index) => {
    if (gap || step === null || returnedStep(row, step) === grid.places[index].step) return;
    insideText(pen, `${row.name}:own${step}`, returnedStep(row, step), x + grid.cell / 2 + 4, row.top + 8, "s10 bold", "start", axis);
  });
  const middle = row.flow === "input" ? row.top + row.height / 2 : (box + row.bottom) / 2;
  const gaps = row.flow.startsWith("both") || row.flow === "unknown" ? [] : row.cells.filter(({ gap }) => gap);
  for (const { x } of gaps) unrolledGap(pen, row.name, x, middle);
  if (!answers) return;
  for (const { x, step } of row.timed ? told : [{ x: one.x, step: 1 }]) {
    insideArrow(pen, `${row.name}:${step}:answer`, [[x, row.top - 2], [x, row.top - 15]]);
  }
}

/** @type {(pen: Pen, key: string, x: number, y: number) => void} */
function unrolledGap(pen, key, x, y) {
  insideText(pen, `${key}:gap`, "⋯", x, y + 5, "s13 quiet", "middle");
}

/** @type {(row: UnrolledRow) => string} */
const unrolledName = (row) => row.layer?.wraps ?? row.layer?.type ?? row.name;

// What is written in a cell: the most that fits.
/** @type {(row: UnrolledRow, width: number, height: number) => Way} */
function unrolledWords(row, width, height) {
  const name = unrolledName(row);
  const steps = row.inner_steps;
  const inner = steps ? [[`${name} over`, `${count(steps, "timesteps")},`, "from zero"], [name, "from 0"]] : [];
  const parts = name.split(/(?<=[a-z]|\dD)(?=[A-Z])/);
  const two = parts.length > 2 ? [parts.slice(0, -1).join(""), lastOf(parts)] : parts;
  const ways = [...inner, [name], two, parts].flatMap((lines) => [12, 11, 10].map((size) => ({ lines, size })));
  const wide = (/** @type {Way} */ { lines, size }) => Math.max(...lines.map((line) => textWidth(line, size)));
  const fits = (/** @type {Way} */ way) => way.lines.length * way.size * 1.2 < height && wide(way) < width - 2;
  return ways.find(fits) ?? { lines: [], size: 10 };
}

/**
 * @type {(drawing: UnrolledDrawing, key: string, row: UnrolledRow, x: number, y: number, width: number, height:
 *   number, strong?: boolean) => void}
 */
function unrolledBox({ pen }, key, row, x, y, width, height, strong = false) {
  const colour = axisColour(row.axis);
  const rect = pen("rect", `${key}:box`, {
    class: strong ? "unrolled-cell strong" : "unrolled-cell",
    x: x - width / 2,
    y,
    width,
    height,
    rx: 6,
    style: `fill:color-mix(in srgb, ${colour} 15%, var(--ground));stroke:${colour}`,
    "data-layer": row.name,
  });
  say(rect.firstElementChild ?? createSvg("title", "", rect), sentence(`${row.name}: ${row.says}`));
  const { lines, size } = unrolledWords(row, width, height);
  lines.forEach((line, index) => {
    const middle = y + height / 2 + size * 0.36 + (index - (lines.length - 1) / 2) * size * 1.15;
    insideText(pen, `${key}:words${index}`, line, x, middle, `s${size} bold`, "middle");
  });
}

// What goes up from a cell, as a bar of its numbers: of many only some, evenly picked.
/**
 * @type {(drawing: UnrolledDrawing, key: string, row: UnrolledRow, step: number, x: number, y: number, width: number,
 *   height?: number) => void}
 */
function unrolledVector({ pen, values, axis }, key, row, step, x, y, width, height = UNROLLED_BAR - 2) {
  const colour = axisColour(row.axis);
  const grid = sharesOf(values[row.name]);
  const columns = grid[0]?.length ?? 0;
  const windows = axis === "windows" && row.flow === "input" && columns > row.steps;
  const at = row.steps > 1 && columns > 1 ? Math.round(((step - 1) / (row.steps - 1)) * (columns - 1)) : 0;
  // A window is a small grid of its own: its steps from left to right, its features below each other.
  const from = (/** @type {number} */ window) => Math.floor(((window - 1) * columns) / row.steps);
  const picked = windows
    ? grid.map((line) => line.slice(from(step), from(step + 1)))
    : [unrolledPick(grid.map((line) => line[at]), 8)];
  const [left, wide, high] = [x - width / 2, width / Math.max(1, picked[0].length), height / picked.length];
  const frame = { x: left, y, width, height, style: `stroke:${colour}` };
  pen("rect", `${key}:vector`, { class: "unrolled-vector", ...frame });
  picked.forEach((line, down) =>
    line.forEach((share, across) => {
      const spot = { x: left + across * wide, y: y + down * high, width: wide, height: high };
      const style = shade(share, colour);
      pen("rect", `${key}:number${down}:${across}`, { class: "unrolled-number", ...spot, style });
    }),
  );
}

/** @type {(numbers: number[], most: number) => number[]} */
function unrolledPick(numbers, most) {
  if (numbers.length <= most) return numbers;
  return Array.from({ length: most }, (_, index) => numbers[Math.round((index * (numbers.length - 1)) / (most - 1))]);
}

// A memory from cell to cell, from zero on; the backward one starts behind the last step.
/**
 * @type {(drawing: UnrolledDrawing, row: UnrolledRow, name: string, shift: number, y: number, width: number,
 *   backwards: boolean) => void}
 */
function unrolledAlong({ pen }, row, name, shift, y, width, backwards) {
  const spots = row.cells.filter(({ step, gap }) => gap || step !== null);
  const ordered = backwards ? [...spots].reverse() : spots;
  const way = backwards ? -1 : 1;
  const half = (/** @type {{ gap: boolean }} */ { gap }) => (gap ? 9 : width / 2);
  const first = ordered[0].x + shift - way * half(ordered[0]);
  const key = `${name}:${backwards ? "back" : "on"}`;
  if (!row.inputs.some(({ place }) => isInitialState(row, place))) {
    insideZero(pen, key, first - way * 17, y, 6);
    insideArrow(pen, `${key}:start`, [[first - way * 11, y], [first - way * 1.5, y]], "memory");
  }
  ordered.slice(1).forEach((spot, index) => {
    const before = ordered[index];
    const [from, to] = [before.x + shift + way * (half(before) + 1), spot.x + shift - way * (half(spot) + 1.5)];
    insideArrow(pen, `${key}:${index}`, [[from, y], [to, y]], "memory");
    if (index === 0 && Math.abs(to - from) > 24) {
      insideText(pen, `${key}:h`, "h", (from + to) / 2, y - 5, "s11 unrolled-h", "middle");
    }
  });
}

// Two tracks, one for each way. The cells stand a little aside, so that what goes in and out passes the other track.
/** @type {(drawing: UnrolledDrawing, row: UnrolledRow) => void} */
function unrolledBothWays(drawing, row) {
  const { pen, grid, outs } = drawing;
  const last = row.flow === "both last";
  const [width, aside] = [grid.cell * BOTH.width, grid.cell * BOTH.aside];
  const forward = row.bottom - BOTH.forwards - UNROLLED_TRACK / 2;
  const backward = row.bottom - BOTH.backwards - UNROLLED_TRACK / 2;
  unrolledAlong(drawing, row, row.name, -aside, forward + UNROLLED_TRACK / 2, width, false);
  unrolledAlong(drawing, row, row.name, aside, backward + UNROLLED_TRACK / 2, width, true);
  const cells = row.cells.filter(({ step }) => step !== null);
  const bar = row.top + UNROLLED_BAR - 1;
  for (const { x, step } of cells) {
    const key = `${row.name}:${step}`;
    const [ends, starts] = [x === lastOf(cells).x, x === cells[0].x];
    const [left, right] = [x - grid.cell * 0.43, x + grid.cell * 0.46];
    insideArrow(pen, `${key}:in`, [[x, row.bottom + 8], [left, row.bottom + 8], [left, forward + UNROLLED_TRACK + 1.5]]);
    const one = held(outs, row.name).x;
    if (!last || ends) {
      /** @type {Point[]} */
      const top = last ? [[x - aside, forward - 10], [one + 12, forward - 10], [one + 12, bar]] : [[x - aside, bar]];
      insideArrow(pen, `${key}:forward`, [[x - aside, forward - 1], ...top], last ? "strong" : "");
    }
    if (!last || starts) {
      /** @type {Point[]} */
      const top = last ? [[right, forward - 10], [one - 12, forward - 10], [one - 12, bar]] : [[right, bar]];
      insideArrow(pen, `${key}:backward`, [[right, backward + 8], ...top], last ? "strong" : "");
    }
    unrolledBox(drawing, `${key}:on`, row, x - aside, forward, width, UNROLLED_TRACK, last && ends);
    unrolledBox(drawing, `${key}:back`, row, x + aside, backward, width, UNROLLED_TRACK, last && starts);
    if (!last) unrolledVector(drawing, key, row, step ?? 1, x, row.top, grid.cell);
  }
  if (last) unrolledVector(drawing, `${row.name}:one`, row, 1, held(outs, row.name).x, row.top, grid.cell);
  for (const { x } of row.cells.filter(({ gap }) => gap)) {
    unrolledGap(pen, `${row.name}:on`, x - aside, forward + UNROLLED_TRACK / 2);
    unrolledGap(pen, `${row.name}:back`, x + aside, backward + UNROLLED_TRACK / 2);
  }
}
