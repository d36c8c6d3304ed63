// Drawings of layers that carry a memory along: from zero in every window, forwards and backwards, over masked steps.

const INSIDE_LEFT = 34;
const INSIDE_RIGHT = 12;

const insideHeight = (grid) => Math.min(22, Math.max(INSIDE_ROW, 54 / grid.length));
const insideRowsName = (grid, axis, size) => (size > grid.length ? `${grid.length} of ${size} ${axis}` : axis);
const insideUnit = (axis) => count(1, axis).slice(2);
const insideStep = (axis) => (column) => `step ${column + 1}, ${insideUnit(axis)}`;

// Columns of one width side by side, none wider than it needs to be.
function insideEven(count, left, room, most = 26) {
  const width = Math.min(most, room / count);
  return { width: width * count, end: left + width * count, place: (column) => ({ x: left + column * width, width }) };
}

// How long an axis of what the layer receives really is: a drawing may show only its first steps.
function insideSize(layer, axis) {
  const place = layer.axes_in?.[0]?.indexOf(axis) ?? -1;
  return place < 0 ? null : layer.input[0][place];
}

// The axis along which the steps lie that a drawing shows: timesteps, or windows.
const insideOrdered = (layer) => (layer.axes_in?.[0]?.includes("windows") ? "windows" : "timesteps");

function insideWindows({ pen, layer, look, width, axis, size }) {
  const { anew, through, steps, windows } = look;
  const [rows, columns] = [anew.length, anew[0].length];
  const windowOf = (column) => Math.floor(column / steps);
  const firsts = Array.from({ length: windows }, (_, each) => each * steps);
  const gap = width < 560 ? 9 : 18;
  const each = Math.min(26, (width - INSIDE_LEFT - INSIDE_RIGHT - gap * (windows - 1)) / columns);
  const apart = (column) => ({ x: INSIDE_LEFT + gap * windowOf(column) + column * each, width: each });
  // Without breaks a window's first number reaches back to the window before.
  const joinedUp = (column) => {
    const { x } = apart(column);
    const bridge = column && firsts.includes(column) ? gap : 0;
    return { x: x - bridge, width: each + bridge };
  };
  const range = insideRange(anew, through);
  const rowHeight = insideHeight(anew);
  // Of long windows only some steps are drawn, evenly picked; of many windows only the first.
  const [real, all] = [insideSize(layer, "timesteps") ?? steps, insideSize(layer, "windows") ?? windows];
  const stepOf = (column) => 1 + Math.round(((column % steps) * (real - 1)) / Math.max(1, steps - 1));
  const words = (column) => `window ${windowOf(column) + 1}, step ${stepOf(column)}, ${insideUnit(axis)}`;
  const end = apart(columns - 1).x + each;
  const room = width - INSIDE_LEFT;
  const label = insideRowsName(anew, axis, size);

  let y = insideWords(pen, "anew", `memory of ${layer.type}: starts from zero in every window`, INSIDE_LEFT, 0, room);
  firsts.forEach((first, index) => {
    const close = apart((firsts[index + 1] ?? columns) - 1).x + each;
    insideZero(pen, `zero${index}`, apart(first).x + 5, y + 9);
    insideArrow(pen, `run${index}`, [[apart(first).x + 13, y + 9], [close, y + 9]], "memory");
  });
  y += 22;
  const ends = firsts.slice(1).map((first) => first - 1);
  const strip = { y, rowHeight, range, words };
  const height = insideStrip(pen, "anew", anew, { ...strip, place: apart, ends });
  insideRows(pen, "rows", label, axis, INSIDE_LEFT, y, height);
  y += height + 5;
  firsts.forEach((first, index) => {
    const [from, to] = [apart(first).x, apart((firsts[index + 1] ?? columns) - 1).x + each];
    pen("path", `window${index}`, { class: "ruler", d: `M${from},${y}H${to}`, style: "stroke:var(--windows)" });
    const text = textWidth("window 8", 11) < to - from ? `window ${index + 1}` : String(index + 1);
    insideText(pen, `windowName${index}`, text, (from + to) / 2, y + 13, "s11 bold", "middle", "windows");
  });
  y += 26;
  const inner = layer.wraps ?? "recurrent layer";
  y += insideWords(pen, "plain", `a plain ${inner} with the same weights: one memory runs through`, INSIDE_LEFT, y, room);
  insideZero(pen, "start", INSIDE_LEFT + 5, y + 9);
  insideArrow(pen, "through", [[INSIDE_LEFT + 13, y + 9], [end, y + 9]], "memory");
  y += 22;
  insideStrip(pen, "through", through, { ...strip, y, place: joinedUp });
  insideRows(pen, "rows2", label, axis, INSIDE_LEFT, y, height);
  const apartBy = range / 10;
  const differs = (column) => anew.some((row, index) => Math.abs(row[column] - through[index][column]) > apartBy);
  const runs = insideRuns(columns, differs);
  for (const [from, to] of runs) {
    const [start, close] = [joinedUp(from), joinedUp(to)];
    const box = { x: start.x - 1, y: y - 1.5, width: close.x + close.width - start.x + 1, height: height + 2 };
    pen("rect", `differs${from}`, { class: "outline", ...box });
  }
  y += height + 2;
  // A plain layer counts its steps through; what starts anew counts them in every window.
  const picked = real > steps ? `${steps} of each window's ${real} timesteps` : "timesteps, counted through";
  const number = (column) => windowOf(column) * real + stepOf(column);
  y += insideSteps(pen, "steps", columns, { place: apart, y, number, label: picked });
  const different = runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return {
    height: y,
    legends: [{ words: "a memory's number", range }],
    notes: [
      { swatch: "outline", words: `outlined: differs from the strip above by more than ${insideNumber(apartBy)}` },
      ...(all > windows ? [{ swatch: "", words: `drawn: the first ${windows} of ${all} windows` }] : []),
    ],
    words:
      `Two strips of ${rows} ${axis} by ${columns} steps in ${windows} windows: above, the memory starts from zero in ` +
      `every window; below, one memory runs through all of them. They differ at ${different} of the ${columns} steps.`,
  };
}

// Neighbouring columns for which `holds`, as [first, last].
function insideRuns(columns, holds) {
  const runs = [];
  for (let column = 0; column < columns; column++) {
    if (!holds(column)) continue;
    if (runs.at(-1)?.[1] === column - 1) runs.at(-1)[1] = column;
    else runs.push([column, column]);
  }
  return runs;
}

// Masked steps are hatched over: what stands there is the memory of the step before.
function insideMasked(pen, counts, columns, place, y, height) {
  if (!counts) return 0;
  const runs = insideRuns(columns, (column) => !counts[column]);
  for (const [from, to] of runs) {
    const [{ x }, end] = [place(from), place(to)];
    insideHatch(pen, `masked${from}`, x, y - 0.5, end.x + end.width - x - 0.5, height);
  }
  return runs.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

const insideShown = (columns, all) => (all > columns ? `timesteps, the first ${columns} of ${all}` : "timesteps");

function insideMemory({ pen, layer, look, width, axis, size }) {
  const { grid, last, counts } = look;
  const columns = grid[0].length;
  const all = insideSize(layer, "timesteps") ?? columns;
  const cut = all > columns;
  const left = INSIDE_LEFT + 18;
  const { end, place } = insideEven(columns, left, width - left - INSIDE_RIGHT - (cut ? 22 : 0));
  const middle = (column) => place(column).x + place(column).width / 2;
  const range = insideRange(grid);
  const told = last ? "handed on: only the last memory" : `handed on: the memory of every step, all ${all}`;
  const narrow = textWidth(told, 12) > end - INSIDE_LEFT;
  const from = last && !narrow ? end - textWidth(told, 12) : INSIDE_LEFT;
  let y = insideWords(pen, "told", told, from, 0, width - from);
  y += 16;
  const stride = INSIDE_STRIDES.find((each) => each * place(0).width >= 9) ?? columns;
  for (let column = 0; column < columns; column++) {
    const handed = last ? !cut && column === columns - 1 : column === columns - 1 || column % stride === 0;
    if (handed) insideArrow(pen, `up${column}`, [[middle(column), y - 1], [middle(column), y - 15]], last ? "strong" : "");
  }
  y += 3;
  const rowHeight = insideHeight(grid);
  const height = insideStrip(pen, "grid", grid, { place, y, rowHeight, range, words: insideStep(axis) });
  insideRows(pen, "rows", insideRowsName(grid, axis, size), axis, INSIDE_LEFT + 12, y, height);
  const masked = insideMasked(pen, counts, columns, place, y, height);
  if (cut) insideText(pen, "more", "⋯", end + 6, y + height / 2 + 4, "s13 quiet");
  if (cut && last) insideArrow(pen, "up", [[end + 14, y - 4], [end + 14, y - 18]], "strong");
  if (last && !cut) {
    const box = { x: place(columns - 1).x - 1, y: y - 1.5, width: place(0).width + 1, height: height + 2 };
    pen("rect", "last", { class: "outline", ...box });
  }
  y += height + 12;
  insideZero(pen, "start", INSIDE_LEFT + 5, y);
  insideArrow(pen, "flow", [[INSIDE_LEFT + 13, y], [end + (cut ? 20 : 0), y]], "memory");
  y += 6;
  y += insideSteps(pen, "steps", columns, { place, y, label: insideShown(columns, all) });
  return {
    height: y,
    legends: [{ words: "a memory's number", range }],
    notes: masked ? [{ swatch: "hatched", words: "hatched: masked, the memory stays as it was" }] : [],
    words:
      `A strip of ${grid.length} ${axis} by ${columns} steps: the memory of ${layer.type} starts from zero and flows ` +
      `along; ${told}${masked ? `; ${masked} masked steps leave it as it was` : ""}.`,
  };
}

const INSIDE_MERGES = {
  concat: "merged (concat): laid one above the other, the forward units first",
  sum: "merged (sum): forward + backward, number by number",
  ave: "merged (ave): the mean of forward and backward, number by number",
  mul: "merged (mul): forward × backward, number by number",
};

function insideBoth({ pen, layer, look, width, axis, size }) {
  const { forward, backward, merged, last, merge_mode: mode } = look;
  const columns = forward[0].length;
  const all = insideSize(layer, "timesteps") ?? columns;
  const left = INSIDE_LEFT + 18;
  const { end, place } = insideEven(columns, left, width - left - INSIDE_RIGHT - 18);
  const range = insideRange(forward, backward, merged);
  const inner = layer.wraps ?? "layer";
  const rowHeight = insideHeight(forward);
  const half = mode === "concat" ? size / 2 : size;
  let y = 0;
  const way = (key, grid, text, backwards) => {
    y += insideWords(pen, key, text, left, y, width - left);
    // Where only the first steps are drawn, the backward memory comes in from beyond them, not from zero.
    if (!backwards || all === columns) insideZero(pen, `${key}:zero`, backwards ? end + 11 : left - 11, y + 7);
    if (all > columns) insideText(pen, `${key}:more`, "⋯", end + 5, y + 11, "s13 quiet");
    const line = [[left, y + 7], [end, y + 7]];
    insideArrow(pen, `${key}:run`, backwards ? line.reverse() : line, "memory");
    y += 17;
    const words = (column) => `${key}, step ${column + 1}, ${insideUnit(axis)}`;
    const height = insideStrip(pen, key, grid, { place, y, rowHeight, range, words });
    insideRows(pen, `${key}:rows`, insideRowsName(grid, axis, half), axis, INSIDE_LEFT + 12, y, height);
    if (last && (backwards || all === columns)) {
      const { x, width: wide } = place(backwards ? 0 : columns - 1);
      pen("rect", `${key}:last`, { class: "outline", x: x - 1, y: y - 1.5, width: wide + 1, height: height + 2 });
    }
    y += height + 14;
  };
  const hands = (which) => (last ? `, hands on its memory of the ${which}` : "");
  way("forward", forward, `forward ${inner}: starts from zero at the first step${hands("last")}`, false);
  way("backward", backward, `backward ${inner}: starts from zero at the last step${hands("first")}`, true);

  const told = INSIDE_MERGES[mode] ?? "both handed on, each by itself";
  y += insideWords(pen, "told", last ? `${told}; only the outlined steps` : told, left, y, width - left);
  const stacked = mode === "concat";
  const split = Math.ceil(merged.length / 2);
  const words = (column) => `merged, step ${column + 1}, ${insideUnit(axis)}`;
  const one = merged[0].length === 1;
  const wide = one ? { place: () => ({ x: left, width: Math.max(place(0).width, 26) }) } : { place };
  const top = y;
  const halves = stacked ? [merged.slice(0, split), merged.slice(split)] : [merged];
  halves.forEach((part, index) => {
    const strip = { ...wide, y, rowHeight, range, words, left: index * half };
    y += insideStrip(pen, `merged${index}`, part, strip) + 3;
    if (!stacked) return;
    const from = index ? "← backward" : "→ forward";
    const at = (one ? left + 30 : end) + 5;
    if (at + textWidth(from, 11) > width) return;
    insideText(pen, `half${index}`, from, at, y + 1 - (part.length * rowHeight) / 2, "s11 quiet");
  });
  insideRows(pen, "merged:rows", insideRowsName(merged, axis, size), axis, INSIDE_LEFT + 12, top, y - top - 3);
  if (one) y += 6;
  else y += insideSteps(pen, "steps", columns, { place, y, label: insideShown(columns, all) });
  return {
    height: y,
    legends: [{ words: "a memory's number", range }],
    notes: last ? [{ swatch: "outline", words: "outlined: the memory that is handed on" }] : [],
    words:
      `Three strips over ${columns} steps: forward, from the first step on; backward, from the last step back; ${told}. ` +
      (last ? "Handed on are forward's memory at the last step and backward's at the first." : "Every step is handed on."),
  };
}

function insideMask({ pen, look, width }) {
  const { counts, value } = look;
  const columns = counts.length;
  const { end, place } = insideEven(columns, INSIDE_LEFT, width - INSIDE_LEFT - INSIDE_RIGHT);
  const kept = counts.filter(Boolean).length;
  const told = `a step whose numbers are all ${Number(value)} is padding: layers after this one skip it`;
  let y = insideWords(pen, "told", told.replace("-", "−"), INSIDE_LEFT, 0, width - INSIDE_LEFT);
  y += 4;
  counts.forEach((each, column) => {
    const { x, width: wide } = place(column);
    const box = { x: x + 0.5, y, width: Math.max(1, wide - 1.5), height: 24 };
    pen("rect", `count${column}`, { class: each ? "counts" : "strip", ...box });
  });
  for (const [from, to] of insideRuns(columns, (column) => !counts[column])) {
    for (let column = from; column <= to; column++) {
      const { x, width: wide } = place(column);
      insideHatch(pen, `padded${column}`, x + 0.5, y, Math.max(1, wide - 1.5), 24);
    }
  }
  y += 26;
  y += insideSteps(pen, "steps", columns, { place, y });
  return {
    height: y,
    notes: [
      { swatch: "counting", words: `${kept} ${kept === 1 ? "step counts" : "steps count"}` },
      { swatch: "hatched", words: `${columns - kept} padded` },
    ],
    words: `Of ${columns} steps ${kept} count and ${columns - kept} are padded.`,
  };
}
