// Hints for a newcomer: one at a time, beside what it speaks of, never over all of the page. Which are done, or put away, is
// kept in this browser.

import { create, mark } from "../dom.js";

/** @import { Hint, HintsData } from "./types.d.ts" */

const KEPT = "explorer_hints";
// In place of a name: no hint any more.
const ALL = "*";
// Whoever knows already what to do is not kept from it.
const CONTROLS = ".transport";
const GAP = 10;
const MARGIN = 8;

/** The first that is not gone, and whose place is there. @type {(hints: Hint[], gone: string[], there: (hint: Hint) => boolean) => Hint | undefined} */
export function nextHint(hints, gone, there) {
  if (gone.includes(ALL)) return undefined;
  return hints.find((hint) => !gone.includes(hint.name) && there(hint));
}

/** Whether what a hint suggests was done, by what the page showed first and shows now. @type {(hint: Hint, first: HintsData, now: HintsData) => boolean} */
export function isDone({ done }, first, now) {
  if (done.settings?.some((name) => first.query[name] !== now.query[name])) return true;
  return Boolean(done.view) && now.view === done.view;
}

/** @typedef {{ left: number; top: number; right: number; bottom: number }} Edges */

/**
 * Where a box of this width and height stands: within the window, and not over what is to be pressed, where there is room.
 *
 * @type {(at: Edges, width: number, height: number, side: string, window: { width: number; height: number },
 *   pressed?: Edges) => { left: number; top: number }}
 */
export function placeBeside(at, width, height, side, window, pressed) {
  /** @type {(value: number, most: number) => number} */
  const within = (value, most) => Math.max(MARGIN, Math.min(value, most - MARGIN));
  const right = at.right + GAP;
  const left = within(at.left, window.width - width);
  const onTheRight = side === "right" && right + width + MARGIN <= window.width;
  const apart = pressed ? [pressed.top - GAP - height, pressed.bottom + GAP] : [];
  const wanted = onTheRight
    ? [(at.top + at.bottom) / 2, ...apart].map((top) => ({ left: right, top }))
    : [at.bottom + GAP, at.top - GAP - height, ...apart].map((top) => ({ left, top }));
  /** @type {(place: { left: number; top: number }, edges?: Edges) => boolean} */
  const covers = (place, edges) =>
    edges !== undefined &&
    place.left < edges.right &&
    place.left + width > edges.left &&
    place.top < edges.bottom &&
    place.top + height > edges.top;
  const places = wanted.map((each) => ({ ...each, top: within(each.top, window.height - height) }));
  const free = places.find((each) => !covers(each, at) && !covers(each, pressed));
  return free ?? places.find((each) => !covers(each, at)) ?? places[0];
}

/** @type {() => string[]} */
function read() {
  try {
    const gone = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(gone) ? gone : [];
  } catch {
    return []; // Nothing can be kept here, or something else was.
  }
}

/** @type {(gone: string[]) => void} */
function write(gone) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(gone));
  } catch {
    // What cannot be kept holds for this page.
  }
}

// What lies beside the window, as a closed sidebar does, is not there; what lies below it is, once it is scrolled to.
/** @type {(hint: Hint) => Element | undefined} */
function placeOf(hint) {
  return [...document.querySelectorAll(hint.at)].find((each) => {
    const { left, right, width } = each.getBoundingClientRect();
    return width > 0 && right > 0 && left < window.innerWidth;
  });
}

/** @type {(data: HintsData) => { take: (data: HintsData) => void; end: () => void }} */
export function newHints(data) {
  let [first, now, gone] = [data, data, read()];
  /** @type {Hint | undefined} */
  let shown;
  const box = create("aside", "explorer-hint");
  mark(box, { "aria-label": "Hint", role: "status" });
  const says = create("p", "", box);
  const buttons = create("div", "", box);
  const [hide, stop] = ["Got it", "No more hints"].map((words) => {
    const button = create("button", "", buttons);
    mark(button, { type: "button" });
    button.textContent = words;
    return button;
  });

  const place = () => {
    const at = shown && placeOf(shown);
    const { top: above = 0, bottom: below = 0 } = at?.getBoundingClientRect() ?? {};
    box.hidden = !at || below < 0 || above > window.innerHeight;
    if (!shown || !at || box.hidden) return;
    const { width, height } = box.getBoundingClientRect();
    const size = { width: window.innerWidth, height: window.innerHeight };
    const controls = document.querySelector(CONTROLS)?.getBoundingClientRect();
    const { left, top } = placeBeside(at.getBoundingClientRect(), width, height, shown.side, size, controls);
    box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  };
  const show = () => {
    shown = nextHint(now.hints, gone, (hint) => placeOf(hint) !== undefined);
    if (!shown) return box.remove();
    mark(box, { "data-hint": shown.name });
    if (says.textContent !== shown.says) says.textContent = shown.says;
    if (!box.isConnected) document.body.append(box);
    place();
  };
  /** @type {(name: string) => void} */
  const end = (name) => {
    gone = [...gone, name];
    write(gone);
    first = now;
    show();
  };
  /** @type {(event: Event) => void} */
  const press = (event) => {
    if (event instanceof KeyboardEvent && event.key !== "Enter" && event.key !== " ") return;
    const pressed = shown?.done.press;
    if (shown && pressed && event.target instanceof Element && event.target.closest(pressed)) end(shown.name);
  };
  hide.addEventListener("click", () => shown && end(shown.name));
  stop.addEventListener("click", () => end(ALL));
  document.addEventListener("click", press, { capture: true });
  document.addEventListener("keydown", press, { capture: true });
  document.addEventListener("scroll", place, { capture: true, passive: true });
  window.addEventListener("resize", place);
  // What a hint stands beside may come later, move or go: the chain is drawn anew with every move of a slider.
  const timer = setInterval(() => (shown && placeOf(shown) ? place() : show()), 400);
  show();
  return {
    take(data) {
      now = data;
      if (shown && isDone(shown, first, now)) end(shown.name);
      else show();
    },
    end() {
      clearInterval(timer);
      document.removeEventListener("click", press, { capture: true });
      document.removeEventListener("keydown", press, { capture: true });
      document.removeEventListener("scroll", place, { capture: true });
      window.removeEventListener("resize", place);
      box.remove();
    },
  };
}
