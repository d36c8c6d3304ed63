// The panel's cards: built once, then only words and attributes change.

import { create, mark, say } from "../dom.js";
import { questionMark } from "../terms.js";
import { newDrawn } from "./draw.js";
import { isWithin } from "./film.js";
import { lastEpoch, shownFrame } from "./frames.js";
import { listenForHover } from "./hover.js";
import { MAX_OUTPUTS } from "./outputs.js";
import { newSpoken } from "./spoken.js";
import { newStatus } from "./status.js";
import { sentencesAt } from "./story.js";
import { short } from "./ticks.js";
import { newTransport } from "./transport.js";

/** @import { Built, Panel } from "./types.d.ts" */

// What a learner needs to know of the word.
const PROBE = "Which validation sequence is drawn: the model never trains on them";

/** @type {(parent: HTMLElement) => Built} */
export function newPanel(parent) {
  const root = create("div", "explorer-live", parent);
  mark(root, { "data-live": "", "data-redraws": 0 });
  const panel = /** @type {Built} */ (/** @type {unknown} */ ({ root, charts: new Map(), words: {}, charted: new Map() }));
  panel.transport = newTransport(root);
  const cards = create("div", "cards", root);
  courseCard(panel, cards);
  outputsCard(panel, cards);
  storyCard(panel, cards);
  panel.spoken = newSpoken(root);
  return panel;
}

/** @type {(parent: HTMLElement, title: string) => { head: HTMLElement; heading: HTMLElement }} */
function headOf(parent, title) {
  const head = create("div", "head", parent);
  const heading = create("div", "title", head);
  mark(heading, { role: "heading", "aria-level": 2 });
  say(heading, title);
  return { head, heading };
}

/** @type {(panel: Built, parent: HTMLElement, name: string, title: string) => void} */
function chartOf(panel, parent, name, title) {
  const chart = create("div", `chart ${name}`, parent);
  mark(chart, { "data-chart": name, role: "img", "aria-label": title });
  const drawn = newDrawn(chart);
  drawn.read = listenForHover(drawn);
  panel.charts.set(name, drawn);
}

/** @type {(legend: HTMLElement, className: string, words: string) => HTMLElement} */
function keyOf(legend, className, words) {
  const key = create("span", `key ${className}`, legend);
  create("i", "stroke", key);
  const text = create("span", "", key);
  say(text, words);
  return text;
}

// Loss and error are one card: they share the epochs, and the line at the one that is shown.
/** @type {(panel: Built, cards: HTMLElement) => void} */
function courseCard(panel, cards) {
  const element = create("section", "card course", cards);
  mark(element, { "aria-label": "Loss and error by epoch" });
  const { head, heading } = headOf(element, "Loss");
  questionMark(heading, "loss");
  const legend = create("div", "legend", head);
  panel.words.training = keyOf(legend, "training", "training");
  panel.words.validation = keyOf(legend, "validation", "validation");
  const baseline = create("span", "key", legend);
  keyOf(baseline, "baseline", "baseline");
  questionMark(baseline, "baseline");
  panel.logButton = create("button", "log", head);
  mark(panel.logButton, { type: "button", "aria-pressed": "false", title: "Draw the loss on a logarithmic axis" });
  say(panel.logButton, "log");
  chartOf(panel, element, "loss", "Loss");
  const error = headOf(element, "Error at each timestep");
  panel.words.errorTitle = error.heading;
  panel.words.accuracy = create("span", "key accuracy", error.head);
  const scale = create("span", "key scale", error.head);
  scale.append("0 ");
  create("i", "ramp", scale);
  panel.words.worst = create("span", "worst", scale);
  chartOf(panel, element, "error", "Error");
}

/** @type {(panel: Built, cards: HTMLElement) => void} */
function outputsCard(panel, cards) {
  const element = create("section", "card outputs", cards);
  const { head, heading } = headOf(element, "Output at every timestep");
  mark(element, { "aria-label": "Output and target" });
  panel.words.outputsTitle = heading;
  panel.select = create("select", "", head);
  mark(panel.select, { "aria-label": "Which validation sequence is drawn", title: PROBE });
  chartOf(panel, element, "outputs", "Output");
}

/** @type {(panel: Built, cards: HTMLElement) => void} */
function storyCard(panel, cards) {
  const element = create("section", "card narration", cards);
  const { head } = headOf(element, "What the run shows");
  mark(element, { "aria-label": "What the run shows" });
  panel.more = create("button", "more", head);
  mark(panel.more, { type: "button" });
  say(panel.more, "more ▾");
  panel.more.title = "There are more sentences: show the next ones";
  const standing = newStatus(head);
  // Not read aloud: another one comes twice a second.
  const batch = create("p", "batch", element);
  panel.narration = create("ul", "", element);
  mark(panel.narration, { "data-story": "", "aria-live": "polite" });
  panel.more.onclick = () => showMore(panel.narration);
  panel.quiet = create("p", "quiet", element);
  say(panel.quiet, "What the run shows is told here, epoch by epoch.");
  // Below the sentences, which it would move.
  const reason = create("p", "reason", element);
  mark(reason, { role: "status" });
  panel.standing = { ...standing, batch, reason };
}

// The next sentences, and after the last ones the first again.
/** @type {(list: HTMLElement) => void} */
function showMore(list) {
  const end = list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
  list.scrollTop = end ? 0 : list.scrollTop + list.clientHeight;
}

// Whether there are sentences that the card has no room for is said.
/** @type {(panel: Panel) => void} */
export function writeMore({ narration, more }) {
  // To read heights has the page laid out: not where there is nothing.
  const hides = narration.childElementCount > 0 && narration.scrollHeight > narration.clientHeight + 2;
  more.style.visibility = hides ? "" : "hidden";
  mark(narration, { tabindex: hides ? 0 : -1 });
}

/** @type {(panel: Panel) => void} */
export function writeInfo(panel) {
  const { info } = panel;
  const once = info.answers === "once";
  mark(panel.root, { "data-answer": info.answer, "data-answers": info.answers });
  const outputs = info.targets[0]?.[0]?.length ?? 1;
  const classes = info.answer === "class";
  const drawn = !classes && outputs > MAX_OUTPUTS ? `, ${MAX_OUTPUTS} of ${outputs} drawn` : "";
  const what = classes ? "Probability of each class" : "Output";
  say(panel.words.outputsTitle, what + (once ? (classes ? "" : " for every validation sequence") : " at every timestep") + drawn);
  say(panel.words.errorTitle, `Error at each ${once ? "sequence" : "timestep"}`);
  panel.select.hidden = once;
  if (panel.select.options.length !== info.targets.length) {
    const options = info.targets.map((_, index) => new Option(`validation sequence ${index + 1}`, String(index)));
    panel.select.replaceChildren(...options);
  }
  panel.sequence = Math.min(panel.sequence, Math.max(0, info.targets.length - 1));
  panel.select.value = String(panel.sequence);
}

/** @type {(panel: Panel) => void} */
export function writeMarks(panel) {
  const { status, frames, film, may } = panel;
  mark(panel.root, {
    "data-stale": panel.run !== null && may.mine && !may.same,
    "data-run": panel.run ?? "",
    "data-state": status.state,
    "data-epoch": Math.max(lastEpoch(frames), status.epoch ?? 0),
    "data-frames": frames.list.length,
    "data-shown": film.shown,
    "data-validation": shownFrame(panel)?.val_loss ?? "",
    "data-batch": film.batch || "",
    "data-speed": film.speed,
    "data-playing": film.playing,
  });
}

/** @type {(panel: Panel) => void} */
export function writeLegend(panel) {
  const { words, frames } = panel;
  const frame = shownFrame(panel);
  say(words.training, frame ? `training ${short(frame.loss)}` : "training");
  say(words.validation, frame ? `validation ${short(frame.val_loss)}` : "validation");
  const right = frame?.val_accuracy ?? frame?.accuracy;
  const own = frame?.own_accuracy;
  const share = (/** @type {number} */ part) => `${Math.round(100 * part)}%`;
  say(words.accuracy, right == null ? "" : own == null ? `${share(right)} correct` : `${share(right)} correct, decoded ${share(own)}`);
  const where = "Accuracy on the validation sequences";
  words.accuracy.title = right == null ? "" : own == null ? where : `${where}: with the target before each timestep (teacher forcing), and decoded, fed the model's own outputs`;
  say(words.worst, frames.list.length ? ` ${short(frames.worst)}` : " error");
}

/** @type {(panel: Panel) => void} */
export function writeNarration(panel) {
  const { film } = panel;
  // Of an epoch nothing is told before its last batch.
  const sentences = sentencesAt(panel.stories, isWithin(film) ? film.shown - 1 : film.shown);
  const held = [...panel.narration.children];
  // Sentences that stay keep their element: only what is new is read aloud.
  sentences.forEach((sentence, index) => {
    const item = held[index] ?? create("li", "", panel.narration);
    say(item, sentence);
  });
  held.slice(sentences.length).forEach((item) => item.remove());
  panel.quiet.hidden = sentences.length > 0 || Boolean(panel.standing.reason.textContent);
  writeMore(panel);
}
