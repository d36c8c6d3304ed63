// Where the names of lines stand in a chart: beside their line, on no curve, on no other line and on no other name.

/** @import { Label, Plot, Spot } from "./types.d.ts" */

const HIGH = 15;
const STEP = 5;
// What it costs to lie on another name or past the edge, on another line, and on a point of a curve.
const [OVER, STRUCK, TOUCHED] = [10000, 200, 20];

/** @type {(text: string, size?: number) => number} */
export function widthOf(text, size = 12) {
  return Math.ceil(text.length * size * 0.56) + 4;
}

// The points of a curve, close enough together that none of its segments passes a name unseen.
/** @type {(points: [number, number][]) => [number, number][]} */
export function dense(points) {
  return points.flatMap(([x, y], index) => {
    const [before, level] = points[index - 1] ?? [x, y];
    const count = Math.max(1, Math.ceil(Math.max(Math.abs(x - before), Math.abs(y - level) / 3) / STEP));
    return Array.from({ length: count }, (_, each) => {
      const share = (each + 1) / count;
      return /** @type {[number, number]} */ ([before + (x - before) * share, level + (y - level) * share]);
    });
  });
}

// The nearest places come first: above or below the line, at the right, in the middle, at the left. The name of a run, whose
// curve may lie beside the current one all along, may stand anywhere.
/** @type {(label: Label, plot: Plot) => Spot[]} */
function candidates({ y, width, lined }, plot) {
  const lefts = [plot.right - width - 2, plot.left + 0.5 * (plot.width - width), plot.left + 6];
  const tops = [y - HIGH - 2, y + 3, y - 2 * HIGH - 2, y + HIGH + 3];
  const near = tops.slice(0, 2).flatMap((top) => lefts.map((left) => ({ left, top })))
    .concat(tops.slice(2).map((top) => ({ left: lefts[0], top })));
  if (lined) return near;
  const rows = Array.from({ length: Math.floor(plot.height / (HIGH + STEP)) }, (_, row) => plot.top + row * (HIGH + STEP));
  rows.sort((one, two) => Math.abs(one - y) - Math.abs(two - y));
  return near.concat(rows.flatMap((top) => lefts.map((left) => ({ left, top }))));
}

/** @type {(labels: Label[], curves: [number, number][][], plot: Plot) => Spot[]} */
export function placeLabels(labels, curves, plot) {
  const points = curves.flatMap(dense);
  /** @type {(Spot & { width: number })[]} */
  const placed = [];
  for (const label of labels) {
    let best = { left: plot.right - label.width, top: label.y - HIGH, width: label.width };
    let least = Infinity;
    candidates(label, plot).forEach(({ left, top }, rank) => {
      const [right, bottom] = [left + label.width, top + HIGH];
      let cost = rank;
      if (top < plot.top - 4 || bottom > plot.bottom + 1 || left < plot.left) cost += OVER;
      for (const other of placed) {
        const apart = other.left >= right || other.left + other.width <= left || other.top >= bottom || other.top + HIGH <= top;
        if (!apart) cost += OVER;
      }
      for (const other of labels) if (other.lined && other.y > top + 1 && other.y < bottom - 1) cost += STRUCK;
      for (const [x, y] of points) if (x > left && x < right && y > top && y < bottom) cost += TOUCHED;
      if (cost < least) [best, least] = [{ left, top, width: label.width }, cost];
    });
    placed.push(best);
  }
  return placed.map(({ left, top }) => ({ left, top }));
}
