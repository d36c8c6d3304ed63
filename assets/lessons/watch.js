// Looks on the page for what a step asks for, and tells the server once it is there: an open layer, and what is shown of a run.

import { create, mark, say } from "../dom.js";
import { keepStep } from "./kept.js";

/** @import { StepData, Watch, Watched } from "./types.d.ts" */

const OFTEN = 200;
const PAGE = "[data-testid=stMain]";
const OPEN = ".explorer-chain .layer [aria-expanded=true]";

/**
 * Whether it is there. run: what the panel of the run says of itself, null without one.
 *
 * @type {(watched: Watched, opened: string | null, run: Record<string, string | undefined> | null) => boolean}
 */
export function isThere({ layer, epoch, below }, opened, run) {
  if (layer !== null) return opened === layer;
  // A run with settings that are no longer the page's says nothing about them.
  if (!run || !run.run || run.stale === "true") return false;
  if (epoch !== null) return Number(run.shown) >= epoch;
  return below !== null && Boolean(run.validation) && Number(run.validation) < below;
}

/** @type {(parent: HTMLElement) => Watch} */
export function newWatch(parent) {
  const told = create("p", "explorer-lesson-told", parent);
  mark(told, { role: "status" });
  return { told, data: null, timer: 0, send: () => {} };
}

/** @type {(watch: Watch, data: StepData, send: Watch["send"]) => void} */
export function takeStep(watch, data, send) {
  const before = watch.data;
  Object.assign(watch, { data, send });
  keepStep(data.lesson, data.step, data.ends);
  say(watch.told, data.told);
  // The button that gave the answer is gone: the keyboard goes on where the way goes on.
  if (before && before.told !== data.told && document.activeElement === document.body) {
    const next = document.querySelector(".st-key-lesson_next button:not(:disabled), .st-key-lesson_skip button:not(:disabled)");
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  }
  if (before && before.step !== data.step) {
    // What was opened in another step would lie between the panel and what the step is about.
    if (!data.opens) document.querySelectorAll(OPEN).forEach((each) => each instanceof HTMLElement && each.click());
    // Whoever has scrolled down to do something reads the next step from its beginning.
    watch.told.closest(PAGE)?.scrollTo(0, 0);
  }
  clearInterval(watch.timer);
  if (data.watch) watch.timer = window.setInterval(() => look(watch), OFTEN);
}

/** @type {(watch: Watch) => void} */
function look({ data, send, timer }) {
  if (!data?.watch) return;
  const opened = document.querySelector(OPEN)?.closest("[data-layer]")?.getAttribute("data-layer") ?? null;
  const run = document.querySelector("[data-live]");
  if (!isThere(data.watch, opened, run instanceof HTMLElement ? run.dataset : null)) return;
  clearInterval(timer);
  send({ lesson: data.lesson, step: data.step });
}

/** @type {(watch: Watch) => void} */
export function endWatch(watch) {
  clearInterval(watch.timer);
  watch.told.remove();
}
