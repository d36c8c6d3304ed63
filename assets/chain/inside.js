// What a layer does to a sequence, drawn from the real numbers of one: a drawing for every kind of layer.

import { insideAttention } from "./attention.js";
import { insideCarried } from "./carried.js";
import { insideCopies } from "./copies.js";
import { insideLadder } from "./ladder.js";
import { insideBoth, insideMask, insideMemory } from "./memories.js";
import { insideConcat, insideManyAndOne } from "./moves.js";
import { isWay, nextCell } from "./pointing.js";
import { insideSoftmax } from "./softmax.js";
import { insideLegend, insidePen } from "./strips.js";
import { setFont } from "./text.js";
import { insideWindows } from "./windows.js";
import { sentence } from "./words.js";
import { create, createSvg, mark, pointWithin, say, whenLeft } from "../dom.js";
import { deedOf } from "../keys.js";

/** @import { Layer } from "../description.d.ts" */
/** @import { Cell, Drawing, Drawn, Inside, LayerDrawing } from "./types.d.ts" */

/** @type {WeakMap<HTMLElement, Inside>} */
const insides = new WeakMap();
const INSIDE_HINT = "Point at a cell to read its number, or focus the drawing and use the arrow keys.";

/** @type {(parent: HTMLElement) => Inside} */
function insideNew(parent) {
  const root = create("figure", "inside", parent);
  const heading = create("h4", "inside-heading", root);
  const says = create("p", "inside-says", root);
  const svg = createSvg("svg", "inside-drawing", root);
  mark(svg, { role: "img", tabindex: 0 });
  const legend = create("div", "inside-legend", root);
  const readout = create("p", "inside-readout", root);
  mark(readout, { "aria-live": "polite" });
  const parts = { root, heading, says, svg, legend, readout, pen: insidePen(svg), width: 0, at: null };
  const state = /** @type {Inside} */ (/** @type {unknown} */ (parts));
  state.observer = new ResizeObserver(() => {
    const width = Math.floor(root.clientWidth);
    if (width && width !== state.width) insidePaint(state);
  });
  state.observer.observe(root);
  svg.onpointermove = (event) => insidePoint(state, insideAt(state.pen.cells, pointWithin(svg, event)));
  whenLeft(svg, () => insidePoint(state, null));
  svg.onkeydown = (event) => insideWalk(state, event);
  return state;
}

// Where many cells share the elements that they are drawn with, their place alone tells them apart.
/** @type {(cells: Cell[], at: { x: number; y: number }) => Cell | undefined} */
export function insideAt(cells, at) {
  return cells.find(({ x, y, width, height }) => at.x >= x && at.x < x + width && at.y >= y && at.y < y + height);
}

/** @type {(state: Inside, cell: Cell | null | undefined) => void} */
function insidePoint(state, cell) {
  if (state.at === (cell ?? null) && cell) return;
  state.at?.node.classList.remove("pointed");
  state.at = cell ?? null;
  cell?.node.classList.add("pointed");
  // One frame for all cells that have no element of their own.
  if (cell?.key) mark(cell.node, { x: cell.x, y: cell.y, width: cell.width, height: cell.height });
  say(state.readout, cell?.words ?? INSIDE_HINT);
}

// The arrow keys go to the nearest number in their direction, over gaps and into the next strip too.
/** @type {(state: Inside, event: KeyboardEvent) => void} */
function insideWalk(state, event) {
  const does = deedOf("Drawing of an opened layer", event.key);
  const { cells } = state.pen;
  if (!isWay(does) || !cells.length) return;
  event.preventDefault();
  const next = nextCell(cells, state.at, does);
  if (next && next !== state.at) insidePoint(state, next);
}

// Draws `shown` of `layer` into `parent`, over what was drawn there before; without it `parent` is empty. `of`: of which
// sequence and epoch it is.
/** @type {(parent: HTMLElement, layer: Layer, shown: LayerDrawing | null | undefined, of: string) => void} */
export function drawInside(parent, layer, shown, of) {
  let state = insides.get(parent);
  // Where the window of a convolution is not known, no steps can be drawn that it sees.
  if (!shown || !DRAWINGS[shown.kind] || (shown.kind === "window" && !layer.window)) {
    state?.observer.disconnect();
    insides.delete(parent);
    parent.replaceChildren();
    return;
  }
  if (!state) insides.set(parent, (state = insideNew(parent)));
  Object.assign(state, { layer, shown });
  say(state.heading, `Inside the layer “${layer.name}”: ${of}`);
  say(state.says, sentence(shown.says));
  mark(state.root, { "data-kind": shown.kind, "data-layer": layer.name });
  insidePaint(state);
}

/** @type {(state: Inside) => void} */
function insidePaint(state) {
  const { root, svg, pen, layer, shown } = state;
  state.width = Math.floor(root.clientWidth);
  if (!state.width) return; // Folded away: the observer calls again when there is room.
  setFont(getComputedStyle(root).fontFamily);
  const held = state.at;
  pen.start(shown.kind);
  const units = layer.axes_out?.[0]?.at(-1) ?? "units";
  const size = layer.output[0]?.at(-1) ?? 0;
  const drawing = { pen, layer, shown, width: state.width, axis: units, size };
  const { height, legends = [], notes = [], words } = DRAWINGS[shown.kind](drawing);
  pen.end();
  insidePoint(state, pen.cells.find(({ node, key }) => node === held?.node && key === held.key));
  mark(svg, { width: state.width, height: Math.ceil(height), "aria-label": `${sentence(shown.says)} ${words}` });
  insideLegend(state.legend, legends, notes);
  state.readout.hidden = !pen.cells.length;
  mark(svg, { tabindex: pen.cells.length ? 0 : -1 });
}

// Each takes the numbers of its own kind, which the index gives it.
/** @type {Record<LayerDrawing["kind"], (drawing: Drawing<any>) => Drawn>} */
const DRAWINGS = {
  windows: insideWindows,
  carried: insideCarried,
  memory: insideMemory,
  both: insideBoth,
  mask: insideMask,
  copies: insideCopies,
  pool: insideManyAndOne,
  softmax: insideSoftmax,
  repeat: insideManyAndOne,
  concat: insideConcat,
  window: insideLadder,
  attention: insideAttention,
  // A sentence in the place of numbers.
  failed: () => ({ height: 0, words: "" }),
};
