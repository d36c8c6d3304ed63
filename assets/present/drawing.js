// The chain of a slide: the same tensors, boxes and wires as on the page, at twice their size, with the few words that can be
// read from afar; as a list where it is too long for that.

import { axisColour } from "../axes.js";
import { graph } from "../chain/graph.js";
import { place, plan, shapeMiddle, shapeSpan } from "../chain/layout.js";
import { wirePaths } from "../chain/paths.js";
import { numbersOf } from "../chain/shown.js";
import { drawTensor, newTensor } from "../chain/tensor.js";
import { setFont } from "../chain/text.js";
import { titleOf, writeTitle } from "../chain/title.js";
import { count, flat, joined, shapeAsCode } from "../chain/words.js";
import { create, createSvg, mark } from "../dom.js";
import { held } from "../held.js";

/** @import { Description, Layer } from "../description.d.ts" */
/** @import { Axis, Graph, Heights, Hidden, Item, LayerItem, Plan, Tensor, Values } from "../chain/types.d.ts" */
/** @typedef {{ width: number; height: number }} Room */
/** @typedef {{ element: HTMLElement; box: HTMLElement; title: HTMLElement }} Box */
/** @typedef {{ shapes: HTMLElement[]; tensors: ReturnType<typeof newTensor>[]; box: Box | null }} Node */

const STEP = 0.1;
const LEAST = 0.1;
const ROW = 22;
const SIGN = 26;

/**
 * Draw it into `parent`, which is empty, in so many of its own pixels. hidden: what a question asks for.
 *
 * @type {(parent: HTMLElement, description: Description, values: Values | null, hidden: Hidden, size: Room) => void}
 */
export function drawSlideChain(parent, description, values, hidden, { width, height }) {
  setFont(getComputedStyle(parent).fontFamily);
  const graphed = graph(description, hidden);
  mark(parent, { role: "img", "aria-label": spokenOf(description, graphed, hidden), "data-kind": "row" });
  for (const rows of [[description], ...inTwo(description)]) {
    const room = { width, height: Math.floor(height / rows.length) };
    if (rows.every((row) => drawRow(parent, graph(row, hidden), values, hidden, room))) return;
    parent.replaceChildren();
  }
  mark(parent, { "data-kind": "list" });
  drawList(parent, graphed, hidden, height);
}

// What the drawing shows, in words; of a question's answer nothing.
/** @type {(description: Description, graphed: Graph, hidden: Hidden) => string} */
function spokenOf({ spoken }, { items }, hidden) {
  if (!hidden.length) return spoken;
  const names = items.map(({ name, layer }) => (layer ? `${titleOf(layer)} “${name}”` : `the input “${name}”`));
  return `${joined(names)}. The question is about what is marked ?.`;
}

// A chain without branches in two rows, as even as they can be: the second begins with the tensor that ends the first. None
// where it has branches.
/** @type {(description: Description) => Description[][]} */
function inTwo(description) {
  const { sources, layers } = description;
  const before = (/** @type {number} */ index) => (index ? layers[index - 1].name : sources[0]?.name);
  const isNext = (/** @type {Layer} */ { reads, output }, /** @type {number} */ index) => reads.length === 1 && reads[0] === before(index) && output.length === 1;
  if (sources.length !== 1 || layers.length < 2 || !layers.every(isNext)) return [];
  const cuts = [...new Set([Math.ceil(layers.length / 2), Math.floor(layers.length / 2)])];
  return cuts.map((cut) => {
    const { name, output, axes_out, symbols_out, spoken } = layers[cut - 1];
    const source = { ...sources[0], name, shape: output[0], axes: axes_out[0], symbols: symbols_out[0], spoken };
    return [
      { ...description, layers: layers.slice(0, cut) },
      { ...description, sources: [source], layers: layers.slice(cut) },
    ];
  });
}

// The boxes of the page keep room for the sign that they open, which these have not.
/** @type {(planned: Plan, depth: number, width: number) => Plan} */
function narrower(planned, depth, width) {
  const less = Math.min(SIGN, (planned.width - width) / Math.max(1, depth));
  if (planned.kind !== "row" || less <= 0) return planned;
  const boxX = planned.boxX.map((x, index) => x - less * (index - 1));
  const tensorX = planned.tensorX.map((x, index) => x - less * index);
  return { ...planned, boxX, tensorX, boxWidth: planned.boxWidth - less, width: planned.width - less * depth };
}

// Returns whether there is room for it.
/** @type {(parent: HTMLElement, graphed: Graph, values: Values | null, hidden: Hidden, size: Room) => boolean} */
function drawRow(parent, graphed, values, hidden, { width, height }) {
  const stage = create("div", "stage", parent);
  const wires = createSvg("svg", "wires", stage);
  const nodes = new Map(graphed.items.map((item) => [item.name, newNode(stage, item)]));
  for (let share = 1; share > LEAST - STEP / 2; share -= STEP) {
    const planned = narrower(plan(graphed, width, false, share, true), graphed.depth, width);
    if (planned.kind !== "row" || planned.width > width + 1) continue;
    const heights = write(graphed, planned, nodes, hidden);
    const placed = place(graphed, planned, heights);
    if (placed.height > height) continue;
    const down = Math.max(0, Math.floor((height - placed.height) / 2));
    stage.style.cssText = `width:${planned.width}px;height:${Math.ceil(placed.height)}px;margin-block:${down}px`;
    mark(wires, { width: planned.width, height: Math.ceil(placed.height) });
    for (const item of graphed.items) {
      const [spot, node] = [held(placed.spots, item.name), held(nodes, item.name)];
      if (node.box) node.box.element.style.transform = `translate(${spot.box.x}px, ${spot.box.y}px)`;
      item.tensors.forEach((tensor, index) => {
        const [size, at, drawn] = [held(planned.sizes, item.name)[index], spot.tensors[index], node.tensors[index]];
        const given = tensor.hidden ? null : values?.[numbersOf(item.name, index)];
        drawTensor({ ...drawn, element: drawn.svg, shape: node.shapes[index] }, tensor, size, given, true);
        drawn.svg.toggleAttribute("data-unused", !item.used[index]);
        drawn.svg.toggleAttribute("data-asked", tensor.hidden === true);
        drawn.svg.style.transform = `translate(${at.x}px, ${at.y}px)`;
        const centre = shapeMiddle(shapeSpan(graphed, planned, item, index), heights(item).wide[index]);
        const top = item.tensors.length > 1 ? at.shape : (placed.caption ?? at.shape);
        node.shapes[index].style.transform = `translate(${centre}px, ${top}px) translateX(-50%)`;
      });
    }
    drawWires(wires, wirePaths(graphed, planned, placed, heights));
    return true;
  }
  return false;
}

/** @type {(stage: HTMLElement, item: Item) => Node} */
function newNode(stage, item) {
  const tensors = item.tensors.map(() => newTensor(stage));
  const shapes = item.tensors.map(() => create("div", "shape", stage));
  if (!item.layer) return { tensors, shapes, box: null };
  const element = create("div", "layer", stage);
  const box = create("div", "box", element);
  const title = create("b", "title", box);
  create("span", "name", box).textContent = item.name;
  return { tensors, shapes, box: { element, box, title } };
}

// The names of the axes stand at the tensor: here are their sizes. What is asked for has none.
/** @type {(shape: HTMLElement, tensor: Tensor) => void} */
function writeSizes(shape, { named }) {
  shape.replaceChildren();
  named.forEach((axis, index) => {
    const part = create("span", "axis", shape);
    part.append(index ? "" : "(");
    const size = create("b", "", part);
    size.textContent = sizeOf(axis);
    size.style.color = axisColour(axis.axis, true);
    part.append(index + 1 < named.length ? "," : ")");
    if (index + 1 < named.length) shape.append(" ");
  });
}

/** @type {(axis: Axis) => string} */
const sizeOf = ({ axis, size, symbol }) => size?.toLocaleString("en") ?? (axis === "batch" ? axis : (symbol ?? "any"));

// Writes the words, and says how much room they take.
/** @type {(graphed: Graph, planned: Plan, nodes: Map<string, Node>, hidden: Hidden) => (item: Item) => Heights} */
function write(graphed, planned, nodes, hidden) {
  for (const item of graphed.items) {
    const { box, shapes } = held(nodes, item.name);
    shapes.forEach((shape, index) => {
      writeSizes(shape, item.tensors[index]);
      const { from, to } = shapeSpan(graphed, planned, item, index);
      shape.style.maxWidth = `${Math.floor(to - from)}px`;
    });
    if (!box) continue;
    const { layer } = /** @type {LayerItem} */ (item);
    writeTitle(box.title, titleOf(layer), planned.boxWidth - 16);
    box.title.style.fontSize = `${planned.titleSize}px`;
    box.element.style.width = `${planned.boxWidth}px`;
    markLayer(box.element, /** @type {LayerItem} */ (item), hidden);
  }
  const measured = new Map(graphed.items.map((item) => [item.name, measure(item, held(nodes, item.name))]));
  return (item) => held(measured, item.name);
}

/** @type {(item: Item, node: Node) => Heights} */
function measure(item, { shapes, box }) {
  const [high, wide] = [shapes.map((shape) => shape.offsetHeight || 17), shapes.map((shape) => shape.offsetWidth)];
  const own = item.layer && box ? box.box.offsetHeight : 0;
  return { shapes: high, wide, box: own, all: own, caption: 0 };
}

/** @type {(element: HTMLElement, item: LayerItem, hidden: Hidden) => void} */
function markLayer(element, { name, layer }, hidden) {
  const asked = hidden.includes("shapes");
  const [input, output] = asked ? ["?", "?"] : [flat(layer.input), flat(layer.output)];
  mark(element, { "data-layer": name, "data-input": input, "data-output": output });
}

/** @type {(wires: SVGElement, paths: Map<string, { d: string; pale: boolean }>) => void} */
function drawWires(wires, paths) {
  wires.replaceChildren();
  const id = `explorer-slide-${Math.random().toString(36).slice(2)}`;
  const arrow = createSvg("marker", "", createSvg("defs", "", wires));
  mark(arrow, { id, orient: "auto", markerUnits: "userSpaceOnUse", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8 });
  mark(createSvg("path", "head", arrow), { d: "M0,0L8,4L0,8z" });
  for (const { d, pale } of paths.values()) mark(createSvg("path", pale ? "wire pale" : "wire", wires), { d, "marker-end": `url(#${id})` });
}

// One line for each layer: as code, and the shape that it returns.
/** @type {(parent: HTMLElement, graphed: Graph, hidden: Hidden, height: number) => void} */
function drawList(parent, graphed, hidden, height) {
  const list = create("div", "layers", parent);
  const most = Math.max(3, Math.floor(height / ROW));
  const { items } = graphed;
  // What comes first and last is what a model is about.
  const shown = items.length <= most ? items : [...items.slice(0, most - 2), ...items.slice(-1)];
  shown.forEach((item, index) => {
    if (index === shown.length - 1 && shown.length < items.length) {
      create("div", "left-out", list).textContent = `${count(items.length - shown.length, "layers")} more`;
    }
    const line = create("div", item.layer ? "line layer" : "line", list);
    if (item.layer) markLayer(line, /** @type {LayerItem} */ (item), hidden);
    create("b", "title", line).textContent = item.layer ? titleOf(item.layer) : item.name;
    const before = items[items.indexOf(item) - 1]?.name;
    const name = create("span", "name", line);
    name.textContent = item.layer ? item.name : "input";
    if (item.layer && !(item.reads.length === 1 && item.reads[0] === before)) create("span", "", name).textContent = `, reads ${joined(item.reads)}`;
    const shapes = create("span", "returns", line);
    item.tensors.forEach((tensor, each) => {
      if (each) shapes.append(", ");
      if (tensor.hidden) return shapes.append(shapeAsCode(tensor));
      tensor.named.forEach((axis, place) => {
        shapes.append(place ? ", " : "(");
        const size = create("b", "axis", shapes);
        size.style.color = axisColour(axis.axis, true);
        size.textContent = axis.axis === "batch" && axis.size === null ? axis.axis : `${axis.axis} ${sizeOf(axis)}`;
      });
      return shapes.append(")");
    });
  });
  // Larger where there is room for it, and without names where there is little.
  mark(list, { "data-size": items.length * 1.25 * ROW < height ? "large" : "small" });
  if (list.scrollWidth > list.clientWidth) mark(list, { "data-size": "small" });
  if (list.scrollWidth > list.clientWidth) mark(list, { "data-names": "few" });
}
