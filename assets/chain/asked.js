// The drawing of the opened layer at the epoch that is shown, or after the batch that is: asked of the server, one request at a time.

/** @import { LayerDrawing, Asked, Wanted } from "./types.d.ts" */

const KEPT = 64;
const AGAIN = 1500;

/** @type {(url: string) => Promise<Response>} */
const overNet = (url) => fetch(url);
/** @type {(again: () => void) => void} */
const aWhileLater = (again) => void setTimeout(again, AGAIN);

/** @type {(changed: () => void, get?: (url: string) => Promise<Response>, later?: (again: () => void) => void) => Asked} */
export function newAsked(changed, get = overNet, later = aWhileLater) {
  return { changed, get, later, busy: false, wanted: null, answers: new Map(), last: null };
}

/** @type {(wanted: Wanted) => string} */
const keyOf = ({ run, sequence, epoch, batch, layer }) => [run, sequence, epoch, batch, layer].join("|");

// The drawing that is there for what is wanted, or else the last one of the same layer, with its place. What is not there is
// asked for; while that is under way, only the newest wish is kept.
/** @type {(asked: Asked, wanted: Wanted) => Pick<Wanted, "epoch" | "batch"> & { drawing: LayerDrawing } | null} */
export function drawingAt(asked, wanted) {
  asked.wanted = wanted;
  const found = asked.answers.get(keyOf(wanted));
  if (found) asked.last = { ...wanted, drawing: found };
  if (found === undefined && !asked.busy) ask(asked);
  const { last } = asked;
  const same = last && last.run === wanted.run && last.layer === wanted.layer && last.sequence === wanted.sequence;
  return same ? { drawing: last.drawing, epoch: last.epoch, batch: last.batch } : null;
}

/** @type {(asked: Asked) => Promise<void>} */
async function ask(asked) {
  const wanted = asked.wanted;
  if (!wanted) return;
  asked.busy = true;
  const { run, sequence, epoch, batch, layer } = wanted;
  const [at, of] = batch ? [{ epoch, from: batch }, "batches"] : [{ from: epoch, to: epoch }, "tensors"];
  const places = Object.entries(at).map(([name, place]) => [name, String(place)]);
  const query = new URLSearchParams([["sequence", String(sequence)], ...places, ["layer", layer]]);
  /** @type {LayerDrawing | null | undefined} */
  let drawing;
  let refused = false;
  try {
    const answer = await asked.get(`/${of}/${encodeURIComponent(run)}?${query}`);
    // Workers that are busy may have time at the next epoch; of what does not exist nothing is asked again.
    refused = answer.status === 503;
    const body = answer.ok ? await answer.json() : null;
    drawing = refused ? undefined : ((batch ? body?.batches?.[0]?.drawing : body?.drawings?.[epoch]) ?? null);
  } catch {
    drawing = undefined; // The connection is lost: the page itself says so.
  }
  asked.busy = false;
  if (drawing !== undefined) asked.answers.set(keyOf(wanted), drawing);
  for (const oldest of asked.answers.keys()) {
    if (asked.answers.size <= KEPT) break;
    asked.answers.delete(oldest);
  }
  if (drawing) asked.last = { ...wanted, drawing };
  if (drawing) asked.changed();
  else if (refused) asked.later(asked.changed);
  else if (asked.wanted && keyOf(asked.wanted) !== keyOf(wanted)) ask(asked);
}
