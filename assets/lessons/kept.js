// How far somebody has come in each lesson, kept in this browser.

/** @import { Kept } from "./types.d.ts" */

const KEPT = "explorer_lessons";
// What stands there may be anybody's: no more than this is read of it.
const MOST_LESSONS = 100;
const MOST_STEPS = 100;

/** What is kept as text; what is none of ours is left out. @type {(text: string | null) => Record<string, Kept>} */
export function readKept(text) {
  try {
    const found = JSON.parse(text ?? "{}");
    if (found === null || typeof found !== "object" || Array.isArray(found)) return {};
    const whole = Object.entries(found).filter(([, each]) => Number.isInteger(each?.step) && each.step >= 1 && each.step <= MOST_STEPS);
    return Object.fromEntries(whole.slice(-MOST_LESSONS).map(([name, { step, done }]) => [name, { step, done: done === true }]));
  } catch {
    return {};
  }
}

/** What is done stays done, wherever somebody goes then. @type {(kept: Record<string, Kept>, lesson: string, step: number, ends: boolean) => Record<string, Kept>} */
export function withStep(kept, lesson, step, ends) {
  return { ...kept, [lesson]: { step, done: ends || Boolean(kept[lesson]?.done) } };
}

/** @type {() => Record<string, Kept>} */
export function read() {
  try {
    return readKept(localStorage.getItem(KEPT));
  } catch {
    return {}; // Nothing can be kept here.
  }
}

/** @type {(lesson: string, step: number, ends: boolean) => void} */
export function keepStep(lesson, step, ends) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(withStep(read(), lesson, step, ends)));
  } catch {
    // The address still has the step.
  }
}
