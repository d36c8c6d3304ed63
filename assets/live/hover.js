// What a pointer reads: the nearest point of the plot that it is over, in a box of one style for all charts.

import { create, pointWithin, say } from "../dom.js";

/** @import { Drawn } from "./types.d.ts" */

/** @type {(drawn: Drawn) => () => void} */
export function listenForHover(drawn) {
  const { chart } = drawn;
  const [line, box] = [create("i", "read-line", chart), create("div", "read", chart)];
  const title = create("b", "", box);
  const words = create("span", "", box);
  /** @type {{ x: number; y: number } | null} */
  let at = null;
  const leave = () => ((at = null), (box.hidden = line.hidden = true));
  const write = () => {
    const { figure } = drawn;
    if (!at || !figure) {
      leave();
      return;
    }
    const { plot } = figure;
    const within = at.x >= plot.left - 6 && at.x <= plot.right + 6 && at.y >= plot.top - 6 && at.y <= plot.bottom + 6;
    const found = within ? figure.read(at.x, at.y) : null;
    box.hidden = line.hidden = !found;
    if (!found) return;
    say(title, found.title);
    say(words, found.lines.join("\n"));
    line.style.cssText = `left:${found.x}px;top:${plot.top}px;height:${plot.height}px`;
    const beside = found.x + 10 + box.offsetWidth > chart.clientWidth ? found.x - 10 - box.offsetWidth : found.x + 10;
    box.style.cssText = `left:${Math.max(0, beside)}px;top:${Math.max(0, Math.min(found.y - 10, chart.clientHeight - box.offsetHeight))}px`;
  };
  leave();
  /** @type {(event: PointerEvent) => void} */
  const move = (event) => {
    at = pointWithin(chart, event);
    write();
  };
  chart.addEventListener("pointermove", move);
  chart.addEventListener("pointerdown", move);
  chart.addEventListener("pointerleave", leave);
  return write;
}
