// Layers of a pasted code are linked with its lines: one that is pointed at is told, and that of the cursor's line is lit.

/** @import { State } from "./types.d.ts" */

/** @type {(name: string | null) => void} */
export function tellPointed(name) {
  document.dispatchEvent(new CustomEvent("explorer:layer", { detail: { name } }));
}

// A chain that stands in a place that scrolls, beside the code, is scrolled there. The page stays where it is.
/** @type {(element: HTMLElement) => void} */
function show(element) {
  const place = element.closest(".st-key-code_chain");
  if (!place) return;
  const [box, seen] = [element.getBoundingClientRect(), place.getBoundingClientRect()];
  if (box.top < seen.top || box.bottom > seen.bottom) place.scrollTop += box.top - seen.top - 30;
}

/** @type {(state: State) => () => void} */
export function listenForLine(state) {
  const listen = (/** @type {Event} */ event) => {
    const { names } = /** @type {CustomEvent<{ names: string[] }>} */ (event).detail;
    for (const { element } of state.layers.values()) {
      const lit = names.includes(element.dataset.layer ?? "");
      element.toggleAttribute("data-lit", lit);
      if (lit) show(element);
    }
  };
  document.addEventListener("explorer:line", listen);
  return () => document.removeEventListener("explorer:line", listen);
}
