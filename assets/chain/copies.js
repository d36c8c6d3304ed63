// The drawing of a layer that uses one set of weights at every step.

import { insideOrdered, insideRowsName } from "./columns.js";
import { INSIDE_ROW, insideArrow, insideHatch, insideRange, insideStrip, insideText } from "./strips.js";
import { textWidth } from "./text.js";
import { singular } from "./words.js";
import { lastOf } from "../held.js";

/** @import { CopiesDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn, Grid } from "./types.d.ts" */

const INSIDE_ENDS = { first: 3, last: 2 };

// The steps that are drawn where there is room for a few: the first ones, a gap, the last ones of which numbers came.
/** @type {(columns: number, steps: number) => (number | null)[]} */
export function insideFew(columns, steps) {
  const { first, last } = INSIDE_ENDS;
  const all = Array.from({ length: columns }, (_, column) => column);
  const few = columns <= first + last + 1 ? all : [...all.slice(0, first), null, ...all.slice(-last)];
  return columns < steps ? [...few, null] : few;
}

/** @type {(drawing: Drawing<CopiesDrawing>) => Drawn} */
export function insideCopies({ pen, layer, shown, width, axis, size }) {
  const { received, returned, steps, counts = null } = shown;
  const columns = returned[0].length;
  const inner = layer.wraps ?? layer.type;
  const few = insideFew(columns, steps);
  const narrow = width < 560;
  const left = narrow ? 70 : 160;
  const pitch = Math.min(118, (width - left - 4) / few.length);
  const wide = Math.min(74, pitch - 10);
  const cell = Math.min(22, wide - 12);
  const ranges = { received: insideRange(received), returned: insideRange(returned) };
  const heights = { received: received.length * INSIDE_ROW, returned: returned.length * INSIDE_ROW };
  const ordered = insideOrdered(layer.axes_in);
  // Numbers to look up, one at each step, have no axis of their own.
  const comes = (layer.axes_in?.[0]?.length ?? 0) > 2 ? (layer.axes_in[0].at(-1) ?? "features") : "features";

  const top = 4;
  const boxY = top + heights.returned + 26;
  const rail = boxY + 34 + 14;
  const lower = rail + 18;
  /** @type {(key: "received" | "returned", grid: Grid, column: number, x: number, y: number, names: string) => void} */
  const slice = (key, grid, column, x, y, names) => {
    const place = () => ({ x: x - cell / 2, width: cell });
    const words = () => `${key}, step ${column + 1}, ${singular(names)}`;
    const part = grid.map((row) => [row[column]]);
    const height = insideStrip(pen, `${key}${column}`, part, { place, y, rowHeight: INSIDE_ROW, range: ranges[key], axis: names, words });
    if (counts && !counts[column]) insideHatch(pen, `${key}masked${column}`, x - cell / 2, y - 0.5, cell - 0.5, height);
  };
  const xs = few.map((_, index) => left + index * pitch + pitch / 2);
  /** @type {number[]} */
  const taps = [];
  few.forEach((column, index) => {
    const x = xs[index];
    if (column === null) {
      [top + heights.returned / 2, boxY + 17, lower + heights.received / 2].forEach((y, row) => {
        insideText(pen, `gap${index}:${row}`, "⋯", x, y + 4, "s13 quiet", "middle");
      });
      return;
    }
    taps.push(x - wide / 2 + 9);
    slice("returned", returned, column, x, top, axis);
    insideArrow(pen, `out${column}`, [[x, boxY - 2], [x, boxY - 20]]);
    insideArrow(pen, `in${column}`, [[x, lower - 3], [x, boxY + 36]]);
    slice("received", received, column, x, lower, comes);
    pen("rect", `box${column}`, { class: "copy", x: x - wide / 2, y: boxY, width: wide, height: 34, rx: 6 });
    const size = [12, 11, 10].find((each) => textWidth(inner, each) < wide - 2);
    const name = size ? inner : `${inner.slice(0, 3)}…`;
    insideText(pen, `name${column}`, name, x, boxY + 21, `s${size ?? 10} bold`, "middle");
    insideText(pen, `step${column}`, column + 1, x, lower + heights.received + 14, "s11", "middle", ordered);
  });
  // One wire from the one set of weights to every copy: without heads, so that it is not taken for a memory.
  const badge = { x: 2, width: narrow ? 62 : textWidth("one set of weights", 11) + 16 };
  const branches = taps.map((x) => `M${x},${rail}V${boxY + 34}`).join("");
  pen("path", "rail", { class: "rail", d: `M${badge.x + badge.width},${rail}H${taps.at(-1)}${branches}` });
  taps.forEach((x, index) => pen("circle", `tap${index}`, { class: "dot", cx: x, cy: rail, r: 2.5 }));
  pen("rect", "weights", { class: "weights", x: badge.x, y: rail - 16, width: badge.width, height: 32, rx: 6 });
  const middle = badge.x + badge.width / 2;
  (narrow ? ["one set of", "weights"] : ["one set of weights"]).forEach((line, index, lines) => {
    const at = rail + 4 + (index - (lines.length - 1) / 2) * 12;
    insideText(pen, `weights${index}`, line, middle, at, `${narrow ? "s10" : "s11"} bold on-ink`, "middle");
  });
  /** @type {(key: string, names: string, total: number, y: number, height: number) => void} */
  const side = (key, names, total, y, height) => {
    const text = narrow ? key : `${key}: ${insideRowsName(key === "received" ? received : returned, names, total)}`;
    insideText(pen, `side:${key}`, text, left - 2, y + height / 2 + 4, "s11 bold", "end", names);
  };
  side("returned", axis, size, top, heights.returned);
  side("received", comes, layer.input[0]?.at(-1) ?? 0, lower, heights.received);
  const y = lower + heights.received + 18;
  const name = columns < steps ? `${steps} ${ordered}` : ordered;
  insideText(pen, "axis", name, (xs[0] + lastOf(xs)) / 2, y + 11, "s11 bold", "middle", ordered);
  return {
    height: y + 16,
    legends: [
      { words: "received", range: ranges.received, axis: comes },
      { words: "returned", range: ranges.returned, axis },
    ],
    notes: few.some((column) => column !== null && counts && !counts[column]) ? [{ swatch: "hatched", words: "hatched: masked" }] : [],
    words:
      `${steps} copies of one ${inner}, one for each timestep, all with the same weights. ` +
      "Each copy turns the numbers of its own timestep, drawn below it, into those above it, and reads no other timestep.",
  };
}
