// How large a tensor is drawn: its grid, and the room that its labels need.

import {
  isPicture,
  PICTURE_GAP,
  pictureBlockLabels,
  pictureDepth,
  pictureFrames,
  pictureLabel,
  pictureLengths,
  pictureSheets,
} from "./picture.js";
import { textWidth } from "./text.js";

/** @import { Axis, Labels, Limit, Size, Tensor } from "./types.d.ts" */

export const MARGIN = { left: 10, top: 26, right: 13 };
export const BLOCK_GAP = 4;
const DRAWN = 32;
const MOST_BLOCKS = 12;
// A tensor without words of its own: room for the sheets behind it, and up to the next one. Its name and shape stand over its wire.
const BARE = { top: 12, below: 4 };
export const BESIDE_TENSOR = 15;
const LINE = 14;

// How many cells are drawn of each axis: of a long one some are picked, so that each can be seen.
/** @type {(tensor: Tensor) => { rows: number; blocks: number; perBlock: number }} */
export function drawnOf(tensor) {
  const blocks = Math.min(MOST_BLOCKS, blocksOf(tensor));
  const perBlock = Math.min(tensor.columns?.size ?? 1, Math.max(1, Math.floor((2 * DRAWN) / blocks)), DRAWN);
  return { rows: Math.min(tensor.rows?.size ?? 1, DRAWN), blocks, perBlock };
}

/** @type {(tensor: Tensor) => number} */
const blocksOf = (tensor) => tensor.blocks.reduce((product, axis) => product * (axis.size ?? 1), 1);

// The length of the rows and of the columns: cells that are drawn, of pictures pixels, at a scale of 1.
/** @type {(tensor: Tensor) => number} */
export function rowsLength(tensor) {
  if (tensor.hidden) return 12;
  return isPicture(tensor) ? pictureLengths(tensor).height : drawnOf(tensor).rows;
}

/** @type {(tensor: Tensor) => number} */
export function columnsLength(tensor) {
  if (tensor.hidden) return 12;
  if (isPicture(tensor)) return pictureFrames(tensor) * pictureLengths(tensor).width + gapsOf(tensor);
  const { blocks, perBlock } = drawnOf(tensor);
  return blocks * perBlock;
}

/** @type {(tensor: Tensor) => number} */
const gapsOf = (tensor) => (pictureFrames(tensor) - 1) * (PICTURE_GAP + pictureDepth(tensor));

// The words below a tensor, from the top: of the columns, of what stands side by side, of what stands behind it.
/** @type {(tensor: Tensor, width: number) => { columns: string[]; blocks: string[]; depth: string; all: string[] }} */
export function labelsBelow(tensor, width) {
  const picture = isPicture(tensor);
  const drawn = drawnOf(tensor);
  const columns = !tensor.columns ? [] : drawnLines(tensor.columns, picture ? Infinity : drawn.perBlock, width);
  const outer = tensor.blocks.length === 1 ? drawn.blocks : Infinity;
  const blocks = picture ? pictureBlockLabels(tensor) : [...tensor.blocks].reverse().map((axis) => drawnLabel(axis, outer));
  const depth = tensor.depth ? pictureLabel(tensor.depth, pictureSheets(tensor)) : "";
  return { columns, blocks, depth, all: [...columns, ...blocks, ...(depth ? [depth] : [])] };
}

// The words above it: of the rows, and how many of them are drawn where these do not fit beside them.
/** @type {(tensor: Tensor, width: number) => string[]} */
export function labelsAbove(tensor, width) {
  if (!tensor.rows) return [];
  return drawnLines(tensor.rows, isPicture(tensor) ? Infinity : drawnOf(tensor).rows, width);
}

// One line where there is room for it, else two.
/** @type {(axis: Axis, drawn: number, width: number) => string[]} */
function drawnLines(axis, drawn, width) {
  const whole = drawnLabel(axis, drawn);
  if (whole === axisLabel(axis) || textWidth(whole, 12) <= width + 8) return [whole];
  return [`${axis.axis},`, `${drawn} of ${axis.size} drawn`];
}

/** @type {(tensor: Tensor, { width, labels }: Pick<Size, "width" | "labels">) => boolean} */
export const saysBatch = (tensor, { width, labels }) => labels === "all" || (labels === "few" && batchBeside(tensor, width));

// "batch" stands at the end of the last line above where there is room for both, and above it elsewhere.
/** @type {(tensor: Tensor, width: number) => boolean} */
export function batchBeside(tensor, width) {
  const above = labelsAbove(tensor, width).at(-1);
  return (above ? textWidth(above, 12) + 8 : 0) + textWidth("batch", 12) <= width + 15;
}

// An open size has the name that the code or the equations have for it.
/** @type {(axis: Axis) => string} */
export function axisLabel({ axis, size, symbol }) {
  return `${axis} ${size ?? (axis === "batch" ? "" : (symbol ?? ""))}`.trim();
}

/** @type {(axis: Axis, drawn: number) => string} */
const drawnLabel = (axis, drawn) =>
  axis.size !== null && axis.size > drawn ? `${axis.axis}, ${drawn} of ${axis.size} drawn` : axisLabel(axis);

// Where the grid stands inside its own picture; `limit` is the scale that the layout gives to all of them. words: how wide what
// stands beside it is.
/** @type {(tensor: Tensor, limit: Limit, labels?: Labels, words?: number) => Size} */
export function measure(tensor, limit, labels = "all", words = 0) {
  let width = Math.max(10, columnsLength(tensor) * limit.columns);
  let height = Math.max(10, rowsLength(tensor) * limit.rows);
  if (isPicture(tensor)) {
    // One scale for both, and the gaps between pictures keep theirs.
    const [one, gaps, frames] = [pictureLengths(tensor), gapsOf(tensor), pictureFrames(tensor)];
    const room = (width - gaps) / (frames * one.width);
    const scale = Math.max(Math.min(room, height / one.height), 10 / Math.max(one.width, one.height));
    width = Math.max(3 * frames, frames * one.width * scale) + gaps;
    height = Math.max(3, one.height * scale);
  } else if (!tensor.hidden) {
    const { blocks } = drawnOf(tensor);
    width += BLOCK_GAP * (blocks - 1);
  }
  if (labels === "beside") {
    const [left, right] = [MARGIN.left, BESIDE_TENSOR + words];
    return { width, height, left, right, ...BARE, labels, outer: left + width + right, total: BARE.top + height + BARE.below };
  }
  const lines = labelsBelow(tensor, width).all;
  const above = labelsAbove(tensor, width).map((words) => textWidth(words, 12) - MARGIN.left + 3);
  const said = saysBatch(tensor, { width, labels });
  const batch = said ? textWidth("batch", 12) : 0;
  const beside = !said || batchBeside(tensor, width);
  const top = MARGIN.top + LINE * (Math.max(1, above.length) - 1 + (beside ? 0 : above.length ? 1 : 0));
  const overhang = Math.max(0, (Math.max(0, ...lines.map((words) => textWidth(words, 12) + 4)) - width) / 2);
  const left = Math.max(MARGIN.left, overhang);
  const right = Math.max(MARGIN.right, overhang, ...above.map((wide) => wide - width), batch - MARGIN.left - width + 4);
  const below = 6 + lines.length * 18;
  const [outer, total] = [left + width + right, top + height + below];
  return { width, height, left, right, top, below, labels, outer, total };
}
