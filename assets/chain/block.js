// The frame around a block of layers that stands for several, with how many, and the button that shows them all.

import { create, mark, say } from "../dom.js";
import { held } from "../held.js";

/** @import { BlockFrame, Fold, Graph, Placed, Plan } from "./types.d.ts" */

const LINE = 24;

/** @type {(stage: HTMLElement, toggle: () => void) => BlockFrame} */
export function newBlock(stage, toggle) {
  const element = create("div", "block", stage);
  mark(element, { hidden: "" });
  const line = create("div", "block-line", element);
  const times = create("b", "", line);
  const words = create("span", "", line);
  const button = create("button", "", line);
  mark(button, { type: "button" });
  button.onclick = toggle;
  return { element, times, words, button };
}

// Returns the room that it needs below the chain.
/**
 * @type {(block: BlockFrame, fold: Fold | null, unfolded: boolean, graphed: Graph, planned: Plan, placed: Placed)
 *   => number}
 */
export function placeBlock({ element, times, words, button }, fold, unfolded, graphed, planned, placed) {
  element.hidden = !fold;
  if (!fold) return 0;
  const inside = graphed.items.filter(({ name }) => fold.names.includes(name));
  const list = planned.kind === "list";
  const count = unfolded ? fold.size * fold.times : fold.size;
  say(times, `× ${fold.times}`);
  say(words, unfolded ? `${count} layers, ${fold.size} of a block` : fold.size > 1 ? `${fold.size} layers, drawn once` : "drawn once");
  say(button, unfolded ? "Fold" : "Show all");
  mark(button, { "aria-expanded": unfolded });
  const spots = inside.map((item) => held(placed.spots, item.name));
  const first = spots[0];
  if (list) {
    const end = Math.max(...spots.flatMap((spot) => spot.tensors.map(({ bottom }) => bottom)));
    element.style.cssText = `left:0;top:${first.box.y - 6}px;width:${placed.width}px;height:${end - first.box.y + 6 + LINE}px`;
    return 0;
  }
  const right = Math.max(
    ...inside.map((item, index) =>
      Math.max(
        spots[index].box.x + planned.boxWidth,
        ...spots[index].tensors.map(({ x }, each) => x + held(planned.sizes, item.name)[each].outer),
      ),
    ),
  );
  const top = Math.min(...spots.map(({ box }) => box.y));
  element.style.cssText = `left:${first.box.x - 8}px;top:${Math.max(0, top - 5)}px;width:${right - first.box.x + 12}px;height:${placed.height - top + LINE}px`;
  return LINE;
}
