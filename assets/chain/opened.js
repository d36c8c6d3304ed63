// A cell of a recurrent layer that a walk passes, opened: its states and gates as strips of numbers.

import { columnsAt, equationOf, numberId, numberInWords, STRIP, waysOf } from "./walk.js";
import { insideCell, insideHatch, insideText } from "./strips.js";
import { textWidth } from "./text.js";

/** @import { UnrolledDrawing, UnrolledRow, WalkView } from "./types.d.ts" */
/** @typedef {UnrolledRow["cells"][number]} Standing */

const SMALLEST = 4;
const FEWEST = 8;

// Whether a cell of the row is open in a column: in any direction, or in one.
/** @type {(walk: WalkView | null, row: UnrolledRow, column: number | null, back?: boolean) => boolean} */
export function opensAt(walk, row, column, back) {
  if (!walk || column === null || !walk.heights.has(row.name)) return false;
  const { column: passed, mirrored } = columnsAt(walk.at, walk.over);
  const ways = back === undefined ? waysOf(row) : [back];
  return ways.some((each) => column === (each ? mirrored : passed));
}

// Evenly picked, the first and the last among them.
/** @type {(count: number, room: number) => number[]} */
export function picked(count, room) {
  const most = Math.max(FEWEST, Math.floor(room / SMALLEST));
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)));
}

/**
 * @type {(drawing: UnrolledDrawing, row: UnrolledRow, cell: Standing, back: boolean, x: number, y: number, width: number,
 *   height: number) => void}
 */
export function unrolledOpened({ pen, walk }, row, cell, back, x, y, width, height) {
  if (!walk || !opensAt(walk, row, cell.column, row.inner_steps ? undefined : back)) return;
  const key = `${row.name}:open${back ? ":back" : ""}`;
  const contents = walk.contents(row, back);
  if (!contents.length) {
    return void insideText(pen, `${key}:none`, "…", x, y + height / 2 + 4, "s13 quiet", "middle");
  }
  const left = x - width / 2 + 6;
  const all = contents.flatMap(({ strips }) => strips);
  const labels = Math.ceil(Math.max(...all.map(({ label }) => textWidth(label, 12)))) + 5;
  const room = width - 12 - labels;
  const line = Math.min(STRIP, (height - 6) / all.length);
  let top = y + (height - all.length * line) / 2;
  for (const { layer, track, timestep, strips, masked } of contents) {
    const begins = top;
    const shown = picked(layer.places.length, room);
    walk.drawn = { drawn: shown.length, of: layer.units };
    const wide = room / shown.length;
    for (const { key: name, label, name: called, numbers, range } of strips) {
      const own = `${key}:${track.role}:${name}`;
      insideText(pen, `${own}:label`, label, left, top + line / 2 + 4, "s10 bold");
      pen("rect", `${own}:ground`, { class: "strip", x: left + labels - 0.5, y: top + 0.5, width: room, height: line - 2 });
      shown.forEach((unit, index) => {
        const [value, place] = [numbers[unit], layer.places[unit]];
        const words = numberInWords(layer, track.role, called, timestep, place, value);
        const told = [words, equationOf(strips, unit, masked)].filter(Boolean).join(". ");
        const share = Number.isFinite(value) ? value : 0;
        const number = { "data-number": numberId(row.name, track.role, name, place) };
        const x1 = left + labels + index * wide;
        insideCell(pen, `${own}:${index}`, x1, top + 1, wide, line - 2, share, { range, axis: row.axis }, told, number);
      });
      top += line;
    }
    if (masked) insideHatch(pen, `${key}:${track.role}:masked`, left + labels, begins, room, top - begins);
  }
}
