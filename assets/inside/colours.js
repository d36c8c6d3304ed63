// The colours of numbers on a canvas: a positive one has the colour of its axis, a negative one is grey, 0 is the ground.

/** @import { Colours } from "./types.d.ts" */

const AXES = ["batch", "timesteps", "features", "units", "outputs"];

/** @type {(root: HTMLElement) => Colours} */
export function coloursOf(root) {
  const style = getComputedStyle(root);
  const probe = document.createElement("canvas").getContext("2d");
  /** @type {(name: string, otherwise: string) => string} */
  const colour = (name, otherwise) => {
    if (!probe) return otherwise;
    probe.fillStyle = otherwise;
    probe.fillStyle = style.getPropertyValue(name).trim() || otherwise;
    return String(probe.fillStyle);
  };
  const axes = Object.fromEntries(AXES.map((axis) => [axis, colour(`--${axis}`, "#7a7f87")]));
  return {
    ground: colour("--st-background-color", "#ffffff"),
    negative: root.dataset.theme === "dark" ? "#9aa1ab" : "#5b6673",
    ink: colour("--st-text-color", "#1d2733"),
    line: colour("--st-border-color", "#d9dee4"),
    danger: colour("--danger", "#b3261e"),
    axes,
  };
}

/** @type {(one: string, other: string, share: number) => string} */
export function mixed(one, other, share) {
  const part = (/** @type {number} */ at) => {
    const [first, second] = [one, other].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(first * share + second * (1 - share)).toString(16).padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

// null for a number that is not finite: it is drawn as a cross.
/** @type {(value: number | null, largest: number, axis: string, colours: Colours) => string | null} */
export function colourOf(value, largest, axis, colours) {
  if (value === null) return null;
  const share = Math.min(1, Math.abs(value) / (largest || 1));
  return mixed(value < 0 ? colours.negative : (colours.axes[axis] ?? colours.negative), colours.ground, share);
}
