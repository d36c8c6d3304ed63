// Words in which every named size of an axis has the axis' colour, as "20 timesteps" has; a little of Markdown.

import { axisColour } from "../axes.js";
import { create } from "../dom.js";

const SIZES = /\b(batch|\d[\d,]*\s(?:timestep|feature|unit|output|window)s?)\b/;
const NAMES = /^(?:\d[\d,]*\s)?([a-z]+?)s?$/;
const MARKED = /(\*\*[^*]+\*\*|(?<![\w*])\*(?=\S)[^*]+(?<=\S)\*(?![\w*])|`[^`]+`)/;

/** @type {(words: string) => string} */
function axisOf(words) {
  const name = NAMES.exec(words)?.[1] ?? "";
  return name === "batch" ? name : `${name}s`;
}

// Within brackets the words are a shape: there they have colours.
/** @type {(parent: Element, text: string) => void} */
export function writeShapes(parent, text) {
  for (const part of text.split(/(\([^()]*\))/)) {
    if (!part.startsWith("(")) {
      parent.append(part);
      continue;
    }
    part.split(SIZES).forEach((words, index) => {
      if (index % 2 === 0) return parent.append(words);
      const size = create("b", "axis", parent);
      size.style.color = axisColour(axisOf(words), true);
      size.textContent = words;
    });
  }
}

// One line of text: what is bold, in italics or code is so.
/** @type {(parent: Element, text: string) => void} */
export function writeLine(parent, text) {
  for (const part of text.split(MARKED)) {
    if (part.startsWith("**")) writeShapes(create("b", "", parent), part.slice(2, -2));
    else if (part.startsWith("*") && part.length > 2) create("em", "", parent).textContent = part.slice(1, -1);
    else if (part.startsWith("`") && part.length > 1) create("code", "", parent).textContent = part.slice(1, -1);
    else writeShapes(parent, part);
  }
}

// The paragraphs of a text, and the points of its lists.
/** @type {(text: string) => { point: boolean; words: string }[]} */
export function paragraphsOf(text) {
  return text
    .split(/\n\s*\n|\n(?=\s*[-*] )/)
    .map((part) => part.trim().replace(/\s*\n\s*/g, " "))
    .filter(Boolean)
    .map((part) => ({ point: /^[-*] /.test(part), words: part.replace(/^[-*] /, "") }));
}

/** @type {(parent: Element, text: string) => void} */
export function writeText(parent, text) {
  for (const { point, words } of paragraphsOf(text)) writeLine(create("p", point ? "point" : "", parent), words);
}
