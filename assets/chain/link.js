// Layers of a pasted code are linked with its lines: one that is pointed at is told, and that of the cursor's line is lit.

/** @import { State } from "./types.d.ts" */

/** @type {(name: string | null) => void} */
export function tellPointed(name) {
  document.dispatchEvent(new CustomEvent("explorer:layer", { detail: { name } }));
}

/** @type {(state: State) => () => void} */
export function listenForLine(state) {
  const listen = (/** @type {Event} */ event) => {
    const { names } = /** @type {CustomEvent<{ names: string[] }>} */ (event).detail;
    for (const { element } of state.layers.values()) {
      element.toggleAttribute("data-lit", names.includes(element.dataset.layer ?? ""));
    }
  };
  document.addEventListener("explorer:line", listen);
  return () => document.removeEventListener("explorer:line", listen);
}
