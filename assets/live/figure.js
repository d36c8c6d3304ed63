// What all charts share: the plot within the chart, its axes, and the line at the epoch that is shown.

import { lastEpoch } from "./frames.js";
import { countTicks } from "./ticks.js";
import { hatchPath } from "../hatch.js";

/** @import { Charted, Mark, Plot, Range, Size, Tick } from "./types.d.ts" */

// Loss and error have the same edges, so that an epoch is at the same place in both.
export const LEFT = 54;
export const RIGHT = 16;

/** @type {(size: Size, edges: { left?: number; right?: number; top: number; bottom: number }) => Plot} */
export function plotOf({ width, height }, { left = LEFT, right = RIGHT, top, bottom }) {
  const [across, down] = [Math.max(20, width - left - right), Math.max(20, height - top - bottom)];
  return { left, top, right: left + across, bottom: top + down, width: across, height: down };
}

/** @type {(range: Range, from: number, to: number) => (value: number) => number} */
export function scale([low, high], from, to) {
  const factor = (to - from) / (high - low || 1);
  return (value) => Math.round((from + (value - low) * factor) * 10) / 10;
}

/** @type {(points: [number, number][]) => string} */
export function pathOf(points) {
  let lifted = true;
  return points
    .map(([x, y]) => {
      const there = Number.isFinite(y);
      const part = there ? `${lifted ? "M" : "L"}${x} ${y}` : "";
      lifted = !there;
      return part;
    })
    .join("");
}

/** @type {(panel: Charted) => number} */
export function epochsOf(panel) {
  return Math.max(panel.info.epochs, lastEpoch(panel.frames), 1);
}

/** @type {(panel: Charted, plot: Plot) => (epoch: number) => number} */
export function epochScale(panel, plot) {
  return scale([-0.5, epochsOf(panel) + 0.5], plot.left, plot.right);
}

/** @type {(panel: Charted, plot: Plot) => Tick[]} */
export function epochTicks(panel, plot) {
  const epochs = epochsOf(panel);
  return countTicks(0, epochs, (plot.width * epochs) / (epochs + 1), 44).map((at) => ({ at, text: String(at) }));
}

/** @type {(key: string, tag: string, at: Record<string, string | number>, text?: string) => Mark} */
export function markOf(key, tag, at, text) {
  return { key, tag, at, text };
}

/** @type {(ticks: Tick[], y: (value: number) => number, plot: Plot, lines?: boolean) => Mark[]} */
export function levels(ticks, y, plot, lines = true) {
  return ticks.flatMap(({ at, text }, index) => {
    const level = y(at);
    const number = markOf(`y${index}`, "text", { class: "tick", x: plot.left - 8, y: level + 4, "text-anchor": "end" }, text);
    const kind = at === 0 ? "grid zero" : "grid";
    const line = markOf(`g${index}`, "line", { class: kind, x1: plot.left, x2: plot.right, y1: level, y2: level });
    return lines ? [line, number] : [number];
  });
}

/** @type {(ticks: Tick[], x: (value: number) => number, plot: Plot) => Mark[]} */
export function places(ticks, x, plot) {
  return ticks.flatMap(({ at, text }, index) => {
    const place = x(at);
    const line = { class: "stub", x1: place, x2: place, y1: plot.bottom, y2: plot.bottom + 4 };
    const number = { class: "tick", x: place, y: plot.bottom + 16, "text-anchor": "middle" };
    return [markOf(`s${index}`, "line", line), markOf(`x${index}`, "text", number, text)];
  });
}

// A line on the axis, and its rounded end, reach below the plot.
const BELOW = 4;

// What lies ahead of the epoch that is shown is pale.
/** @type {(panel: Charted, plot: Plot) => Mark[]} */
export function veil(panel, plot) {
  const at = epochScale(panel, plot)(panel.film.shown + 0.5);
  const width = Math.max(0, plot.right - at + 2);
  return [markOf("veil", "rect", { class: "veil", x: at, y: plot.top, width, height: plot.height + BELOW })];
}

/** @type {(panel: Charted, plot: Plot, key?: string) => Mark} */
export function shownLine(panel, plot, key = "shown") {
  const at = epochScale(panel, plot)(panel.film.shown);
  return markOf(key, "line", { class: "shown", x1: at, x2: at, y1: plot.top - 4, y2: plot.bottom + 4 });
}

// Timesteps from `from` on that are padding, hatched and named.
/** @type {(from: number, plot: Plot) => Mark[]} */
export function paddingMarks(from, plot) {
  const width = plot.right - from;
  return [
    markOf("padding", "rect", { class: "padding", x: from, y: plot.top, width, height: plot.height }),
    markOf("hatched", "path", { class: "hatched", d: hatchPath(from, plot.top, width, plot.height, 7) }),
    markOf("padded", "text", { class: "tick padded", x: from + 4, y: plot.top + 12 }, "padding"),
  ];
}
