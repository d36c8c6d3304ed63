// A batch in slow motion, drawn: its phases, what the phase does, and bars for every timestep and every layer that changes.

import { insideEven } from "./columns.js";
import { batchesBeside, inWords, isReached, largestOf, momentAt, PHASES, shareInWords } from "./slow.js";
import { insidePen, insideText } from "./strips.js";
import { create, createSvg, mark, say } from "../dom.js";

/** @import { Pen, SlowAnswer, SlowDrawing, SlowMoment, SlowState } from "./types.d.ts" */

const HIGH = 30;
const ROW = 46;
const MOST_DIRECTIONS = 4;
const TITLES = { forward: "Forward", loss: "Loss", backward: "Backward", update: "Update" };

/** @type {(parent: HTMLElement, go: (phase: number) => void, beside: (step: 1 | -1) => void) => SlowDrawing} */
export function newSlowDrawing(parent, go, beside) {
  const root = create("section", "slow", parent);
  mark(root, { "aria-label": "One batch in slow motion", hidden: "" });
  const list = create("div", "slow-phases", root);
  mark(list, { role: "group", "aria-label": "Phases of the batch, and other batches" });
  const phases = PHASES.map((phase, index) => {
    const button = create("button", "walk-button", list);
    mark(button, { type: "button", "data-phase": phase });
    say(button, `${index + 1} ${TITLES[phase]}`);
    button.onclick = () => go(index);
    return button;
  });
  const batches = /** @type {const} */ ([-1, 1]).map((step) => {
    const button = create("button", "walk-button", list);
    mark(button, { type: "button" });
    say(button, step < 0 ? "Previous batch" : "Next batch");
    button.onclick = () => button.getAttribute("aria-disabled") !== "true" && beside(step);
    return button;
  });
  const sentence = create("p", "slow-sentence", root);
  mark(sentence, { role: "status", "aria-live": "polite" });
  const whose = create("p", "slow-whose", root);
  const svg = createSvg("svg", "slow-drawing", root);
  mark(svg, { role: "img" });
  const changes = create("ul", "slow-changes", root);
  mark(changes, { "aria-label": "How far the step changes the weights" });
  return { root, phases, batches, sentence, whose, svg, changes, pen: insidePen(svg) };
}

/** @type {(drawing: SlowDrawing, state: SlowState | null, width: number, length: number) => void} */
export function drawSlow({ root, phases, batches, sentence, whose, svg, changes, pen }, state, width, length) {
  root.hidden = state === null;
  if (!state) return;
  const { answer } = state;
  const moment = momentAt(state.at, length);
  const now = PHASES.indexOf(moment.phase);
  phases.forEach((button, index) => mark(button, { "aria-current": index === now ? "step" : "false", "data-done": index < now }));
  const told = answer?.phases.find(({ name }) => name === moment.phase)?.sentence;
  say(sentence, told ?? (state.reason || `Batch ${state.batch} of epoch ${state.epoch} is trained again for it.`));
  const { before, after } = batchesBeside(state);
  [before, after].forEach((batch, index) => mark(batches[index], { "aria-disabled": batch === null }));
  say(whose, answer?.whose ?? "");
  svg.toggleAttribute("hidden", !answer);
  changes.hidden = !answer || moment.phase !== "update";
  if (!answer) return;
  pen.start("slow");
  const height = rows(pen, answer, moment, width);
  pen.end();
  mark(svg, { width, height, "aria-label": summary(answer) });
  writeChanges(changes, answer);
}

/** @type {(pen: Pen, answer: SlowAnswer, moment: SlowMoment, width: number) => number} */
function rows(pen, { directions, by_timestep }, moment, width) {
  const left = Math.min(190, 0.36 * width);
  let y = 4;
  /** @type {(key: string, words: string[], kind: "states" | "loss" | "gradient", values: (number | null)[], direction: { backwards: boolean; windows: number }, largest: number) => void} */
  const row = (key, words, kind, values, direction, largest) => {
    words.forEach((line, index) => insideText(pen, `${key}:name${index}`, line, 0, y + 13 + 15 * index, index ? "s11 quiet" : "s11 bold"));
    const { place } = insideEven(values.length, left, width - left - 8, 40);
    const end = place(values.length - 1);
    pen("path", `${key}:ground`, { class: "slow-ground", d: `M${left},${y + HIGH + 0.5}H${end.x + end.width}` });
    values.forEach((value, index) => {
      const { x, width: wide } = place(index);
      const high = largest ? (HIGH * Math.abs(value ?? 0)) / largest : 0;
      const reached = isReached(kind, index + 1, moment, direction, values.length);
      const box = { x: x + 0.5, y: y + HIGH - high, width: Math.max(0.5, wide - (wide > 4 ? 1.5 : 0)), height: high };
      const node = pen("rect", `${key}:${index}`, { class: `slow-bar ${kind}${reached ? "" : " ahead"}`, ...box });
      say(node.firstElementChild ?? createSvg("title", "", node), `timestep ${index + 1}: ${inWords(value)}`);
    });
    insideText(pen, `${key}:first`, 1, place(0).x + 1, y + HIGH + 13, "s11", "start", "timesteps");
    if (values.length > 1) insideText(pen, `${key}:last`, values.length, end.x + end.width - 1, y + HIGH + 13, "s11", "end", "timesteps");
    y += ROW + 2;
  };
  const shown = directions.slice(0, MOST_DIRECTIONS);
  const named = (/** @type {typeof directions[number]} */ { layer, role }) => (role ? `${layer}, ${role}` : layer);
  for (const [index, direction] of shown.entries()) {
    row(`states${index}`, ["norm of the state", named(direction)], "states", direction.states, direction, largestOf(direction.states));
  }
  if (by_timestep) row("loss", ["loss at each timestep", ""], "loss", by_timestep, { backwards: false, windows: 1 }, largestOf(by_timestep));
  const steepest = largestOf(shown.flatMap(({ gradient }) => gradient));
  for (const [index, direction] of shown.entries()) {
    row(`gradient${index}`, ["norm of ∂loss/∂state", named(direction)], "gradient", direction.gradient, direction, steepest);
  }
  if (directions.length > shown.length) {
    insideText(pen, "more", `${shown.length} of ${directions.length} directions are drawn.`, 0, y + 13, "s11 quiet");
    y += 20;
  }
  return y;
}

/** @type {(answer: SlowAnswer) => string} */
function summary({ directions, by_timestep }) {
  const parts = directions.map(({ layer, role, gradient }) => `the gradient with respect to the state of ${layer}${role ? `, ${role}` : ""}, up to ${inWords(largestOf(gradient))}`);
  if (by_timestep) parts.unshift(`the loss, up to ${inWords(largestOf(by_timestep))}`);
  return parts.length ? `For every timestep a bar: ${parts.join("; ")}.` : "This batch has no numbers for single timesteps.";
}

/** @type {(list: HTMLElement, answer: SlowAnswer) => void} */
function writeChanges(list, { changes }) {
  const entries = Object.entries(changes);
  const largest = largestOf(entries.map(([, share]) => share)) || 1;
  while (list.children.length > entries.length) list.lastElementChild?.remove();
  entries.forEach(([name, share], index) => {
    const item = /** @type {HTMLElement} */ (list.children[index] ?? create("li", "", list));
    if (!item.firstElementChild) ["b", "i", "span"].forEach((tag) => item.append(document.createElement(tag)));
    const [called, bar, words] = /** @type {HTMLElement[]} */ ([...item.children]);
    say(called, name);
    bar.style.setProperty("--share", String(share === null ? 1 : share / largest));
    say(words, shareInWords(share));
  });
}
