// The bar of a walk through time: play and pause, one timestep on or back, a slider along the timesteps, and what is said of it.

import { create, createSvg, mark, say } from "../dom.js";
import { deedOf } from "../keys.js";

/** @import { WalkBar, WalkDeed } from "./types.d.ts" */

const ICONS = new Map([
  ["play", "M4,2.5V13.5L13,8z"],
  ["pause", "M4,3H6.8V13H4zM9.2,3H12V13H9.2z"],
  ["back", "M11,2.5V13.5L3,8zM1.6,2.5H3V13.5H1.6z"],
  ["next", "M5,2.5V13.5L13,8zM13,2.5H14.4V13.5H13z"],
]);

/** @type {(parent: HTMLElement, act: (deed: WalkDeed, at?: number) => void) => WalkBar} */
export function newWalkBar(parent, act) {
  const root = create("div", "walk", parent);
  const line = create("div", "walk-line", root);
  mark(line, { role: "group", "aria-label": "Walk through time" });
  const [play, back, next] = /** @type {const} */ (["main", "back", "next"]).map((does) => {
    const button = create("button", `walk-button walk-${does}`, line);
    mark(button, { type: "button", "data-walk": does });
    button.onclick = () => act(does);
    return button;
  });
  write(back, "back", "", "One timestep back");
  write(next, "next", "", "One timestep on");
  const slider = create("input", "walk-slider", line);
  mark(slider, { type: "range", min: 1, max: 2, step: 1, "aria-label": "Timestep of the walk" });
  slider.oninput = () => act("to", Number(slider.value));
  const place = create("span", "walk-place", line);
  const slow = create("button", "walk-button walk-slow", line);
  mark(slow, { type: "button", "data-walk": "slow", title: "One batch of the shown epoch: forward, loss, backward through time, update" });
  say(slow, "Slow motion");
  slow.onclick = () => act("slow");
  const end = create("button", "walk-button walk-end", line);
  mark(end, { type: "button", "data-walk": "end" });
  end.onclick = () => act("end");
  const none = create("p", "walk-none", root);
  line.addEventListener("keydown", (event) => {
    const does = /** @type {WalkDeed | null} */ (deedOf("Walk through time", event.key));
    if (!does || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // A button is pressed by the space bar itself.
    if (does === "main" && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    act(does);
  });
  return { root, line, none, play, back, next, slider, place, slow, end };
}

// at: null where no walk is on. slow: whether a batch in slow motion is on.
/** @type {(bar: WalkBar, at: number | null, length: number, playing: boolean, words: string, slow: boolean) => void} */
export function writeWalkBar({ root, play, back, next, slider, place, slow: start, end }, at, length, playing, words, slow) {
  root.toggleAttribute("data-on", at !== null);
  write(play, playing ? "pause" : "play", playing ? "Pause" : at === null ? "Walk through time" : "Play", playing ? "Pause" : "Go on, timestep by timestep");
  // A button that is disabled loses the focus, and the keys with it.
  mark(back, { "aria-disabled": at === null || at <= 1 });
  mark(next, { "aria-disabled": at !== null && at >= length });
  mark(start, { "aria-pressed": slow });
  say(end, slow ? "End slow motion" : "End the walk");
  mark(slider, { max: length, "aria-label": slow ? "Moment of the batch" : "Timestep of the walk", "aria-valuetext": at === null ? "no walk yet" : words });
  if (slider.value !== String(at ?? 1)) slider.value = String(at ?? 1);
  say(place, at === null ? "" : words);
  // A button that has the focus is not taken away under the keyboard's hand.
  end.hidden = at === null && document.activeElement !== end;
}

/** @type {(button: HTMLButtonElement, icon: string, words: string, title: string) => void} */
function write(button, icon, words, title) {
  if (!button.firstElementChild) {
    const drawing = createSvg("svg", "", button);
    mark(drawing, { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" });
    createSvg("path", "", drawing);
    create("span", "", button);
  }
  mark(/** @type {Element} */ (button.querySelector("path")), { d: ICONS.get(icon) });
  say(/** @type {Element} */ (button.lastElementChild), words);
  mark(button, { title, ...(words ? {} : { "aria-label": title }) });
}
