// The description as a graph: every source and layer with the column (depth) and the row (lane) where it is drawn.

import { HIDDEN, NOTHING, tensorOf } from "./words.js";
import { held } from "../held.js";

/** @import { Description, Layer } from "../description.d.ts" */
/** @import { Graph, Hidden, Item, Tensor } from "./types.d.ts" */

/** @type {(description: Partial<Description>, hidden?: Hidden) => Graph} */
export function graph(description, hidden = []) {
  /** @type {Map<string, Item>} */
  const items = new Map();
  const asked = hidden.includes("shapes");
  for (const source of description.sources ?? []) {
    const tensors = [tensorOf(source.shape, source.axes, source.symbols)];
    const nothing = { layer: null, reads: [], inputs: [], depth: 0, lane: 0 };
    items.set(source.name, { ...nothing, name: source.name, source, tensors });
  }
  for (const layer of description.layers ?? []) {
    const reads = [...new Set(layer.reads)].filter((name) => items.has(name));
    items.set(layer.name, {
      name: layer.name,
      layer,
      source: null,
      reads,
      inputs: asked ? reads.map((name) => held(items, name).tensors[0]) : tensorsOf(layer, "input"),
      tensors: asked ? [HIDDEN] : layer.broken ? [NOTHING] : tensorsOf(layer, "output"),
      depth: 1 + Math.max(0, ...reads.map((name) => held(items, name).depth)),
      lane: 0,
    });
  }
  const all = [...items.values()];
  placeLateSources(all);
  placeLanes(all, items);
  const lanes = 1 + Math.max(0, ...all.map((item) => Math.ceil(item.lane)));
  const wires = all.flatMap((item) => item.reads.map((name) => ({ from: held(items, name), to: item })));
  return { items: readingOrder(all), wires, lanes, depth: Math.max(0, ...all.map((item) => item.depth)) };
}

/** @type {(layer: Layer, side: "input" | "output") => Tensor[]} */
export function tensorsOf(layer, side) {
  const input = side === "input";
  const [axes, symbols] = input ? [layer.axes_in, layer.symbols_in] : [layer.axes_out, layer.symbols_out];
  return layer[side].map((shape, index) => tensorOf(shape, axes?.[index], symbols?.[index]));
}

// A source that is first read late stands just before its reader, so that its wire does not cross the whole drawing.
/** @type {(all: Item[]) => void} */
function placeLateSources(all) {
  for (const source of all.filter((item) => !item.layer)) {
    const readers = all.filter((item) => item.reads.includes(source.name));
    if (readers.length) source.depth = Math.min(...readers.map((item) => item.depth)) - 1;
  }
}

/** @type {(all: Item[], items: Map<string, Item>) => void} */
function placeLanes(all, items) {
  const taken = new Set();
  /** @type {(depth: number, lane: number) => number} */
  const free = (depth, lane) => {
    while (taken.has(`${depth}:${lane}`)) lane = Math.floor(lane) + 1;
    taken.add(`${depth}:${lane}`);
    return lane;
  };
  const sources = all.filter((item) => !item.layer);
  sources.forEach((source, index) => (source.lane = index));
  for (const item of all.filter((each) => each.layer)) {
    const lanes = item.reads.map((name) => held(items, name).lane);
    const middle = lanes.length ? (Math.min(...lanes) + Math.max(...lanes)) / 2 : 0;
    item.lane = free(item.depth, middle);
  }
  for (const source of sources) {
    const readers = all.filter((item) => item.reads.length === 1 && item.reads[0] === source.name);
    const lanes = readers.map((item) => item.lane);
    if (sources.length === 1 && lanes.length > 1) source.lane = (Math.min(...lanes) + Math.max(...lanes)) / 2;
  }
}

// In the vertical list a source stands directly above its first reader.
/** @type {(all: Item[]) => Item[]} */
function readingOrder(all) {
  /** @type {Item[]} */
  const ordered = [];
  const add = (/** @type {Item} */ item) => !ordered.includes(item) && ordered.push(item);
  for (const item of all.filter((each) => each.layer)) {
    for (const name of item.reads) {
      const read = all.find((each) => each.name === name);
      if (read && !read.layer) add(read);
    }
    add(item);
  }
  all.forEach(add);
  return ordered;
}
