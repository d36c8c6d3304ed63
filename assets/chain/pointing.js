// From number to number of a drawing by the arrow keys.

/** @import { Cell, Point } from "./types.d.ts" */

/** @type {Map<string, Point>} */
const WAYS = new Map([
  ["left", [-1, 0]],
  ["right", [1, 0]],
  ["up", [0, -1]],
  ["down", [0, 1]],
]);

// The nearest number in a direction, over gaps and into the next strip too; the first one where none is pointed at; null where
// there is none, or the deed is no direction.
/** @type {(cells: Cell[], from: Cell | null, does: string | null) => Cell | null} */
export function nextCell(cells, from, does) {
  const way = WAYS.get(does ?? "");
  if (!way || !cells.length) return null;
  const middle = (/** @type {Cell} */ { x, y, width, height }) => [x + width / 2, y + height / 2];
  if (!from) return cells[0];
  const [x, y] = middle(from);
  /** @type {{ cell: Cell; far: number } | null} */
  let best = null;
  for (const cell of cells) {
    const [dx, dy] = [middle(cell)[0] - x, middle(cell)[1] - y];
    const [along, aside] = way[0] ? [dx * way[0], Math.abs(dy)] : [dy * way[1], Math.abs(dx)];
    if (along > 0.5 && (!best || along + 4 * aside < best.far)) best = { cell, far: along + 4 * aside };
  }
  return best?.cell ?? from;
}

/** @type {(does: string | null) => boolean} */
export const isWay = (does) => WAYS.has(does ?? "");
