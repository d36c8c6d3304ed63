// Frames -> Plotly figures. Every function returns { data, layout, words }: what is drawn, and the same in a sentence.

const MAX_COLUMNS = 150;
const MAX_OUTPUTS = 6;
const LEFT = 46;
const RIGHT = 10;
const BARE = { displayModeBar: false, doubleClick: false, showTips: false };

function colours(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = ["ink", "quiet", "line", "ground", "panel", "timesteps", "features", "outputs"];
  const own = names.concat(["timesteps-text", "features-text", "outputs-text"]);
  // A variable that refers to another one is resolved only when something wears it.
  const wearer = create("i", "", root);
  const worn = (name) => ((wearer.style.color = `var(--${name})`), getComputedStyle(wearer).color);
  const found = Object.fromEntries(own.map((name) => [name, worn(name)]));
  wearer.remove();
  return { ...found, font: read("st-font") || "sans-serif" };
}

function mix(colour, other, share) {
  const [one, two] = [colour, other].map((text) => text.match(/[\d.]+/g).map(Number));
  return `rgb(${[0, 1, 2].map((index) => Math.round(one[index] * (1 - share) + two[index] * share)).join(",")})`;
}

function short(value) {
  if (value == null || !Number.isFinite(value)) return "not a number";
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10000)) return value.toExponential(1);
  return Number(value.toPrecision(3)).toString();
}

// The last ticks leave the corner to the name of the axis, so that the name needs no line of its own.
function ticks(low, high, wanted, room = 0.84) {
  const rough = Math.max(1, (high - low) / wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough));
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= low + (high - low) * room; value += step) values.push(value);
  if (low === 1 && step > 1) return [1, ...values.filter((value) => value > 1 + 0.6 * step)];
  return values;
}

function logTicks([low, high]) {
  const factors = high - low < 2.2 ? [1, 2, 5] : [1];
  const step = Math.max(1, Math.ceil((high - low) / 6));
  const values = [];
  for (let power = Math.floor(low); power <= high; power += step) {
    for (const factor of factors) values.push(Number(`${factor}e${power}`));
  }
  return { tickvals: values, ticktext: values.map(short) };
}

function frameOf(panel, { x, y, words, xName, xColour, bottom = 20 }) {
  const { theme } = panel;
  const axis = {
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    showline: true,
    linecolor: theme.line,
    linewidth: 1.5,
    tickfont: { size: 11, color: theme.quiet },
    ticks: "",
  };
  return {
    words,
    layout: {
      margin: { l: LEFT, r: RIGHT, t: 8, b: bottom },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.font, size: 11, color: theme.quiet },
      showlegend: false,
      dragmode: false,
      hovermode: "closest",
      hoverlabel: { font: { family: theme.font, size: 12 } },
      uirevision: "same",
      xaxis: { ...axis, ...x },
      yaxis: { ...axis, nticks: 5, ...y },
      shapes: [],
      annotations: [
        {
          ...{ xref: "paper", yref: "paper", x: 1, y: 0, xanchor: "right", yanchor: "top", showarrow: false },
          ...{ text: xName, yshift: -2, borderpad: 0, font: { size: 11, color: xColour ?? theme.quiet } },
        },
      ],
    },
  };
}

function epochAxis(panel) {
  const epochs = Math.max(panel.info.epochs, lastEpoch(panel.frames), 1);
  return { range: [0.5, epochs + 0.5], tickvals: ticks(1, epochs, 6) };
}

function lossFigure(panel) {
  const { theme, info, frames, log } = panel;
  const list = frames.list;
  const values = list.flatMap((frame) => [frame.loss, frame.val_loss]).filter((value) => Number.isFinite(value));
  const floors = [...info.floors].sort((one, two) => two.value - one.value);
  const known = values.concat(floors.map((floor) => floor.value)).filter((value) => !log || value > 0);
  const high = Math.max(...known, log ? 1e-6 : 0.001);
  const low = Math.min(...known, high);
  const range = log ? [Math.log10(low) - 0.1, Math.log10(high) + 0.15] : [0, high * 1.14];
  const last = list.at(-1);
  const words = last
    ? `Loss by epoch. At epoch ${last.epoch}: training ${short(last.loss)}, held out ${short(last.val_loss)}.`
    : "Loss by epoch: nothing trained yet.";
  const floorsInWords = floors.map((floor) => ` Floor ${floor.name}: ${short(floor.value)}.`).join("");
  const figure = frameOf(panel, {
    x: epochAxis(panel),
    y: { type: log ? "log" : "linear", range, ...(log ? logTicks(range) : {}) },
    words: words + floorsInWords,
    xName: "epoch",
  });
  addFloors(panel, figure.layout, floors, range);
  if (panel.shown !== null) {
    const at = { x0: panel.shown, x1: panel.shown, yref: "paper", y0: 0, y1: 1 };
    figure.layout.shapes.push({ type: "line", ...at, line: { color: theme.ink, width: 1.5 } });
  }
  const epochs = list.map((frame) => frame.epoch);
  const curve = (name, key, colour, line) => ({
    name,
    x: epochs,
    y: list.map((frame) => frame[key]),
    mode: list.length > 1 ? "lines" : "markers",
    line: { color: colour, ...line },
    marker: { color: colour, size: 7 },
    hovertemplate: `${name} %{y:.4g}<br>epoch %{x}<extra></extra>`,
  });
  figure.data = [
    curve("training", "loss", theme.timesteps, { width: 2.2 }),
    curve("held out", "val_loss", theme.features, { width: 2.2, dash: "6px,3px" }),
  ];
  return figure;
}

function addFloors(panel, layout, floors, range) {
  const { theme, log } = panel;
  const height = Math.max(60, panel.charts.loss.clientHeight - 28);
  let above = Infinity;
  let crowd = 0;
  for (const floor of floors) {
    const y = log ? Math.log10(floor.value) : floor.value;
    const pixels = ((y - range[0]) / (range[1] - range[0])) * height;
    // A floor close under another has its name below its line, the next one further left: none is struck through.
    crowd = above - pixels < 17 ? crowd + 1 : 0;
    above = pixels;
    const spot = { x: crowd > 1 ? 0.55 : 1, xanchor: "right", y, yanchor: crowd % 2 ? "top" : "bottom" };
    const line = { color: theme.quiet, width: 1.2, dash: "5px,4px" };
    layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: floor.value, y1: floor.value, line });
    layout.annotations.push({
      ...spot,
      xref: "paper",
      text: `${escaped(floor.name)}: ${short(floor.value)}`,
      showarrow: false,
      borderpad: 1,
      font: { size: 11, color: theme.quiet, weight: 600 },
    });
  }
}

// Plotly reads a few tags in texts; a name is only ever a name.
function escaped(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

function shownFrame(panel) {
  const { list } = panel.frames;
  if (panel.shown === null) return list.at(-1);
  return list.find((frame) => frame.epoch >= panel.shown) ?? list.at(-1);
}

function valueRange(panel) {
  const { info } = panel;
  if (info.answer === "yes/no") return [-0.1, 1.1];
  const range = (panel.range ??= extent(info.targets.flat(2), [Infinity, -Infinity]));
  const frame = shownFrame(panel);
  // The axis only ever grows: a chart whose scale breathes cannot be compared with itself.
  if (frame) panel.range = extent(frame.outputs, range);
  const [low, high] = panel.range;
  if (!Number.isFinite(high - low)) return [-1, 1];
  const margin = Math.max(0.05, (high - low) * 0.1);
  return [low - margin, high + margin];
}

function extent(values, [low, high]) {
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function outputsFigure(panel) {
  return panel.info.answers === "once" ? onceFigure(panel) : stepsFigure(panel);
}

function stepsFigure(panel) {
  const { theme, info, sequence } = panel;
  const targets = info.targets[sequence] ?? [];
  const [steps, width] = [targets.length, Math.min(MAX_OUTPUTS, targets[0]?.length ?? 0)];
  const valid = info.lengths?.[sequence] ?? steps;
  const frame = shownFrame(panel);
  const at = frame ? `after epoch ${frame.epoch}` : "before training";
  const off = frame && info.targets[sequence] ? ` ${errorInWords(panel, frame)}` : " Only the target is drawn yet.";
  const figure = frameOf(panel, {
    x: { range: [0.6, Math.max(1, steps) + 0.4], tickvals: ticks(1, Math.max(1, steps), 10) },
    y: { range: valueRange(panel), ...(info.answer === "yes/no" ? { tickvals: [0, 1], ticktext: ["no", "yes"] } : {}) },
    words: `Output of every timestep of probe sequence ${sequence + 1} against its target, ${at}.${off}`,
    xName: "timestep",
    xColour: theme["timesteps-text"],
  });
  if (valid < steps) {
    const area = { type: "rect", xref: "x", yref: "paper", x0: valid + 0.5, x1: steps + 0.4, y0: 0, y1: 1 };
    figure.layout.shapes.push({ ...area, fillcolor: theme.panel, line: { width: 0 }, layer: "below" });
    const spot = { x: valid + 0.6, xanchor: "left", yref: "paper", y: 1, yanchor: "top", showarrow: false };
    figure.layout.annotations.push({ ...spot, text: "padding", font: { size: 11, color: theme.quiet } });
  }
  const x = Array.from({ length: steps }, (_, step) => step + 1);
  const shades = Array.from({ length: width }, (_, index) => mix(theme.outputs, theme.ground, (0.6 * index) / width));
  const name = (kind, index) => (width > 1 ? `${kind} ${index + 1}` : kind);
  figure.data = shades.map((shade, output) => ({
    x,
    y: targets.map((row) => row[output]),
    mode: "lines",
    line: { color: width > 1 ? shade : theme.ink, width: 1.4, dash: "4px,3px" },
    hovertemplate: `${name("target", output)} %{y:.3g}<br>timestep %{x}<extra></extra>`,
  }));
  for (const [output, shade] of shades.entries()) {
    figure.data.push({
      x: frame ? x : [],
      y: frame ? x.map((_, step) => outputAt(frame, info, sequence, step, output)) : [],
      mode: steps > 60 ? "lines" : "lines+markers",
      line: { color: shade, width: 2.4 },
      marker: { color: shade, size: width > 1 ? 4 : 6 },
      hovertemplate: `${name("output", output)} %{y:.3g}<br>timestep %{x}<extra></extra>`,
    });
  }
  return figure;
}

function onceFigure(panel) {
  const { theme, info } = panel;
  const [count, width] = [info.targets.length, Math.min(MAX_OUTPUTS, info.targets[0]?.[0]?.length ?? 0)];
  const frame = shownFrame(panel);
  const at = frame ? `after epoch ${frame.epoch}. ${errorInWords(panel, frame)}` : "before training: only targets yet.";
  const figure = frameOf(panel, {
    x: { range: [0.5, Math.max(1, count) + 0.5], tickvals: ticks(1, Math.max(1, count), 12) },
    y: { range: valueRange(panel), ...(info.answer === "yes/no" ? { tickvals: [0, 1], ticktext: ["no", "yes"] } : {}) },
    words: `Answer of every probe sequence against its target, ${at}`,
    xName: "sequence",
  });
  const pairs = { target: { x: [], y: [] }, output: { x: [], y: [] }, between: { x: [], y: [] } };
  info.targets.forEach(([row], sequence) => {
    for (let output = 0; output < width; output++) {
      const x = sequence + 1 + (width > 1 ? (output / (width - 1) - 0.5) * 0.5 : 0);
      pairs.target.x.push(x);
      pairs.target.y.push(row[output]);
      if (!frame) continue;
      const answer = outputAt(frame, info, sequence, 0, output);
      pairs.output.x.push(x);
      pairs.output.y.push(answer);
      pairs.between.x.push(x, x, null);
      pairs.between.y.push(row[output], answer, null);
    }
  });
  const open = { color: theme.ink, symbol: "diamond-open", size: 11, line: { width: 1.6 } };
  figure.data = [
    { ...pairs.between, mode: "lines", line: { color: theme.outputs, width: 1.5 }, hoverinfo: "skip" },
    { ...pairs.target, mode: "markers", marker: open, hovertemplate: "target %{y:.3g}<extra></extra>" },
    {
      ...pairs.output,
      ...{ mode: "markers", marker: { color: theme.outputs, size: 8 } },
      hovertemplate: "output %{y:.3g}<extra></extra>",
    },
  ];
  return figure;
}

function errorInWords(panel, frame) {
  const valid = [...frame.error].filter(Number.isFinite);
  if (!valid.length) return "";
  const mean = valid.reduce((sum, value) => sum + value, 0) / valid.length;
  return `The mean error of the probe is ${short(mean)}.`;
}

function errorFigure(panel) {
  const { theme, info, frames } = panel;
  const once = info.answers === "once";
  const rows = once ? info.targets.length : (info.targets[0]?.length ?? 0);
  const name = once ? "sequence" : "timestep";
  const bin = Math.max(1, Math.ceil(frames.list.length / MAX_COLUMNS));
  const columns = Math.ceil(frames.list.length / bin);
  const z = Array.from({ length: rows }, () => new Array(columns));
  for (let column = 0; column < columns; column++) {
    const chunk = frames.list.slice(column * bin, (column + 1) * bin);
    for (let row = 0; row < rows; row++) {
      const mean = chunk.reduce((sum, frame) => sum + frame.error[row], 0) / chunk.length;
      z[row][column] = Number.isFinite(mean) ? mean : null;
    }
  }
  const last = frames.list.at(-1);
  const worst = last ? [...last.error].reduce((best, value, row, all) => (value > all[best] ? row : best), 0) : 0;
  const figure = frameOf(panel, {
    x: epochAxis(panel),
    y: { range: [rows + 0.5, 0.5], tickvals: [1, Math.max(1, rows)].concat(rows > 9 ? [Math.round(rows / 2)] : []) },
    words: last
      ? `Mean absolute error by epoch and ${name}. At epoch ${last.epoch} it is largest at ${name} ${worst + 1}, ` +
        `${short(last.error[worst])}.`
      : `Mean absolute error by epoch and ${name}: nothing trained yet.`,
    xName: "epoch",
  });
  figure.layout.annotations.push({
    ...{ xref: "paper", x: 0, xshift: -39, yref: "paper", y: 0.5, textangle: -90, showarrow: false },
    ...{ text: name, font: { size: 11, color: once ? theme.quiet : theme["timesteps-text"], weight: 600 } },
  });
  if (panel.shown !== null) {
    const at = { x0: panel.shown, x1: panel.shown, yref: "paper", y0: 0, y1: 1 };
    figure.layout.shapes.push({ type: "line", ...at, line: { color: theme.ink, width: 1.5 } });
  }
  figure.data = [
    {
      ...{ type: "heatmap", z, x0: (firstEpoch(frames) ?? 1) + (bin - 1) / 2, dx: bin, y0: 1, dy: 1 },
      ...{ zmin: 0, zmax: frames.worst || 1, showscale: false },
      colorscale: [
        [0, mix(theme.outputs, theme.ground, 0.97)],
        [1, theme.outputs],
      ],
      hovertemplate: `error %{z:.3g}<br>epoch %{x}, ${name} %{y}<extra></extra>`,
    },
  ];
  return figure;
}

function firstEpoch(frames) {
  return frames.list[0]?.epoch;
}
