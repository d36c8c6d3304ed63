// The live panel: listens to one run, plays it as a film, and redraws in place. Python hears of what is pressed, never of
// a frame.

import { setTheme } from "./axes.js";
import { mark } from "./dom.js";
import { announce, answerWhoAsks, isWatched } from "./live/announce.js";
import { newBatches } from "./live/batches.js";
import { ENDED, GOING, isStillExpected } from "./live/controls.js";
import { classesFigure } from "./live/classes.js";
import { drawFigure } from "./live/draw.js";
import { newEarlier, remember, togglePin } from "./live/earlier.js";
import { errorFigure } from "./live/error.js";
import { advance, awaitEpoch, comeBack, join, newFilm, noteTrained, pause, play, seek, setSpeed, stepFilm } from "./live/film.js";
import { newFlow, takeFlow } from "./live/flow.js";
import { lastEpoch, newFrames, takeFrames } from "./live/frames.js";
import { listenForKeys } from "./live/keys.js";
import { lossFigure } from "./live/loss.js";
import { outputsFigure } from "./live/outputs.js";
import { newPanel, writeInfo, writeLegend, writeMarks, writeMore, writeNarration } from "./live/panel.js";
import { speak } from "./live/spoken.js";
import { takeStory } from "./live/story.js";
import { connect, disconnect, isOpen, newStream } from "./live/stream.js";
import { speedOf, writeTransport } from "./live/transport.js";
import { askBatches, takeBetween, walkOf } from "./live/walk.js";

/** @import { News, PageData, Panel } from "./live/types.d.ts" */
/** @import { Component } from "./component.d.ts" */

/** @type {WeakMap<HTMLElement, Panel>} */
const panels = new WeakMap();
// What a panel leaves to the next one: a quiz has none, and the film goes on after it.
/** @type {{ run: string | null; film: import("./live/types.d.ts").Film; chosen: Pick<Panel, "sequence" | "earlier" | "log"> } | null} */
let left = null;
const APART = 40;
// A press that nothing came of may be made again after so long.
const LONGEST_ANSWER = 2000;
const FIGURES = { loss: lossFigure, error: errorFigure, outputs: outputs };
/** @type {typeof outputsFigure} */
function outputs(panel, size) {
  return panel.info.answer === "class" ? classesFigure(panel, size) : outputsFigure(panel, size);
}
const NOTHING_KNOWN = { key: "", title: "", task: "", loss: "", settings: {}, answers: "every step", answer: "number", batches: 1 };
const NO_INFO = { ...NOTHING_KNOWN, epochs: 1, baselines: [], targets: [[[0]]], lengths: [1] };
const NOT_YET = { mine: false, same: false, ready: false, most: 0, kept: false, refusal: "", more_refusal: "" };

/** @type {(parent: HTMLElement) => Panel} */
export function start(parent) {
  const kept = { run: null, status: { state: "idle" }, info: NO_INFO, frames: newFrames(), stream: newStream(), may: NOT_YET };
  const before = left?.chosen ?? { sequence: 0, earlier: newEarlier(), log: false };
  const chosen = { ...before, film: newFilm(left?.film.speed), stories: [], lost: false, note: "" };
  const asked = { wanted: null, sent: "", sentTimer: 0, pressed: "", expects: false, announced: "" };
  const flowing = { flow: newFlow(), askTimer: 0, batches: newBatches(), batchTimer: 0, between: null, watched: false, url: "" };
  const drawing = { pending: false, notBefore: 0, labelled: 0, labelTimer: 0, tickTimer: 0, redraws: 0, closed: false };
  const built = { ...newPanel(parent), ...kept, ...chosen, ...asked, ...flowing, ...drawing };
  const panel = /** @type {Panel} */ (/** @type {unknown} */ (built));
  const { transport, standing } = panel;
  for (const place of [...Object.values(transport.buttons), standing.stop]) {
    const button = /** @type {HTMLButtonElement} */ (place.firstElementChild);
    button.onclick = () => press(panel, button.dataset.press ?? "");
  }
  standing.keep.onchange = () => panel.ask("action", { name: "keep", kept: standing.keep.checked });
  transport.scrub.oninput = () => (seek(panel.film, Number(transport.scrub.value), lastEpoch(panel.frames)), changed(panel));
  for (const radio of transport.radios) {
    radio.onchange = () => {
      setSpeed(panel.film, speedOf(radio.value), performance.now());
      changed(panel);
    };
  }
  panel.select.onchange = () => {
    panel.sequence = Number(panel.select.value);
    changed(panel);
    if (panel.watched) listenAgain(panel);
  };
  mark(panel.logButton, { "aria-pressed": panel.log });
  panel.logButton.onclick = () => {
    panel.log = !panel.log;
    mark(panel.logButton, { "aria-pressed": panel.log });
    changed(panel);
  };
  panel.observer = new ResizeObserver(() => {
    // Read here, where the page is laid out already: to read it with each frame would lay the page out once more.
    transport.width = transport.scrub.clientWidth;
    writeTransport(panel);
    writeMore(panel);
    redraw(panel);
  });
  for (const { chart } of panel.charts.values()) panel.observer.observe(chart);
  panel.observer.observe(transport.scrub);
  panel.ends = [listenForKeys(panel.root, (key) => pressKey(panel, key)), answerWhoAsks(panel, () => !panel.watched && listenAgain(panel))];
  return panel;
}

/** @type {(panel: Panel, key: "main" | "step" | "back") => boolean} */
function pressKey(panel, key) {
  const button = key === "back" ? null : panel.wanted?.[key];
  if (key === "back" && stepFilm(panel.film, -1, lastEpoch(panel.frames), walkOf(panel))) {
    changed(panel);
    return true;
  }
  if (!button || button.disabled || (key === "step" && !panel.run)) return false;
  press(panel, button.key);
  return true;
}

// What a button does: to the film here, and to the run there.
/** @type {(panel: Panel, key: string) => void} */
function press(panel, key) {
  const { film, frames, status, may } = panel;
  const [trained, going] = [lastEpoch(frames), GOING.includes(status.state)];
  const own = panel.run !== null && may.mine && may.same;
  if (key === "pause") {
    pause(film);
    if (own && going) send(panel, "pause");
  } else if (key !== "step" || !stepFilm(film, 1, trained, walkOf(panel))) {
    if (key === "step" && own) awaitEpoch(film, trained + 1);
    if (key === "play") play(film, trained, going, performance.now());
    if (key === "resume" || key === "more") {
      play(film, trained, true, performance.now());
      panel.expects = true;
    }
    if (key !== "play") send(panel, key);
  }
  changed(panel);
}

/** @type {(panel: Panel, name: string) => void} */
function send(panel, name) {
  panel.sent = panel.pressed = name;
  clearTimeout(panel.sentTimer);
  panel.sentTimer = setTimeout(() => answered(panel), LONGEST_ANSWER);
  // The server is told at once what is drawn: the first epochs come before the page listens.
  panel.ask("action", { name, sequence: isWatched() ? panel.sequence : null });
}

/** @type {(panel: Panel) => void} */
function answered(panel) {
  clearTimeout(panel.sentTimer);
  panel.sent = "";
  if (!panel.closed) writeTransport(panel);
}

// Whether there are epochs to come; the state is told before the frames that belong to it. A run that the server holds, after
// a restart for example, goes on when its owner's page asks for it.
/** @type {(panel: Panel) => boolean} */
function goesOn({ expects, status, frames }) {
  const held = status.state === "paused" && Boolean(status.reason);
  return expects || held || GOING.includes(status.state) || lastEpoch(frames) < (status.epoch ?? 0);
}

/** @type {(panel: Panel) => void} */
export function changed(panel) {
  clearTimeout(panel.tickTimer);
  const wait = advance(panel.film, lastEpoch(panel.frames), goesOn(panel), performance.now(), walkOf(panel));
  if (wait !== null) panel.tickTimer = setTimeout(() => changed(panel), Math.max(4, wait));
  askBatches(panel, () => changed(panel));
  takeBetween(panel);
  writeMarks(panel);
  writeTransport(panel);
  writeNarration(panel);
  announce(panel);
  speak(panel, performance.now());
  redraw(panel);
}

/** @type {(panel: Panel) => void} */
function redraw(panel) {
  if (panel.pending || panel.closed) return;
  panel.pending = true;
  setTimeout(() => requestAnimationFrame(() => paint(panel)), Math.max(0, panel.notBefore - performance.now()));
}

/** @type {(panel: Panel) => void} */
function paint(panel) {
  panel.pending = false;
  if (panel.closed) return;
  const began = performance.now();
  for (const [name, figureOf] of Object.entries(FIGURES)) {
    const drawn = panel.charts.get(name);
    const size = { width: drawn?.chart.clientWidth ?? 0, height: drawn?.chart.clientHeight ?? 0 };
    if (!drawn || !size.width || !size.height) continue;
    const figure = figureOf(panel, size);
    mark(drawn.chart, { "data-run": panel.run ?? "" });
    drawFigure(drawn, figure, size, (run) => (togglePin(panel.earlier, run), redraw(panel)));
    panel.charted.set(name, figure.words);
  }
  writeLegend(panel);
  label(panel);
  mark(panel.root, { "data-redraws": ++panel.redraws });
  // On a slow machine the charts leave half of the time to everything else.
  panel.notBefore = began + Math.max(APART, 2 * (performance.now() - began));
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
  for (const [name, { chart }] of panel.charts) mark(chart, { "aria-label": panel.charted.get(name) ?? "" });
}

/** @type {(panel: Panel) => News} */
function handlers(panel) {
  return {
    // Only what changed is sent.
    state: (news) => {
      const before = panel.status.state;
      panel.status = { ...panel.status, ...news };
      const { state } = panel.status;
      if (news.epoch !== undefined) noteTrained(panel.film, news.epoch);
      if (news.state !== undefined) panel.expects &&= isStillExpected(news.state, false, false);
      // One that the server holds goes on when its owner's page asks for it.
      if (state === "paused" && state !== before && panel.status.reason) panel.ask("action", { name: "open" });
      changed(panel);
    },
    frames: ({ frames }) => {
      takeFrames(panel.frames, frames, panel.info);
      if (panel.flow.run === panel.run) takeFlow(panel.flow, frames, panel.film.shown);
      changed(panel);
    },
    narration: (story) => {
      takeStory(panel.stories, story);
      changed(panel);
    },
  };
}

// The server is asked for the tensors of the sequence that is shown, where something on the page draws them.
/** @type {(panel: Panel, url: string) => void} */
function listen(panel, url) {
  const { run, sequence } = panel;
  Object.assign(panel, { url, watched: isWatched() });
  connect(panel.stream, panel.watched ? `${url}?tensors=${sequence}` : url, {
    after: () => lastEpoch(panel.frames),
    on: handlers(panel),
    lost: (lost) => {
      if (panel.lost === lost || panel.run !== run) return;
      panel.lost = lost;
      writeTransport(panel);
    },
  });
}

/** @type {(panel: Panel) => void} */
function listenAgain(panel) {
  if (panel.run && isOpen(panel.stream)) listen(panel, panel.url);
}

// Whether a run was trained to its end, of which epochs are not here.
/** @type {(panel: Panel, data: PageData) => boolean} */
const isMissing = ({ frames }, { state, info }) => state === "done" && lastEpoch(frames) < (info?.epochs ?? 0);

/** @type {(panel: Panel, data: PageData) => void} */
export function take(panel, data) {
  const info = data.info ?? NO_INFO;
  const [run, state] = [data.run ?? null, data.state ?? "idle"];
  if (run !== panel.run) {
    disconnect(panel.stream);
    if (panel.run) remember(panel.earlier, panel.run, panel.info, panel.frames);
    panel.run = run;
    panel.info = info;
    Object.assign(panel, { frames: newFrames(), stream: newStream(), film: newFilm(panel.film.speed, info.batches), lost: false });
    panel.status = { state, epoch: 0, epochs: info.epochs };
    if (panel.pressed === "train") {
      play(panel.film, 0, true, performance.now());
      panel.expects = true;
    }
    else if (panel.pressed === "step") awaitEpoch(panel.film, 1);
    else if (run && run === left?.run) comeBack(panel.film, left.film);
    else if (run && panel.pressed !== "reset") join(panel.film, GOING.includes(state));
    left = null;
    panel.stories = [];
    if (run && data.url) listen(panel, data.url);
  } else if (run && data.url && !isOpen(panel.stream) && (!ENDED.includes(state) || isMissing(panel, data))) {
    panel.status = { ...panel.status, state };
    listen(panel, data.url);
  } else if (!run) panel.status = { state, epoch: 0, epochs: info.epochs };
  panel.info = info;
  panel.note = data.note ?? "";
  panel.may = data.may ?? NOT_YET;
  panel.pressed = "";
  panel.expects &&= isStillExpected(state, true, isMissing(panel, data));
  answered(panel);
}

/** @type {(component: Component<PageData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  let panel = panels.get(parentElement);
  if (!panel) panels.set(parentElement, (panel = start(parentElement)));
  panel.ask = setTriggerValue;
  setTheme(panel.root);
  take(panel, data);
  writeInfo(panel);
  writeLegend(panel);
  changed(panel);
  return () => {
    panel.closed = true;
    const { run, film, sequence, earlier, log } = panel;
    left = { run, film, chosen: { sequence, earlier, log } };
    disconnect(panel.stream);
    for (const timer of [panel.labelTimer, panel.tickTimer, panel.sentTimer, panel.askTimer, panel.batchTimer]) clearTimeout(timer);
    panel.observer.disconnect();
    panel.ends.forEach((end) => end());
    panel.root.remove();
    panels.delete(parentElement);
  };
}
