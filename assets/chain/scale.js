// One scale for all tensors of a chain: every drawn timestep is as wide, and every drawn unit as high, as any other.

import { columnsLength, measure, rowsLength } from "./measure.js";
import { isPicture } from "./picture.js";
import { nameOf } from "./shape.js";
import { textWidth } from "./text.js";
import { BESIDE, SMALLEST, titleOf, titleParts } from "./title.js";
import { shapeAsCode } from "./words.js";
import { held } from "../held.js";

/** @import { Graph, Item, Labels, Limit, Size, Sizes, Tensor } from "./types.d.ts" */

// Pixels of a cell, where there is room.
const WIDEST = 8;
const HIGHEST = 10;
// Pictures side by side need more room than a strip.
export const WIDER = 1.5;

/** @type {(item: Item) => boolean} */
export const hasPictures = (item) => item.tensors.some(isPicture);

// The longest axis of the chain gets the whole room. Pictures keep their own scale among themselves: beside the thousands of
// features that they are flattened into they would be points.
/** @type {(items: Item[], width: number, height: number) => Limit} */
function limitOfStrips(items, width, height) {
  const rows = items.map((item) => item.tensors.filter((tensor) => !isPicture(tensor)).map(rowsLength));
  const columns = items.flatMap((item) => item.tensors.filter((tensor) => !isPicture(tensor)).map(columnsLength));
  // Several tensors of one layer stand above each other.
  const stacked = Math.max(1, ...rows.filter((each) => each.length > 1).map((each) => each.reduce((sum, one) => sum + one, 0)));
  return {
    columns: Math.min(WIDEST, width / Math.max(1, ...columns)),
    rows: Math.min(HIGHEST, height / Math.max(1, ...rows.flat()), (2 * height) / stacked),
  };
}

/** @type {(tensors: Tensor[], width: number, height: number) => Limit} */
function limitOfPictures(tensors, width, height) {
  const pictures = tensors.filter(isPicture);
  return {
    columns: Math.min(1, width / Math.max(1, ...pictures.map(columnsLength))),
    rows: Math.min(1, height / Math.max(1, ...pictures.map(rowsLength))),
  };
}

// Several tensors of one layer stand above each other: a vector among them takes one line, with its words beside it.
/** @type {(item: Item, labels: Labels, ofPictures: Limit, limit: Limit) => Size[]} */
function measureItem(item, labels, ofPictures, limit) {
  const one = labels === "all" || item.tensors.length === 1;
  const isBare = (/** @type {Tensor} */ { columns, blocks, hidden }) => !one && !columns && !blocks.length && !hidden;
  const words = item.tensors.map((tensor, index) =>
    isBare(tensor) ? textWidth(`${nameOf(item, index)} ${shapeAsCode(tensor)}`.trim(), 13) + 4 : 0,
  );
  return item.tensors.map((tensor) => {
    if (isPicture(tensor)) return measure(tensor, ofPictures);
    if (isBare(tensor)) return measure(tensor, limit, "beside", Math.max(...words));
    return measure(tensor, limit, item.layer && labels === "few" ? "few" : "all");
  });
}

// labels: "all", "few" where there is little height, or "beside" where only what stands above each other has its words beside it.
/** @type {(items: Item[], width: number, height: number, labels?: Labels, pictures?: number) => Sizes} */
export function sizesOf(items, width, height, labels = "all", pictures = width * WIDER) {
  const sizes = new Map();
  const limit = limitOfStrips(items, width, height);
  const tensors = items.flatMap((item) => item.tensors);
  for (const item of items) {
    const high = item.tensors.length > 1 ? height / item.tensors.length - 30 : height;
    const ofPictures = limitOfPictures(tensors, pictures, high);
    sizes.set(item.name, measureItem(item, labels, ofPictures, limit));
  }
  return sizes;
}

/** @type {(graphed: Graph, sizes: Sizes) => number[]} */
export function columnWidths(graphed, sizes) {
  return Array.from({ length: graphed.depth + 1 }, (_, depth) => {
    const column = graphed.items.filter((item) => item.depth === depth).flatMap((item) => held(sizes, item.name));
    return Math.max(0, ...column.map((size) => size.outer));
  });
}

/** @typedef {"whole" | "parts" | "class"} Titles */

// What of a title stays on one line: all of it, each of its parts, or only the name of a class; and how large it is at least.
/** @type {(title: string, titles: Titles) => number} */
function titleNeeds(title, titles) {
  const [lines, size] =
    titles === "whole" ? [[title], 13] : titles === "parts" ? [titleParts(title), 13] : [title.split(/(?<=\()/), SMALLEST];
  return Math.max(...lines.map((line) => textWidth(line.trimEnd(), size))) + BESIDE;
}

// So wide that no title is broken where it should not be, and no name but after an underscore. short: what the layers of a row
// of its own do takes one line.
/** @type {(graphed: Graph, most: number, titles: Titles, short?: boolean) => number} */
export function boxNeeds(graphed, most, titles, short = false) {
  const words = graphed.items.flatMap(({ layer, ports, lane }) =>
    layer
      ? [
          titleNeeds(titleOf(layer), titles),
          ...(short && lane % 1 === 0 ? [textWidth(layer.short ?? "", 12) + 15] : []),
          ...layer.name.split(/(?<=_)/).map((part) => textWidth(part, 12) + 14),
          ...(ports.length > 1 ? ports.map(({ label }) => textWidth(label, 12) + 20) : []),
        ]
      : [],
  );
  return Math.min(most, Math.max(0, ...words));
}
