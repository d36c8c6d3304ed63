// The epochs of a run batch by batch, as far as they came: what each batch changed, and what flows after it.

import { cut } from "./flow.js";
import { frameOf, halves } from "./frames.js";

/** @import { BatchesAnswer, BatchStore, Grid, SentBatch } from "./tensors.d.ts" */
/** @import { Film, Frame, Info, Place } from "./types.d.ts" */

// Letters of base64, as of whole epochs.
const MOST_KEPT = 12e6;

/** @type {(run?: string | null, sequence?: number) => BatchStore} */
export function newBatches(run = null, sequence = 0) {
  const asking = { asking: false, notBefore: 0, trouble: "", none: new Map() };
  return { run, sequence, layout: null, sources: null, epochs: new Map(), ...asking, read: null };
}

/** @type {(store: BatchStore, epoch: number, number: number) => "here" | "coming" | "none"} */
export function batchAt(store, epoch, number) {
  if (store.epochs.get(epoch)?.has(number)) return "here";
  return store.none.has(epoch) || store.notBefore === Infinity ? "none" : "coming";
}

/** @type {(store: BatchStore, answer: BatchesAnswer) => void} */
export function takeBatches(store, { layout, sources, epoch, batches, reason }) {
  store.layout ??= layout;
  store.sources ??= cut(layout.filter((each) => each.source), halves(sources));
  if (!batches.length) store.none.set(epoch, reason);
  const held = store.epochs.get(epoch) ?? new Map();
  batches.forEach((batch) => held.set(batch.number, batch));
  store.epochs.delete(epoch);
  if (held.size) store.epochs.set(epoch, held);
  // What came last is what is looked at.
  while (store.epochs.size > 2 && lettersOf(store) > MOST_KEPT) store.epochs.delete([...store.epochs.keys()][0]);
}

/** @type {(store: BatchStore) => number} */
function lettersOf({ epochs }) {
  const all = [...epochs.values()].flatMap((held) => [...held.values()]);
  return all.reduce((sum, { tensors, outputs }) => sum + tensors.length + (outputs ?? "").length, 0);
}

// The batch to ask for next, if any: the one that is shown, what the film comes to, and the epoch after it.
/** @type {(store: BatchStore, film: Film, next: Place, trained: number, now: number) => Place | null} */
export function wantedBatch(store, film, next, trained, now) {
  const walks = film.speed === "slow" && (film.playing || film.batch > 0 || film.wish !== null);
  if (!store.run || !walks || store.asking || now < store.notBefore) return null;
  const { shown, batch } = film;
  const places = [film.wish, { shown, batch }, next, { shown: shown + 1, batch: 1 }];
  const open = (/** @type {Place | null} */ place) =>
    place !== null && place.batch > 0 && place.shown <= trained && batchAt(store, place.shown, place.batch) === "coming";
  return places.find(open) ?? null;
}

/** @type {(store: BatchStore, place: Place) => SentBatch | null} */
export function batchOf({ epochs }, { shown, batch }) {
  return epochs.get(shown)?.get(batch) ?? null;
}

// What is drawn of a batch: the frame of the charts, and the tensors by name. Null where it is not here.
/** @type {(store: BatchStore, place: Place, info: Info) => { frame: Frame; tensors: Map<string, Grid> } | null} */
export function readBatch(store, place, info) {
  const batch = batchOf(store, place);
  if (!batch || !store.layout) return null;
  if (store.read?.batch !== batch) {
    const frame = { ...frameOf({ ...batch, epoch: place.shown }, info), batch: batch.number };
    const tensors = cut(store.layout.filter((each) => !each.source), halves(batch.tensors));
    store.read = { batch, frame, tensors };
  }
  return store.read;
}
