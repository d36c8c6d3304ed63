// A file that is dropped on the editor or chosen: sent as text. Of a notebook only the code cells are, without what they printed.

/** @import { Editor } from "./types.d.ts" */

/** @type {(text: string) => string} */
export function codeCellsOf(text) {
  try {
    const { cells } = JSON.parse(text);
    /** @type {{ cell_type: string; source: unknown }[]} */
    const code = cells.filter((/** @type {{ cell_type?: string }} */ cell) => cell.cell_type === "code");
    return JSON.stringify({ cells: code.map(({ cell_type, source }) => ({ cell_type, source })) });
  } catch {
    // The server says what is wrong with it, and needs no more than its beginning for that.
    return text.slice(0, 1000);
  }
}

/** @type {(editor: Editor, file: File | null | undefined) => Promise<void>} */
async function take(editor, file) {
  if (!file) return;
  const { mostOfFile, words } = editor.data;
  // What cells have printed is left out: the file of a notebook may be a hundred times as large as its code.
  const notebook = /\.ipynb$/i.test(file.name);
  const text = file.size <= (notebook ? 100 : 1) * mostOfFile ? await file.text() : null;
  const sent = text !== null && notebook ? codeCellsOf(text) : text;
  if (sent === null || sent.length > mostOfFile) {
    editor.told.textContent = words.tooLong;
    return;
  }
  editor.send("file", { name: file.name.slice(0, 200), text: sent });
}

/** @type {(editor: Editor, button: HTMLElement, input: HTMLInputElement) => void} */
export function listenForFiles(editor, button, input) {
  const { root } = editor;
  button.onclick = () => input.click();
  input.onchange = () => {
    void take(editor, input.files?.[0]);
    // The same file may be chosen again.
    input.value = "";
  };
  const isFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  root.ondragover = (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    root.toggleAttribute("data-drop", true);
  };
  root.ondragleave = (event) => {
    if (!root.contains(/** @type {Node | null} */ (event.relatedTarget))) root.removeAttribute("data-drop");
  };
  root.ondrop = (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    root.removeAttribute("data-drop");
    void take(editor, event.dataTransfer?.files[0]);
  };
}
