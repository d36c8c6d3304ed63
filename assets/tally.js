// The answers of a room to one question: how many have answered, and once it is revealed how many chose what.

import { create, mark, say } from "./dom.js";
import { ASK, HERE, NEWS } from "./room/events.js";
import { answersInWords, part, tallyInWords } from "./room/words.js";

/** @import { Component } from "./component.d.ts" */
/** @import { RoomDetail, TallyData } from "./room/types.d.ts" */

/** @type {WeakMap<HTMLElement, ReturnType<typeof newTally>>} */
const tallies = new WeakMap();

/** @type {(parent: HTMLElement, data: TallyData) => { take: (data: TallyData) => void; end: () => void }} */
function newTally(parent, data) {
  const box = create("figure", "explorer-tally", parent);
  const says = create("figcaption", "", box);
  const rows = create("ul", "", box);
  const draw = () => {
    mark(box, { "data-tally": data.question, "data-answered": data.answered, "data-counts": data.counts.join(","), "data-revealed": data.revealed });
    says.textContent = answersInWords(data.answered, data.people);
    rows.hidden = !data.revealed;
    mark(rows, { "aria-label": `The answers of the room. ${tallyInWords(data.choices, data.counts)}` });
    while (rows.children.length > data.choices.length) rows.lastElementChild?.remove();
    data.choices.forEach((choice, place) => {
      const row = rows.children[place] ?? newRow(rows);
      const [text, bar, count] = row.children;
      say(text, place === data.right ? `✓ ${choice}` : choice);
      mark(row, { "data-right": place === data.right });
      const filled = bar.firstElementChild;
      if (filled instanceof HTMLElement) filled.style.width = `${100 * part(data.counts[place] ?? 0, data.answered)}%`;
      say(count, String(data.counts[place] ?? 0));
    });
  };
  const hear = (/** @type {Event} */ event) => {
    const { people, tally } = /** @type {CustomEvent<RoomDetail>} */ (event).detail;
    const known = tally && tally.question === data.question ? { counts: data.choices.map((_, place) => tally.counts[place] ?? 0), answered: tally.answered } : {};
    data = { ...data, people, ...known };
    draw();
  };
  const ask = () => document.dispatchEvent(new CustomEvent(ASK, { detail: { question: data.question } }));
  document.addEventListener(NEWS, hear);
  document.addEventListener(HERE, ask);
  draw();
  ask();
  return {
    take(next) {
      data = next;
      draw();
      ask();
    },
    end() {
      document.removeEventListener(NEWS, hear);
      document.removeEventListener(HERE, ask);
      box.remove();
    },
  };
}

/** @type {(rows: Element) => Element} */
function newRow(rows) {
  const row = create("li", "", rows);
  create("span", "text", row);
  create("i", "", create("span", "bar", row));
  create("span", "count", row);
  return row;
}

/** @type {(component: Component<TallyData>) => () => void} */
export default function ({ data, parentElement }) {
  const tally = tallies.get(parentElement);
  if (tally) tally.take(data);
  else tallies.set(parentElement, newTally(parentElement, data));
  return () => {
    tallies.get(parentElement)?.end();
    tallies.delete(parentElement);
  };
}
