// The wires between the tensors and the boxes.

import { MARGIN } from "./measure.js";
import { held } from "../held.js";

/** @import { Graph, Heights, Item, Placed, Plan, Wire } from "./types.d.ts" */

/** @type {(wire: Wire, graphed: Graph) => boolean} */
export function isSkip({ from, to }, graphed) {
  return graphed.items.some(
    (item) => item.layer && item.depth > from.depth && item.depth < to.depth && Math.abs(item.lane - from.lane) < 0.9,
  );
}

// Wires as SVG paths. Those that would run through another box go round above it.
/** @type {(graphed: Graph, planned: Plan, placed: Placed, heights: (item: Item) => Heights) => Map<string, string>} */
export function wirePaths(graphed, planned, placed, heights) {
  /** @type {Map<string, string>} */
  const paths = new Map();
  const last = (/** @type {Item} */ item) => held(placed.spots, item.name).tensors.length - 1;
  const rightOf = (/** @type {Item} */ item, index = 0) => {
    const size = held(planned.sizes, item.name)[index];
    return held(placed.spots, item.name).tensors[index].x + size.left + size.width + MARGIN.right + 2;
  };
  if (planned.kind === "list") {
    graphed.items.forEach((item, index) => {
      const spot = held(placed.spots, item.name);
      const x = planned.width / 2;
      if (item.layer) {
        const bottom = spot.box.y + heights(item).all;
        paths.set(`${item.name}:out`, `M${x},${bottom + 4}V${bottom + planned.gap - 3}`);
      }
      const previous = graphed.items[index - 1];
      if (previous && item.reads.includes(previous.name)) {
        const from = held(placed.spots, previous.name).tensors[last(previous)].bottom + 5;
        paths.set(`${previous.name}>${item.name}`, `M${x},${from}V${spot.box.y - 3}`);
      }
    });
    return paths;
  }
  for (const item of graphed.items.filter((each) => each.layer)) {
    const spot = held(placed.spots, item.name);
    const end = spot.box.x + planned.boxWidth;
    spot.tensors.forEach((tensor, index) => {
      const size = held(planned.sizes, item.name)[index];
      if (planned.kind === "storeys") {
        const x = tensor.x + size.left + size.width / 2;
        paths.set(`${item.name}:out`, `M${x},${spot.box.y + heights(item).all + 3}V${tensor.y + 14}`);
        return;
      }
      const target = tensor.x + size.left - size.clash - MARGIN.left + 1;
      paths.set(`${item.name}:out${index}`, elbow(end + 2, spot.middle, target, tensor.grid, (end + target) / 2));
    });
  }
  let round = 0;
  for (const { from, to } of graphed.wires) {
    const key = `${from.name}>${to.name}`;
    const spot = held(placed.spots, to.name);
    const end = spot.box.x - 2;
    const storeys = planned.kind === "storeys" && from.layer;
    const start = storeys ? held(placed.spots, from.name).box.x + planned.boxWidth + 2 : rightOf(from);
    const source = storeys ? held(placed.spots, from.name).middle : held(placed.spots, from.name).tensors[0].grid;
    if (isSkip({ from, to }, graphed)) {
      const above = 3 + 5 * (round++ % 2);
      const into = spot.box.x + planned.boxWidth / 2 - 8 * (round % 2);
      paths.set(key, `M${start},${source}h5V${above}H${into}V${spot.box.y - 2}`);
    } else paths.set(key, elbow(start, source, end, spot.middle, end - planned.gap / 2));
  }
  return paths;
}

/** @type {(x1: number, y1: number, x2: number, y2: number, xm: number) => string} */
export function elbow(x1, y1, x2, y2, xm) {
  if (Math.abs(y1 - y2) < 1.5) return `M${x1},${y2}H${x2}`;
  return `M${x1},${y1}H${xm}V${y2}H${x2}`;
}
