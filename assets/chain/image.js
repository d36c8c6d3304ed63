// The drawing of a window that slides over rows and columns: what it covers of the input, and the one number it makes.

import { axisColour } from "../axes.js";
import { insidePen, insideText, insideWords } from "./strips.js";
import { seenFrom } from "./taps.js";
import { box } from "./tensor.js";
import { joined } from "./words.js";
import { createSvg, mark } from "../dom.js";
import { lastOf } from "../held.js";

/** @import { Layer, Window } from "../description.d.ts" */
/** @import { ImageAxis, Pen } from "./types.d.ts" */

const MOST = 12;
const CELL = 14;

// What is drawn along one axis: of a long one its beginning, with the outputs that are made from there alone.
/** @type {(window: Window, size: number | null, returned: number | null) => ImageAxis} */
export function imageAxis(window, size, returned) {
  const reach = (window.size - 1) * window.dilation + 1;
  const shown = Math.min(size ?? Infinity, Math.max(MOST, reach));
  const sees = (/** @type {number} */ step) => seenFrom(window, step);
  const last = (/** @type {number} */ step) => Math.max(...sees(step));
  const whole = shown === size;
  let outputs = 0;
  while (outputs < (returned ?? MOST) && (whole || last(outputs + 1) <= shown)) outputs++;
  outputs = Math.max(1, outputs);
  const before = Math.max(0, 1 - Math.min(...sees(1)));
  const after = whole ? Math.max(0, last(outputs) - shown) : 0;
  const steps = Array.from({ length: outputs }, (_, index) => index + 1);
  const full = steps.filter((step) => sees(step).every((each) => each >= 1 && each <= shown));
  // The second one: how far it is from the first shows the stride.
  const chosen = full[1] ?? full[0] ?? 1;
  return { shown, size, before, after, outputs, returned, chosen, seen: sees(chosen), next: sees(chosen + 1) };
}

/** @type {(what: string, drawn: number, all: number | null) => string} */
const thinned = (what, drawn, all) => (all === null || all > drawn ? `${drawn} of ${all ?? "any number of"} ${what}` : "");

// What is left out of a drawing, in words; "" where all is there.
/** @type {(whose: string, rows: [number, number | null], columns: [number, number | null]) => string} */
export function imageThinned(whose, rows, columns) {
  const parts = [thinned("rows", ...rows), thinned("columns", ...columns)].filter(Boolean);
  return parts.length ? `${whose}: ${joined(parts)} drawn` : "";
}

/** @type {(pen: Pen, key: string, name: string, cells: number[][], side: number, style?: string) => void} */
function squares(pen, key, name, cells, side, style = "") {
  const d = cells.map(([x, y]) => box(x + 0.5, y + 0.5, side - 1, side - 1)).join("");
  pen("path", key, { class: name, d, style });
}

/** @type {(rows: number[], columns: number[]) => number[][]} */
const pairs = (rows, columns) => rows.flatMap((row) => columns.map((column) => [row, column]));
/** @type {(from: number, to: number) => number[]} */
const range = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

// Draws into `parent`, which is empty; nothing where the layer slides no window over rows and columns.
/** @type {(parent: HTMLElement, layer: Layer) => void} */
export function drawImageWindow(parent, layer) {
  const [axesIn, axesOut] = [layer.axes_in[0], layer.axes_out[0]];
  /** @type {(name: string, window: Window) => ImageAxis} */
  const along = (name, window) =>
    imageAxis(window, layer.input[0][axesIn.indexOf(name)], layer.output[0][axesOut.indexOf(name)]);
  const [down, across] = [along("rows", layer.image_window[0]), along("columns", layer.image_window[1])];
  const svg = createSvg("svg", "inside-drawing", parent);
  const pen = insidePen(svg);
  pen.start("image");
  const [left, top, gap] = [2, 20, 56];
  const room = Math.min(parent.clientWidth || 600, 640);
  const wide = across.before + across.shown + across.after;
  const side = Math.max(4, Math.min(CELL, (room - gap - left) / (wide + across.outputs)));
  const right = left + wide * side + gap;
  /** @type {(pair: number[]) => number[]} */
  const input = ([row, column]) => [left + (column - 1 + across.before) * side, top + (row - 1 + down.before) * side];
  /** @type {(pair: number[]) => number[]} */
  const output = ([row, column]) => [right + (column - 1) * side, top + (row - 1 + down.before) * side];
  const rows = range(1 - down.before, down.shown + down.after);
  const columns = range(1 - across.before, across.shown + across.after);
  const inner = (/** @type {number[]} */ [row, column]) => row >= 1 && row <= down.shown && column >= 1 && column <= across.shown;
  const all = pairs(rows, columns);
  const seen = pairs(down.seen, across.seen);
  const colour = axisColour(axesOut.find((axis) => !["batch", "rows", "columns"].includes(axis)));
  squares(pen, "pad", "pad", all.filter((each) => !inner(each)).map(input), side);
  squares(pen, "input", "rung", all.filter(inner).map(input), side);
  squares(pen, "seen", "rung covered", seen.map(input), side);
  const made = [down.chosen, across.chosen];
  squares(pen, "output", "rung", pairs(range(1, down.outputs), range(1, across.outputs)).map(output), side);
  squares(pen, "made", "rung", [output(made)], side, `fill:${colour};stroke:${colour}`);
  // Where the window stands next, along the columns.
  if (across.chosen < across.outputs) {
    const [x1, y1] = input([down.seen[0], across.next[0]]);
    const [x2, y2] = input([lastOf(down.seen), lastOf(across.next)]);
    pen("path", "next", { class: "next", d: box(x1, y1, x2 + side - x1, y2 + side - y1) });
  }
  const [[, y1], [x2, y2], [x, y]] = [input(seen[0]), input(seen[seen.length - 1]), output(made)];
  const lines = `M${x2 + side},${y1}L${x},${y}M${x2 + side},${y2 + side}L${x},${y + side}`;
  pen("path", "lines", { class: "fan", d: lines });
  insideText(pen, "in", "input", left, 13, "s11 bold");
  insideText(pen, "out", "output", right, 13, "s11 bold");
  const list = (/** @type {number[]} */ steps) => joined(steps.map(String));
  const [strideDown, strideAcross] = layer.image_window.map(({ stride }) => stride);
  const words = [
    `The number at row ${made[0]} and column ${made[1]} of the output is made from rows ${list(down.seen)} and columns ` +
      `${list(across.seen)} of the input.`,
    ...(across.chosen < across.outputs ? [`Strides ${strideDown} × ${strideAcross}: the dashed window is the next one.`] : []),
    ...(down.before + down.after + across.before + across.after ? ["Dashed cells are padding."] : []),
    imageThinned("input", [down.shown, down.size], [across.shown, across.size]),
    imageThinned("output", [down.outputs, down.returned], [across.outputs, across.returned]),
  ].filter(Boolean);
  let bottom = top + Math.max(rows.length, down.before + down.outputs) * side + 6;
  words.forEach((line, index) => {
    bottom += insideWords(pen, `words${index}`, line, left, bottom, room - left, { size: 11, className: "quiet" });
  });
  pen.end();
  mark(svg, { width: room, height: Math.ceil(bottom), role: "img", "aria-label": words.join(" ") });
}
