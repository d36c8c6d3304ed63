// A walk through time: where it is, what each recurrent layer reads there, and its numbers in words. Nothing here draws.

import { unrolledStep } from "./grid.js";
import { insideNumber } from "./strips.js";
import { count } from "./words.js";

/** @import { Description } from "../description.d.ts" */
/** @import { OpenedStrip, UnrolledRow, WalkedLayer, WalkedTrack, WalkOver, WalkSource } from "./types.d.ts" */

const NAMES = new Map([
  ["h before", "hidden state before"],
  ["c before", "cell state before"],
  ["z", "update z"],
  ["r", "reset r"],
  ["i", "input i"],
  ["f", "forget f"],
  ["o", "output o"],
  ["c", "cell state"],
  ["h", "hidden state"],
]);
// How many numbers a cell has for each unit, before they are here.
const STRIPS = new Map([["GRU", 5], ["LSTM", 8], ["SimpleRNN", 2]]);
export const STRIP = 13;

// How far a walk goes: over windows it goes through the timesteps of each, one window after the other.
/** @type {(description: Pick<Description, "unrolled"> | null) => WalkOver} */
export function walkOver(description) {
  const { steps = null, axis = "timesteps", rows = [] } = description?.unrolled ?? {};
  const inner = axis === "windows" ? Math.max(1, ...rows.map((row) => row.inner_steps ?? 1)) : 1;
  return { steps: steps ?? 0, inner, length: (steps ?? 0) * inner, axis };
}

// The column of a place of the walk, and the one that a direction which reads backwards has come to meanwhile.
/** @type {(at: number, over: WalkOver) => { column: number; mirrored: number }} */
export function columnsAt(at, { steps, inner }) {
  const column = Math.ceil(at / inner);
  return { column, mirrored: steps + 1 - column };
}

/** @type {(row: Pick<UnrolledRow, "flow">) => boolean} */
const isBoth = ({ flow }) => flow === "both" || flow === "both last";

// Which directions of a row are walked: of windows the cell of each window is one.
/** @type {(row: Pick<UnrolledRow, "flow" | "layer" | "inner_steps">) => boolean[]} */
export function waysOf(row) {
  if (isBoth(row)) return [false, true];
  return [!row.inner_steps && Boolean(row.layer?.backwards)];
}

export const NO_WALK = "No walk through time here: this model has no recurrent layer, so that no hidden state passes from timestep to timestep.";

// Whether something passes from timestep to timestep: a recurrent layer, by itself or wrapped.
/** @type {(rows: Pick<UnrolledRow, "layer">[]) => boolean} */
export const hasWalk = (rows) => rows.some(({ layer }) => /RNN|GRU|LSTM/.test(layer?.type ?? ""));

// How high the open cells of each row are: of recurrent layers whose cells are known.
/** @type {(rows: UnrolledRow[]) => Map<string, number>} */
export function heightsOf(rows) {
  const found = new Map();
  for (const row of rows) {
    const type = row.layer?.type ?? "";
    const kind = type.match(/(?:^|\()(GRU|LSTM|SimpleRNN)\)*$/)?.[1] ?? "";
    const strips = (STRIPS.get(kind) ?? 0) * (row.inner_steps && type.includes("Bidirectional") ? 2 : 1);
    if (strips) found.set(row.name, strips * STRIP + 8);
  }
  return found;
}

// Which timestep a layer reads at a place of the walk, counted in its own order of reading; null where it reads none.
/** @type {(layer: Pick<WalkedLayer, "timesteps" | "windows">, at: number, over: WalkOver) => number | null} */
export function placeOf({ timesteps, windows }, at, { steps, inner, length }) {
  if (windows > 1 || inner > 1) return timesteps === length ? at : timesteps === steps ? Math.ceil(at / inner) : null;
  return unrolledStep({ steps: timesteps }, at, steps);
}

// The timestep that is read at a place in the order of reading.
/** @type {(layer: Pick<WalkedLayer, "timesteps" | "windows">, track: Pick<WalkedTrack, "backwards">, place: number) => number} */
export function timestepOf({ timesteps, windows }, { backwards }, place) {
  const each = timesteps / windows;
  const window = Math.floor((place - 1) / each);
  return backwards ? window * each + (each - ((place - 1) % each)) : place;
}

// A timestep of all windows as one of its window.
/** @type {(layer: Pick<WalkedLayer, "timesteps" | "windows">, timestep: number) => { window: number; timestep: number }} */
export function withinWindow({ timesteps, windows }, timestep) {
  const each = timesteps / windows;
  const window = Math.ceil(timestep / each);
  return { window, timestep: timestep - (window - 1) * each };
}

/** @type {(kind: string) => string} */
const candidateOf = (kind) => (kind === "LSTM" ? "c̃" : "h̃");

/** @type {(key: string, kind: string) => string} */
export const nameOf = (key, kind) => NAMES.get(key) ?? `candidate ${candidateOf(kind)}`;

// What stands in an open cell. answer: numbers of the places from `from` on.
/** @type {(layer: WalkedLayer, track: WalkedTrack, place: number, narrow: boolean) => OpenedStrip[]} */
export function stripsOf(layer, track, place, narrow) {
  const units = layer.places.length;
  const timestep = timestepOf(layer, track, place);
  const own = withinWindow(layer, timestep).timestep;
  const begin = (place - track.from) * track.strips.length * units;
  const before = track.backwards ? own + 1 : own - 1;
  return track.strips.map(({ key, largest }, index) => {
    const state = key[0];
    // Where there is no room for timesteps, as the equations of an opened layer have them: h' is the new state.
    const [of, old] = narrow ? ["'", ""] : [`[${own}]`, `[${before}]`];
    const label = key.endsWith("before") ? state + old : ["c", "h"].includes(key) ? key + of : key;
    const numbers = track.numbers.subarray(begin + index * units, begin + (index + 1) * units);
    const range = key === "z" || key.length === 1 && "rifo".includes(key) ? Math.max(1, largest) : largest || 1;
    return { key, label: key === "candidate" ? candidateOf(track.kind) : label, name: nameOf(key, track.kind), numbers, range };
  });
}

// The id of a number that can be kept in view: it names a unit of a strip, and no timestep.
/** @type {(layer: string, role: string, key: string, unit: number) => string} */
export const numberId = (layer, role, key, unit) => [layer, role, key, unit].join("\n");

/** @type {(id: string) => { layer: string; role: string; key: string; unit: number }} */
export function readId(id) {
  const [layer, role, key, unit] = id.split("\n");
  return { layer, role, key, unit: Number(unit) };
}

/** @type {(value: number) => string} */
export const inDigits = (value) => (Number.isFinite(value) ? insideNumber(value, 3) : "not a finite number");

/** @type {(layer: WalkedLayer, role: string, name: string, timestep: number, unit: number, value: number) => string} */
export function numberInWords(layer, role, name, timestep, unit, value) {
  const own = withinWindow(layer, timestep);
  const at = layer.windows > 1 ? `window ${own.window}, timestep ${own.timestep}` : `timestep ${timestep}`;
  return `${layer.name}${role ? `, ${role}` : ""}, ${at}, ${name}, unit ${unit}: ${inDigits(value)}`;
}

// How the new state of one unit comes from the old one, with the numbers put in; empty where no formula holds of the layer.
/** @type {(strips: OpenedStrip[], unit: number, masked: boolean) => string} */
export function equationOf(strips, unit, masked) {
  const of = (/** @type {string} */ key) => strips.find((strip) => strip.key === key);
  const at = (/** @type {string} */ key) => of(key)?.numbers[unit] ?? NaN;
  const result = (/** @type {number} */ value) => (Number.isFinite(value) ? insideNumber(value, 2) : "?");
  const digits = (/** @type {number} */ value) => (result(value).startsWith("−") ? `(${result(value)})` : result(value));
  const [h, old] = [of("h")?.label, of("h before")?.label];
  if (masked) return `${h} = ${old} = ${result(at("h"))}: this timestep is masked, so that the state stays as it was.`;
  if (of("z")) {
    const [z, before, candidate] = [at("z"), at("h before"), at("candidate")];
    const put = `${digits(z)} · ${digits(before)} + ${digits(1 - z)} · ${digits(candidate)}`;
    return `${h} = z · ${old} + (1 − z) · h̃ = ${put} = ${result(at("h"))}`;
  }
  if (of("c")) {
    const [f, before, i, candidate] = ["f", "c before", "i", "candidate"].map(at);
    const put = `${digits(f)} · ${digits(before)} + ${digits(i)} · ${digits(candidate)}`;
    return `${of("c")?.label} = f · ${of("c before")?.label} + i · c̃ = ${put} = ${result(at("c"))}; ${h} = ${result(at("h"))}`;
  }
  return "";
}

// Where the walk is.
/** @type {(at: number, over: WalkOver, both: boolean) => string} */
export function placeInWords(at, over, both) {
  const { steps, inner, length } = over;
  const { column, mirrored } = columnsAt(at, over);
  if (inner > 1) return `window ${column} of ${steps}, timestep ${at - (column - 1) * inner} of ${inner}`;
  return both ? `timestep ${at} of ${length}; backward: timestep ${mirrored}` : `timestep ${at} of ${length}`;
}

// What is left out of the drawing.
/** @type {(over: WalkOver, columns: (number | null)[], units: { drawn: number; of: number } | null) => string} */
export function drawnInWords({ steps, axis }, columns, units) {
  const drawn = columns.filter((step) => step !== null).length;
  const parts = [];
  if (drawn < steps) parts.push(`${drawn} of ${count(steps, axis)} are drawn at a time; the walk passes all of them`);
  if (units && units.drawn < units.of) parts.push(`${units.drawn} of ${units.of} units are drawn`);
  return parts.length ? `${parts.join("; ")}.` : "";
}

// Whose numbers the open cells hold.
/** @type {(source: WalkSource) => string} */
export function sourceInWords({ run, sequence, epoch, batch }) {
  const own = run === null ? 1 : sequence + 1;
  const weights = run === null || !epoch ? "with untrained weights" : batch ? `after batch ${batch} of epoch ${epoch}` : `at the end of epoch ${epoch}`;
  return `The numbers in the open cells are those of validation sequence ${own}, ${weights}.`;
}
