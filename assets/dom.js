// Small helpers for the DOM, which every component uses.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @type {<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, className?: string, parent?: Element | null) =>
 *   HTMLElementTagNameMap[Tag]}
 */
export function create(tag, className = "", parent = null) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (parent) parent.append(element);
  return element;
}

/** @type {(tag: string, className?: string, parent?: Element | null) => SVGElement} */
export function createSvg(tag, className = "", parent = null) {
  const element = document.createElementNS(SVG, tag);
  if (className) element.setAttribute("class", className);
  if (parent) parent.append(element);
  return element;
}

// Writing only what differs spares a layout, and keeps a screen reader from hearing the same words again.
/** @type {(element: Element, text: string) => void} */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @type {(element: Element, attributes: Record<string, string | number | boolean | undefined>) => void} */
export function mark(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

// A long name may break after a bracket, an underscore or before a capital, nowhere else.
/** @type {(element: Element, text: string) => void} */
export function sayBreakable(element, text) {
  if (element.textContent === text) return;
  const parts = text.split(/(?<=[(_])|(?<=[a-z])(?=[A-Z])/);
  element.replaceChildren(...parts.flatMap((part) => [part, document.createElement("wbr")]));
}

// Where a point of the window is within an element, in the element's own pixels: a large window shows the page larger (layout.css).
/** @type {(element: Pick<Element, "getBoundingClientRect" | "currentCSSZoom">, point: { clientX: number; clientY: number })
 *   => { x: number; y: number }} */
export function pointWithin(element, { clientX, clientY }) {
  const [{ left, top }, zoom] = [element.getBoundingClientRect(), zoomOf(element)];
  return { x: (clientX - left) / zoom, y: (clientY - top) / zoom };
}

// Pixels of the window for one of the element's own.
/** @type {(element: Pick<Element, "currentCSSZoom">) => number} */
export const zoomOf = ({ currentCSSZoom }) => currentCSSZoom || 1;

// Whether nothing should move by itself.
/** @type {() => boolean} */
export function prefersStill() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Calls `clear` once nothing is pointed at: when the pointer leaves an element, or the focus does. What the arrow keys have
// chosen stays, as the page may move away beneath a pointer that rests.
/** @type {(element: HTMLElement | SVGElement, clear: () => void) => void} */
export function whenLeft(element, clear) {
  let byKeys = false;
  element.addEventListener("keydown", () => (byKeys = true));
  element.addEventListener("pointermove", () => (byKeys = false));
  element.addEventListener("pointerleave", () => byKeys || clear());
  element.addEventListener("blur", clear);
}
