// The charts of outputs against targets, of every timestep or of every sequence. The target is a pale wide band with open
// rings, the output a thin dark line on top: both are seen where they agree.

import { levels, markOf, paddingMarks, pathOf, places, plotOf, scale } from "./figure.js";
import { outputAt, placeInWords, shownFrame } from "./frames.js";
import { countTicks, extent, short, valueTicks } from "./ticks.js";

/** @import { Charted, Figure, Frame, Mark, Plot, Range, Size, Tick } from "./types.d.ts" */

export const MAX_OUTPUTS = 6;
// More rings than this would touch.
const MOST_RINGS = 60;
export const LEGEND = 84;

// How wide band and line are and how large rings and points, where so many pixels are between two timesteps: close together
// they would be one area.
/** @type {(apart: number, several: boolean) => { band: number; line: number; ring: number; point: number }} */
export function strokesAt(apart, several) {
  const within = (/** @type {number} */ least, /** @type {number} */ part, /** @type {number} */ most) =>
    Math.max(least, Math.min(most, part * apart));
  const [band, ring] = several ? [6, 3.6] : [9, 5];
  return { band: within(3, 0.9, band), line: within(1, 0.5, 2), ring: within(1.5, 0.4, ring), point: within(1, 0.25, 2.4) };
}

// From the targets, and from every output of the run so far, so that it only grows.
/** @type {(panel: Charted) => Range} */
export function valueRange({ info, frames }) {
  if (info.answer === "yes/no") return [-0.1, 1.1];
  const targets = extent(info.targets.flat(2), [Infinity, -Infinity]);
  const [low, high] = extent([frames.low, frames.high], targets);
  if (!Number.isFinite(high - low)) return [-1, 1];
  // In steps of a quarter of what the targets take, so that it seldom moves.
  const step = Math.max(0.05, (targets[1] - targets[0]) / 4 || 0.25);
  const margin = 0.3 * step;
  const down = Math.ceil((targets[0] - low) / step - 1e-9);
  const up = Math.ceil((high - targets[1]) / step - 1e-9);
  return [targets[0] - down * step - margin, targets[1] + up * step + margin];
}

/** @type {(panel: Charted, size: Size) => Figure} */
export function outputsFigure(panel, size) {
  const plot = plotOf(size, { right: LEGEND, top: 8, bottom: 24 });
  const range = valueRange(panel);
  const y = scale(range, plot.bottom, plot.top);
  const ticks = panel.info.answer === "yes/no" ? [{ at: 0, text: "no" }, { at: 1, text: "yes" }] : valueTicks(range, 4);
  return panel.info.answers === "once" ? onceFigure(panel, plot, y, ticks) : stepsFigure(panel, plot, y, ticks);
}

/** @type {(count: number, plot: Plot, timesteps: boolean) => { x: (at: number) => number; marks: Mark[] }} */
export function across(count, plot, timesteps) {
  const x = scale([0.5, count + 0.5], plot.left, plot.right);
  const ticks = countTicks(1, count, plot.width * (1 - 1 / count), 30).map((at) => ({ at, text: String(at) }));
  const colour = timesteps ? " timesteps" : "";
  const marks = places(ticks, x, plot).map((mark) => ({ ...mark, at: { ...mark.at, class: `${mark.at.class}${colour}` } }));
  const name = timesteps ? "timestep" : "sequence";
  return { x, marks: [...marks, markOf("x", "text", { class: `axis${colour}`, x: plot.right + 12, y: plot.bottom + 16 }, name)] };
}

/** @type {(panel: Charted, plot: Plot, y: (value: number) => number, ticks: Tick[]) => Figure} */
function stepsFigure(panel, plot, y, ticks) {
  const { info, sequence } = panel;
  const targets = info.targets[sequence] ?? [];
  const [steps, width] = [Math.max(1, targets.length), Math.min(MAX_OUTPUTS, targets[0]?.length ?? 0)];
  const valid = info.lengths?.[sequence] ?? steps;
  const frame = shownFrame(panel);
  const { x, marks: axis } = across(steps, plot, true);
  const marks = [...levels(ticks, y, plot), ...axis];
  if (valid < steps) {
    marks.push(...paddingMarks(x(valid + 0.5), plot));
  }
  const outputs = Array.from({ length: width }, (_, output) => output);
  /** @type {(value: (step: number) => number) => [number, number][]} */
  const points = (value) => targets.map((_, step) => [x(step + 1), y(value(step))]);
  const ringed = steps <= MOST_RINGS;
  const strokes = strokesAt(plot.width / steps, width > 1);
  const [bandStyle, lineStyle] = [strokes.band, strokes.line].map((wide) => `stroke-width:${wide.toFixed(1)}px`);
  for (const output of outputs) {
    const band = points((step) => targets[step][output]);
    marks.push(markOf(`band${output}`, "path", { class: `band o${output}`, d: pathOf(band), style: bandStyle }));
    if (ringed) band.forEach(([cx, cy], step) => {
      marks.push(markOf(`ring${output}.${step}`, "circle", { class: `ring o${output}`, cx, cy, r: strokes.ring }));
    });
  }
  if (frame) for (const output of outputs) {
    const drawn = points((step) => outputAt(frame, info, sequence, step, output));
    marks.push(markOf(`line${output}`, "path", { class: `output o${output}`, d: pathOf(drawn), style: lineStyle }));
    if (ringed) drawn.forEach(([cx, cy], step) => {
      if (Number.isFinite(cy)) marks.push(markOf(`dot${output}.${step}`, "circle", { class: `point o${output}`, cx, cy, r: strokes.point }));
    });
  }
  marks.push(...legend(plot, width));
  const off = frame ? ` ${errorInWords(frame)}` : " Only the target is drawn.";
  return {
    marks,
    plot,
    points: frame ? steps : 0,
    words: `Output at every timestep of validation sequence ${sequence + 1} and its target, ${when(frame)}.${off}`,
    read: (place) => {
      if (!targets.length) return null;
      const step = Math.max(0, Math.min(steps - 1, Math.round(((place - plot.left) / plot.width) * steps - 0.5)));
      const name = (/** @type {string} */ kind, /** @type {number} */ output) => (width > 1 ? `${kind} ${output + 1}` : kind);
      const lines = outputs.flatMap((output) => [
        ...(frame ? [`${name("output", output)}: ${short(outputAt(frame, info, sequence, step, output))}`] : []),
        `${name("target", output)}: ${short(targets[step][output])}`,
      ]);
      return { x: x(step + 1), y: plot.top + 12, title: `timestep ${step + 1}`, lines };
    },
  };
}

/** @type {(panel: Charted, plot: Plot, y: (value: number) => number, ticks: Tick[]) => Figure} */
function onceFigure(panel, plot, y, ticks) {
  const { info } = panel;
  const [count, width] = [Math.max(1, info.targets.length), Math.min(MAX_OUTPUTS, info.targets[0]?.[0]?.length ?? 0)];
  const frame = shownFrame(panel);
  const { x, marks: axis } = across(count, plot, false);
  const marks = [...levels(ticks, y, plot), ...axis];
  const places = (/** @type {number} */ sequence, /** @type {number} */ output) =>
    x(sequence + 1 + (width > 1 ? (output / (width - 1) - 0.5) * 0.6 : 0));
  info.targets.forEach(([row], sequence) => {
    for (let output = 0; output < width; output++) {
      const [cx, key, target] = [places(sequence, output), `${sequence}.${output}`, y(row[output])];
      const answer = frame ? y(outputAt(frame, info, sequence, 0, output)) : NaN;
      const there = Number.isFinite(answer);
      if (there) marks.push(markOf(`band${key}`, "path", { class: `band o${output} thin`, d: `M${cx} ${target}V${answer}` }));
      marks.push(markOf(`ring${key}`, "circle", { class: `ring o${output}`, cx, cy: target, r: 5 }));
      if (there) marks.push(markOf(`dot${key}`, "circle", { class: `point o${output}`, cx, cy: answer, r: 3 }));
    }
  });
  marks.push(...legend(plot, width));
  return {
    marks,
    plot,
    points: frame ? count : 0,
    words: `Output for every validation sequence and its target, ${when(frame)}.${frame ? ` ${errorInWords(frame)}` : ""}`,
    read: (place) => {
      if (!info.targets.length) return null;
      const sequence = Math.max(0, Math.min(count - 1, Math.round(((place - plot.left) / plot.width) * count - 0.5)));
      const said = (/** @type {(output: number) => number} */ value) =>
        Array.from({ length: width }, (_, output) => short(value(output))).join(", ");
      const target = `target: ${said((output) => info.targets[sequence][0][output])}`;
      const lines = frame ? [`output: ${said((output) => outputAt(frame, info, sequence, 0, output))}`, target] : [target];
      return { x: x(sequence + 1), y: plot.top + 12, title: `sequence ${sequence + 1}`, lines };
    },
  };
}

// Beside the plot, where no curve is: each output by its colour, and how output and target are drawn.
/** @type {(plot: Plot, width: number) => Mark[]} */
function legend(plot, width) {
  const [left, right] = [plot.right + 12, plot.right + 30];
  const rows = width > 1 ? Array.from({ length: width }, (_, output) => `output ${output + 1}`) : ["output"];
  const apart = Math.min(18, (plot.height - 12) / (rows.length + 1));
  const top = plot.top + Math.max(6, (plot.height - apart * (rows.length + 1)) / 2);
  const marks = rows.flatMap((text, index) => {
    const level = top + index * apart;
    return [
      markOf(`l${index}`, "path", { class: `output o${index}`, d: `M${left} ${level}H${right}` }),
      markOf(`ld${index}`, "circle", { class: `point o${index}`, cx: (left + right) / 2, cy: level, r: 2.4 }),
      markOf(`lt${index}`, "text", { class: "key", x: right + 5, y: level + 4 }, text),
    ];
  });
  const level = top + rows.length * apart;
  return [
    ...marks,
    markOf("lb", "path", { class: "band o0", d: `M${left + 3} ${level}H${right - 3}` }),
    markOf("lr", "circle", { class: "ring o0", cx: (left + right) / 2, cy: level, r: 4 }),
    markOf("lg", "text", { class: "key", x: right + 5, y: level + 4 }, width > 1 ? "targets" : "target"),
  ];
}

/** @type {(frame: Frame | undefined) => string} */
export function when(frame) {
  return frame ? `after ${placeInWords(frame)}` : "before training";
}

/** @type {(frame: Frame) => string} */
export function errorInWords(frame) {
  const valid = [...frame.error].filter(Number.isFinite);
  if (!valid.length) return "";
  const mean = valid.reduce((sum, value) => sum + value, 0) / valid.length;
  return `The mean error of these sequences is ${short(mean)}.`;
}
