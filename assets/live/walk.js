// The film at "slow": asks the server for the batches that it comes to, and says what the shown one changed.

import { batchAt, batchOf, newBatches, readBatch, takeBatches, wantedBatch } from "./batches.js";
import { beside, missing } from "./film.js";
import { noteAnswer } from "./flow.js";
import { lastEpoch } from "./frames.js";

/** @import { BatchAt, Panel } from "./types.d.ts" */

/** @type {(panel: Panel) => BatchAt} */
export const walkOf = (panel) => (epoch, number) => batchAt(storeOf(panel), epoch, number);

/** @type {(panel: Panel) => Panel["batches"]} */
function storeOf(panel) {
  const { run, sequence, batches } = panel;
  if (batches.run !== run || batches.sequence !== sequence) panel.batches = newBatches(run, sequence);
  return panel.batches;
}

// The frame that the charts draw instead of a whole epoch's, while a batch is shown.
/** @type {(panel: Panel) => void} */
export function takeBetween(panel) {
  const { film, between, info } = panel;
  if (!film.batch) panel.between = null;
  else {
    const same = between?.epoch === film.shown && between.batch === film.batch;
    // Of another sequence nothing has come yet: what a batch gave for all of them stays.
    panel.between = readBatch(storeOf(panel), film, info)?.frame ?? (same ? between : null);
  }
}

/** @type {(panel: Panel, changed: () => void) => void} */
export function askBatches(panel, changed) {
  const { film, frames, closed } = panel;
  const store = storeOf(panel);
  const place = wantedBatch(store, film, beside(film, 1), lastEpoch(frames), performance.now());
  if (!place || closed) return;
  store.asking = true;
  const answered = (/** @type {number} */ status, trouble = "") => {
    noteAnswer(store, status, false, performance.now());
    store.trouble = trouble;
    if (panel.batches !== store || panel.closed) return;
    if (Number.isFinite(store.notBefore) && store.notBefore) {
      clearTimeout(panel.batchTimer);
      panel.batchTimer = setTimeout(changed, store.notBefore - performance.now() + 10);
    }
    changed();
  };
  fetch(`/batches/${store.run}?sequence=${store.sequence}&epoch=${place.shown}&from=${place.batch}`)
    .then(async (response) => {
      const answer = await response.json();
      if (response.ok) takeBatches(store, answer);
      answered(response.status, response.ok ? "" : answer.error);
    })
    .catch(() => answered(0, "The server cannot be reached."));
}

// What the shown batch changed; or what is waited for, or why there are no batches.
/** @type {(panel: Panel) => string} */
export function batchInWords(panel) {
  const { film, frames } = panel;
  if (film.speed !== "slow") return "";
  const store = storeOf(panel);
  const next = missing(film, lastEpoch(frames), walkOf(panel));
  if (next) return `Loading the batches of epoch ${next.shown}, which is trained again for it. ${store.trouble}`.trim();
  if (film.batch) return batchOf(store, film)?.sentence ?? "";
  const reason = store.none.get(film.shown) ?? (store.notBefore === Infinity ? store.trouble : "");
  return reason ? `Whole epochs are shown. ${reason}` : "";
}
