// The presenter's notes, in a window of their own: what to say, what is right, and what comes next.

import { create, mark } from "../dom.js";
import { writeLine, writeText } from "./colours.js";
import { asks } from "./foot.js";

/** @import { PresentData } from "./types.d.ts" */

/** @type {(parent: HTMLElement, data: PresentData, at: number, revealed: boolean, follows: boolean, act: (does: string) => void) => void} */
export function drawNotes(parent, data, at, revealed, follows, act) {
  const slide = data.slides[at];
  const next = data.slides[at + 1];
  const head = create("div", "notes-head", parent);
  create("b", "", head).textContent = `${data.name || "Slides"}: step ${at + 1} of ${data.slides.length}`;
  for (const [does, words] of [["previous", "Back"], ["next", "Next"], ...(asks(slide) ? [["reveal", revealed ? "Hide the answer" : "Reveal"]] : [])]) {
    const button = create("button", "", head);
    mark(button, { type: "button", "data-does": does });
    button.textContent = words;
    button.onclick = () => act(does);
  }
  create("p", "quiet", parent).textContent = follows
    ? "These notes follow the slides of this browser; the keys here move them."
    : "No slides are open in this browser: the notes go by themselves. On a phone, they are moved by hand.";
  writeLine(create("h1", "", parent), slide.title);
  if (slide.notes) writeText(create("div", "say", parent), slide.notes);
  else create("p", "quiet", parent).textContent = "This slide has no notes.";
  if (slide.prediction) {
    writeLine(create("h2", "", parent), slide.prediction.question);
    const list = create("ol", "right-ones", parent);
    for (const { text, right, why } of slide.prediction.answers) {
      const line = create("li", "", list);
      mark(line, { "data-right": right });
      writeLine(create(right ? "b" : "span", "", line), right ? `✓ ${text}` : text);
      if (why) writeLine(create("p", "", line), why);
    }
  }
  if (slide.text) {
    create("h2", "", parent).textContent = slide.prediction && slide.query ? "What the lesson says before the question" : "On the slide";
    writeText(parent, slide.text);
  }
  const after = create("p", "after", parent);
  create("b", "", after).textContent = "Next: ";
  writeLine(after, next ? (next.prediction?.question ?? next.title) : "the end.");
}
