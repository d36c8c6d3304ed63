// What stands at the top of a box: the layer as code has it, such as TimeDistributed(Dense(1)), as large as the box allows.

import { textWidth } from "./text.js";
import { create } from "../dom.js";

/** @import { Layer } from "../description.d.ts" */

export const SMALLEST = 12;
// What stands beside a title in its box: both edges, and the sign that the box opens something.
export const BESIDE = 42;

// The arguments may be what a question asks for.
/** @type {(layer: Pick<Layer, "type" | "as_code">, asked?: boolean) => string} */
export const titleOf = ({ type, as_code }, asked = false) => (asked ? "" : as_code) || type;

// A title breaks before a layer that another one holds, and between arguments.
/** @type {(title: string) => string[]} */
export const titleParts = (title) => title.split(/(?<=[([])(?=[A-Z[])|(?<=, )/);

// A part that is longer than its box breaks before its arguments and before capitals.
/** @type {(part: string) => string[]} */
export const titlePieces = (part) => part.split(/(?<=\()|(?<=[a-z])(?=[A-Z])/);

// The size of type of all titles of a chain: each on one line, or else each of its parts; never less than the smallest.
/** @type {(titles: string[], room: number, most: number) => number} */
export function titleSize(titles, room, most) {
  const fits = (/** @type {string[]} */ words, /** @type {number} */ size) => words.every((each) => textWidth(each.trimEnd(), size) <= room);
  const parts = titles.flatMap(titleParts);
  for (let size = most; size > SMALLEST; size--) if (fits(titles, size)) return size;
  for (let size = most; size > SMALLEST; size--) if (fits(parts, size)) return size;
  return SMALLEST;
}

/** @type {(element: HTMLElement, title: string, room?: number) => void} */
export function writeTitle(element, title, room = Infinity) {
  const parts = titleParts(title).flatMap((part) =>
    textWidth(part.trimEnd(), SMALLEST) > room ? titlePieces(part) : [part],
  );
  const wanted = parts.join("\n");
  if (element.dataset.wanted === wanted) return;
  element.dataset.wanted = wanted;
  element.replaceChildren(...parts.flatMap((part, index) => [...(index ? [create("wbr")] : []), part]));
}
