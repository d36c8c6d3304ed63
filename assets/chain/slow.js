// One batch in slow motion: where it is within its four phases, and its numbers by timestep. Nothing here draws.

/** @import { SlowAnswer, SlowMoment, SlowState } from "./types.d.ts" */

export const PHASES = /** @type {const} */ (["forward", "loss", "backward", "update"]);
// How long a moment stays: of the two phases that go through time, and of the two that are one moment each.
export const PERIODS = { passing: 350, standing: 3500 };

// Forward from the first timestep to the last, the loss, backward from the last to the first, and the update.
/** @type {(length: number) => number} */
export const momentsOf = (length) => 2 * length + 2;

/** @type {(at: number, length: number) => SlowMoment} */
export function momentAt(at, length) {
  if (at <= length) return { phase: "forward", place: at };
  if (at === length + 1) return { phase: "loss", place: null };
  if (at <= 2 * length + 1) return { phase: "backward", place: 2 * length + 2 - at };
  return { phase: "update", place: null };
}

// The first moment of the phase after, or before.
/** @type {(at: number, length: number, step: 1 | -1) => number} */
export function phaseBeside(at, length, step) {
  const begins = [1, length + 1, length + 2, 2 * length + 2];
  const now = PHASES.indexOf(momentAt(at, length).phase);
  return begins[Math.max(0, Math.min(begins.length - 1, now + step))];
}

/** @type {(at: number, length: number, playing: boolean) => number} */
export function periodAt(at, length, playing) {
  const { place } = momentAt(at, length);
  return playing && place !== null ? PERIODS.passing : PERIODS.standing;
}

// How far the bars of a row are filled in: of the states as far as the sequence is read, of the gradient as far as it has come back.
/** @type {(kind: "states" | "loss" | "gradient", timestep: number, moment: SlowMoment, direction: { backwards: boolean; windows: number }, length: number) =>
 *   boolean} */
export function isReached(kind, timestep, { phase, place }, { backwards, windows }, length) {
  const now = PHASES.indexOf(phase);
  if (kind === "loss") return now >= 1;
  const own = kind === "states" ? 0 : 2;
  if (now !== own) return now > own;
  // In its own order of reading, counted over all windows.
  const each = length / windows;
  const within = (timestep - 1) % each;
  const order = backwards ? timestep - within + (each - 1 - within) : timestep;
  return place !== null && (own ? order >= place : order <= place);
}

/** @type {(state: SlowState, length: number) => string} */
export function momentInWords({ at, epoch, batch, answer }, length) {
  const { phase, place } = momentAt(at, length);
  const of = answer ? ` of ${answer.of}` : "";
  return `epoch ${epoch}, batch ${batch}${of}: ${phase}${place === null ? "" : `, timestep ${place} of ${length}`}`;
}

// Which batches lie beside the one that is shown; null where there is none, or it is not known yet.
/** @type {(state: SlowState) => { before: number | null; after: number | null }} */
export const batchesBeside = ({ batch, answer }) => ({ before: batch > 1 ? batch - 1 : null, after: answer && batch < answer.of ? batch + 1 : null });

/** @type {(values: (number | null)[]) => number} */
export const largestOf = (values) => Math.max(0, ...values.map((value) => (value !== null && Number.isFinite(value) ? Math.abs(value) : 0)));

/** @type {(value: number | null) => string} */
export const inWords = (value) => (value === null ? "not a finite number" : String(Number(value.toPrecision(3))).replace("-", "−"));

/** @type {(share: number | null) => string} */
export const shareInWords = (share) => (share === null ? "from 0" : `${Number((100 * share).toPrecision(2))}%`);

/** @type {(run: string, epoch: number, batch: number) => string} */
export const slowAddress = (run, epoch, batch) => `/slow/${encodeURIComponent(run)}?epoch=${epoch}&batch=${batch}`;

/** @type {(url: string) => Promise<Response>} */
const overNet = (url) => fetch(url);

// What the server says: the batch, or why there is none.
/** @type {(address: string, get?: (url: string) => Promise<Response>) => Promise<{ answer: SlowAnswer | null; reason: string; busy: boolean }>} */
export async function askSlow(address, get = overNet) {
  try {
    const response = await get(address);
    const body = await response.json();
    const busy = response.status === 503 || response.status === 429;
    if (response.ok && !body.reason) return { answer: body, reason: "", busy: false };
    return { answer: null, reason: body.reason || body.error || "This batch cannot be shown.", busy };
  } catch {
    return { answer: null, reason: "The server cannot be reached.", busy: true };
  }
}
