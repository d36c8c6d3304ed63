// Descriptions for the tests: small models, written as Python writes them.

const NAMES = { 2: ["batch", "units"], 3: ["batch", "timesteps", "units"], 4: ["batch", "windows", "timesteps", "units"] };
const axesOf = (shape, last) => [...(NAMES[shape.length] ?? shape.map((_, place) => `axis ${place}`)).slice(0, -1), last];

export function source(name, shape, more = {}) {
  return { name, shape, axes: axesOf(shape, "features"), symbols: shape.map(() => null), spoken: "", ...more };
}

export function layer(name, reads, input, output, more = {}) {
  return {
    name,
    type: "Dense",
    reads,
    input: [input],
    output: [output],
    axes_in: [axesOf(input, "features")],
    axes_out: [axesOf(output, "units")],
    symbols_in: [input.map(() => null)],
    symbols_out: [output.map(() => null)],
    params: 0,
    flow: "each",
    window: null,
    weights: [],
    ...more,
  };
}

const row = ({ name, type = "", flow = "input" }) => ({ name, type, flow, says: `${name} says`, shared: true, inner_steps: null });

export function model(sources, layers, more = {}) {
  const steps = sources[0].shape[1];
  const unrolled = { steps, shown: [1, 2, 3], axis: "timesteps", rows: [...sources, ...layers].map(row), says: "" };
  return { sources, layers, params: 0, symbols: {}, settings: {}, unrolled, ...more };
}

// sequence → memory → answer, with symbols, at a number of timesteps and of units.
export function chain(timesteps = 20, units = 32, features = 5) {
  const counted = 3 * units * (features + units + 2);
  const sizes = { symbols: [null, "T", "F"] };
  const memory = layer("memory", ["sequence"], [null, timesteps, features], [null, timesteps, units], {
    type: "GRU",
    flow: "along",
    params: counted,
    parameters: { total: counted },
    symbols_out: [[null, "T", "U"]],
  });
  const answer = layer("answer", ["memory"], [null, timesteps, units], [null, timesteps, 1], {
    type: "TimeDistributed(Dense)",
    params: units + 1,
    parameters: { total: units + 1 },
    symbols_out: [[null, "T", null]],
  });
  return model([source("sequence", [null, timesteps, features], sizes)], [memory, answer], {
    params: counted + units + 1,
    symbols: {
      T: { axis: "timesteps", size: timesteps },
      F: { axis: "features", size: features },
      U: { axis: "units", size: units },
    },
    settings: {
      timesteps: { symbol: "T", parameters: [], says: "No parameter changes: the same weights are used at every timestep." },
      features: { symbol: "F", parameters: ["memory"], says: "memory has weights along features." },
      units: { symbol: "U", parameters: ["memory", "answer"], says: "memory and answer have weights along units." },
    },
  });
}

// Two inputs, a branch that goes round a layer, and the two brought together.
export function branches() {
  const wide = [null, 20, 8];
  return model(
    [source("first", wide), source("second", wide)],
    [
      layer("near", ["first"], wide, wide),
      layer("far", ["near"], wide, wide),
      layer("sum", ["far", "first"], wide, wide, { input: [wide, wide] }),
      layer("both", ["sum", "second"], wide, [null, 20, 16], { input: [wide, wide] }),
    ],
  );
}

// A chain of so many layers.
export function long(count) {
  const shape = [null, 20, 8];
  const names = Array.from({ length: count }, (_, index) => `layer_${index}`);
  return model(
    [source("sequence", shape)],
    names.map((name, index) => layer(name, [index ? names[index - 1] : "sequence"], shape, shape)),
  );
}

// Pictures at each timestep, filtered, and laid in one row.
export function films() {
  const axes = ["batch", "timesteps", "rows", "columns", "channels"];
  const film = [null, 10, 32, 32, 3];
  const after = [null, 10, 30, 30, 8];
  const pictures = { axes_in: [axes], axes_out: [[...axes.slice(0, -1), "filters"]] };
  const found = layer("found", ["film"], film, after, { ...pictures, symbols_in: [axes.map(() => null)] });
  return model([source("film", film, { axes })], [found, layer("flat", ["found"], after, [null, 10, 7200])]);
}

// An encoder in both directions that hands its four states to a decoder, which reads another sequence.
export function states(units = 6) {
  const [sequence, whole, one] = [[null, 10, 5], [null, 2 * units], [null, units]];
  const returned = [whole, one, one, one, one];
  const encoder = layer("encoder", ["source"], sequence, whole, {
    output: returned,
    axes_out: returned.map((shape) => axesOf(shape, "units")),
    symbols_out: returned.map(() => [null, null]),
    names_out: ["output", "state →h", "state →c", "state ←h", "state ←c"],
  });
  const given = [1, 2, 3, 4].map((output) => ({ name: "encoder", output }));
  const decoder = layer("decoder", ["target", "encoder"], sequence, [null, 10, 12], {
    input: [sequence, one, one, one, one],
    origins: [{ name: "target", output: 0 }, ...given],
  });
  return model([source("source", sequence), source("target", sequence)], [encoder, decoder], {
    returns: [{ name: "decoder", output: 0 }],
  });
}

export const MODELS = { films: films(), states: states(), chain: chain(), branches: branches(), short: long(1), eight: long(8), twelve: long(12) };
