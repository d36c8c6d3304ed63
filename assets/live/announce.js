// Tells the rest of the page which epoch of which run is shown, and, where they are there, with which numbers.

/** @import { Panel } from "./types.d.ts" */

/** @type {(panel: Panel, again?: boolean) => void} */
export function announce(panel, again = false) {
  const { run, film, sequence, frames } = panel;
  const told = `${run} ${film.shown} ${sequence}`;
  if (told === panel.announced && !again) return;
  panel.announced = told;
  const trained = frames.list.at(-1)?.epoch ?? 0;
  const detail = { run, epoch: film.shown, sequence, trained, layout: null, sources: null, tensors: null };
  document.dispatchEvent(new CustomEvent("explorer:shown", { detail }));
}

// Whoever comes later asks. Returns what ends it.
/** @type {(panel: Panel) => () => void} */
export function answerWhoAsks(panel) {
  const answer = () => announce(panel, true);
  document.addEventListener("explorer:ask", answer);
  return () => document.removeEventListener("explorer:ask", answer);
}
