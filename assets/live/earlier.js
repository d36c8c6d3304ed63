// The runs before the one that is shown: the last one, and up to three that are pinned.

/** @import { Earlier, EarlierRun, Frames, Info } from "./types.d.ts" */

export const MOST_PINNED = 3;

/** @type {() => Earlier} */
export function newEarlier() {
  return { runs: [] };
}

// Of a run only its name and its losses are kept: what it had of tensors and outputs is let go.
/** @type {(earlier: Earlier, run: string, info: Info, frames: Frames) => void} */
export function remember(earlier, run, info, frames) {
  if (!frames.list.length) return;
  const known = earlier.runs.find((each) => each.run === run);
  const losses = Float32Array.from(frames.list, (frame) => frame.loss ?? NaN);
  const { title, settings, task, loss } = info;
  const kept = { run, title, settings, task, loss, losses, pinned: known?.pinned ?? false };
  earlier.runs = [...earlier.runs.filter((each) => each.run !== run && each.pinned), kept];
}

// The oldest of those that are pinned makes room for another.
/** @type {(earlier: Earlier, run: string) => void} */
export function togglePin(earlier, run) {
  earlier.runs = earlier.runs.map((each) => (each.run === run ? { ...each, pinned: !each.pinned } : each));
  const pinned = earlier.runs.filter((each) => each.pinned);
  if (pinned.length > MOST_PINNED) earlier.runs = earlier.runs.filter((each) => each !== pinned[0]);
}

// Losses of another task, or of another kind, do not belong on one axis.
/** @type {(earlier: Earlier, info: Info, run: string | null) => EarlierRun[]} */
export function comparable(earlier, info, run) {
  return earlier.runs.filter((each) => each.run !== run && each.task === info.task && each.loss === info.loss);
}

// What tells a run from the one that is shown: its title, or, under the same title, the settings that differ.
/** @type {(one: EarlierRun, info: Info) => string} */
export function nameOf(one, info) {
  if (one.title !== info.title) return one.title;
  const names = Object.keys(one.settings).filter((name) => one.settings[name] !== info.settings[name]);
  const told = names.slice(0, 2).map((name) => `${name.replaceAll("_", " ")} ${one.settings[name]}`);
  return (names.length > 2 ? [...told, "..."] : told).join(", ") || "the same settings";
}
