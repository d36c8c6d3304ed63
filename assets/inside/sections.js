// Sections below the panel: each has an element of its own there, and is told what the panel shows.

import { gradientsSection } from "./gradients.js";
import { create, mark } from "../dom.js";

/** @import { Section, SectionShown, State } from "./types.d.ts" */

// In the order in which they stand. Whoever adds one imports its module here.
/** @type {Section[]} */
const SECTIONS = [gradientsSection];

/** @type {(state: State, shown: SectionShown) => void} */
export function drawSections({ sections }, shown) {
  for (const { name, draw } of SECTIONS) {
    let place = /** @type {HTMLElement | null} */ (sections.querySelector(`[data-section="${name}"]`));
    if (!place) {
      place = create("section", "inside-section", sections);
      mark(place, { "data-section": name });
    }
    draw(place, shown);
  }
}

/** @type {(state: State) => void} */
export function closeSections({ sections }) {
  for (const { name, close } of SECTIONS) {
    const place = /** @type {HTMLElement | null} */ (sections.querySelector(`[data-section="${name}"]`));
    if (place) close?.(place);
  }
}
