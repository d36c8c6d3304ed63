// The transport bar: play and pause, step, restart, speed, and the one scrubber.

import { create, mark, say } from "../dom.js";
import { newButton, writeButton } from "./buttons.js";
import { buttonsOf, GOING, refusalsOf } from "./controls.js";
import { isWithin } from "./film.js";
import { lastEpoch } from "./frames.js";
import { paceOf, writeStatus } from "./status.js";
import { countTicks } from "./ticks.js";

/** @import { Panel, Speed, Transport } from "./types.d.ts" */

const SPEEDS = /** @type {const} */ ([
  ["slow", "slow", "", "One batch at a time, two per second, with what each changed; training continues ahead"],
  ["normal", "1×", ": 10 epochs/s", "Ten epochs a second"],
  ["max", "max", "", "The newest epoch while it trains; afterwards as fast as it can be drawn"],
]);
const HALF_THUMB = 9;

/** @type {(root: HTMLElement) => Transport} */
export function newTransport(root) {
  const bar = create("div", "transport", root);
  mark(bar, { role: "group", "aria-label": "Film of the run" });
  const buttons = { main: newButton(bar, "main"), step: newButton(bar), reset: newButton(bar), second: newButton(bar, "second") };
  const refusal = create("p", "refusal", bar);
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
  giveFocusBack(speeds);
  const epoch = create("span", "epoch", bar);
  const place = create("div", "scrub", bar);
  const trained = create("span", "trained", place);
  const scrub = create("input", "", place);
  mark(scrub, { type: "range", min: 0, max: 1, step: 1, "data-scrub": "", "aria-label": "Epoch that is shown" });
  const numbers = create("div", "numbers", place);
  mark(numbers, { "aria-hidden": "true" });

  return { bar, buttons, radios, scrub, place, numbers, words: { epoch, trained, refusal }, width: 0, ticks: "" };
}

// A speed that a pointer chose does not keep the keys: the arrows step, and do not change it. Whoever goes by keys stays.
/** @type {(speeds: HTMLElement) => void} */
function giveFocusBack(speeds) {
  /** @type {Element | null} */
  let before = null;
  speeds.addEventListener("pointerdown", () => (before = document.activeElement));
  speeds.addEventListener("click", () => {
    const back = before;
    if (!back) return;
    before = null;
    // The browser gives the choice the focus after this event.
    setTimeout(() => {
      const { activeElement } = document;
      if (!(activeElement instanceof HTMLElement) || !speeds.contains(activeElement)) return;
      if (back instanceof HTMLElement && back.isConnected && back !== document.body && !speeds.contains(back)) back.focus();
      else activeElement.blur();
    });
  });
}

/** @type {(panel: Panel) => void} */
export function writeTransport(panel) {
  const { transport, film, status, frames, may } = panel;
  const trained = lastEpoch(frames);
  const { state } = status;
  const epochs = Math.max(panel.info.epochs, status.epochs ?? 0, 1);
  const more = (state === "done" || state === "stopped") && (trained < epochs || epochs < may.most);
  const { mine, same, refusal, more_refusal } = may;
  const standing = { run: panel.run, state, mine, same, refusal, more_refusal, ready: may.ready && !panel.sent, more, trained };
  const shown = isWithin(film) ? film.shown - 1 : film.shown;
  const wanted = buttonsOf({ ...standing, shown, playing: film.playing, slow: film.speed === "slow" });
  panel.wanted = wanted;
  const refusals = refusalsOf(wanted, may, trained);
  mark(transport.bar, { "data-refused": refusals.bar !== "" });
  say(transport.words.refusal, refusals.bar);
  const { buttons } = transport;
  writeButton(buttons.main, wanted.main);
  writeButton(buttons.step, wanted.step);
  writeButton(buttons.reset, wanted.restart);
  writeButton(buttons.second, wanted.second);
  transport.radios.forEach((radio) => (radio.checked = radio.value === film.speed));
  writeScrub(panel, trained);
  writeStatus(panel, wanted, refusals.card);
}

/** @type {(panel: Panel, trained: number) => void} */
function writeScrub(panel, trained) {
  const { transport, film, status } = panel;
  const { scrub, words, place, numbers } = transport;
  const epochs = Math.max(panel.info.epochs, status.epochs ?? 0, trained, 1);
  const [after, batch] = film.batch ? [", ", `batch ${film.batch} of ${film.of}`] : [` of ${epochs}`, ""];
  const rest = after + batch;
  if (words.epoch.textContent !== `epoch ${film.shown}${rest}`) {
    const number = document.createElement("b");
    number.textContent = String(film.shown);
    words.epoch.replaceChildren("epoch ", number, after);
    if (batch) say(create("span", "", words.epoch), batch);
  }
  mark(scrub, { max: epochs, "aria-valuetext": `epoch ${film.shown}${rest}, trained to ${trained}` });
  words.epoch.style.setProperty("--digits", String(String(epochs).length));
  if (scrub.value !== String(film.shown)) scrub.value = String(film.shown);
  scrub.disabled = trained === 0;
  place.style.setProperty("--shown", String(film.shown / epochs));
  place.style.setProperty("--trained", String(trained / epochs));
  const ahead = trained > film.shown && (trained < epochs || GOING.includes(status.state));
  say(words.trained, [...(ahead ? [`trained to ${trained}`] : []), ...paceOf(panel)].join(", "));
  if (!transport.width) return;
  const width = Math.max(60, transport.width - 2 * HALF_THUMB);
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
