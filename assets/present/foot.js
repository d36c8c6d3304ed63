// What stands below a slide: which one it is, the keys, and the room where there is one.

import { calledOf, KEYS } from "../keys.js";
import { create, mark } from "../dom.js";

/** @import { PresentData, Room, Slide } from "./types.d.ts" */

const WALK = [["previous", "back"], ["next", "next"], ["reveal", "reveal"]];
const QUIET = [["share", "link"], ["notes", "notes"], ["sheet", "keys"], ["leave", "leave"]];
const MOST_MARKS = 24;

// Whether there is something to reveal.
/** @type {(slide: Slide | undefined) => boolean} */
export const asks = (slide) => Boolean(slide && (slide.prediction || slide.hides.length));

/** @type {(parent: HTMLElement, data: PresentData, at: number, act: (does: string) => void) => void} */
export function drawFoot(parent, data, at, act) {
  const { slides, room } = data;
  const step = create("div", "step", parent);
  create("b", "", step).textContent = `Step ${at + 1} of ${slides.length}`;
  const marks = create("div", "marks", step);
  mark(marks, { "aria-hidden": "true" });
  // More marks than these would be dots that nobody counts.
  const shown = Math.min(slides.length, MOST_MARKS);
  const done = Math.round((shown * (at + 1)) / slides.length);
  for (let index = 0; index < shown; index++) mark(create("i", "", marks), { "data-done": index < done });
  const keys = WALK.filter(([does]) => does !== "reveal" || asks(slides[at]));
  drawKeys(parent, "walk", keys, act);
  if (room) drawRoom(parent, room);
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

/** @type {(parent: HTMLElement, room: Room) => void} */
function drawRoom(parent, { code, place, answered, of, qr }) {
  const box = create("div", "room", parent);
  const people = create("div", "people", box);
  const said = create("p", "", people);
  create("b", "", said).textContent = `${answered} of ${of}`;
  said.append(" have answered");
  const marks = create("div", "heads", people);
  mark(marks, { "aria-hidden": "true" });
  for (let index = 0; index < Math.min(of, 60); index++) mark(create("i", "", marks), { "data-done": index < answered });
  const join = create("div", "join", box);
  create("b", "", join).textContent = place;
  create("b", "", join).textContent = `code ${code}`;
  if (qr) mark(Object.assign(create("img", "qr", box), { src: qr }), { alt: "QR code of the room" });
}
