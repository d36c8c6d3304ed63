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

function tensorOf(shape, axes) {
  const named = shape.map((size, index) => ({ axis: axes?.[index] ?? (index ? "size" : "batch"), size }));
  const rest = named.slice(1);
  const ordered = ["timesteps", "windows"];
  const rows = rest.length && !ordered.includes(rest.at(-1).axis) ? rest.pop() : null;
  const columns = rest.pop() ?? null;
  return { shape, named, rows, columns, blocks: rest };
}

function sizeAsCode({ axis, size }) {
  if (size == null) return axis === "batch" ? "B" : "any";
  return size.toLocaleString("en");
}

function shapeAsCode(tensor) {
  return `(${tensor.named.map(sizeAsCode).join(", ")})`;
}

function shapeInWords(tensor) {
  const words = ({ axis, size }) => (axis === "batch" && size == null ? axis : count(size, axis));
  return `(${tensor.named.map(words).join(", ")})`;
}

function flat(shapes) {
  return shapes.map((shape) => shape.map((size) => size ?? "None").join(",")).join(";");
}

// One line under a layer: which axes stay, come, go or turn into another.
function change(inputs, output) {
  const [first] = inputs;
  if (!first || !output) return "";
  if (inputs.length === 1 && shapeInWords(first) === shapeInWords(output)) return "the shape stays";
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

function parametersInWords(params) {
  return params ? count(params, params === 1 ? "parameter" : "parameters") : "no parameters";
}

function sentence(text) {
  const trimmed = (text ?? "").trim();
  if (!trimmed) return "";
  return trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}

function layerInWords(item) {
  const { layer } = item;
  const takes = joined(item.inputs.map(shapeInWords));
  const returns = joined(item.tensors.map(shapeInWords));
  const says = sentence(layer.says || layer.short);
  return (
    `${layer.name}, ${layer.type}. ${says} It reads ${joined(item.reads)}, takes ${takes}, returns ${returns}, ` +
    `and has ${parametersInWords(layer.params)}.`
  );
}

function chainInWords(items, params) {
  const parts = items.map((item) =>
    item.layer
      ? `${item.name} (${item.layer.type}) turns ${joined(item.reads)} into ${joined(item.tensors.map(shapeInWords))}`
      : `${item.name} comes in as ${shapeInWords(item.tensors[0])}`,
  );
  return `The chain of layers: ${parts.join("; ")}. ${parametersInWords(params)} in all.`;
}
