// Numbers and ticks for the axes of charts.

/** @import { Range } from "./types.d.ts" */

/** @type {(value: number | null | undefined) => string} */
export function short(value) {
  if (value == null || !Number.isFinite(value)) return "not a number";
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10000)) return value.toExponential(1);
  return Number(value.toPrecision(3)).toString();
}

// The last ticks leave the corner to the name of the axis, so that the name needs no line of its own.
/** @type {(low: number, high: number, wanted: number, room?: number) => number[]} */
export function ticks(low, high, wanted, room = 0.84) {
  const rough = Math.max(1, (high - low) / wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? 10 * power);
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= low + (high - low) * room; value += step) values.push(value);
  if (low === 1 && step > 1) return [1, ...values.filter((value) => value > 1 + 0.6 * step)];
  return values;
}

/** @type {(range: Range) => { tickvals: number[]; ticktext: string[] }} */
export function logTicks([low, high]) {
  const factors = high - low < 2.2 ? [1, 2, 5] : [1];
  const step = Math.max(1, Math.ceil((high - low) / 6));
  const values = [];
  for (let power = Math.floor(low); power <= high; power += step) {
    for (const factor of factors) values.push(Number(`${factor}e${power}`));
  }
  return { tickvals: values, ticktext: values.map(short) };
}

/** @type {(values: Iterable<number>, range: Range) => Range} */
export function extent(values, [low, high]) {
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** @type {(seconds: number) => string} */
export function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
