// How wide words are, before they are drawn.

/** @typedef {(text: string, size: number) => number} Measure */

/** @type {Map<string, number>} */
const widths = new Map();
let family = "sans-serif";
/** @type {Measure} */
let measured = onCanvas;

// The font of all words that are measured from now on.
/** @type {(name: string) => void} */
export function setFont(name) {
  family = name;
}

// Where there is no canvas, as in a test: `measure` says how wide a text is at a size.
/** @type {(measure: Measure) => void} */
export function measureWith(measure) {
  widths.clear();
  measured = measure;
}

/** @type {(text: string, size: number) => number} */
export function textWidth(text, size) {
  const key = `${size}|${text}`;
  let width = widths.get(key);
  if (width === undefined) widths.set(key, (width = measured(text, size)));
  return width;
}

/** @type {CanvasRenderingContext2D | null} */
let canvas = null;

/** @type {(text: string, size: number) => number} */
function onCanvas(text, size) {
  canvas ??= document.createElement("canvas").getContext("2d");
  if (!canvas) return 0;
  canvas.font = `600 ${size}px ${family}`;
  return canvas.measureText(text).width;
}
