// Which steps one step of a sliding window sees.

/** @import { Window } from "../description.d.ts" */

// The first step that a window is laid at, and all that it sees: some lie in the padding, before 1 or after the last.
/** @type {(window: Window, step: number) => number} */
export const anchorOf = ({ stride }, step) => stride * (step - 1) + 1;

/** @type {(window: Window, step: number) => number[]} */
export function seenFrom(window, step) {
  const first = anchorOf(window, step) - window.offset;
  return Array.from({ length: window.size }, (_, tap) => first + tap * window.dilation);
}

// The steps that reach one step of what is returned, where every step is spread over a window of it.
/** @type {(window: Window, step: number) => number[]} */
export function reachedFrom({ size, stride, dilation, offset }, step) {
  return Array.from({ length: size }, (_, tap) => (step - 1 + offset - tap * dilation) / stride + 1).filter(Number.isInteger);
}
