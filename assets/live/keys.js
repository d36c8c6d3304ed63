// The space bar plays and pauses, the arrows step: where nothing else wants them.

import { pressedBy } from "./controls.js";

export const FIELDS = "input, textarea, select, [contenteditable], [role=slider], [role=radio], [role=combobox], [role=listbox]";
// While a walk through time is on, its own keys come first (assets/chain/walk_keys.js).
const WALK = ".unrolled-place[data-walks]";
// What has no use for the space bar, though it takes other keys.
const WITHOUT_SPACE = "input[type=range], input[type=radio]:checked";
const PRESSED = "button, a, summary, label, [role=button], [role=tab]";

// Calls back with "main", "step" or "back". Returns what ends it.
/** @type {(root: HTMLElement, act: (key: "main" | "step" | "back") => boolean) => () => void} */
export function listenForKeys(root, act) {
  /** @type {(event: KeyboardEvent) => void} */
  const listen = (event) => {
    const { target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (!(target instanceof Element) || document.querySelector("[role=dialog], dialog[open]")) return;
    const free = event.key === " " && target.matches(WITHOUT_SPACE);
    // What has the focus beside the panel, such as a chain that scrolls, has its own use for the keys.
    if (!free && !target.contains(root) && !root.contains(target)) return;
    const walk = /** @type {HTMLElement | null} */ (document.querySelector(WALK));
    if (walk?.offsetParent && !target.closest(FIELDS)) return;
    const typed = !free && target.closest(FIELDS) !== null;
    const key = pressedBy(event.key, { typed, pressed: target.closest(PRESSED) !== null });
    if (key && act(key)) event.preventDefault();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}
