// The cells of the unrolled chain: boxes, vectors, and the memories that run along the steps.

import { axisColour } from "../axes.js";
import { returnedStep, UNROLLED_BAR, unrolledStep } from "./grid.js";
import { unrolledWires } from "./rising.js";
import { opensAt, unrolledOpened } from "./opened.js";
import { BOTH, isInitialState, isState, trackOf, unrolledState } from "./states.js";
import { isMasked, shade, sharesOf } from "./shades.js";
import { insideArrow, insideHatch, insideText, insideZero } from "./strips.js";
import { textWidth } from "./text.js";
import { count, sentence } from "./words.js";
import { createSvg, say } from "../dom.js";
import { held, lastOf } from "../held.js";

/** @import { Pen, Point, UnrolledDrawing, UnrolledRow, WalkView } from "./types.d.ts" */
/** @typedef {{ lines: string[]; size: number }} Way */

/** @type {(chain: Omit<UnrolledDrawing, "outs"> & { rows: UnrolledRow[] }) => void} */
export function unrolledCells({ pen, rows, grid, axis, steps, values, masks, walk = null }) {
  const outs = new Map();
  const drawing = { pen, grid, axis, steps, values, masks, outs, walk };
  for (const row of rows) {
    const own = (/** @type {number | null} */ step) => step && unrolledStep(row, step, steps);
    const cells = grid.places.map(({ step, x, unit = grid.cell }) => {
      const opens = opensAt(walk, row, step);
      return { x, gap: step === null, step: own(step), column: step, unit: opens ? unit : grid.cell };
    });
    row.cells = row.celled ? cells : [];
    const read = rows.find((each) => each.name === row.reads[0]);
    // One vector stands above what it was made from: above the last step, or in the middle of all.
    row.single = row.flow === "both last" || !read || read.timed ? grid.middle : (outs.get(read.name)?.x ?? grid.middle);
    const standing = row.cells.filter(({ step }) => step !== null);
    const last = row.layer?.backwards ? standing[0] : standing.at(-1);
    outs.set(row.name, { y: row.top, x: row.flow === "last" && last ? last.x : row.single, timed: row.timed });
  }
  if (walk) unrolledBands(drawing, walk, rows);
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
    const passed = walk !== null && step === walk.column;
    if (passed) pen("rect", "passed", { class: "walk-passed", x: x - 15, y: y - 13, width: 30, height: 18, rx: 9 });
    insideText(pen, `step${step}`, step ?? "", x, y, `s11 bold${passed ? " walk-number" : ""}`, "middle", passed ? null : axis);
    // Where a finger or the mouse takes the walk along.
    const half = Math.max(15, grid.cell / 2);
    pen("rect", `at${step}`, { class: "walk-step", x: x - half, y: y - 18, width: 2 * half, height: 26, "data-step": step ?? "" });
  }
  insideText(pen, "axis", axis, grid.middle, y + 16, "s11 bold", "middle", axis);
}

// Behind all rows the timestep that is passed; and behind those that read backwards too, the one that these have come to.
/** @type {(drawing: UnrolledDrawing, walk: WalkView, rows: UnrolledRow[]) => void} */
function unrolledBands({ pen, grid }, walk, rows) {
  const bottom = Math.max(...rows.map((row) => row.bottom)) + 26;
  for (const mirrored of [false, true]) {
    const place = grid.places.find(({ step }) => step === (mirrored ? walk.mirrored : walk.column));
    if (!place || (mirrored && (!walk.both || walk.mirrored === walk.column))) continue;
    const width = (place.unit ?? grid.cell) + 14;
    const box = { x: place.x - width / 2, y: 2, width, height: bottom - 2, rx: 8 };
    pen("rect", mirrored ? "band:mirrored" : "band", { class: `walk-band${mirrored ? " mirrored" : ""}`, ...box });
  }
}

// In the backward phase of slow motion: the frame of a cell is as thick as the gradient by its state is strong.
/**
 * @type {(drawing: UnrolledDrawing, row: UnrolledRow, cell: UnrolledRow["cells"][number], back: boolean, box: { x: number;
 *   y: number; width: number; height: number }) => void}
 */
function unrolledStrength({ pen, walk }, row, { step, column }, back, box) {
  const share = walk && column !== null ? walk.strength(row, back, column) : null;
  if (share === null) return;
  const style = `stroke-width:${(1 + 6 * share).toFixed(1)}px`;
  pen("rect", `${row.name}:${step}:${back ? "back" : "on"}:strength`, { class: "slow-strength", ...box, rx: 6, style });
}

/** @type {(drawing: UnrolledDrawing, row: UnrolledRow, answers: boolean) => void} */
function unrolledRow(drawing, row, answers) {
  const { pen, grid, axis, outs, walk } = drawing;
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
    const back = Boolean(row.layer?.backwards);
    if (memory) unrolledAlong(drawing, row, row.name, 0, (box + row.bottom) / 2, 1, back);
    for (const cell of row.cells) {
      const { step, x, unit } = cell;
      if (step === null) continue;
      unrolledBox(drawing, `${row.name}:${step}`, row, x, box, unit, row.bottom - box, opensAt(walk, row, cell.column));
      unrolledOpened(drawing, row, cell, back, x, box, unit, row.bottom - box);
      unrolledStrength(drawing, row, cell, back, { x: x - unit / 2, y: box, width: unit, height: row.bottom - box });
    }
    for (const { step, x, unit } of told) {
      unrolledVector(drawing, `${row.name}:${step}`, row, row.timed ? returnedStep(row, step ?? 1) : 1, x, row.top, unit);
    }
  }
  // Where fewer steps go out than come in, or in another order, a cell's own number differs from that of the step below it.
  row.cells.forEach(({ step, x, gap, unit }, index) => {
    if (gap || step === null || returnedStep(row, step) === grid.places[index].step) return;
    insideText(pen, `${row.name}:own${step}`, returnedStep(row, step), x + unit / 2 + 4, row.top + 8, "s10 bold", "start", axis);
  });
  const middle = row.flow === "input" ? row.top + row.height / 2 : (box + row.bottom) / 2;
  const gaps = row.flow.startsWith("both") || row.flow === "unknown" ? [] : row.cells.filter(({ gap }) => gap);
  gaps.forEach(({ x }, index) => unrolledGap(pen, `${row.name}:${index}`, x, middle));
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

// Where a cell opens, its gates stand in it and no name.
/**
 * @type {(drawing: UnrolledDrawing, key: string, row: UnrolledRow, x: number, y: number, width: number, height:
 *   number, opened?: boolean, strong?: boolean) => void}
 */
function unrolledBox({ pen }, key, row, x, y, width, height, opened = false, strong = false) {
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
  const { lines, size } = opened ? { lines: [], size: 10 } : unrolledWords(row, width, height);
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
function unrolledVector({ pen, values, masks, axis }, key, row, step, x, y, width, height = UNROLLED_BAR - 2) {
  const colour = axisColour(row.axis);
  const grid = sharesOf(values[row.name]);
  const columns = grid[0]?.length ?? 0;
  const windows = axis === "windows" && row.flow === "input" && columns > row.steps;
  const at = row.steps > 1 && columns > 1 ? Math.round(((step - 1) / (row.steps - 1)) * (columns - 1)) : 0;
  // A window is a small grid of its own: its steps from left to right, its features below each other.
  const from = (/** @type {number} */ window) => Math.floor(((window - 1) * columns) / row.steps);
  const picked = windows
    ? grid.map((line) => line.slice(from(step), from(step + 1)))
    : [unrolledPick(grid.map((line) => line[at]), Math.max(8, Math.floor(width / 10)))];
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
  if (row.timed && !windows && isMasked(masks?.[row.name], step - 1, row.steps)) insideHatch(pen, `${key}:masked`, left, y, width, height);
}

/** @type {(numbers: number[], most: number) => number[]} */
function unrolledPick(numbers, most) {
  if (numbers.length <= most) return numbers;
  return Array.from({ length: most }, (_, index) => numbers[Math.round((index * (numbers.length - 1)) / (most - 1))]);
}

// A memory from cell to cell, from zero on; the backward one starts behind the last step. shift, width: as parts of each cell's
// width.
/**
 * @type {(drawing: UnrolledDrawing, row: UnrolledRow, name: string, shift: number, y: number, width: number,
 *   backwards: boolean) => void}
 */
function unrolledAlong({ pen }, row, name, shift, y, width, backwards) {
  const spots = row.cells.filter(({ step, gap }) => gap || step !== null);
  const ordered = backwards ? [...spots].reverse() : spots;
  const way = backwards ? -1 : 1;
  const half = (/** @type {{ gap: boolean; unit: number }} */ { gap, unit }) => (gap ? 9 : (unit * width) / 2);
  const at = (/** @type {{ x: number; unit: number }} */ { x, unit }) => x + shift * unit;
  const first = at(ordered[0]) - way * half(ordered[0]);
  const key = `${name}:${backwards ? "back" : "on"}`;
  if (!row.inputs.some(({ place }) => isInitialState(row, place))) {
    insideZero(pen, key, first - way * 17, y, 6);
    insideArrow(pen, `${key}:start`, [[first - way * 11, y], [first - way * 1.5, y]], "memory");
  }
  ordered.slice(1).forEach((spot, index) => {
    const before = ordered[index];
    const [from, to] = [at(before) + way * (half(before) + 1), at(spot) - way * (half(spot) + 1.5)];
    if (way * (to - from) > 2) insideArrow(pen, `${key}:${index}`, [[from, y], [to, y]], "memory");
    if (index === 0 && Math.abs(to - from) > 24) {
      insideText(pen, `${key}:h`, "h", (from + to) / 2, y - 5, "s11 unrolled-h", "middle");
    }
  });
}

// Two tracks, one for each way. The cells stand a little aside, so that what goes in and out passes the other track.
/** @type {(drawing: UnrolledDrawing, row: UnrolledRow) => void} */
function unrolledBothWays(drawing, row) {
  const { pen, outs, walk } = drawing;
  const last = row.flow === "both last";
  const [on, back] = [row.bottom - trackOf(row, false), row.bottom - trackOf(row, true)];
  const [forward, backward] = [on - row.track / 2, back - row.track / 2];
  unrolledAlong(drawing, row, row.name, -BOTH.aside, on, BOTH.width, false);
  unrolledAlong(drawing, row, row.name, BOTH.aside, back, BOTH.width, true);
  const cells = row.cells.filter(({ step }) => step !== null);
  const bar = row.top + UNROLLED_BAR - 1;
  for (const cell of cells) {
    const { x, step, unit } = cell;
    const [width, aside] = [unit * BOTH.width, unit * BOTH.aside];
    const key = `${row.name}:${step}`;
    const [ends, starts] = [x === lastOf(cells).x, x === cells[0].x];
    const [left, right] = [x - unit * 0.43, x + unit * 0.46];
    insideArrow(pen, `${key}:in`, [[x, row.bottom + 8], [left, row.bottom + 8], [left, forward + row.track + 1.5]]);
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
    for (const each of [false, true]) {
      const [middle, y] = each ? [x + aside, backward] : [x - aside, forward];
      const opened = opensAt(walk, row, cell.column, each);
      const strong = last && (each ? starts : ends);
      unrolledBox(drawing, `${key}:${each ? "back" : "on"}`, row, middle, y, width, row.track, opened, strong);
      unrolledOpened(drawing, row, cell, each, middle, y, width, row.track);
      unrolledStrength(drawing, row, cell, each, { x: middle - width / 2, y, width, height: row.track });
    }
    if (!last) unrolledVector(drawing, key, row, step ?? 1, x, row.top, unit);
  }
  if (last) unrolledVector(drawing, `${row.name}:one`, row, 1, held(outs, row.name).x, row.top, drawing.grid.cell);
  row.cells.filter(({ gap }) => gap).forEach(({ x, unit }, index) => {
    unrolledGap(pen, `${row.name}:on${index}`, x - unit * BOTH.aside, on);
    unrolledGap(pen, `${row.name}:back${index}`, x + unit * BOTH.aside, back);
  });
}
