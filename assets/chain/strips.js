// What the drawings of a layer are made of: a pen that draws over its last drawing, shaded strips, axes, arrows, words.

import { axisColour } from "../axes.js";
import { NEGATIVE, shade } from "./shades.js";
import { textWidth } from "./text.js";
import { create, createSvg, mark, say } from "../dom.js";
import { hatchPath } from "../hatch.js";

/** @import { Attributes, Grid, Legend, Note, Pen, Place, Point } from "./types.d.ts" */
/**
 * @typedef {object} Strip Where a grid's columns stand; the frame closes after each column named in `ends`.
 * @property {Place} place
 * @property {number} y
 * @property {number} rowHeight
 * @property {number} range
 * @property {string} axis The axis that the rows are counted along: their numbers have its colour.
 * @property {(column: number) => string} words
 * @property {number[]} [ends]
 * @property {number} [left]
 */
/** @typedef {{ place: Place; y: number; number?: (column: number) => number; name?: string; label?: string }} Steps */

export const INSIDE_ROW = 13;
export const INSIDE_STRIDES = [1, 2, 5, 10, 20, 50, 100];

// Nodes are found again by key, so that a drawing made again moves and repaints what stands there already.
/** @type {(svg: SVGElement) => Pen} */
export function insidePen(svg) {
  /** @type {Map<string, SVGElement>} */
  const nodes = new Map();
  /** @type {Set<string>} */
  const used = new Set();
  /** @type {SVGElement | null} */
  let last = null;
  let prefix = "";
  /** @type {(tag: string, key: string, attributes: Attributes, text?: string) => SVGElement} */
  const draw = (tag, key, attributes, text) => {
    const name = `${prefix}|${tag}|${key}`;
    const node = nodes.get(name) ?? createSvg(tag);
    nodes.set(name, node);
    const next = last ? last.nextSibling : svg.firstChild;
    if (node !== next) svg.insertBefore(node, next);
    last = node;
    used.add(name);
    for (const [each, value] of Object.entries(attributes)) {
      if (typeof value === "number") attributes[each] = Math.round(value * 10) / 10;
    }
    mark(node, attributes);
    if (text !== undefined) say(node, text);
    return node;
  };
  /** @type {Pen} */
  const pen = Object.assign(draw, { cells: [], start, end });
  function start(/** @type {string} */ kind) {
    [last, prefix] = [null, kind];
    pen.cells = [];
    used.clear();
  }
  function end() {
    for (const [name, node] of nodes) {
      if (used.has(name)) continue;
      node.remove();
      nodes.delete(name);
    }
  }
  return pen;
}

// JSON has no NaN and no infinity: null stands for both.
/** @type {(value: number | null, digits?: number) => string} */
export function insideNumber(value, digits = 2) {
  if (value === null) return "NaN";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? "0" : text.replace("-", "−");
}

/** @type {(...grids: Grid[]) => number} */
export function insideRange(...grids) {
  const top = Math.max(0, ...grids.flat(2).map(Math.abs));
  return top || 1;
}

/** @typedef {{ range: number; axis: string }} Scale What a number is a share of, and the axis whose colour it has. */
/**
 * @type {(pen: Pen, key: string, x: number, y: number, width: number, height: number, value: number, scale: Scale,
 *   words: string, more?: Attributes) => void}
 */
export function insideCell(pen, key, x, y, width, height, value, { range, axis }, words, more = {}) {
  const seam = Math.min(width, height) > 6 ? 1 : 0;
  const node = pen("rect", key, {
    class: "cell",
    x,
    y,
    width: Math.max(0.5, width - seam),
    height: height - seam,
    style: shade(value / range, axisColour(axis)),
    "data-says": words,
    ...more,
  });
  pen.cells.push({ node, x, y, width, height, words });
}

// A grid as a strip. `place(column)` gives {x, width}; the frame closes after each column named in `ends`.
/** @type {(pen: Pen, key: string, grid: Grid, strip: Strip) => number} */
export function insideStrip(pen, key, grid, { place, y, rowHeight, range, axis, words, ends = [], left = 0 }) {
  const columns = grid[0]?.length ?? 0;
  const height = grid.length * rowHeight;
  const closes = new Set([...ends, columns - 1]);
  let from = null;
  for (let column = 0; column < columns; column++) {
    const { x, width } = place(column);
    from ??= x;
    if (!closes.has(column)) continue;
    pen("rect", `${key}:ground${column}`, { class: "strip", x: from - 0.5, y: y - 0.5, width: x + width - from, height });
    from = null;
  }
  grid.forEach((row, index) =>
    row.forEach((value, column) => {
      const { x, width } = place(column);
      const text = `${words(column)} ${index + 1 + left}: ${insideNumber(value, 3)}`;
      insideCell(pen, `${key}:${index}:${column}`, x, y + index * rowHeight, width, rowHeight, value, { range, axis }, text);
    }),
  );
  return height;
}

/**
 * @type {(pen: Pen, key: string, text: string | number, x: number, y: number, className: string, anchor?: string,
 *   axis?: string | null) => SVGElement}
 */
export function insideText(pen, key, text, x, y, className, anchor = "start", axis = null) {
  const style = axis ? `fill:${axisColour(axis, true)}` : "";
  return pen("text", key, { class: className, x, y, "text-anchor": anchor, style }, String(text));
}

// Words, broken into lines where the room is narrow; returns the height they take.
/**
 * @type {(pen: Pen, key: string, text: string, x: number, y: number, room: number, style?: { size?: number;
 *   className?: string }) => number}
 */
export function insideWords(pen, key, text, x, y, room, { size = 12, className = "bold" } = {}) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    /** @type {string} */
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && textWidth(longer, size) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const name = `s${size} ${className}`;
  lines.forEach((line, index) => insideText(pen, `${key}:${index}`, line, x, y + size * (1 + 1.3 * index), name));
  return lines.length * size * 1.3 + 4;
}

// The name of what stands below each other, turned, with the bar that the tensors of the chain have too. Beside a low
// strip its two halves, "3 of 32" and "units", stand side by side.
/** @type {(pen: Pen, key: string, text: string, axis: string, x: number, y: number, height: number) => void} */
export function insideRows(pen, key, text, axis, x, y, height) {
  pen("path", `${key}:bar`, { class: "ruler", d: `M${x - 6},${y}V${y + height}`, style: `stroke:${axisColour(axis)}` });
  const middle = (y + height / 2).toFixed(1);
  const lines = textWidth(text, 11) > height ? text.split(/ (?=\D+$)/).reverse() : [text];
  lines.forEach((line, index) => {
    const at = x - 12 - 12 * index;
    const text = insideText(pen, `${key}:${index}`, line, at, y + height / 2, "s11 bold", "middle", axis);
    mark(text, { transform: `rotate(-90 ${at} ${middle})` });
  });
}

const fromOne = (/** @type {number} */ column) => column + 1;

// The numbers of the steps below a strip, as many as fit, and the axis' name; returns the height they take.
/** @type {(pen: Pen, key: string, count: number, steps: Steps) => number} */
export function insideSteps(pen, key, count, { place, y, number = fromOne, name = "timesteps", label = name }) {
  const width = count > 1 ? place(1).x - place(0).x : place(0).width;
  const widest = textWidth(String(number(count - 1)), 11) + 6;
  const stride = INSIDE_STRIDES.find((each) => each * width >= widest) ?? count;
  for (let column = 0; column < count; column++) {
    const ends = column === 0 || column === count - 1;
    const near = count - 1 - column < stride && !ends;
    if (!ends && (near || (column + 1) % stride)) continue;
    const { x, width: own } = place(column);
    insideText(pen, `${key}:${column}`, number(column), x + own / 2, y + 11, "s11", "middle", name);
  }
  const [first, end] = [place(0), place(count - 1)];
  const middle = (first.x + end.x + end.width) / 2;
  insideText(pen, `${key}:name`, label, middle, y + 25, "s11 bold", "middle", name);
  return 30;
}

// A path with an open head at its end; `points` are its corners.
/** @type {(pen: Pen, key: string, points: Point[], className?: string) => void} */
export function insideArrow(pen, key, points, className = "") {
  const [[x1, y1], [x2, y2]] = points.slice(-2);
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [((x2 - x1) / length) * 4, ((y2 - y1) / length) * 4];
  const at = (/** @type {number} */ x, /** @type {number} */ y) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const line = points.map(([x, y]) => at(x, y)).join("L");
  const head = `M${at(x2 - dx - dy, y2 - dy + dx)}L${at(x2, y2)}L${at(x2 - dx + dy, y2 - dy - dx)}`;
  pen("path", key, { class: `arrow ${className}`, d: `M${line}${head}` });
}

// The small circled 0 at which a memory starts.
/** @type {(pen: Pen, key: string, x: number, y: number, radius?: number) => void} */
export function insideZero(pen, key, x, y, radius = 7) {
  pen("circle", `${key}:ring`, { class: "zero", cx: x, cy: y, r: radius });
  insideText(pen, `${key}:digit`, "0", x, y + 3.5, "s10", "middle");
}

/** @type {(pen: Pen, key: string, x: number, y: number, width: number, height: number) => void} */
export function insideHatch(pen, key, x, y, width, height) {
  pen("rect", `${key}:veil`, { class: "veil", x, y, width, height });
  pen("path", key, { class: "hatch", d: hatchPath(x, y, width, height) });
}

// What a shade means, and the marks beside it, in a line of its own below the drawing.
/** @type {(element: HTMLElement, legends: Legend[], notes: Note[]) => void} */
export function insideLegend(element, legends, notes) {
  const wanted = JSON.stringify([legends, notes]);
  if (element.dataset.wanted === wanted) return;
  element.dataset.wanted = wanted;
  element.replaceChildren();
  for (const { words, range, low, axis } of legends) {
    const part = create("span", "inside-scale", element);
    create("span", "", part).textContent = `${words}:`;
    create("span", "", part).textContent = insideNumber(low ?? -range);
    const colours = ["var(--ground)", axisColour(axis)];
    if (low === undefined) colours.unshift(NEGATIVE);
    create("i", "", part).style.background = `linear-gradient(to right, ${colours.join(", ")})`;
    create("span", "", part).textContent = insideNumber(range);
    if (low === undefined) create("span", "", part).textContent = "(blank is 0, grey is negative)";
  }
  for (const { swatch, words } of notes) {
    const part = create("span", "inside-note", element);
    create("i", swatch, part);
    create("span", "", part).textContent = words;
  }
}
