// The shape that is written under a tensor, axis by axis.

import { axisColour } from "../axes.js";
import { axisInWords, sizeAsCode } from "./words.js";
import { create, mark, say, sayBreakable } from "../dom.js";
import { held } from "../held.js";

/** @import { Item, State, Tensor } from "./types.d.ts" */

// Each axis keeps its element, so that a mark on it may fade while the number goes on.
/** @type {(element: HTMLElement, tensor: Tensor, named?: boolean, name?: string) => void} */
export function writeShape(element, tensor, named = false, name = "") {
  const words = tensor.hidden ? [tensor.nothing ? "nothing" : "?"] : tensor.named.map(named ? axisInWords : sizeAsCode);
  if (element.children.length !== words.length + 1) {
    element.replaceChildren();
    create("span", "called", element);
    words.forEach((_, index) => {
      const part = create("span", "axis", element);
      if (!index) part.append("(");
      create("b", "", part);
      part.append(index + 1 < words.length ? "," : ")");
      // The only place where the line may break.
      if (index + 1 < words.length) element.append(" ");
    });
  }
  sayBreakable(element.children[0], name && `${name} `);
  words.forEach((word, index) => {
    const axis = tensor.hidden ? null : tensor.named[index].axis;
    const part = element.children[index + 1].querySelector("b");
    if (!part) return;
    say(part, word);
    mark(part, { title: axis ?? (tensor.nothing ? "it fails" : "hidden"), style: `color:${axisColour(axis, true)}` });
  });
}

// What a tensor is called, and that nothing uses it.
/** @type {(item: Item, index: number) => string} */
export function nameOf({ names, used }, index) {
  return [names[index] ?? "", used[index] ? "" : "unused"].filter(Boolean).join(", ");
}

/** @type {(state: State, item: Item) => HTMLElement[]} */
export const shapesOf = (state, item) => item.tensors.map((_, index) => held(state.tensors, `${item.name}:${index}`).shape);
