// The whole chain unrolled over its steps: a row for every layer, the input at the bottom, a cell for every step drawn.

const unrolls = new WeakMap();
const UNROLLED_NARROW = 640;

function unrolledNew(parent) {
  const root = create("div", "unrolled", parent);
  const stage = create("div", "unrolled-stage", root);
  const svg = createSvg("svg", "unrolled-drawing", stage);
  mark(svg, { role: "img" });
  svg.onclick = (event) => unrolledOpen(parent, event.target.dataset.layer);
  const list = create("ul", "unrolled-list", root);
  const state = { parent, root, stage, svg, list, pen: insidePen(svg), heads: new Map(), width: 0 };
  state.observer = new ResizeObserver(() => {
    const width = Math.floor(root.clientWidth);
    if (width && width !== state.width) unrolledPaint(state);
  });
  state.observer.observe(root);
  return state;
}

function unrolledOpen(parent, name) {
  if (name) parent.dispatchEvent(new CustomEvent("explorer-open", { detail: name, bubbles: true }));
}

// Draws the chain of `description` into `parent`, over what was drawn there before; without layers `parent` is empty.
function drawUnrolled(parent, description, values) {
  let state = unrolls.get(parent);
  if (!description?.unrolled?.rows.length) {
    state?.observer.disconnect();
    unrolls.delete(parent);
    parent.replaceChildren();
    return;
  }
  if (!state) unrolls.set(parent, (state = unrolledNew(parent)));
  Object.assign(state, { description, values: values ?? {} });
  unrolledPaint(state);
}

// Every branch stays together: what a layer reads stands directly below it, and then what that reads.
function unrolledRows({ sources, layers, unrolled }) {
  const told = new Map(unrolled.rows.map((row) => [row.name, row]));
  const parts = new Map([...sources, ...layers].map((part) => [part.name, part]));
  const ordered = [];
  const add = (name) => {
    const part = parts.get(name);
    if (!part || ordered.some((row) => row.name === name)) return;
    const reads = [...new Set(part.reads ?? [])].filter((each) => parts.has(each));
    reads.forEach(add);
    const [axes, shape] = part.output ? [part.axes_out?.[0] ?? [], part.output[0]] : [part.axes, part.shape];
    const place = axes.indexOf(unrolled.axis);
    const row = { type: "", flow: part.flow ?? "input", says: "", shared: false, ...told.get(name), name, part, reads };
    row.layer = part.output ? part : null;
    row.timed = place > 0;
    row.steps = row.timed ? shape[place] : row.flow.endsWith("last") ? unrolled.steps : 1;
    row.celled = row.timed || row.flow.endsWith("last");
    row.axis = axes.at(-1);
    row.tensor = tensorOf(shape, axes, part.symbols_out?.[0] ?? part.symbols);
    ordered.push(row);
  };
  layers.forEach((layer) => add(layer.name));
  sources.forEach((source) => add(source.name));
  ordered.forEach((row, index) => (row.index = index));
  return ordered;
}

// What goes up from a row, in words.
function unrolledHands(row, axis, answers) {
  const n = row.steps;
  const step = count(1, axis).slice(2);
  const words = {
    input: row.timed ? `${count(n, axis)} come in` : "comes in",
    along: `hands on all ${n} memories`,
    last: "hands on only the last memory",
    both: `hands on both memories of all ${n} steps`,
    "both last": "hands on only the last memory of each way",
    each: `hands on ${n} ${unrolledRecurrent(row, axis) ? "last memories" : "vectors"}, one for each ${step}`,
    pool: "hands on one vector, made of all",
    repeat: `hands on the same vector ${n} times`,
    all: `hands on ${n} vectors, each made of all`,
    window: `hands on ${n} vectors, each made of ${insideTaps(row.layer).count} ${axis}`,
    merge: `hands on ${n} vectors`,
    mark: "hands on every step, some marked to be skipped",
    none: "hands on one vector",
  }[row.flow];
  const told = words ?? (row.timed ? `hands on ${n} vectors` : "hands on one vector");
  return answers ? told.replace("hands on", "answers with") : told;
}

function unrolledSame(row, axis) {
  if (!row.shared || row.steps < 2) return "";
  const same = `×${row.steps} the same weights`;
  if (row.flow.startsWith("both")) return `each way ${same}`;
  return unrolledRecurrent(row, axis) ? `${same}, each from zero` : same;
}

// A recurrent layer inside TimeDistributed reads the steps of one window in every cell: how many those are.
function unrolledRecurrent(row, axis) {
  if (axis !== "windows" || row.flow !== "each" || !row.layer?.wraps) return null;
  const place = row.layer.axes_in[0].indexOf("timesteps");
  return place > 0 && !row.layer.axes_out[0].includes("timesteps") ? row.layer.input[0][place] : null;
}

function unrolledHead(state, row) {
  if (!state.heads.has(row.name)) {
    const element = create("div", "unrolled-head", state.stage);
    const title = create(row.layer ? "button" : "span", "unrolled-name", element);
    const head = { element, title, name: create("b", "", title), type: create("span", "unrolled-type", title) };
    head.same = create("span", "unrolled-same", element);
    head.hands = create("span", "unrolled-hands", element);
    head.end = create("div", "unrolled-end", state.stage);
    head.endHands = create("span", "", head.end);
    head.endShape = create("code", "", head.end);
    if (row.layer) {
      title.type = "button";
      title.onclick = () => unrolledOpen(state.parent, row.name);
    }
    state.heads.set(row.name, head);
  }
  return state.heads.get(row.name);
}

function unrolledWrite(state, rows, narrow, headWidth) {
  const { axis } = state.description.unrolled;
  const read = new Set(rows.flatMap((row) => row.reads));
  const kept = new Set(rows.map((row) => row.name));
  for (const [name, head] of state.heads) {
    const row = rows.find((each) => each.name === name);
    if (kept.has(name) && Boolean(row.layer) === (head.title.tagName === "BUTTON")) continue;
    head.element.remove();
    head.end.remove();
    state.heads.delete(name);
  }
  for (const row of rows) {
    const head = unrolledHead(state, row);
    const hands = unrolledHands(row, axis, !read.has(row.name));
    const words = row.layer ? `${row.name}, ${row.type}: ${row.says}. Show what is inside.` : row.says;
    sayBreakable(head.name, row.name);
    sayBreakable(head.type, row.layer ? row.type : "input");
    say(head.same, unrolledSame(row, axis));
    say(head.hands, narrow ? hands.split(",")[0] : "");
    say(head.endHands, narrow ? "" : hands);
    say(head.endShape, narrow ? "" : shapeAsCode(row.tensor));
    mark(head.title, row.layer ? { title: sentence(row.says), "aria-label": words } : { title: sentence(row.says) });
    mark(head.element, { "data-layer": row.name, "data-flow": row.flow });
    mark(head.end, { "data-layer": row.name });
    head.element.style.width = `${headWidth}px`;
  }
  const wanted = rows.map((row) => `${row.name}|${row.says}`).join("\n");
  if (state.list.dataset.wanted === wanted) return;
  state.list.dataset.wanted = wanted;
  state.list.replaceChildren();
  for (const row of rows) {
    const item = create("li", "", state.list);
    create("b", "", item).textContent = row.name;
    item.append(`: ${row.says}`);
  }
}

// The columns: the steps that are drawn, and null where steps are left out between.
function unrolledColumns(shown, narrow) {
  const few = narrow && shown.length > 5 ? [...shown.slice(0, 2), ...shown.slice(-2)] : shown;
  return few.flatMap((step, index) => (index && step > few[index - 1] + 1 ? [null, step] : [step]));
}

function unrolledPaint(state) {
  const { root, stage, svg, pen, description, values } = state;
  state.width = Math.floor(root.clientWidth);
  if (!state.width) return; // Folded away: the observer calls again when there is room.
  textWidth.font = getComputedStyle(root).fontFamily;
  const narrow = state.width < UNROLLED_NARROW;
  const { shown, axis, steps, says } = description.unrolled;
  const [headWidth, endWidth] = narrow ? [104, 0] : [176, 176];
  const rows = unrolledRows(description);
  unrolledWrite(state, rows, narrow, headWidth);
  const columns = unrolledColumns(shown, narrow);
  const room = state.width - headWidth - endWidth;
  const grid = unrolledGrid(columns, headWidth, room, narrow);
  // All heights are read before anything is moved, so that the browser lays out once.
  const heights = rows.map((row) => state.heads.get(row.name).element.offsetHeight);
  const bottom = unrolledPlace(rows, heights, grid, axis);
  pen.start("unrolled");
  unrolledCells({ pen, rows, grid, axis, steps, values });
  pen.end();
  mark(svg, { width: state.width, height: Math.ceil(bottom), "aria-label": says });
  stage.style.height = `${Math.ceil(bottom)}px`;
  rows.forEach((row, index) => {
    const { element, end } = state.heads.get(row.name);
    const middle = row.top + row.height / 2;
    element.style.transform = `translate(0, ${Math.max(row.band, middle - heights[index] / 2).toFixed(1)}px)`;
    end.style.cssText = `left:${state.width - endWidth + 12}px;width:${endWidth - 12}px;top:${middle.toFixed(1)}px`;
  });
}
