// Which batch slow motion plays: it is begun, asked of the server, and left for the one beside it.

import { askSlow, batchesBeside, momentsOf, slowAddress } from "./slow.js";
import { prefersStill } from "../dom.js";

/** @import { Walking } from "./types.d.ts" */

const NOT_TRAINED = "Slow motion plays a batch that was trained: press Train, and show an epoch from 1 on.";
const AGAIN = 2000;

// The batch that is shown, or else the first one of the epoch that is.
/** @type {(walking: Walking) => void} */
export function beginSlow(walking) {
  const { source } = walking;
  walking.playing = false;
  if (walking.slow) walking.slow = null;
  else if (!source || source.run === null || source.epoch < 1) walking.wrong = NOT_TRAINED;
  else beginBatch(walking, source.run, source.epoch, source.batch ?? 1);
}

// It plays from its begin, unless the reader wants nothing to move by itself: then it is stepped.
/** @type {(walking: Walking, run: string, epoch: number, batch: number) => void} */
function beginBatch(walking, run, epoch, batch) {
  walking.slow = { at: 1, run, epoch, batch, answer: null, reason: "" };
  walking.playing = !prefersStill();
  ask(walking, walking.slow);
}

/** @type {(walking: Walking, slow: NonNullable<Walking["slow"]>) => Promise<void>} */
async function ask(walking, slow) {
  const { answer, reason, busy } = await askSlow(slowAddress(slow.run, slow.epoch, slow.batch));
  if (walking.slow !== slow) return;
  Object.assign(slow, { answer, reason });
  if (busy) setTimeout(() => walking.slow === slow && ask(walking, slow), AGAIN);
  else if (!answer) walking.playing = false;
  walking.repaint();
}

// Whether there is such a batch; then it is begun.
/** @type {(walking: Walking, step: 1 | -1) => boolean} */
export function toBatch(walking, step) {
  const { slow } = walking;
  if (!slow) return false;
  const { before, after } = batchesBeside(slow);
  const batch = step < 0 ? before : after;
  if (batch === null) return false;
  beginBatch(walking, slow.run, slow.epoch, batch);
  return true;
}

/** @type {(walking: Walking, phase: number) => boolean} */
export function toPhase(walking, phase) {
  if (!walking.slow) return false;
  walking.playing = false;
  const { length } = walking.over;
  walking.slow.at = [1, length + 1, length + 2, momentsOf(length)][phase];
  return true;
}
