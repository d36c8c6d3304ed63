// Lines and layers are linked both ways: a layer that is pointed at lights its line up, and the line of the cursor its layer.

import { lineAt } from "./lines.js";

/** @import { Editor } from "./types.d.ts" */

/** @type {(editor: Editor, name: string | null) => void} */
function light(editor, name) {
  const lines = new Set(editor.layers.filter((layer) => layer.name === name).map(({ line }) => String(line)));
  for (const row of editor.rows.querySelectorAll("[data-lit]")) row.removeAttribute("data-lit");
  for (const line of lines) {
    const row = /** @type {HTMLElement | null} */ (editor.rows.querySelector(`.row[data-line="${line}"]`));
    row?.setAttribute("data-lit", "");
    if (!row) continue;
    // Within the editor alone: the page stays where it is.
    const { box } = editor;
    const [top, bottom] = [row.offsetTop, row.offsetTop + row.offsetHeight];
    if (top < box.scrollTop || bottom > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2;
  }
}

/** @type {(editor: Editor) => void} */
export function tellCursor(editor) {
  const { area, layers } = editor;
  const at = document.activeElement === area ? lineAt(area.value, area.selectionStart) : 0;
  const names = layers.filter(({ line }) => line === at).map(({ name }) => name);
  const told = names.join("\n");
  if (told === editor.lit) return;
  editor.lit = told;
  document.dispatchEvent(new CustomEvent("explorer:line", { detail: { names } }));
}

/** @type {(editor: Editor) => () => void} */
export function listenForLinks(editor) {
  const point = (/** @type {Event} */ event) => light(editor, /** @type {CustomEvent<{ name: string | null }>} */ (event).detail.name);
  const move = () => tellCursor(editor);
  document.addEventListener("explorer:layer", point);
  document.addEventListener("selectionchange", move);
  for (const name of ["keyup", "pointerup", "focus", "blur"]) editor.area.addEventListener(name, move);
  return () => {
    document.removeEventListener("explorer:layer", point);
    document.removeEventListener("selectionchange", move);
  };
}
