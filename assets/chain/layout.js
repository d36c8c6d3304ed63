// Where everything stands, for a width: side by side, in two storeys when layers are many, or as a list on a phone.

import { BESIDE_TENSOR } from "./measure.js";
import { isSkip, railsOf, ROUND, roundsOf } from "./paths.js";
import { boxNeeds, columnWidths, hasPictures, sizesOf, WIDER } from "./scale.js";
import { textWidth } from "./text.js";
import { BESIDE, titleOf, titleSize } from "./title.js";
import { shapeAsCode } from "./words.js";
import { held } from "../held.js";

/** @import { Graph, Heights, Item, Placed, Plan, Size, Sizes, Span, Spot } from "./types.d.ts" */
/** @typedef {Omit<Plan, "low" | "titleSize">} Layout */
/** @typedef {{ sizes: Sizes; columns: number[]; boxWidth: number; gap: number }} Fit */

export const NARROW = 560;
// Wires side by side in a gap, and beside a list.
const TRACK = 7;
export const RAIL = 10;
const WIDEST_BOX = 190;
const LOW = 0.55;
/** @type {(low: number, high: number, share: number) => number} */
export const between = (low, high, share) => low + (high - low) * share;

const ROOMY = 8;
/** @type {(from: number, to: number) => number[]} */
const range = (from, to) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

// low: less high, as another chain stands below it. share: of the height that tensors have where there is room; tight: nothing
// is kept free for words that may come.
/** @type {(graphed: Graph, width: number, low?: boolean, share?: number, tight?: boolean) => Plan} */
export function plan(graphed, width, low = false, share = 1, tight = false) {
  const planned = { ...planFor(graphed, width, (low ? LOW : 1) * share), low, tight };
  const titles = graphed.items.flatMap(({ layer }) => (layer ? [titleOf(layer)] : []));
  const most = planned.kind === "storeys" ? 13 : graphed.lanes > 1 ? 14 : 15;
  return { ...planned, titleSize: titleSize(titles, planned.boxWidth - BESIDE, most) };
}

// share: of the height that tensors have where there is room.
/** @type {(graphed: Graph, width: number, share: number) => Layout} */
function planFor(graphed, width, share) {
  if (width < NARROW) return planList(graphed, width);
  const blocks = Math.max(0, ...graphed.items.flatMap((item) => item.tensors.map((tensor) => tensor.blocks.length + (tensor.depth ? 1 : 0))));
  const height = (graphed.lanes > 1 ? 64 : 144 - 18 * blocks) * share;
  const [whole, needs] = [boxNeeds(graphed, WIDEST_BOX, "whole"), boxNeeds(graphed, WIDEST_BOX, "parts")];
  // Of two rows each has half of the height: what a layer does should take one line.
  const short = graphed.lanes > 1 ? boxNeeds(graphed, WIDEST_BOX, "parts", true) : needs;
  const tracks = TRACK * (tracksOf(graphed) - 1);
  // Titles stay whole as long as the tensors keep some room.
  const tries = [
    ...range(20, ROOMY).map((step) => ({ step, box: whole })),
    ...(short > needs ? range(20, 1).map((step) => ({ step, box: short })) : []),
    ...range(20, 0).map((step) => ({ step, box: needs })),
  ];
  /** @type {Fit | null} */
  let best = null;
  for (const { step, box } of tries) {
    const wide = step / 20;
    const sizes = sizesOf(graphed.items, between(48, 256, wide), height, graphed.lanes > 1 && share < 1 ? "few" : "beside");
    const columns = columnWidths(graphed, sizes);
    const boxWidth = Math.max(box, between(graphed.lanes > 1 ? 106 : 118, 178, wide));
    const used = columns.reduce((sum, each) => sum + each, 0) + graphed.depth * boxWidth;
    const gap = (width - used) / Math.max(1, 2 * graphed.depth);
    if (gap >= between(18, 26, wide) + tracks) best = { sizes, columns, boxWidth, gap: Math.min(gap, 64) };
    // Of two rows the boxes may come closer, so that the whole chain is seen.
    else if (step === 0 && (graphed.lanes > 1 || graphed.depth < 4)) best = { sizes, columns, boxWidth, gap: gap >= 10 + tracks ? gap : 20 + tracks };
    if (best) break;
  }
  return best ? planRow(graphed, width, best) : planStoreys(graphed, width, share);
}

// The most tensors whose wires stand beside each other before one column of boxes.
/** @type {(graphed: Graph) => number} */
function tracksOf(graphed) {
  /** @type {Map<number, Set<string>>} */
  const tracks = new Map();
  for (const wire of graphed.wires) {
    const skips = isSkip(wire, graphed);
    if (!skips && wire.from.lane === wire.to.lane && wire.from.tensors.length === 1) continue;
    const depth = skips ? wire.from.depth + 1 : wire.to.depth;
    tracks.set(depth, (tracks.get(depth) ?? new Set()).add(`${wire.from.name}:${wire.output}`));
  }
  return Math.max(1, ...[...tracks.values()].map((each) => each.size));
}

/** @type {(graphed: Graph, width: number, fit: Fit) => Layout} */
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
/** @type {(graphed: Graph, width: number, share: number) => Layout} */
function planStoreys(graphed, width, share) {
  const [first] = columnWidths(graphed, sizesOf(graphed.items, 76, 76));
  const gap = 26 + TRACK * (tracksOf(graphed) - 1);
  const even = (width - first - 6) / graphed.depth;
  const needs = boxNeeds(graphed, WIDEST_BOX, "parts") + gap;
  const step = needs <= even ? even : Math.max(even, boxNeeds(graphed, WIDEST_BOX, "class") + gap);
  const sizes = sizesOf(graphed.items, Math.min(76, (step - 44) / (graphed.items.some(hasPictures) ? WIDER : 1)), 76 * share);
  /** @type {number[][]} */
  const [tensorX, boxX] = [[first / 2], []];
  for (let depth = 1; depth <= graphed.depth; depth++) {
    boxX[depth] = first + 6 + (depth - 1) * step + gap - 2;
    tensorX[depth] = boxX[depth] + (step - gap) / 2;
  }
  const whole = first + 6 + graphed.depth * step;
  return { kind: "storeys", sizes, boxWidth: step - gap, gap: gap - 2, tensorX, boxX, width: whole };
}

/** @type {(graphed: Graph, width: number) => Layout} */
function planList(graphed, width) {
  const sizes = sizesOf(graphed.items, Math.min(256, width - 80), 96, "all", Math.min(330, width - 60));
  const aside = 2 * RAIL * railsOf(graphed).size;
  return { kind: "list", sizes, boxWidth: Math.min(320, width - 8 - aside), gap: 26, tensorX: [], boxX: [], width };
}

// Where a shape may be written: below the middle of its tensor, from what stands before it to what stands after it.
/** @type {(graphed: Graph, planned: Plan, item: Item, index: number) => Span} */
export function shapeSpan(graphed, planned, item, index) {
  const size = held(planned.sizes, item.name)[index];
  const { kind, boxWidth, boxX, tensorX, gap, width } = planned;
  if (size.labels === "beside") {
    // Over the wire that leaves it, from its right edge on.
    const [start, end] = [tensorX[item.depth] - size.outer / 2, tensorX[item.depth] + size.outer / 2];
    const from = start + size.left + size.width + BESIDE_TENSOR;
    return { middle: from, from, to: end + 2 };
  }
  if (kind === "list") return { middle: width / 2, from: (width - boxWidth) / 2, to: (width + boxWidth) / 2 };
  let [from, to] = [0, width];
  if (kind === "storeys") {
    if (item.layer) [from, to] = [boxX[item.depth] - 4, boxX[item.depth] + boxWidth + 4];
    else to = boxX[item.depth + 1] - 4;
  } else {
    // With several rows a wire may come down beside the tensor; in a single row, and in the last one, there is none below it.
    const several = graphed.lanes > 1;
    const last = item.lane === graphed.lanes - 1 && !graphed.items.some(({ lane, depth }) => depth === item.depth + 1 && lane >= item.lane);
    if (item.depth) from = boxX[item.depth] + boxWidth + (item.tensors.length > 1 ? gap / 2 + 9 : several ? 4 : -2);
    if (item.depth < graphed.depth) to = boxX[item.depth + 1] - (!several ? -2 : last ? 0 : gap / 2 + 5);
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
      const words = `${other.names[index] ?? ""} ${shapeAsCode(tensor)}`.trim();
      const width = Math.min(textWidth(words, 13), span.to - span.from);
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
  const storeys = planned.kind === "storeys";
  const [lanes, single] = [graphed.lanes, graphed.lanes === 1 && !storeys];
  // Wires that go round others run above the boxes of their row.
  const rounds = Array.from({ length: lanes }, (_, lane) => ROUND * roundsOf(graphed, lane).length);
  const top = (planned.tight ? 3 : 6) + (storeys || single ? rounds[0] : 0);
  const layers = graphed.items.filter((item) => item.layer).map(heights);
  const tallest = Math.max(0, ...layers.map((layer) => layer.box));
  const hanging = top + (planned.tight ? 4 : 14) + Math.max(0, ...layers.map((layer) => layer.all));
  // What several tensors of one layer are called stands at each of them.
  const shapes = graphed.items.flatMap((item) => (item.tensors.length > 1 ? [] : heights(item).shapes));
  const captions = Math.max(planned.tight ? 0 : 36, ...layers.map((layer) => layer.caption), ...(single ? shapes : []));
  // How far a row reaches above the middle of its boxes and below it.
  /** @type {(item: Item) => [number, number]} */
  const reach = (item) => {
    const [own, sizes] = [heights(item), held(planned.sizes, item.name)];
    const shapes = wordsBelow(sizes, own.shapes);
    const [stack, centre] = [stackHeight(sizes, shapes), centreOf(sizes, shapes)];
    const words = lanes > 1 ? (shapes.at(-1) ?? 0) + 3 : 0;
    const [above, below] = planned.tight ? [5, 22] : [8, 36];
    return [Math.max(own.box / 2 + above, centre - 6), Math.max(own.box / 2 + below, stack - centre + words)];
  };
  const least = planned.tight ? [0, 0] : single && !planned.low ? [92, 100] : [56, 64];
  /** @type {number[][]} */
  const [laneTops, laneMiddles] = [[], []];
  let bottom = top;
  rounds.forEach((room, lane) => {
    const own = graphed.items.filter((item) => item.lane === lane).map(reach);
    laneTops.push(bottom);
    laneMiddles.push(bottom + (lanes > 1 ? room : 0) + Math.max(least[0], ...own.map(([above]) => above)));
    bottom = laneMiddles[lane] + Math.max(least[1], ...own.map(([, below]) => below));
  });
  for (const item of graphed.items) {
    const [above, below] = [Math.floor(item.lane), Math.ceil(item.lane)];
    const sizes = held(planned.sizes, item.name);
    const own = heights(item);
    const middle = storeys ? top + tallest / 2 + 2 : between(laneMiddles[above], laneMiddles[below], item.lane - above);
    /** @type {Spot} */
    const spot = { middle, tensors: [], box: { x: 0, y: 0 } };
    if (item.layer) spot.box = { x: planned.boxX[item.depth], y: middle - own.box / 2 };
    // A tall tensor may hang below the middle of its boxes, never above the picture.
    const shapes = wordsBelow(sizes, own.shapes);
    let y = storeys && item.layer ? hanging : middle - centreOf(sizes, shapes);
    y = Math.max(storeys ? 0 : laneTops[above] - 6, y);
    sizes.forEach((size, index) => {
      const grid = y + size.top + size.height / 2;
      const end = y + size.total + shapes[index];
      const shape = size.labels === "beside" ? grid - own.shapes[index] - 2 : y + size.total;
      spot.tensors.push({ x: planned.tensorX[item.depth] - size.outer / 2, y, grid, shape, bottom: end });
      y = end + 1;
    });
    spots.set(item.name, spot);
  }
  const lowest = Math.max(...[...spots.values()].flatMap(({ tensors }) => tensors.map((tensor) => tensor.bottom)));
  const below = [...spots.values()].map(({ tensors }) => (tensors.length > 1 ? tensors.at(-1)?.bottom : tensors[0]?.shape) ?? 0);
  const caption = single ? Math.max(bottom + 10, ...below.map((each) => each + 2)) : null;
  const height = caption !== null ? caption + captions + 6 : Math.max(storeys ? top + tallest : bottom, lowest + (planned.tight ? 3 : 5));
  return { spots, caption, height, width: planned.width, rounds: laneTops.map((each) => each - (lanes > 1 ? 0 : rounds[0])) };
}

// How high what is written below each tensor is.
/** @type {(sizes: Size[], shapes: number[]) => number[]} */
const wordsBelow = (sizes, shapes) => sizes.map(({ labels }, index) => (labels === "beside" ? 0 : shapes[index]));

/** @type {(sizes: Size[], shapes: number[]) => number} */
function stackHeight(sizes, shapes) {
  return sizes.reduce((sum, size, index) => sum + size.total + (index ? shapes[index - 1] + 1 : 0), 0);
}

/** @type {(sizes: Size[], shapes: number[]) => number} */
function centreOf(sizes, shapes) {
  return sizes.length === 1 ? sizes[0].top + sizes[0].height / 2 : stackHeight(sizes, shapes) / 2;
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
      const [grid, shape] = [y + size.top + size.height / 2, y + size.total];
      const bottom = shape + heights(item).shapes[index];
      spot.tensors.push({ x: planned.width / 2 - size.left - size.width / 2, y, grid, shape, bottom });
      y = bottom + 5;
    });
    y += planned.gap;
    spots.set(item.name, spot);
  }
  return { spots, caption: null, height: y - planned.gap, width: planned.width, rounds: [] };
}
