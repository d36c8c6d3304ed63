// The runs before the one that is shown: the last one, and up to three that are pinned.

/** @import { Earlier, EarlierRun, Frames, Info } from "./types.d.ts" */

export const MOST_PINNED = 3;
export const REFUSED = "Three lines are pinned, the most there can be: let one go (×) first.";

/** @type {() => Earlier} */
export function newEarlier() {
  return { runs: [], refused: null };
}

// Of a run only its name and its losses are kept: what it had of tensors and outputs is let go.
/** @type {(earlier: Earlier, run: string, info: Info, frames: Frames) => void} */
export function remember(earlier, run, info, frames) {
  if (!frames.list.length) return;
  const known = earlier.runs.find((each) => each.run === run);
  const losses = Float32Array.from(frames.list, (frame) => frame.loss ?? NaN);
  const { key, title, settings, task, loss } = info;
  const kept = { run, key, title, settings, task, loss, losses, pinned: known?.pinned ?? false };
  earlier.runs = [...earlier.runs.filter((each) => each.run !== run && each.pinned), kept];
  earlier.refused = null;
}

// No line goes unasked: one more than there is room for is refused, and the chart says so.
/** @type {(earlier: Earlier, run: string) => void} */
export function togglePin(earlier, run) {
  const runs = earlier.runs.map((each) => (each.run === run ? { ...each, pinned: !each.pinned } : each));
  const fits = runs.filter((each) => each.pinned).length <= MOST_PINNED;
  if (fits) earlier.runs = runs;
  earlier.refused = fits ? null : run;
}

// Losses of another task, or of another kind, do not belong on one axis.
/** @type {(earlier: Earlier, info: Info, run: string | null) => EarlierRun[]} */
export function comparable(earlier, info, run) {
  return earlier.runs.filter((each) => each.run !== run && each.task === info.task && each.loss === info.loss);
}

// What every run has, and no setting that tells one from another of the same task and title.
const ALIKE = ["architecture", "task"];

// What tells a run from the one that is shown: its title, where that is another, and each of its settings that differ.
/** @type {(one: EarlierRun, info: Info) => string} */
export function nameOf(one, info) {
  const names = Object.keys(one.settings).filter((name) => !ALIKE.includes(name) && one.settings[name] !== info.settings[name]);
  const told = names.map((name) => `${name.replaceAll("_", " ")} ${one.settings[name]}`);
  if (one.title !== info.title) return [one.title, ...told].join(", ");
  return told.join(", ") || (one.key === info.key ? "the same settings" : "other code");
}
