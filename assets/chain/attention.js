// Attention weights: a grid for each head, a row for each query timestep, a column for each key timestep.

import { axisColour } from "../axes.js";
import { INSIDE_RIGHT, insideEven, insideRuns } from "./columns.js";
import { shade } from "./shades.js";
import { INSIDE_STRIDES, insideNumber, insideText } from "./strips.js";
import { textWidth } from "./text.js";
import { count } from "./words.js";
import { mark } from "../dom.js";

/** @import { AttentionDrawing } from "../description.d.ts" */
/** @import { Cell, Drawing, Drawn, Pen } from "./types.d.ts" */
/** @typedef {{ across: number; side: number; width: number; height: number }} Laid How many heads stand side by side. */
/** @typedef {{ query: number; key: number; head: number; weight: number; why: string }} Weight */

const LEFT = 52;
const GAP = 22;
const TITLE = 20;
// Below a grid: the numbers of the key timesteps, and what they are.
const BELOW = 36;
const MOST_SIDE = 18;
const MOST_WIDTH = 420;
// A head is not drawn narrower than this to stand beside another one.
const LEAST_WIDTH = 210;
const SHADES = 24;
const PARTS = 10_000;

// Heads side by side where there is room for two.
/** @type {(heads: number, queries: number, keys: number, room: number) => Laid} */
export function attentionLaid(heads, queries, keys, room) {
  const wanted = Math.min(LEAST_WIDTH, keys * MOST_SIDE);
  const across = Math.max(1, Math.min(heads, Math.floor((room + GAP) / (wanted + GAP))));
  const most = Math.min(MOST_WIDTH, (room - GAP * (across - 1)) / across);
  const side = Math.min(MOST_SIDE, most / keys, MOST_WIDTH / queries);
  return { across, side, width: side * keys, height: side * queries };
}

// The weights of one head by how dark they are: paths of `SHADES` shades, so that of many weights few elements are drawn.
/** @type {(head: number[][], barred: number[][], high: number, box: (query: number, key: number) => string) => string[]} */
export function attentionShades(head, barred, high, box) {
  /** @type {string[][]} */
  const paths = Array.from({ length: SHADES }, () => []);
  head.forEach((row, query) =>
    row.forEach((weight, key) => {
      const level = Math.ceil((weight / high) * SHADES - 0.5);
      if (level > 0 && !barred[query][key]) paths[level - 1].push(box(query, key));
    }),
  );
  return paths.map((parts) => parts.join(""));
}

/** @type {(weight: Weight, heads: number) => string} */
export function attentionWords({ query, key, head, weight, why }, heads) {
  const of = heads > 1 ? `head ${head}, ` : "";
  const number = insideNumber(weight / PARTS, 3);
  if (why) return `${of}query timestep ${query}, key timestep ${key}: not attended to, ${why} (weight ${number})`;
  return `${of}query timestep ${query} attends to key timestep ${key} with weight ${number}`;
}

/** @type {(drawing: Drawing<AttentionDrawing>) => Drawn} */
export function insideAttention({ pen, shown, width }) {
  const { heads, queries, keys, barred, reasons, of_heads: of } = shown;
  const laid = attentionLaid(heads.length, queries.length, keys.length, width - LEFT - INSIDE_RIGHT);
  const { across, side } = laid;
  const counted = heads.flatMap((head) => head.flatMap((row, query) => row.filter((_, key) => !barred[query][key])));
  const [low, high] = [Math.min(PARTS, ...counted), Math.max(0, ...counted)];
  const title = of > 1 ? TITLE : 4;
  const marker = () => pen("rect", "marker", { class: "marker", x: 0, y: 0, width: 0, height: 0 });
  /** @type {Omit<Cell, "node">[]} */
  const cells = [];
  heads.forEach((head, index) => {
    const [column, row] = [index % across, Math.floor(index / across)];
    const x = LEFT + column * (laid.width + GAP);
    const y = row * (title + laid.height + BELOW) + title;
    const bottom = index + across >= heads.length;
    drawHead(pen, `${index}`, { shown, head, high, x, y, laid, first: column === 0, bottom });
    if (of > 1) insideText(pen, `head${index}`, `head ${index + 1}`, x, y - 6, "s12 bold");
    head.forEach((line, query) =>
      line.forEach((weight, key) => {
        const told = { query: queries[query], key: keys[key], head: index + 1, weight, why: reasons[barred[query][key] - 1] ?? "" };
        const box = { x: x + key * side, y: y + query * side, width: side, height: side };
        cells.push({ ...box, key: `${index}:${query}:${key}`, get words() { return attentionWords(told, of); } });
      }),
    );
  });
  const node = marker();
  // With `assign` the words of all cells would be made at once.
  pen.cells = cells.map((cell) => Object.defineProperty(/** @type {Cell} */ (cell), "node", { value: node }));
  const rows = Math.ceil(heads.length / across);
  const even = `an even share of ${count(shown.of_keys, "key timesteps")} is ${insideNumber(1 / shown.of_keys)}`;
  return {
    height: rows * (title + laid.height + BELOW),
    legends: [{ words: `attention weight (${even})`, low: 0, range: (high || 1) / PARTS, axis: "timesteps" }],
    notes: reasons.map((reason) => ({ swatch: "hatched", words: `hatched: ${reason}` })),
    words:
      `${count(heads.length, of > 1 ? "heads" : "grids")}, each ${count(queries.length, "query timesteps")} by ` +
      `${count(keys.length, "key timesteps")}, weights from ${insideNumber(low / PARTS)} to ${insideNumber(high / PARTS)}.`,
  };
}

/**
 * @typedef {object} HeadPlace
 * @property {AttentionDrawing} shown
 * @property {number[][]} head
 * @property {number} high
 * @property {number} x
 * @property {number} y
 * @property {Laid} laid
 * @property {boolean} first Whether it stands leftmost: the query timesteps are numbered there.
 * @property {boolean} bottom Whether no other one stands below it.
 */
/** @type {(pen: Pen, name: string, place: HeadPlace) => void} */
function drawHead(pen, name, { shown, head, high, x, y, laid, first, bottom }) {
  const { queries, keys, barred } = shown;
  const { side, width, height } = laid;
  const seam = side > 6 ? 1 : 0;
  const box = (/** @type {number} */ query, /** @type {number} */ key) => {
    const [left, top, wide] = [x + key * side, y + query * side, side - seam].map((each) => each.toFixed(2));
    return `M${left},${top}h${wide}v${wide}h-${wide}z`;
  };
  pen("rect", `${name}:ground`, { class: "strip", x: x - 0.5, y: y - 0.5, width, height });
  attentionShades(head, barred, high || 1, box).forEach((d, level) => {
    if (d) pen("path", `${name}:level${level}`, { class: "weight", d, style: shade((level + 1) / SHADES, axisColour("timesteps")) });
  });
  pen("path", `${name}:barred`, { class: "hatch", d: attentionHatch(barred, x, y, side) });
  // The timesteps' numbers, as many as fit.
  const widest = textWidth(String(Math.max(...keys)), 11) + 6;
  const every = (/** @type {number} */ room) => INSIDE_STRIDES.find((each) => each * side >= room) ?? keys.length;
  const { place } = insideEven(keys.length, x, width, side);
  keys.forEach((key, index) => {
    if (index % every(widest)) return;
    insideText(pen, `${name}:key${index}`, key, place(index).x + side / 2, y + height + 12, "s11", "middle", "timesteps");
  });
  const under = textWidth("key timestep", 11) > width ? "key" : "key timestep";
  if (bottom) insideText(pen, `${name}:keys`, under, x + width / 2, y + height + 26, "s11 bold", "middle", "timesteps");
  if (!first) return;
  queries.forEach((query, index) => {
    if (index % every(14)) return;
    insideText(pen, `${name}:query${index}`, query, x - 5, y + (index + 0.5) * side + 4, "s11", "end", "timesteps");
  });
  const middle = y + height / 2;
  const beside = textWidth("query timestep", 11) > height ? "query" : "query timestep";
  const asks = insideText(pen, `${name}:queries`, beside, 14, middle, "s11 bold", "middle", "timesteps");
  mark(asks, { transform: `rotate(-90 14 ${middle.toFixed(1)})` });
}

// Lines from lower left to upper right through all that is barred, at most 9 pixels apart.
/** @type {(barred: number[][], x: number, y: number, side: number) => string} */
export function attentionHatch(barred, x, y, side) {
  const lines = [];
  const parts = Math.ceil(side / 9);
  const step = side / parts;
  for (const [query, row] of barred.entries()) {
    for (const [from, to] of insideRuns(row.length, (key) => Boolean(row[key]))) {
      for (let part = 0; part < parts; part++) {
        const top = y + query * side + part * step;
        for (let at = x + from * side; at < x + (to + 1) * side - 0.01; at += step) {
          lines.push(`M${at.toFixed(1)},${(top + step).toFixed(1)}l${step.toFixed(1)},-${step.toFixed(1)}`);
        }
      }
    }
  }
  return lines.join("");
}
