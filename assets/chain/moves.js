// Drawings of layers without a memory: pooling, repeating, laying side by side.

import { axisColour } from "../axes.js";
import {
  INSIDE_LEFT,
  INSIDE_RIGHT,
  insideEven,
  insideHeight,
  insideMasked,
  insideOrdered,
  insideRowsName,
  insideSize,
  insideStep,
} from "./columns.js";
import {
  insideArrow,
  insideRange,
  insideRows,
  insideSteps,
  insideStrip,
  insideText,
} from "./strips.js";
import { textWidth } from "./text.js";
import { count, joined, singular } from "./words.js";

/** @import { ConcatDrawing, PoolDrawing, RepeatDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn } from "./types.d.ts" */

// Many columns and one: pooling goes from the many to the one, repeating the other way.
/** @type {(drawing: Drawing<PoolDrawing | RepeatDrawing>) => Drawn} */
export function insideManyAndOne({ pen, layer, shown, width, axis, size }) {
  const pools = shown.kind === "pool";
  const counts = pools ? shown.counts : null;
  const pooled = pools ? shown.pooled : 0;
  const [many, one] = pools ? [shown.received, shown.returned] : [shown.returned, shown.received];
  const columns = many[0].length;
  const side = 26;
  const gap = width < 560 ? 44 : 120;
  const room = width - INSIDE_LEFT - INSIDE_RIGHT - side - gap - 14;
  const left = pools ? INSIDE_LEFT : INSIDE_LEFT + side + gap;
  const { end, place } = insideEven(columns, left, room);
  const single = pools ? end + gap : INSIDE_LEFT;
  const range = insideRange(many, one);
  const rowHeight = insideHeight(many);
  const label = insideRowsName(many, axis, size);
  const y = 24;
  const word = shown.kind === "pool" ? shown.verb : "repeats";
  const height = insideStrip(pen, "many", many, { place, y, rowHeight, range, axis, words: insideStep(axis) });
  const onePlace = () => ({ x: single, width: side });
  insideStrip(pen, "one", one, { place: onePlace, y, rowHeight, range, axis, words: () => `the one vector, ${singular(axis)}` });
  insideRows(pen, "rows", label, axis, INSIDE_LEFT, y, height);
  const masked = insideMasked(pen, counts, columns, place, y, height);
  const [from, to] = pools ? [end + 6, single - 6] : [single + side + 6, left - 6];
  insideArrow(pen, "arrow", [[from, y + height / 2], [to, y + height / 2]], "strong");
  if (gap > 60) insideText(pen, "word", masked ? `${word} ${pooled}` : word, (from + to) / 2, y + height / 2 - 8, "s12 bold", "middle");
  const ordered = insideOrdered(pools ? layer.axes_in : layer.axes_out);
  const all = (pools ? insideSize(layer, ordered) : layer.output[0][1]) ?? columns;
  insideText(pen, "manyName", count(all, ordered), left, 14, "s12 bold");
  insideText(pen, "oneName", "one", single + side / 2, 14, "s12 bold", "middle");
  const bottom = y + height + insideSteps(pen, "steps", columns, {
    place,
    y: y + height + 2,
    name: ordered,
    label: all > columns ? `${ordered}, the first ${columns}` : ordered,
  });
  return {
    height: bottom + 4,
    legends: [{ words: "a number", range, axis }],
    notes: masked ? [{ swatch: "hatched", words: "hatched: masked, left out" }] : [],
    words: pools
      ? `A strip of ${count(all, ordered)} becomes one column: it ${word} ${masked ? `the ${pooled} that are not masked` : "all"}.`
      : `One column is repeated ${columns} times, once for each timestep.`,
  };
}

/** @type {(drawing: Drawing<ConcatDrawing>) => Drawn} */
export function insideConcat({ pen, shown, width, axis: names }) {
  const { parts } = shown;
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  const room = Math.min(760, width - 16);
  const gap = 10;
  const scale = (room - gap * (parts.length - 1)) / total;
  let x = 8;
  const spots = parts.map((part) => {
    const spot = { ...part, x, wide: part.size * scale };
    x += spot.wide + gap;
    return spot;
  });
  const colour = axisColour(names);
  const joinedWide = total * scale;
  const start = 8 + (room - joinedWide) / 2;
  let at = start;
  spots.forEach(({ name, size, x: from, wide }, index) => {
    const block = { class: "laid", height: 30, style: `fill:${colour};stroke:${colour}`, "data-part": index % 2 };
    pen("rect", `part${index}`, { ...block, x: from, y: 20, width: wide });
    const fits = textWidth(name, 12) < wide + gap;
    insideText(pen, `name${index}`, name, fits ? from + wide / 2 : from, 14, "s12 bold", fits ? "middle" : "start");
    insideText(pen, `size${index}`, size, from + wide / 2, 40, "s12", "middle");
    insideArrow(pen, `down${index}`, [[from + wide / 2, 53], [at + wide / 2, 73]]);
    pen("rect", `joined${index}`, { ...block, x: at, y: 77, width: wide });
    insideText(pen, `again${index}`, size, at + wide / 2, 97, "s12", "middle");
    at += wide;
  });
  const sum = `${parts.map((part) => part.size).join(" + ")} = ${count(total, names)}`;
  insideText(pen, "sum", sum, start + joinedWide / 2, 124, "s12 bold", "middle", names);
  const told = joined(parts.map(({ name, size }) => `${name} with ${size}`));
  return { height: 132, words: `The parts, ${told}, are concatenated at every timestep: ${sum}.` };
}
