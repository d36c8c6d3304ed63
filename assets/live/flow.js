// What flows within a run's model for the sequence that is shown: the numbers of every tensor, by epoch, as far as they came.

import { halves } from "./frames.js";

/** @import { Flow, FlowAnswer, Grid } from "./tensors.d.ts" */
/** @import { SentFrame } from "./types.d.ts" */

// Letters of base64, two of which take a little over one byte: whatever a run has, a tab keeps no more of it.
const MOST_KEPT = 12e6;
const AHEAD = 10;
const AT_ONCE = 40;
const WAIT = 2000;

/** @type {(run?: string | null, sequence?: number) => Flow} */
export function newFlow(run = null, sequence = 0) {
  return { run, sequence, layout: null, sources: null, epochs: new Map(), kept: 0, asking: false, notBefore: 0, last: null };
}

/** @type {(flow: Flow, epoch: number, numbers: string, shown: number) => void} */
export function putEpoch(flow, epoch, numbers, shown) {
  if (flow.epochs.has(epoch)) return;
  flow.epochs.set(epoch, numbers);
  flow.kept += numbers.length;
  while (flow.kept > MOST_KEPT && flow.epochs.size > 1) {
    const farthest = [...flow.epochs.keys()].reduce((far, each) => (Math.abs(each - shown) > Math.abs(far - shown) ? each : far));
    flow.kept -= flow.epochs.get(farthest)?.length ?? 0;
    flow.epochs.delete(farthest);
    if (farthest === epoch) return;
  }
}

/** @type {(flow: Flow, frames: SentFrame[], shown: number) => void} */
export function takeFlow(flow, frames, shown) {
  for (const { epoch, tensors } of frames) if (tensors) putEpoch(flow, epoch, tensors, shown);
}

/** @type {(flow: Flow, answer: FlowAnswer, shown: number) => void} */
export function takeAnswer(flow, { layout, sources, epochs }, shown) {
  flow.layout ??= layout;
  flow.sources ??= cut(layout.filter((each) => each.source), halves(sources));
  for (const [epoch, numbers] of Object.entries(epochs)) putEpoch(flow, Number(epoch), numbers, shown);
}

// The epochs to ask for next, if any: what is shown first, then what the film comes to.
/** @type {(flow: Flow, shown: number, trained: number, now: number) => { from: number; to: number } | null} */
export function wanted(flow, shown, trained, now) {
  if (flow.asking || now < flow.notBefore) return null;
  const last = Math.min(trained, shown + AHEAD);
  let from = shown;
  while (from <= last && flow.epochs.has(from)) from++;
  if (from > last) return flow.layout ? null : { from: shown, to: shown };
  let to = from;
  while (to < Math.min(trained, from + AT_ONCE - 1) && !flow.epochs.has(to + 1)) to++;
  return { from, to };
}

// What did not come is asked for again a while later; what cannot be known is not.
/** @type {(flow: Pick<Flow, "asking" | "notBefore">, status: number, missing: boolean, now: number) => void} */
export function noteAnswer(flow, status, missing, now) {
  flow.asking = false;
  const never = status >= 400 && status < 500 && status !== 429;
  flow.notBefore = never ? Infinity : status !== 200 || missing ? now + WAIT : 0;
}

// The tensors of an epoch by name, null where they are not here.
/** @type {(flow: Flow, epoch: number) => Map<string, Grid> | null} */
export function tensorsAt(flow, epoch) {
  const numbers = flow.epochs.get(epoch);
  if (!flow.layout || numbers === undefined) return null;
  if (flow.last?.epoch !== epoch) {
    flow.last = { epoch, tensors: cut(flow.layout.filter((each) => !each.source), halves(numbers)) };
  }
  return flow.last.tensors;
}

/** @type {(layout: FlowAnswer["layout"], numbers: Float32Array) => Map<string, Grid>} */
export function cut(layout, numbers) {
  let begin = 0;
  return new Map(layout.map(({ name, rows, columns, of_rows, of_columns, bound }) => {
    const end = begin + rows * columns;
    const grid = { rows, columns, of_rows, of_columns, bound, numbers: numbers.subarray(begin, end) };
    begin = end;
    return [name, grid];
  }));
}
