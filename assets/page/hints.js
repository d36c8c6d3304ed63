// Hints for a newcomer: one at a time, where the page has room for it, with a ring around what it speaks of. Which are done, or
// put away, is kept in this browser.

import { coveredBy, roomFor, takenOnPage } from "./room.js";
import { create, mark } from "../dom.js";

/** @import { Hint, HintsData } from "./types.d.ts" */

const KEPT = "explorer_hints";
// In place of a name: no hint any more.
const ALL = "*";
// Whoever knows already what to do is not kept from it.
const CONTROLS = ".transport";
// Bars that a narrow page scrolls beneath.
const BARS = ".transport, [data-testid=stHeader]";
const NEVER = 100;
// To look for room reads where every word of the page stands: it waits until the page has nothing else to do, at most so long.
const LATEST = 1000;
// As high as its words at its width, or one line where there is no room for that.
const FORMS = ["high", "low"];

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

/** Those that are done by what the page has, however it was reached: by the keyboard, or before their turn. @type {(hints: Hint[], gone: string[], has: (there: string) => boolean) => string[]} */
export function reached(hints, gone, has) {
  const open = gone.includes(ALL) ? [] : hints.filter(({ name }) => !gone.includes(name));
  return open.filter(({ done }) => done.there !== undefined && has(done.there)).map(({ name }) => name);
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

// Not every browser says when it has nothing to do.
/** @type {(work: () => void) => () => void} */
function whenIdle(work) {
  if (typeof window.requestIdleCallback !== "function") {
    const timer = setTimeout(work, 50);
    return () => clearTimeout(timer);
  }
  const asked = window.requestIdleCallback(work, { timeout: LATEST });
  return () => window.cancelIdleCallback(asked);
}

// Of what a hint speaks of, the part that neither the window's edge nor a bar that stands still over the page hides; null for less
// than its half.
/** @type {(at: Element) => import("./room.js").Edges | null} */
function partSeen(at) {
  const all = at.getBoundingClientRect();
  let [top, bottom] = [Math.max(0, all.top), Math.min(window.innerHeight, all.bottom)];
  for (const bar of document.querySelectorAll(BARS)) {
    if (bar.contains(at) || getComputedStyle(bar).position !== "fixed") continue;
    const over = bar.getBoundingClientRect();
    if (over.top < window.innerHeight / 2) top = Math.max(top, over.bottom);
    else bottom = Math.min(bottom, over.top);
  }
  return bottom - top < all.height / 2 ? null : { left: all.left, top, right: all.right, bottom };
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

  const ring = create("div", "explorer-hint-ring");
  mark(ring, { "aria-hidden": "true" });
  /** @type {{ key: string; sizes: Record<string, import("./room.js").Size>; spot: import("./room.js").Spot | null; at: string }} */
  const placed = { key: "", sizes: {}, spot: null, at: "" };
  const measure = () => {
    const key = `${says.textContent} ${window.innerWidth}`;
    if (placed.key === key) return;
    Object.assign(placed, { key, spot: null });
    for (const form of FORMS) {
      box.dataset.form = form;
      const { width, height } = box.getBoundingClientRect();
      placed.sizes[form] = { width: Math.ceil(width), height: Math.ceil(height) };
    }
  };

  /** @type {(at: import("./room.js").Edges) => void} */
  const surround = ({ left, top, right, bottom }) => {
    ring.style.cssText = `transform:translate(${left - 4}px,${top - 4}px);width:${right - left + 8}px;height:${bottom - top + 8}px`;
  };

  const place = () => {
    const at = shown && placeOf(shown);
    const seen = at ? partSeen(at) : null;
    box.hidden = ring.hidden = !seen;
    if (!shown || !at || !seen) return;
    measure();
    const { left, top, right, bottom } = seen;
    const controls = document.querySelector(CONTROLS)?.getBoundingClientRect();
    const never = [{ left, top, right, bottom }, ...(controls ? [controls] : [])];
    const taken = [...takenOnPage([box]), ...never.map((each) => ({ left: each.left, top: each.top, right: each.right, bottom: each.bottom, weight: NEVER }))];
    const stands = [left, top, right, bottom].map(Math.round).join(" ");
    const { spot } = placed;
    // It stays while it covers no more than at first: numbers that grow beside it do not move it about.
    if (!spot || placed.at !== stands || coveredBy(spot, placed.sizes[spot.form], taken) > spot.covered) {
      const size = { width: window.innerWidth, height: window.innerHeight };
      Object.assign(placed, { at: stands, spot: roomFor({ left, top, right, bottom }, placed.sizes, shown.side, size, taken) });
    }
    if (!placed.spot) return;
    box.dataset.form = placed.spot.form;
    box.style.transform = `translate(${Math.round(placed.spot.left)}px, ${Math.round(placed.spot.top)}px)`;
    surround({ left, top, right, bottom });
  };
  const has = (/** @type {string} */ there) => document.querySelector(there) !== null;
  const show = () => {
    const done = reached(now.hints, gone, has);
    if (done.length) write((gone = [...gone, ...done]));
    shown = nextHint(now.hints, gone, (hint) => placeOf(hint) !== undefined);
    if (!shown) {
      ring.remove();
      return box.remove();
    }
    mark(box, { "data-hint": shown.name });
    if (says.textContent !== shown.says) says.textContent = shown.says;
    if (!box.isConnected) document.body.append(ring, box);
    place();
  };
  /** @type {(() => void) | null} */
  let forget = null;
  let work = place;
  const soon = (/** @type {() => void} */ wanted) => {
    // To show is to place as well.
    if (wanted === show) work = show;
    forget ??= whenIdle(() => {
      const now = work;
      [forget, work] = [null, place];
      now();
    });
  };
  /** @type {(name: string) => void} */
  const end = (name) => {
    gone = [...gone, name];
    write(gone);
    first = now;
    soon(show);
  };
  /** @type {(event: Event) => void} */
  const press = (event) => {
    if (event instanceof KeyboardEvent && event.key !== "Enter" && event.key !== " ") return;
    const { target } = event;
    if (!(target instanceof Element)) return;
    const pressed = now.hints.filter(({ name, done }) => done.press && !gone.includes(name) && target.closest(done.press));
    pressed.forEach(({ name }) => end(name));
  };
  hide.addEventListener("click", () => shown && end(shown.name));
  stop.addEventListener("click", () => end(ALL));
  document.addEventListener("click", press, { capture: true });
  document.addEventListener("keydown", press, { capture: true });
  const moved = () => {
    const at = box.isConnected && shown && placeOf(shown);
    const seen = at ? partSeen(at) : null;
    if (seen) surround(seen);
    soon(place);
  };
  document.addEventListener("scroll", moved, { capture: true, passive: true });
  window.addEventListener("resize", moved);
  // What a hint stands beside may come later, move or go: the chain is drawn anew with every move of a slider.
  const timer = setInterval(() => {
    const done = reached(now.hints, gone, has).length > 0;
    soon(shown && placeOf(shown) && !done ? place : show);
  }, 400);
  soon(show);
  return {
    take(data) {
      now = data;
      if (shown && isDone(shown, first, now)) end(shown.name);
      else soon(show);
    },
    end() {
      clearInterval(timer);
      forget?.();
      document.removeEventListener("click", press, { capture: true });
      document.removeEventListener("keydown", press, { capture: true });
      document.removeEventListener("scroll", moved, { capture: true });
      window.removeEventListener("resize", moved);
      ring.remove();
      box.remove();
    },
  };
}
