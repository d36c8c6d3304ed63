// The colours of the page, as the charts need them.

import { create } from "../dom.js";

/** @import { Theme } from "./types.d.ts" */

/** @type {(root: HTMLElement) => Theme} */
export function colours(root) {
  const style = getComputedStyle(root);
  const read = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const names = ["ink", "quiet", "line", "ground", "panel", "timesteps", "features", "outputs"];
  const own = names.concat(["timesteps-text", "features-text", "outputs-text"]);
  // A variable that refers to another one is resolved only when something wears it.
  const wearer = create("i", "", root);
  const worn = (/** @type {string} */ name) => ((wearer.style.color = `var(--${name})`), getComputedStyle(wearer).color);
  const found = Object.fromEntries(own.map((name) => [name, worn(name)]));
  wearer.remove();
  return { ...found, font: read("st-font") || "sans-serif" };
}

/** @type {(colour: string, other: string, share: number) => string} */
export function mix(colour, other, share) {
  const [one, two] = [colour, other].map((text) => (text.match(/[\d.]+/g) ?? []).map(Number));
  return `rgb(${[0, 1, 2].map((index) => Math.round(one[index] * (1 - share) + two[index] * share)).join(",")})`;
}
