// Where the bars of a gradient through time stand, and the lines of the layers' norms.

import { countTicks, extent, logTicks, roundUp, valueTicks } from "../live/ticks.js";

/** @import { Bars, BarPlan, LinePlan, NormsAnswer } from "./gradient_types.d.ts" */

// Room for the numbers at the left, in pixels.
export const SLOPES_LEFT = 34;
const ROOM_OF_A_STEP = 22;
// A bar that is there can be seen.
const LEAST = 1;

/** @type {(bars: Bars, width: number, height: number) => BarPlan} */
export function planBars({ numbers, low }, width, height) {
  const top = roundUp(Math.max(0, ...numbers.map((each) => each ?? 0)));
  const each = (width - SLOPES_LEFT) / (numbers.length || 1);
  const gap = each > 6 ? each * 0.28 : each > 2 ? 0.5 : 0;
  const left = (/** @type {number} */ timestep) => SLOPES_LEFT + (timestep - 1) * each;
  return {
    bars: numbers.map((value, place) => ({
      timestep: place + 1,
      x: left(place + 1) + gap / 2,
      width: each - gap,
      height: value === null ? null : value > 0 ? Math.max(LEAST, (value / top) * height) : 0,
    })),
    brackets: low.map(([from, to]) => ({ from: left(from) + gap / 2, to: left(to + 1) - gap / 2 })),
    ticks: valueTicks([0, top], 2).map(({ at, text }) => ({ y: height - (at / top) * height, text })),
    steps: countTicks(1, numbers.length, width - SLOPES_LEFT, ROOM_OF_A_STEP).map((step) => ({
      x: left(step) + each / 2,
      text: String(step),
    })),
  };
}

// What is at a place: the bar whose column it is in.
/** @type {(x: number, width: number, timesteps: number) => number} */
export function timestepAt(x, width, timesteps) {
  const place = Math.floor(((x - SLOPES_LEFT) / (width - SLOPES_LEFT)) * timesteps);
  return Math.min(timesteps, Math.max(1, place + 1));
}

// On an axis of powers of ten: what vanishes and what explodes differ by factors. Null where there is nothing to draw.
/** @type {(norms: NormsAnswer, width: number, height: number) => LinePlan | null} */
export function planNorms({ begin, epochs, layers }, width, height) {
  const logs = layers.flatMap(({ numbers }) => numbers.flatMap((each) => (each ? [Math.log10(each)] : [])));
  if (!logs.length) return null;
  const [low, high] = extent(logs, [Infinity, -Infinity]);
  /** @type {[number, number]} */
  const range = [Math.floor(low * 2) / 2 - 0.1, Math.ceil(high * 2) / 2 + 0.1];
  const last = epochs[epochs.length - 1];
  const x = (/** @type {number} */ epoch) => SLOPES_LEFT + ((epoch - begin) / Math.max(1, last - begin)) * (width - SLOPES_LEFT - 8);
  const y = (/** @type {number} */ number) => height - ((Math.log10(number) - range[0]) / (range[1] - range[0])) * height;
  const lines = layers.map(({ name, numbers }) => {
    const points = numbers.flatMap((number, place) =>
      number ? [{ x: x(epochs[place]), y: y(number), epoch: epochs[place], number, place }] : [],
    );
    const path = points.map((point, at) => {
      const joined = at > 0 && points[at - 1].place === point.place - 1;
      return `${joined ? "L" : "M"}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
    });
    return { name, path: path.join(""), points };
  });
  return {
    lines,
    ticks: logTicks(range).map(({ at, text }) => ({ y: y(at), text })),
    epochs: countTicks(begin, last, width - SLOPES_LEFT - 8, 30).map((epoch) => ({ x: x(epoch), text: String(epoch) })),
  };
}
