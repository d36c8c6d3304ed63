// The whole chain unrolled over its steps: a row for every layer, the input at the bottom, a cell for every step drawn.

import { tellMore } from "./below.js";
import { unrolledCells } from "./cells.js";
import { unrolledColumnAt, unrolledGrid, unrolledPlace } from "./grid.js";
import { unrolledColumns, unrolledRows } from "./rows.js";
import { insidePen } from "./strips.js";
import { setFont } from "./text.js";
import { titleOf, writeTitle } from "./title.js";
import { endWalking, newWalking, pointAt, takeWalk, togglePinned, walkKey, walkOn, walkView, writeWalk } from "./walking.js";
import { sentence, shapeAsCode } from "./words.js";
import { create, createSvg, mark, pointWithin, say, sayBreakable, whenLeft } from "../dom.js";
import { held } from "../held.js";

/** @import { Description } from "../description.d.ts" */
/** @import { UnrolledHead, UnrolledRow, UnrolledState, Values, WalkSource } from "./types.d.ts" */

/** @type {WeakMap<HTMLElement, UnrolledState>} */
const unrolls = new WeakMap();
const UNROLLED_NARROW = 640;

/** @type {(parent: HTMLElement) => UnrolledState} */
function unrolledNew(parent) {
  const root = create("div", "unrolled", parent);
  const walking = newWalking(root, () => unrolledPaint(state));
  const stage = create("div", "unrolled-stage", root);
  const svg = createSvg("svg", "unrolled-drawing", stage);
  mark(svg, { role: "img" });
  svg.onclick = ({ target }) => {
    const { layer, number } = target instanceof SVGElement ? target.dataset : {};
    if (number) togglePinned(walking, number);
    else unrolledOpen(parent, layer);
  };
  svg.onpointerover = ({ target }) => pointAt(walking, state.pen.cells.find(({ node }) => node === target) ?? null);
  whenLeft(svg, () => pointAt(walking, null));
  svg.onkeydown = (event) => walkKey(walking, state.pen.cells, event);
  root.append(walking.slowDrawing.root, walking.told);
  const list = create("ul", "unrolled-list", root);
  const parts = { parent, root, stage, svg, list, walking, pen: insidePen(svg), heads: new Map(), width: 0, grid: null };
  const state = /** @type {UnrolledState} */ (/** @type {unknown} */ (parts));
  state.observer = new ResizeObserver(() => {
    const width = Math.floor(root.clientWidth);
    if (width && width !== state.width) unrolledPaint(state);
  });
  state.observer.observe(root);
  unrolledDrag(state);
  return state;
}

// Along the numbers of the timesteps: where one is pressed, the walk goes, and it follows the pointer from there.
/** @type {(state: UnrolledState) => void} */
function unrolledDrag(state) {
  const { svg, walking } = state;
  const go = (/** @type {PointerEvent} */ event) => {
    if (!state.grid) return;
    const column = unrolledColumnAt(state.grid, pointWithin(svg, event).x);
    walkOn(walking, "to", (column - 1) * walking.over.inner + 1);
  };
  svg.addEventListener("pointerdown", (event) => {
    const { target, button, pointerId } = event;
    if (button || !(target instanceof SVGElement) || target.dataset.step === undefined) return;
    svg.setPointerCapture(pointerId);
    go(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) go(event);
  });
}

/** @type {(parent: HTMLElement, name: string | undefined) => void} */
function unrolledOpen(parent, name) {
  if (name) parent.dispatchEvent(new CustomEvent("explorer-open", { detail: name, bubbles: true }));
}

// Draws the chain of `description` into `parent`, over what was drawn there before; without layers `parent` is empty. source: where
// a walk through it finds its numbers. masks: which columns of its tensors count.
/**
 * @type {(parent: HTMLElement, description: Description | null, values: Values | null, source: WalkSource,
 *   masks?: Record<string, number[]>) => void}
 */
export function drawUnrolled(parent, description, values, source, masks = {}) {
  let state = unrolls.get(parent);
  if (!description?.unrolled?.rows.length) {
    state?.observer.disconnect();
    if (state) endWalking(state.walking);
    unrolls.delete(parent);
    parent.replaceChildren();
    return;
  }
  if (!state) unrolls.set(parent, (state = unrolledNew(parent)));
  Object.assign(state, { description, values: values ?? {}, masks });
  takeWalk(state.walking, description, source);
  unrolledPaint(state);
}

/** @type {(state: UnrolledState, row: UnrolledRow) => UnrolledHead} */
function unrolledHead(state, row) {
  const before = state.heads.get(row.name);
  if (before) return before;
  const element = create("div", "unrolled-head", state.stage);
  const title = row.layer ? create("button", "unrolled-name", element) : create("span", "unrolled-name", element);
  const [code, name] = [create("b", "", title), create("span", "unrolled-type", title)];
  const same = create("span", "unrolled-same", element);
  const hands = create("span", "unrolled-hands", element);
  const end = create("div", "unrolled-end", state.stage);
  const head = { element, title, code, name, same, hands, end };
  const whole = { ...head, endHands: create("span", "", end), endShape: create("code", "", end) };
  if (title instanceof HTMLButtonElement) {
    title.type = "button";
    title.onclick = () => unrolledOpen(state.parent, row.name);
  }
  state.heads.set(row.name, whole);
  return whole;
}

/** @type {(state: UnrolledState, rows: UnrolledRow[], narrow: boolean, headWidth: number) => void} */
function unrolledWrite(state, rows, narrow, headWidth) {
  for (const [name, head] of state.heads) {
    const row = rows.find((each) => each.name === name);
    if (row && Boolean(row.layer) === (head.title.tagName === "BUTTON")) continue;
    head.element.remove();
    head.end.remove();
    state.heads.delete(name);
  }
  for (const row of rows) {
    const head = unrolledHead(state, row);
    const hands = [row.hands, row.hands_more].filter(Boolean).join(", ");
    const called = row.layer ? titleOf(row.layer) : row.name;
    const words = row.layer ? `${called}, ${row.name}: ${row.says}. Show what is inside.` : row.says;
    writeTitle(head.code, called, headWidth);
    sayBreakable(head.name, row.layer ? row.name : "input");
    say(head.same, row.same);
    say(head.hands, narrow ? row.hands : "");
    say(head.endHands, narrow ? "" : hands);
    say(head.endShape, narrow ? "" : shapeAsCode(row.tensor));
    mark(head.title, row.layer ? { title: sentence(row.says), "aria-label": words } : { title: sentence(row.says) });
    mark(head.element, { "data-layer": row.name, "data-flow": row.flow });
    mark(head.end, { "data-layer": row.name });
    head.element.style.width = `${headWidth}px`;
  }
  const wanted = rows.map((row) => `${row.name}|${row.says}`).join("\n");
  if (state.list.dataset.wanted === wanted) return;
  state.list.dataset.wanted = wanted;
  state.list.replaceChildren();
  for (const row of rows) {
    const item = create("li", "", state.list);
    create("b", "", item).textContent = row.name;
    item.append(`: ${row.says}`);
  }
}

/** @type {(state: UnrolledState) => void} */
function unrolledPaint(state) {
  const { root, stage, svg, pen, description, values, walking } = state;
  state.width = Math.floor(root.clientWidth);
  if (!state.width) return; // Folded away: the observer calls again when there is room.
  setFont(getComputedStyle(root).fontFamily);
  const narrow = state.width < UNROLLED_NARROW;
  root.toggleAttribute("data-narrow", narrow);
  const { shown, axis, steps, says } = description.unrolled;
  const [headWidth, endWidth] = narrow ? [104, 0] : [176, 176];
  const rows = unrolledRows(description);
  unrolledWrite(state, rows, narrow, headWidth);
  const walk = walkView(walking, rows, narrow);
  const passed = walk ? [walk.column, ...(walk.both ? [walk.mirrored] : [])] : [];
  const columns = unrolledColumns(shown, narrow, passed);
  const room = state.width - headWidth - endWidth;
  const grid = unrolledGrid(columns, headWidth, room, narrow, walk?.heights.size ? passed : []);
  state.grid = grid;
  // All heights are read before anything is moved, so that the browser lays out once.
  const heights = rows.map((row) => held(state.heads, row.name).element.offsetHeight);
  const bottom = unrolledPlace(rows, heights, grid, axis, walk?.heights);
  pen.start("unrolled");
  unrolledCells({ pen, rows, grid, axis, steps: steps ?? 1, values, masks: state.masks, walk });
  pen.end();
  writeWalk(walking, pen.cells, columns, state.width);
  mark(svg, { tabindex: pen.cells.length ? 0 : -1 });
  mark(svg, { width: state.width, height: Math.ceil(bottom), "aria-label": says });
  stage.style.height = `${Math.ceil(bottom)}px`;
  state.parent.toggleAttribute("data-walks", walk !== null || walking.slow !== null);
  rows.forEach((row, index) => {
    const { element, end } = held(state.heads, row.name);
    const middle = row.top + row.height / 2;
    element.style.transform = `translate(0, ${Math.max(row.band, middle - heights[index] / 2).toFixed(1)}px)`;
    end.style.cssText = `left:${state.width - endWidth + 12}px;width:${endWidth - 12}px;top:${middle.toFixed(1)}px`;
  });  tellMore(state.parent);
}
