// What the chain shows while a run is played: the numbers of the epoch that the live panel displays, or untrained weights.

import { create, mark, say } from "../dom.js";

/** @import { Description, Numbers } from "../description.d.ts" */
/** @import { Given, Shown, ShownDetail, State } from "./types.d.ts" */

const PARTS = 127;

/** @type {() => Shown} */
export const newShown = () => ({ run: null, epoch: null, batch: null, asked: 0, sequence: 0, numbers: null, fits: false });

// One line above the chain: whose numbers are drawn, and what their colours mean.
/** @type {(root: HTMLElement) => HTMLElement} */
export function newShownLine(root) {
  const line = create("p", "shown", root);
  create("span", "shown-words", line);
  const legend = create("span", "shown-legend", line);
  create("span", "", legend).textContent = "negative";
  create("i", "", legend);
  create("span", "", legend).textContent = "positive";
  create("b", "shown-scale", legend);
  const masked = create("span", "shown-masked", line);
  create("i", "", masked);
  create("span", "", masked).textContent = "masked";
  return line;
}

// The next 1, 2 or 5 times a power of ten: colours seldom change their scale from one epoch to the next.
/** @type {(largest: number) => number} */
export function rounded(largest) {
  if (!(largest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  const step = [1, 2, 5, 10].find((each) => each * power >= largest * (1 - 1e-9)) ?? 10;
  return step * power;
}

// Against what the numbers of a tensor are drawn: an epoch looks the same whatever the page has shown before it.
/** @type {(given: Given) => number} */
export function scaleOf({ bound, numbers }) {
  return rounded(bound ?? numbers.reduce((largest, number) => Math.max(largest, Math.abs(number) || 0), 0));
}

// Takes what the live panel says of the shown epoch. A run of other sizes than the chain's is not drawn into it.
/** @type {(shown: Shown, detail: ShownDetail, description: Description | null) => void} */
export function takeShown(shown, { run, epoch, batch = null, sequence, sources, tensors }, description) {
  if (run !== shown.run) Object.assign(shown, { run, epoch: null, batch: null, numbers: null });
  Object.assign(shown, { asked: epoch, sequence });
  if (!tensors) return;
  const given = new Map([...(sources ?? []), ...tensors]);
  const written = [...given].map(([name, each]) => [name, inParts(each, scaleOf(each))]);
  Object.assign(shown, { epoch, batch, numbers: Object.fromEntries(written) });
  shown.fits = fitsChain(shown, description);
}

/** @type {(given: Given, largest: number) => Numbers} */
function inParts({ rows, columns, of_rows, of_columns, numbers }, largest) {
  const part = (/** @type {number} */ number) => Math.max(-PARTS, Math.min(PARTS, (number / largest) * PARTS));
  const grid = Array.from({ length: rows }, (_, row) => Array.from(numbers.subarray(row * columns, (row + 1) * columns), part));
  return { rows, columns, of_rows, of_columns, largest, numbers: grid };
}

// What the numbers of a layer's output go by (`explorer.tensors.grid.tensor_name`).
/** @type {(layer: string, output: number) => string} */
export const numbersOf = (layer, output) => (output ? `${layer}/${output}` : layer);

// Whether the numbers are of the layers that are drawn: of the same names, and as many of each.
/** @type {(shown: Shown, description: Description | null) => boolean} */
export function fitsChain({ numbers }, description) {
  if (!numbers || !description) return false;
  const shapes = new Map([
    ...description.sources.map(({ name, shape }) => /** @type {const} */ ([name, shape])),
    ...description.layers.flatMap(({ name, output }) =>
      (output ?? []).map((shape, index) => /** @type {const} */ ([numbersOf(name, index), shape])),
    ),
  ]);
  const names = Object.keys(numbers);
  const known = (/** @type {string} */ name) => {
    const [shape, { of_rows, of_columns }] = [shapes.get(name), numbers[name]];
    if (!shape) return false;
    const size = shape.slice(1).reduce((product, each) => /** @type {number} */ (product) * (each ?? 1), 1);
    return shape.slice(1).includes(null) || size === of_rows * of_columns;
  };
  return names.length > 0 && names.every(known);
}

/** @type {(state: Pick<State, "shown" | "data">) => Record<string, Numbers> | null} */
export function valuesOf({ shown, data }) {
  return shown.fits ? shown.numbers : data.values;
}

// Of each tensor that a mask comes with, by its name, which columns of the shown sequence count.
/** @type {(state: Pick<State, "shown" | "data">) => Record<string, number[]>} */
export function masksOf({ shown, data }) {
  if (data.hidden?.length) return {};
  const sequence = shown.fits ? shown.sequence : 0;
  const found = Object.entries(data.masks ?? {}).map(([name, rows]) => [name, rows[sequence]]);
  return Object.fromEntries(found.filter(([, row]) => row));
}

// The epoch whose numbers are drawn; null for weights that nothing has trained.
/** @type {(shown: Shown) => number | null} */
export const epochOf = ({ fits, epoch }) => (fits && epoch ? epoch : null);

/** @type {(shown: Shown, drawn: boolean) => { before: string; bold: string; after: string }} */
export function shownInWords(shown, drawn) {
  const epoch = epochOf(shown);
  // The numbers that come with the description are those of the first.
  const sequence = `validation sequence ${shown.fits ? shown.sequence + 1 : 1}`;
  const missing = shown.run !== null && shown.asked !== (shown.epoch ?? 0);
  const after = missing ? `, epoch ${shown.asked} is on its way` : "";
  if (!drawn) return { before: "", bold: "untrained weights", after: "" };
  if (epoch === null) return { before: `${sequence}, `, bold: "untrained weights", after };
  const within = shown.batch ? `, batch ${shown.batch.number} of ${shown.batch.of}` : "";
  return { before: `${sequence}, `, bold: `epoch ${epoch}${within}`, after };
}

/** @type {(largest: number) => string} */
const span = (largest) => `−${Number(largest.toPrecision(2))} … ${Number(largest.toPrecision(2))}`;

// From where to where the colours go: in one span where all tensors share it; and for each tensor by its name.
/** @type {(values: Record<string, Numbers>) => { short: string; each: string }} */
export function scalesInWords(values) {
  const spans = Object.entries(values).map(([name, { largest }]) => /** @type {const} */ ([name, span(largest || 1)]));
  const [one, ...others] = new Set(spans.map(([, each]) => each));
  return { short: others.length ? "per tensor" : (one ?? ""), each: spans.map((each) => each.join(": ")).join("\n") };
}

/** @type {(state: State) => void} */
export function writeShown(state) {
  const { shown, data, root, shownLine } = state;
  const values = valuesOf(state);
  const words = shownInWords(shown, Boolean(values && Object.keys(values).length));
  const line = /** @type {HTMLElement} */ (shownLine.firstElementChild);
  const whole = words.before + words.bold + words.after;
  if (line.textContent !== whole) {
    line.replaceChildren(words.before);
    say(create("b", "", line), words.bold);
    line.append(words.after);
  }
  const legend = /** @type {HTMLElement} */ (shownLine.querySelector(".shown-legend"));
  const masked = /** @type {HTMLElement} */ (shownLine.querySelector(".shown-masked"));
  masked.hidden = !Object.values(masksOf(state)).some((row) => row.includes(0));
  const scales = scalesInWords(values ?? {});
  say(/** @type {HTMLElement} */ (legend.lastElementChild), scales.short);
  mark(legend, { title: scales.each });
  const quiet = Boolean(data.hidden?.length) || !data.description?.layers?.length || !values || !Object.keys(values).length;
  shownLine.toggleAttribute("data-quiet", quiet);
  mark(root, { "data-chain": "", "data-epoch": epochOf(shown) ?? "", "data-batch": shown.batch?.number ?? "" });
}
