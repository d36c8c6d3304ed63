// A tensor of pictures: each as many rows by columns as it has, its channels behind it, timesteps from left to right.

/** @import { Axis, Point, Size, Tensor } from "./types.d.ts" */

export const PICTURE_GAP = 6;
const FRAMES = 4;
const SHEETS = 4;
const SHEET_STEP = 2;
const LENGTH = 7;

/** @type {(tensor: Tensor) => boolean} */
export const isPicture = (tensor) => tensor.depth !== undefined;

/** @type {(axes: Axis[]) => number} */
const product = (axes) => axes.reduce((all, axis) => all * (axis.size ?? FRAMES), 1);

// How many pictures stand side by side, and how many channels behind each other.
/** @type {(tensor: Tensor) => number} */
export const pictureFrames = (tensor) => Math.min(FRAMES, product(tensor.blocks));
/** @type {(tensor: Tensor) => number} */
export const pictureSheets = (tensor) => Math.min(SHEETS, tensor.depth ? (tensor.depth.size ?? SHEETS) : 1);
/** @type {(tensor: Tensor) => number} */
export const pictureDepth = (tensor) => SHEET_STEP * (pictureSheets(tensor) - 1);

// The size of one picture: rows and columns on one scale, so that it is as wide and as high as it really is.
/** @type {(tensor: Tensor) => { width: number; height: number }} */
export function pictureLengths({ rows, columns }) {
  const [high, wide] = [rows?.size ?? 32, columns?.size ?? 32];
  const scale = LENGTH * Math.max(high, wide) ** -0.25;
  return { width: wide * scale, height: high * scale };
}

// What is written at an axis of which not everything is drawn says so.
/** @type {(axis: Axis, drawn: number) => string} */
export function pictureLabel(axis, drawn) {
  const name = `${axis.axis} ${axis.size ?? ""}`.trim();
  return axis.size !== null && axis.size > drawn ? `${axis.axis}, ${drawn} of ${axis.size} drawn` : name;
}

// The axes before the picture, drawn side by side; with several of them the first pictures of the last are drawn.
/** @type {(tensor: Tensor) => string[]} */
export function pictureBlockLabels(tensor) {
  let left = pictureFrames(tensor);
  return [...tensor.blocks].reverse().map((axis) => {
    const drawn = Math.max(1, Math.min(left, axis.size ?? left));
    left = Math.floor(left / drawn);
    return pictureLabel(axis, drawn);
  });
}

// Where each picture stands, from its left to its right.
/** @type {(tensor: Tensor, size: Pick<Size, "left" | "width">) => Point[]} */
export function pictureSegments(tensor, size) {
  const frames = pictureFrames(tensor);
  const gap = PICTURE_GAP + pictureDepth(tensor);
  const wide = (size.width - gap * (frames - 1)) / frames;
  return Array.from({ length: frames }, (_, frame) => {
    const left = size.left + frame * (wide + gap);
    return [left, left + wide];
  });
}

// The channels behind each picture, the hindmost first, as boxes: x, y, and the corner from the front one's.
/** @type {(tensor: Tensor) => number[]} */
export function pictureBehind(tensor) {
  return Array.from({ length: pictureSheets(tensor) - 1 }, (_, index) => SHEET_STEP * (index + 1)).reverse();
}
