// The rows of the unrolled chain: in which order they stand, and how many steps each has.

import { tensorOf } from "./words.js";

/** @import { Description, Layer, Source } from "../description.d.ts" */
/** @import { UnrolledInput, UnrolledRow } from "./types.d.ts" */

// Every branch stays together: what a layer reads stands directly below it, and then what that reads.
/** @type {(description: Description) => UnrolledRow[]} */
export function unrolledRows({ sources, layers, unrolled }) {
  const told = new Map(unrolled.rows.map((row) => [row.name, row]));
  const parts = new Map([...sources, ...layers].map((part) => [part.name, part]));
  /** @type {UnrolledRow[]} */
  const ordered = [];
  const add = (/** @type {string} */ name) => {
    const [part, words] = [parts.get(name), told.get(name)];
    if (!part || !words || ordered.some((row) => row.name === name)) return;
    const layer = "output" in part ? part : null;
    const reads = [...new Set(layer?.reads ?? [])].filter((each) => parts.has(each));
    reads.forEach(add);
    const { axes, shape, symbols } = "output" in part ? firstOf(part) : part;
    const place = axes.indexOf(unrolled.axis);
    const [timed, last] = [place > 0, words.flow.endsWith("last")];
    const steps = (timed ? shape[place] : last ? unrolled.steps : null) ?? 1;
    const tensor = tensorOf(shape, axes, symbols);
    const inputs = inputsOf(layer, reads);
    const drawn = { index: 0, band: 0, top: 0, height: 0, bottom: 0, track: 0, cells: [], single: 0 };
    ordered.push({ ...words, layer, reads, inputs, timed, steps, celled: timed || last, axis: axes.at(-1) ?? "", tensor, ...drawn });
  };
  layers.forEach((layer) => add(layer.name));
  sources.forEach((source) => add(source.name));
  ordered.forEach((row, index) => (row.index = index));
  return ordered;
}

// What a layer reads twice as one thing, as a query and as a value, comes in once; each state is a tensor of its own.
/** @type {(layer: Layer | null, reads: string[]) => UnrolledInput[]} */
function inputsOf(layer, reads) {
  const origins = layer?.origins?.length ? layer.origins : reads.map((name) => ({ name, output: 0 }));
  const inputs = origins.map(({ name, output }, place) => ({ name, output, place })).filter(({ name }) => reads.includes(name));
  return inputs.filter((one, index) => inputs.findIndex((other) => other.name === one.name && other.output === one.output) === index);
}

// The columns: the steps that are drawn, and null where steps are left out between. passed: steps that are drawn besides, or, where
// one of them is drawn already, the nearest one that is left out: the columns do not jump as a walk comes out of the gap.
/** @type {(shown: number[], narrow: boolean, passed?: number[]) => (number | null)[]} */
export function unrolledColumns(shown, narrow, passed = []) {
  const drawn = narrow && shown.length > 5 ? [...shown.slice(0, 2), ...shown.slice(-2)] : shown;
  const gap = drawn.findIndex((step, index) => index > 0 && step > drawn[index - 1] + 1);
  const within = (/** @type {number} */ step) => Math.max(drawn[gap - 1] + 1, Math.min(drawn[gap] - 1, step));
  const few = gap < 0 ? drawn : [...new Set([...drawn, ...passed.map(within)])].sort((one, other) => one - other);
  return few.flatMap((step, index) => (index && step > few[index - 1] + 1 ? [null, step] : [step]));
}

/** @type {(layer: Layer) => Pick<Source, "axes" | "shape" | "symbols">} */
const firstOf = ({ output, axes_out, symbols_out }) => ({
  axes: axes_out[0] ?? [],
  shape: output[0] ?? [],
  symbols: symbols_out[0] ?? [],
});
