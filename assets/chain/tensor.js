// One tensor as a grid: columns are timesteps, rows features or units, blocks windows, and the sheets behind the batch.

import { axisColour } from "../axes.js";
import { insideRuns } from "./columns.js";
import { batchBeside, BLOCK_GAP, drawnOf, labelsAbove, labelsBelow, saysBatch } from "./measure.js";
import { isPicture, pictureBehind, pictureDepth, pictureSegments } from "./picture.js";
import { isMasked, shade, shareAt } from "./shades.js";
import { textWidth } from "./text.js";
import { createSvg, mark, say } from "../dom.js";
import { hatchPath } from "../hatch.js";

/** @import { Numbers } from "../description.d.ts" */
/** @import { Attributes, Axis, Point, Size, Tensor, TensorNode } from "./types.d.ts" */

// So many shades of a sign, each one path: a path for each cell would be thousands.
const SHADES = 12;
// Cells without numbers: a pale pattern.
const PALE = [0.14, 0.2];

/** @type {(parent: Element) => Omit<TensorNode, "element" | "shape">} */
export function newTensor(parent) {
  const svg = createSvg("svg", "tensor", parent);
  mark(svg, { "aria-hidden": "true" });
  const sheets = [createSvg("path", "sheet", svg), createSvg("path", "sheet", svg)];
  const grid = createSvg("g", "grid", svg);
  const ground = createSvg("path", "ground", grid);
  const levels = Array.from({ length: 2 * SHADES }, () => createSvg("path", "", grid));
  const masked = { veil: createSvg("path", "veil", grid), hatch: createSvg("path", "hatch", grid) };
  const bars = { rows: createSvg("path", "bar", svg), columns: createSvg("path", "bar", svg) };
  const [batch, rows, thinned, columns, steps] = ["batch", "start", "start", "", ""].map((name) => createSvg("text", name, svg));
  const texts = { batch, rows, thinned, columns, steps };
  /** @type {[SVGElement, SVGElement]} */
  const depth = [createSvg("path", "bar", svg), createSvg("text", "", svg)];
  return { svg, sheets, grid, ground, levels, masked, bars, texts, blocks: [], depth, size: null };
}

/** @type {(x: number, y: number, width: number, height: number) => string} */
export function box(x, y, width, height) {
  return `M${x.toFixed(1)},${y.toFixed(1)}h${width.toFixed(2)}v${height.toFixed(2)}h${(-width).toFixed(2)}z`;
}

// counts: of each column, 0 where it is masked.
/** @type {(node: TensorNode, tensor: Tensor, size: Size, values: Numbers | null | undefined, counts?: number[] | null) => Point[]} */
function drawCells(node, tensor, size, values, counts = null) {
  const { rows, blocks: drawnBlocks, perBlock } = drawnOf(tensor);
  const gap = drawnBlocks > 1 ? Math.min(BLOCK_GAP, size.width / drawnBlocks / 4) : 0;
  const blockWidth = (size.width - gap * (drawnBlocks - 1)) / drawnBlocks;
  const [wide, high] = [blockWidth / perBlock, size.height / rows];
  const seam = Math.min(1, Math.min(wide, high) / 6);
  /** @type {string[][]} */
  const paths = Array.from({ length: 2 * SHADES }, () => []);
  const ground = [];
  /** @type {Point[]} */
  const segments = [];
  for (let block = 0; block < drawnBlocks; block++) {
    const left = size.left + block * (blockWidth + gap);
    ground.push(box(left, size.top, blockWidth, size.height));
    segments.push([left, left + blockWidth]);
    for (let column = 0; column < perBlock; column++) {
      for (let row = 0; row < rows; row++) {
        const share = values
          ? shareAt(values, row, rows, block * perBlock + column, drawnBlocks * perBlock)
          : PALE[(row + column) % 2];
        const level = Math.ceil(Math.min(1, Math.abs(share)) * SHADES - 0.5);
        if (level < 1) continue;
        const [x, y] = [left + column * wide, size.top + row * high];
        paths[(share < 0 ? SHADES : 0) + level - 1].push(box(x + seam / 2, y + seam / 2, wide - seam, high - seam));
      }
    }
  }
  const colour = axisColour((tensor.rows ?? tensor.columns)?.axis);
  mark(node.ground, { d: ground.join("") });
  const hidden = drawnBlocks > 1 ? [] : insideRuns(perBlock, (column) => isMasked(counts, column, perBlock));
  const over = hidden.map(([from, to]) => [size.left + from * wide, size.top, (to - from + 1) * wide, size.height]);
  mark(node.masked.veil, { d: over.map(([x, y, width, height]) => box(x, y, width, height)).join("") });
  mark(node.masked.hatch, { d: over.map(([x, y, width, height]) => hatchPath(x, y, width, height, 4)).join("") });
  node.levels.forEach((path, level) => {
    const share = ((level % SHADES) + 1) / SHADES;
    mark(path, { d: paths[level].join(""), style: shade(level < SHADES ? share : -share, colour) });
  });
  return segments;
}

// Pictures have no cells: drawn to scale, a cell of one of them would be thinner than a line.
/** @type {(node: TensorNode, tensor: Tensor, size: Size) => Point[]} */
function drawPictures(node, tensor, size) {
  const segments = pictureSegments(tensor, size);
  const { top, height } = size;
  const at = (/** @type {number} */ back) =>
    segments.map(([from, to]) => box(from + back, top - back, to - from, height)).join("");
  const colour = axisColour(tensor.depth?.axis);
  const behind = pictureBehind(tensor);
  mark(node.ground, { d: [...behind, 0].map(at).join("") });
  node.levels.forEach((path, level) => {
    const back = [...behind, 0][level];
    const style = `fill:color-mix(in srgb, ${colour} 24%, var(--ground));stroke:${colour};stroke-width:0.8`;
    mark(path, { d: back === undefined ? "" : at(back), style });
  });
  return segments;
}

/**
 * @type {(text: SVGElement, words: string, axis: string | null | undefined, x: number, y: number, extra?: Attributes)
 *   => void}
 */
function label(text, words, axis, x, y, extra = {}) {
  say(text, words);
  mark(text, { x: x.toFixed(1), y: y.toFixed(1), style: `fill:${axisColour(axis, true)}`, ...extra });
}

/**
 * @type {(node: TensorNode, tensor: Tensor, size: Size, values: Numbers | null | undefined, still: boolean,
 *   counts?: number[] | null) => void}
 */
export function drawTensor(node, tensor, size, values, still, counts = null) {
  const { left, width, height, top } = size;
  const bottom = top + height;
  mark(node.svg, { width: size.outer.toFixed(1), height: size.total.toFixed(1) });
  const behind = isPicture(tensor) ? pictureDepth(tensor) : 0;
  [8, 4].forEach((step, index) => {
    const back = step + behind;
    mark(node.sheets[index], { d: box(left + back, top - back, width, height) });
  });
  const segments = isPicture(tensor) ? drawPictures(node, tensor, size) : drawCells(node, tensor, size, values, counts);
  // The names of the axes stand above and below, so that nothing lies in a wire's way.
  const [start, base] = [left - 7, top - 12 - behind];
  const bare = size.labels === "beside";
  const above = bare ? [] : labelsAbove(tensor, width);
  const [rows, thinned] = above.length > 1 ? above : [above[0] ?? "", ""];
  const batchY = batchBeside(tensor, width) ? base : base - 14 * above.length;
  label(node.texts.batch, saysBatch(tensor, size) ? "batch" : "", "batch", Math.max(left + width + 8, start + textWidth("batch", 12)), batchY);
  label(node.texts.rows, rows, tensor.rows?.axis, start, thinned ? base - 14 : base);
  label(node.texts.thinned, thinned, tensor.rows?.axis, start, base);

  drawBar(node.bars.rows, tensor.rows, `M${left - 6},${top}V${bottom}`);
  const middle = top + height / 2;
  let y = bottom + 6;
  const steps = segments.map(([from, to]) => `M${from.toFixed(1)},${y}H${to.toFixed(1)}`).join("");
  drawBar(node.bars.columns, tensor.columns, steps);
  const centre = left + width / 2;
  const words = labelsBelow(tensor, width);
  if (tensor.hidden) label(node.texts.columns, tensor.nothing ? "×" : "?", null, centre, middle + 8, { class: "asked" });
  else {
    label(node.texts.columns, words.columns[0] ?? "", tensor.columns?.axis, centre, y + 14, { class: "" });
  }
  label(node.texts.steps, words.columns[1] ?? "", tensor.columns?.axis, centre, y + 32);
  y += words.columns.length > 1 ? 38 : 20;

  while (node.blocks.length < tensor.blocks.length) {
    node.blocks.push([createSvg("path", "bar", node.svg), createSvg("text", "", node.svg)]);
  }
  while (node.blocks.length > tensor.blocks.length) node.blocks.pop()?.forEach((element) => element.remove());
  [...tensor.blocks].reverse().forEach((axis, index) => {
    const [bar, text] = node.blocks[index];
    const at = y + index * 18;
    drawBar(bar, axis, `M${left},${at}H${left + width}`);
    label(text, words.blocks[index], axis.axis, centre, at + 13);
  });
  // The channels' bar runs the way they stand: from the front to the back.
  const corner = `M${left - 1},${top - 1}l${behind},${-behind}`;
  drawBar(node.depth[0], behind ? (tensor.depth ?? null) : null, corner);
  label(node.depth[1], words.depth, tensor.depth?.axis, centre, y + tensor.blocks.length * 18 + 13);

  const old = node.size;
  node.size = size;
  if (!still && old && (Math.abs(old.width - width) > 0.5 || Math.abs(old.height - height) > 0.5)) {
    node.grid.style.transformOrigin = `${left}px ${middle}px`;
    const from = `scale(${(old.width / width).toFixed(3)}, ${(old.height / height).toFixed(3)})`;
    node.grid.animate([{ transform: from }, { transform: "none" }], { duration: 150, easing: "ease-out" });
  }
}

// Other numbers in the same cells: nothing is laid out anew.
/** @type {(node: TensorNode, tensor: Tensor, values: Numbers | null | undefined, counts?: number[] | null) => void} */
export function repaintTensor(node, tensor, values, counts = null) {
  if (node.size && !isPicture(tensor)) drawCells(node, tensor, node.size, values, counts);
}

/** @type {(bar: SVGElement, axis: Axis | null, path: string) => void} */
function drawBar(bar, axis, path) {
  mark(bar, { d: axis ? path : "", style: axis ? `stroke:${axisColour(axis.axis)}` : "" });
}
