// Lessons: on a lesson's page it watches for what a step asks for, on the page "Lessons" it draws the list.

import { setTheme } from "./axes.js";
import { drawList, newList } from "./lessons/list.js";
import { endWatch, newWatch, takeStep } from "./lessons/watch.js";

/** @import { Component } from "./component.d.ts" */
/** @import { LessonsData, List, StepData, Watch } from "./lessons/types.d.ts" */

/** @type {WeakMap<HTMLElement, List>} */
const lists = new WeakMap();
/** @type {WeakMap<HTMLElement, Watch>} */
const watches = new WeakMap();

/** @type {(component: Component<LessonsData | StepData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  if (data.lessons) {
    let list = lists.get(parentElement);
    if (!list) lists.set(parentElement, (list = newList(parentElement)));
    setTheme(list.root);
    drawList(list, data.lessons, (chosen) => setTriggerValue("chosen", chosen));
  } else {
    let watch = watches.get(parentElement);
    if (!watch) watches.set(parentElement, (watch = newWatch(parentElement)));
    setTheme(watch.told);
    takeStep(watch, data, (seen) => setTriggerValue("seen", seen));
  }
  return () => {
    lists.get(parentElement)?.root.remove();
    lists.delete(parentElement);
    const watch = watches.get(parentElement);
    if (watch) endWatch(watch);
    watches.delete(parentElement);
  };
}
