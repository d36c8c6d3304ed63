// The clock of the film: which epoch of a run is shown, and when the next one is. Training runs ahead of it.

/** @import { Film, Speed } from "./types.d.ts" */

// Epochs a second. "max" shows the newest epoch while a run trains, and plays as fast as it can be drawn afterwards.
export const RATES = { slow: 1, normal: 10, max: 60 };

/** @type {(speed?: Speed) => Film} */
export function newFilm(speed = "normal") {
  return { shown: 0, playing: false, speed, due: 0, join: null, awaited: 0 };
}

// A run that was not started here is joined at its newest epoch; what had been trained by then is not played.
/** @type {(film: Film, going: boolean) => void} */
export function join(film, going) {
  Object.assign(film, { shown: 0, join: Infinity, playing: going, awaited: 0 });
}

/** @type {(film: Film, epoch: number) => void} */
export function noteTrained(film, epoch) {
  if (film.join === Infinity) film.join = epoch;
}

// At the end of a run that trains no more, it plays from the start.
/** @type {(film: Film, trained: number, going: boolean, now: number) => void} */
export function play(film, trained, going, now) {
  if (film.shown >= trained && !going) film.shown = 0;
  Object.assign(film, { playing: true, due: now, join: null, awaited: 0 });
}

/** @type {(film: Film) => void} */
export function pause(film) {
  film.playing = false;
}

/** @type {(film: Film, epoch: number, trained: number) => void} */
export function seek(film, epoch, trained) {
  const shown = Math.max(0, Math.min(trained, Math.round(epoch)));
  Object.assign(film, { shown, playing: false, join: null, awaited: 0 });
}

// An epoch that is asked of the workers is shown when it comes.
/** @type {(film: Film, epoch: number) => void} */
export function awaitEpoch(film, epoch) {
  Object.assign(film, { awaited: epoch, playing: false, join: null });
}

// Move on to the epoch that is due. Returns after how many milliseconds it is to be asked again; null: only with news.
/** @type {(film: Film, trained: number, going: boolean, now: number) => number | null} */
export function advance(film, trained, going, now) {
  if (film.join !== null) {
    film.shown = Math.min(trained, film.join);
    if (trained < film.join) return null;
    Object.assign(film, { join: null, due: now });
  }
  if (film.awaited && trained >= film.awaited) Object.assign(film, { shown: film.awaited, awaited: 0 });
  if (!film.playing) return null;
  if (film.shown >= trained) {
    film.shown = trained;
    if (!going) film.playing = false;
    return null;
  }
  if (film.speed === "max" && going) {
    film.shown = trained;
    return null;
  }
  if (now < film.due) return film.due - now;
  film.shown += 1;
  const period = 1000 / RATES[film.speed];
  // What was missed is not caught up with: every epoch is seen.
  film.due = (now - film.due > period ? now : film.due) + period;
  return film.due - now;
}
