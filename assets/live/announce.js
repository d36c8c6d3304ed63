// Tells the rest of the page which epoch of which run is shown, and with which numbers, as far as these are here; and asks
// the server for those that are not.

import { readBatch } from "./batches.js";
import { newFlow, noteAnswer, takeAnswer, tensorsAt, wanted } from "./flow.js";
import { lastEpoch } from "./frames.js";

/** @import { Panel } from "./types.d.ts" */

// Whether something on the page draws the tensors: nothing is asked for where nobody looks.
/** @type {() => boolean} */
export function isWatched() {
  return document.querySelector("[data-chain]") !== null;
}

/** @type {(panel: Panel, again?: boolean) => void} */
export function announce(panel, again = false) {
  const { run, film, sequence, frames } = panel;
  if (panel.flow.run !== run || panel.flow.sequence !== sequence) panel.flow = newFlow(run, sequence);
  const { flow } = panel;
  const walked = film.batch ? panel.batches : null;
  const tensors = walked ? (readBatch(walked, film, panel.info)?.tensors ?? null) : tensorsAt(flow, film.shown);
  const told = `${run} ${film.shown} ${film.batch} ${sequence} ${tensors !== null} ${film.join !== null}`;
  if (told !== panel.announced || again) {
    panel.announced = told;
    const { layout, sources } = walked ?? flow;
    const known = tensors && { layout, sources, tensors };
    const none = { layout: null, sources: null, tensors: null };
    const batch = walked && { number: film.batch, of: film.of };
    const detail = { run, epoch: film.shown, batch, sequence, trained: lastEpoch(frames), arriving: film.join !== null, ...(known ?? none) };
    document.dispatchEvent(new CustomEvent("explorer:shown", { detail }));
  }
  askServer(panel);
}

/** @type {(panel: Panel) => void} */
function askServer(panel) {
  const { flow, film, frames } = panel;
  if (!flow.run || panel.closed || film.batch || !isWatched()) return;
  const asked = wanted(flow, film.shown, lastEpoch(frames), performance.now());
  if (!asked) return;
  flow.asking = true;
  const answered = (/** @type {number} */ status, /** @type {boolean} */ missing) => {
    noteAnswer(flow, status, missing, performance.now());
    if (panel.flow !== flow || panel.closed) return;
    // Asked again after a while, also where the film stands still.
    if (Number.isFinite(flow.notBefore) && flow.notBefore) {
      clearTimeout(panel.askTimer);
      panel.askTimer = setTimeout(() => announce(panel), flow.notBefore - performance.now() + 10);
    }
    announce(panel);
  };
  fetch(`/tensors/${flow.run}?sequence=${flow.sequence}&from=${asked.from}&to=${asked.to}`)
    .then(async (response) => {
      if (response.ok) {
        const answer = await response.json();
        takeAnswer(flow, answer, film.shown);
        answered(200, !flow.epochs.has(asked.from));
      } else answered(response.status, true);
    })
    .catch(() => answered(0, true));
}

// Whoever comes later asks. Returns what ends it.
/** @type {(panel: Panel, watched: () => void) => () => void} */
export function answerWhoAsks(panel, watched) {
  const answer = () => {
    watched();
    announce(panel, true);
  };
  document.addEventListener("explorer:ask", answer);
  return () => document.removeEventListener("explorer:ask", answer);
}
