// The editor of the page Paste: a text field over numbered lines in the looks of code. What is typed is sent after a short rest.

import { setTheme } from "./axes.js";
import { create, mark, say } from "./dom.js";
import { deedOf } from "./keys.js";
import { placeAsks, writeAsks } from "./editor/asks.js";
import { listenForFiles } from "./editor/file.js";
import { listenForFragments, sendFragment } from "./editor/fragment.js";
import { listenForGaps, placeField } from "./editor/gaps.js";
import { listenForLinks, tellCursor } from "./editor/links.js";
import { lineAt } from "./editor/lines.js";
import { writeRows } from "./editor/rows.js";

/** @import { Component } from "./component.d.ts" */
/** @import { Editor, EditorData } from "./editor/types.d.ts" */

const REST = 500;
const FEW = 3;

/** @type {WeakMap<HTMLElement, { editor: Editor; end: () => void }>} */
const editors = new WeakMap();
// What stood in the last one: one that is drawn anew goes on from there.
const last = { put: "", value: "", sent: "" };

/** @type {(parent: HTMLElement, data: EditorData) => { editor: Editor; end: () => void }} */
function newEditor(parent, data) {
  const root = create("div", "explorer-editor", parent);
  mark(root, { "data-editor": "" });
  const bar = create("div", "bar", root);
  const label = create("label", "label", bar);
  const told = create("span", "told", bar);
  mark(told, { role: "status" });
  const button = create("button", "open", bar);
  mark(button, { type: "button" });
  const input = create("input", "file", bar);
  mark(input, { type: "file", accept: ".py,.txt,.ipynb", hidden: "", tabindex: -1 });
  const strip = create("div", "strip", root);
  const box = create("div", "box", root);
  const sheet = create("div", "sheet", box);
  const rows = create("div", "rows", sheet);
  mark(rows, { "aria-hidden": "true" });
  const area = create("textarea", "", sheet);
  const described = create("p", "spoken", root);
  const id = `explorer-editor-${Math.random().toString(36).slice(2)}`;
  mark(area, { id, spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off" });
  mark(area, { "aria-describedby": `${id}-described` });
  mark(described, { id: `${id}-described` });
  mark(label, { for: id });
  mark(input, { "aria-label": data.words.open });
  say(label, data.words.label);
  say(button, data.words.open);
  mark(button, { title: data.words.help });
  const kept = { asks: new Map(), put: "", sent: "", resting: 0, layers: [], lit: "", jumps: false, lines: 0, send: () => {} };
  /** @type {Editor} */
  const editor = { data, root, area, box, sheet, rows, told, strip, described, ...kept };
  area.oninput = () => {
    const lines = rows.children.length;
    write(editor);
    // What is pasted is looked at from the first mark on; whoever types looks at the cursor.
    editor.jumps = Math.abs(rows.children.length - lines) > FEW;
    clearTimeout(editor.resting);
    editor.resting = window.setTimeout(() => send(editor), REST);
  };
  area.onblur = () => send(editor);
  area.onkeydown = (event) => {
    const does = deedOf("Code on Paste", event.ctrlKey || event.metaKey ? `Ctrl+${event.key}` : event.key);
    if (does === "check") send(editor);
    // The field is as high as its text: a page is what is seen of it.
    const page = does === "page down" ? 1 : does === "page up" ? -1 : 0;
    if (page) event.preventDefault();
    box.scrollBy(0, page * box.clientHeight * 0.9);
  };
  listenForFiles(editor, button, input);
  const unlink = listenForLinks(editor);
  const unlisten = listenForGaps(editor);
  const endFragments = listenForFragments(editor);
  const observer = new ResizeObserver(() => write(editor));
  observer.observe(box);
  const end = () => {
    unlink();
    unlisten();
    endFragments();
    observer.disconnect();
    root.remove();
    editors.delete(parent);
  };
  return { editor, end };
}

/** @type {(editor: Editor) => void} */
function send(editor) {
  clearTimeout(editor.resting);
  if (editor.area.value === editor.sent) return;
  editor.sent = editor.area.value;
  remember(editor);
  editor.send("typed", { code: editor.area.value, put: editor.put });
}

/** @type {(editor: Editor) => void} */
function remember({ put, area, sent }) {
  Object.assign(last, { put, value: area.value, sent });
}

/** @type {(editor: Editor) => void} */
function write(editor) {
  remember(editor);
  const { box, sheet } = editor;
  sheet.style.setProperty("--seen", `${box.clientWidth}px`);
  const before = rowOfCursor(editor)?.offsetTop;
  const now = writeRows(editor);
  const after = rowOfCursor(editor)?.offsetTop;
  // A sentence that comes or goes above the cursor moves nothing under the eyes of whoever types.
  const many = editor.rows.children.length;
  const stays = document.activeElement === editor.area && editor.lines === many;
  if (stays && before !== undefined && after !== undefined) box.scrollTop += after - before;
  editor.lines = many;
  placeField(editor);
  placeAsks(editor, ({ line }) => now(line));
  tellCursor(editor);
}

/** @type {(editor: Editor) => HTMLElement | null} */
function rowOfCursor({ area, rows }) {
  return /** @type {HTMLElement | null} */ (rows.children[lineAt(area.value, area.selectionStart) - 1] ?? null);
}

// The page's code is taken where the page has put another one there; what was typed is never replaced by its echo.
/** @type {(editor: Editor) => void} */
function takeCode(editor) {
  const { data, area } = editor;
  if (editor.put === data.put) return;
  const goesOn = !editor.put && last.put && (last.put === data.put || data.untouched);
  const stays = (editor.put && data.untouched) || goesOn;
  const before = editor.put ? area.value : last.value;
  editor.put = data.put;
  editor.sent = data.code;
  area.value = stays && before ? before : data.code;
  editor.jumps = true;
  if (area.value !== data.code) editor.resting = window.setTimeout(() => send(editor), REST);
  else editor.box.scrollTop = 0;
}

// Once after a code came: show the first line that has something to say.
/** @type {(editor: Editor) => void} */
function jump(editor) {
  const { box, rows, data, area } = editor;
  const row = /** @type {HTMLElement | null} */ (rows.querySelector('[data-kind="problem"], [data-kind="asked"]'));
  if (!editor.jumps || area.value !== data.code || !row) return;
  editor.jumps = false;
  if (row.offsetTop > box.scrollTop + box.clientHeight - row.offsetHeight || row.offsetTop < box.scrollTop) {
    box.scrollTop = row.offsetTop - box.clientHeight / 2;
  }
}

/** @type {(component: Component<EditorData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  let found = editors.get(parentElement);
  if (!found) editors.set(parentElement, (found = newEditor(parentElement, data)));
  const { editor, end } = found;
  editor.data = data;
  editor.send = setTriggerValue;
  setTheme(editor.root);
  takeCode(editor);
  const problem = data.marks.some(({ kind }) => kind === "problem");
  mark(editor.area, { maxlength: data.most, placeholder: data.words.placeholder, "aria-invalid": problem });
  say(editor.told, data.words.told);
  say(editor.described, data.words.described);
  writeAsks(editor);
  write(editor);
  jump(editor);
  sendFragment(editor);
  return end;
}
