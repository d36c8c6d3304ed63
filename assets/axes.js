// The axes' colours by name, and the theme.

export const AXES = ["batch", "timesteps", "features", "units", "outputs", "windows"];

// Axes that are another one by another name, in the words of convolutions.
const SAME = new Map([["filters", "units"], ["channels", "features"]]);

// An axis that has no colour of its own (heads, rows) is drawn in the quiet grey of the text, with its name.
/** @type {(axis: string | null | undefined, text?: boolean) => string} */
export function axisColour(axis, text = false) {
  const name = SAME.get(axis ?? "") ?? axis;
  if (!name || !AXES.includes(name)) return "var(--quiet)";
  return `var(--${name}${text ? "-text" : ""})`;
}

/** @type {(root: HTMLElement) => void} */
export function setTheme(root) {
  const probe = document.createElement("canvas").getContext("2d");
  if (!probe) return;
  probe.fillStyle = getComputedStyle(root).getPropertyValue("--st-background-color").trim() || "#ffffff";
  const colour = String(probe.fillStyle);
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  root.dataset.theme = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "dark" : "light";
  // The names of the sliders, which are Streamlit's own, take their axis' colour by this too (page.css).
  document.documentElement.dataset.explorerTheme = root.dataset.theme;
}
