import assert from "node:assert/strict";
import { test } from "node:test";

import { errorFigure, lossFigure } from "../../assets/live/charts.js";
import { outputsFigure, shownFrame, valueRange } from "../../assets/live/outputs.js";
import { mix } from "../../assets/live/theme.js";
import { duration, extent, logTicks, short, ticks } from "../../assets/live/ticks.js";

const THEME = new Proxy({}, { get: () => "rgb(10, 20, 30)" });

function panel(epochs, more = {}) {
  const list = Array.from({ length: epochs }, (_, index) => ({
    epoch: index + 1,
    loss: 1 / (index + 1),
    val_loss: 2 / (index + 1),
    outputs: Float32Array.from([0.5, 1, 1.5, 2]),
    error: Float32Array.from([0.25, 0.5 + index]),
  }));
  const targets = [[[0], [1]], [[2], [3]]];
  const info = { key: "", answers: "every step", answer: "number", epochs: 20, baselines: [], targets, lengths: [2, 1] };
  const charts = { loss: { clientHeight: 228 }, outputs: {}, error: {} };
  const kept = { sequence: 0, shown: null, range: null, log: false, theme: THEME, charts };
  return { ...kept, info, frames: { list, worst: epochs }, ...more };
}

test("ticks are round numbers within the axis, and leave room for its name", () => {
  for (const [low, high, wanted] of [[1, 20, 10], [1, 7, 6], [1, 1000, 6], [0, 90, 5], [1, 1, 6], [1, 150000, 6]]) {
    const found = ticks(low, high, wanted);
    assert.ok(found.every((value) => Number.isInteger(value) && value >= low && value <= high), `${low} to ${high}`);
    assert.deepEqual(found, [...new Set(found)].sort((one, two) => one - two));
    assert.ok(found.length <= wanted + 1 && found.length >= 1, `${low} to ${high}: ${found}`);
    assert.ok(found.length < 2 || found.at(-1) <= low + 0.84 * (high - low));
  }
  assert.deepEqual(ticks(1, 20, 10), [1, 4, 6, 8, 10, 12, 14, 16]);
  assert.deepEqual(ticks(1, 7, 6), [1, 2, 3, 4, 5, 6]);
});

test("a logarithmic axis has a tick at each power, and more where there are few", () => {
  assert.deepEqual(logTicks([-1, 0.5]).tickvals, [0.1, 0.2, 0.5, 1, 2, 5]);
  assert.deepEqual(logTicks([-4, 0]).ticktext, ["1.0e-4", "0.001", "0.01", "0.1", "1"]);
});

test("numbers are written in three digits, and what is none is said to be none", () => {
  const written = [0, 0.12345, 1234.5, 12345, 0.00012, -0.5, NaN, null, Infinity].map(short);
  assert.deepEqual(written.slice(0, 6), ["0", "0.123", "1230", "1.2e+4", "1.2e-4", "-0.5"]);
  assert.deepEqual(new Set(written.slice(6)), new Set(["not a number"]));
  assert.deepEqual([0.2, 89, 90, 5399, 5400].map(duration), ["1 s", "89 s", "2 min", "90 min", "1.5 h"]);
  assert.deepEqual(extent([NaN, 3, -1, Infinity], [0, 0]), [-1, 3]);
  assert.equal(mix("rgb(0, 0, 0)", "rgb(100, 200, 50)", 0.5), "rgb(50,100,25)");
});

test("the loss is drawn and told from the frames that are there", () => {
  const none = lossFigure(panel(0));
  assert.equal(none.words, "Loss by epoch: not trained yet.");
  const some = lossFigure(panel(4, { shown: 2 }));
  assert.equal(some.words, "Loss by epoch. At epoch 4: training 0.25, validation 0.5.");
  assert.deepEqual(some.data.map(({ x, y }) => [x, y[0]]), [[[1, 2, 3, 4], 1], [[1, 2, 3, 4], 2]]);
  assert.deepEqual(some.layout.shapes.map(({ x0, x1 }) => [x0, x1]), [[2, 2]]);
  assert.deepEqual(lossFigure(panel(30)).layout.xaxis.range, [0.5, 30.5]);
  assert.equal(lossFigure(panel(4, { log: true })).layout.yaxis.type, "log");
});

test("the names of baselines that lie close together do not cover each other", () => {
  const baselines = [0.5, 0.49, 0.1].map((value) => ({ name: `<b>${value}`, value }));
  const { layout, words } = lossFigure(panel(2, { info: { ...panel(2).info, baselines } }));
  const names = layout.annotations.slice(1);
  assert.deepEqual(names.map(({ yanchor }) => yanchor), ["bottom", "top", "bottom"]);
  // A name is never a tag.
  assert.ok(names.every(({ text }) => text.startsWith("&lt;b>")));
  assert.match(words, / Baseline <b>0\.5: 0\.5\./);
});

test("outputs stand beside their targets, and padding is shown as such", () => {
  const before = outputsFigure(panel(0));
  assert.match(before.words, /before training\. Only the target is drawn so far\.$/);
  const { data, words, layout } = outputsFigure(panel(3, { sequence: 1 }));
  assert.deepEqual(data.map(({ y }) => y), [[2, 3], [1.5, 2]]);
  assert.match(words, /probe sequence 2 and its target, after epoch 3\. The mean error of these sequences is 1\.38\.$/);
  assert.equal(layout.annotations.at(-1).text, "padding");
});

test("where the task asks once every sequence is one answer", () => {
  const info = { ...panel(0).info, answers: "once", targets: [[[0]], [[1]], [[2]], [[3]]] };
  const { data, words } = outputsFigure(panel(1, { info }));
  assert.deepEqual(data.map(({ y }) => y.filter((value) => value !== null).length), [8, 4, 4]);
  assert.match(words, /^Output for every sequence of the probe and its target, after epoch 1\./);
});

test("a look back shows the epoch that was chosen, or the next one there is", () => {
  const shown = panel(5, { shown: 3 });
  assert.equal(shownFrame(shown).epoch, 3);
  shown.frames.list.splice(2, 1);
  assert.equal(shownFrame(shown).epoch, 4);
  assert.equal(shownFrame(panel(5)).epoch, 5);
  assert.equal(shownFrame(panel(0)), undefined);
});

test("the axis of values only ever grows", () => {
  const seen = panel(1);
  const [low, high] = valueRange(seen);
  assert.ok(low < 0 && high > 3);
  seen.frames.list[0].outputs = Float32Array.from([9, 9, 9, 9]);
  const grown = valueRange(seen);
  seen.frames.list[0].outputs = Float32Array.from([0, 0, 0, 0]);
  assert.deepEqual(valueRange(seen), grown);
  assert.ok(grown[1] > 9);
  assert.deepEqual(valueRange(panel(1, { info: { ...seen.info, answer: "yes/no" } })), [-0.1, 1.1]);
});

test("errors are a row for each timestep, binned where there are many epochs", () => {
  const { data, words } = errorFigure(panel(3));
  assert.deepEqual(data[0].z, [[0.25, 0.25, 0.25], [0.5, 1.5, 2.5]]);
  assert.match(words, /At epoch 3 it is largest at timestep 2, 2\.5\.$/);
  const many = errorFigure(panel(400)).data[0];
  assert.equal(many.z[0].length, 134);
  assert.equal(many.dx, 3);
  assert.equal(many.z[1][0], 1.5);
});
