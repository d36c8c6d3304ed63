// The cells of the unrolled chain, where they stand, and the wires between them: along the steps, and up from row to row.

const UNROLLED_BAR = 9;
const UNROLLED_BOX = 30;
const UNROLLED_TRACK = 24;

// The middles of the columns; an ellipsis takes less room than a step.
function unrolledGrid(columns, left, room, narrow) {
  const shares = columns.map((step) => (step === null ? (narrow ? 0.5 : 0.62) : 1));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const [before, after] = narrow ? [22, 14] : [30, 22];
  const pitch = Math.min(136, (room - before - after) / total);
  let x = left + before + Math.max(0, (room - before - after - pitch * total) / 2);
  const middles = shares.map((share) => {
    x += pitch * share;
    return x - (pitch * share) / 2;
  });
  const places = columns.map((step, index) => ({ step, x: middles[index] }));
  const cell = Math.min(84, pitch * (narrow ? 0.74 : 0.66));
  const gap = places.find(({ step }) => step === null)?.x;
  return { places, cell, gap, middle: (middles[0] + middles.at(-1)) / 2 };
}

// The step that a row has at a place: the first ones from its start, the last ones from its end, which may differ.
function unrolledStep(row, step, steps) {
  if (step <= steps / 2 || row.steps === steps) return step <= row.steps ? step : null;
  const own = row.steps - (steps - step);
  return own > steps / 2 || own > 3 ? own : null;
}

// Rows from the answer at the top down to the input; returns the height of the whole.
function unrolledPlace(rows, heights, grid, axis) {
  let y = 22;
  for (const row of [...rows].reverse()) {
    const below = { pool: 62, repeat: 54, all: 70, window: 62, "both last": 36 }[row.flow] ?? 36;
    const passed = (other) => other.reads.some((name) => rows.find((each) => each.name === name).index < row.index);
    const skips = rows.some((other) => other.index > row.index && passed(other));
    const tracks = row.flow.startsWith("both") ? 2 * UNROLLED_TRACK + 18 : UNROLLED_BOX;
    const grids = axis === "windows" ? 21 : 7;
    const box = row.flow === "input" ? grids : unrolledRecurrent(row, axis) && grid.cell > 70 ? 48 : tracks;
    row.band = y;
    row.top = y;
    row.height = UNROLLED_BAR + box + (row.flow === "both last" ? 24 : 0);
    row.bottom = row.top + row.height;
    const wires = row.flow === "input" ? 0 : below + (skips ? 8 : 0);
    const needs = Math.max(row.height + wires, heights[row.index] + 14);
    // A head that is taller than its cells pushes the next row down; the cells stand beside its middle.
    row.top += Math.max(0, Math.min(needs - row.height - below, (heights[row.index] - row.height) / 2));
    row.bottom = row.top + row.height;
    y += needs;
  }
  return y + 28;
}

function unrolledCells({ pen, rows, grid, axis, steps, values }) {
  const outs = new Map();
  const drawing = { pen, grid, axis, steps, values, outs };
  for (const row of rows) {
    const cellAt = ({ step, x }) => ({ x, gap: step === null, step: step && unrolledStep(row, step, steps) });
    row.cells = row.celled ? grid.places.map(cellAt) : [];
    const read = rows.find((each) => each.name === row.reads[0]);
    // One vector stands above what it was made from: above the last step, or in the middle of all.
    row.single = row.flow === "both last" || !read || read.timed ? grid.middle : (outs.get(read.name)?.x ?? grid.middle);
    const last = row.cells.findLast(({ step }) => step !== null);
    outs.set(row.name, { y: row.top, x: row.flow === "last" ? last.x : row.single, timed: row.timed });
  }
  for (const row of rows) {
    row.reads.forEach((name, index) => unrolledWires(drawing, row, rows.find((each) => each.name === name), index));
  }
  const read = new Set(rows.flatMap((row) => row.reads));
  for (const row of rows) unrolledRow(drawing, row, !read.has(row.name));
  const y = Math.max(...rows.map((row) => row.bottom)) + 14;
  for (const { step, x } of grid.places.filter((place) => place.step !== null)) {
    insideText(pen, `step${step}`, step, x, y, "s11 bold", "middle", axis);
  }
  insideText(pen, "axis", axis, grid.middle, y + 16, "s11 bold", "middle", axis);
}

// ------------------------------------------------------------------------------------------------ from row to row

function unrolledWires({ pen, grid, outs }, row, from, index) {
  const out = outs.get(from.name);
  const key = `${from.name}>${row.name}`;
  const aside = row.reads.length > 1 ? (index - (row.reads.length - 1) / 2) * Math.min(22, grid.cell / 2) : 0;
  const bottom = row.bottom + 2;
  const given = from.cells.filter(({ step }) => step !== null);
  const taken = row.cells.filter(({ step }) => step !== null);
  const fan = (name, x1, x2) => {
    pen("path", name, { class: "fan", d: `M${x1.toFixed(1)},${out.y - 2}L${x2.toFixed(1)},${bottom}` });
  };
  const more = grid.gap === undefined ? [] : [{ step: null, x: grid.gap }];
  if (!row.celled && out.timed) {
    for (const { step, x } of more) fan(`${key}:${step}`, x, row.single);
    for (const { step, x } of given) insideArrow(pen, `${key}:${step}`, [[x, out.y - 2], [row.single, bottom]]);
    return;
  }
  if (row.celled && !out.timed) {
    for (const { step, x } of taken) insideArrow(pen, `${key}:${step}`, [[out.x, out.y - 2], [x, bottom]]);
    for (const { x } of more) fan(`${key}:more`, out.x, x);
    return;
  }
  if (row.flow === "all") {
    for (const { step, x } of taken) {
      for (const other of [...given, ...more]) fan(`${key}:${step}:${other.step}`, other.x, x);
      insideArrow(pen, `${key}:${step}`, [[x, out.y - 2], [x, bottom]]);
    }
    return;
  }
  if (row.flow === "window") {
    const { sees } = insideTaps(row.layer);
    for (const { step, x } of taken) {
      let hidden = false;
      for (const seen of sees(step)) {
        const source = given.find((each) => each.step === seen);
        if (source) insideArrow(pen, `${key}:${step}:${seen}`, [[source.x, out.y - 2], [x, bottom]]);
        else hidden ||= seen >= 1 && seen <= from.steps;
      }
      if (hidden && more.length) fan(`${key}:${step}:more`, grid.gap, x);
    }
    return;
  }
  const ups = row.celled ? taken.map(({ x }) => [x, x]) : [[out.x, row.single]];
  for (const [x1, x2] of ups) unrolledUp(pen, `${key}:${x1}`, grid, row, from, [x1, out.y - 2], [x2 + aside, bottom]);
}

// Straight up, or past the cells of the rows between, which the wire does not enter.
function unrolledUp(pen, key, grid, row, from, [x1, y1], [x2, y2]) {
  if (row.index === from.index + 1) {
    const corners = Math.abs(x1 - x2) < 1 ? [[x1, y1], [x2, y2]] : [[x1, y1], [x1, y1 - 10], [x2, y1 - 10], [x2, y2]];
    return insideArrow(pen, key, corners);
  }
  const past = x1 - grid.cell / 2 - 6;
  insideArrow(pen, key, [[x1, y1], [x1, y1 - 7], [past, y1 - 7], [past, y2 + 11], [x2, y2 + 11], [x2, y2]], "past");
}

// ------------------------------------------------------------------------------------------------ one row

function unrolledRow(drawing, row, answers) {
  const { pen, grid, axis, outs } = drawing;
  const box = row.top + UNROLLED_BAR;
  const one = outs.get(row.name);
  const told = row.cells.filter(({ step, x }) => step !== null && (row.timed || x === one.x));
  if (row.flow === "input") {
    for (const { step, x } of row.timed ? told : [{ step: 1, x: one.x }]) {
      unrolledVector(drawing, `${row.name}:${step}`, row, step, x, row.top, grid.cell, row.height);
    }
  } else if (row.flow.startsWith("both")) unrolledBothWays(drawing, row);
  else if (!row.celled) {
    const wide = Math.min(200, Math.max(grid.cell, textWidth(unrolledName(row), 12) + 20));
    unrolledBox(drawing, `${row.name}:one`, row, one.x, box, wide, row.bottom - box);
    unrolledVector(drawing, `${row.name}:one`, row, 1, one.x, row.top, grid.cell);
  } else {
    const memory = row.flow === "along" || row.flow === "last";
    if (memory) unrolledAlong(drawing, row, row.name, 0, (box + row.bottom) / 2, grid.cell, false);
    for (const { step, x } of row.cells) {
      if (step !== null) unrolledBox(drawing, `${row.name}:${step}`, row, x, box, grid.cell, row.bottom - box);
    }
    for (const { step, x } of told) {
      unrolledVector(drawing, `${row.name}:${step}`, row, row.timed ? step : 1, x, row.top, grid.cell);
    }
  }
  // Where fewer steps go out than come in, a cell's own number differs from that of the step below it.
  row.cells.forEach(({ step, x, gap }, index) => {
    if (gap || step === null || step === grid.places[index].step) return;
    insideText(pen, `${row.name}:own${step}`, step, x + grid.cell / 2 + 4, row.top + 8, "s10 bold", "start", axis);
  });
  const middle = row.flow === "input" ? row.top + row.height / 2 : (box + row.bottom) / 2;
  const gaps = row.flow.startsWith("both") ? [] : row.cells.filter(({ gap }) => gap);
  for (const { x } of gaps) unrolledGap(pen, row.name, x, middle);
  if (!answers) return;
  for (const { x, step } of row.timed ? told : [{ x: one.x, step: 1 }]) {
    insideArrow(pen, `${row.name}:${step}:answer`, [[x, row.top - 2], [x, row.top - 15]]);
  }
}

function unrolledGap(pen, key, x, y) {
  insideText(pen, `${key}:gap`, "⋯", x, y + 5, "s13 quiet", "middle");
}

const unrolledName = (row) => row.layer?.wraps ?? row.layer?.type ?? row.name;

// What is written in a cell: the most that fits.
function unrolledWords(row, axis, width, height) {
  const name = unrolledName(row);
  const steps = unrolledRecurrent(row, axis);
  const inner = steps ? [[`${name} over`, `${count(steps, "steps")},`, "from zero"], [name, "from 0"]] : [];
  const parts = name.split(/(?<=[a-z])(?=[A-Z])/);
  const two = parts.length > 2 ? [parts.slice(0, -1).join(""), parts.at(-1)] : parts;
  const ways = [...inner, [name], two, parts].flatMap((lines) => [12, 11, 10].map((size) => ({ lines, size })));
  const wide = ({ lines, size }) => Math.max(...lines.map((line) => textWidth(line, size)));
  const fits = (way) => way.lines.length * way.size * 1.2 < height && wide(way) < width - 2;
  return ways.find(fits) ?? { lines: [], size: 10 };
}

function unrolledBox({ pen, axis }, key, row, x, y, width, height, strong = false) {
  const colour = axisColour(row.axis);
  const rect = pen("rect", `${key}:box`, {
    class: strong ? "unrolled-cell strong" : "unrolled-cell",
    x: x - width / 2,
    y,
    width,
    height,
    rx: 6,
    style: `fill:color-mix(in srgb, ${colour} 15%, var(--ground));stroke:${colour}`,
    "data-layer": row.name,
  });
  say(rect.firstElementChild ?? createSvg("title", "", rect), sentence(`${row.name}: ${row.says}`));
  const { lines, size } = unrolledWords(row, axis, width, height);
  lines.forEach((line, index) => {
    const middle = y + height / 2 + size * 0.36 + (index - (lines.length - 1) / 2) * size * 1.15;
    insideText(pen, `${key}:words${index}`, line, x, middle, `s${size} bold`, "middle");
  });
}

// What goes up from a cell, as a bar of its numbers: of many only some, evenly picked.
function unrolledVector({ pen, values, axis }, key, row, step, x, y, width, height = UNROLLED_BAR - 2) {
  const colour = axisColour(row.axis);
  const grid = values[row.name] ?? [];
  const columns = grid[0]?.length ?? 0;
  const windows = axis === "windows" && row.flow === "input" && columns > row.steps;
  const at = row.steps > 1 && columns > 1 ? Math.round(((step - 1) / (row.steps - 1)) * (columns - 1)) : 0;
  // A window is a small grid of its own: its steps from left to right, its features below each other.
  const from = (window) => Math.floor(((window - 1) * columns) / row.steps);
  const picked = windows
    ? grid.map((line) => line.slice(from(step), from(step + 1)))
    : [unrolledPick(grid.map((line) => line[at]), 8)];
  const [left, wide, high] = [x - width / 2, width / Math.max(1, picked[0].length), height / picked.length];
  const frame = { x: left, y, width, height, style: `stroke:${colour}` };
  pen("rect", `${key}:vector`, { class: "unrolled-vector", ...frame });
  picked.forEach((line, down) =>
    line.forEach((value, across) => {
      const spot = { x: left + across * wide, y: y + down * high, width: wide, height: high };
      const style = `fill:${colour};fill-opacity:${(0.08 + (0.9 * value) / 255).toFixed(2)}`;
      pen("rect", `${key}:number${down}:${across}`, { class: "unrolled-number", ...spot, style });
    }),
  );
}

function unrolledPick(numbers, most) {
  if (numbers.length <= most) return numbers;
  return Array.from({ length: most }, (_, index) => numbers[Math.round((index * (numbers.length - 1)) / (most - 1))]);
}

// A memory from cell to cell, from zero on; the backward one starts behind the last step.
function unrolledAlong({ pen }, row, name, shift, y, width, backwards) {
  const spots = row.cells.filter(({ step, gap }) => gap || step !== null);
  const ordered = backwards ? [...spots].reverse() : spots;
  const way = backwards ? -1 : 1;
  const half = ({ gap }) => (gap ? 9 : width / 2);
  const first = ordered[0].x + shift - way * half(ordered[0]);
  const key = `${name}:${backwards ? "back" : "on"}`;
  insideZero(pen, key, first - way * 17, y, 6);
  insideArrow(pen, `${key}:start`, [[first - way * 11, y], [first - way * 1.5, y]], "memory");
  ordered.slice(1).forEach((spot, index) => {
    const before = ordered[index];
    const [from, to] = [before.x + shift + way * (half(before) + 1), spot.x + shift - way * (half(spot) + 1.5)];
    insideArrow(pen, `${key}:${index}`, [[from, y], [to, y]], "memory");
    if (index === 0 && Math.abs(to - from) > 24) {
      insideText(pen, `${key}:h`, "h", (from + to) / 2, y - 5, "s11 unrolled-h", "middle");
    }
  });
}

// Two tracks, one for each way. The cells stand a little aside, so that what goes in and out passes the other track.
function unrolledBothWays(drawing, row) {
  const { pen, grid, outs } = drawing;
  const last = row.flow === "both last";
  const [width, aside] = [grid.cell * 0.78, grid.cell * 0.11];
  const forward = row.bottom - 2 * UNROLLED_TRACK - 10;
  const backward = row.bottom - UNROLLED_TRACK;
  unrolledAlong(drawing, row, row.name, -aside, forward + UNROLLED_TRACK / 2, width, false);
  unrolledAlong(drawing, row, row.name, aside, backward + UNROLLED_TRACK / 2, width, true);
  const cells = row.cells.filter(({ step }) => step !== null);
  const bar = row.top + UNROLLED_BAR - 1;
  for (const { x, step } of cells) {
    const key = `${row.name}:${step}`;
    const [ends, starts] = [x === cells.at(-1).x, x === cells[0].x];
    const [left, right] = [x - grid.cell * 0.43, x + grid.cell * 0.46];
    insideArrow(pen, `${key}:in`, [[x, row.bottom + 8], [left, row.bottom + 8], [left, forward + UNROLLED_TRACK + 1.5]]);
    const one = outs.get(row.name).x;
    if (!last || ends) {
      const top = last ? [[x - aside, forward - 10], [one + 12, forward - 10], [one + 12, bar]] : [[x - aside, bar]];
      insideArrow(pen, `${key}:forward`, [[x - aside, forward - 1], ...top], last ? "strong" : "");
    }
    if (!last || starts) {
      const top = last ? [[right, forward - 10], [one - 12, forward - 10], [one - 12, bar]] : [[right, bar]];
      insideArrow(pen, `${key}:backward`, [[right, backward + 8], ...top], last ? "strong" : "");
    }
    unrolledBox(drawing, `${key}:on`, row, x - aside, forward, width, UNROLLED_TRACK, last && ends);
    unrolledBox(drawing, `${key}:back`, row, x + aside, backward, width, UNROLLED_TRACK, last && starts);
    if (!last) unrolledVector(drawing, key, row, step, x, row.top, grid.cell);
  }
  if (last) unrolledVector(drawing, `${row.name}:one`, row, 1, outs.get(row.name).x, row.top, grid.cell);
  for (const { x } of row.cells.filter(({ gap }) => gap)) {
    unrolledGap(pen, `${row.name}:on`, x - aside, forward + UNROLLED_TRACK / 2);
    unrolledGap(pen, `${row.name}:back`, x + aside, backward + UNROLLED_TRACK / 2);
  }
}
