// Text for the clipboard.

import { create } from "./dom.js";

// Without https there is no clipboard: then a selection is copied, as a hand would.
/** @type {(text: string, parent: HTMLElement) => Promise<boolean>} */
export async function copied(text, parent) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = document.activeElement;
    const area = create("textarea", "explorer-copied", parent);
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
}
