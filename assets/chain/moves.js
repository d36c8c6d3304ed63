// Drawings of layers without a memory: copies, pooling, repeating, laying side by side, sliding windows, attention.

const INSIDE_ENDS = { first: 3, last: 2 };

// The steps that are drawn where there is room for a few: the first ones, a gap, the last ones of which numbers came.
function insideFew(columns, steps) {
  const { first, last } = INSIDE_ENDS;
  const all = Array.from({ length: columns }, (_, column) => column);
  const few = columns <= first + last + 1 ? all : [...all.slice(0, first), null, ...all.slice(-last)];
  return columns < steps ? [...few, null] : few;
}

function insideCopies({ pen, layer, look, width, axis, size }) {
  const { received, returned, steps } = look;
  const columns = returned[0].length;
  const inner = layer.wraps ?? layer.type;
  const few = insideFew(columns, steps);
  const narrow = width < 560;
  const left = narrow ? 70 : 160;
  const pitch = Math.min(118, (width - left - 4) / few.length);
  const wide = Math.min(74, pitch - 10);
  const cell = Math.min(22, wide - 12);
  const ranges = { received: insideRange(received), returned: insideRange(returned) };
  const heights = { received: received.length * INSIDE_ROW, returned: returned.length * INSIDE_ROW };
  const ordered = insideOrdered(layer);
  const comes = layer.axes_in?.[0]?.at(-1) ?? "features";

  const top = 4;
  const boxY = top + heights.returned + 26;
  const rail = boxY + 34 + 14;
  const lower = rail + 18;
  const slice = (key, grid, column, x, y, names) => {
    const place = () => ({ x: x - cell / 2, width: cell });
    const words = () => `${key}, step ${column + 1}, ${insideUnit(names)}`;
    const part = grid.map((row) => [row[column]]);
    insideStrip(pen, `${key}${column}`, part, { place, y, rowHeight: INSIDE_ROW, range: ranges[key], words });
  };
  const xs = few.map((_, index) => left + index * pitch + pitch / 2);
  const taps = [];
  few.forEach((column, index) => {
    const x = xs[index];
    if (column === null) {
      [top + heights.returned / 2, boxY + 17, lower + heights.received / 2].forEach((y, row) => {
        insideText(pen, `gap${index}:${row}`, "⋯", x, y + 4, "s13 quiet", "middle");
      });
      return;
    }
    taps.push(x - wide / 2 + 9);
    slice("returned", returned, column, x, top, axis);
    insideArrow(pen, `out${column}`, [[x, boxY - 2], [x, boxY - 20]]);
    insideArrow(pen, `in${column}`, [[x, lower - 3], [x, boxY + 36]]);
    slice("received", received, column, x, lower, comes);
    pen("rect", `box${column}`, { class: "copy", x: x - wide / 2, y: boxY, width: wide, height: 34, rx: 6 });
    const size = [12, 11, 10].find((each) => textWidth(inner, each) < wide - 2);
    const name = size ? inner : `${inner.slice(0, 3)}…`;
    insideText(pen, `name${column}`, name, x, boxY + 21, `s${size ?? 10} bold`, "middle");
    insideText(pen, `step${column}`, column + 1, x, lower + heights.received + 14, "s11", "middle", ordered);
  });
  // One wire from the one set of weights to every copy: without heads, so that it is not taken for a memory.
  const badge = { x: 2, width: narrow ? 62 : textWidth("one set of weights", 11) + 16 };
  const branches = taps.map((x) => `M${x},${rail}V${boxY + 34}`).join("");
  pen("path", "rail", { class: "rail", d: `M${badge.x + badge.width},${rail}H${taps.at(-1)}${branches}` });
  taps.forEach((x, index) => pen("circle", `tap${index}`, { class: "dot", cx: x, cy: rail, r: 2.5 }));
  pen("rect", "weights", { class: "weights", x: badge.x, y: rail - 16, width: badge.width, height: 32, rx: 6 });
  const middle = badge.x + badge.width / 2;
  (narrow ? ["one set of", "weights"] : ["one set of weights"]).forEach((line, index, lines) => {
    const at = rail + 4 + (index - (lines.length - 1) / 2) * 12;
    insideText(pen, `weights${index}`, line, middle, at, `${narrow ? "s10" : "s11"} bold on-ink`, "middle");
  });
  const side = (key, names, total, y, height) => {
    const text = narrow ? key : `${key}: ${insideRowsName(key === "received" ? received : returned, names, total)}`;
    insideText(pen, `side:${key}`, text, left - 2, y + height / 2 + 4, "s11 bold", "end", names);
  };
  side("returned", axis, size, top, heights.returned);
  side("received", comes, layer.input?.[0]?.at(-1), lower, heights.received);
  const y = lower + heights.received + 18;
  const name = columns < steps ? `${steps} ${ordered}` : ordered;
  insideText(pen, "axis", name, (xs[0] + xs.at(-1)) / 2, y + 11, "s11 bold", "middle", ordered);
  return {
    height: y + 16,
    legends: [
      { words: "received", range: ranges.received },
      { words: "returned", range: ranges.returned },
    ],
    words:
      `${steps} copies of one ${inner}, one for each step, all wired to one set of weights. ` +
      "Each copy turns the numbers of its own step, drawn below it, into those above it, and sees no other step.",
  };
}

// Many columns and one: pooling goes from the many to the one, repeating the other way.
function insideManyAndOne({ pen, layer, look, width, axis, size }) {
  const pools = look.kind === "pool";
  const [many, one] = pools ? [look.received, look.returned] : [look.returned, look.received];
  const columns = many[0].length;
  const side = 26;
  const gap = width < 560 ? 44 : 120;
  const room = width - INSIDE_LEFT - INSIDE_RIGHT - side - gap - 14;
  const left = pools ? INSIDE_LEFT : INSIDE_LEFT + side + gap;
  const { end, place } = insideEven(columns, left, room);
  const single = pools ? end + gap : INSIDE_LEFT;
  const range = insideRange(many, one);
  const rowHeight = insideHeight(many);
  const label = insideRowsName(many, axis, size);
  const y = 24;
  const word = pools ? look.verb : "repeats";
  const kept = (look.counts ?? []).filter(Boolean).length;
  const height = insideStrip(pen, "many", many, { place, y, rowHeight, range, words: insideStep(axis) });
  const onePlace = () => ({ x: single, width: side });
  insideStrip(pen, "one", one, { place: onePlace, y, rowHeight, range, words: () => `the one vector, ${insideUnit(axis)}` });
  insideRows(pen, "rows", label, axis, INSIDE_LEFT, y, height);
  const masked = insideMasked(pen, look.counts, columns, place, y, height);
  const [from, to] = pools ? [end + 6, single - 6] : [single + side + 6, left - 6];
  insideArrow(pen, "arrow", [[from, y + height / 2], [to, y + height / 2]], "strong");
  if (gap > 60) insideText(pen, "word", word, (from + to) / 2, y + height / 2 - 8, "s12 bold", "middle");
  const ordered = insideOrdered(pools ? layer : { axes_in: layer.axes_out });
  const all = (pools ? insideSize(layer, ordered) : layer.output[0][1]) ?? columns;
  insideText(pen, "manyName", count(all, ordered), left, 14, "s12 bold");
  insideText(pen, "oneName", "one", single + side / 2, 14, "s12 bold", "middle");
  const bottom = y + height + insideSteps(pen, "steps", columns, {
    place,
    y: y + height + 2,
    name: ordered,
    label: all > columns ? `${ordered}, the first ${columns}` : ordered,
  });
  return {
    height: bottom + 4,
    legends: [{ words: "a number", range }],
    notes: masked ? [{ swatch: "hatched", words: "hatched: masked, left out" }] : [],
    words: pools
      ? `A strip of ${columns} steps becomes one column: it ${word} over ${masked ? `the ${kept} that count` : "all"}.`
      : `One column becomes ${columns} equal ones, one for each step.`,
  };
}

function insideConcat({ pen, look, width, axis }) {
  const { parts } = look;
  const names = look.axis ?? axis;
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  const room = Math.min(760, width - 16);
  const gap = 10;
  const scale = (room - gap * (parts.length - 1)) / total;
  let x = 8;
  const spots = parts.map((part) => {
    const spot = { ...part, x, wide: part.size * scale };
    x += spot.wide + gap;
    return spot;
  });
  const colour = axisColour(names);
  const joinedWide = total * scale;
  const start = 8 + (room - joinedWide) / 2;
  let at = start;
  spots.forEach(({ name, size, x: from, wide }, index) => {
    const block = { class: "laid", height: 30, style: `fill:${colour};stroke:${colour}`, "data-part": index % 2 };
    pen("rect", `part${index}`, { ...block, x: from, y: 20, width: wide });
    const fits = textWidth(name, 12) < wide + gap;
    insideText(pen, `name${index}`, name, fits ? from + wide / 2 : from, 14, "s12 bold", fits ? "middle" : "start");
    insideText(pen, `size${index}`, size, from + wide / 2, 40, "s12", "middle");
    insideArrow(pen, `down${index}`, [[from + wide / 2, 53], [at + wide / 2, 73]]);
    pen("rect", `joined${index}`, { ...block, x: at, y: 77, width: wide });
    insideText(pen, `again${index}`, size, at + wide / 2, 97, "s12", "middle");
    at += wide;
  });
  const sum = `${parts.map((part) => part.size).join(" + ")} = ${count(total, names)}`;
  insideText(pen, "sum", sum, start + joinedWide / 2, 124, "s12 bold", "middle", names);
  const told = joined(parts.map(({ name, size }) => `${name} with ${size}`));
  return { height: 132, words: `The parts, ${told}, are laid side by side at every step: ${sum}.` };
}

// Which steps one step of a sliding window sees. Stride, spread and shift stand in the layer's equation, as in
// "x[2t + 4k − 8]"; of pooling, which has none, the stride shows in the sizes.
function insideTaps(layer) {
  const reach = layer?.reach ?? 1;
  const [came, went] = [layer?.input?.[0]?.[1] ?? 1, layer?.output?.[0]?.[1] ?? 1];
  const found = (layer?.equation ?? []).join(" ").match(/x\[(\d*)t \+ (\d*)k(?: − (\d+))?\]/);
  const guess = [null, Math.max(1, Math.round(came / went)), 1, went < came ? 0 : reach - 1];
  const [, stride, apart, back] = (found ?? guess).map((text) => Number(text || 0));
  const [far, wide] = [stride || 1, apart || 1];
  const taps = Math.floor((reach - 1) / wide) + 1;
  const anchor = (step) => far * (step - 1) + 1;
  const sees = (step) => Array.from({ length: taps }, (_, tap) => anchor(step) - back + tap * wide);
  return { reach, stride: far, back, count: taps, anchor, sees };
}

function insideLadder({ pen, layer, look, width }) {
  const { steps, padding } = look;
  const { reach, stride, back: before, anchor, sees } = insideTaps(layer);
  const after = padding === "same" ? reach - 1 - before : 0;
  const left = 8;
  const most = Math.floor((width - left - INSIDE_RIGHT) / 24);
  const shown = Math.max(Math.min(steps, most - before - after), Math.min(steps, reach));
  const { place } = insideEven(shown + before + after, left, width - left - INSIDE_RIGHT, 30);
  const spot = (step) => place(step - 1 + before);
  const outputs = Math.max(1, Math.floor((shown + before + after - reach) / stride) + 1);
  // An output that sees no padding is followed down to its steps.
  const all = Array.from({ length: outputs }, (_, index) => index + 1);
  const whole = all.filter((step) => sees(step).every((each) => each >= 1 && each <= shown));
  const chosen = whole[Math.floor((whole.length - 1) * 0.6)] ?? outputs;
  const seen = new Set(sees(chosen));
  const centre = (step) => spot(step).x + spot(step).width / 2;
  const [top, bottom, side] = [20, 96, 22];
  const square = (key, step, y, name, at = step) => {
    const { x, width: wide } = spot(at);
    pen("rect", key, { class: name, x: x + 1, y, width: wide - 2, height: side, rx: 3 });
    const pad = name === "pad";
    const [text, style] = pad ? ["0", "s10 quiet"] : [step, "s10"];
    if (wide > 17 || pad) insideText(pen, `${key}:n`, text, x + wide / 2, y + 15, style, "middle");
  };
  for (const step of all) {
    for (const each of sees(step)) {
      if (each < 1 - before || each > shown + after || step === chosen) continue;
      const d = `M${centre(each)},${bottom - 2}L${centre(anchor(step))},${top + side + 2}`;
      pen("path", `line${step}:${each}`, { class: "fan", d });
    }
  }
  for (const each of seen) {
    insideArrow(pen, `see${each}`, [[centre(each), bottom - 2], [centre(anchor(chosen)), top + side + 3]], "strong");
  }
  for (const step of all) square(`out${step}`, step, top, step === chosen ? "rung chosen" : "rung", anchor(step));
  for (let step = 1 - before; step <= shown + after; step++) {
    const pad = step < 1 || step > shown;
    square(`in${step}`, step, bottom, pad ? "pad" : seen.has(step) ? "rung seen" : "rung");
  }
  const more = shown < steps ? ` (the first ${shown} of ${steps})` : "";
  insideText(pen, "returns", "returned timesteps", spot(1).x, 12, "s11 bold", "start", "timesteps");
  insideText(pen, "receives", `received timesteps${more}`, left, bottom + side + 15, "s11 bold", "start", "timesteps");
  const went = layer.output?.[0]?.[1] ?? outputs;
  const padded = {
    causal: "padding causal: zeros before the start, and no step sees what comes after it",
    same: "padding same: zeros at both ends, so that every step is answered",
    valid: "padding valid: no zeros, only whole stretches",
  }[padding];
  const strides = stride > 1 ? `, in strides of ${stride}` : "";
  const how = `${padded ? `${padded}${strides}; ` : ""}${count(steps, "steps")} come in, ${went} go out`;
  const y = bottom + side + 20;
  const words = insideWords(pen, "how", how, left, y, width - left, { size: 11, className: "quiet" });
  const listed = [...seen].filter((step) => step >= 1);
  const sight = `step ${chosen} sees ${listed.length > 1 ? "steps" : "step"} ${joined(listed.map(String))}`;
  return {
    height: y + words,
    notes: [{ swatch: "seen", words: sight }],
    words: `A ladder from the received steps up to the returned ones: ${sight}; ${how}.`,
  };
}

function insideAttention({ pen, look, width }) {
  const { weights } = look;
  const columns = weights[0].length;
  const left = 52;
  const { width: wide, place } = insideEven(columns, left, Math.min(width - left - INSIDE_RIGHT, 420), 18);
  const side = place(0).width;
  // The shares of a young model are nearly equal: shaded from the smallest to the largest, their differences show.
  const [low, high] = [Math.min(...weights.flat()), Math.max(...weights.flat())];
  const scaled = (share) => 0.05 + (0.95 * (share - low)) / (high - low || 1);
  const top = 4;
  const height = weights.length * side;
  pen("rect", "ground", { class: "strip", x: left - 0.5, y: top - 0.5, width: wide, height });
  weights.forEach((row, query) =>
    row.forEach((share, column) => {
      const words = `step ${query + 1} takes ${insideNumber(100 * share, 1)} % from step ${column + 1}`;
      insideCell(pen, `${query}:${column}`, left + column * side, top + query * side, side, side, scaled(share), 1, words);
    }),
  );
  const stride = INSIDE_STRIDES.find((each) => each * side >= 14) ?? columns;
  weights.forEach((_, query) => {
    if (query && (query + 1) % stride) return;
    insideText(pen, `query${query}`, query + 1, left - 5, top + (query + 0.5) * side + 4, "s11", "end", "timesteps");
  });
  const middle = top + height / 2;
  const asks = insideText(pen, "asks", "asking step", 14, middle, "s11 bold", "middle", "timesteps");
  mark(asks, { transform: `rotate(-90 14 ${middle.toFixed(1)})` });
  const y = top + height + insideSteps(pen, "steps", columns, { place, y: top + height + 2, label: "looked-at step" });
  return {
    height: y + 4,
    legends: [{ words: "share of what a step takes", low, range: high }],
    words:
      `A matrix of shares: ${weights.length} asking steps down, ${columns} looked-at steps across, ` +
      `each from ${insideNumber(low)} to ${insideNumber(high)}.`,
  };
}
