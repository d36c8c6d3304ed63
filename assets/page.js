// What concerns the whole page, and is drawn nowhere of its own: whose keys are whose.

import { leaveToTextFields } from "./page/keys.js";

/** @type {() => () => void} */
export default function () {
  window.addEventListener("keydown", leaveToTextFields, { capture: true });
  return () => window.removeEventListener("keydown", leaveToTextFields, { capture: true });
}
