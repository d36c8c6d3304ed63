// The numbers of a walk, asked of the server some timesteps at a time, one request after the other: only what the walk passes.

import { placeOf } from "./walk.js";

/** @import { WalkAnswer, WalkedLayer, WalkFound, WalkOver, WalkSource, WalkStore } from "./types.d.ts" */

const KEPT = 24;
const AHEAD = 4;
const AGAIN = 1500;

/** @type {(url: string) => Promise<Response>} */
const overNet = (url) => fetch(url);
/** @type {(again: () => void) => void} */
const aWhileLater = (again) => void setTimeout(again, AGAIN);

/** @type {(changed: () => void, get?: (url: string) => Promise<Response>, later?: (again: () => void) => void) => WalkStore} */
export function newWalkStore(changed, get = overNet, later = aWhileLater) {
  return { changed, get, later, busy: false, waits: false, wanted: null, answers: new Map(), last: null };
}

// Where the numbers of a source come from; empty where there are none, as of pasted code that nobody has trained.
/** @type {(source: WalkSource) => string} */
export function addressOf({ run, sequence, epoch, batch, query }) {
  if (run !== null) {
    const places = new URLSearchParams({ sequence: String(sequence), epoch: String(epoch), batch: String(batch ?? 0) });
    return `/walk/${encodeURIComponent(run)}?${places}`;
  }
  return query ? `/walk?${new URLSearchParams({ ...query, sequence: "0" })}` : "";
}

/** @type {(base64: string) => Float32Array} */
export function floats(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/** @type {(answer: WalkAnswer) => { from: number; until: number; layers: WalkedLayer[]; told: string[] }} */
export function readWalk({ from, until, layers, refused, reason }) {
  const read = layers.map((layer) => ({
    ...layer,
    tracks: layer.tracks.map((track) => ({ ...track, from, numbers: floats(track.numbers) })),
  }));
  const told = [...refused, ...layers.flatMap(({ notes }) => notes), ...(reason ? [reason] : [])];
  return { from, until, layers: read, told };
}

// The layers at a place of a walk, each with its own place in its order of reading. What is not here is asked for. Until it is, the
// numbers of the epoch before are given, with their source.
/** @type {(store: WalkStore, source: WalkSource, at: number, over: WalkOver) => WalkFound} */
export function walkAt(store, source, at, over) {
  const address = addressOf(source);
  if (!address) return { layers: new Map(), told: [], source: null, complete: true };
  const found = within(store, address, at, over);
  // What the walk comes to next is asked for when the rest is here.
  const ahead = found.missing.length ? [] : within(store, address, Math.min(at + AHEAD, over.length), over).missing;
  const [from] = [...found.missing, ...ahead];
  store.wanted = from === undefined || found.refused ? null : { address, from, source };
  if (store.wanted) ask(store);
  const complete = !found.missing.length || found.refused;
  if (complete || !store.last || store.last.address === address) return { ...found, source, complete };
  const { last } = store;
  const same = last.source.run === source.run && last.source.sequence === source.sequence;
  if (!same) return { ...found, source, complete };
  return { ...within(store, last.address, at, over), source: last.source, complete };
}

/** @type {(store: WalkStore, address: string, at: number, over: WalkOver) =>
 *   Pick<WalkFound, "layers" | "told"> & { missing: number[]; refused: boolean }} */
function within({ answers }, address, at, over) {
  const kept = answers.get(address);
  const layers = new Map();
  if (!kept) return { layers, told: [], missing: [at], refused: false };
  const missing = [];
  for (const known of kept.blocks[0]?.layers ?? []) {
    const place = placeOf(known, at, over);
    if (place === null) continue;
    const block = kept.blocks.find(({ from, until }) => from <= place && place <= until);
    const layer = block?.layers.find(({ name }) => name === known.name);
    if (layer) layers.set(layer.name, { layer, place });
    else missing.push(place);
  }
  const told = [...(kept.refusal ? [kept.refusal] : []), ...(kept.blocks[0]?.told ?? [])];
  return { layers, told, missing, refused: Boolean(kept.refusal) };
}

/** @type {(store: WalkStore) => Promise<void>} */
async function ask(store) {
  const { wanted } = store;
  if (!wanted || store.busy || store.waits) return;
  store.busy = true;
  const kept = store.answers.get(wanted.address) ?? { blocks: [], refusal: "" };
  let [heard, again] = [false, false];
  try {
    const answer = await store.get(`${wanted.address}&from=${wanted.from}`);
    again = answer.status === 503 || answer.status === 429;
    const body = again ? null : await answer.json();
    if (body) heard = true;
    if (body && answer.ok) kept.blocks.push(readWalk(body));
    else if (body) kept.refusal = body.error ?? "The numbers of this walk cannot be had.";
  } catch {
    again = true; // The connection is lost: the page itself says so.
  }
  store.busy = false;
  if (heard) {
    store.answers.delete(wanted.address);
    store.answers.set(wanted.address, kept);
    if (kept.blocks.length) store.last = wanted;
    while (store.answers.size > KEPT) store.answers.delete([...store.answers.keys()][0]);
    store.changed();
  } else if (again) {
    store.waits = true;
    store.later(() => {
      store.waits = false;
      store.changed();
    });
  }
}
