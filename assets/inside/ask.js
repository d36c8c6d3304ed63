// What a layer held, asked of the server: one request at a time, and then only for what is wanted last.

/** @import { Asker, Said, Wanted } from "./types.d.ts" */

const AGAIN = 1500;
// An epoch waits so many times as long as the last one took.
const RESTS = 4;

/** @type {Asker["get"]} */
const overNet = (url) => fetch(url);

/** @type {(take: Asker["take"], get?: Asker["get"]) => Asker} */
export function newAsker(take, get = overNet) {
  return { get, take, wanted: null, last: "", busy: false, timer: 0, live: false, took: 0, ended: 0, epoch: null };
}

// How long another epoch has to wait. While a run trains, a worker answers that also trains it: it is left to that for most of
// the time. Another unit or timestep of the same epoch costs no worker anything.
/** @type {(asker: Pick<Asker, "live" | "took" | "ended" | "epoch">, epoch: number, now: number) => number} */
export function waitOf({ live, took, ended, epoch: last }, epoch, now) {
  return live && epoch !== last ? Math.max(0, ended + RESTS * took - now) : 0;
}

/** @type {(wanted: Wanted) => string} */
export function urlOf({ run, query: experiment, sequence, epoch, layer, direction, unit, timestep, order, pin }) {
  const query = new URLSearchParams({ ...(run ? {} : experiment), sequence: String(sequence), epoch: String(epoch), layer });
  if (direction) query.set("direction", direction);
  if (unit !== null) query.set("unit", String(unit));
  if (timestep !== null) query.set("timestep", String(timestep));
  if (order !== "follows") query.set("order", order);
  if (pin) query.set("pin", String(pin));
  return `/inside${run ? `/${encodeURIComponent(run)}` : ""}?${query}`;
}

// Nothing is asked twice in a row; while a request is under way, only the newest wish is kept.
/** @type {(asker: Asker, wanted: Wanted) => void} */
export function want(asker, wanted) {
  asker.wanted = wanted;
  if (asker.busy || urlOf(wanted) === asker.last) return;
  clearTimeout(asker.timer);
  const wait = waitOf(asker, wanted.epoch, performance.now());
  if (!wait) ask(asker);
  else asker.timer = Number(setTimeout(() => asker.wanted && want(asker, asker.wanted), wait));
}

// What was wanted is no longer.
/** @type {(asker: Asker) => void} */
export function forget(asker) {
  clearTimeout(asker.timer);
  Object.assign(asker, { wanted: null, last: "", epoch: null, took: 0 });
}

/** @type {(asker: Asker) => Promise<void>} */
async function ask(asker) {
  const { wanted } = asker;
  if (!wanted) return;
  const url = urlOf(wanted);
  const began = performance.now();
  const same = asker.epoch === wanted.epoch;
  Object.assign(asker, { busy: true, last: url, epoch: wanted.epoch });
  const said = await answered(asker, url);
  const ended = performance.now();
  Object.assign(asker, { busy: false, ended }, same ? {} : { took: ended - began });
  if (!asker.wanted) return;
  // Workers that are busy may have time in a moment.
  if (said.status === 503 || said.status === 0) {
    clearTimeout(asker.timer);
    asker.timer = Number(setTimeout(() => {
      asker.last = "";
      if (asker.wanted) want(asker, asker.wanted);
    }, AGAIN));
  }
  asker.take(wanted, said);
  if (asker.wanted && said.status !== 503 && said.status !== 0) want(asker, asker.wanted);
}

/** @type {(asker: Asker, url: string) => Promise<Said>} */
async function answered(asker, url) {
  try {
    const response = await asker.get(url);
    const body = await response.json();
    if (response.ok) return { ok: true, status: response.status, answer: body, error: "" };
    return { ok: false, status: response.status, answer: null, error: String(body.error ?? "The server gave no answer.") };
  } catch {
    return { ok: false, status: 0, answer: null, error: "The server cannot be reached. It is tried again." };
  }
}
