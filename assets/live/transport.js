// The transport bar: play and pause, step, restart, speed, and the one scrubber; and under it how the run stands.

import { create, createSvg, mark, say } from "../dom.js";
import { buttonsOf, GOING } from "./controls.js";
import { lastEpoch } from "./frames.js";
import { countTicks, duration } from "./ticks.js";

/** @import { Button, Panel, Speed, Transport } from "./types.d.ts" */

const ICONS = new Map([
  ["play", "M3 1.5v11l9-5.5z"],
  ["pause", "M2 1.5h3.6v11H2zM8.4 1.5H12v11H8.4z"],
  ["step", "M1 1.5v11l8-5.5zM10.5 1.5h2.6v11h-2.6z"],
  ["restart", "M7 2.2a4.9 4.9 0 1 1-4.8 5.9h1.8a3.2 3.2 0 1 0 3-4.2v2L3.4 3.1 7 .2z"],
  ["more", "M1 1.5v11l6-5.5zM9.2 3.5h1.7v2.6h2.6v1.7h-2.6v2.6H9.2V7.8H6.7V6.1h2.5z"],
  ["stop", "M2.5 2.5h9v9h-9z"],
]);
const SPEEDS = /** @type {const} */ ([
  ["slow", "slow", "", "One epoch a second"],
  ["normal", "1×", ": 10 epochs/s", "Ten epochs a second"],
  ["max", "max", "", "The newest epoch while it trains; afterwards as fast as it can be drawn"],
]);
// How each state is told from the others without a colour.
const STATES = new Map([
  ["idle", "○"], ["queued", "◔"], ["running", "▶"], ["paused", "❚❚"], ["done", "✓"], ["stopped", "■"], ["failed", "✕"],
]);
const HALF_THUMB = 9;

/** @type {(root: HTMLElement) => Transport} */
export function newTransport(root) {
  const bar = create("div", "transport", root);
  mark(bar, { role: "group", "aria-label": "Film of the run" });
  const buttons = { main: newButton(bar, "main"), step: newButton(bar), reset: newButton(bar), second: newButton(bar, "second") };
  const speeds = create("fieldset", "speeds", bar);
  mark(speeds, { "aria-label": "Speed of the film" });
  const name = `explorer-speed-${Math.random().toString(36).slice(2)}`;
  const radios = SPEEDS.map(([value, text, more, title]) => {
    const label = create("label", "", speeds);
    label.title = title;
    const input = create("input", "", label);
    mark(input, { type: "radio", name, value });
    const words = create("span", "", label);
    words.append(text);
    say(create("small", "", words), more);
    return input;
  });
  const epoch = create("span", "epoch", bar);
  const place = create("div", "scrub", bar);
  const trained = create("span", "trained", place);
  const scrub = create("input", "", place);
  mark(scrub, { type: "range", min: 0, max: 1, step: 1, "data-scrub": "", "aria-label": "Epoch that is shown" });
  const numbers = create("div", "numbers", place);
  mark(numbers, { "aria-hidden": "true" });

  const status = create("div", "status", root);
  const state = create("span", "state", status);
  const sign = create("span", "sign", state);
  mark(sign, { "aria-hidden": "true" });
  const word = create("b", "", state);
  const [rate, left] = [create("span", "rate", status), create("span", "left", status)];
  const reason = create("span", "reason", status);
  mark(reason, { role: "status" });
  const stop = newButton(status);
  const keep = create("label", "keep st-key-keep", status);
  keep.title = "Keep the run for good. Other runs are deleted when nobody has opened them for a long time.";
  const kept = create("input", "", keep);
  mark(kept, { type: "checkbox" });
  say(create("span", "", keep), "Keep");
  const words = { epoch, trained, sign, state: word, rate, left, reason };
  return { bar, buttons: { ...buttons, stop }, radios, scrub, place, numbers, words, keep: kept, ticks: "" };
}

/** @type {(parent: HTMLElement, kind?: string) => HTMLElement} */
function newButton(parent, kind = "") {
  const place = create("span", `place ${kind}`, parent);
  const button = create("button", "", place);
  mark(button, { type: "button" });
  const icon = createSvg("svg", "", button);
  mark(icon, { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" });
  createSvg("path", "", icon);
  create("span", "", button);
  return place;
}

/** @type {(place: HTMLElement, wanted: Button | null) => void} */
function writeButton(place, wanted) {
  const kind = place.classList[1] ?? "";
  place.hidden = false;
  const button = /** @type {HTMLButtonElement} */ (place.firstElementChild);
  // A place that is empty now is kept for what will be there.
  place.style.visibility = wanted ? "" : "hidden";
  button.disabled = !wanted || wanted.disabled;
  const first = kind === "main" || kind === "second" ? kind : "";
  mark(place, { class: ["place", first, wanted ? `st-key-${wanted.key}` : ""].filter(Boolean).join(" ") });
  if (!wanted) return;
  mark(button, { "data-press": wanted.key, title: wanted.title });
  mark(/** @type {Element} */ (button.querySelector("path")), { d: ICONS.get(wanted.icon) });
  say(/** @type {Element} */ (button.lastElementChild), wanted.label);
}

/** @type {(panel: Panel) => void} */
export function writeTransport(panel) {
  const { transport, film, status, frames, may } = panel;
  const { words } = transport;
  const trained = lastEpoch(frames);
  const { state } = status;
  const epochs = Math.max(panel.info.epochs, status.epochs ?? 0, 1);
  const more = (state === "done" || state === "stopped") && (trained < epochs || epochs < may.most);
  const standing = { run: panel.run, state, mine: may.mine, same: may.same, ready: may.ready && !panel.sent, more, trained };
  const wanted = buttonsOf({ ...standing, shown: film.shown, playing: film.playing });
  panel.wanted = wanted;
  const { buttons } = transport;
  writeButton(buttons.main, wanted.main);
  writeButton(buttons.step, wanted.step);
  writeButton(buttons.reset, wanted.restart);
  writeButton(buttons.second, wanted.second);
  writeButton(buttons.stop, wanted.stop);
  transport.keep.disabled = !wanted.keeps;
  transport.keep.checked = may.kept;
  transport.radios.forEach((radio) => (radio.checked = radio.value === film.speed));
  writeScrub(panel, trained);

  say(words.sign, STATES.get(state) ?? "");
  say(words.state, state);
  const rate = state === "running" && status.rate ? status.rate : 0;
  say(words.rate, rate ? `${rate < 10 ? Number(rate.toPrecision(2)) : Math.round(rate)} epochs/s` : "");
  say(words.left, state === "running" && status.left != null ? `${duration(status.left)} left` : "");
  const reasons = panel.lost ? ["Connection lost, trying again."] : [status.reason, panel.note];
  const reason = [...new Set(reasons.filter(Boolean))].join(" ");
  say(words.reason, reason);
  words.reason.title = reason;
}

/** @type {(panel: Panel, trained: number) => void} */
function writeScrub(panel, trained) {
  const { transport, film, status } = panel;
  const { scrub, words, place, numbers } = transport;
  const epochs = Math.max(panel.info.epochs, status.epochs ?? 0, trained, 1);
  if (words.epoch.textContent !== `epoch ${film.shown} of ${epochs}`) {
    const number = document.createElement("b");
    number.textContent = String(film.shown);
    words.epoch.replaceChildren("epoch ", number, ` of ${epochs}`);
  }
  mark(scrub, { max: epochs, "aria-valuetext": `epoch ${film.shown} of ${epochs}, trained to ${trained}` });
  if (scrub.value !== String(film.shown)) scrub.value = String(film.shown);
  scrub.disabled = trained === 0;
  place.style.setProperty("--shown", String(film.shown / epochs));
  place.style.setProperty("--trained", String(trained / epochs));
  const ahead = trained > film.shown && (trained < epochs || GOING.includes(status.state));
  say(words.trained, ahead ? `trained to ${trained}` : "");
  const width = Math.max(60, scrub.clientWidth - 2 * HALF_THUMB);
  const ticks = `${epochs} ${width}`;
  if (ticks === transport.ticks) return;
  transport.ticks = ticks;
  numbers.replaceChildren(
    ...countTicks(0, epochs, width, 40).map((at) => {
      const number = create("span");
      number.textContent = String(at);
      number.style.setProperty("--at", String(at / epochs));
      return number;
    }),
  );
}

/** @type {(value: string) => Speed} */
export function speedOf(value) {
  return value === "slow" || value === "max" ? value : "normal";
}
