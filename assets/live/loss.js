// The losses of a run by epoch, with its baselines and the runs before it.

import { comparable, nameOf, REFUSED } from "./earlier.js";
import { epochScale, epochsOf, levels, markOf, pathOf, plotOf, scale, shownLine, veil } from "./figure.js";
import { placeLabels, widthOf } from "./labels.js";
import { placeInWords, shownFrame } from "./frames.js";
import { extent, logTicks, roundUp, short, valueTicks } from "./ticks.js";

/** @import { Charted, EarlierRun, Figure, Frame, Range, Size } from "./types.d.ts" */

// Losses begin a little above the baseline as a rule: an axis that has room for that stays as it is.
const ROOM = 1.3;
const LEAST = 1e-8;

// Within a run it only grows; between runs of one task it is the same unless a loss leaves it.
/** @type {(panel: Charted, before: EarlierRun[]) => Range} */
export function lossRange(panel, before) {
  const { info, frames, log } = panel;
  const baselines = info.baselines.map((baseline) => baseline.value);
  const [low, high] = extent(frames.list.flatMap((frame) => [frame.loss, frame.val_loss]), [Infinity, 0]);
  const base = roundUp(ROOM * Math.max(...baselines, 0) || ROOM * high || 1);
  const [, highest] = extent(before.flatMap((each) => [...each.losses]), [Infinity, 0]);
  const top = Math.max(base, roundUp(high || base), Math.min(roundUp(highest || base), 2 * base));
  if (!log) return [0, top];
  const lowest = Math.max(LEAST, Math.min(low || LEAST, ...baselines.map((value) => value / 2), top / 10));
  return [Math.floor(Math.log10(lowest)), Math.log10(top)];
}

// A run of more epochs than the axis has ends where the axis does.
/** @type {(before: EarlierRun[], epochs: number) => EarlierRun[]} */
function within(before, epochs) {
  return before.map((each) => ({ ...each, losses: each.losses.subarray(0, epochs) }));
}

/** @type {(panel: Charted, size: Size) => Figure} */
export function lossFigure(panel, size) {
  const { info, frames, log } = panel;
  const plot = plotOf(size, { top: 10, bottom: 6 });
  const before = within(comparable(panel.earlier, info, panel.run), epochsOf(panel));
  const range = lossRange(panel, before);
  const [x, place] = [epochScale(panel, plot), scale(range, plot.bottom, plot.top)];
  const y = (/** @type {number} */ value) => (log ? place(value > 0 ? Math.log10(value) : NaN) : place(value));
  const marks = levels(log ? logTicks(range) : valueTicks(range, 4), y, plot);
  /** @type {(values: Iterable<number>) => [number, number][]} */
  const points = (values) => Array.from(values, (value, index) => [x(index + 1), y(value)]);

  before.forEach((each, index) => marks.push(line(`earlier${index}`, "curve earlier", points(each.losses))));
  const curves = /** @type {const} */ (["loss", "val_loss"]).map((key) => points(frames.list.map((frame) => frame[key])));
  marks.push(line("validation", "curve validation", curves[1]), line("training", "curve training", curves[0]));
  if (frames.list.length === 1) marks.push(dot("first", curves[0][0]));
  marks.push(...veil(panel, plot));

  const baselines = [...info.baselines].sort((one, two) => two.value - one.value);
  const lined = baselines.map(({ name, value }) => ({ text: `baseline ${name} ${short(value)}`, y: y(value), lined: true, run: "" }));
  lined.forEach(({ y: level }, index) => {
    marks.push(markOf(`b${index}`, "line", { class: "baseline", x1: plot.left, x2: plot.right, y1: level, y2: level }));
  });
  const named = before.map((each) => {
    const last = each.losses[each.losses.length - 1];
    const name = `${each.pinned ? "pinned" : "previous run"}: ${nameOf(each, info)} ${short(last)}`;
    const text = each.run === panel.earlier.refused ? REFUSED : name;
    const level = Math.max(plot.top, Math.min(plot.bottom, y(last) || plot.bottom));
    return { text, y: level, lined: false, run: each.run };
  });
  const labels = [...lined, ...named].map((label) => {
    return { ...label, width: Math.min(plot.width - 8, widthOf(label.text) + (label.run ? 18 : 0)) };
  });
  const spots = placeLabels(labels, [...curves, ...before.map((each) => points(each.losses))], plot);
  spots.forEach(({ left, top }, index) => {
    const { text, run, width } = labels[index];
    if (run) return;
    marks.push(markOf(`n${index}`, "text", { class: "name", x: left + width, y: top + 12, "text-anchor": "end" }, text));
  });
  marks.push(shownLine(panel, plot));
  const frame = shownFrame(panel);
  if (frame && Number.isFinite(frame.loss)) marks.push(dot("now", [x(frame.epoch), y(frame.loss)]));

  const pinned = before.map((each) => each.pinned);
  const buttons = spots
    .map((spot, index) => ({ ...labels[index], left: spot.left, top: spot.top }))
    .slice(lined.length)
    .map((label, index) => ({ ...label, pinned: pinned[index] }));
  return { marks, buttons, plot, words: words(panel, frame) + (panel.earlier.refused ? ` ${REFUSED}` : ""), points: frames.list.length, read: reading(panel, before, x, plot) };
}

/** @type {(key: string, kind: string, points: [number, number][]) => ReturnType<typeof markOf>} */
function line(key, kind, points) {
  return markOf(key, "path", { class: kind, d: pathOf(points) });
}

/** @type {(key: string, at: [number, number]) => ReturnType<typeof markOf>} */
function dot(key, [cx, cy]) {
  return markOf(key, "circle", { class: "dot", cx, cy: Number.isFinite(cy) ? cy : -99, r: 3.5 });
}

/** @type {(panel: Charted, frame: Frame | undefined) => string} */
function words({ info, frames }, frame) {
  const last = frames.list.at(-1);
  const begin = frame
    ? `Loss by epoch. At ${placeInWords(frame)}: training ${short(frame.loss)}, validation ${short(frame.val_loss)}.`
    : last
      ? `Loss by epoch. Epoch 0 is shown; epoch ${last.epoch} is trained.`
      : "Loss by epoch: not trained yet.";
  return begin + info.baselines.map(({ name, value }) => ` Baseline ${name}: ${short(value)}.`).join("");
}

/** @type {(panel: Charted, before: EarlierRun[], x: (epoch: number) => number, plot: Figure["plot"]) => Figure["read"]} */
function reading({ frames, info }, before, x, plot) {
  return (across) => {
    const last = Math.max(frames.list.length, ...before.map((each) => each.losses.length));
    if (!last) return null;
    const step = (x(last) - x(0)) / last;
    const epoch = Math.max(1, Math.min(last, Math.round((across - x(0)) / step)));
    const frame = frames.list[epoch - 1];
    const own = frame ? [`training ${short(frame.loss)}`, `validation ${short(frame.val_loss)}`] : [];
    const others = before.filter((each) => epoch <= each.losses.length)
      .map((each) => `${nameOf(each, info)}: ${short(each.losses[epoch - 1])}`);
    return { x: x(epoch), y: plot.top + 12, title: `epoch ${epoch}`, lines: [...own, ...others] };
  };
}
