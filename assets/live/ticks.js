// Numbers and ticks for the axes of charts.

/** @import { Range, Tick } from "./types.d.ts" */

const FACTORS = [1, 2, 5, 10];

/** @type {(value: number | null | undefined) => string} */
export function short(value) {
  if (value == null || !Number.isFinite(value)) return "not a number";
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10000)) return value.toExponential(1);
  return Number(value.toPrecision(3)).toString();
}

/** @type {(rough: number) => number} */
function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (FACTORS.find((factor) => factor * power >= rough * 0.999999) ?? 10);
}

// Whole numbers at both ends, and round ones between them that keep `room` pixels from each other and from the ends.
/** @type {(low: number, high: number, length: number, room: number) => number[]} */
export function countTicks(low, high, length, room) {
  if (high <= low) return [low];
  const pixels = length / (high - low);
  let step = Math.max(1, roundStep(room / pixels));
  // Counting by twos from 1 would have a gap of another size at the start; by fives it is hardly seen.
  if (low === 1 && step === 2) step = 5;
  const values = [low];
  for (let value = Math.ceil((low + 1) / step) * step; value < high; value += step) {
    if ((value - low) * pixels >= room && (high - value) * pixels >= room) values.push(value);
  }
  return [...values, high];
}

/** @type {(range: Range, wanted: number) => Tick[]} */
export function valueTicks([low, high], wanted) {
  const step = roundStep((high - low) / wanted);
  const ticks = [];
  for (let count = Math.ceil(low / step - 1e-6); count <= high / step + 1e-6; count++) {
    const at = Number((count * step).toPrecision(12));
    ticks.push({ at, text: short(at).replace("-", "−") });
  }
  return ticks;
}

// A tick at every power of ten, or at every second, third ... where there are many; at 2 and 5 where there are few.
/** @type {(range: Range) => Tick[]} */
export function logTicks([low, high]) {
  const factors = high - low < 1.2 ? [1, 2, 5] : [1];
  const step = Math.max(1, Math.ceil((high - low) / 5));
  const ticks = [];
  for (let power = Math.floor(low); power <= high; power += step) {
    for (const factor of factors) {
      const at = Number(`${factor}e${power}`);
      if (Math.log10(at) >= low - 1e-9 && Math.log10(at) <= high + 1e-9) ticks.push({ at, text: short(at) });
    }
  }
  return ticks;
}

// The next larger round number, so that an axis that must grow does so in few, large steps.
/** @type {(value: number) => number} */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value * 0.999999) ?? 10;
  return Number((factor * power).toPrecision(12));
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
