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

/** @import { Axis, Limit, Size, Tensor } from "./types.d.ts" */

export const MARGIN = { left: 25, top: 26, right: 13 };

// Lengths grow slower than the numbers: on a linear scale one output beside 256 units would be thinner than a line.
/** @type {(tensor: Tensor) => number} */
export function rowsLength(tensor) {
  if (tensor.hidden) return 62;
  if (isPicture(tensor)) return pictureLengths(tensor).height;
  return 20 * (tensor.rows?.size ?? 1) ** 0.56;
}

/** @type {(tensor: Tensor) => number} */
export function columnsLength(tensor) {
  if (tensor.hidden) return 130;
  if (isPicture(tensor)) {
    const frames = pictureFrames(tensor);
    return frames * pictureLengths(tensor).width + gapsOf(tensor);
  }
  const blocks = tensor.blocks.reduce((product, axis) => product * (axis.size ?? 1), 1);
  if (!tensor.columns) return 14;
  return 38 * (blocks * (tensor.columns.size ?? 1)) ** 0.5;
}

/** @type {(tensor: Tensor) => number} */
const gapsOf = (tensor) => (pictureFrames(tensor) - 1) * (PICTURE_GAP + pictureDepth(tensor));

// The words below a tensor, from the top: of the columns, of what stands side by side, of what stands behind it.
/** @type {(tensor: Tensor) => { blocks: string[]; depth: string; all: string[] }} */
export function labelsBelow(tensor) {
  const blocks = isPicture(tensor) ? pictureBlockLabels(tensor) : [...tensor.blocks].reverse().map(axisLabel);
  const depth = tensor.depth ? pictureLabel(tensor.depth, pictureSheets(tensor)) : "";
  const columns = tensor.columns ? [axisLabel(tensor.columns)] : [];
  return { blocks, depth, all: [...columns, ...blocks, ...(depth ? [depth] : [])] };
}

/** @type {(axis: Axis) => string} */
export function axisLabel(axis) {
  return `${axis.axis} ${axis.size ?? ""}`.trim();
}

// Where the grid stands inside its own picture; `limit` is the room that the layout gives to grid and labels.
/** @type {(tensor: Tensor, limit: Limit) => Size} */
export function measure(tensor, limit) {
  let width = Math.max(10, columnsLength(tensor) * limit.columns);
  let height = Math.max(10, rowsLength(tensor) * limit.rows);
  if (isPicture(tensor)) {
    // One scale for both, and the gaps between pictures keep theirs.
    const [one, gaps, frames] = [pictureLengths(tensor), gapsOf(tensor), pictureFrames(tensor)];
    const room = (width - gaps) / (frames * one.width);
    const scale = Math.max(Math.min(room, height / one.height), 10 / Math.max(one.width, one.height));
    width = Math.max(3 * frames, frames * one.width * scale) + gaps;
    height = Math.max(3, one.height * scale);
  }
  const lines = labelsBelow(tensor).all;
  const labels = lines.map((words) => textWidth(words, 12) + 4);
  const overhang = Math.max(0, (Math.max(0, ...labels) - width) / 2);
  // Beside a flat grid the turned label reaches below it, where the label of the columns may stand: it moves out.
  const clash = tensor.rows && overhang && textWidth(axisLabel(tensor.rows), 12) > height + 4 ? overhang : 0;
  const left = Math.max(MARGIN.left + clash, overhang);
  // Beside a narrow grid "batch" starts right of the middle, where a wire may come in from above.
  const narrow = width < 44;
  const right = Math.max(MARGIN.right, overhang, narrow ? 12 + textWidth("batch", 11) - width / 2 : 0);
  const turned = tensor.rows ? (textWidth(axisLabel(tensor.rows), 12) - height) / 2 : 0;
  const below = Math.max(6 + lines.length * 18, tensor.columns ? 0 : turned + 2);
  const [outer, total] = [left + width + right, MARGIN.top + height + below];
  return { width, height, left, right, below, clash, narrow, outer, total };
}
