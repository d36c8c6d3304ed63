// The drawing of a Softmax along one axis: the numbers that come in, and below them the weights that it makes of them.

import { INSIDE_LEFT, INSIDE_RIGHT, insideEven, insideHeight } from "./columns.js";
import { insideArrow, insideCell, insideNumber, insideRange, insideSteps, insideText } from "./strips.js";
import { textWidth } from "./text.js";
import { count, singular } from "./words.js";

/** @import { SoftmaxDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn, Grid } from "./types.d.ts" */

const TOP = 20;
const BETWEEN = 34;
const TITLE = "weights, which sum to 1";

/** @type {(scores: Grid, weights: Grid, row: number, column: number, along: string, across: string) => string} */
export function softmaxWords(scores, weights, row, column, along, across) {
  const of = weights.length > 1 ? `, ${singular(across)} ${row + 1}` : "";
  const [weight, score] = [weights, scores].map((grid) => insideNumber(grid[row][column], 3));
  return `${singular(along)} ${column + 1}${of}: weight ${weight}, from the number ${score}`;
}

/** @type {(drawing: Drawing<SoftmaxDrawing>) => Drawn} */
export function insideSoftmax({ pen, layer, shown, width, axis }) {
  const { scores, weights, all_of: all } = shown;
  const columns = weights[0].length;
  const along = layer.axes_in?.[0]?.[1] ?? "positions";
  const { place } = insideEven(columns, INSIDE_LEFT, width - INSIDE_LEFT - INSIDE_RIGHT);
  const rowHeight = Math.min(26, insideHeight(weights));
  const ranges = { scores: insideRange(scores), weights: insideRange(weights) };
  /** @type {(key: "scores" | "weights", title: string, grid: Grid, y: number) => number} */
  const strip = (key, title, grid, y) => {
    const height = rowHeight * grid.length;
    const last = place(columns - 1);
    insideText(pen, `${key}:title`, title, INSIDE_LEFT, y - 6, "s12 bold");
    pen("rect", `${key}:ground`, { class: "strip", x: INSIDE_LEFT - 0.5, y: y - 0.5, width: last.x + last.width - INSIDE_LEFT, height });
    grid.forEach((line, row) =>
      line.forEach((value, column) => {
        const { x, width: wide } = place(column);
        const words = softmaxWords(scores, weights, row, column, along, axis);
        const scale = { range: ranges[key], axis: along };
        insideCell(pen, `${key}:${row}:${column}`, x, y + row * rowHeight, wide, rowHeight, value, scale, words);
      }),
    );
    return y + height;
  };
  const middle = strip("scores", "received", scores, TOP);
  const bottom = strip("weights", TITLE, weights, middle + BETWEEN);
  const last = place(columns - 1);
  const arrow = Math.max((INSIDE_LEFT + last.x + last.width) / 2, INSIDE_LEFT + textWidth(TITLE, 12) + 14);
  insideArrow(pen, "arrow", [[arrow, middle + 6], [arrow, middle + BETWEEN - 6]], "strong");
  const label = all > columns ? `${along}, the first ${columns} of ${all} drawn` : along;
  const end = bottom + insideSteps(pen, "steps", columns, { place, y: bottom + 2, name: along, label });
  const flat = weights.flat();
  const [low, high] = [Math.min(...flat), Math.max(...flat)].map((each) => insideNumber(each, 3));
  const most = singular(along);
  const words =
    weights.length > 1
      ? `Weights of ${count(all, along)}, from ${low} to ${high}.`
      : `Weights of ${count(all, along)}, from ${low} to ${high}; the largest is that of ${most} ${flat.indexOf(Math.max(...flat)) + 1}.`;
  return {
    height: end + 4,
    legends: [
      { words: "received", range: ranges.scores, axis: along },
      { words: `weight (an even share of ${count(all, along)} is ${insideNumber(1 / all, 3)})`, low: 0, range: ranges.weights, axis: along },
    ],
    words,
  };
}
