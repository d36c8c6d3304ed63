// The keys of a walk, wherever the focus is while one is on: they come before those of the film.

import { deedOf, isForOthers } from "../keys.js";
import { FIELDS } from "../live/keys.js";

/** @import { WalkDeed, Walking } from "./types.d.ts" */

const PRESSED = "button, a, summary, label, [role=button], [role=tab]";

// What a key does to a walk; null where what has the focus wants it. closes: whether nothing else is there to be closed by Escape.
/** @type {(key: string, where: { field: boolean; pressed: boolean; closes: boolean; slow: boolean }) => WalkDeed | null} */
export function walkDeed(key, { field, pressed, closes, slow }) {
  const does = /** @type {WalkDeed | null} */ (deedOf("Walk through time", key));
  if (field || (does === "main" && pressed) || (does === "end" && !closes)) return null;
  return (does === "phase on" || does === "phase back") && !slow ? null : does;
}

/** @type {(walking: Walking, act: (deed: WalkDeed) => void) => () => void} */
export function listenForWalk(walking, act) {
  /** @type {(event: KeyboardEvent) => void} */
  const listen = (event) => {
    const { root } = walking.bar;
    if (!root.isConnected) return end();
    const { target, shiftKey, key } = event;
    if (walking.at === null && !walking.slow) return;
    if (root.offsetParent === null || shiftKey || isForOthers(event) || !(target instanceof Element)) return;
    const closes = target === document.body || root.parentElement?.contains(target) === true;
    const where = { field: target.closest(FIELDS) !== null, pressed: target.closest(PRESSED) !== null, closes, slow: walking.slow !== null };
    const does = walkDeed(key, where);
    if (!does) return;
    event.preventDefault();
    act(does);
  };
  const end = () => document.removeEventListener("keydown", listen);
  document.addEventListener("keydown", listen);
  return end;
}
