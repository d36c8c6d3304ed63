// What both components share: the axes' colours by name, the theme, and small helpers for the DOM.

const AXES = ["batch", "timesteps", "features", "units", "outputs", "windows"];
const SVG = "http://www.w3.org/2000/svg";

// An axis that has no colour of its own (heads, filters) is drawn in the quiet grey of the text, with its name.
function axisColour(axis, text = false) {
  if (!AXES.includes(axis)) return "var(--quiet)";
  return `var(--${axis}${text ? "-text" : ""})`;
}

function setTheme(root) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(root).getPropertyValue("--st-background-color").trim() || "#ffffff";
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(probe.fillStyle.slice(start, start + 2), 16));
  root.dataset.theme = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "dark" : "light";
  // The names of the sliders, which are Streamlit's own, take their axis' colour by this too (page.css).
  document.documentElement.dataset.explorerTheme = root.dataset.theme;
}

function create(tag, className = "", parent = null) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (parent) parent.append(element);
  return element;
}

function createSvg(tag, className = "", parent = null) {
  const element = document.createElementNS(SVG, tag);
  if (className) element.setAttribute("class", className);
  if (parent) parent.append(element);
  return element;
}

// Writing only what differs spares a layout, and keeps a screen reader from hearing the same words again.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function mark(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}
