// What stands below a slide: which one it is, the keys, and the room where there is one.

import { calledOf, KEYS } from "../keys.js";
import { create, mark } from "../dom.js";

/** @import { Answers, PresentData, Room, Slide } from "./types.d.ts" */

const WALK = [["previous", "back"], ["next", "next"], ["reveal", "reveal"]];
const QUIET = [["share", "link"], ["notes", "notes"], ["sheet", "keys"], ["leave", "leave"]];
const MOST_MARKS = 24;
const MOST_HEADS = 60;

// Whether there is something to reveal.
/** @type {(slide: Slide | undefined) => boolean} */
export const asks = (slide) => Boolean(slide && (slide.prediction || slide.hides.length));

/** @type {(parent: HTMLElement, data: PresentData, at: number, answers: Answers | null, act: (does: string) => void) => void} */
export function drawFoot(parent, data, at, answers, act) {
  const { slides, room } = data;
  mark(parent, { "data-room": room !== null });
  const step = create("div", "step", parent);
  create("b", "", step).textContent = `Step ${at + 1} of ${slides.length}`;
  const marks = create("div", "marks", step);
  mark(marks, { "aria-hidden": "true" });
  // More marks than these would be dots that nobody counts.
  const shown = Math.min(slides.length, MOST_MARKS);
  const done = Math.round((shown * (at + 1)) / slides.length);
  for (let index = 0; index < shown; index++) mark(create("i", "", marks), { "data-done": index < done });
  const keys = WALK.filter(([does]) => does !== "reveal" || asks(slides[at]));
  drawKeys(parent, "walk", room ? [...keys, ["here", "all here"]] : keys, act);
  if (room) drawRoom(parent, room, answers, slides[at].question !== "");
  else drawKeys(parent, "quiet", QUIET, act);
}

/** @type {(parent: HTMLElement, className: string, keys: string[][], act: (does: string) => void) => void} */
function drawKeys(parent, className, keys, act) {
  const place = create("div", `caps ${className}`, parent);
  for (const [does, words] of keys) {
    const key = KEYS.find((each) => each.does === does && ["Projector", "Every page"].includes(each.place));
    const button = create("button", "cap", place);
    mark(button, { type: "button", "data-does": does, title: key?.says ?? "" });
    create("kbd", "", button).textContent = calledOf(key?.keys[0] ?? "");
    create("span", "", button).textContent = words;
    button.onclick = () => act(does);
  }
}

/** @type {(parent: HTMLElement, room: Room, answers: Answers | null, question: boolean) => void} */
function drawRoom(parent, { code, place, qr }, answers, question) {
  const box = create("div", "room", parent);
  const { answered, people } = answers ?? { answered: 0, people: 0 };
  const counted = create("div", "people", box);
  const said = create("p", "", counted);
  const all = Math.max(answered, people);
  // Before anybody is there it is said that nobody is.
  create("b", "", said).textContent = question && all ? `${answered} of ${all}` : String(people);
  said.append(question && all ? " answered" : people === 1 ? " person" : " people");
  const marks = create("div", "heads", counted);
  mark(marks, { "aria-hidden": "true" });
  for (let index = 0; index < Math.min(all, MOST_HEADS); index++) {
    mark(create("i", "", marks), { "data-done": question && index < answered });
  }
  const join = create("div", "join", box);
  create("b", "", join).textContent = place;
  create("b", "", join).textContent = `code ${code}`;
  if (qr) mark(Object.assign(create("img", "qr", box), { src: qr }), { alt: "QR code of the room" });
}
