// The weights as small matrices: the columns of the chosen unit are outlined, and what a term comes from is framed.

import { colourOf } from "./colours.js";
import { create, mark, say, zoomOf } from "../dom.js";

/** @import { Matrix } from "../description.d.ts" */
/** @import { Colours, Link } from "./types.d.ts" */

const GAP = 6;
const CELL = { largest: 9, smallest: 2 };

// How large a cell is, so that all gates stand side by side.
/** @type {(matrix: Pick<Matrix, "columns" | "gates" | "numbers">, width: number) => number} */
export function cellOf({ columns, gates, numbers }, width) {
  const room = (width - GAP * (gates.length - 1)) / (columns * gates.length);
  const most = numbers.length > 16 ? 5 : CELL.largest;
  return Math.max(CELL.smallest, Math.min(most, Math.floor(room)));
}

/** @type {(place: HTMLElement, matrices: Matrix[], link: Link | null, colours: Colours) => void} */
export function drawMatrices(place, matrices, link, colours) {
  while (place.children.length > matrices.length) place.lastElementChild?.remove();
  while (place.children.length < matrices.length) {
    const figure = create("figure", "inside-matrix", place);
    const caption = create("figcaption", "", figure);
    create("span", "", caption);
    create("small", "", caption);
    create("div", "inside-letters", figure);
    mark(create("canvas", "", figure), { role: "img" });
  }
  matrices.forEach((matrix, index) => draw(/** @type {HTMLElement} */ (place.children[index]), matrix, link, colours));
}

/** @type {(figure: HTMLElement, matrix: Matrix, link: Link | null, colours: Colours) => void} */
function draw(figure, matrix, link, colours) {
  const [caption, letters, canvas] = /** @type {[HTMLElement, HTMLElement, HTMLCanvasElement]} */ ([...figure.children]);
  say(caption.children[0], matrix.title);
  say(caption.children[1], matrix.drawn);
  figure.style.setProperty("--axis", `var(--${matrix.axis}-text)`);
  mark(canvas, { "aria-label": `${matrix.title}. ${matrix.says}` });
  // Two stand side by side, but on a phone.
  const room = figure.parentElement?.clientWidth ?? 0;
  const size = cellOf(matrix, room < 400 ? room - 8 : Math.min(room / 2.15, 270));
  const [block, rows] = [matrix.columns * size, matrix.numbers.length];
  const [width, height] = [block * matrix.gates.length + GAP * (matrix.gates.length - 1), rows * Math.max(size, rows < 4 ? 8 : size)];
  const high = height / rows;
  letters.style.cssText = `grid-template-columns:repeat(${matrix.gates.length}, ${block}px);gap:${GAP}px`;
  while (letters.children.length > matrix.letters.length) letters.lastElementChild?.remove();
  while (letters.children.length < matrix.letters.length) create("span", "", letters);
  matrix.letters.forEach((letter, gate) => say(letters.children[gate], letter));
  const scale = Math.max(1, window.devicePixelRatio || 1) * zoomOf(figure);
  Object.assign(canvas, { width: Math.ceil((width + 4) * scale), height: Math.ceil((height + 4) * scale) });
  canvas.style.cssText = `width:${width + 4}px;height:${height + 4}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(scale, scale);
  pen.translate(2, 2);
  matrix.gates.forEach((gate, place) => {
    const left = place * (block + GAP);
    pen.fillStyle = colours.line;
    pen.fillRect(left - 0.5, -0.5, block + 1, height + 1);
    const gap = size > 4 ? 0.6 : 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < matrix.columns; column++) {
        const value = matrix.numbers[row][place * matrix.columns + column];
        pen.fillStyle = colourOf(value, 127, matrix.axis, colours) ?? colours.ground;
        pen.fillRect(left + column * size + gap / 2, row * high + gap / 2, size - gap, high - gap);
      }
    }
    const linked = link !== null && link.gate === gate ? matrix.parts.indexOf(link.part) : -1;
    pen.strokeStyle = colours.ink;
    const x = left + matrix.outlined * size;
    if (linked >= 0 && matrix.parts.length > 1) frame(pen, x, linked * high, size, high, 3);
    frame(pen, x, 0, size, height, linked >= 0 && matrix.parts.length === 1 ? 3 : 1.2);
  });
}

/** @type {(pen: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, line: number) => void} */
function frame(pen, x, y, width, height, line) {
  pen.lineWidth = line;
  pen.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
}
