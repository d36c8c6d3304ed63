// Drawings of layers that carry a memory along: one way, both ways, and over masked steps.

import {
  INSIDE_LEFT,
  INSIDE_RIGHT,
  insideEven,
  insideHeight,
  insideMasked,
  insideRowsName,
  insideRuns,
  insideShown,
  insideSize,
  insideStep,
} from "./columns.js";
import { insideGates } from "./gates.js";
import {
  INSIDE_STRIDES,
  insideArrow,
  insideHatch,
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

/** @import { BothDrawing, MaskDrawing, MemoryDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn, Grid, Point } from "./types.d.ts" */

/** @type {(drawing: Drawing<MemoryDrawing>) => Drawn} */
export function insideMemory({ pen, layer, shown, width, axis, size }) {
  const { grid, last, counts } = shown;
  const columns = grid[0].length;
  const all = insideSize(layer, "timesteps") ?? columns;
  const cut = all > columns;
  const left = INSIDE_LEFT + 18;
  const { end, place } = insideEven(columns, left, width - left - INSIDE_RIGHT - (cut ? 22 : 0));
  const middle = (/** @type {number} */ column) => place(column).x + place(column).width / 2;
  const range = insideRange(grid);
  const told = last ? "returned: only the last hidden state" : `returned: the hidden state of every timestep, all ${all}`;
  const narrow = textWidth(told, 12) > end - INSIDE_LEFT;
  const from = last && !narrow ? end - textWidth(told, 12) : INSIDE_LEFT;
  let y = insideWords(pen, "told", told, from, 0, width - from);
  y += 16;
  const stride = INSIDE_STRIDES.find((each) => each * place(0).width >= 9) ?? columns;
  for (let column = 0; column < columns; column++) {
    const handed = last ? !cut && column === columns - 1 : column === columns - 1 || column % stride === 0;
    if (handed) insideArrow(pen, `up${column}`, [[middle(column), y - 1], [middle(column), y - 15]], last ? "strong" : "");
  }
  y += 3;
  const rowHeight = insideHeight(grid);
  const height = insideStrip(pen, "grid", grid, { place, y, rowHeight, range, axis, words: insideStep(axis) });
  insideRows(pen, "rows", insideRowsName(grid, axis, size), axis, INSIDE_LEFT + 12, y, height);
  const masked = insideMasked(pen, counts, columns, place, y, height);
  if (cut) insideText(pen, "more", "⋯", end + 6, y + height / 2 + 4, "s13 quiet");
  if (cut && last) insideArrow(pen, "up", [[end + 14, y - 4], [end + 14, y - 18]], "strong");
  if (last && !cut) {
    const box = { x: place(columns - 1).x - 1, y: y - 1.5, width: place(0).width + 1, height: height + 2 };
    pen("rect", "last", { class: "outline", ...box });
  }
  y += height + 12;
  insideZero(pen, "start", INSIDE_LEFT + 5, y);
  insideArrow(pen, "flow", [[INSIDE_LEFT + 13, y], [end + (cut ? 20 : 0), y]], "memory");
  y += 6;
  const gates = insideGates({ pen, layer, shown, width, axis, size }, { columns, left, place, y: y + 4 });
  y += gates.height;
  y += insideSteps(pen, "steps", columns, { place, y, label: insideShown(columns, all) });
  return {
    height: y,
    legends: [{ words: "a number of the hidden state", range, axis }, ...gates.legends],
    notes: masked ? [{ swatch: "hatched", words: "hatched: masked, the hidden state does not change" }] : [],
    words:
      `A strip of ${grid.length} ${axis} by ${columns} timesteps: the hidden state of ${layer.type} starts at zero; ` +
      `${told}${masked ? `; ${masked} masked timesteps do not change it` : ""}.${gates.words}`,
  };
}

const MERGES = new Map([
  ["concat", "merged (concat): one above the other, the forward units first"],
  ["sum", "merged (sum): forward + backward, element by element"],
  ["ave", "merged (ave): the mean of forward and backward, element by element"],
  ["mul", "merged (mul): forward × backward, element by element"],
]);

/** @type {(drawing: Drawing<BothDrawing>) => Drawn} */
export function insideBoth({ pen, layer, shown, width, axis, size }) {
  const { forward, backward, merged, last, merge_mode: mode, counts = null } = shown;
  const columns = forward[0].length;
  const all = insideSize(layer, "timesteps") ?? columns;
  const left = INSIDE_LEFT + 18;
  const { end, place } = insideEven(columns, left, width - left - INSIDE_RIGHT - 18);
  const range = insideRange(forward, backward, merged);
  const inner = layer.wraps ?? "layer";
  const rowHeight = insideHeight(forward);
  const half = mode === "concat" ? size / 2 : size;
  let [y, masked] = [0, 0];
  /** @type {(key: string, grid: Grid, text: string, backwards: boolean) => void} */
  const way = (key, grid, text, backwards) => {
    y += insideWords(pen, key, text, left, y, width - left);
    // Where only the first steps are drawn, the backward memory comes in from beyond them, not from zero.
    if (!backwards || all === columns) insideZero(pen, `${key}:zero`, backwards ? end + 11 : left - 11, y + 7);
    if (all > columns) insideText(pen, `${key}:more`, "⋯", end + 5, y + 11, "s13 quiet");
    /** @type {Point[]} */
    const line = [[left, y + 7], [end, y + 7]];
    insideArrow(pen, `${key}:run`, backwards ? line.reverse() : line, "memory");
    y += 17;
    const words = (/** @type {number} */ column) => `${key}, step ${column + 1}, ${singular(axis)}`;
    const height = insideStrip(pen, key, grid, { place, y, rowHeight, range, axis, words });
    insideRows(pen, `${key}:rows`, insideRowsName(grid, axis, half), axis, INSIDE_LEFT + 12, y, height);
    masked = insideMasked(pen, counts, columns, place, y, height, key);
    if (last && (backwards || all === columns)) {
      const { x, width: wide } = place(backwards ? 0 : columns - 1);
      pen("rect", `${key}:last`, { class: "outline", x: x - 1, y: y - 1.5, width: wide + 1, height: height + 2 });
    }
    y += height + 14;
  };
  const hands = (/** @type {string} */ which) => (last ? `, returns its hidden state of the ${which}` : "");
  way("forward", forward, `forward ${inner}: starts at zero before the first timestep${hands("last")}`, false);
  way("backward", backward, `backward ${inner}: starts at zero after the last timestep${hands("first")}`, true);

  const told = MERGES.get(mode) ?? "both returned separately";
  y += insideWords(pen, "told", last ? `${told}; only the outlined timesteps` : told, left, y, width - left);
  const stacked = mode === "concat";
  const split = Math.ceil(merged.length / 2);
  const words = (/** @type {number} */ column) => `merged, step ${column + 1}, ${singular(axis)}`;
  const one = merged[0].length === 1;
  const wide = one ? { place: () => ({ x: left, width: Math.max(place(0).width, 26) }) } : { place };
  const top = y;
  const halves = stacked ? [merged.slice(0, split), merged.slice(split)] : [merged];
  halves.forEach((part, index) => {
    const strip = { ...wide, y, rowHeight, range, axis, words, left: index * half };
    y += insideStrip(pen, `merged${index}`, part, strip) + 3;
    if (!stacked) return;
    const from = index ? "← backward" : "→ forward";
    const at = (one ? left + 30 : end) + 5;
    if (at + textWidth(from, 11) > width) return;
    insideText(pen, `half${index}`, from, at, y + 1 - (part.length * rowHeight) / 2, "s11 quiet");
  });
  insideRows(pen, "merged:rows", insideRowsName(merged, axis, size), axis, INSIDE_LEFT + 12, top, y - top - 3);
  if (!one) insideMasked(pen, counts, columns, place, top, y - top - 3, "merged");
  if (one) y += 6;
  else y += insideSteps(pen, "steps", columns, { place, y, label: insideShown(columns, all) });
  return {
    height: y,
    legends: [{ words: "a number of the hidden state", range, axis }],
    notes: [
      ...(last ? [{ swatch: "outline", words: "outlined: the hidden state that is returned" }] : []),
      ...(masked ? [{ swatch: "hatched", words: "hatched: masked" }] : []),
    ],
    words:
      `Three strips over ${columns} timesteps: forward, from the first on; backward, from the last back; ${told}. ` +
      (last ? "Returned are the forward hidden state at the last timestep and the backward one at the first." : "Every timestep is returned."),
  };
}

/** @type {(drawing: Drawing<MaskDrawing>) => Drawn} */
export function insideMask({ pen, shown, width }) {
  const { counts, value } = shown;
  const columns = counts.length;
  const { place } = insideEven(columns, INSIDE_LEFT, width - INSIDE_LEFT - INSIDE_RIGHT);
  const kept = counts.filter(Boolean).length;
  const told = `a timestep whose numbers are all ${Number(value)} is padding: later layers skip it`;
  let y = insideWords(pen, "told", told.replace("-", "−"), INSIDE_LEFT, 0, width - INSIDE_LEFT);
  y += 4;
  counts.forEach((each, column) => {
    const { x, width: wide } = place(column);
    const box = { x: x + 0.5, y, width: Math.max(1, wide - 1.5), height: 24 };
    pen("rect", `count${column}`, { class: each ? "counts" : "strip", ...box });
  });
  for (const [from, to] of insideRuns(columns, (column) => !counts[column])) {
    for (let column = from; column <= to; column++) {
      const { x, width: wide } = place(column);
      insideHatch(pen, `padded${column}`, x + 0.5, y, Math.max(1, wide - 1.5), 24);
    }
  }
  y += 26;
  y += insideSteps(pen, "steps", columns, { place, y });
  return {
    height: y,
    notes: [
      { swatch: "counting", words: `${count(kept, "timesteps")} not masked` },
      { swatch: "hatched", words: `${columns - kept} padded` },
    ],
    words: `Of ${columns} timesteps ${kept} are real and ${columns - kept} are padding.`,
  };
}
