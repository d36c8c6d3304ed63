// The clock of the film: which epoch of a run is shown, and when the next one is; at "slow", which batch of it. Training runs
// ahead of it.

/** @import { BatchAt, Film, Left, Place, Speed } from "./types.d.ts" */

// Epochs a second. "max" shows the newest epoch while a run trains, and plays as fast as it can be drawn afterwards. "slow"
// shows whole epochs only where their batches cannot be had.
export const RATES = { slow: 1, normal: 10, max: 60 };
export const BATCHES_A_SECOND = 2;

const WHOLE = { batch: 0, wish: null };

/** @type {(speed?: Speed, of?: number) => Film} */
export function newFilm(speed = "normal", of = 1) {
  return { shown: 0, batch: 0, of, wish: null, playing: false, speed, due: 0, join: null, awaited: 0 };
}

// A run that was not started here is joined at its newest epoch; what had been trained by then is not played.
/** @type {(film: Film, going: boolean) => void} */
export function join(film, going) {
  Object.assign(film, WHOLE, { shown: 0, join: Infinity, playing: going, awaited: 0 });
}

// Back to where it was left: its epochs may still be on their way.
/** @type {(film: Film, left: Left) => void} */
export function comeBack(film, { shown, batch, playing }) {
  const wish = batch ? { shown, batch, step: /** @type {const} */ (1) } : null;
  Object.assign(film, { shown: 0, batch: 0, wish, join: shown, playing, awaited: 0 });
}

/** @type {(film: Film, epoch: number) => void} */
export function noteTrained(film, epoch) {
  if (film.join === Infinity) film.join = epoch;
}

// Whether batches of the shown epoch are still to come.
/** @type {(film: Film) => boolean} */
export const isWithin = ({ batch, of }) => batch > 0 && batch < of;

// At the end of a run that trains no more, it plays from the start.
/** @type {(film: Film, trained: number, going: boolean, now: number) => void} */
export function play(film, trained, going, now) {
  if (film.shown >= trained && !going && !isWithin(film)) Object.assign(film, WHOLE, { shown: 0 });
  Object.assign(film, { playing: true, due: now, join: null, awaited: 0, wish: null });
}

/** @type {(film: Film) => void} */
export function pause(film) {
  film.playing = false;
}

/** @type {(film: Film, epoch: number, trained: number) => void} */
export function seek(film, epoch, trained) {
  const shown = Math.max(0, Math.min(trained, Math.round(epoch)));
  Object.assign(film, WHOLE, { shown, playing: false, join: null, awaited: 0 });
}

/** @type {(film: Film, speed: Speed, now: number) => void} */
export function setSpeed(film, speed, now) {
  Object.assign(film, speed === "slow" ? {} : WHOLE, { speed, due: now });
}

// An epoch that is asked of the workers is shown when it comes.
/** @type {(film: Film, epoch: number) => void} */
export function awaitEpoch(film, epoch) {
  Object.assign(film, { awaited: epoch, playing: false, join: null, wish: null });
}

// Where the film is one step on or back. After the last batch of an epoch it is where the epoch ends, whose batch is 0.
/** @type {(film: Film, step: 1 | -1) => Place} */
export function beside(film, step) {
  const { shown, batch, of } = film;
  if (film.speed !== "slow") return { shown: shown + step, batch: 0 };
  if (step > 0) return isWithin(film) ? { shown, batch: batch + 1 } : { shown: shown + 1, batch: 1 };
  if (batch > 1) return { shown, batch: batch - 1 };
  return batch === 1 || of < 2 ? { shown: shown - 1, batch: 0 } : { shown, batch: of - 1 };
}

// One step on or back, as soon as it is here. Returns whether there is one.
/** @type {(film: Film, step: 1 | -1, trained: number, at: BatchAt) => boolean} */
export function stepFilm(film, step, trained, at) {
  if (film.shown === 0 && step < 0) return false;
  const place = beside(film, step);
  if (place.shown > trained) return false;
  Object.assign(film, { playing: false, join: null, awaited: 0, wish: { ...place, step } });
  grant(film, at);
  return true;
}

// Where batches cannot be had, the step goes by whole epochs.
/** @type {(film: Film, at: BatchAt) => void} */
function grant(film, at) {
  const { wish } = film;
  if (!wish) return;
  const there = wish.batch ? at(wish.shown, wish.batch) : "here";
  if (there === "coming") return;
  const { shown, batch, step } = wish;
  const whole = { shown: step < 0 && batch ? shown - 1 : shown, batch: 0 };
  Object.assign(film, there === "here" ? { shown, batch } : whole, { wish: null });
}

// The batch that the film waits for, if any.
/** @type {(film: Film, trained: number, at: BatchAt) => Place | null} */
export function missing(film, trained, at) {
  const next = film.wish ?? (film.playing && film.speed === "slow" ? beside(film, 1) : null);
  return next && next.batch && next.shown <= trained && at(next.shown, next.batch) === "coming" ? next : null;
}

/** @type {BatchAt} */
const none = () => "none";

// Move on to what is due. Returns after how many milliseconds it is to be asked again; null: only with news. at: whether a
// batch of an epoch is here, is coming, or is none to be had.
/** @type {(film: Film, trained: number, going: boolean, now: number, at?: BatchAt) => number | null} */
export function advance(film, trained, going, now, at = none) {
  if (film.join !== null) {
    film.shown = Math.min(trained, film.join);
    if (trained < film.join) return null;
    Object.assign(film, { join: null, due: now });
  }
  if (film.awaited && trained >= film.awaited) {
    const wish = { shown: film.awaited, batch: film.speed === "slow" ? 1 : 0, step: /** @type {const} */ (1) };
    Object.assign(film, { awaited: 0, wish });
  }
  grant(film, at);
  if (!film.playing) return null;
  const next = beside(film, 1);
  if (next.shown > trained) {
    film.shown = trained;
    if (!going) film.playing = false;
    return null;
  }
  if (film.speed === "max" && going) {
    film.shown = trained;
    return null;
  }
  const there = next.batch ? at(next.shown, next.batch) : "none";
  if (there === "coming") return null;
  if (now < film.due) return film.due - now;
  Object.assign(film, { shown: next.shown, batch: there === "here" ? next.batch : 0 });
  const period = 1000 / (film.speed === "slow" && there === "here" ? BATCHES_A_SECOND : RATES[film.speed]);
  // What was missed is not caught up with: every epoch is seen.
  film.due = (now - film.due > period ? now : film.due) + period;
  return film.due - now;
}
