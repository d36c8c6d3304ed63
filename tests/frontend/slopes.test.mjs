// Where bars and lines of the gradients stand, and how the server is asked for them.

import assert from "node:assert/strict";
import test from "node:test";

import { gradientsUrl, newQuestion, wantAnswer } from "../../assets/inside/question.js";
import { planBars, planNorms, SLOPES_LEFT, timestepAt } from "../../assets/inside/slopes.js";

const bars = { about: "", unit: "", numbers: [0.001, 0.5, null, 1], low: [[1, 1]], measure: "", sentence: "" };

test("a bar is as high as its number, one that is there can be seen, and one that is none has no height", () => {
  const plan = planBars(bars, SLOPES_LEFT + 400, 150);
  assert.deepEqual(plan.bars.map(({ timestep }) => timestep), [1, 2, 3, 4]);
  const heights = plan.bars.map(({ height }) => height);
  assert.equal(heights[0], 1);
  assert.equal(heights[2], null);
  assert.equal(heights[3], 2 * heights[1]);
  assert.ok(heights[3] <= 150);
  assert.ok(plan.bars.every(({ x, width }, place) => x >= SLOPES_LEFT + place * 100 && x + width <= SLOPES_LEFT + (place + 1) * 100));
  assert.deepEqual(plan.brackets, [{ from: plan.bars[0].x, to: plan.bars[0].x + plan.bars[0].width }]);
  assert.equal(plan.ticks[0].y, 150);
  assert.deepEqual(plan.steps.map(({ text }) => text), ["1", "2", "3", "4"]);
});

test("the largest bar reaches 100 %, and zeros alone are drawn", () => {
  const percent = planBars({ ...bars, numbers: [2, 50, null, 100] }, 400, 150);
  assert.deepEqual([percent.bars[3].height, percent.ticks.map(({ text }) => text)], [150, ["0", "50", "100"]]);
  assert.deepEqual(planBars({ ...bars, numbers: [0, 0] }, 400, 150).bars.map(({ height }) => height), [0, 0]);
  assert.equal(planBars({ ...bars, numbers: [], low: [] }, 400, 150).bars.length, 0);
});

test("the timestep under the pointer is that of its column, and never one that is not there", () => {
  assert.equal(timestepAt(SLOPES_LEFT + 1, SLOPES_LEFT + 400, 4), 1);
  assert.equal(timestepAt(SLOPES_LEFT + 399, SLOPES_LEFT + 400, 4), 4);
  assert.deepEqual([timestepAt(-20, 434, 4), timestepAt(999, 434, 4)], [1, 4]);
});

test("norms are lines by the powers of ten, interrupted where one is not known", () => {
  const norms = { begin: 0, epochs: [10, 20, 30], sentence: "", layers: [{ name: "a", numbers: [1, null, 0.01] }, { name: "b", numbers: [0.1, 0.1, 0.1] }] };
  const { lines, epochs } = planNorms(norms, 400, 100);
  assert.deepEqual(lines[0].points.map(({ epoch }) => epoch), [10, 30]);
  assert.equal(lines[0].path.match(/M/g).length, 2);
  assert.equal(lines[1].path.match(/M/g).length, 1);
  const [[high, low], [middle]] = lines.map(({ points }) => points.map(({ y }) => y));
  assert.ok(Math.abs((high + low) / 2 - middle) < 1e-9);
  assert.equal(epochs.at(-1).text, "30");
  assert.equal(planNorms({ ...norms, layers: [{ name: "a", numbers: [null, null, null] }] }, 400, 100), null);
});

const body = (status, value) => ({ ok: status === 200, status, json: async () => value });
const settled = () => new Promise((done) => setImmediate(done));

test("one question is under way, then only the newest is asked; what is not wanted any more is not taken", async () => {
  const asked = [];
  const taken = [];
  const waiting = [];
  const get = (url) => (asked.push(url), new Promise((done) => waiting.push(done)));
  const question = newQuestion((url, said) => taken.push([url, said.body]), get);
  wantAnswer(question, "a");
  wantAnswer(question, "b");
  wantAnswer(question, "c");
  assert.deepEqual(asked, ["a"]);
  waiting.shift()(body(200, 1));
  await settled();
  assert.deepEqual([asked, taken], [["a", "c"], []]);
  waiting.shift()(body(200, 3));
  await settled();
  assert.deepEqual(taken, [["c", 3]]);
  wantAnswer(question, "c");
  assert.equal(asked.length, 2);
  wantAnswer(question, "c", true);
  wantAnswer(question, null);
  waiting.shift()(body(200, 4));
  await settled();
  assert.equal(taken.length, 1);
});

test("busy workers and a lost connection are asked again, a refusal is a sentence", async () => {
  const answers = [body(503, { error: "Busy." }), null, body(400, { error: "No such layer." })];
  const said = [];
  const later = [];
  const get = async () => answers.shift() ?? Promise.reject(new Error("lost"));
  const question = newQuestion((_, { status, error }) => said.push([status, error]), get, (again) => later.push(again));
  wantAnswer(question, "a");
  await settled();
  later.shift()();
  await settled();
  later.shift()();
  await settled();
  assert.deepEqual(said.map(([status]) => status), [503, 0, 400]);
  assert.equal(said[2][1], "No such layer.");
  assert.equal(later.length, 0);
});

test("an address has what is known, and no more", () => {
  assert.equal(gradientsUrl("r/1", { sequence: 0, layer: "a b", timestep: null, cell: "" }), "/gradients/r%2F1?sequence=0&layer=a+b");
});
