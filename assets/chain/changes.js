// What a slider has just moved, and what it has not: in one line of words, and as marks that fade on the chain itself.

const MARKED = 2500;
// A hand that rests this long has ended its drag: the next step is told from where it stood.
const RESTED = 1500;

const newChanges = () => ({ from: null, last: null, moved: -Infinity, timer: 0, words: "", short: "" });

const outputsOf = (description) => [
  ...description.sources.map(({ name, shape, symbols }) => ({ name, shapes: [shape], symbols: [symbols ?? []] })),
  ...description.layers.map(({ name, output, symbols_out }) => ({ name, shapes: output, symbols: symbols_out ?? [] })),
];

const totalOf = (layer) => layer.parameters?.total ?? layer.params;
const wiringOf = ({ sources, layers }) =>
  JSON.stringify([sources.map(({ name }) => name), layers.map(({ name, type }) => [name, type])]);

// Null where the two are not the same layers: then everything is new, and nothing "changed".
function compare(before, after) {
  if (!before || wiringOf(before) !== wiringOf(after)) return null;
  const found = { axes: [], shapes: [], parameters: [], settings: [] };
  const old = outputsOf(before);
  outputsOf(after).forEach(({ name, shapes, symbols }, index) => {
    shapes.forEach((shape, tensor) => {
      const was = old[index].shapes[tensor];
      if (was?.length !== shape.length) return found.shapes.push(name);
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

const number = (size) => size.toLocaleString("en");
const unique = (names) => [...new Set(names)];

function parametersMoved(parameters, before, after) {
  if (!parameters.length) return "";
  const listed = parameters.map(({ name, was, now }) => `of ${name} ${number(was)} → ${number(now)}`);
  if (parameters.length <= 3) return `parameters ${listed.join(", ")}`;
  const names = joined(parameters.map(({ name }) => name));
  return `parameters of ${names}, in all ${number(before.params)} → ${number(after.params)}`;
}

// The whole of it, and without the reason where there is little room.
function changesInWords(found, before, after) {
  const named = found.settings.map(({ name, was, now }) => `${name.replaceAll("_", " ")} ${number(was)} → ${number(now)}`);
  const moved = found.settings.map(({ symbol }) => {
    const has = (text) => new RegExp(`(^|[^A-Z0-9])${symbol}($|[^A-Z0-9])`).test(text ?? "");
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
  const says = found.settings
    .map(({ name }) => after.settings[name])
    .filter(({ parameters = [] }) => (parameters.length === 0) === still)
    .map((setting) => setting.says);
  // A sentence of one setting would not be true of two at once.
  if (says.length === 1 && found.settings.length === 1) return { words: `${words} ${says[0]}`, short: words };
  return { words: still ? `${words} No parameter moves.` : words, short: words };
}

function tellChanges(state) {
  const { changes, data } = state;
  const { description, waiting, hidden = [] } = data;
  if (hidden.length) {
    Object.assign(changes, newChanges(), { timer: changes.timer });
    return sayTold(state);
  }
  if (!description?.layers || waiting) return sayTold(state);
  const now = performance.now();
  const step = compare(changes.last, description);
  if (!step) Object.assign(changes, { from: description, words: "", short: "" });
  else if (step.any) {
    if (now - changes.moved > RESTED) changes.from = changes.last;
    changes.moved = now;
    const found = compare(changes.from, description);
    Object.assign(changes, found.any ? changesInWords(found, changes.from, description) : backInWords(step, description));
    markMoved(state, found.any ? found : step);
  }
  changes.last = description;
  sayTold(state);
}

function backInWords(step, description) {
  const names = step.settings.map(({ name, now }) => `${name.replaceAll("_", " ")} ${number(now)}`);
  const words = names.length ? `Back at ${joined(names)}, with all shapes and parameters as before.` : "As before.";
  return { words, short: words };
}

function sayTold(state) {
  const { changes, told, width, data } = state;
  const quiet = !changes.words;
  const lines = (width < NARROW ? 2 : 1) + (data.follows?.length ? 1 : 0);
  const fits = textWidth(changes.words, 13) < (lines - 0.2) * width;
  told.toggleAttribute("data-quiet", quiet);
  say(told, quiet ? hintOf(data) : fits ? changes.words : changes.short);
  mark(told, { title: quiet || fits ? "" : changes.words });
}

function hintOf({ description, hidden = [], follows = [] }) {
  if (!description) return "";
  if (hidden.length) return "What is drawn as ? is what is asked.";
  const open = "Choose a layer to see why its shapes and counts are what they are.";
  return follows.length ? `Move a slider, and this line tells what it changes. ${open}` : open;
}

function markMoved(state, { axes, parameters }) {
  const parts = axes.map(({ name, tensor, axis }) =>
    state.tensors.get(`${name}:${tensor}`)?.shape.children[axis]?.querySelector("b"),
  );
  parts.push(...parameters.map(({ name }) => state.layers.get(name)?.params));
  const all = state.root.querySelectorAll(".moved");
  all.forEach((part) => parts.includes(part) || part.classList.remove("moved"));
  parts.forEach((part) => part?.classList.add("moved"));
  clearTimeout(state.changes.timer);
  state.changes.timer = setTimeout(() => {
    state.root.querySelectorAll(".moved").forEach((part) => part.classList.remove("moved"));
  }, MARKED);
}
