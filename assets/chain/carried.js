// The drawing of a layer with stateful=True: its state as one line over the batches, and where it is reset.

import { INSIDE_LEFT, INSIDE_RIGHT, insideEven, insideHeight, insideRowsName, insideSize } from "./columns.js";
import {
  insideNumber,
  insideRange,
  insideRows,
  insideSteps,
  insideStrip,
  insideText,
  insideWords,
  insideZero,
} from "./strips.js";
import { textWidth } from "./text.js";
import { count, singular } from "./words.js";

/** @import { CarriedDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn, Place } from "./types.d.ts" */

const HIGH = 72;

/** @type {(drawing: Drawing<CarriedDrawing>) => Drawn} */
export function insideCarried({ pen, layer, shown, width, axis, size }) {
  const { through, line, anew, steps, pieces, here } = shown;
  const columns = line.length;
  const { end, place } = insideEven(columns, INSIDE_LEFT, width - INSIDE_LEFT - INSIDE_RIGHT);
  const real = insideSize(layer, "timesteps") ?? steps;
  const pieceOf = (/** @type {number} */ column) => Math.floor(column / steps);
  const stepOf = (/** @type {number} */ column) => 1 + Math.round(((column % steps) * (real - 1)) / Math.max(1, steps - 1));
  const words = (/** @type {number} */ column) =>
    `batch ${pieceOf(column) + 1}, timestep ${stepOf(column)}, ${singular(axis)}`;

  let y = insideWords(pen, "line", `mean over ${count(size, axis)}: carried from batch to batch`, INSIDE_LEFT, 0, width - INSIDE_LEFT) + 6;
  const top = insideRange([line], [anew]);
  const level = (/** @type {number} */ value) => y + (HIGH / 2) * (1 - value / top);
  const box = place(here * steps);
  pen("rect", "here", { class: "piece", x: box.x, y, width: box.width * steps, height: HIGH });
  pen("path", "zero", { class: "level", d: `M${INSIDE_LEFT},${level(0)}H${end}` });
  pen("path", "anew", { class: "line quiet", d: path(anew, place, level, steps) });
  pen("path", "carried", { class: "line", d: path(line, place, level, columns) });
  for (let piece = 1; piece < pieces; piece++) {
    const { x } = place(piece * steps);
    pen("path", `border${piece}`, { class: "border", d: `M${x},${y}V${y + HIGH}` });
  }
  insideZero(pen, "reset", INSIDE_LEFT, level(0));
  insideText(pen, "top", insideNumber(top), INSIDE_LEFT - 8, y + 8, "s11 quiet", "end");
  insideText(pen, "bottom", insideNumber(-top), INSIDE_LEFT - 8, y + HIGH, "s11 quiet", "end");
  y += HIGH + 14;
  for (let piece = 0; piece < pieces; piece++) {
    const [from, to] = [place(piece * steps).x, place((piece + 1) * steps - 1).x + place(0).width];
    const text = textWidth("batch 8", 12) < to - from ? `batch ${piece + 1}` : String(piece + 1);
    insideText(pen, `batch${piece}`, text, (from + to) / 2, y, piece === here ? "s11 bold" : "s11", "middle", "batch");
  }
  y += 10;
  const rowHeight = insideHeight(through);
  const height = insideStrip(pen, "through", through, { place, y, rowHeight, range: insideRange(through), axis, words });
  insideRows(pen, "rows", insideRowsName(through, axis, size), axis, INSIDE_LEFT, y, height);
  y += height + 2;
  const picked = real > steps ? `timesteps, ${steps} of the ${real} of each batch drawn` : "timesteps, counted on across batches";
  const number = (/** @type {number} */ column) => pieceOf(column) * real + stepOf(column);
  y += insideSteps(pen, "steps", columns, { place, y, number, label: picked });
  return {
    height: y,
    legends: [{ words: "a number of the hidden state", range: insideRange(through), axis }],
    notes: [
      { swatch: "", words: "0 in a circle: the state is reset" },
      { swatch: "", words: "thin line: the mean if the state started at zero in every batch" },
    ],
    words:
      `A line of ${columns} timesteps over ${pieces} batches, reset before the first. The sequence that is shown is in batch ` +
      `${here + 1}. The mean over all ${axis} ends at ${insideNumber(line[columns - 1], 3)}; with a state that starts at zero ` +
      `in every batch it would end at ${insideNumber(anew[columns - 1], 3)}.`,
  };
}

// A line through the middles of the columns, which begins anew after every so many.
/** @type {(values: number[], place: Place, level: (value: number) => number, together: number) => string} */
function path(values, place, level, together) {
  return values
    .map((value, column) => {
      const { x, width } = place(column);
      return `${column % together ? "L" : "M"}${(x + width / 2).toFixed(1)},${level(value).toFixed(1)}`;
    })
    .join("");
}
