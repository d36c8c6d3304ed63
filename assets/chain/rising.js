// The wires of the unrolled chain from row to row.

import { returnedStep } from "./grid.js";
import { insideArrow, insideText } from "./strips.js";
import { reachedFrom, seenFrom } from "./taps.js";
import { held } from "../held.js";

/** @import { Pen, Point, UnrolledDrawing, UnrolledGrid, UnrolledRow } from "./types.d.ts" */

/** @type {(row: UnrolledRow, stepOf?: (step: number) => number) => { step: number; x: number }[]} */
const standing = ({ cells }, stepOf = (step) => step) =>
  cells.flatMap(({ step, x }) => (step === null ? [] : [{ step: stepOf(step), x }]));

// Whether a wire would claim something: there are timesteps, and no rule tells which of them reaches which.
/** @type {(row: Pick<UnrolledRow, "flow" | "celled">, timed: boolean) => boolean} */
export const isUnknown = (row, timed) => row.flow === "unknown" && (row.celled || timed);

/** @type {(drawing: UnrolledDrawing, row: UnrolledRow, from: UnrolledRow, index: number) => void} */
export function unrolledWires({ pen, grid, outs }, row, from, index) {
  const out = held(outs, from.name);
  const key = `${from.name}>${row.name}`;
  const aside = row.reads.length > 1 ? (index - (row.reads.length - 1) / 2) * Math.min(22, grid.cell / 2) : 0;
  const bottom = row.bottom + 2;
  const given = standing(from, (step) => returnedStep(from, step));
  const taken = standing(row);
  if (isUnknown(row, out.timed)) {
    const words = "not known which timesteps reach which";
    return void insideText(pen, `${key}:unknown`, words, grid.middle, bottom + 16, "s11 quiet", "middle");
  }
  /** @type {(name: string, x1: number, x2: number) => void} */
  const fan = (name, x1, x2) => {
    pen("path", name, { class: "fan", d: `M${x1.toFixed(1)},${out.y - 2}L${x2.toFixed(1)},${bottom}` });
  };
  const more = (grid.gaps ?? []).map((x, place) => ({ step: `more${place || ""}`, x }));
  if (!row.celled && out.timed) {
    for (const { step, x } of more) fan(`${key}:${step}`, x, row.single);
    for (const { step, x } of given) insideArrow(pen, `${key}:${step}`, [[x, out.y - 2], [row.single, bottom]]);
    return;
  }
  if (row.celled && !out.timed) {
    for (const { step, x } of taken) insideArrow(pen, `${key}:${step}`, [[out.x, out.y - 2], [x, bottom]]);
    for (const each of more) fan(`${key}:${each.step}`, out.x, each.x);
    return;
  }
  if (["all", "all before", "over all"].includes(row.flow)) {
    for (const { step, x } of taken) {
      const before = row.flow === "all before";
      /** @type {{ step: number | string; x: number }[]} */
      const seen = [...given.filter((each) => !before || each.step <= step), ...more.filter((each) => !before || each.x <= x)];
      for (const other of seen) fan(`${key}:${step}:${other.step}`, other.x, x);
      const own = given.find((each) => each.step === step)?.x ?? x;
      insideArrow(pen, `${key}:${step}`, [[own, out.y - 2], [x, bottom]]);
    }
    return;
  }
  const slid = row.layer?.window;
  if (slid) {
    const sees = row.flow === "spread" ? reachedFrom : seenFrom;
    for (const { step, x } of taken) {
      let hidden = false;
      for (const seen of sees(slid, step)) {
        const source = given.find((each) => each.step === seen);
        if (source) insideArrow(pen, `${key}:${step}:${seen}`, [[source.x, out.y - 2], [x, bottom]]);
        else hidden ||= seen >= 1 && seen <= from.steps;
      }
      const [gap] = [...more].sort((one, other) => Math.abs(one.x - x) - Math.abs(other.x - x));
      if (hidden && gap) fan(`${key}:${step}:more`, gap.x, x);
    }
    return;
  }
  if (row.celled && from.layer?.backwards && from.flow === "along") {
    // The first state that it returns is that of the last timestep: the wires cross.
    for (const { step, x } of taken) {
      const source = given.find((each) => each.step === step);
      if (source) insideArrow(pen, `${key}:${step}`, [[source.x, out.y - 2], [x + aside, bottom]]);
    }
    return;
  }
  /** @type {Point[]} */
  const ups = row.celled ? taken.map(({ x }) => [x, x]) : [[out.x, row.single]];
  for (const [x1, x2] of ups) unrolledUp(pen, `${key}:${x1}`, grid, row, from, [x1, out.y - 2], [x2 + aside, bottom]);
}

// Straight up, or past the cells of the rows between, which the wire does not enter.
/**
 * @type {(pen: Pen, key: string, grid: UnrolledGrid, row: UnrolledRow, from: UnrolledRow, start: Point, end: Point)
 *   => void}
 */
function unrolledUp(pen, key, grid, row, from, [x1, y1], [x2, y2]) {
  if (row.index === from.index + 1) {
    /** @type {Point[]} */
    const corners = Math.abs(x1 - x2) < 1 ? [[x1, y1], [x2, y2]] : [[x1, y1], [x1, y1 - 10], [x2, y1 - 10], [x2, y2]];
    return insideArrow(pen, key, corners);
  }
  const past = x1 - (grid.places.find(({ x }) => x === x1)?.unit ?? grid.cell) / 2 - 6;
  insideArrow(pen, key, [[x1, y1], [x1, y1 - 7], [past, y1 - 7], [past, y2 + 11], [x2, y2 + 11], [x2, y2]], "past");
}
