// The list of lessons: what each is for, how long it takes, and how far somebody has come in it.

import { create, mark } from "../dom.js";
import { read } from "./kept.js";

/** @import { Chosen, Kept, List, Listed } from "./types.d.ts" */

/** @type {(parent: HTMLElement) => List} */
export function newList(parent) {
  return { root: create("ol", "explorer-lessons", parent), written: "" };
}

/** Where a lesson goes on, and what is said of it. @type {(lesson: Listed, kept: Kept | undefined) => { step: number; says: string; way: string }} */
export function standing({ steps, minutes }, kept) {
  const takes = `${minutes} minutes, ${steps} steps`;
  if (!kept) return { step: 1, says: takes, way: "Begin" };
  if (kept.done) return { step: 1, says: `${takes}. Done.`, way: "Do it again" };
  const step = Math.min(kept.step, steps);
  return { step, says: `${takes}. You were at step ${step}.`, way: "Go on" };
}

/** @type {(list: List, lessons: Listed[], choose: (chosen: Chosen) => void) => void} */
export function drawList(list, lessons, choose) {
  const kept = read();
  const written = JSON.stringify([lessons, kept]);
  if (written === list.written) return;
  list.written = written;
  list.root.replaceChildren();
  for (const lesson of lessons) {
    const { step, says, way } = standing(lesson, kept[lesson.name]);
    const item = create("li", "", list.root);
    mark(item, { "data-lesson": lesson.name, "data-done": Boolean(kept[lesson.name]?.done) });
    const title = create("h2", "", item);
    const link = create("a", "", title);
    link.textContent = lesson.title;
    mark(link, { href: `./${lesson.path}?lesson=${lesson.name}&step=${step}` });
    // A click with a key is the browser's: it opens another tab.
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      choose({ lesson: lesson.name, step });
    };
    create("p", "", item).textContent = lesson.goal;
    const foot = create("p", "foot", item);
    create("span", "", foot).textContent = says;
    const way_ = create("b", "", foot);
    mark(way_, { "aria-hidden": "true" });
    way_.textContent = way;
  }
}
