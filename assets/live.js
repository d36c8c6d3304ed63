// The live panel: listens to one run and redraws in place. Python hears of a change of state, never of a frame.

import { setTheme } from "./axes.js";
import { mark } from "./dom.js";
import { errorFigure, lossFigure } from "./live/charts.js";
import { BARE } from "./live/figure.js";
import { lastEpoch, newFrames, takeFrames } from "./live/frames.js";
import { outputsFigure } from "./live/outputs.js";
import { ENDED, newPanel, writeInfo, writeLegend, writeStatus, writeNarration } from "./live/panel.js";
import { connect, disconnect, isOpen, newStream } from "./live/stream.js";
import { colours } from "./live/theme.js";

/** @import { News, PageData, Panel, Plotly } from "./live/types.d.ts" */
/** @import { Component } from "./component.d.ts" */

/** @type {WeakMap<HTMLElement, Panel>} */
const panels = new WeakMap();
const APART = 50;
const ERROR_APART = 300;
const FIGURES = { loss: lossFigure, outputs: outputsFigure, error: errorFigure };
const NOTHING_KNOWN = { key: "", answers: "every step", answer: "number", epochs: 1, baselines: [] };
const NO_INFO = { ...NOTHING_KNOWN, targets: [[[0]]], lengths: [1] };

/** @type {(url: string) => Promise<Plotly>} */
function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.explorerPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => {
      if (window.Plotly) resolve(window.Plotly);
      else reject(new Error("The chart library could not be read."));
    };
    script.onerror = () => {
      window.explorerPlotly = null;
      script.remove();
      reject(new Error("The chart library could not be loaded."));
    };
    document.head.append(script);
  });
  return window.explorerPlotly;
}

/** @type {(parent: HTMLElement) => Panel} */
export function start(parent) {
  const kept = { run: null, status: { state: "idle" }, info: NO_INFO, frames: newFrames(), stream: newStream() };
  const chosen = { sequence: 0, shown: null, range: null, log: false, lost: false, broken: "", note: "" };
  const drawing = { pending: false, notBefore: 0, labelled: 0, labelTimer: 0, allDrawn: -ERROR_APART, allTimer: 0 };
  const more = { redraws: 0, plotly: null, begun: false, closed: false };
  const built = { ...newPanel(parent), ...kept, ...chosen, ...drawing, ...more };
  const panel = /** @type {Panel} */ (/** @type {unknown} */ (built));
  panel.select.onchange = () => ((panel.sequence = Number(panel.select.value)), changed(panel));
  panel.logButton.onclick = () => {
    panel.log = !panel.log;
    mark(panel.logButton, { "aria-pressed": panel.log });
    changed(panel);
  };
  panel.scrub.oninput = () => {
    const [wanted, last] = [Number(panel.scrub.value), lastEpoch(panel.frames)];
    panel.shown = wanted >= last ? null : wanted;
    changed(panel);
  };
  panel.latest.onclick = () => {
    panel.shown = null;
    changed(panel);
    panel.scrub.focus();
  };
  panel.observer = new ResizeObserver(() => redraw(panel));
  Object.values(panel.charts).forEach((chart) => panel.observer.observe(chart));
  return panel;
}

/** @type {(panel: Panel) => void} */
export function changed(panel) {
  writeStatus(panel);
  redraw(panel);
}

/** @type {(panel: Panel) => void} */
function redraw(panel) {
  if (panel.pending || !panel.plotly || panel.closed) return;
  panel.pending = true;
  setTimeout(() => requestAnimationFrame(() => paint(panel)), Math.max(0, panel.notBefore - performance.now()));
}

/** @type {(panel: Panel) => void} */
function paint(panel) {
  panel.pending = false;
  if (panel.closed) return;
  const began = performance.now();
  // The first point of a run is what somebody waits for: its chart is drawn before the others.
  const opening = !panel.begun && panel.frames.list.length > 0;
  panel.begun = panel.frames.list.length > 0;
  // The picture of all errors changes slowest and costs most: while frames come in, it is drawn less often.
  const all = panel.status.state !== "running" || began - panel.allDrawn >= ERROR_APART;
  clearTimeout(panel.allTimer);
  if (all && !opening) panel.allDrawn = began;
  else panel.allTimer = setTimeout(() => redraw(panel), ERROR_APART);
  for (const [name, figure] of Object.entries(FIGURES)) {
    if ((name === "error" && !all) || (name !== "loss" && opening)) continue;
    const chart = panel.charts[name];
    const { data, layout, words } = figure(panel);
    Object.assign(layout, { width: chart.clientWidth, height: chart.clientHeight });
    if (layout.width && layout.height) panel.plotly?.react(chart, data, layout, BARE);
    panel.charted.set(name, words);
  }
  writeLegend(panel);
  label(panel);
  mark(panel.root, { "data-redraws": ++panel.redraws });
  // On a slow machine the charts leave half of the time to everything else.
  panel.notBefore = opening ? 0 : began + Math.max(APART, 2 * (performance.now() - began));
  if (opening) redraw(panel);
}

// A screen reader is told what the charts show at most once a second.
/** @type {(panel: Panel) => void} */
export function label(panel) {
  const wait = panel.labelled + 1000 - performance.now();
  clearTimeout(panel.labelTimer);
  if (wait > 0) {
    panel.labelTimer = setTimeout(() => label(panel), wait);
    return;
  }
  panel.labelled = performance.now();
  for (const [name, words] of panel.charted) mark(panel.charts[name], { "aria-label": words });
}

/** @type {(panel: Panel) => News} */
function handlers(panel) {
  return {
    // Only what changed is sent.
    state: (news) => {
      const before = panel.status.state;
      panel.status = { ...panel.status, ...news };
      const { state } = panel.status;
      if (state !== before) panel.tell("state", { run: panel.run, state });
      changed(panel);
    },
    frames: ({ frames }) => {
      takeFrames(panel.frames, frames, panel.info);
      changed(panel);
    },
    narration: ({ sentences }) => writeNarration(panel, sentences),
  };
}

/** @type {(panel: Panel, url: string) => void} */
function listen(panel, url) {
  const run = panel.run;
  connect(panel.stream, url, {
    after: () => lastEpoch(panel.frames),
    on: handlers(panel),
    lost: (lost) => {
      if (panel.lost === lost || panel.run !== run) return;
      panel.lost = lost;
      writeStatus(panel);
    },
  });
}

/** @type {(panel: Panel, data: PageData) => void} */
export function take(panel, data) {
  const info = data.info ?? NO_INFO;
  if (info.key !== panel.info.key || data.run !== panel.run) panel.range = null;
  panel.info = info;
  panel.note = data.note ?? "";
  if ((data.run ?? null) !== panel.run) {
    disconnect(panel.stream);
    panel.run = data.run ?? null;
    Object.assign(panel, { frames: newFrames(), stream: newStream(), shown: null, lost: false });
    panel.status = { state: data.state ?? "idle", epoch: 0, epochs: info.epochs };
    writeNarration(panel, []);
    if (panel.run && data.url) listen(panel, data.url);
  } else if (panel.run && data.url && !isOpen(panel.stream) && !ENDED.includes(data.state ?? "")) {
    listen(panel, data.url);
  } else if (!panel.run) panel.status = { state: data.state ?? "idle", epoch: 0, epochs: info.epochs };
}

/** @type {(component: Component<PageData>) => () => void} */
export default function ({ data, parentElement, setStateValue }) {
  let panel = panels.get(parentElement);
  if (!panel) panels.set(parentElement, (panel = start(parentElement)));
  panel.tell = setStateValue;
  setTheme(panel.root);
  panel.theme = colours(panel.root);
  take(panel, data);
  writeInfo(panel);
  writeLegend(panel);
  changed(panel);
  if (!panel.plotly) {
    loadPlotly(data.plotly_url).then(
      (plotly) => {
        panel.plotly = plotly;
        panel.broken = "";
        changed(panel);
      },
      () => {
        panel.broken = "The charts could not be loaded; reload the page to try again.";
        writeStatus(panel);
      },
    );
  }
  return () => {
    panel.closed = true;
    disconnect(panel.stream);
    clearTimeout(panel.labelTimer);
    clearTimeout(panel.allTimer);
    panel.observer.disconnect();
    for (const chart of Object.values(panel.charts)) if (panel.plotly) panel.plotly.purge(chart);
    panel.root.remove();
    panels.delete(parentElement);
  };
}
