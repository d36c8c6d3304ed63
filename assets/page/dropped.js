// A file that is dropped on the page, or chosen with the button "Open" of the view Code: its beginning is sent as text.

/** @import { DroppedFile } from "./types.d.ts" */

const BUTTON = ".st-key-open_experiment button";
const MARK = "data-explorer-drop";

/**
 * Listen until what is returned is called. most: a file of so many bytes is sent; 0: none is taken.
 *
 * @type {(most: number, send: (file: DroppedFile) => void) => () => void}
 */
export function listenForFiles(most, send) {
  if (!most) return () => {};
  const page = document.documentElement;
  const input = Object.assign(document.createElement("input"), { type: "file", accept: ".json,application/json" });
  /** @type {(file: File | null | undefined) => Promise<void>} */
  const take = async (file) => {
    // Of a file that is too long the server needs no more than its beginning, to say what it is.
    if (file) send({ name: file.name.slice(0, 200), text: await file.slice(0, file.size > most ? 1000 : most).text(), size: file.size });
  };
  const mark = (/** @type {boolean} */ on) => {
    if (page.hasAttribute(MARK) !== on) page.toggleAttribute(MARK, on);
  };
  const isFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  /** @type {{ [name: string]: (event: any) => void }} */
  const listeners = {
    dragover: (/** @type {DragEvent} */ event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      mark(true);
    },
    dragleave: (/** @type {DragEvent} */ event) => {
      if (!event.relatedTarget) mark(false);
    },
    drop: (/** @type {DragEvent} */ event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      mark(false);
      void take(event.dataTransfer?.files[0]);
    },
    click: (/** @type {MouseEvent} */ event) => {
      if (event.target instanceof Element && event.target.closest(BUTTON)) input.click();
    },
  };
  input.onchange = () => {
    void take(input.files?.[0]);
    // The same file may be chosen again.
    input.value = "";
  };
  for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name, listener);
  return () => {
    mark(false);
    for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name, listener);
  };
}
