// How high tensors are drawn, and which words stand at boxes, so that a chain fits into the height that the page has for it.

import { writeLayer } from "./layer.js";
import { captionRoom, place, plan, shapeSpan } from "./layout.js";
import { nameOf, shapesOf, writeShape } from "./shape.js";
import { held } from "../held.js";

/** @import { Graph, Heights, Item, LayerItem, Placed, Plan, State } from "./types.d.ts" */
/** @typedef {{ planned: Plan; placed: Placed; heights: (item: Item) => Heights }} Fitted */

// Which words stand at a box (chain.css), and to which part of their height tensors may shrink before there are fewer words.
const WORDS = /** @type {const} */ ([["all", 1], ["few", 0.4], ["least", 0.3]]);
const STEP = 0.1;

// How high the chain may be: 0 where the page sets no limit, and the chain takes what it needs.
/** @type {(state: State) => number} */
const roomOf = ({ scroll }) => Math.floor(parseFloat(getComputedStyle(scroll).minHeight) || 0);

// rested: no slider has moved for a while.
/** @type {(state: State, graphed: Graph, rested: boolean) => Fitted} */
export function fit(state, graphed, rested) {
  const room = roomOf(state);
  const { fitted, width, data } = state;
  // While only sizes move, words that were too many do not come back: they would flicker.
  const key = [room, width, ...graphed.items.map((item) => item.name), ...(data.hidden ?? [])].join(" ");
  if (rested || key !== fitted.key) Object.assign(fitted, { key, words: 0 });
  for (; ; fitted.words++) {
    const [words, least] = WORDS[fitted.words];
    state.root.dataset.words = words;
    const last = fitted.words === WORDS.length - 1;
    const low = data.low && !room;
    let planned = plan(graphed, width, low, 1, room > 0);
    let heights = write(state, graphed, planned);
    for (let share = 1; share > least - STEP / 2; share -= STEP) {
      const { boxWidth } = planned;
      planned = plan(graphed, width, low, share, room > 0);
      if (planned.boxWidth !== boxWidth) heights = write(state, graphed, planned);
      const placed = place(graphed, planned, heights);
      const fits = !room || planned.kind === "list" || placed.height <= room;
      if (fits || (last && share < least + STEP / 2)) return { planned, placed: centred(placed, room), heights };
    }
  }
}

// Writes what stands at boxes and tensors. All heights are read before anything is moved, so that the browser lays out once.
/** @type {(state: State, graphed: Graph, planned: Plan) => (item: Item) => Heights} */
function write(state, graphed, planned) {
  state.root.dataset.kind = planned.kind;
  graphed.items.forEach((item, index) => {
    shapesOf(state, item).forEach((shape, each) => {
      writeShape(shape, item.tensors[each], false, nameOf(item, each));
      shape.toggleAttribute("data-unused", !item.used[each]);
      shape.toggleAttribute("data-stacked", item.tensors.length > 1);
      const { from, to } = shapeSpan(graphed, planned, item, each);
      shape.style.maxWidth = `${Math.floor(to - from)}px`;
    });
    if (!item.layer) return;
    const layer = held(state.layers, item.name);
    const first = item.reads.includes(graphed.items[index - 1]?.name);
    writeLayer(state, layer, /** @type {LayerItem} */ (item), first, planned.boxWidth);
    layer.title.style.fontSize = `${planned.titleSize}px`;
    layer.element.style.width = `${planned.boxWidth}px`;
    layer.change.style.left = layer.change.style.right = `${-captionRoom(graphed, planned, item)}px`;
  });
  const measured = new Map(graphed.items.map((item) => [item.name, measureWords(state, item)]));
  return (item) => held(measured, item.name);
}

/** @type {(state: State, item: Item) => Heights} */
function measureWords(state, item) {
  const written = shapesOf(state, item);
  const shapes = written.map((shape) => shape.offsetHeight || 17);
  const wide = written.map((shape) => shape.offsetWidth);
  if (!item.layer) return { shapes, wide, box: 0, all: 0, caption: 0 };
  const { box, element, change, ports } = held(state.layers, item.name);
  const middles = [...ports.children].map((port) => /** @type {HTMLElement} */ (port)).map((port) => port.offsetTop + port.offsetHeight / 2);
  return { shapes, wide, box: box.offsetHeight, all: element.offsetHeight, caption: change.offsetHeight, ports: middles };
}

// In the middle of its room. Everything is moved by its own coordinates: what the browser would move is seen to jump.
/** @type {(placed: Placed, room: number) => Placed} */
function centred(placed, room) {
  const down = Math.floor((room - placed.height) / 2);
  if (down <= 0) return placed;
  for (const spot of placed.spots.values()) {
    spot.middle += down;
    spot.box.y += down;
    for (const tensor of spot.tensors) {
      tensor.y += down;
      tensor.grid += down;
      tensor.shape += down;
      tensor.bottom += down;
    }
  }
  const rounds = placed.rounds.map((round) => round + down);
  return { ...placed, caption: placed.caption === null ? null : placed.caption + down, height: room, rounds };
}
