// One scale for all tensors of a chain: every drawn timestep is as wide, and every drawn unit as high, as any other.

import { columnsLength, measure, rowsLength } from "./measure.js";
import { isPicture } from "./picture.js";
import { textWidth } from "./text.js";
import { BESIDE, titleOf, titleParts } from "./title.js";
import { held } from "../held.js";

/** @import { Graph, Item, Limit, Sizes, Tensor } from "./types.d.ts" */

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

/** @type {(items: Item[], width: number, height: number, pictures?: number) => Sizes} */
export function sizesOf(items, width, height, pictures = width * WIDER) {
  const sizes = new Map();
  const limit = limitOfStrips(items, width, height);
  const tensors = items.flatMap((item) => item.tensors);
  for (const item of items) {
    const high = item.tensors.length > 1 ? height / item.tensors.length - 30 : height;
    const ofPictures = limitOfPictures(tensors, pictures, high);
    sizes.set(item.name, item.tensors.map((tensor) => measure(tensor, isPicture(tensor) ? ofPictures : limit)));
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

// So wide that no title is broken but, where they are not to be whole, between its parts, and no name but after an underscore.
/** @type {(graphed: Graph, most: number, whole?: boolean) => number} */
export function boxNeeds(graphed, most, whole = false) {
  const words = graphed.items.flatMap(({ layer, ports }) =>
    layer
      ? [
          ...(whole ? [titleOf(layer)] : titleParts(titleOf(layer))).map((part) => textWidth(part.trimEnd(), 13) + BESIDE),
          ...layer.name.split(/(?<=_)/).map((part) => textWidth(part, 12) + 14),
          ...(ports.length > 1 ? ports.map(({ label }) => textWidth(label, 12) + 20) : []),
        ]
      : [],
  );
  return Math.min(most, Math.max(0, ...words));
}
