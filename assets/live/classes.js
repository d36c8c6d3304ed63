// The chart of outputs that are classes: a row for each class and a column for each timestep (or sequence), the darker the more
// probable. The right class is outlined. Where it has characters, input, target and the most probable class stand above.

import { markOf, paddingMarks, plotOf, scale } from "./figure.js";
import { outputAt, shownFrame } from "./frames.js";
import { across, errorInWords, LEGEND, when } from "./outputs.js";
import { countTicks, short } from "./ticks.js";

/** @import { Charted, Figure, Frame, Info, Mark, Plot, Size, Tick } from "./types.d.ts" */

const LINE = 14;
const LOW = 140;
// The longest name of a line stands before it.
const LEFT = 64;
// Narrower columns have no room for a character.
const LEAST_COLUMN = 7;
// Of the most probable classes, what a pointer reads.
const MOST_READ = 3;

/** @typedef {{ column: (at: number) => { sequence: number; step: number }; count: number; valid: number; width: number; once: boolean }} Shown */

/** @type {(info: Info, sequence: number) => Shown} */
function shownOf(info, sequence) {
  const once = info.answers === "once";
  const targets = info.targets[sequence] ?? [];
  const count = Math.max(1, once ? info.targets.length : targets.length);
  const column = (/** @type {number} */ at) => (once ? { sequence: at, step: 0 } : { sequence, step: at });
  const valid = once ? count : Math.min(count, info.lengths?.[sequence] ?? count);
  return { column, count, valid, width: Math.max(1, info.targets[0]?.[0]?.length ?? 1), once };
}

/** @type {(values: number[]) => number} */
const largest = (values) => values.reduce((best, value, place) => (value > values[best] ? place : best), 0);

/** @type {(info: Info, place: number) => string} */
const nameOf = (info, place) => info.classes?.[place] || String(place);

/** @type {(panel: Charted, size: Size) => Figure} */
export function classesFigure(panel, size) {
  const { info, sequence } = panel;
  const shown = shownOf(info, sequence);
  const { column, count, valid, width, once } = shown;
  const frame = shownFrame(panel);
  const right = Array.from({ length: count }, (_, at) => largest(targetOf(info, column(at))));
  const found = frame ? Array.from({ length: count }, (_, at) => largest(outputOf(frame, info, width, column(at)))) : null;
  const own = frame?.decoded?.slice(sequence * count, (sequence + 1) * count) ?? null;
  const lines = linesOf(info, shown, sequence, right, found);
  if (own && lines.length) {
    lines.push({ ...lines[2], name: "decoded", texts: own.slice(0, valid).map((place) => nameOf(info, place)), wrong: own.map((place, at) => place !== right[at]) });
  }
  const room = (size.width - LEGEND - LEFT) / count >= LEAST_COLUMN;
  const written = room ? LINE * lines.length : 0;
  // Where characters stand at every timestep, a low chart does without their numbers.
  const low = written > 0 && size.height < LOW;
  const plot = plotOf(size, { left: LEFT, right: LEGEND, top: 8 + written, bottom: low ? 4 : 24 });
  const y = scale([-0.5, width - 0.5], plot.bottom, plot.top);
  const { x, marks: axis } = across(count, plot, !once);
  const marks = [
    markOf("frame", "rect", { class: "frame", x: plot.left, y: plot.top, width: plot.width, height: plot.height }),
    ...classTicks(info, width, plot).map(({ at, text }) =>
      markOf(`y${at}`, "text", { class: "tick", x: plot.left - 8, y: y(at) + 4, "text-anchor": "end" }, text),
    ),
    ...(low ? [] : axis),
    ...(room ? lines.flatMap(({ name, kind, texts, wrong }, row) => lineOf(name, kind, texts, wrong, LINE * (row + 1) - 2, plot, x)) : []),
  ];
  if (valid < count) {
    marks.push(...paddingMarks(x(valid + 0.5), plot));
  }
  const high = y(0) - y(1);
  const outline = right.slice(0, valid).map((place, at) => `M${x(at + 0.5)} ${y(place + 0.5)}H${x(at + 1.5)}v${high}H${x(at + 0.5)}Z`);
  marks.push(markOf("targets", "path", { class: "outlined", d: outline.join("") }), ...legend(plot));
  const hits = found ? right.slice(0, valid).filter((place, at) => place === found[at]).length : 0;
  const [name, of] = once ? ["sequence", "every validation sequence"] : ["timestep", `every timestep of validation sequence ${sequence + 1}`];
  return {
    marks,
    plot,
    cells: {
      ...{ rows: width, columns: frame ? valid : 0, left: plot.left, right: x(valid + 0.5), top: plot.top, bottom: plot.bottom },
      key: `${frame?.epoch} ${frame?.batch} ${sequence}`,
      fill: (image, [red, green, blue]) => {
        for (let at = 0; frame && at < valid; at++) {
          outputOf(frame, info, width, column(at)).forEach((value, place) => {
            const share = Number.isFinite(value) ? Math.max(0, Math.min(1, value)) : 0;
            image.set([red, green, blue, Math.round(255 * share)], 4 * ((width - 1 - place) * valid + at));
          });
        }
      },
    },
    points: frame ? count : 0,
    words:
      `Probability of each class for ${of}, ${when(frame)}. ` +
      (frame ? `The most probable class is right at ${hits} of ${valid}${own ? `, and ${ownHits(own, right, valid)} where it is fed its own outputs` : ""}. ${errorInWords(frame)}` : "Only the target is drawn."),
    read: (place) => {
      const at = Math.max(0, Math.min(count - 1, Math.round(((place - plot.left) / plot.width) * count - 0.5)));
      if (at >= valid) return { x: x(at + 1), y: plot.top + 12, title: `${name} ${at + 1}`, lines: ["padding"] };
      const symbol = once ? "" : (info.symbols?.[sequence]?.[at] ?? "");
      const lines = [`target: ${nameOf(info, right[at])}`];
      if (frame) {
        const values = outputOf(frame, info, width, column(at));
        const ranked = values.map((_, index) => index).sort((one, other) => values[other] - values[one]);
        lines.push(...ranked.slice(0, MOST_READ).map((each) => `${nameOf(info, each)}: ${short(values[each])}`));
      }
      if (own) lines.push(`decoded, fed its own outputs: ${nameOf(info, own[at])}`);
      return { x: x(at + 1), y: plot.top + 12, title: `${name} ${at + 1}${symbol && `: ${symbol}`}`, lines };
    },
  };
}

/** @type {(info: Info, place: { sequence: number; step: number }) => number[]} */
const targetOf = (info, { sequence, step }) => info.targets[sequence]?.[step] ?? [0];

/** @type {(frame: Frame, info: Info, width: number, place: { sequence: number; step: number }) => number[]} */
const outputOf = (frame, info, width, { sequence, step }) =>
  Array.from({ length: width }, (_, output) => outputAt(frame, info, sequence, step, output));

/** @type {(own: number[], right: number[], valid: number) => number} */
const ownHits = (own, right, valid) => right.slice(0, valid).filter((place, at) => place === own[at]).length;

// What is written above the cells: a character for each timestep.
/** @type {(info: Info, shown: Shown, sequence: number, right: number[], found: number[] | null) => { name: string; kind: string; texts: string[]; wrong: boolean[] }[]} */
function linesOf(info, { valid, once }, sequence, right, found) {
  if (once || !info.classes?.length) return [];
  const named = (/** @type {number[]} */ places) => places.slice(0, valid).map((place) => nameOf(info, place));
  const lines = [{ name: "target", kind: "outputs", texts: named(right), wrong: /** @type {boolean[]} */ ([]) }];
  if (info.symbols?.[sequence]) {
    lines.unshift({ name: info.reads ?? "input", kind: "features", texts: [...info.symbols[sequence]], wrong: [] });
  }
  const wrong = found ? found.map((place, at) => place !== right[at]) : [];
  return [...lines, { name: "output", kind: "outputs", texts: found ? named(found) : [], wrong }];
}

/** @type {(name: string, kind: string, texts: string[], wrong: boolean[], level: number, plot: Plot, x: (at: number) => number) => Mark[]} */
function lineOf(name, kind, texts, wrong, level, plot, x) {
  const label = markOf(`line ${name}`, "text", { class: `axis ${kind}`, x: plot.left - 8, y: level, "text-anchor": "end" }, name);
  const characters = texts.map((text, at) => {
    const place = { class: wrong[at] ? "symbol wrong" : "symbol", x: x(at + 1), y: level, "text-anchor": "middle" };
    return markOf(`line ${name}${at}`, "text", place, text);
  });
  return [label, ...characters];
}

// As many names as there is room for.
/** @type {(info: Info, width: number, plot: Plot) => Tick[]} */
function classTicks(info, width, plot) {
  return countTicks(0, width - 1, plot.height * (1 - 1 / width), 12).map((at) => ({ at, text: nameOf(info, at) }));
}

/** @type {(plot: Plot) => Mark[]} */
function legend(plot) {
  const [left, top] = [plot.right + 12, 4];
  const square = (/** @type {string} */ key, /** @type {number} */ row, /** @type {string} */ kind, /** @type {number} */ opacity) =>
    markOf(key, "rect", { class: kind, x: left, y: top + row * 18, width: 12, height: 12, "fill-opacity": opacity });
  const word = (/** @type {string} */ key, /** @type {number} */ row, /** @type {string} */ text) =>
    markOf(key, "text", { class: "key", x: left + 17, y: top + 10 + row * 18 }, text);
  return [
    square("l1", 0, "probability", 1), word("lt1", 0, "1"),
    square("l2", 1, "probability", 0.5), word("lt2", 1, "0.5"),
    square("l3", 2, "probability", 0), word("lt3", 2, "0"),
    square("l4", 3, "outlined", 0), word("lt4", 3, "target"),
  ];
}
