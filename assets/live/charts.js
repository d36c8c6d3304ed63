// Frames -> Plotly figures. Every function returns { data, layout, words }: what is drawn, and the same in a sentence.

import { epochAxis, frameOf } from "./figure.js";
import { mix } from "./theme.js";
import { logTicks, short } from "./ticks.js";

/** @import { Charted, Figure, Frames, Info, Range } from "./types.d.ts" */

const MAX_COLUMNS = 150;

/** @type {(panel: Charted) => Figure} */
export function lossFigure(panel) {
  const { theme, info, frames, log } = panel;
  const list = frames.list;
  const values = list.flatMap((frame) => [frame.loss, frame.val_loss]).filter((value) => Number.isFinite(value));
  const baselines = [...info.baselines].sort((one, two) => two.value - one.value);
  const known = values.concat(baselines.map((baseline) => baseline.value)).filter((value) => !log || value > 0);
  const high = Math.max(...known, log ? 1e-6 : 0.001);
  const low = Math.min(...known, high);
  /** @type {Range} */
  const range = log ? [Math.log10(low) - 0.1, Math.log10(high) + 0.15] : [0, high * 1.14];
  const last = list.at(-1);
  const words = last
    ? `Loss by epoch. At epoch ${last.epoch}: training ${short(last.loss)}, validation ${short(last.val_loss)}.`
    : "Loss by epoch: not trained yet.";
  const baselinesInWords = baselines.map((baseline) => ` Baseline ${baseline.name}: ${short(baseline.value)}.`).join("");
  const figure = frameOf(panel, {
    x: epochAxis(panel),
    y: { type: log ? "log" : "linear", range, ...(log ? logTicks(range) : {}) },
    words: words + baselinesInWords,
    xName: "epoch",
  });
  addBaselines(panel, figure.layout, baselines, range);
  if (panel.shown !== null) {
    const at = { x0: panel.shown, x1: panel.shown, yref: "paper", y0: 0, y1: 1 };
    figure.layout.shapes.push({ type: "line", ...at, line: { color: theme.ink, width: 1.5 } });
  }
  const epochs = list.map((frame) => frame.epoch);
  /** @type {(name: string, key: "loss" | "val_loss", colour: string, line: object) => object} */
  const curve = (name, key, colour, line) => ({
    name,
    x: epochs,
    y: list.map((frame) => frame[key]),
    mode: list.length > 1 ? "lines" : "markers",
    line: { color: colour, ...line },
    marker: { color: colour, size: 7 },
    hovertemplate: `${name} %{y:.4g}<br>epoch %{x}<extra></extra>`,
  });
  figure.data = [
    curve("training", "loss", theme.timesteps, { width: 2.2 }),
    curve("validation", "val_loss", theme.features, { width: 2.2, dash: "6px,3px" }),
  ];
  return figure;
}

/** @type {(panel: Charted, layout: Figure["layout"], baselines: Info["baselines"], range: Range) => void} */
function addBaselines(panel, layout, baselines, range) {
  const { theme, log } = panel;
  const height = Math.max(60, panel.charts.loss.clientHeight - 28);
  let above = Infinity;
  let crowd = 0;
  for (const baseline of baselines) {
    const y = log ? Math.log10(baseline.value) : baseline.value;
    const pixels = ((y - range[0]) / (range[1] - range[0])) * height;
    // A baseline close under another has its name below its line, the next one further left: none is struck through.
    crowd = above - pixels < 17 ? crowd + 1 : 0;
    above = pixels;
    const spot = { x: crowd > 1 ? 0.55 : 1, xanchor: "right", y, yanchor: crowd % 2 ? "top" : "bottom" };
    const line = { color: theme.quiet, width: 1.4, dash: "dot" };
    layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: baseline.value, y1: baseline.value, line });
    layout.annotations.push({
      ...spot,
      xref: "paper",
      text: `${escaped(baseline.name)}: ${short(baseline.value)}`,
      showarrow: false,
      borderpad: 1,
      font: { size: 11, color: theme.quiet, weight: 600 },
    });
  }
}

// Plotly reads a few tags in texts; a name is only ever a name.
/** @type {(text: string) => string} */
function escaped(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** @type {(panel: Charted) => Figure} */
export function errorFigure(panel) {
  const { theme, info, frames } = panel;
  const once = info.answers === "once";
  const rows = once ? info.targets.length : (info.targets[0]?.length ?? 0);
  const name = once ? "sequence" : "timestep";
  const bin = Math.max(1, Math.ceil(frames.list.length / MAX_COLUMNS));
  const columns = Math.ceil(frames.list.length / bin);
  const z = Array.from({ length: rows }, () => new Array(columns));
  for (let column = 0; column < columns; column++) {
    const chunk = frames.list.slice(column * bin, (column + 1) * bin);
    for (let row = 0; row < rows; row++) {
      const mean = chunk.reduce((sum, frame) => sum + frame.error[row], 0) / chunk.length;
      z[row][column] = Number.isFinite(mean) ? mean : null;
    }
  }
  const last = frames.list.at(-1);
  const worst = last ? [...last.error].reduce((best, value, row, all) => (value > all[best] ? row : best), 0) : 0;
  const figure = frameOf(panel, {
    x: epochAxis(panel),
    y: { range: [rows + 0.5, 0.5], tickvals: [1, Math.max(1, rows)].concat(rows > 9 ? [Math.round(rows / 2)] : []) },
    words: last
      ? `Mean absolute error by epoch and ${name}. At epoch ${last.epoch} it is largest at ${name} ${worst + 1}, ` +
        `${short(last.error[worst])}.`
      : `Mean absolute error by epoch and ${name}: not trained yet.`,
    xName: "epoch",
  });
  figure.layout.annotations.push({
    ...{ xref: "paper", x: 0, xshift: -39, yref: "paper", y: 0.5, textangle: -90, showarrow: false },
    ...{ text: name, font: { size: 11, color: once ? theme.quiet : theme["timesteps-text"], weight: 600 } },
  });
  if (panel.shown !== null) {
    const at = { x0: panel.shown, x1: panel.shown, yref: "paper", y0: 0, y1: 1 };
    figure.layout.shapes.push({ type: "line", ...at, line: { color: theme.ink, width: 1.5 } });
  }
  figure.data = [
    {
      ...{ type: "heatmap", z, x0: (firstEpoch(frames) ?? 1) + (bin - 1) / 2, dx: bin, y0: 1, dy: 1 },
      ...{ zmin: 0, zmax: frames.worst || 1, showscale: false },
      colorscale: [
        [0, mix(theme.outputs, theme.ground, 0.97)],
        [1, theme.outputs],
      ],
      hovertemplate: `error %{z:.3g}<br>epoch %{x}, ${name} %{y}<extra></extra>`,
    },
  ];
  return figure;
}

/** @type {(frames: Frames) => number | undefined} */
function firstEpoch(frames) {
  return frames.list[0]?.epoch;
}
