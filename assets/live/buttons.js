// The buttons of the live panel: an icon and a word each, in a place that is kept while it is empty.

import { create, createSvg, mark, say } from "../dom.js";

/** @import { Button } from "./types.d.ts" */

const ICONS = new Map([
  ["play", "M3 1.5v11l9-5.5z"],
  ["pause", "M2 1.5h3.6v11H2zM8.4 1.5H12v11H8.4z"],
  ["step", "M1 1.5v11l8-5.5zM10.5 1.5h2.6v11h-2.6z"],
  ["restart", "M7 2.2a4.9 4.9 0 1 1-4.8 5.9h1.8a3.2 3.2 0 1 0 3-4.2v2L3.4 3.1 7 .2z"],
  ["more", "M1 1.5v11l6-5.5zM9.2 3.5h1.7v2.6h2.6v1.7h-2.6v2.6H9.2V7.8H6.7V6.1h2.5z"],
  ["stop", "M2.5 2.5h9v9h-9z"],
]);

/** @type {(parent: HTMLElement, kind?: string) => HTMLElement} */
export function newButton(parent, kind = "") {
  const place = create("span", `place ${kind}`, parent);
  const button = create("button", "", place);
  mark(button, { type: "button" });
  const icon = createSvg("svg", "", button);
  mark(icon, { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" });
  createSvg("path", "", icon);
  create("span", "", button);
  return place;
}

/** @type {(place: HTMLElement, wanted: Button | null) => void} */
export function writeButton(place, wanted) {
  const kind = place.classList[1] ?? "";
  place.hidden = false;
  const button = /** @type {HTMLButtonElement} */ (place.firstElementChild);
  // A place that is empty now is kept for what will be there.
  place.style.visibility = wanted ? "" : "hidden";
  button.disabled = !wanted || wanted.disabled;
  const first = kind === "main" || kind === "second" ? kind : "";
  mark(place, { class: ["place", first, wanted ? `st-key-${wanted.key}` : ""].filter(Boolean).join(" ") });
  if (!wanted) return;
  mark(button, { "data-press": wanted.key, title: wanted.title });
  mark(/** @type {Element} */ (button.querySelector("path")), { d: ICONS.get(wanted.icon) });
  say(/** @type {Element} */ (button.lastElementChild), wanted.label);
}
