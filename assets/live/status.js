// How the run stands, in the card that tells what it shows: its state, Stop and Keep, and why it does not go on.

import { create, mark, say } from "../dom.js";
import { newButton, writeButton } from "./buttons.js";
import { ENDED } from "./controls.js";
import { lastEpoch } from "./frames.js";
import { duration } from "./ticks.js";
import { batchInWords } from "./walk.js";

/** @import { Buttons, Panel, Standings } from "./types.d.ts" */

// How each state is told from the others without a colour.
const STATES = new Map([
  ["idle", "○"], ["queued", "◔"], ["running", "▶"], ["paused", "❚❚"], ["done", "✓"], ["stopped", "■"], ["failed", "✕"],
]);

/** @type {(head: HTMLElement) => Omit<Standings, "reason" | "batch">} */
export function newStatus(head) {
  const state = create("span", "state", head);
  const sign = create("span", "sign", state);
  mark(sign, { "aria-hidden": "true" });
  const word = create("b", "", state);
  const film = create("span", "film", state);
  const stop = newButton(head);
  const keep = create("label", "keep st-key-keep", head);
  keep.title = "Keep the run for good. Other runs are deleted when nobody has opened them for a long time.";
  const kept = create("input", "", keep);
  mark(kept, { type: "checkbox" });
  say(create("span", "", keep), "Keep");
  return { stop, keep: kept, sign, state: word, film };
}

// Training may have ended long before the film does.
/** @type {(state: string, shown: number, trained: number) => string} */
export const filmInWords = (state, shown, trained) =>
  ENDED.includes(state) && shown < trained ? `film at ${shown} of ${trained}` : "";

/** @type {(panel: Panel, wanted: Buttons, refusals: string[]) => void} */
export function writeStatus(panel, wanted, refusals) {
  const { status, may, standing } = panel;
  const { state } = status;
  writeButton(standing.stop, wanted.stop);
  standing.keep.disabled = !wanted.keeps;
  standing.keep.checked = may.kept;
  say(standing.sign, STATES.get(state) ?? "");
  say(standing.state, state);
  say(standing.film, filmInWords(state, panel.film.shown, lastEpoch(panel.frames)));
  const reasons = panel.lost ? ["Connection lost, trying again."] : [status.reason, panel.note, ...refusals];
  const reason = [...new Set(reasons.filter(Boolean))].join(" ");
  say(standing.reason, reason);
  say(standing.batch, batchInWords(panel));
}

// How fast training goes, and how long it still takes.
/** @type {(panel: Panel) => string[]} */
export function paceOf({ status }) {
  if (status.state !== "running") return [];
  const { rate, left } = status;
  const shown = rate ? (rate < 10 ? Number(rate.toPrecision(2)) : Math.round(rate)) : 0;
  const pace = rate ? [`${shown} ${shown === 1 ? "epoch" : "epochs"}/s`] : [];
  return left == null ? pace : [...pace, `${duration(left)} left`];
}
