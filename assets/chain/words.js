// The chain in words: what a shape is called, what a layer does to the axes, and the whole chain as one description.

function count(number, word) {
  const singular = { timesteps: "timestep", features: "feature", units: "unit", outputs: "output", windows: "window" };
  if (number == null) return `any number of ${word}`;
  return `${number.toLocaleString("en")} ${number === 1 ? (singular[word] ?? word) : word}`;
}

function appears(size, axis) {
  return `${count(size, axis)} ${size === 1 ? "appears" : "appear"}`;
}

function joined(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function tensorOf(shape, axes, symbols) {
  const named = shape.map((size, index) => ({
    axis: axes?.[index] ?? (index ? "size" : "batch"),
    size,
    symbol: symbols?.[index],
  }));
  const rest = named.slice(1);
  const ordered = ["timesteps", "windows"];
  const rows = rest.length && !ordered.includes(rest.at(-1).axis) ? rest.pop() : null;
  const columns = rest.pop() ?? null;
  return { shape, named, rows, columns, blocks: rest };
}

// A tensor whose shape is asked for: even the number of its axes would give the answer away.
const HIDDEN = { hidden: true, shape: [], named: [], rows: null, columns: null, blocks: [] };

// What a layer that cannot go on returns.
const NOTHING = { nothing: true, hidden: true, shape: [], named: [], rows: null, columns: null, blocks: [] };

function sizeAsCode({ axis, size, symbol }) {
  if (size == null) return symbol ?? (axis === "batch" ? "B" : "any");
  const number = size.toLocaleString("en");
  return symbol && symbol !== String(size) ? `${symbol} = ${number}` : number;
}

function shapeAsCode(tensor) {
  if (tensor.nothing) return "nothing";
  return tensor.hidden ? "?" : `(${tensor.named.map(sizeAsCode).join(", ")})`;
}

function axisInWords({ axis, size, symbol }) {
  if (symbol !== undefined) return `${axis} ${sizeAsCode({ axis, size, symbol })}`;
  return axis === "batch" && size == null ? axis : count(size, axis);
}

function shapeInWords(tensor) {
  if (tensor.nothing) return "nothing";
  return tensor.hidden ? "a hidden shape (?)" : `(${tensor.named.map(axisInWords).join(", ")})`;
}

const sameShape = (one, other) =>
  one.named.length === other.named.length &&
  one.named.every(({ axis, size }, index) => axis === other.named[index].axis && size === other.named[index].size);

function flat(shapes) {
  return shapes.map((shape) => shape.map((size) => size ?? "None").join(",")).join(";");
}

// One line under a layer: which axes stay, come, go or turn into another.
function change(inputs, output) {
  const [first] = inputs;
  if (!first || !output || output.hidden) return "";
  if (inputs.length === 1 && sameShape(first, output)) return "the shape stays";
  const before = new Map([...first.blocks, first.columns].filter(Boolean).map((axis) => [axis.axis, axis.size]));
  const after = new Map([...output.blocks, output.columns].filter(Boolean).map((axis) => [axis.axis, axis.size]));
  const words = [];
  for (const [axis, size] of before) {
    if (!after.has(axis)) words.push(`${axis} go`);
    else if (after.get(axis) === size) words.push(`${axis} stay`);
    else words.push(`${count(size, axis)} ${size === 1 ? "becomes" : "become"} ${after.get(axis)}`);
  }
  for (const [axis, size] of after) if (!before.has(axis)) words.push(appears(size, axis));
  const depths = inputs.map((input) => input.rows).filter(Boolean);
  if (output.rows && depths.length) {
    const from = depths.map(({ axis, size }) => count(size, axis));
    const to = count(output.rows.size, output.rows.axis);
    if (depths.length === 1 && from[0] === to) words.push(`${output.rows.axis} stay`);
    else words.push(`${joined(from)} ${from.length === 1 && depths[0].size === 1 ? "becomes" : "become"} ${to}`);
  } else if (output.rows) words.push(appears(output.rows.size, output.rows.axis));
  else if (depths.length) words.push(`${depths[0].axis} go`);
  return words.join(", ");
}

function parametersInWords(params, hidden = []) {
  if (hidden.includes("parameters")) return "? parameters";
  return params ? count(params, params === 1 ? "parameter" : "parameters") : "no parameters";
}

function sentence(text) {
  const trimmed = (text ?? "").trim();
  if (!trimmed) return "";
  return trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}

function layerInWords(item, hidden, noted) {
  const { layer } = item;
  const takes = joined(item.inputs.map(shapeInWords));
  const returns = joined(item.tensors.map(shapeInWords));
  const says = hidden.includes("shapes") ? "" : sentence(layer.says || layer.short);
  const shapes = `It reads ${joined(item.reads)}, takes ${takes}, returns ${returns}`;
  const parts = [`${layer.name}, ${layer.type}.`, says, `${shapes}, and has ${parametersInWords(layer.params, hidden)}.`];
  if (layer.broken) return `${layer.name}, ${layer.type}. It takes ${takes}, and cannot go on. ${sentence(noted)}`.trim();
  return [...parts, sentence(noted)].filter(Boolean).join(" ");
}

function chainInWords(items, params, hidden) {
  const parts = items.map((item) =>
    item.layer
      ? `${item.name} (${item.layer.type}) turns ${joined(item.reads)} into ${joined(item.tensors.map(shapeInWords))}`
      : `${item.name} comes in as ${shapeInWords(item.tensors[0])}`,
  );
  return `The chain of layers: ${parts.join("; ")}. ${parametersInWords(params, hidden)} in all.`;
}
