// Where everything stands, for a width: side by side, in two storeys when layers are many, or as a list on a phone.

import { columnsLength, MARGIN, measure, rowsLength } from "./measure.js";
import { isSkip } from "./paths.js";
import { isPicture } from "./picture.js";
import { textWidth } from "./text.js";
import { shapeAsCode } from "./words.js";
import { held } from "../held.js";

/** @import { Graph, Heights, Item, Limit, Placed, Plan, Size, Sizes, Span, Spot } from "./types.d.ts" */
/** @typedef {{ sizes: Sizes; columns: number[]; boxWidth: number; gap: number }} Fit */

export const NARROW = 560;
// Pictures side by side need more room than a strip.
const WIDER = 1.5;
/** @type {(low: number, high: number, share: number) => number} */
export const between = (low, high, share) => low + (high - low) * share;

// The longest axis of the chain gets the whole room; the others keep their proportion to it. Pictures keep theirs among
// themselves: beside the thousands of features that they are flattened into they would be points.
/** @type {(items: Item[], pictures: boolean, width: number, height: number) => Limit} */
function limits(items, pictures, width, height) {
  const tensors = items.flatMap((item) => item.tensors).filter((tensor) => isPicture(tensor) === pictures);
  return {
    columns: Math.min(1, width / Math.max(1, ...tensors.map(columnsLength))),
    rows: Math.min(1, height / Math.max(1, ...tensors.map(rowsLength))),
  };
}

/** @type {(items: Item[], width: number, height: number) => Sizes} */
function sizesOf(items, width, height) {
  const sizes = new Map();
  for (const item of items) {
    const high = item.tensors.length > 1 ? height / item.tensors.length - 30 : height;
    const [limit, ofPictures] = [limits(items, false, width, high), limits(items, true, width * WIDER, high)];
    sizes.set(item.name, item.tensors.map((tensor) => measure(tensor, isPicture(tensor) ? ofPictures : limit)));
  }
  return sizes;
}

/** @type {(item: Item) => boolean} */
const hasPictures = (item) => item.tensors.some(isPicture);

/** @type {(graphed: Graph, sizes: Sizes) => number[]} */
function columnWidths(graphed, sizes) {
  return Array.from({ length: graphed.depth + 1 }, (_, depth) => {
    const column = graphed.items.filter((item) => item.depth === depth).flatMap((item) => held(sizes, item.name));
    return Math.max(0, ...column.map((size) => size.outer));
  });
}

/** @type {(graphed: Graph, width: number) => Plan} */
export function plan(graphed, width) {
  if (width < NARROW) return planList(graphed, width);
  const blocks = Math.max(0, ...graphed.items.flatMap((item) => item.tensors.map((tensor) => tensor.blocks.length + (tensor.depth ? 1 : 0))));
  const height = graphed.lanes > 1 ? 64 : 136 - 18 * blocks;
  /** @type {Fit | null} */
  let best = null;
  for (let step = 20; step >= 0 && !best; step--) {
    const share = step / 20;
    const sizes = sizesOf(graphed.items, between(48, 168, share), height);
    const columns = columnWidths(graphed, sizes);
    const boxWidth = between(graphed.lanes > 1 ? 106 : 118, 178, share);
    const used = columns.reduce((sum, each) => sum + each, 0) + graphed.depth * boxWidth;
    const gap = (width - used) / Math.max(1, 2 * graphed.depth);
    if (gap >= between(16, 26, share)) best = { sizes, columns, boxWidth, gap: Math.min(gap, 64) };
    else if (step === 0 && (graphed.lanes > 1 || graphed.depth < 4)) best = { sizes, columns, boxWidth, gap: 18 };
  }
  return best ? planRow(graphed, width, best) : planStoreys(graphed, width);
}

/** @type {(graphed: Graph, width: number, fit: Fit) => Plan} */
function planRow(graphed, width, { sizes, columns, boxWidth, gap }) {
  const used = columns.reduce((sum, each) => sum + each, 0) + graphed.depth * (boxWidth + 2 * gap);
  let x = Math.max(0, (width - used) / 2);
  /** @type {number[][]} */
  const [tensorX, boxX] = [[], []];
  for (let depth = 0; depth <= graphed.depth; depth++) {
    if (depth > 0) {
      boxX[depth] = x + gap;
      x += 2 * gap + boxWidth;
    }
    tensorX[depth] = x + columns[depth] / 2;
    x += columns[depth];
  }
  return { kind: "row", sizes, boxWidth, gap, tensorX, boxX, width: Math.max(width, used) };
}

// Boxes above, the tensor that each one returns below it: nine tensors beside eight boxes would not be readable.
/** @type {(graphed: Graph, width: number) => Plan} */
function planStoreys(graphed, width) {
  const [first] = columnWidths(graphed, sizesOf(graphed.items, 76, 76));
  const step = Math.max(100, (width - first - 6) / graphed.depth);
  const sizes = sizesOf(graphed.items, Math.min(76, (step - 44) / (graphed.items.some(hasPictures) ? WIDER : 1)), 76);
  /** @type {number[][]} */
  const [tensorX, boxX] = [[first / 2], []];
  for (let depth = 1; depth <= graphed.depth; depth++) {
    boxX[depth] = first + 6 + (depth - 1) * step + 14;
    tensorX[depth] = boxX[depth] + (step - 16) / 2;
  }
  const whole = first + 6 + graphed.depth * step;
  return { kind: "storeys", sizes, boxWidth: step - 16, gap: 14, tensorX, boxX, width: whole };
}

/** @type {(graphed: Graph, width: number) => Plan} */
function planList(graphed, width) {
  const sizes = sizesOf(graphed.items, Math.min(220, width - 80), 90);
  return { kind: "list", sizes, boxWidth: Math.min(320, width - 8), gap: 26, tensorX: [], boxX: [], width };
}

// Where a shape may be written: below the middle of its tensor, from what stands before it to what stands after it.
/** @type {(graphed: Graph, planned: Plan, item: Item, index: number) => Span} */
export function shapeSpan(graphed, planned, item, index) {
  const size = held(planned.sizes, item.name)[index];
  const { kind, boxWidth, boxX, tensorX, gap, width } = planned;
  if (kind === "list") return { middle: width / 2, from: 4, to: width - 4 };
  let [from, to] = [0, width];
  if (kind === "storeys") {
    if (item.layer) [from, to] = [boxX[item.depth] - 4, boxX[item.depth] + boxWidth + 4];
    else to = boxX[item.depth + 1] - 4;
  } else {
    // With several rows a wire may come down beside the tensor; in a single row there is none below it.
    const several = graphed.lanes > 1;
    if (item.depth) from = boxX[item.depth] + boxWidth + (several ? 4 : -2);
    if (item.depth < graphed.depth) to = boxX[item.depth + 1] - (several ? gap / 2 + 5 : -2);
  }
  return { middle: tensorX[item.depth] + size.left + size.width / 2 - size.outer / 2, from, to };
}

// The middle of words of this width: below the tensor's, moved aside only where they would reach too far.
/** @type {(span: Span, width: number) => number} */
export function shapeMiddle({ middle, from, to }, width) {
  return Math.max(from + width / 2, Math.min(middle, to - width / 2));
}

// How far a caption may reach beyond its box on both sides without touching the shapes beside it.
/** @type {(graphed: Graph, planned: Plan, item: Item) => number} */
export function captionRoom(graphed, planned, item) {
  if (planned.kind !== "row") return 0;
  const start = planned.boxX[item.depth];
  const beside = graphed.items.flatMap((other) =>
    other.tensors.map((tensor, index) => {
      const span = shapeSpan(graphed, planned, other, index);
      const width = Math.min(textWidth(shapeAsCode(tensor), 13), span.to - span.from);
      const middle = shapeMiddle(span, width);
      if (other.depth === item.depth - 1) return start - middle - width / 2 - 10;
      return other.depth === item.depth ? middle - width / 2 - start - planned.boxWidth - 10 : 70;
    }),
  );
  return Math.max(-10, Math.min(70, ...beside));
}

// The second half needs the real heights of words: `heights` gives them: box, all, caption, shapes.
/** @type {(graphed: Graph, planned: Plan, heights: (item: Item) => Heights) => Placed} */
export function place(graphed, planned, heights) {
  if (planned.kind === "list") return placeList(graphed, planned, heights);
  /** @type {Map<string, Spot>} */
  const spots = new Map();
  const skips = graphed.wires.some((wire) => isSkip(wire, graphed));
  const storeys = planned.kind === "storeys";
  // The sign on a box's corner reaches above it, where a high box would leave it no room.
  const top = skips ? 14 : storeys || graphed.lanes > 1 ? 10 : 0;
  const layers = graphed.items.filter((item) => item.layer).map(heights);
  const tallest = Math.max(0, ...layers.map((layer) => layer.box));
  const stacks = graphed.items.map((item) => stackHeight(held(planned.sizes, item.name), heights(item).shapes));
  const single = graphed.lanes === 1 && !storeys;
  const hanging = top + 14 + Math.max(0, ...layers.map((layer) => layer.all));
  const shapes = graphed.items.flatMap((item) => heights(item).shapes);
  const captions = Math.max(24, ...layers.map((layer) => layer.caption), ...(single ? shapes : []));
  const lastShapes = graphed.items.map((item) => heights(item).shapes.at(-1) ?? 0);
  const laneHeight = storeys
    ? Math.max(tallest, 150)
    : graphed.lanes > 1
      ? Math.max(142, tallest + 36, ...stacks.map((stack, index) => stack + lastShapes[index] + 3))
      : Math.max(184, tallest + 44, ...stacks);
  for (const item of graphed.items) {
    const lane = top + item.lane * laneHeight;
    const sizes = held(planned.sizes, item.name);
    let middle = lane + laneHeight / 2 - (graphed.lanes > 1 ? 14 : 4);
    if (storeys) middle = top + tallest / 2 + 2;
    /** @type {Spot} */
    const spot = { middle, tensors: [], box: { x: 0, y: 0 } };
    if (item.layer) spot.box = { x: planned.boxX[item.depth], y: middle - heights(item).box / 2 };
    // A tall tensor may hang below the middle of its boxes, never above the picture.
    let y = storeys && item.layer ? hanging : middle - centreOf(sizes, heights(item).shapes);
    y = Math.max(storeys ? 0 : lane - 6, y);
    sizes.forEach((size, index) => {
      const [grid, shape] = [y + MARGIN.top + size.height / 2, y + size.total];
      const bottom = shape + heights(item).shapes[index];
      spot.tensors.push({ x: planned.tensorX[item.depth] - size.outer / 2, y, grid, shape, bottom });
      y = bottom + 1;
    });
    spots.set(item.name, spot);
  }
  const tensors = [...spots.values()].flatMap((spot) => spot.tensors);
  const lowest = Math.max(...tensors.map((tensor) => tensor.bottom));
  const caption = single ? Math.max(top + laneHeight + 10, ...tensors.map((tensor) => tensor.shape + 2)) : null;
  const height = caption !== null ? caption + captions + 6 : Math.max(top + graphed.lanes * laneHeight, lowest + 5);
  return { spots, caption, height, width: planned.width };
}

/** @type {(sizes: Size[], shapes: number[]) => number} */
function stackHeight(sizes, shapes) {
  return sizes.reduce((sum, size, index) => sum + size.total + (index ? shapes[index - 1] + 1 : 0), 0);
}

/** @type {(sizes: Size[], shapes: number[]) => number} */
function centreOf(sizes, shapes) {
  return sizes.length === 1 ? MARGIN.top + sizes[0].height / 2 : stackHeight(sizes, shapes) / 2;
}

/** @type {(graphed: Graph, planned: Plan, heights: (item: Item) => Heights) => Placed} */
function placeList(graphed, planned, heights) {
  /** @type {Map<string, Spot>} */
  const spots = new Map();
  let y = 0;
  for (const item of graphed.items) {
    if (!item.layer && y) y += 16;
    /** @type {Spot} */
    const spot = { middle: 0, tensors: [], box: { x: 0, y: 0 } };
    if (item.layer) {
      spot.box = { x: (planned.width - planned.boxWidth) / 2, y };
      y += heights(item).all + planned.gap;
    }
    held(planned.sizes, item.name).forEach((size, index) => {
      const [grid, shape] = [y + MARGIN.top + size.height / 2, y + size.total];
      const bottom = shape + heights(item).shapes[index];
      spot.tensors.push({ x: planned.width / 2 - size.left - size.width / 2, y, grid, shape, bottom });
      y = bottom + 5;
    });
    y += planned.gap;
    spots.set(item.name, spot);
  }
  return { spots, caption: null, height: y - planned.gap, width: planned.width };
}
