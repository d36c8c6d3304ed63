// What the buttons of the transport bar say and do, from how the run and the film stand.

import { deedOf } from "../keys.js";

/** @import { Button, Buttons, May, Standing } from "./types.d.ts" */

export const ENDED = ["done", "stopped", "failed"];
export const GOING = ["queued", "running"];

/** @type {(key: string, label: string, icon: string, disabled: boolean, title: string) => Button} */
const button = (key, label, icon, disabled, title) => ({ key, label, icon, disabled, title });

/** @type {(standing: Standing) => Buttons} */
export function buttonsOf(standing) {
  const { run, state, mine, same, ready, more, refusal, more_refusal, trained, shown, playing, slow } = standing;
  const own = run !== null && mine && same;
  const [going, ended, held] = [GOING.includes(state), ENDED.includes(state), state === "paused"];
  const film = playing
    ? button("pause", "Pause", "pause", false, "Hold the film (Space)")
    : button("play", "Play", "play", trained === 0, "Play the film (Space)");
  const trainable = ready && !refusal;
  const train = button("train", "Train", "play", !trainable, refusal || "Train a model with the settings on the page (Space)");
  /** @type {Button} */
  let main = train;
  /** @type {Button | null} */
  let second = trained > 0 ? film : null;
  if (own) {
    main = film;
    second = null;
    if (going && playing) main = button("pause", "Pause", "pause", false, "Hold training and film (Space)");
    if (held && !playing) main = button("resume", "Play", "play", !ready, "Go on training, and play (Space)");
    if (ended && more) {
      second = button("more", "Train more", "more", !ready || more_refusal !== "", more_refusal || "Go on training where this run ended");
    }
  }
  const starts = run === null || !mine || !same;
  const trains = starts ? trainable : ready && own && held;
  const part = slow ? "batch" : "epoch";
  const ahead = starts ? "Start a run with the settings on the page, for one epoch" : `Train one more epoch, and show ${slow ? "its first batch" : "it"}`;
  const moves = shown < trained ? `Show the next ${part}` : ahead;
  const step = button("step", "Step", "step", !(shown < trained || trains), `${moves} (→); ← goes back`);
  const words = refusal || "Begin again at epoch 0, with the settings on the page";
  const restart = button("reset", "Restart", "restart", !(mine && run !== null && trainable), words);
  const stop = button("stop", "Stop", "stop", !(run !== null && mine && (going || held)), "End the run; its results stay");
  return { main, second, step, restart, stop, keeps: mine && run !== null };
}

// Whether a run that was asked to go on has still to say so. The stream may first tell how it stood before: paused. What answers
// the press tells how it stands now, but of one that has ended meanwhile epochs may be missing here.
/** @type {(told: string, answer: boolean, missing: boolean) => boolean} */
export const isStillExpected = (told, answer, missing) =>
  answer ? GOING.includes(told) || (ENDED.includes(told) && missing) : told === "paused";

// Why buttons that are there must not be pressed: in the bar, which has room for it while there is nothing to scrub, or else
// in the card.
/** @type {(wanted: Pick<Buttons, "main" | "second">, may: Pick<May, "refusal" | "more_refusal">, trained: number) =>
 *   { bar: string; card: string[] }} */
export function refusalsOf({ main, second }, may, trained) {
  const train = main.key === "train" ? may.refusal : "";
  const more = second?.key === "more" ? may.more_refusal : "";
  return trained ? { bar: "", card: [train, more].filter(Boolean) } : { bar: train, card: [more].filter(Boolean) };
}

// Which button a key presses: the space bar the main one, the right arrow "step", the left arrow goes back.
/** @type {(key: string, where: { typed: boolean; pressed: boolean }) => "main" | "step" | "back" | null} */
export function pressedBy(key, { typed, pressed }) {
  const does = /** @type {"main" | "step" | "back" | null} */ (deedOf("Film of the run", key));
  return typed || (pressed && key === " ") ? null : does;
}
