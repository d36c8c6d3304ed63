// What a screen reader is told of a run that trains: its epoch and losses now and then, and how it ended.

import { create, mark, say } from "../dom.js";
import { ENDED, GOING } from "./controls.js";
import { short } from "./ticks.js";

/** @import { Frame, Panel, Spoken } from "./types.d.ts" */

// So often that one follows, and so seldom that one hears something else too.
const APART = 10_000;

/** @type {(root: HTMLElement) => Spoken} */
export function newSpoken(root) {
  const line = create("p", "spoken", root);
  mark(line, { role: "status", "data-spoken": "" });
  return { line, at: -Infinity, told: "" };
}

/** @type {(frame: Pick<Frame, "epoch" | "loss" | "val_loss">, epochs: number, state: string) => string} */
export function spokenOf({ epoch, loss, val_loss }, epochs, state) {
  const end = ENDED.includes(state) ? ` The run is ${state}.` : "";
  return `Epoch ${epoch} of ${epochs}: training loss ${short(loss)}, validation loss ${short(val_loss)}.${end}`;
}

/** @type {(panel: Pick<Panel, "run" | "status" | "frames" | "info" | "spoken">, now: number) => void} */
export function speak({ run, status, frames, info, spoken }, now) {
  const last = frames.list.at(-1);
  const { state, epoch = 0 } = status;
  if (!run || !last) return;
  const going = GOING.includes(state);
  if (going ? now - spoken.at < APART : spoken.told === `${run} ${state}` || last.epoch < epoch) return;
  Object.assign(spoken, { at: now, told: `${run} ${state}` });
  say(spoken.line, spokenOf(last, Math.max(info.epochs, last.epoch), state));
}
