// The drawing of a recurrent layer inside TimeDistributed: a memory that starts anew in every window.

import { INSIDE_LEFT, INSIDE_RIGHT, insideHeight, insideRowsName, insideRuns, insideSize } from "./columns.js";
import {
  insideArrow,
  insideNumber,
  insideRange,
  insideRows,
  insideSteps,
  insideStrip,
  insideText,
  insideWords,
  insideZero,
} from "./strips.js";
import { textWidth } from "./text.js";
import { singular } from "./words.js";

/** @import { WindowsDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn } from "./types.d.ts" */

/** @type {(drawing: Drawing<WindowsDrawing>) => Drawn} */
export function insideWindows({ pen, layer, shown, width, axis, size }) {
  const { anew, through, steps, windows } = shown;
  const [rows, columns] = [anew.length, anew[0].length];
  const windowOf = (/** @type {number} */ column) => Math.floor(column / steps);
  const firsts = Array.from({ length: windows }, (_, each) => each * steps);
  const gap = width < 560 ? 9 : 18;
  const each = Math.min(26, (width - INSIDE_LEFT - INSIDE_RIGHT - gap * (windows - 1)) / columns);
  const apart = (/** @type {number} */ column) => ({ x: INSIDE_LEFT + gap * windowOf(column) + column * each, width: each });
  // Without breaks a window's first number reaches back to the window before.
  const joinedUp = (/** @type {number} */ column) => {
    const { x } = apart(column);
    const bridge = column && firsts.includes(column) ? gap : 0;
    return { x: x - bridge, width: each + bridge };
  };
  const range = insideRange(anew, through);
  const rowHeight = insideHeight(anew);
  // Of long windows only some steps are drawn, evenly picked; of many windows only the first.
  const [real, all] = [insideSize(layer, "timesteps") ?? steps, insideSize(layer, "windows") ?? windows];
  const stepOf = (/** @type {number} */ column) => 1 + Math.round(((column % steps) * (real - 1)) / Math.max(1, steps - 1));
  const words = (/** @type {number} */ column) =>
    `window ${windowOf(column) + 1}, step ${stepOf(column)}, ${singular(axis)}`;
  const end = apart(columns - 1).x + each;
  const room = width - INSIDE_LEFT;
  const label = insideRowsName(anew, axis, size);

  let y = insideWords(pen, "anew", `hidden state of ${layer.type}: starts at zero in every window`, INSIDE_LEFT, 0, room);
  firsts.forEach((first, index) => {
    const close = apart((firsts[index + 1] ?? columns) - 1).x + each;
    insideZero(pen, `zero${index}`, apart(first).x + 5, y + 9);
    insideArrow(pen, `run${index}`, [[apart(first).x + 13, y + 9], [close, y + 9]], "memory");
  });
  y += 22;
  const ends = firsts.slice(1).map((first) => first - 1);
  const strip = { y, rowHeight, range, axis, words };
  const height = insideStrip(pen, "anew", anew, { ...strip, place: apart, ends });
  insideRows(pen, "rows", label, axis, INSIDE_LEFT, y, height);
  y += height + 5;
  firsts.forEach((first, index) => {
    const [from, to] = [apart(first).x, apart((firsts[index + 1] ?? columns) - 1).x + each];
    pen("path", `window${index}`, { class: "ruler", d: `M${from},${y}H${to}`, style: "stroke:var(--windows)" });
    const text = textWidth("window 8", 11) < to - from ? `window ${index + 1}` : String(index + 1);
    insideText(pen, `windowName${index}`, text, (from + to) / 2, y + 13, "s11 bold", "middle", "windows");
  });
  y += 26;
  const inner = layer.wraps ?? "recurrent layer";
  y += insideWords(pen, "plain", `a plain ${inner} with the same weights: one hidden state runs through all windows`, INSIDE_LEFT, y, room);
  insideZero(pen, "start", INSIDE_LEFT + 5, y + 9);
  insideArrow(pen, "through", [[INSIDE_LEFT + 13, y + 9], [end, y + 9]], "memory");
  y += 22;
  insideStrip(pen, "through", through, { ...strip, y, place: joinedUp });
  insideRows(pen, "rows2", label, axis, INSIDE_LEFT, y, height);
  const apartBy = range / 10;
  const differs = (/** @type {number} */ column) =>
    anew.some((row, index) => Math.abs(row[column] - through[index][column]) > apartBy);
  const runs = insideRuns(columns, differs);
  for (const [from, to] of runs) {
    const [start, close] = [joinedUp(from), joinedUp(to)];
    const box = { x: start.x - 1, y: y - 1.5, width: close.x + close.width - start.x + 1, height: height + 2 };
    pen("rect", `differs${from}`, { class: "outline", ...box });
  }
  y += height + 2;
  // A plain layer counts its steps through; what starts anew counts them in every window.
  const picked = real > steps ? `${steps} of each window's ${real} timesteps` : "timesteps, numbered across windows";
  const number = (/** @type {number} */ column) => windowOf(column) * real + stepOf(column);
  y += insideSteps(pen, "steps", columns, { place: apart, y, number, label: picked });
  const different = runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return {
    height: y,
    legends: [{ words: "a number of the hidden state", range, axis }],
    notes: [
      { swatch: "outline", words: `outlined: differs from the strip above by more than ${insideNumber(apartBy)}` },
      ...(all > windows ? [{ swatch: "", words: `windows, the first ${windows} of ${all} drawn` }] : []),
    ],
    words:
      `Two strips of ${rows} ${axis} by ${columns} timesteps in ${windows} windows: above, the hidden state starts at zero in ` +
      `every window; below, one hidden state runs through all of them. They differ at ${different} of the ${columns} timesteps.`,
  };
}
