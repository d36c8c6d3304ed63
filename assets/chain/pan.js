// A chain that is wider than the page: it is dragged, zoomed, and says how much more there is to the right.

import { create, mark, pointWithin, prefersStill, say, zoomOf } from "../dom.js";

/** @import { Graph, Pan, Placed, Plan, State } from "./types.d.ts" */

const SMALLEST = 0.4;
const STEP = 0.15;

/** @type {(state: Pick<State, "scroll" | "stage">, frame: HTMLElement) => Pan} */
export function newPan({ scroll, stage }, frame) {
  const more = create("button", "more", frame);
  mark(more, { type: "button", tabindex: -1, "aria-hidden": "true" });
  const bar = create("div", "zoom", frame);
  mark(bar, { role: "group", "aria-label": "Size of the chain" });
  /** @type {Pan} */
  const pan = { scroll, stage, more, bar, zoom: 1, width: 0, height: 0, room: 0, ends: [], drawn: -1 };
  /** @type {[string, string, () => number][]} */
  const buttons = [
    ["−", "Smaller", () => pan.zoom - STEP],
    ["+", "Larger", () => pan.zoom + STEP],
    ["Fit", "Show the whole chain", () => pan.room / pan.width],
  ];
  for (const [words, title, wanted] of buttons) {
    const button = create("button", "", bar);
    mark(button, { type: "button", title, "aria-label": words.length > 1 ? `${words}: ${title}` : title });
    say(button, words);
    button.onclick = () => zoomTo(pan, wanted());
  }
  more.onclick = () => scroll.scrollBy({ left: 0.8 * scroll.clientWidth, behavior: prefersStill() ? "auto" : "smooth" });
  scroll.onscroll = () => writeMore(pan);
  scroll.addEventListener("wheel", (event) => event.ctrlKey && wheel(pan, event), { passive: false });
  drag(pan);
  return pan;
}

/** @type {(pan: Pan, event: WheelEvent) => void} */
function wheel(pan, event) {
  if (pan.bar.hidden) return;
  event.preventDefault();
  zoomTo(pan, pan.zoom * Math.exp(-event.deltaY / 400), pointWithin(pan.scroll, event).x);
}

// With the mouse; a finger moves what scrolls by itself.
/** @type {(pan: Pan) => void} */
function drag({ scroll, bar }) {
  let from = 0;
  scroll.onpointerdown = ({ target, pointerType, button, clientX, pointerId }) => {
    // What takes the pointer from a button takes its click as well.
    const pressed = target instanceof Element && target.closest(".box, button");
    if (bar.hidden || pressed || pointerType !== "mouse" || button) return;
    from = clientX / zoomOf(scroll) + scroll.scrollLeft;
    scroll.setPointerCapture(pointerId);
  };
  scroll.onpointermove = ({ clientX, pointerId }) => {
    if (scroll.hasPointerCapture(pointerId)) scroll.scrollLeft = from - clientX / zoomOf(scroll);
  };
}

// What stands at `at` stays there.
/** @type {(pan: Pan, zoom: number, at?: number) => void} */
function zoomTo(pan, zoom, at = pan.room / 2) {
  const before = pan.zoom;
  pan.zoom = Math.max(Math.min(SMALLEST, pan.room / pan.width), Math.min(1, zoom));
  const left = ((pan.scroll.scrollLeft + at) * pan.zoom) / before - at;
  size(pan);
  pan.scroll.scrollLeft = left;
  writeMore(pan);
}

// The margins take back the room that a smaller picture does not need.
/** @type {(pan: Pan) => void} */
function size({ stage, zoom, width, height }) {
  stage.style.transform = zoom === 1 ? "" : `scale(${zoom.toFixed(3)})`;
  stage.style.transformOrigin = "0 0";
  stage.style.marginRight = zoom === 1 ? "" : `${Math.floor(width * (zoom - 1))}px`;
  stage.style.marginBottom = zoom === 1 ? "" : `${Math.floor(height * (zoom - 1))}px`;
}

/** @type {(pan: Pan, graphed: Graph, planned: Plan, placed: Placed, room: number) => void} */
export function placePan(pan, graphed, planned, placed, room) {
  const wide = placed.width > room + 1;
  if (!wide) pan.zoom = 1;
  const ends = graphed.items.filter((item) => item.layer).map((item) => (planned.boxX[item.depth] ?? 0) + planned.boxWidth);
  Object.assign(pan, { width: placed.width, height: placed.height, room, ends });
  pan.bar.hidden = !wide;
  size(pan);
  writeMore(pan);
}

/** @type {(pan: Pan) => void} */
function writeMore(pan) {
  const end = (pan.scroll.scrollLeft + pan.room) / pan.zoom;
  const left = pan.bar.hidden ? 0 : pan.ends.filter((each) => each > end + 1).length;
  if (left === pan.drawn) return;
  pan.drawn = left;
  pan.more.hidden = !left;
  say(pan.more, `${left} more ${left === 1 ? "layer" : "layers"} →`);
}
