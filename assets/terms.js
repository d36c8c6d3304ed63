// Words that say what they mean: a "?" beside a label, and words in a sentence, to point at or to reach with Tab.

import { GLOSSARY } from "./glossary.js";
import { create, mark } from "./dom.js";

const BY_LENGTH = Object.keys(GLOSSARY).sort((one, two) => two.length - one.length);
const WORDS = new RegExp(`(?<![\\w-])(${BY_LENGTH.join("|")})s?(?![\\w=-])`, "g");

/** @type {(element: HTMLElement, word: string) => void} */
function explain(element, word) {
  mark(element, { "data-meaning": GLOSSARY[word], "aria-description": GLOSSARY[word] });
}

// Escape puts a meaning away, and nothing else at that press; who comes back to the word sees it again.
/** @type {(event: KeyboardEvent) => void} */
export function putMeaningAway(event) {
  const word = event.target;
  if (event.key !== "Escape" || !(word instanceof HTMLElement) || !word.matches("[data-meaning]:not([data-away])")) return;
  mark(word, { "data-away": "" });
  word.addEventListener("blur", () => word.removeAttribute("data-away"), { once: true });
  event.stopImmediatePropagation();
}

// A "?" for the word of a label.
/** @type {(parent: Element, word: string) => HTMLElement} */
export function questionMark(parent, word) {
  const button = create("button", "term-button", parent);
  button.textContent = "?";
  mark(button, { type: "button", "data-term": word, "aria-label": `What is ${word}?` });
  explain(button, word);
  return button;
}

// The words of the glossary in a text, where each comes first.
/** @type {(text: string) => { word: string; text: string; at: number }[]} */
export function wordsIn(text) {
  const found = [...text.matchAll(WORDS)].map((each) => ({ word: each[1], text: each[0], at: each.index }));
  return found.filter(({ word }, place) => found.findIndex((each) => each.word === word) === place);
}

// A sentence, in which every word of the glossary is explained where it comes first.
/** @type {(element: Element, text: string) => void} */
export function sayWithTerms(element, text) {
  let end = 0;
  element.replaceChildren();
  for (const { word, text: written, at } of wordsIn(text)) {
    element.append(text.slice(end, at));
    end = at + written.length;
    const term = create("abbr", "term", element);
    term.textContent = written;
    mark(term, { tabindex: 0, "data-term": word });
    explain(term, word);
  }
  element.append(text.slice(end));
}
