// The connection to a room's route. A broken one is opened anew, after ever longer waits; not all of a class at once.

/** @import { Ear, Hears } from "./types.d.ts" */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;

/** @type {() => Ear} */
export function newEar() {
  return { source: null, timer: 0, wait: FIRST_WAIT };
}

/** @type {(ear: Ear, url: string, hears: Hears) => void} */
export function listen(ear, url, hears) {
  close(ear);
  const source = new EventSource(url);
  ear.source = source;
  source.addEventListener("room", (event) => {
    if (ear.source !== source) return;
    ear.wait = FIRST_WAIT;
    hears.lost(false);
    hears.room(JSON.parse(event.data));
  });
  source.addEventListener("ended", (event) => {
    if (ear.source !== source) return;
    close(ear);
    hears.ended(JSON.parse(event.data).sentence);
  });
  source.onerror = () => {
    if (ear.source !== source) return;
    close(ear);
    hears.lost(true);
    ear.timer = setTimeout(() => listen(ear, url, hears), ear.wait * (0.5 + Math.random()));
    ear.wait = Math.min(LONGEST_WAIT, ear.wait * 2);
  };
}

/** @type {(ear: Ear) => void} */
export function close(ear) {
  ear.source?.close();
  ear.source = null;
  clearTimeout(ear.timer);
  ear.timer = 0;
}
