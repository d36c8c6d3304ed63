// The wires: each from the very tensor that is used to the place in the box where it is used.

import { held } from "../held.js";

/** @import { Graph, Heights, Item, Placed, Plan, Wire } from "./types.d.ts" */
/** @typedef {{ d: string; pale: boolean }} Path */

// The room of one wire that goes round, and how far the entries of wires stand apart.
export const ROUND = 8;
const APART = 14;
const RAIL_GAP = 10;

/** @type {(wire: Pick<Wire, "from" | "output">) => string} */
const originOf = ({ from, output }) => `${from.name}:${output}`;

// Whether something stands in its way.
/** @type {(wire: Pick<Wire, "from" | "to">, graphed: Graph) => boolean} */
export function isSkip({ from, to }, graphed) {
  return graphed.items.some(
    (item) => item.depth > from.depth && item.depth < to.depth && Math.abs(item.lane - from.lane) < 0.9,
  );
}

// The tensors of a lane whose wires go round, each once.
/** @type {(graphed: Graph, lane: number) => string[]} */
export function roundsOf(graphed, lane) {
  const found = graphed.wires.filter((wire) => Math.floor(wire.from.lane) === lane && isSkip(wire, graphed));
  return [...new Set(found.map(originOf))];
}

// In a list, the tensors that are read further below, each with its rail beside the list.
/** @type {(graphed: Graph) => Map<string, number>} */
export function railsOf(graphed) {
  const rails = new Map();
  for (const wire of graphed.wires.filter((each) => !isNext(each, graphed))) {
    if (!rails.has(originOf(wire))) rails.set(originOf(wire), rails.size % 3);
  }
  return rails;
}

// In a list: whether nothing stands between a tensor and the box that reads it.
/** @type {(wire: Wire, graphed: Graph) => boolean} */
const isNext = ({ from, to, output }, { items }) =>
  items.indexOf(to) === items.indexOf(from) + 1 && output === from.tensors.length - 1;

/** @type {(graphed: Graph, planned: Plan, placed: Placed, heights: (item: Item) => Heights) => Map<string, Path>} */
export function wirePaths(graphed, planned, placed, heights) {
  const paths = new Map();
  const add = planned.kind === "list" ? listWires : rowWires;
  add(graphed, planned, placed, heights, (key, d, pale = false) => paths.set(key, { d, pale }));
  return paths;
}

/** @typedef {(graphed: Graph, planned: Plan, placed: Placed, heights: (item: Item) => Heights,
 *   add: (key: string, d: string, pale?: boolean) => void) => void} Wiring */

/** @type {(wire: Wire) => string} */
const keyOf = ({ from, to, output }) => `${from.name}>${to.name}${output ? `:${output}` : ""}`;

/** @type {Wiring} */
function rowWires(graphed, planned, placed, heights, add) {
  const spotOf = (/** @type {Item} */ item) => held(placed.spots, item.name);
  for (const item of graphed.items.filter((each) => each.layer)) {
    const [{ box, middle, tensors }, end] = [spotOf(item), spotOf(item).box.x + planned.boxWidth];
    const targets = tensors.map((tensor, index) => tensor.x + held(planned.sizes, item.name)[index].left - 9);
    const turn = (end + Math.min(...targets)) / 2;
    tensors.forEach((tensor, index) => {
      const target = targets[index];
      const pale = !item.used[index];
      // In storeys it comes down beside the words below the box.
      const d =
        planned.kind === "storeys"
          ? `M${box.x + 12},${box.y + heights(item).box + 2}V${tensor.grid}H${Math.max(box.x + 14, target)}`
          : elbow(end + 2, middle, target, tensor.grid, turn);
      add(`${item.name}:out${index || ""}`, d, pale);
    });
  }
  const starts = new Map(graphed.wires.map((wire) => [wire, startOf(wire, planned, placed)]));
  const ends = entries(graphed, placed, heights, starts);
  const tracks = tracksOf(graphed, planned, starts, ends);
  for (const wire of graphed.wires) {
    const [[x1, y1], [x2, y2], key] = [held(starts, wire), held(ends, wire), keyOf(wire)];
    if (!isSkip(wire, graphed)) {
      add(key, elbow(x1, y1, x2, y2, tracks.get(`${wire.to.depth}|${originOf(wire)}`) ?? x2 - planned.gap / 2));
      continue;
    }
    const lane = Math.floor(wire.from.lane);
    const above = placed.rounds[lane] + 3 + ROUND * roundsOf(graphed, lane).indexOf(originOf(wire));
    const up = held(tracks, `${wire.from.depth + 1}|${originOf(wire)}`);
    const into = tracks.get(`${wire.to.depth}|${originOf(wire)}|in`);
    add(key, `M${x1},${y1}H${up}V${above}H${into === undefined ? x2 : `${into}V${y2}H${x2}`}${into === undefined ? `V${y2}` : ""}`);
  }
}

// The right edge of the tensor that is read, beyond the sheets behind it.
/** @type {(wire: Wire, planned: Plan, placed: Placed) => [number, number]} */
function startOf({ from, output }, planned, placed) {
  const size = held(planned.sizes, from.name)[output];
  const { x, grid } = held(placed.spots, from.name).tensors[output];
  return [x + size.left + size.width + 11, grid];
}

// Where each wire ends: at the name that its tensor has in the box, or else beside the others at the middle of its left edge,
// in the order from which they come. What goes round comes in from above, where it has no name.
/** @type {(graphed: Graph, placed: Placed, heights: (item: Item) => Heights,
 *   starts: Map<Wire, [number, number]>) => Map<Wire, [number, number]>} */
function entries(graphed, placed, heights, starts) {
  const ends = new Map();
  for (const item of graphed.items) {
    const own = graphed.wires.filter(({ to }) => to === item);
    const { box, middle } = held(placed.spots, item.name);
    const named = heights(item).ports ?? [];
    const above = own.filter((wire) => !named.length && isSkip(wire, graphed));
    const left = own.filter((wire) => !above.includes(wire)).sort((one, two) => held(starts, one)[1] - held(starts, two)[1]);
    above.forEach((wire, index) => ends.set(wire, [box.x + 34 + 18 * index, box.y - 2]));
    // All of them at the edge of the box, however many there are.
    const apart = Math.min(APART, (heights(item).box - 12) / Math.max(1, left.length - 1));
    left.forEach((wire, index) => {
      const y = named.length ? box.y + named[wire.port] : middle + apart * (index - (left.length - 1) / 2);
      ends.set(wire, [box.x - 2, y]);
    });
  }
  return ends;
}

// Before every column of boxes, each tensor whose wires go up or down there has a track of its own, so that no two lie on each
// other. Of those that go down the uppermost is the nearest to the boxes, of those that go up the lowest: then they do not cross.
/** @type {(graphed: Graph, planned: Plan, starts: Map<Wire, [number, number]>,
 *   ends: Map<Wire, [number, number]>) => Map<string, number>} */
function tracksOf(graphed, planned, starts, ends) {
  const tracks = new Map();
  for (let depth = 1; depth <= graphed.depth; depth++) {
    /** @type {{ key: string; y: number; down: boolean }[]} */
    const found = [];
    for (const wire of graphed.wires) {
      const [y, end, round] = [held(starts, wire)[1], held(ends, wire), isSkip(wire, graphed)];
      const key = `${depth}|${originOf(wire)}`;
      if (round && wire.to.depth === depth && end[0] < planned.boxX[depth]) found.push({ key: `${key}|in`, y: -1, down: true });
      const here = round ? wire.from.depth + 1 === depth : wire.to.depth === depth && Math.abs(y - end[1]) >= 1.5;
      if (here) found.push({ key, y, down: !round && end[1] > y });
    }
    const each = [...new Map(found.map((track) => [track.key, track])).values()];
    const ordered = [
      ...each.filter(({ down }) => down).sort((one, two) => one.y - two.y),
      ...each.filter(({ down }) => !down).sort((one, two) => two.y - one.y),
    ];
    const apart = Math.min(7, (planned.gap - 14) / Math.max(1, ordered.length - 1));
    ordered.forEach(({ key }, index) => tracks.set(key, planned.boxX[depth] - 13 - index * apart));
  }
  return tracks;
}

/** @type {Wiring} */
function listWires(graphed, planned, placed, heights, add) {
  const [middle, rails] = [planned.width / 2, railsOf(graphed)];
  const spotOf = (/** @type {Item} */ item) => held(placed.spots, item.name);
  for (const item of graphed.items.filter((each) => each.layer)) {
    const bottom = spotOf(item).box.y + heights(item).all;
    add(`${item.name}:out`, `M${middle},${bottom + 4}V${bottom + planned.gap - 3}`);
  }
  /** @type {Map<Item, number>} */
  const beside = new Map();
  for (const wire of graphed.wires) {
    const { box } = spotOf(wire.to);
    if (isNext(wire, graphed)) {
      add(keyOf(wire), `M${middle},${spotOf(wire.from).tensors[wire.output].bottom + 5}V${box.y - 3}`);
      continue;
    }
    const own = heights(wire.to);
    const index = beside.get(wire.to) ?? 0;
    beside.set(wire.to, index + 1);
    const [x, y] = startOf(wire, planned, placed);
    const edge = (planned.width + planned.boxWidth) / 2;
    const rail = edge + RAIL_GAP * (1 + held(rails, originOf(wire))) - 3;
    const into = box.y + (own.ports?.[wire.port] ?? own.box / 2 + APART * (index - 0.5));
    add(keyOf(wire), `M${x},${y}H${rail}V${into}H${edge + 3}`);
  }
}

/** @type {(x1: number, y1: number, x2: number, y2: number, xm: number) => string} */
export function elbow(x1, y1, x2, y2, xm) {
  if (Math.abs(y1 - y2) < 1.5) return `M${x1},${y2}H${x2}`;
  return `M${x1},${y1}H${xm}V${y2}H${x2}`;
}
