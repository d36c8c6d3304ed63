// Strips of numbers over the timesteps on canvases: the input, the states, the gates of one unit. All have the same columns.

import { colourOf } from "./colours.js";
import { create, mark, say, zoomOf } from "../dom.js";

/** @import { Strip } from "../description.d.ts" */
/** @import { Colours, Marks, StripNode } from "./types.d.ts" */

/** @type {(parent: HTMLElement, className: string) => StripNode} */
export function newStrip(parent, className) {
  const root = create("div", `inside-strip ${className}`, parent);
  const head = create("div", "inside-strip-head", root);
  const title = create("b", "", head);
  const scale = create("span", "inside-scale", head);
  const body = create("div", "inside-strip-body", root);
  const names = create("div", "inside-names", body);
  const field = create("div", "inside-field", body);
  const canvas = create("canvas", "", field);
  mark(canvas, { "aria-hidden": "true" });
  return { root, title, scale, names, body: field, canvas, rowHeight: 14 };
}

/** @type {(strip: StripNode, shown: Strip, names: { text: string; more?: string; bold?: boolean; pinned?: boolean }[], rowHeight: number) => void} */
export function writeStrip(strip, shown, names, rowHeight) {
  strip.rowHeight = rowHeight;
  strip.root.style.setProperty("--axis", `var(--${shown.axis}-text)`);
  strip.root.style.setProperty("--row", `${rowHeight}px`);
  say(strip.title, shown.title);
  say(strip.scale, shown.scale);
  while (strip.names.children.length > names.length) strip.names.lastElementChild?.remove();
  while (strip.names.children.length < names.length) {
    const row = create("span", "inside-name", strip.names);
    create("i", "", row);
    create("span", "", row);
  }
  // Where rows are thin, words stand at every second or third only, and at the chosen one.
  const stride = Math.ceil(12 / rowHeight);
  names.forEach(({ text, more = "", bold = false, pinned = false }, place) => {
    const row = strip.names.children[place];
    const said = stride === 1 || bold || pinned || place % stride === 0;
    row.toggleAttribute("data-bold", bold);
    row.toggleAttribute("data-pinned", pinned);
    say(row.children[0], said ? text : "");
    say(row.children[1], said ? more : "");
  });
}

// Draws the numbers, hatches what is masked, and outlines what is chosen.
/** @type {(strip: StripNode, shown: Strip, masked: number[], starts: number[], marks: Marks, colours: Colours) => void} */
export function paintStrip(strip, shown, masked, starts, marks, colours) {
  const { canvas, body, rowHeight } = strip;
  const width = Math.floor(body.clientWidth);
  const [rows, columns] = [shown.grid.length, masked.length];
  if (!width || !rows || !columns) return;
  const height = rows * rowHeight;
  const scale = Math.max(1, window.devicePixelRatio || 1) * zoomOf(body);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.cssText = `width:${width}px;height:${height}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(scale, scale);
  pen.fillStyle = colours.line;
  pen.fillRect(0, 0, width, height);
  const each = width / columns;
  const gap = each >= 6 && rowHeight >= 8 ? 1 : each >= 3 ? 0.5 : 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const fill = colourOf(shown.grid[row][column], shown.largest, shown.axis, colours);
      const [x, y] = [column * each + gap / 2, row * rowHeight + gap / 2];
      pen.fillStyle = colours.ground;
      pen.fillRect(x, y, each - gap, rowHeight - gap);
      if (fill) pen.fillStyle = fill;
      if (fill) pen.fillRect(x, y, each - gap, rowHeight - gap);
      else cross(pen, x, y, each - gap, rowHeight - gap, colours.danger);
    }
  }
  masked.forEach((isMasked, column) => isMasked && hatch(pen, column * each, 0, each, height, colours.ink));
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1.5;
  for (const column of starts) line(pen, column * each, height);
  if (marks.old !== null) {
    pen.setLineDash([3, 2.5]);
    pen.lineWidth = marks.strong ? 2.5 : 1.2;
    pen.strokeRect(marks.old * each + 0.75, 0.75, each - 1.5, height - 1.5);
    pen.setLineDash([]);
  }
  pen.lineWidth = marks.strong && marks.old === null ? 3 : 1.6;
  const [top, high] = marks.row === null ? [0, height] : [marks.row * rowHeight, rowHeight];
  if (marks.row !== null) pen.lineWidth = 2.4;
  pen.strokeRect(marks.column * each + 1, top + 1, Math.max(1, each - 2), Math.max(1, high - 2));
}

/** @type {(pen: CanvasRenderingContext2D, x: number, height: number) => void} */
function line(pen, x, height) {
  pen.beginPath();
  pen.moveTo(x, 0);
  pen.lineTo(x, height);
  pen.stroke();
}

/** @type {(pen: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string) => void} */
function cross(pen, x, y, width, height, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + width, y + height);
  pen.moveTo(x + width, y);
  pen.lineTo(x, y + height);
  pen.stroke();
}

/** @type {(pen: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string) => void} */
function hatch(pen, x, y, width, height, colour) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.55;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let at = x - height; at < x + width; at += 5) {
    pen.moveTo(at, y + height);
    pen.lineTo(at + height, y);
  }
  pen.stroke();
  pen.restore();
}
