// The chain component: keeps one DOM node per layer and tensor, and moves and repaints those instead of drawing anew.

const chains = new WeakMap();
const REDUCED = window.matchMedia("(prefers-reduced-motion: reduce)");

function newChain(parent) {
  const root = create("div", "explorer-chain", parent);
  const scroll = create("div", "scroll", root);
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
  const waiting = create("p", "waiting", root);
  mark(waiting, { role: "status" });
  const skeleton = create("div", "skeleton", root);
  for (let index = 0; index < 5; index++) create("span", "", skeleton);
  mark(skeleton, { "aria-hidden": "true" });
  const tip = create("div", "tip", root);
  mark(tip, { role: "tooltip", "aria-hidden": "true", hidden: "" });
  const state = { root, scroll, stage, list, wires, arrow: id, waiting, skeleton, tip, data: null, width: 0 };
  Object.assign(state, { layers: new Map(), sources: new Map(), tensors: new Map(), paths: new Map() });
  state.observer = new ResizeObserver(() => {
    const width = Math.floor(root.clientWidth);
    if (width && width !== state.width && state.data) draw(state, true);
  });
  state.observer.observe(root);
  state.follower = newFollower(state);
  return state;
}

// Nodes that the new description no longer names leave; all others stay the same elements.
function keep(map, keys, make) {
  for (const [key, value] of map) {
    if (keys.has(key)) continue;
    (value.element ?? value).remove();
    value.shape?.remove();
    map.delete(key);
  }
  for (const key of keys) if (!map.has(key)) map.set(key, make(key));
}

function newLayer(state) {
  const element = create("div", "layer", state.list);
  mark(element, { role: "listitem", tabindex: 0 });
  const box = create("div", "box", element);
  const parts = { name: create("b", "name", box) };
  for (const name of ["type", "short", "reads"]) parts[name] = create("span", name, box);
  const below = create("div", "below", element);
  parts.params = create("div", "params", below);
  parts.arithmetic = create("div", "arithmetic", below);
  parts.change = create("div", "change", element);
  const show = () => showTip(state, element);
  element.onmouseenter = show;
  element.onfocus = show;
  element.onmouseleave = element.onblur = () => (state.tip.hidden = true);
  element.onkeydown = (event) => {
    if (event.key === "Escape") state.tip.hidden = true;
  };
  return { element, box, below, ...parts, says: "" };
}

function showTip(state, element) {
  const layer = [...state.layers.values()].find((each) => each.element === element);
  if (!layer?.says) return;
  say(state.tip, layer.says);
  state.tip.hidden = false;
  const [outer, inner] = [state.root.getBoundingClientRect(), layer.box.getBoundingClientRect()];
  const width = state.tip.offsetWidth;
  const left = inner.left - outer.left + inner.width / 2 - width / 2;
  state.tip.style.left = `${Math.max(0, Math.min(left, outer.width - width))}px`;
  state.tip.style.top = `${inner.bottom - outer.top + 6}px`;
}

// A long name may break after a bracket, an underscore or before a capital, nowhere else.
function sayBreakable(element, text) {
  if (element.textContent === text) return;
  const parts = text.split(/(?<=[(_])|(?<=[a-z])(?=[A-Z])/);
  element.replaceChildren(...parts.flatMap((part) => [part, document.createElement("wbr")]));
}

function writeLayer(layer, item, first) {
  const { name, type, short, says, params, arithmetic } = item.layer;
  sayBreakable(layer.name, name);
  sayBreakable(layer.type, type);
  say(layer.short, short || says || "");
  say(layer.reads, item.reads.length > 1 || !first ? `reads ${joined(item.reads)}` : "");
  say(layer.params, parametersInWords(params));
  say(layer.arithmetic, params ? (arithmetic ?? "") : "");
  say(layer.change, change(item.inputs, item.tensors[0]));
  layer.says = sentence(says || short);
  mark(layer.element, {
    "data-layer": name,
    "data-input": flat(item.layer.input),
    "data-output": flat(item.layer.output),
    "aria-label": layerInWords(item),
  });
}

function writeShape(element, tensor) {
  const wanted = tensor.named.map(({ axis, size }) => `${axis}:${size}`).join();
  if (element.dataset.shape === wanted) return;
  element.dataset.shape = wanted;
  element.replaceChildren("(");
  tensor.named.forEach(({ axis, size }, index) => {
    if (index) element.append(", ");
    const part = create("b", "", element);
    part.textContent = sizeAsCode({ axis, size });
    part.style.color = axisColour(axis, true);
    part.title = axis;
  });
  element.append(")");
}

function draw(state, still = false) {
  const { description, values, waiting } = state.data;
  const empty = !description?.layers?.length;
  state.root.toggleAttribute("data-waiting", Boolean(waiting) || empty);
  state.root.toggleAttribute("data-empty", empty);
  mark(state.list, { "aria-busy": Boolean(waiting) });
  say(state.waiting, waiting ?? "");
  state.width = Math.floor(state.root.clientWidth);
  const graphed = graph(description ?? {});
  textWidth.font = getComputedStyle(state.root).fontFamily;
  keepNodes(state, graphed);
  if (empty || !state.width) {
    for (const path of state.paths.values()) path.remove();
    state.paths.clear();
    mark(state.list, { "aria-label": waiting || "No layers yet." });
    return;
  }
  mark(state.list, { "aria-label": chainInWords(graphed.items, description.params) });

  const planned = plan(graphed, state.width);
  state.root.dataset.kind = planned.kind;
  state.root.dataset.lanes = graphed.lanes > 1 ? "several" : "one";
  graphed.items.forEach((item, index) => {
    if (!item.layer) return;
    const layer = state.layers.get(item.name);
    writeLayer(layer, item, item.reads.includes(graphed.items[index - 1]?.name));
    layer.element.style.width = `${planned.boxWidth}px`;
    layer.change.style.left = layer.change.style.right = `${-captionRoom(graphed, planned, item)}px`;
  });
  // All heights are read before anything is moved, so that the browser lays out once.
  const measured = new Map(
    [...state.layers].map(([name, { box, element, change }]) => [
      name,
      { box: box.offsetHeight, all: element.offsetHeight, caption: change.offsetHeight },
    ]),
  );
  const heights = (item) => measured.get(item.name);
  const placed = place(graphed, planned, heights);
  mark(state.wires, { width: placed.width, height: placed.height });
  state.stage.style.cssText = `width:${placed.width}px;height:${Math.ceil(placed.height)}px`;
  mark(state.scroll, { tabindex: placed.width > state.width ? 0 : -1 });
  state.root.style.minHeight = "";

  for (const item of graphed.items) {
    const spot = placed.spots.get(item.name);
    if (item.layer) moveLayer(state.layers.get(item.name), spot, placed);
    else {
      const words = `${item.name}: the input, ${shapeInWords(item.tensors[0])}.`;
      mark(state.sources.get(item.name), { "aria-label": words });
    }
    item.tensors.forEach((tensor, index) => {
      const node = state.tensors.get(`${item.name}:${index}`);
      const [size, at] = [planned.sizes.get(item.name)[index], spot.tensors[index]];
      const given = index === 0 ? values?.[item.name] : null;
      drawTensor(node, tensor, size, given, still || REDUCED.matches);
      node.svg.style.transform = `translate(${at.x}px, ${at.y}px)`;
      writeShape(node.shape, tensor);
      const centre = at.x + size.left + size.width / 2;
      node.shape.style.transform = `translate(${centre}px, ${placed.caption ?? at.shape}px) translateX(-50%)`;
    });
  }
  drawWires(state, wirePaths(graphed, planned, placed, heights));
}

function keepNodes(state, graphed) {
  const names = (chosen) => new Set(graphed.items.filter(chosen).map((item) => item.name));
  keep(state.layers, names((item) => item.layer), () => newLayer(state));
  keep(state.sources, names((item) => !item.layer), () => {
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
  let previous = null;
  for (const item of graphed.items) {
    const element = item.layer ? state.layers.get(item.name).element : state.sources.get(item.name);
    if (element.previousElementSibling !== previous) previous ? previous.after(element) : state.list.prepend(element);
    previous = element;
  }
}

function moveLayer(layer, spot, placed) {
  layer.element.style.transform = `translate(${spot.box.x}px, ${spot.box.y}px)`;
  const caption = placed.caption === null ? "" : `${placed.caption - spot.box.y}px`;
  layer.change.style.top = caption;
}

function drawWires(state, paths) {
  keep(state.paths, new Set(paths.keys()), () => {
    const path = createSvg("path", "wire", state.wires);
    mark(path, { "marker-end": `url(#${state.arrow})` });
    return path;
  });
  for (const [key, d] of paths) mark(state.paths.get(key), { d });
}

export default function ({ data, parentElement }) {
  let state = chains.get(parentElement);
  if (!state) chains.set(parentElement, (state = newChain(parentElement)));
  setTheme(state.root);
  takePage(state, data);
  return () => {
    state.closed = true;
    endFollower(state.follower);
    state.observer.disconnect();
    state.root.remove();
    chains.delete(parentElement);
  };
}
