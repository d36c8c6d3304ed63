// The numbers of a tensor as colours: positive in the colour of its axis, 0 the ground, negative grey.

/** @import { Numbers } from "../description.d.ts" */

export const NEGATIVE = "#7a7f87";
const PARTS = 127;

// The share of the largest number, from -1 to 1, that stands at one of `rows` by `columns` cells. The given numbers are
// already thinned out to at most 32 by 32, so a cell looks up the nearest one.
/** @type {(values: Numbers, row: number, rows: number, column: number, columns: number) => number} */
export function shareAt({ numbers }, row, rows, column, columns) {
  const upright = columns === 1 && numbers.length === 1 && numbers[0].length > 1;
  const high = upright ? numbers[0].length : numbers.length;
  const y = Math.min(high - 1, Math.floor(((row + 0.5) / rows) * high));
  if (upright) return numbers[0][y] / PARTS;
  const wide = numbers[y].length;
  return numbers[y][Math.min(wide - 1, Math.floor(((column + 0.5) / columns) * wide))] / PARTS;
}

// All shares of the largest number, row by row.
/** @type {(values: Numbers | undefined) => number[][]} */
export function sharesOf(values) {
  return values?.numbers.map((row) => row.map((number) => number / PARTS)) ?? [];
}

/** @type {(share: number, colour: string) => string} */
export function shade(share, colour) {
  return `fill:${share < 0 ? NEGATIVE : colour};fill-opacity:${Math.min(1, Math.abs(share)).toFixed(2)}`;
}

// Which of `columns` drawn columns are masked: of a mask that is thinned out to at most 32 columns, as the numbers are.
/** @type {(counts: number[] | null | undefined, column: number, columns: number) => boolean} */
export function isMasked(counts, column, columns) {
  return Boolean(counts?.length) && !counts?.[Math.min(counts.length - 1, Math.floor(((column + 0.5) / columns) * counts.length))];
}
