// A figure as elements: kept by their keys, so that of one epoch to the next only attributes change.

import { create, createSvg, mark, say } from "../dom.js";

/** @import { Cells, Drawn, Figure, Mark, Size } from "./types.d.ts" */

/** @type {(chart: HTMLElement) => Drawn} */
export function newDrawn(chart) {
  const svg = createSvg("svg", "", chart);
  mark(svg, { "aria-hidden": "true" });
  const buttons = create("div", "buttons", chart);
  return { chart, svg, buttons, canvas: null, filled: "", nodes: new Map(), figure: null, read: () => {} };
}

/** @type {(drawn: Drawn, figure: Figure, size: Size, pin: (run: string) => void) => void} */
export function drawFigure(drawn, figure, size, pin) {
  drawn.figure = figure;
  mark(drawn.svg, { width: size.width, height: size.height });
  // An image has nothing in it to press: where names of runs are buttons, it is a group.
  mark(drawn.chart, { "data-points": figure.points, role: figure.buttons?.length ? "group" : "img" });
  drawMarks(drawn, figure.marks);
  if (figure.cells) drawCells(drawn, figure.cells);
  else if (drawn.canvas) drawn.canvas.hidden = true;
  drawButtons(drawn, figure.buttons ?? [], pin);
  drawn.read();
}

/** @type {(drawn: Drawn, marks: Mark[]) => void} */
function drawMarks({ svg, nodes }, marks) {
  const wanted = new Set(marks.map((each) => each.key));
  for (const [key, node] of nodes) {
    if (wanted.has(key)) continue;
    node.remove();
    nodes.delete(key);
  }
  let next = svg.firstElementChild;
  for (const { key, tag, at, text } of marks) {
    let node = nodes.get(key);
    if (!node) nodes.set(key, (node = createSvg(tag)));
    if (node === next) next = node.nextElementSibling;
    else svg.insertBefore(node, next);
    mark(node, at);
    if (text !== undefined) say(node, text);
  }
}

// A canvas of one pixel a cell, as large as its part of the plot.
/** @type {(drawn: Drawn, cells: Cells) => void} */
function drawCells(drawn, { rows, columns, left, right, top, bottom, fill, key = "" }) {
  const canvas = (drawn.canvas ??= create("canvas", "cells"));
  if (!canvas.parentElement) drawn.chart.prepend(canvas);
  canvas.hidden = columns === 0;
  canvas.style.cssText = `left:${left}px;top:${top}px;width:${Math.max(0, right - left)}px;height:${bottom - top}px`;
  const colour = getComputedStyle(canvas).color;
  const filled = `${rows} ${columns} ${colour} ${drawn.chart.dataset.run} ${key}`;
  if (!columns || drawn.filled === filled) return;
  drawn.filled = filled;
  Object.assign(canvas, { width: columns, height: rows });
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(columns, rows);
  fill(image.data, (colour.match(/[\d.]+/g) ?? []).map(Number));
  context.putImageData(image, 0, 0);
}

// The names of other runs are buttons: to keep a run's line, or to let it go.
/** @type {(drawn: Drawn, labels: NonNullable<Figure["buttons"]>, pin: (run: string) => void) => void} */
function drawButtons({ buttons }, labels, pin) {
  while (buttons.children.length > labels.length) buttons.lastElementChild?.remove();
  labels.forEach(({ text, run, left, top, width, pinned }, index) => {
    const button = /** @type {HTMLButtonElement} */ (buttons.children[index] ?? create("button", "pin", buttons));
    mark(button, { type: "button", "aria-pressed": pinned, "data-pin": run });
    const does = pinned ? "Let this line go" : "Keep this line while other runs follow (up to three)";
    button.title = `${text}\n${does}`; // A name may be longer than the chart is wide.
    say(button, text);
    // It follows its line: what is seen beside a curve that grows is not laid out anew.
    button.style.cssText = `left:0;top:0;transform:translate(${left}px,${top - 2}px);width:${width}px`;
    button.onclick = () => pin(run);
  });
}
