// The chain component: keeps one DOM node per layer and tensor, and moves and repaints those instead of drawing anew.

import { setTheme } from "./axes.js";
import { newAsked } from "./chain/asked.js";
import { newBlock, placeBlock } from "./chain/block.js";
import { fit } from "./chain/fit.js";
import { folded, repeatsOf } from "./chain/fold.js";
import { endFollower, newFollower, takePage } from "./chain/follow.js";
import { graph } from "./chain/graph.js";
import { newLayer } from "./chain/layer.js";
import { listenForLine } from "./chain/link.js";
import { shapeMiddle, shapeSpan } from "./chain/layout.js";
import { newPan, placePan } from "./chain/pan.js";
import { wirePaths } from "./chain/paths.js";
import { fitsChain, masksOf, newShown, newShownLine, numbersOf, takeShown, valuesOf, writeShown } from "./chain/shown.js";
import { drawTensor, newTensor, repaintTensor } from "./chain/tensor.js";
import { setFont } from "./chain/text.js";
import { listenForHands, newChanges, RESTED, tellChanges } from "./chain/told.js";
import { drawUnrolled } from "./chain/unrolled.js";
import { listenForWhy, newWhy, writeInside, writeWhy } from "./chain/why.js";
import { create, createSvg, mark, prefersStill, say } from "./dom.js";
import { held } from "./held.js";

/** @import { Graph, Item, LayerNode, PageData, Placed, ShownDetail, Spot, State, WalkSource } from "./chain/types.d.ts" */
/** @import { Component } from "./component.d.ts" */

/** @type {WeakMap<HTMLElement, State>} */
const chains = new WeakMap();

/** @type {(parent: HTMLElement) => State} */
function newChain(parent) {
  const root = create("div", "explorer-chain", parent);
  const head = create("div", "head-line", root);
  const told = create("p", "told", head);
  mark(told, { role: "status", "aria-live": "polite" });
  const shownLine = newShownLine(head);
  const frame = create("div", "frame", root);
  const scroll = create("div", "scroll", frame);
  const stage = create("div", "stage", scroll);
  const list = create("div", "list", stage);
  mark(list, { role: "list" });
  const wires = createSvg("svg", "wires", stage);
  mark(wires, { "aria-hidden": "true" });
  const defs = createSvg("defs", "", wires);
  const id = `explorer-arrow-${Math.random().toString(36).slice(2)}`;
  const arrow = createSvg("marker", "", defs);
  mark(arrow, { id, orient: "auto", markerUnits: "userSpaceOnUse" });
  mark(arrow, { viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8 });
  mark(createSvg("path", "head", arrow), { d: "M0,0L8,4L0,8z" });
  const unrolled = create("div", "unrolled-place", root);
  unrolled.hidden = true;
  const waiting = create("p", "waiting", root);
  mark(waiting, { role: "status" });
  const skeleton = create("div", "skeleton", root);
  for (let index = 0; index < 5; index++) create("span", "", skeleton);
  mark(skeleton, { "aria-hidden": "true" });
  const tip = create("div", "tip", root);
  mark(tip, { role: "tooltip", "aria-hidden": "true", hidden: "" });
  const noted = create("div", "noted", root);
  const drawn = { layers: new Map(), sources: new Map(), tensors: new Map(), paths: new Map(), items: [] };
  const tell = () => {};
  const kept = { tell, fitted: { key: "", words: 0, timer: 0 }, soughtIn: "", data: null, page: null, width: 0, closed: false, why: newWhy(root), changes: newChanges(), unfolded: false };
  const asked = newAsked(() => state.closed || writeInside(state));
  const parts = { shown: newShown(), shownLine, asked, root, told, scroll, stage, list, wires, arrow: id, unrolled, waiting, skeleton, tip, noted };
  const state = /** @type {State} */ (/** @type {unknown} */ ({ ...parts, ...kept, ...drawn }));
  state.observer = new ResizeObserver(() => {
    const width = Math.floor(root.clientWidth);
    if (width === state.width) return;
    state.width = width;
    if (width && state.data) draw(state, true);
  });
  state.observer.observe(root);
  state.follower = newFollower(state, draw);
  state.pan = newPan(state, frame);
  state.block = newBlock(stage, () => {
    state.unfolded = !state.unfolded;
    draw(state);
  });
  listenForWhy(state);
  const listen = (/** @type {Event} */ event) => show(state, /** @type {CustomEvent<ShownDetail>} */ (event).detail);
  document.addEventListener("explorer:shown", listen);
  const ends = [listenForLine(state), listenForHands(state)];
  state.end = () => {
    document.removeEventListener("explorer:shown", listen);
    ends.forEach((end) => end());
  };
  return state;
}

// What is drawn: of a long chain a block that comes again and again once. A marked layer must be seen.
/** @type {(state: State) => Partial<import("./description.d.ts").Description>} */
function foldable(state) {
  const { description, hidden = [], marks } = state.data;
  const plain = description && !hidden.length && !Object.keys(marks ?? {}).length;
  state.fold = plain ? repeatsOf(description) : null;
  return description && state.fold && !state.unfolded ? folded(description, state.fold) : (description ?? {});
}

// Nodes that the new description no longer names leave; all others stay the same elements.
/** @type {<Node extends Element | { element: Element; shape?: Element }>(
 *   map: Map<string, Node>, keys: Set<string>, make: () => Node) => void} */
function keep(map, keys, make) {
  for (const [key, value] of map) {
    if (keys.has(key)) continue;
    if (value instanceof Element) value.remove();
    else {
      value.element.remove();
      value.shape?.remove();
    }
    map.delete(key);
  }
  for (const key of keys) if (!map.has(key)) map.set(key, make());
}

/** @type {(state: State, still?: boolean, rested?: boolean) => void} */
function draw(state, still = false, rested = false) {
  const { description, waiting, hidden = [], view } = state.data;
  state.shown.fits = fitsChain(state.shown, description);
  const empty = !description?.layers?.length;
  state.root.toggleAttribute("data-waiting", Boolean(waiting) || empty);
  state.root.toggleAttribute("data-empty", empty);
  mark(state.list, { "aria-busy": Boolean(waiting) });
  say(state.waiting, waiting ?? "");
  // The observer of its size keeps it. To read it here would lay the page out once more at every move of a slider.
  state.width ||= Math.floor(state.root.clientWidth);
  const unrolled = view === "unrolled" && !empty && !hidden.length;
  state.root.toggleAttribute("data-follows", Boolean(state.data.follows?.length));
  mark(state.root, { "data-view": unrolled ? "unrolled" : "chain" });
  state.scroll.hidden = unrolled;
  state.unrolled.hidden = !unrolled;
  setFont(getComputedStyle(state.root).fontFamily);
  const graphed = graph(foldable(state), hidden);
  keepNodes(state, graphed);
  if (empty || !state.width) {
    for (const path of state.paths.values()) path.remove();
    state.paths.clear();
    mark(state.list, { "aria-label": waiting || "No layers yet." });
  } else {
    mark(state.list, { "aria-label": description.spoken });
    drawItems(state, graphed, still || prefersStill(), rested);
    if (unrolled) drawUnrolled(state.unrolled, description, valuesOf(state), walkSource(state), masksOf(state));
  }
  writeShown(state);
  tellChanges(state);
  writeNoted(state);
  writeWhy(state);
}

/** @type {(state: State, graphed: Graph, still: boolean, rested: boolean) => void} */
function drawItems(state, graphed, still, rested) {
  state.root.dataset.lanes = graphed.lanes > 1 ? "several" : "one";
  const { planned, placed, heights } = fit(state, graphed, rested);
  clearTimeout(state.fitted.timer);
  // Words that were too many for a while may have room again.
  if (state.fitted.words && !rested) state.fitted.timer = setTimeout(() => draw(state, false, true), RESTED);
  placed.height += placeBlock(state.block, state.fold, state.unfolded, graphed, planned, placed);
  mark(state.wires, { width: placed.width, height: placed.height });
  state.stage.style.cssText = `width:${placed.width}px;height:${Math.ceil(placed.height)}px`;
  placePan(state.pan, graphed, planned, placed, state.width);
  seekBroken(state, graphed, placed, planned.boxWidth);
  mark(state.scroll, { tabindex: placed.width > state.width ? 0 : -1 });

  const [values, masks] = [valuesOf(state), masksOf(state)];
  for (const item of graphed.items) {
    const spot = held(placed.spots, item.name);
    if (item.layer) moveLayer(held(state.layers, item.name), spot, placed);
    else mark(held(state.sources, item.name), { "aria-label": item.source?.spoken });
    item.tensors.forEach((tensor, index) => {
      const node = held(state.tensors, `${item.name}:${index}`);
      const [size, at] = [held(planned.sizes, item.name)[index], spot.tensors[index]];
      const given = tensor.hidden ? null : values?.[numbersOf(item.name, index)];
      drawTensor(node, tensor, size, given, still, masks[numbersOf(item.name, index)]);
      node.svg.toggleAttribute("data-unused", !item.used[index]);
      node.svg.style.transform = `translate(${at.x}px, ${at.y}px)`;
      const centre = shapeMiddle(shapeSpan(graphed, planned, item, index), heights(item).wide[index]);
      node.shape.style.transform = `translate(${centre}px, ${item.tensors.length > 1 ? at.shape : (placed.caption ?? at.shape)}px) translateX(-50%)`;
    });
  }
  state.items = graphed.items;
  drawWires(state, wirePaths(graphed, planned, placed, heights));
}

// A layer that fails is what somebody looks for: of a chain that is wider than the page, the part with it is shown.
/** @type {(state: State, graphed: Graph, placed: Placed, boxWidth: number) => void} */
function seekBroken(state, graphed, placed, boxWidth) {
  const broken = graphed.items.find((item) => item.layer?.broken);
  const names = broken ? graphed.items.map(({ name }) => name).join(" ") : "";
  const isNew = names !== state.soughtIn;
  state.soughtIn = names;
  if (!broken || !isNew || placed.width <= state.width) return;
  state.scroll.scrollLeft = state.pan.zoom * (held(placed.spots, broken.name).box.x + 1.5 * boxWidth) - state.width;
}

// The epoch that the live panel displays has changed: the same tensors get other numbers.
/** @type {(state: State, detail: ShownDetail) => void} */
function show(state, detail) {
  const { data, shown } = state;
  if (!data?.live) return;
  const before = valuesOf(state);
  takeShown(shown, detail, data.description);
  const values = valuesOf(state);
  writeShown(state);
  const masks = masksOf(state);
  if (values !== before && !data.hidden?.length) {
    for (const { name, tensors } of state.items) {
      tensors.forEach((tensor, index) => {
        const node = state.tensors.get(`${name}:${index}`);
        const key = numbersOf(name, index);
        if (node && !tensor.hidden) repaintTensor(node, tensor, values?.[key], masks[key]);
      });
    }
  }
  if (!state.unrolled.hidden && !data.hidden?.length) drawUnrolled(state.unrolled, data.description, values, walkSource(state), masks);
  writeInside(state);
}

// Where a walk finds its numbers: at the epoch that is shown, or with the untrained weights of the page's experiment.
/** @type {(state: State) => WalkSource} */
function walkSource({ data, shown, tell }) {
  const timestep = data.timestep ?? null;
  const trained = shown.run !== null && shown.asked > 0 && shown.fits;
  const at = trained ? { run: shown.run, sequence: shown.sequence, epoch: shown.asked } : { run: null, sequence: 0, epoch: 0 };
  return { ...at, batch: trained ? (shown.batch?.number ?? null) : null, query: data.query, timestep, opened: data.opened ?? 0, tell };
}

// Sentences about layers that are marked, under the chain: a frame alone does not say what it is about.
/** @type {(state: State) => void} */
function writeNoted(state) {
  const { marks, description } = state.data;
  const lines = (description?.layers ?? []).map(({ name }) => name).filter((name) => marks?.[name]);
  const wanted = JSON.stringify(lines.map((name) => [name, marks[name]]));
  if (wanted === state.noted.dataset.wanted) return;
  state.noted.dataset.wanted = wanted;
  state.noted.replaceChildren();
  lines.forEach((name) => {
    const line = create("p", "", state.noted);
    mark(line, { "data-noted": name });
    create("b", "", line).textContent = name;
    line.append(` — ${marks[name]}`);
  });
}

/** @type {(state: State, graphed: Graph) => void} */
function keepNodes(state, graphed) {
  /** @type {(chosen: (item: Item) => boolean) => Set<string>} */
  const names = (chosen) => new Set(graphed.items.filter(chosen).map((item) => item.name));
  keep(state.layers, names((item) => item.layer !== null), () => newLayer(state));
  keep(state.sources, names((item) => item.layer === null), () => {
    const element = create("div", "source", state.list);
    mark(element, { role: "listitem" });
    return element;
  });
  const keys = new Set(graphed.items.flatMap((item) => item.tensors.map((_, index) => `${item.name}:${index}`)));
  keep(state.tensors, keys, () => {
    const node = newTensor(state.stage);
    const shape = create("div", "shape", state.stage);
    mark(shape, { "aria-hidden": "true" });
    return { ...node, element: node.svg, shape };
  });
  // A screen reader follows the order of the elements: it is the order of reading, not that of creation.
  /** @type {HTMLElement | null} */
  let previous = null;
  for (const item of graphed.items) {
    const element = item.layer ? held(state.layers, item.name).element : held(state.sources, item.name);
    if (element.previousElementSibling !== previous) {
      if (previous) previous.after(element);
      else state.list.prepend(element);
    }
    previous = element;
  }
}

/** @type {(layer: LayerNode, spot: Spot, placed: Placed) => void} */
function moveLayer(layer, spot, placed) {
  layer.element.style.transform = `translate(${spot.box.x}px, ${spot.box.y}px)`;
  const caption = placed.caption === null ? "" : `${placed.caption - spot.box.y}px`;
  layer.change.style.top = caption;
}

/** @type {(state: State, paths: Map<string, { d: string; pale: boolean }>) => void} */
function drawWires(state, paths) {
  keep(state.paths, new Set(paths.keys()), () => {
    const path = createSvg("path", "wire", state.wires);
    mark(path, { "marker-end": `url(#${state.arrow})` });
    return path;
  });
  for (const [key, { d, pale }] of paths) mark(held(state.paths, key), { d, class: pale ? "wire pale" : "wire" });
}

/** @type {(component: Component<PageData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  let state = chains.get(parentElement);
  if (!state) chains.set(parentElement, (state = newChain(parentElement)));
  state.tell = (timestep, opened) => data.live && setTriggerValue("walked", { timestep, opened });
  setTheme(state.root);
  const fresh = !state.data;
  takePage(state, data);
  // A panel that was there before has told already what it shows.
  if (fresh && data.live) document.dispatchEvent(new CustomEvent("explorer:ask"));
  return () => {
    state.closed = true;
    clearTimeout(state.fitted.timer);
    state.end();
    if (state.data) drawUnrolled(state.unrolled, null, null, walkSource(state));
    endFollower(state.follower);
    state.observer.disconnect();
    state.root.remove();
    chains.delete(parentElement);
  };
}
