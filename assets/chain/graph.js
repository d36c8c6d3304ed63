// The description as a graph: every source and layer with the column (depth) and the row (lane) where it is drawn.

import { HIDDEN, NOTHING, tensorOf } from "./words.js";
import { held } from "../held.js";

/** @import { Description, Layer } from "../description.d.ts" */
/** @import { Graph, Hidden, Item, Port, Tensor, Wire } from "./types.d.ts" */

/** @type {(description: Partial<Description>, hidden?: Hidden) => Graph} */
export function graph(description, hidden = []) {
  /** @type {Map<string, Item>} */
  const items = new Map();
  const asked = hidden.includes("shapes");
  for (const source of description.sources ?? []) {
    const tensors = [tensorOf(source.shape, source.axes, source.symbols)];
    const nothing = { layer: null, reads: [], inputs: [], ports: [], depth: 0, lane: 0 };
    items.set(source.name, { ...nothing, name: source.name, source, tensors, names: [source.name], used: [true] });
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
      // "last hidden state" would tell what is asked.
      names: asked ? [] : (layer.names_out ?? []),
      used: [],
      ports: portsOf(layer, reads, items),
      depth: 1 + Math.max(0, ...reads.map((name) => held(items, name).depth)),
      lane: 0,
    });
  }
  const all = [...items.values()];
  placeLateSources(all);
  placeLanes(all, items);
  const lanes = 1 + Math.max(0, ...all.map((item) => Math.ceil(item.lane)));
  const wires = all.flatMap((item) =>
    item.ports.map(({ name, output }, port) => ({ from: held(items, name), to: item, output, port })),
  );
  markUsed(all, wires, description);
  return { items: readingOrder(all), wires, lanes, depth: Math.max(0, ...all.map((item) => item.depth)) };
}

// A tensor that is read twice, as a query and as a value, comes in once. Where nothing tells which tensor of a layer is read,
// it is the first.
/** @type {(layer: Layer, reads: string[], items: Map<string, Item>) => Port[]} */
function portsOf(layer, reads, items) {
  const parts = concatenated(layer);
  const origins = layer.origins?.length ? layer.origins : reads.map((name) => ({ name, output: 0 }));
  /** @type {Map<string, Port>} */
  const ports = new Map();
  origins.forEach(({ name, output }, index) => {
    const from = items.get(name);
    if (!from) return;
    const shown = Math.min(output, from.tensors.length - 1);
    const [key, label] = [`${name}:${shown}`, parts[index]?.words ?? layer.names_in?.[index] ?? ""];
    const port = ports.get(key);
    if (!port) ports.set(key, { name, output: shown, label });
    else if (label && !port.label.includes(label)) port.label += `, ${label}`;
  });
  return [...ports.values()];
}

// What lies where in what a Concatenate returns: which stretch of its axis each tensor becomes, counted from 1.
/** @type {(layer: Layer) => { words: string; axis: number; from: number; to: number }[]} */
export function concatenated({ type, input, output, axes_out }) {
  const whole = output?.[0];
  if (type !== "Concatenate" || !whole || input.length < 2) return [];
  const axis = whole.findIndex((size, place) => input.some((shape) => shape[place] !== size));
  const sizes = input.map((shape) => shape[axis]);
  if (axis < 0 || sizes.some((size) => size === null)) return [];
  let from = 1;
  return sizes.map((size) => {
    const to = from + (size ?? 0) - 1;
    const part = { words: `${axes_out[0]?.[axis] ?? "size"} ${from === to ? from : `${from}–${to}`}`, axis, from, to };
    from = to + 1;
    return part;
  });
}

// Of a part of a model nothing says what it returns: then only what others are used instead of is unused.
/** @type {(all: Item[], wires: Wire[], description: Partial<Description>) => void} */
function markUsed(all, wires, { returns = [] }) {
  for (const item of all) {
    const read = new Set(wires.filter(({ from }) => from === item).map(({ output }) => output));
    for (const { name, output } of returns) if (name === item.name) read.add(output);
    item.used = item.tensors.map((_, index) => item.tensors.length === 1 || !read.size || read.has(index));
  }
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
  // A source that stands late takes what room is left there.
  const late = sources.filter((source) => source.depth > 0);
  sources.filter((source) => !source.depth).forEach((source, index) => (source.lane = free(0, index)));
  for (const item of all.filter((each) => each.layer)) {
    const read = item.reads.map((name) => held(items, name));
    const lanes = read.filter((each) => !late.includes(each)).map(({ lane }) => lane);
    const middle = lanes.length ? (Math.min(...lanes) + Math.max(...lanes)) / 2 : 0;
    item.lane = free(item.depth, middle);
  }
  for (const source of late) source.lane = free(source.depth, sources.indexOf(source));
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
