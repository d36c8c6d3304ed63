// Drawings of layers without a memory: pooling, repeating, laying side by side, attention.

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
  INSIDE_STRIDES,
  insideArrow,
  insideCell,
  insideNumber,
  insideRange,
  insideRows,
  insideSteps,
  insideStrip,
  insideText,
} from "./strips.js";
import { textWidth } from "./text.js";
import { count, joined, singular } from "./words.js";
import { mark } from "../dom.js";

/** @import { AttentionDrawing, ConcatDrawing, PoolDrawing, RepeatDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn } from "./types.d.ts" */

// Many columns and one: pooling goes from the many to the one, repeating the other way.
/** @type {(drawing: Drawing<PoolDrawing | RepeatDrawing>) => Drawn} */
export function insideManyAndOne({ pen, layer, shown, width, axis, size }) {
  const pools = shown.kind === "pool";
  const counts = pools ? shown.counts : null;
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
  const kept = (counts ?? []).filter(Boolean).length;
  const height = insideStrip(pen, "many", many, { place, y, rowHeight, range, axis, words: insideStep(axis) });
  const onePlace = () => ({ x: single, width: side });
  insideStrip(pen, "one", one, { place: onePlace, y, rowHeight, range, axis, words: () => `the one vector, ${singular(axis)}` });
  insideRows(pen, "rows", label, axis, INSIDE_LEFT, y, height);
  const masked = insideMasked(pen, counts, columns, place, y, height);
  const [from, to] = pools ? [end + 6, single - 6] : [single + side + 6, left - 6];
  insideArrow(pen, "arrow", [[from, y + height / 2], [to, y + height / 2]], "strong");
  if (gap > 60) insideText(pen, "word", word, (from + to) / 2, y + height / 2 - 8, "s12 bold", "middle");
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
      ? `A strip of ${columns} timesteps becomes one column: it ${word} over ${masked ? `the ${kept} that are not masked` : "all"}.`
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

/** @type {(drawing: Drawing<AttentionDrawing>) => Drawn} */
export function insideAttention({ pen, shown, width }) {
  const { weights } = shown;
  const columns = weights[0].length;
  const left = 52;
  const { width: wide, place } = insideEven(columns, left, Math.min(width - left - INSIDE_RIGHT, 420), 18);
  const side = place(0).width;
  // Shaded from 0: nearly equal shares look nearly equal.
  const [low, high] = [Math.min(...weights.flat()), Math.max(...weights.flat())];
  // A weight belongs to the timestep that is attended to.
  const scale = { range: high || 1, axis: "timesteps" };
  const even = `an even share of ${columns} timesteps is ${insideNumber(1 / columns)}`;
  const top = 4;
  const height = weights.length * side;
  pen("rect", "ground", { class: "strip", x: left - 0.5, y: top - 0.5, width: wide, height });
  weights.forEach((row, query) =>
    row.forEach((share, column) => {
      const words = `timestep ${query + 1} attends to timestep ${column + 1} with weight ${insideNumber(share, 3)}`;
      insideCell(pen, `${query}:${column}`, left + column * side, top + query * side, side, side, share, scale, words);
    }),
  );
  const stride = INSIDE_STRIDES.find((each) => each * side >= 14) ?? columns;
  weights.forEach((_, query) => {
    if (query && (query + 1) % stride) return;
    insideText(pen, `query${query}`, query + 1, left - 5, top + (query + 0.5) * side + 4, "s11", "end", "timesteps");
  });
  const middle = top + height / 2;
  const asks = insideText(pen, "asks", "query timestep", 14, middle, "s11 bold", "middle", "timesteps");
  mark(asks, { transform: `rotate(-90 14 ${middle.toFixed(1)})` });
  const y = top + height + insideSteps(pen, "steps", columns, { place, y: top + height + 2, label: "key timestep" });
  return {
    height: y + 4,
    legends: [{ words: `attention weight, from 0 to the largest (each row sums to 1; ${even})`, low: 0, ...scale }],
    words:
      `Attention weights: how much each timestep (row) attends to every timestep (column), ${weights.length} by ${columns}, ` +
      `from ${insideNumber(low)} to ${insideNumber(high)}. Each row sums to 1.`,
  };
}
