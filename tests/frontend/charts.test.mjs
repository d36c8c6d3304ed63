import assert from "node:assert/strict";
import { test } from "node:test";

import { classesFigure } from "../../assets/live/classes.js";
import { errorFigure } from "../../assets/live/error.js";
import { newFilm } from "../../assets/live/film.js";
import { shownFrame } from "../../assets/live/frames.js";
import { lossFigure, lossRange } from "../../assets/live/loss.js";
import { outputsFigure, valueRange } from "../../assets/live/outputs.js";
import { countTicks, duration, extent, logTicks, roundUp, short, valueTicks } from "../../assets/live/ticks.js";

const SIZE = { width: 480, height: 126 };

function panel(epochs, more = {}) {
  const list = Array.from({ length: epochs }, (_, index) => ({
    epoch: index + 1,
    loss: 1 / (index + 1),
    val_loss: 2 / (index + 1),
    outputs: Float32Array.from([0.5, 1, 1.5, 2]),
    error: Float32Array.from([0.25, 0.5 + index]),
  }));
  const targets = [[[0], [1]], [[2], [3]]];
  const words = { key: "", title: "GRU", task: "echo", loss: "mse", settings: {}, answers: "every step", answer: "number" };
  const info = { ...words, epochs: 20, baselines: [], targets, lengths: [2, 1] };
  const film = { ...newFilm(), shown: more.shown ?? epochs };
  const ends = list.length ? { low: 0.5, high: 2 } : { low: Infinity, high: -Infinity };
  const kept = { run: "now", sequence: 0, film, log: false, earlier: { runs: [] } };
  return { ...kept, info, frames: { list, worst: epochs, ...ends }, ...more };
}
const find = (figure, key) => figure.marks.find((mark) => mark.key === key);
const all = (figure, start) => figure.marks.filter((mark) => mark.key.startsWith(start));
const pointsOf = (d) => d.split(/[ML]/).slice(1).map((pair) => pair.split(" ").map(Number));

test("ticks stand at both ends and never closer than there is room", () => {
  for (const [low, high, length, room] of [[1, 20, 352, 30], [0, 60, 408, 44], [0, 500, 300, 44], [1, 7, 90, 30], [1, 200, 352, 30]]) {
    const found = countTicks(low, high, length, room);
    const pixels = length / (high - low);
    assert.deepEqual([found[0], found.at(-1)], [low, high]);
    assert.ok(found.every(Number.isInteger));
    assert.ok(found.slice(1).every((value, index) => (value - found[index]) * pixels >= room - 1e-9), String(found));
  }
  assert.deepEqual(countTicks(1, 20, 352, 30), [1, 5, 10, 15, 20]);
  assert.deepEqual(countTicks(0, 60, 408, 44), [0, 10, 20, 30, 40, 50, 60]);
  assert.deepEqual(countTicks(1, 8, 352, 30), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(countTicks(0, 3, 352, 44), [0, 1, 2, 3]);
  assert.deepEqual(countTicks(1, 1, 352, 30), [1]);
});

test("a logarithmic axis has a tick at each power, and more where there are few", () => {
  assert.deepEqual(logTicks([-1, 0]).map(({ at }) => at), [0.1, 0.2, 0.5, 1]);
  assert.deepEqual(logTicks([-4, 0]).map(({ text }) => text), ["1.0e-4", "0.001", "0.01", "0.1", "1"]);
  assert.deepEqual(valueTicks([-1.1, 1.2], 4).map(({ text }) => text), ["−1", "0", "1"]);
  assert.deepEqual(valueTicks([0, 0.4], 4).map(({ at }) => at), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual([0.283 * 1.3, 1, 0.0012, 99].map(roundUp), [0.4, 1, 0.0015, 100]);
});

test("numbers are written in three digits, and what is none is said to be none", () => {
  const written = [0, 0.12345, 1234.5, 12345, 0.00012, -0.5, NaN, null, Infinity].map(short);
  assert.deepEqual(written.slice(0, 6), ["0", "0.123", "1230", "1.2e+4", "1.2e-4", "-0.5"]);
  assert.deepEqual(new Set(written.slice(6)), new Set(["not a number"]));
  assert.deepEqual([0.2, 89, 90, 5399, 5400].map(duration), ["1 s", "89 s", "2 min", "90 min", "1.5 h"]);
  assert.deepEqual(extent([NaN, 3, -1, Infinity], [0, 0]), [-1, 3]);
});

test("the loss is drawn and told from the frames that are there, up to the epoch that is shown", () => {
  const none = lossFigure(panel(0), SIZE);
  assert.equal(none.words, "Loss by epoch: not trained yet.");
  assert.equal(none.points, 0);
  const some = lossFigure(panel(4, { shown: 2 }), SIZE);
  assert.equal(some.words, "Loss by epoch. At epoch 2: training 0.5, validation 1.");
  for (const key of ["training", "validation"]) assert.equal(pointsOf(find(some, key).at.d).length, 4);
  const [, second, third] = pointsOf(find(some, "training").at.d);
  assert.equal(find(some, "shown").at.x1, second[0]);
  assert.deepEqual([find(some, "now").at.cx, find(some, "now").at.cy], second);
  const { x, y, width, height } = find(some, "veil").at;
  assert.ok(x > second[0] && x < third[0] && x + width > 460);
  // A line of 2 px on the axis lies below the plot by half.
  assert.ok(y + height >= some.plot.bottom + 2);
  assert.equal(lossFigure(panel(4, { shown: 0 }), SIZE).words, "Loss by epoch. Epoch 0 is shown; epoch 4 is trained.");
});

test("loss and error have every epoch at the same place", () => {
  const [loss, error] = [lossFigure, errorFigure].map((figure) => figure(panel(9, { shown: 5 }), SIZE));
  assert.equal(find(loss, "shown").at.x1, find(error, "shown").at.x1);
  assert.equal(find(loss, "veil").at.x, find(error, "veil").at.x);
});

test("the axis of losses stays within a run, and between runs of a task", () => {
  const baselines = [{ name: "none", value: 0.283 }];
  const at = (losses, more = {}) => {
    const given = panel(losses.length, more);
    losses.forEach((loss, index) => Object.assign(given.frames.list[index], { loss, val_loss: loss }));
    given.info.baselines = baselines;
    return lossRange(given, more.before ?? []);
  };
  for (const losses of [[], [0.37], [0.37, 0.1, 0.001], [0.2]]) assert.deepEqual(at(losses), [0, 0.4]);
  assert.deepEqual(at([0.55]), [0, 0.6]);
  const before = [{ losses: Float32Array.from([0.5, 90]) }];
  assert.deepEqual(at([0.3], { before }), [0, 0.8]);
  const log = [[0.3], [0.3, 0.11], [0.3, 0.02], [0.3, 0.001]].map((losses) => at(losses, { log: true }));
  assert.deepEqual(log.map(([low]) => low), [-2, -2, -2, -3]);
});

test("the names of baselines lie on no other name and on no curve", () => {
  const baselines = [0.5, 0.49, 0.1].map((value) => ({ name: `<b>${value}`, value }));
  const given = panel(20, { info: { ...panel(2).info, baselines } });
  const figure = lossFigure(given, SIZE);
  const names = all(figure, "n").filter((mark) => mark.tag === "text");
  assert.equal(names.length, 3);
  const boxes = names.map(({ at, text }) => ({ right: at.x, left: at.x - 6 * text.length, top: at.y - 11, bottom: at.y + 3 }));
  for (const [index, one] of boxes.entries()) {
    for (const two of boxes.slice(index + 1)) {
      assert.ok(one.right <= two.left || two.right <= one.left || one.bottom <= two.top || two.bottom <= one.top);
    }
  }
  assert.match(figure.words, / Baseline <b>0\.5: 0\.5\./);
});

test("the run before stays as a line with its name, in the chart of its task alone", () => {
  const before = { run: "old", title: "Dense", task: "echo", loss: "mse", settings: {}, pinned: false };
  const runs = [{ ...before, losses: Float32Array.from([0.3, 0.28]) }];
  const figure = lossFigure(panel(3, { earlier: { runs } }), SIZE);
  assert.equal(pointsOf(find(figure, "earlier0").at.d).length, 2);
  assert.deepEqual(figure.buttons.map(({ text, run }) => [text, run]), [["previous run: Dense 0.28", "old"]]);
  assert.deepEqual(figure.read(find(figure, "training").at.d.match(/L([\d.]+)/)[1], 50).lines.at(-1), "Dense: 0.28");
  const refused = lossFigure(panel(3, { earlier: { runs, refused: "old" } }), SIZE);
  for (const words of [refused.buttons[0].text, refused.words]) assert.match(words, /Three lines are pinned/);
  const other = lossFigure(panel(3, { earlier: { runs: [{ ...runs[0], task: "noise" }] } }), SIZE);
  assert.equal(find(other, "earlier0"), undefined);
});

test("a run before that is longer than the axis ends with it, and its name lies on no curve", () => {
  const losses = Float32Array.from({ length: 300 }, (_, epoch) => 1 / (epoch + 1));
  const runs = [{ run: "old", title: "Dense", task: "echo", loss: "mse", settings: {}, pinned: true, losses }];
  const figure = lossFigure(panel(20, { earlier: { runs } }), SIZE);
  const old = pointsOf(find(figure, "earlier0").at.d);
  assert.ok(old.length > 10 && old.every(([x]) => x <= figure.plot.right));
  const [{ left, top, width }] = figure.buttons;
  const [right, bottom] = [left + width, top + 15];
  for (const key of ["training", "validation", "earlier0"]) {
    for (const [x, y] of pointsOf(find(figure, key).at.d)) assert.ok(x <= left || x >= right || y <= top || y >= bottom, `${key} ${x}`);
  }
});

test("the nearest epoch is read anywhere in the plot", () => {
  const figure = lossFigure(panel(20), SIZE);
  const [x] = pointsOf(find(figure, "training").at.d)[6];
  for (const off of [-8, 0, 8]) assert.equal(figure.read(x + off, 5).title, "epoch 7");
  assert.deepEqual(figure.read(x, 5).lines, ["training 0.143", "validation 0.286"]);
  assert.equal(lossFigure(panel(0), SIZE).read(100, 5), null);
  const outputs = outputsFigure(panel(3), SIZE);
  assert.deepEqual(outputs.read(outputs.plot.left, 0).lines, ["output: 0.5", "target: 0"]);
  assert.equal(outputs.read(9999, 0).title, "timestep 2");
});

test("outputs stand over their targets, and padding is shown as such", () => {
  const before = outputsFigure(panel(3, { shown: 0 }), SIZE);
  assert.match(before.words, /before training\. Only the target is drawn\.$/);
  assert.equal(find(before, "line0"), undefined);
  const figure = outputsFigure(panel(3, { sequence: 1 }), SIZE);
  const order = figure.marks.map((mark) => mark.key);
  assert.ok(order.indexOf("band0") < order.indexOf("ring0.0") && order.indexOf("ring0.1") < order.indexOf("line0"));
  assert.match(figure.words, /validation sequence 2 and its target, after epoch 3\. The mean error of these sequences is 1\.38\.$/);
  assert.equal(find(figure, "padded").text, "padding");
  assert.deepEqual(all(figure, "ring0").map(({ at }) => at.cy), pointsOf(find(figure, "band0").at.d).map(([, y]) => y));
});

test("a single timestep has a ring and a point, and each of several outputs has a colour", () => {
  const one = panel(1);
  one.info.targets = [[[0.5]]];
  const figure = outputsFigure(one, SIZE);
  assert.equal(all(figure, "ring").length, 1);
  assert.equal(find(figure, "dot0.0").at.cx, find(figure, "ring0.0").at.cx);
  const three = panel(1);
  three.info.targets = [[[0, 1, 2]]];
  three.frames.list[0].outputs = Float32Array.from([0.1, 1.1, 2.1]);
  const kinds = all(outputsFigure(three, SIZE), "ring").map(({ at }) => at.class);
  assert.deepEqual(kinds, ["ring o0", "ring o1", "ring o2"]);
  const named = all(outputsFigure(three, SIZE), "lt").map(({ text }) => text);
  assert.deepEqual(named, ["output 1", "output 2", "output 3"]);
});

test("where the task asks once every sequence is one answer", () => {
  const info = { ...panel(0).info, answers: "once", targets: [[[0]], [[1]], [[2]], [[3]]] };
  const figure = outputsFigure(panel(1, { info }), SIZE);
  assert.deepEqual(["ring", "dot", "band"].map((start) => all(figure, start).length), [4, 4, 4]);
  assert.match(figure.words, /^Output for every validation sequence and its target, after epoch 1\./);
  assert.deepEqual(all(figure, "x").map(({ text }) => text), ["1", "2", "3", "4", "sequence"]);
});

test("the epoch that is shown has its frame, or the next one there is", () => {
  const shown = panel(5, { shown: 3 });
  assert.equal(shownFrame(shown).epoch, 3);
  shown.frames.list.splice(2, 1);
  assert.equal(shownFrame(shown).epoch, 4);
  assert.equal(shownFrame(panel(5)).epoch, 5);
  assert.equal(shownFrame(panel(5, { shown: 0 })), undefined);
  assert.equal(shownFrame(panel(0)), undefined);
});

test("classes are a row of cells each, with the right one outlined and the most probable one written", () => {
  const one = panel(1);
  one.frames.list[0].outputs = Float32Array.from([0.75, 0.25, 0, 0.5, 0.2, 0.3, 0, 0, 1, 1, 0, 0]);
  const targets = [[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [1, 0, 0]]];
  Object.assign(one.info, { answer: "class", classes: ["a", "b", "c"], symbols: ["xy", "z "], targets });
  const { cells, words, read, marks } = classesFigure(one, SIZE);
  assert.deepEqual([cells.rows, cells.columns], [3, 2]);
  const image = new Uint8ClampedArray(4 * 6);
  cells.fill(image, [10, 20, 30]);
  // The first class is the lowest row.
  assert.deepEqual([...image].filter((_, index) => index % 4 === 3), [0, 77, 64, 51, 191, 128]);
  const written = (name) => marks.filter(({ key }) => key.startsWith(`line ${name}`)).map(({ text, at }) => [text, at.class]);
  assert.deepEqual(written("input").slice(1), [["x", "symbol"], ["y", "symbol"]]);
  assert.deepEqual(written("output").slice(1), [["a", "symbol"], ["a", "symbol wrong"]]);
  assert.match(words, /^Probability of each class for every timestep of validation sequence 1, after epoch 1\. .* right at 1 of 2\./);
  assert.deepEqual(read(400, 100), { x: read(400, 100).x, y: read(400, 100).y, title: "timestep 2: y", lines: ["target: b", "a: 0.5", "c: 0.3", "b: 0.2"] });
  // What a decoder makes of its own outputs has a line of its own.
  one.frames.list[0].decoded = [0, 1, 2, 2];
  const decoded = classesFigure(one, SIZE);
  assert.deepEqual(decoded.marks.filter(({ key }) => key.startsWith("line decoded")).map(({ text, at }) => [text, at.class]), [
    ["decoded", "axis outputs"], ["a", "symbol"], ["b", "symbol"],
  ]);
  assert.match(decoded.words, /right at 1 of 2, and 2 where it is fed its own outputs\./);
  assert.equal(decoded.read(400, 100).lines.at(-1), "decoded, fed its own outputs: b");
  delete one.frames.list[0].decoded;
  // What is padded has no cells, and before training there are none at all.
  const second = classesFigure({ ...one, sequence: 1 }, SIZE);
  assert.equal(second.cells.columns, 1);
  assert.deepEqual([find(second, "padded").text, second.read(400, 100).lines], ["padding", ["padding"]]);
  assert.notEqual(second.cells.key, cells.key);
  assert.equal(classesFigure({ ...one, film: { ...one.film, shown: 0 } }, SIZE).cells.columns, 0);
  // Of pasted code: a sequence a column, and classes by their numbers.
  const once = { ...one, info: { ...one.info, answers: "once", classes: [], symbols: [], targets: [[[1, 0, 0]], [[0, 1, 0]]] } };
  const figure = classesFigure(once, SIZE);
  assert.deepEqual([figure.cells.columns, find(figure, "line target"), find(figure, "y0").text], [2, undefined, "0"]);
  assert.match(figure.words, /^Probability of each class for every validation sequence, after epoch 1\./);
});

test("the axis of values only ever grows, in few steps", () => {
  const seen = panel(1);
  const [low, high] = valueRange(seen);
  assert.ok(low < 0 && high > 3);
  Object.assign(seen.frames, { low: -0.1, high: 3.2 });
  const grown = valueRange(seen);
  assert.ok(grown[0] < low && grown[1] > high);
  Object.assign(seen.frames, { low: -0.6, high: 3.6 });
  assert.deepEqual(valueRange(seen), grown);
  assert.deepEqual(valueRange(panel(1, { info: { ...seen.info, answer: "yes/no" } })), [-0.1, 1.1]);
});

test("errors are a row for each timestep and a column for each epoch", () => {
  const { cells, words, read } = errorFigure(panel(3), SIZE);
  assert.deepEqual([cells.rows, cells.columns], [2, 3]);
  const image = new Uint8ClampedArray(4 * 6);
  cells.fill(image, [10, 20, 30]);
  const shares = [0.25, 0.25, 0.25, 0.5, 1.5, 2.5].map((value) => Math.round((255 * value) / 3));
  assert.deepEqual([...image].filter((_, index) => index % 4 === 3), shares);
  assert.deepEqual([...image.slice(0, 3)], [10, 20, 30]);
  assert.match(words, /At epoch 3 it is largest at timestep 2, 2\.5\.$/);
  assert.deepEqual([read(60, 9).title, read(60, 90).lines], ["epoch 1, timestep 1", ["error 0.5"]]);
});
