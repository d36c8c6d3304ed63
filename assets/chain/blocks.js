// A layer's weights as blocks of one common scale: as wide as the last axis is long, as high as the others together.

import { AXES, axisColour } from "../axes.js";
import { textWidth } from "./text.js";
import { sizeAsCode } from "./words.js";
import { create, createSvg, mark } from "../dom.js";

/** @import { Weight } from "../description.d.ts" */
/** @import { Axis, Block } from "./types.d.ts" */

export const BLOCK = { height: 104, thinnest: 5, cell: 12, beside: 66, gap: 22 };

// Keras keeps the heads apart from their size: both together are as many numbers as go out.
/** @type {(weight: Weight) => Block} */
export function blockOf({ name, shape, axes, symbols, parts, letters }) {
  const all = shape.map((size, index) => ({ axis: axes?.[index] ?? "size", size, symbol: symbols?.[index] }));
  const split = shape.length === 1 ? 0 : shape.length > 2 && axes?.at(-1) === "head size" ? 1 : shape.length - 1;
  const [rows, columns] = [all.slice(0, split), all.slice(split)];
  const long = (/** @type {Axis[]} */ list) => list.reduce((product, { size }) => product * (size ?? 1), 1);
  return { name, rows, columns, high: long(rows), wide: long(columns), parts, letters, size: long(all) };
}

// Pixels of one number, so that the blocks stand side by side, or on a phone below each other.
/** @type {(weights: Weight[], width: number) => number} */
export function blockUnit(weights, width) {
  const blocks = weights.map(blockOf);
  const [wide, high] = [Math.max(...blocks.map((block) => block.wide)), Math.max(...blocks.map((block) => block.high))];
  const sum = blocks.reduce((total, block) => total + block.wide, 0);
  const row = (width - blocks.length * (BLOCK.beside + BLOCK.gap)) / sum;
  const own = (width - BLOCK.beside - 4) / wide;
  const enough = row * sum > 70 * blocks.length || row * high > 60;
  return Math.min(BLOCK.cell, BLOCK.height / high, enough ? row : own);
}

/** @type {(axis: Axis) => string} */
function axisOfBlock({ axis, size, symbol }) {
  const code = sizeAsCode({ axis, size, symbol });
  return AXES.includes(axis) || axis.includes(",") ? code : `${axis} ${code}`;
}

/** @type {(element: HTMLElement, list: Axis[]) => void} */
function writeAxes(element, list) {
  list.forEach((axis, index) => {
    if (index) element.append(" × ");
    const part = create("b", "", element);
    part.textContent = axisOfBlock(axis);
    mark(part, { title: axis.axis, style: `color:${axisColour(axis.axis, true)}` });
  });
}

/** @type {(parent: HTMLElement, weights: Weight[], unit: number) => void} */
export function drawBlocks(parent, weights, unit) {
  for (const weight of weights) {
    const block = blockOf(weight);
    const [width, height] = [block.wide, block.high].map((size) => Math.max(BLOCK.thinnest, size * unit));
    const figure = create("figure", "why-block", parent);
    mark(figure, { "data-weight": block.name });
    const name = create("figcaption", "why-block-name", figure);
    create("b", "", name).textContent = block.name;
    name.append(` ${block.size.toLocaleString("en")}`);
    if (block.parts.length) writeGates(create("div", "why-gates", figure), block, width);
    const rows = create("div", "why-rows", figure);
    writeAxes(rows, block.rows);
    drawBlock(create("div", "why-grid", figure), block, width, height, weight.says);
    const columns = create("div", "why-columns", figure);
    columns.style.minWidth = `${width}px`;
    writeAxes(columns, block.columns);
  }
}

// Where a gate's name does not fit over its part, its letter does.
/** @type {(element: HTMLElement, block: Block, width: number) => void} */
function writeGates(element, { parts, letters }, width) {
  element.style.width = `${width}px`;
  const room = width / parts.length - 4;
  const short = parts.some((part) => textWidth(part, 11) > room);
  parts.forEach((part, index) => {
    const gate = create("span", "", element);
    gate.textContent = short ? letters[index] : part;
    gate.title = part;
  });
}

/** @type {(parent: HTMLElement, block: Block, width: number, height: number, words: string) => void} */
function drawBlock(parent, { rows, columns, parts }, width, height, words) {
  const svg = createSvg("svg", "", parent);
  const bar = 4;
  mark(svg, { width: width + bar + 1, height: height + bar + 1, role: "img", "aria-label": words });
  const [first, last] = [rows[0]?.axis, columns.at(-1)?.axis];
  mark(createSvg("rect", "why-fill", svg), { x: bar, y: 0.5, width, height, style: `fill:${axisColour(last)}` });
  /** @type {string[]} */
  const lines = [];
  /** @type {(number: number, long: number, line: (at: number) => string) => void} */
  const cut = (number, long, line) => {
    for (let each = 1; each < number; each++) lines.push(line((each * long) / number));
  };
  const across = (/** @type {number} */ at) => `M${(bar + at).toFixed(1)},0.5v${height.toFixed(1)}`;
  cut(parts.length || (columns.length > 1 ? (columns[0].size ?? 1) : 1), width, across);
  if (rows.length > 1) cut(rows[0].size ?? 1, height, (at) => `M${bar},${(at + 0.5).toFixed(1)}h${width.toFixed(1)}`);
  mark(createSvg("path", "why-cut", svg), { d: lines.join("") });
  const sides = [
    [last, `M${bar},${height + bar - 0.5}h${width}`],
    [first, rows.length ? `M1.25,0.5v${height}` : ""],
  ];
  for (const [axis, d] of sides) mark(createSvg("path", "why-bar", svg), { d, style: `stroke:${axisColour(axis)}` });
}
