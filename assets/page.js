// What concerns the whole page, and is drawn nowhere of its own: whose keys are whose, second clicks, files, and hints for a newcomer.

import { setTheme } from "./axes.js";
import { ignoreSecondClick } from "./page/clicks.js";
import { listenForFiles } from "./page/dropped.js";
import { newHints } from "./page/hints.js";
import { leaveToTextFields } from "./page/keys.js";
import { keepOnce } from "./page/picture.js";
import { newSheet } from "./page/sheet.js";
import { putMeaningAway } from "./terms.js";

/** @import { Component } from "./component.d.ts" */
/** @import { HintsData } from "./page/types.d.ts" */

/** @type {WeakMap<HTMLElement, ReturnType<typeof newHints>>} */
const pages = new WeakMap();
/** @type {WeakMap<HTMLElement, ReturnType<typeof newSheet>>} */
const sheets = new WeakMap();
// What ends the listening of the call before: each call has its own, and a file that is dropped is sent once.
/** @type {WeakMap<HTMLElement, () => void>} */
const listening = new WeakMap();

/** @type {(component: Component<HintsData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  // A page may have no drawing that does it.
  setTheme(parentElement);
  window.addEventListener("keydown", leaveToTextFields, { capture: true });
  window.addEventListener("keydown", putMeaningAway, { capture: true });
  window.addEventListener("click", ignoreSecondClick, { capture: true });
  listening.get(parentElement)?.();
  listening.set(parentElement, listenForFiles(data.opens, (file) => setTriggerValue("dropped", file)));
  const press = (/** @type {string} */ does) => {
    if (data.presents) setTriggerValue("key", { does });
    return data.presents;
  };
  const sheet = sheets.get(parentElement);
  // One that is open stays open when the page is drawn anew.
  if (sheet) sheet.take(press);
  else sheets.set(parentElement, newSheet(press));
  void keepOnce(data.figure);
  const hints = pages.get(parentElement);
  if (hints) hints.take(data);
  else if (data.hints.length) pages.set(parentElement, newHints(data));
  return () => {
    window.removeEventListener("keydown", leaveToTextFields, { capture: true });
    window.removeEventListener("keydown", putMeaningAway, { capture: true });
    window.removeEventListener("click", ignoreSecondClick, { capture: true });
    listening.get(parentElement)?.();
    listening.delete(parentElement);
    sheets.get(parentElement)?.end();
    sheets.delete(parentElement);
    pages.get(parentElement)?.end();
    pages.delete(parentElement);
  };
}
