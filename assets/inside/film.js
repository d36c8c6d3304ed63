// The live panel's film, as far as it can be driven from here: its main button, its scrubber, its choice of a sequence.

import { mark, say } from "../dom.js";

/** @import { State } from "./types.d.ts" */

/** @type {() => HTMLButtonElement | null} */
const mainButton = () => document.querySelector("[data-live] .place.main > button");
// The film of somebody else's run has a button of its own beside Train.
/** @type {() => HTMLButtonElement | null} */
const secondButton = () => document.querySelector("[data-live] .place.second > button");
/** @type {() => HTMLInputElement | null} */
const scrubber = () => document.querySelector("[data-live] input[data-scrub]");
/** @type {() => HTMLSelectElement | null} */
const choice = () => document.querySelector("[data-live] .card.outputs select");

/** @type {() => void} */
export function pressMain() {
  mainButton()?.click();
}

/** @type {() => void} */
export function pressSecond() {
  secondButton()?.click();
}

/** @type {(epoch: number) => void} */
export function seekTo(epoch) {
  const scrub = scrubber();
  if (!scrub) return;
  scrub.value = String(epoch);
  scrub.dispatchEvent(new Event("input", { bubbles: true }));
}

// Returns whether there is such a sequence to choose.
/** @type {(sequence: number) => boolean} */
export function selectSequence(sequence) {
  const select = choice();
  if (!select || ![...select.options].some(({ value }) => value === String(sequence))) return false;
  select.value = String(sequence);
  select.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

/** @type {(state: State) => void} */
export function writeFilm({ main, second, scrub, epoch, shown }) {
  for (const [mine, button] of /** @type {const} */ ([[main, mainButton()], [second, secondButton()]])) {
    mine.hidden = button?.parentElement?.style.visibility !== "" || button.parentElement.hidden;
    if (button) say(mine, button.textContent?.trim() ?? "");
    mine.disabled = button?.disabled ?? true;
  }
  mark(scrub, { max: shown.trained });
  scrub.value = String(shown.epoch);
  scrub.disabled = shown.run === null || shown.trained === 0;
  say(epoch, shown.run === null ? "not trained" : `epoch ${shown.epoch} of ${shown.trained}`);
}

// The main button is called otherwise when the run pauses or ends. Returns what ends it.
/** @type {(state: State) => () => void} */
export function listenToFilm(state) {
  state.watcher = new MutationObserver(() => state.open && writeFilm(state));
  const watch = () => {
    for (const button of [mainButton(), secondButton()]) {
      const place = button?.parentElement;
      if (place) state.watcher.observe(place, { subtree: true, childList: true, characterData: true, attributes: true });
    }
  };
  document.addEventListener("explorer:inside", watch);
  document.addEventListener("explorer:shown", watch);
  return () => {
    state.watcher.disconnect();
    document.removeEventListener("explorer:inside", watch);
    document.removeEventListener("explorer:shown", watch);
  };
}
