// The panel's DOM: built once, then only words and attributes change.

import { create, mark, say } from "../dom.js";
import { questionMark } from "../terms.js";
import { lastEpoch } from "./frames.js";
import { MAX_OUTPUTS, shownFrame } from "./outputs.js";
import { duration, short } from "./ticks.js";

/** @import { Panel } from "./types.d.ts" */
/**
 * @typedef {Pick<Panel, "root" | "charts" | "words" | "charted" | "latest" | "logButton" | "scrub" | "select" |
 *   "narration" | "quiet">} Built
 */

// What a learner needs to know of the word.
const PROBE = "Which sequence of the probe is drawn: a few sequences that the model never trains on";

export const ENDED = ["done", "stopped", "failed"];

/** @type {(parent: HTMLElement) => Built} */
export function newPanel(parent) {
  const root = create("div", "explorer-live", parent);
  mark(root, { "data-live": "", "data-redraws": 0 });
  const status = create("div", "status", root);
  const panel = /** @type {Built} */ (/** @type {unknown} */ ({ root, charts: {}, words: {}, charted: new Map() }));
  for (const name of ["epoch", "rate", "left"]) panel.words[name] = create("span", name, status);
  const state = create("span", "state", status);
  create("i", "dot", state);
  panel.words.state = create("b", "", state);
  panel.latest = create("button", "latest", status);
  mark(panel.latest, { type: "button", title: "Show the latest epoch again" });
  panel.words.reason = create("span", "reason", status);
  mark(panel.words.reason, { role: "status" });

  const cards = create("div", "cards", root);
  lossCard(panel, cards);
  outputsCard(panel, cards);
  const error = card(panel, cards, "error", "Error");
  const key = create("span", "key scale", error.legend);
  key.append("0 ");
  create("i", "ramp", key);
  panel.words.worst = create("span", "", key);
  storyCard(panel, cards);
  return panel;
}

/**
 * @type {(panel: Built, cards: HTMLElement, name: string, title: string) => { element: HTMLElement; head:
 *   HTMLElement; legend: HTMLElement }}
 */
function card(panel, cards, name, title) {
  const element = create("section", `card ${name}`, cards);
  const head = create("div", "head", element);
  const heading = create("div", "title", head);
  mark(heading, { role: "heading", "aria-level": 3 });
  say(heading, title);
  mark(element, { "aria-label": title });
  panel.words[`${name}Title`] = heading;
  const legend = create("div", "legend", head);
  if (name !== "narration") {
    const chart = create("div", "chart", element);
    mark(chart, { "data-chart": name, role: "img", "aria-label": title });
    panel.charts[name] = chart;
  }
  return { element, head, legend };
}

/** @type {(legend: HTMLElement, className: string, words: string) => HTMLElement} */
function keyOf(legend, className, words) {
  const key = create("span", `key ${className}`, legend);
  create("i", "stroke", key);
  const text = create("span", "", key);
  say(text, words);
  return text;
}

/** @type {(panel: Built, cards: HTMLElement) => void} */
function lossCard(panel, cards) {
  const { element, legend } = card(panel, cards, "loss", "Loss");
  questionMark(panel.words.lossTitle, "loss");
  const baseline = create("span", "key", legend);
  keyOf(baseline, "baseline", "baseline");
  questionMark(baseline, "baseline");
  panel.words.accuracy = create("span", "key accuracy", legend);
  panel.words.training = keyOf(legend, "training", "training");
  panel.words.heldOut = keyOf(legend, "held-out", "validation");
  panel.logButton = create("button", "log", legend);
  mark(panel.logButton, { type: "button", "aria-pressed": "false", title: "Draw the loss on a logarithmic axis" });
  say(panel.logButton, "log");
  const row = create("div", "scrub", element);
  panel.scrub = create("input", "", row);
  mark(panel.scrub, { type: "range", min: 1, max: 1, step: 1, "data-scrub": "", "aria-label": "Look back at epoch" });
}

/** @type {(panel: Built, cards: HTMLElement) => void} */
function outputsCard(panel, cards) {
  const { legend } = card(panel, cards, "outputs", "Output at every timestep");
  panel.words.output = keyOf(legend, "output", "output");
  panel.words.target = keyOf(legend, "target", "target");
  panel.select = create("select", "", legend);
  mark(panel.select, { "aria-label": "Which sequence of the probe is drawn", title: PROBE });
}

/** @type {(panel: Built, cards: HTMLElement) => void} */
function storyCard(panel, cards) {
  const { element } = card(panel, cards, "narration", "What happened");
  panel.narration = create("ul", "", element);
  mark(panel.narration, { "data-story": "", "aria-live": "polite" });
  panel.quiet = create("p", "quiet", element);
  say(panel.quiet, "What the run shows will be explained here.");
}

/** @type {(panel: Panel) => void} */
export function writeInfo(panel) {
  const { info } = panel;
  const once = info.answers === "once";
  mark(panel.root, { "data-answer": info.answer, "data-answers": info.answers });
  say(panel.words.outputsTitle, once ? "Output for every sequence of the probe" : "Output at every timestep");
  say(panel.words.errorTitle, `Error by epoch and ${once ? "sequence" : "timestep"}`);
  const outputs = info.targets[0]?.[0]?.length ?? 1;
  say(panel.words.output, outputs > MAX_OUTPUTS ? `outputs 1 to ${MAX_OUTPUTS} of ${outputs}` : "output");
  panel.select.hidden = once;
  if (panel.select.options.length !== info.targets.length) {
    panel.select.replaceChildren(...info.targets.map((_, index) => new Option(`sequence ${index + 1}`, String(index))));
  }
  panel.sequence = Math.min(panel.sequence, Math.max(0, info.targets.length - 1));
  panel.select.value = String(panel.sequence);
}

/** @type {(panel: Panel) => void} */
export function writeStatus(panel) {
  const { status, info, frames, words } = panel;
  const epoch = Math.max(lastEpoch(frames), status.epoch ?? 0);
  const epochs = status.epochs ?? info.epochs;
  mark(panel.root, {
    "data-run": panel.run ?? "",
    "data-state": status.state,
    "data-epoch": epoch,
    "data-frames": frames.list.length,
  });
  if (words.epoch.textContent !== `epoch ${epoch} of ${epochs}`) {
    const number = document.createElement("b");
    number.textContent = String(epoch);
    words.epoch.replaceChildren("epoch ", number, ` of ${epochs}`);
  }
  const running = status.state === "running";
  const rate = running && status.rate ? status.rate : 0;
  say(words.rate, rate ? `${rate < 10 ? Number(rate.toPrecision(2)) : Math.round(rate)} epochs/s` : "");
  say(words.left, running && status.left != null ? `${duration(status.left)} left` : "");
  say(words.state, status.state);
  const reasons = panel.lost ? ["Connection lost, trying again."] : [status.reason, panel.note];
  const reason = panel.broken || [...new Set(reasons.filter(Boolean))].join(" ");
  say(words.reason, reason);
  words.reason.title = reason;
  writeScrub(panel);
}

// The slider lies under the epochs of the loss chart; while training it shows how far the run is, and cannot be moved.
/** @type {(panel: Panel) => void} */
function writeScrub(panel) {
  const { scrub, frames, status } = panel;
  const last = lastEpoch(frames);
  const epochs = Math.max(panel.info.epochs, last, 1);
  const free = last > 0 && (ENDED.includes(status.state) || status.state === "paused");
  if (!free) panel.shown = null;
  mark(scrub, { max: epochs });
  const at = panel.shown ?? Math.max(1, last);
  if (scrub.value !== String(at)) scrub.value = String(at);
  scrub.disabled = !free;
  mark(scrub, { "aria-valuetext": panel.shown === null ? `epoch ${last}, the latest` : `epoch ${panel.shown}` });
  scrub.title = free ? "Show the outputs of an earlier epoch" : "You can look back when the run is paused or done";
  panel.scrub.style.setProperty("--done", `${epochs > 1 ? (100 * (at - 1)) / (epochs - 1) : 100}%`);
  panel.latest.hidden = panel.shown === null;
  say(panel.latest, panel.shown === null ? "" : `showing epoch ${panel.shown}: back to the latest`);
}

/** @type {(panel: Panel) => void} */
export function writeLegend(panel) {
  const { words, frames } = panel;
  const frame = panel.shown === null ? frames.list.at(-1) : shownFrame(panel);
  say(words.training, frame ? `training ${short(frame.loss)}` : "training");
  say(words.heldOut, frame ? `validation ${short(frame.val_loss)}` : "validation");
  const right = frame?.val_accuracy ?? frame?.accuracy;
  say(words.accuracy, right == null ? "" : `${Math.round(100 * right)}% correct`);
  words.accuracy.title = right == null ? "" : "Accuracy on the validation sequences";
  say(words.worst, frames.list.length ? ` ${short(frames.worst)}` : " error");
}

/** @type {(panel: Panel, sentences: string[]) => void} */
export function writeNarration(panel, sentences) {
  const held = [...panel.narration.children];
  // Sentences that stay keep their element: only what is new is read aloud.
  sentences.forEach((sentence, index) => {
    const item = held[index] ?? create("li", "", panel.narration);
    say(item, sentence);
  });
  held.slice(sentences.length).forEach((item) => item.remove());
  panel.quiet.hidden = sentences.length > 0;
}
