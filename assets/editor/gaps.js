// A sentence below a line makes a gap between the rows that the text field over them does not have. So the field stands where
// the line of the cursor does, and what the pointer means and what is selected is looked up in the rows.

import { lineAt } from "./lines.js";

/** @import { Editor } from "./types.d.ts" */

const SELECTED = "explorer-editor-selected";

/** @type {(editor: Editor) => boolean} */
const hasGaps = ({ rows }) => rows.querySelector(".note") !== null;

// How far below its place without gaps the row of a line stands.
/** @type {(editor: Editor, line: number) => number} */
function gapAbove({ rows }, line) {
  const [first, row] = [rows.children[0], rows.children[line - 1]];
  if (!(first instanceof HTMLElement) || !(row instanceof HTMLElement)) return 0;
  const height = /** @type {HTMLElement} */ (first.firstElementChild).offsetHeight;
  return row.offsetTop - first.offsetTop - (line - 1) * height;
}

// The end of a selection that moves.
/** @type {(area: HTMLTextAreaElement) => number} */
const moving = ({ selectionDirection, selectionStart, selectionEnd }) =>
  selectionDirection === "backward" ? selectionStart : selectionEnd;

/** @type {(editor: Editor) => void} */
export function placeField(editor) {
  const { area, rows } = editor;
  const by = hasGaps(editor) ? gapAbove(editor, lineAt(area.value, moving(area))) : 0;
  area.style.top = by ? `${by}px` : "";
  area.style.height = by ? `calc(100% - ${by}px)` : "";
  const ranges = hasGaps(editor) && document.activeElement === area ? selected(editor) : [];
  // Browsers without highlights show the selection where the field has it.
  const able = typeof Highlight !== "undefined" && Boolean(CSS.highlights);
  editor.root.toggleAttribute("data-gaps", able && ranges.length > 0);
  if (!able) return;
  if (ranges.length) CSS.highlights.set(SELECTED, new Highlight(...ranges));
  else if (rows.isConnected) CSS.highlights.delete(SELECTED);
}

// What is selected, as stretches of the rows.
/** @type {(editor: Editor) => Range[]} */
function selected({ area, rows }) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  if (start === end) return [];
  /** @type {Range[]} */
  const found = [];
  let at = 0;
  value.split("\n").forEach((text, index) => {
    const code = rows.children[index]?.querySelector("code");
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, text.length)];
    if (code && from < to) {
      const range = document.createRange();
      range.setStart(...placeIn(code, from));
      range.setEnd(...placeIn(code, to));
      found.push(range);
    }
    at += text.length + 1;
  });
  return found;
}

/** @type {(code: HTMLElement, column: number) => [Node, number]} */
function placeIn(code, column) {
  const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  let left = column;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.nodeValue?.length ?? 0;
    if (left <= length) return [node, left];
    left -= length;
  }
  return [code, code.childNodes.length];
}

// The place in the text of a point of the window.
/** @type {(editor: Editor, x: number, y: number) => number} */
function placeAt({ area, rows }, x, y) {
  const all = /** @type {HTMLElement[]} */ ([...rows.children]);
  const index = Math.max(0, all.findLastIndex((row) => row.getBoundingClientRect().top <= y));
  const lines = area.value.split("\n");
  const start = lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
  const code = all[index]?.querySelector("code");
  const length = lines[index]?.length ?? 0;
  if (!code) return start;
  const range = document.createRange();
  // The first letter whose middle lies behind the point.
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    range.setStart(...placeIn(code, middle));
    range.setEnd(...placeIn(code, middle + 1));
    const { left, right } = range.getBoundingClientRect();
    if ((left + right) / 2 < x) low = middle + 1;
    else high = middle;
  }
  return start + low;
}

/** @type {(editor: Editor) => () => void} */
export function listenForGaps(editor) {
  const { area, sheet } = editor;
  let anchor = -1;
  /** @type {(to: number) => void} */
  const select = (to) => {
    area.setSelectionRange(Math.min(anchor, to), Math.max(anchor, to), to < anchor ? "backward" : "forward");
    placeField(editor);
  };
  // The field may stand below the line that is meant; then the row itself is met.
  sheet.addEventListener("mousedown", (event) => {
    const elsewhere = event.target instanceof Element && event.target.closest(".ask");
    // The second click of two finds the field where the first has put it.
    if (event.button || event.detail > 1 || elsewhere || !hasGaps(editor)) return;
    event.preventDefault();
    const place = placeAt(editor, event.clientX, event.clientY);
    const fixed = moving(area) === area.selectionStart ? area.selectionEnd : area.selectionStart;
    anchor = event.shiftKey && document.activeElement === area ? fixed : place;
    area.focus({ preventScroll: true });
    select(place);
  });
  const drag = (/** @type {MouseEvent} */ event) => {
    if (anchor >= 0 && event.buttons & 1) select(placeAt(editor, event.clientX, event.clientY));
    else anchor = -1;
  };
  const follow = () => placeField(editor);
  document.addEventListener("mousemove", drag);
  document.addEventListener("selectionchange", follow);
  for (const name of ["focus", "blur", "select"]) area.addEventListener(name, follow);
  return () => {
    document.removeEventListener("mousemove", drag);
    document.removeEventListener("selectionchange", follow);
    if (typeof CSS !== "undefined" && CSS.highlights) CSS.highlights.delete(SELECTED);
  };
}
