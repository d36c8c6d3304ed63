// The quiz's button answers, and then goes on: the second click of a double click would pass the reasons by.

const ANSWERS = ".st-key-quiz_answer";

// A click by the keyboard has the detail 0.
/** @type {(event: MouseEvent) => void} */
export function ignoreSecondClick(event) {
  const { target, detail } = event;
  if (detail < 2 || !(target instanceof Element) || !target.closest(ANSWERS)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
