// A long chain in which one block of layers comes again and again: the block is drawn once, with how often it comes.

/** @import { Description, Layer } from "../description.d.ts" */
/** @import { Fold } from "./types.d.ts" */

const FEWEST = 3;
// A chain that is no longer is drawn whole.
const LONG = 9;

// What must be the same of two layers, so that one may stand for the other. What they read is counted back from where they are.
/** @type {(layer: Layer, place: number, places: Map<string, number>) => string} */
function signature(layer, place, places) {
  const { type, as_code, input, output, params, flow, window, merge_mode, backwards, short } = layer;
  const origins = layer.origins?.length ? layer.origins : layer.reads.map((name) => ({ name, output: 0 }));
  const read = origins.map(({ name, output: of }) => [place - (places.get(name) ?? NaN), of]);
  return JSON.stringify([type, as_code, input, output, params, flow, window, merge_mode, backwards, short, read]);
}

// The block that saves the most when it is drawn once; null where none comes at least three times in a row.
/** @type {(description: Partial<Description>) => Fold | null} */
export function repeatsOf({ sources = [], layers = [], returns = [] }) {
  if (layers.length < LONG || layers.some(({ broken }) => broken)) return null;
  const places = new Map([...sources, ...layers].map(({ name }, place) => [name, place]));
  const signatures = layers.map((layer, index) => signature(layer, sources.length + index, places));
  /** @type {Fold | null} */
  let best = null;
  for (let size = 1; size <= layers.length / FEWEST; size++) {
    for (let start = 0; start + FEWEST * size <= layers.length; start++) {
      let end = start + size;
      while (end < layers.length && signatures[end] === signatures[end - size]) end++;
      const times = Math.floor((end - start) / size);
      if (times < FEWEST || (best && (times - 1) * size <= (best.times - 1) * best.size)) continue;
      const found = { start, size, times, names: layers.slice(start, start + size).map(({ name }) => name) };
      if (standsAlone(found, layers, returns)) best = found;
    }
  }
  return best;
}

// Whether nothing outside reads what is left out, but for the last block.
/** @type {(fold: Fold, layers: Layer[], returns: Description["returns"]) => boolean} */
function standsAlone({ start, size, times }, layers, returns = []) {
  const end = start + size * times;
  const gone = new Set(layers.slice(start, end - size).map(({ name }) => name));
  const after = layers.slice(end).some(({ reads }) => reads.some((name) => gone.has(name)));
  return !after && !returns.some(({ name }) => gone.has(name));
}

// The description with the block once: what reads the last block reads the one that is drawn.
/** @type {(description: Description, fold: Fold) => Description} */
export function folded(description, { start, size, times }) {
  const { layers } = description;
  const end = start + size * times;
  const drawn = new Map(layers.slice(end - size, end).map(({ name }, index) => [name, layers[start + index].name]));
  const renamed = (/** @type {string} */ name) => drawn.get(name) ?? name;
  const after = layers.slice(end).map((layer) => ({
    ...layer,
    reads: layer.reads.map(renamed),
    origins: layer.origins?.map(({ name, output }) => ({ name: renamed(name), output })),
  }));
  const returns = (description.returns ?? []).map(({ name, output }) => ({ name: renamed(name), output }));
  return { ...description, layers: [...layers.slice(0, start + size), ...after], returns };
}
