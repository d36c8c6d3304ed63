// One slide: a heading, words, the chain, the losses, and the answers of a question.

import { create, mark } from "../dom.js";
import { writeLine, writeText } from "./colours.js";
import { drawSlideChain } from "./drawing.js";
import { drawLosses } from "./losses.js";

/** @import { Answers, Known, Losses, Prediction, Slide } from "./types.d.ts" */
/** @typedef {{ known: Known | undefined; losses: Losses | null; revealed: boolean; given: Answers | null }} Standing */

const LETTERS = "ABCDEFGH";
// The chain and the chart are drawn in a place of twice this scale, so that their words are read from afar (present.css).
const LEAST_CHAIN = 190;
const LEAST_CHART = 210;
const SIZES = ["30px", "27px", "24px"];

// Draws into `parent`, which is empty, and has the size of the slide.
/** @type {(parent: HTMLElement, slide: Slide, standing: Standing) => void} */
export function drawSlide(parent, slide, standing) {
  const { prediction, told } = slide;
  const heading = create("h1", "", parent);
  writeLine(heading, prediction?.question ?? slide.title);
  for (const words of told) saysSo(create("p", "told", parent), words);
  const text = create("div", "text", parent);
  const middle = create("div", "middle", parent);
  const [drawing, chart] = [create("div", "drawing explorer-chain", middle), create("div", "losses explorer-live", middle)];
  // Each has its colours from the theme that stands on itself.
  const { theme = "light" } = /** @type {HTMLElement} */ (parent.closest(".explorer-present")).dataset;
  drawing.dataset.theme = chart.dataset.theme = theme;
  if (prediction) drawAnswers(parent, prediction, standing);
  drawing.hidden = !slide.query;
  chart.hidden = !standing.losses || prediction !== null;
  const least = () => (drawing.hidden ? 0 : LEAST_CHAIN) + (chart.hidden ? 0 : LEAST_CHART);
  // A question beside a drawing needs no more words; without one it stands below what the lesson says.
  if (!prediction || !slide.query) {
    writeText(text, slide.text);
    const tooLittle = () => middle.clientHeight < least();
    for (const size of SIZES) {
      text.style.fontSize = size;
      if (!tooLittle()) break;
    }
    if (tooLittle()) chart.hidden = true;
    if (tooLittle() && leaveOut(text, tooLittle)) create("p", "more", text).textContent = "… the rest is in the notes (N).";
  }
  drawMiddle(drawing, chart, slide, standing);
}

/** @type {(element: HTMLElement, words: string) => void} */
function saysSo(element, words) {
  mark(element, { role: "status" });
  element.textContent = words;
}

// Takes paragraphs away from the end until there is room; returns whether it did.
/** @type {(text: HTMLElement, tooLittle: () => boolean) => boolean} */
function leaveOut(text, tooLittle) {
  let left = false;
  while (text.children.length > 1 && tooLittle()) {
    text.lastElementChild?.remove();
    left = true;
  }
  return left;
}

/** @type {(drawing: HTMLElement, chart: HTMLElement, slide: Slide, standing: Standing) => void} */
function drawMiddle(drawing, chart, slide, { known, losses, revealed }) {
  if (!drawing.hidden) {
    const size = { width: drawing.clientWidth, height: drawing.clientHeight };
    if (known?.description) drawSlideChain(drawing, known.description, known.values, revealed ? [] : slide.hides, size);
    else saysSo(create("p", "waiting", drawing), known?.error || "The shapes are on their way.");
  }
  if (!chart.hidden && losses) drawLosses(chart, losses, { width: chart.clientWidth, height: chart.clientHeight });
}

/** @type {(parent: HTMLElement, prediction: Prediction, standing: Standing) => void} */
function drawAnswers(parent, { answers }, { revealed, given }) {
  const list = create("ol", "answers", parent);
  mark(list, { "data-revealed": revealed });
  const most = Math.max(1, ...(given?.tally ?? []));
  answers.forEach(({ text, right }, index) => {
    const line = create("li", "answer", list);
    mark(line, { "data-answer": LETTERS[index], "data-counted": given !== null });
    if (revealed) mark(line, { "data-right": right });
    create("span", "letter", line).textContent = LETTERS[index];
    // The letter stays: it is what people have voted for.
    if (revealed && right) create("b", "check", line).textContent = "✓";
    writeLine(create("span", "words", line), text);
    if (revealed && right) create("b", "verdict", line).textContent = "right";
    if (given) drawTally(line, given.tally[index] ?? 0, most);
  });
  const why = answers.find(({ right }) => right)?.why;
  if (revealed && why) writeLine(create("p", "why-right", parent), why);
}

// How many gave this answer: one person has the same width in all bars.
/** @type {(line: HTMLElement, number: number, most: number) => void} */
function drawTally(line, number, most) {
  const place = create("span", "tally", line);
  create("i", "", place).style.width = `${(70 * number) / Math.max(most, 12)}%`;
  const words = create("b", "", place);
  words.textContent = String(number);
  mark(words, { "aria-label": `${number} gave this answer` });
}
