// Fields for the numbers that the code does not say: each beside its line where there is room, else above the code.

import { create, mark, say } from "../dom.js";
import { held } from "../held.js";

/** @import { Ask, AskNode, Editor } from "./types.d.ts" */

const REST = 600;
const EDGE = 8;

/** @type {(editor: Editor, name: string) => AskNode} */
function newAsk(editor, name) {
  const root = create("label", "ask");
  const words = create("span", "words", root);
  const input = create("input", "", root);
  const wrong = create("span", "wrong", root);
  mark(input, { "data-ask": name, type: "text", inputmode: "numeric", autocomplete: "off", maxlength: 100 });
  /** @type {AskNode} */
  const node = { root, words, input, wrong, sent: "", resting: 0 };
  const send = () => {
    clearTimeout(node.resting);
    if (input.value === node.sent) return;
    node.sent = input.value;
    editor.send("given", { name, text: input.value });
  };
  input.oninput = () => {
    clearTimeout(node.resting);
    node.resting = window.setTimeout(send, REST);
  };
  input.onchange = send;
  return node;
}

/** @type {(editor: Editor) => void} */
export function writeAsks(editor) {
  const { asks, data } = editor;
  const names = new Set(data.asks.map(({ name }) => name));
  for (const [name, node] of asks) {
    if (names.has(name)) continue;
    node.root.remove();
    asks.delete(name);
  }
  for (const { name, words, why, value, placeholder, wrong } of data.asks) {
    if (!asks.has(name)) asks.set(name, newAsk(editor, name));
    const node = held(asks, name);
    say(node.words, words);
    say(node.wrong, wrong);
    mark(node.input, { title: why, placeholder, "aria-invalid": Boolean(wrong) });
    node.root.toggleAttribute("data-given", Boolean(value) && !wrong);
    // What somebody types right now is theirs.
    if (document.activeElement !== node.input && node.input.value === node.sent) node.input.value = value;
    node.sent = value;
  }
}

// lines: where the line of each field stands now.
/** @type {(editor: Editor, lineNow: (ask: Ask) => number | null) => void} */
export function placeAsks(editor, lineNow) {
  const { asks, data, rows, sheet, strip, box } = editor;
  for (const ask of data.asks) {
    const { root } = held(asks, ask.name);
    const line = lineNow(ask);
    const row = line === null ? null : /** @type {HTMLElement | null} */ (rows.children[line - 1]);
    const code = row?.querySelector("code");
    const beside = row && code && !ask.wrong && hasRoom(code, root, sheet, box);
    const parent = beside ? sheet : strip;
    // To move a field is to take the cursor out of it.
    if (root.parentElement !== parent && !root.contains(document.activeElement)) parent.append(root);
    // One that somebody types in stays where it is, with the sentence that it has now.
    if (row && root.parentElement === sheet) {
      root.style.top = `${row.offsetTop + (row.offsetHeight - root.offsetHeight) / 2}px`;
      root.style.left = `${Math.max(EDGE, box.clientWidth - root.offsetWidth - EDGE)}px`;
    }
  }
  strip.hidden = !strip.children.length;
}

/** @type {(code: HTMLElement, root: HTMLElement, sheet: HTMLElement, box: HTMLElement) => boolean} */
function hasRoom(code, root, sheet, box) {
  if (!root.isConnected) sheet.append(root);
  return code.offsetLeft + code.offsetWidth + root.offsetWidth + 3 * EDGE <= box.clientWidth;
}
