// The line above the chain that tells what a slider has moved, and the marks on the chain that fade.

import { backInWords, changesInWords, compare } from "./changes.js";
import { NARROW } from "./layout.js";
import { textWidth } from "./text.js";
import { mark, say } from "../dom.js";

/** @import { Changes, Moved, PageData, State } from "./types.d.ts" */

const MARKED = 2500;
// The room of the words beside it, which say whose numbers are drawn.
const SHOWN = 452;

// A hand that rests this long has ended its drag: the next step is told from where it stood.
export const RESTED = 1500;
// The hint where there is room for few words.
const INSIDE = "Click a layer to see inside.";

/** @type {() => Changes} */
export const newChanges = () => ({
  from: null, last: null, architecture: "", moved: -Infinity, timer: 0, words: "", reason: "", short: "", brief: "",
});

// A press elsewhere, such as on Undo or a named experiment, ends a drag as a rest does; keys on one slider go on with it.
/** @type {(state: State) => () => void} */
export function listenForHands({ changes }) {
  const ends = (/** @type {Event} */ event) => {
    const { target } = event;
    const slides = target instanceof HTMLInputElement && target.type === "range";
    if (event instanceof KeyboardEvent && slides && !event.ctrlKey && !event.metaKey) return;
    changes.moved = -Infinity;
  };
  document.addEventListener("pointerdown", ends, { capture: true });
  document.addEventListener("keydown", ends, { capture: true });
  return () => {
    document.removeEventListener("pointerdown", ends, { capture: true });
    document.removeEventListener("keydown", ends, { capture: true });
  };
}

/** @type {(state: State) => void} */
export function tellChanges(state) {
  const { changes, data } = state;
  const { description, waiting, hidden = [] } = data;
  if (hidden.length) {
    Object.assign(changes, newChanges(), { timer: changes.timer });
    return sayTold(state);
  }
  const architecture = data.query?.architecture ?? "";
  // Two architectures may have the same layers, with other settings of them.
  if (changes.architecture !== architecture) Object.assign(changes, newChanges(), { timer: changes.timer, architecture });
  if (!description?.layers || waiting) return sayTold(state);
  const now = performance.now();
  const step = compare(changes.last, description);
  if (!step) Object.assign(changes, { from: description, words: "", reason: "", short: "", brief: "" });
  else if (step.any) {
    if (now - changes.moved > RESTED) changes.from = changes.last;
    changes.moved = now;
    const found = compare(changes.from, description) ?? step;
    Object.assign(changes, found.any ? changesInWords(found, changes.from ?? description, description) : backInWords(step));
    markMoved(state, found.any ? found : step);
  }
  changes.last = description;
  sayTold(state);
}

/** @type {(state: State) => void} */
function sayTold(state) {
  const { changes, told, width, data } = state;
  const quiet = !changes.words;
  const lines = width >= NARROW ? 1 : data.follows?.length ? 3 : 2;
  // Words are measured as heavy ones. A line that is not the last has a gap at its end.
  const room = width < NARROW ? (lines - 0.2) * width : 1.06 * (width - SHOWN);
  const fits = (/** @type {string} */ words) => textWidth(words, 13) < room;
  const fitting = [changes.words, changes.reason, changes.short].find(fits) ?? changes.brief;
  told.toggleAttribute("data-quiet", quiet);
  say(told, !quiet ? fitting : fits(hintOf(data)) ? hintOf(data) : INSIDE);
  // What is measured as fitting may end in an ellipsis yet.
  const whole = fitting === changes.words && textWidth(fitting, 13) < 0.9 * room;
  mark(told, { title: quiet || whole ? "" : changes.words });
}

/** @type {(data: PageData) => string} */
function hintOf({ description, hidden = [], follows = [] }) {
  if (!description) return "";
  if (hidden.length) return "The question is about the values marked ?.";
  if (follows.length) return "Move a slider to read here what it changes; click a layer to see inside.";
  return "Click a layer to see where its shape and parameter count come from.";
}

/** @type {(state: State, moved: Moved) => void} */
function markMoved(state, { axes, parameters }) {
  /** @type {(Element | null | undefined)[]} */
  const parts = axes.map(({ name, tensor, axis }) =>
    state.tensors.get(`${name}:${tensor}`)?.shape.querySelectorAll(".axis")[axis]?.querySelector("b"),
  );
  parts.push(...parameters.map(({ name }) => state.layers.get(name)?.params));
  const all = state.root.querySelectorAll(".moved");
  all.forEach((part) => parts.includes(part) || part.classList.remove("moved"));
  parts.forEach((part) => part?.classList.add("moved"));
  clearTimeout(state.changes.timer);
  state.changes.timer = setTimeout(() => {
    state.root.querySelectorAll(".moved").forEach((part) => part.classList.remove("moved"));
  }, MARKED);
}
