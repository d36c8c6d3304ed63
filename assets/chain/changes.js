// What has changed between two descriptions of a model, as data and in one line of words.

import { joined } from "./words.js";

/** @import { Description, Layer } from "../description.d.ts" */
/** @import { Moved, Shape, Told } from "./types.d.ts" */

/** @type {(description: Description) => { name: string; shapes: Shape[]; symbols: (string | null)[][] }[]} */
const outputsOf = (description) => [
  ...description.sources.map(({ name, shape, symbols }) => ({ name, shapes: [shape], symbols: [symbols ?? []] })),
  ...description.layers.map(({ name, output, symbols_out }) => ({ name, shapes: output, symbols: symbols_out ?? [] })),
];

/** @type {(layer: Layer) => number | null} */
const totalOf = (layer) => layer.parameters?.total ?? layer.params;

/** @type {(description: Description) => string} */
const wiringOf = ({ sources, layers }) =>
  JSON.stringify([sources.map(({ name }) => name), layers.map(({ name, type }) => [name, type])]);

// Null where the two are not the same layers: then everything is new, and nothing "changed".
/** @type {(before: Description | null, after: Description) => Moved | null} */
export function compare(before, after) {
  if (!before || wiringOf(before) !== wiringOf(after)) return null;
  /** @type {Moved} */
  const found = { axes: [], shapes: [], parameters: [], settings: [], any: false };
  const old = outputsOf(before);
  outputsOf(after).forEach(({ name, shapes, symbols }, index) => {
    shapes.forEach((shape, tensor) => {
      const was = old[index].shapes[tensor];
      if (was?.length !== shape.length) {
        found.shapes.push(name);
        return;
      }
      shape.forEach((size, axis) => {
        if (size !== was[axis]) found.axes.push({ name, tensor, axis, symbol: symbols[tensor]?.[axis] ?? null });
      });
    });
  });
  after.layers.forEach((layer, index) => {
    const [was, now] = [totalOf(before.layers[index]), totalOf(layer)];
    if (was !== now) found.parameters.push({ name: layer.name, was, now });
  });
  for (const [name, { symbol }] of Object.entries(after.settings ?? {})) {
    const [was, now] = [before.symbols?.[symbol]?.size, after.symbols?.[symbol]?.size];
    if (was != null && now != null && was !== now) found.settings.push({ name, symbol, was, now });
  }
  const { axes, shapes, parameters, settings } = found;
  return { ...found, any: [axes, shapes, parameters, settings].some((list) => list.length) };
}

/** @type {(size: number | null) => string} */
export const number = (size) => size?.toLocaleString("en") ?? "?";
/** @type {(names: string[]) => string[]} */
const unique = (names) => [...new Set(names)];

/** @type {(parameters: Moved["parameters"], before: Description, after: Description) => string} */
function parametersMoved(parameters, before, after) {
  if (!parameters.length) return "";
  const listed = parameters.map(({ name, was, now }) => `of ${name} ${number(was)} → ${number(now)}`);
  if (parameters.length <= 3) return `parameters ${listed.join(", ")}`;
  const names = joined(parameters.map(({ name }) => name));
  return `parameters of ${names}, in total ${number(before.params)} → ${number(after.params)}`;
}

// The whole of it; only the setting and the reason where there is less room; without the reason where there is little; and the
// setting with the sum of all parameters where there is least.
/** @type {(found: Moved, before: Description, after: Description) => Told} */
export function changesInWords(found, before, after) {
  const named = found.settings.map(({ name, was, now }) => `${name.replaceAll("_", " ")} ${number(was)} → ${number(now)}`);
  const moved = found.settings.map(({ symbol }) => {
    const has = (/** @type {string | null} */ text) => new RegExp(`(^|[^A-Z0-9])${symbol}($|[^A-Z0-9])`).test(text ?? "");
    const names = unique(found.axes.filter((axis) => has(axis.symbol)).map(({ name }) => name));
    return names.length ? `${symbol} changed in ${joined(names)}` : "";
  });
  // Where no setting moved a size, some other choice changed the shapes.
  const others = unique([...found.axes.map(({ name }) => name), ...found.shapes]);
  if (!found.settings.length && others.length) moved.push(`The shape changed in ${joined(others)}`);
  const parts = [...moved, parametersMoved(found.parameters, before, after)].filter(Boolean);
  // Names of settings and layers stay as they are written elsewhere, even where a sentence starts.
  const words = [joined(named), parts.join("; ")].filter(Boolean).map((part) => `${part}.`).join(" ");
  const still = !found.parameters.length;
  const sum = still ? "" : `${number(before.params)} → ${number(after.params)} parameters`;
  const brief = [joined(named), sum].filter(Boolean).map((part) => `${part}.`).join(" ") || words;
  const says = found.settings
    .map(({ name }) => after.settings[name])
    .filter(({ parameters = [] }) => (parameters.length === 0) === still)
    .map((setting) => setting.says);
  // A sentence of one setting would not be true of two at once.
  if (says.length === 1 && found.settings.length === 1) {
    return { words: `${words} ${says[0]}`, reason: still ? `${joined(named)}. ${says[0]}` : words, short: words, brief };
  }
  const whole = still ? `${words} No parameter changes.` : words;
  return { words: whole, reason: whole, short: words, brief };
}

/** @type {(step: Moved) => Told} */
export function backInWords(step) {
  const names = step.settings.map(({ name, now }) => `${name.replaceAll("_", " ")} ${number(now)}`);
  const words = names.length ? `Back to ${joined(names)}: all shapes and parameters are as before.` : "As before.";
  return { words, reason: words, short: words, brief: words };
}
