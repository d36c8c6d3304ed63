// The charts of outputs against targets, of every timestep or of every sequence.

import { frameOf } from "./figure.js";
import { outputAt } from "./frames.js";
import { mix } from "./theme.js";
import { extent, short, ticks } from "./ticks.js";

/** @import { Charted, Figure, Frame, Range } from "./types.d.ts" */

export const MAX_OUTPUTS = 6;

/** @type {(panel: Charted) => Frame | undefined} */
export function shownFrame(panel) {
  const { list } = panel.frames;
  const { shown } = panel;
  if (shown === null) return list.at(-1);
  return list.find((frame) => frame.epoch >= shown) ?? list.at(-1);
}

/** @type {(panel: Charted) => Range} */
export function valueRange(panel) {
  const { info } = panel;
  if (info.answer === "yes/no") return [-0.1, 1.1];
  const range = (panel.range ??= extent(info.targets.flat(2), [Infinity, -Infinity]));
  const frame = shownFrame(panel);
  // The axis only ever grows: a chart whose scale breathes cannot be compared with itself.
  if (frame) panel.range = extent(frame.outputs, range);
  const [low, high] = panel.range;
  if (!Number.isFinite(high - low)) return [-1, 1];
  const margin = Math.max(0.05, (high - low) * 0.1);
  return [low - margin, high + margin];
}

/** @type {(panel: Charted) => Figure} */
export function outputsFigure(panel) {
  return panel.info.answers === "once" ? onceFigure(panel) : stepsFigure(panel);
}

/** @type {(panel: Charted) => Figure} */
function stepsFigure(panel) {
  const { theme, info, sequence } = panel;
  const targets = info.targets[sequence] ?? [];
  const [steps, width] = [targets.length, Math.min(MAX_OUTPUTS, targets[0]?.length ?? 0)];
  const valid = info.lengths?.[sequence] ?? steps;
  const frame = shownFrame(panel);
  const at = frame ? `after epoch ${frame.epoch}` : "before training";
  const off = frame && info.targets[sequence] ? ` ${errorInWords(frame)}` : " Only the target is drawn so far.";
  const figure = frameOf(panel, {
    x: { range: [0.6, Math.max(1, steps) + 0.4], tickvals: ticks(1, Math.max(1, steps), 10) },
    y: { range: valueRange(panel), ...(info.answer === "yes/no" ? { tickvals: [0, 1], ticktext: ["no", "yes"] } : {}) },
    words: `Output at every timestep of probe sequence ${sequence + 1} and its target, ${at}.${off}`,
    xName: "timestep",
    xColour: theme["timesteps-text"],
  });
  if (valid < steps) {
    const area = { type: "rect", xref: "x", yref: "paper", x0: valid + 0.5, x1: steps + 0.4, y0: 0, y1: 1 };
    figure.layout.shapes.push({ ...area, fillcolor: theme.panel, line: { width: 0 }, layer: "below" });
    const spot = { x: valid + 0.6, xanchor: "left", yref: "paper", y: 1, yanchor: "top", showarrow: false };
    figure.layout.annotations.push({ ...spot, text: "padding", font: { size: 11, color: theme.quiet } });
  }
  const x = Array.from({ length: steps }, (_, step) => step + 1);
  const shades = Array.from({ length: width }, (_, index) => mix(theme.outputs, theme.ground, (0.6 * index) / width));
  const name = (/** @type {string} */ kind, /** @type {number} */ index) => (width > 1 ? `${kind} ${index + 1}` : kind);
  figure.data = shades.map((shade, output) => ({
    x,
    y: targets.map((row) => row[output]),
    mode: "lines",
    line: { color: width > 1 ? shade : theme.ink, width: 1.4, dash: "4px,3px" },
    hovertemplate: `${name("target", output)} %{y:.3g}<br>timestep %{x}<extra></extra>`,
  }));
  for (const [output, shade] of shades.entries()) {
    figure.data.push({
      x: frame ? x : [],
      y: frame ? x.map((_, step) => outputAt(frame, info, sequence, step, output)) : [],
      mode: steps > 60 ? "lines" : "lines+markers",
      line: { color: shade, width: 2.4 },
      marker: { color: shade, size: width > 1 ? 4 : 6 },
      hovertemplate: `${name("output", output)} %{y:.3g}<br>timestep %{x}<extra></extra>`,
    });
  }
  return figure;
}

/** @type {(panel: Charted) => Figure} */
function onceFigure(panel) {
  const { theme, info } = panel;
  const [count, width] = [info.targets.length, Math.min(MAX_OUTPUTS, info.targets[0]?.[0]?.length ?? 0)];
  const frame = shownFrame(panel);
  const at = frame ? `after epoch ${frame.epoch}. ${errorInWords(frame)}` : "before training: only targets so far.";
  const figure = frameOf(panel, {
    x: { range: [0.5, Math.max(1, count) + 0.5], tickvals: ticks(1, Math.max(1, count), 12) },
    y: { range: valueRange(panel), ...(info.answer === "yes/no" ? { tickvals: [0, 1], ticktext: ["no", "yes"] } : {}) },
    words: `Output for every sequence of the probe and its target, ${at}`,
    xName: "sequence",
  });
  /** @type {Record<"target" | "output" | "between", { x: (number | null)[]; y: (number | null)[] }>} */
  const pairs = { target: { x: [], y: [] }, output: { x: [], y: [] }, between: { x: [], y: [] } };
  info.targets.forEach(([row], sequence) => {
    for (let output = 0; output < width; output++) {
      const x = sequence + 1 + (width > 1 ? (output / (width - 1) - 0.5) * 0.5 : 0);
      pairs.target.x.push(x);
      pairs.target.y.push(row[output]);
      if (!frame) continue;
      const answer = outputAt(frame, info, sequence, 0, output);
      pairs.output.x.push(x);
      pairs.output.y.push(answer);
      pairs.between.x.push(x, x, null);
      pairs.between.y.push(row[output], answer, null);
    }
  });
  const open = { color: theme.ink, symbol: "diamond-open", size: 11, line: { width: 1.6 } };
  figure.data = [
    { ...pairs.between, mode: "lines", line: { color: theme.outputs, width: 1.5 }, hoverinfo: "skip" },
    { ...pairs.target, mode: "markers", marker: open, hovertemplate: "target %{y:.3g}<extra></extra>" },
    {
      ...pairs.output,
      ...{ mode: "markers", marker: { color: theme.outputs, size: 8 } },
      hovertemplate: "output %{y:.3g}<extra></extra>",
    },
  ];
  return figure;
}

/** @type {(frame: Frame) => string} */
function errorInWords(frame) {
  const valid = [...frame.error].filter(Number.isFinite);
  if (!valid.length) return "";
  const mean = valid.reduce((sum, value) => sum + value, 0) / valid.length;
  return `The mean error of these sequences is ${short(mean)}.`;
}
