// Sizes, axes and shapes in words and as code. Sentences come from Python.

import { lastOf } from "../held.js";

/** @import { Axis, Hidden, Shape, Tensor } from "./types.d.ts" */

const SINGULAR = new Map([
  ["timesteps", "timestep"],
  ["features", "feature"],
  ["units", "unit"],
  ["outputs", "output"],
  ["windows", "window"],
  ["steps", "step"],
  ["weights", "weight"],
  ["parameters", "parameter"],
]);

// The name of one of what an axis counts.
/** @type {(word: string) => string} */
export function singular(word) {
  return SINGULAR.get(word) ?? word;
}

/** @type {(number: number | null | undefined, word: string) => string} */
export function count(number, word) {
  if (number == null) return `any number of ${word}`;
  return `${number.toLocaleString("en")} ${number === 1 ? singular(word) : word}`;
}

/** @type {(parts: string[]) => string} */
export function joined(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** @type {(shape: Shape, axes: string[] | undefined, symbols: (string | null)[] | undefined) => Tensor} */
export function tensorOf(shape, axes, symbols) {
  const named = shape.map((size, index) => ({
    axis: axes?.[index] ?? (index ? "size" : "batch"),
    size,
    symbol: symbols?.[index],
  }));
  const rest = named.slice(1);
  const image = imageOf(rest);
  if (image) return { shape, named, ...image };
  const ordered = ["timesteps", "windows"];
  const rows = rest.length && !ordered.includes(lastOf(rest).axis) ? (rest.pop() ?? null) : null;
  const columns = rest.pop() ?? null;
  return { shape, named, rows, columns, blocks: rest };
}

// Rows and columns are a picture: its channels stand behind each other, and what stands before it in the shape, such as the
// timesteps, runs from left to right.
/** @type {(rest: Axis[]) => Pick<Tensor, "rows" | "columns" | "blocks" | "depth"> | null} */
function imageOf(rest) {
  const find = (/** @type {string} */ name) => rest.find(({ axis }) => axis === name) ?? null;
  const [rows, columns] = [find("rows"), find("columns")];
  if (!rows || !columns) return null;
  const others = rest.filter((axis) => axis !== rows && axis !== columns);
  const depth = others.find(({ axis }) => ["channels", "filters", "features", "units"].includes(axis)) ?? null;
  return { rows, columns, depth, blocks: others.filter((axis) => axis !== depth) };
}

// A tensor whose shape is asked for: even the number of its axes would give the answer away.
export const HIDDEN = { hidden: true, shape: [], named: [], rows: null, columns: null, blocks: [] };

// What a layer that cannot go on returns.
export const NOTHING = { nothing: true, hidden: true, shape: [], named: [], rows: null, columns: null, blocks: [] };

/** @type {(axis: Axis) => string} */
export function sizeAsCode({ axis, size, symbol }) {
  if (size == null) return symbol ?? (axis === "batch" ? "B" : "any");
  const number = size.toLocaleString("en");
  return symbol && symbol !== String(size) ? `${symbol} = ${number}` : number;
}

/** @type {(tensor: Tensor) => string} */
export function shapeAsCode(tensor) {
  if (tensor.nothing) return "nothing";
  return tensor.hidden ? "?" : `(${tensor.named.map(sizeAsCode).join(", ")})`;
}

/** @type {(axis: Axis) => string} */
export function axisInWords({ axis, size, symbol }) {
  if (symbol !== undefined) return `${axis} ${sizeAsCode({ axis, size, symbol })}`;
  return axis === "batch" && size == null ? axis : count(size, axis);
}

/** @type {(shapes: Shape[]) => string} */
export function flat(shapes) {
  return shapes.map((shape) => shape.map((size) => size ?? "None").join(",")).join(";");
}

/** @type {(params: number | null, hidden?: Hidden) => string} */
export function parametersInWords(params, hidden = []) {
  if (hidden.includes("parameters") || params == null) return "? parameters";
  return params ? count(params, "parameters") : "no parameters";
}

/** @type {(text: string | null | undefined) => string} */
export function sentence(text) {
  const trimmed = (text ?? "").trim();
  if (!trimmed) return "";
  return trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}

// What a layer does with a mask, for the small mark at its box: the sentence stands in the opened layer.
/** @type {(deeds?: string[]) => string} */
export function maskInWords(deeds = []) {
  if (!deeds.length) return "";
  if (deeds.includes("unknown")) return "mask: not known";
  // Who uses a mask passes it on, as a rule.
  const said = deeds.filter((deed, index) => !(deed === "passes" && index));
  return `${said.join(", ")} mask`;
}
