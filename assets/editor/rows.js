// The lines under the text: numbers, marks, and the same text in the looks of code. Only rows that differ are written.

import { create, mark } from "../dom.js";
import { moved } from "./lines.js";
import { piecesOf } from "./pieces.js";

/** @import { Editor, LayerLine, Mark, Piece } from "./types.d.ts" */

// Of a longer text nothing but the text is shown.
const MOST = 3000;

/** @type {(row: HTMLElement, number: number, pieces: Piece[], mark_: Mark | undefined, layer: boolean) => void} */
function writeRow(row, number, pieces, mark_, layer) {
  const written = JSON.stringify([number, pieces, mark_, layer]);
  if (row.dataset.written === written) return;
  row.dataset.written = written;
  row.replaceChildren();
  mark(row, { "data-line": number, "data-kind": mark_?.kind ?? "" });
  row.toggleAttribute("data-layered", layer);
  create("span", "number", row).textContent = String(number);
  const code = create("code", "", row);
  // What is underlined begins at the first letter.
  const indent = pieces[0]?.kind === "" ? pieces[0].text.length - pieces[0].text.trimStart().length : 0;
  code.append(pieces[0]?.text.slice(0, indent) ?? "");
  const body = create("span", "body", code);
  pieces.forEach(({ kind, text }, index) => {
    const rest = index ? text : text.slice(indent);
    if (kind) create("span", kind, body).textContent = rest;
    else body.append(rest);
  });
  if (mark_?.kind !== "problem") return;
  const note = create("span", "note", row);
  mark(note, { "data-problem": "", "data-kind": mark_.problem, "data-line": number });
  // The number stays where it is; below it the sentence stands in the width that is seen.
  create("span", "words", note).textContent = mark_.says || mark_.words;
}

// Marks were made for `data.code`: what was typed since has moved them.
/** @type {(editor: Editor) => (line: number | null) => number | null} */
export function writeRows(editor) {
  const { area, data, rows, root } = editor;
  const lines = area.value.split("\n");
  const now = data.code === area.value ? (/** @type {number} */ line) => line : moved(data.code.split("\n"), lines);
  root.toggleAttribute("data-plain", lines.length > MOST);
  const shown = lines.length > MOST ? [] : lines;
  /** @type {Map<number, Mark>} */
  const marks = new Map();
  for (const each of data.marks) {
    const line = now(each.line);
    if (line !== null && (!marks.has(line) || each.kind === "problem")) marks.set(line, each);
  }
  editor.layers = data.layers.flatMap(({ name, line }) => /** @type {LayerLine[]} */ (lineNow(now, name, line)));
  const layered = new Set(editor.layers.map(({ line }) => line));
  while (rows.children.length > shown.length) rows.lastElementChild?.remove();
  while (rows.children.length < shown.length) create("div", "row", rows);
  piecesOf(shown).forEach((pieces, index) => {
    const row = /** @type {HTMLElement} */ (rows.children[index]);
    writeRow(row, index + 1, pieces, marks.get(index + 1), layered.has(index + 1));
  });
  return (line) => (line === null ? null : now(line));
}

/** @type {(now: (line: number) => number | null, name: string, line: number) => LayerLine[]} */
function lineNow(now, name, line) {
  const found = now(line);
  return found === null ? [] : [{ name, line: found }];
}
