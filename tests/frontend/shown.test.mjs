import assert from "node:assert/strict";
import { test } from "node:test";

import { drawingAt, newAsked } from "../../assets/chain/asked.js";
import { epochOf, fitsChain, newShown, numbersOf, rounded, scalesInWords, shownInWords, takeShown, valuesOf } from "../../assets/chain/shown.js";
import { chain } from "./models.mjs";

const given = (rows, columns, numbers) => ({ rows, columns, of_rows: rows, of_columns: columns, bound: null, numbers: Float32Array.from(numbers) });
const filled = (rows, columns, number) => given(rows, columns, Array(rows * columns).fill(number));
const description = chain(2, 3, 1);
const at = (epoch, number, more = {}) => ({
  run: "a",
  epoch,
  sequence: 1,
  trained: 9,
  layout: [],
  sources: new Map([["sequence", filled(1, 2, 1)]]),
  tensors: new Map([["memory", filled(3, 2, number)], ["answer", filled(1, 2, number)]]),
  ...more,
});

test("a scale is the next 1, 2 or 5 times a power of ten", () => {
  const cases = [[0.9, 1], [1, 1], [1.1, 2], [2, 2], [4, 5], [7, 10], [0.03, 0.05], [0.02, 0.02], [130, 200], [0, 1]];
  for (const [largest, scale] of cases) assert.ok(Math.abs(rounded(largest) - scale) < 1e-9, `${largest}`);
});

test("an epoch is drawn with its signs, and looks the same whatever was shown before it", () => {
  const [shown, fresh] = [newShown(), newShown()];
  takeShown(shown, at(3, -0.4), description);
  assert.deepEqual([shown.fits, epochOf(shown)], [true, 3]);
  assert.equal(Math.round(shown.numbers.memory.numbers[0][0]), -102);
  assert.deepEqual([shown.numbers.memory.numbers.length, shown.numbers.memory.numbers[0].length], [3, 2]);
  takeShown(shown, at(60, 1.5), description);
  assert.equal(shown.numbers.memory.largest, 2);
  takeShown(shown, at(3, -0.4), description);
  takeShown(fresh, at(3, -0.4), description);
  assert.deepEqual(shown, fresh);
});

test("a tensor with a bound is drawn against it at every epoch, and what is larger as the bound itself", () => {
  const shown = newShown();
  const bounded = (number) => new Map([["memory", { ...filled(3, 2, number), bound: 0.9 }]]);
  const shares = [0.25, 1.5, -3].map((number) => {
    takeShown(shown, at(3, 0, { tensors: bounded(number) }), description);
    assert.equal(shown.numbers.memory.largest, 1);
    return shown.numbers.memory.numbers[0][0] / 127;
  });
  assert.deepEqual(shares, [0.25, 1, -1]);
});

test("the legend says the span of the colours: one that all tensors share, or each tensor's by its name", () => {
  const of = (largest) => ({ ...filled(1, 1, 0), largest, numbers: [[0]] });
  assert.deepEqual(scalesInWords({ a: of(1), b: of(1) }), { short: "−1 … 1", each: "a: −1 … 1\nb: −1 … 1" });
  assert.deepEqual(scalesInWords({ a: of(1), b: of(0.05) }), { short: "per tensor", each: "a: −1 … 1\nb: −0.05 … 0.05" });
  assert.deepEqual(scalesInWords({}), { short: "", each: "" });
});

test("the states of a layer have numbers of their own, beside those of its output", () => {
  const two = chain(2, 3, 1);
  Object.assign(two.layers[0], { output: [[null, 2, 3], [null, 3]] });
  const numbers = { memory: filled(3, 2, 1), "memory/1": filled(3, 1, 1) };
  assert.equal(numbersOf("memory", 0), "memory");
  assert.equal(numbersOf("memory", 1), "memory/1");
  assert.ok(fitsChain({ numbers }, two));
  assert.ok(!fitsChain({ numbers }, description));
});

test("a run of other sizes is not drawn into the chain, and the chain's own numbers stay", () => {
  const shown = newShown();
  takeShown(shown, at(3, 1), chain(2, 4, 1));
  const data = { values: { memory: 1 } };
  assert.deepEqual([shown.fits, epochOf(shown), valuesOf({ shown, data })], [false, null, data.values]);
  assert.ok(fitsChain(shown, description));
  assert.ok(!fitsChain(shown, null) && !fitsChain(newShown(), description));
});

test("what is drawn is said: untrained weights, an epoch, and an epoch whose numbers are not here", () => {
  const words = (shown) => Object.values(shownInWords(shown, true)).join("");
  const shown = newShown();
  assert.equal(words(shown), "validation sequence 1, untrained weights");
  takeShown(shown, at(0, 1), description);
  assert.equal(words(shown), "validation sequence 2, untrained weights");
  takeShown(shown, at(7, 1), description);
  assert.equal(words(shown), "validation sequence 2, epoch 7");
  takeShown(shown, at(8, 1, { tensors: null }), description);
  assert.equal(words(shown), "validation sequence 2, epoch 7, epoch 8 is on its way");
  assert.equal(epochOf(shown), 7);
  takeShown(shown, at(8, 1, { batch: { number: 3, of: 16 } }), description);
  assert.equal(words(shown), "validation sequence 2, epoch 8, batch 3 of 16");
  takeShown(shown, at(8, 1), description);
  assert.equal(words(shown), "validation sequence 2, epoch 8");
});

const answered = (body, status = 200) => ({ ok: status === 200, status, json: async () => body });
const settled = () => new Promise((resolve) => setImmediate(resolve));
const wanted = (epoch, batch = null) => ({ run: "a", sequence: 0, epoch, batch, layer: "memory" });

test("of the drawings of an opened layer one is asked for at a time, then the newest, and none twice", async () => {
  const urls = [];
  const open = [];
  let changed = 0;
  const asked = newAsked(
    () => drawingAt(asked, wanted((changed += 1) && 3)),
    (url) => {
      urls.push(url);
      return new Promise((resolve) => open.push(resolve));
    },
  );
  for (const epoch of [1, 2, 3]) assert.equal(drawingAt(asked, wanted(epoch)), null);
  assert.deepEqual(urls, ["/tensors/a?sequence=0&from=1&to=1&layer=memory"]);
  open[0](answered({ drawings: { 1: { kind: "memory", says: "one" } } }));
  await settled();
  // What comes late is drawn with its own epoch, until the newest is here.
  assert.equal(drawingAt(asked, wanted(3)).epoch, 1);
  assert.equal(urls.length, 2);
  open[1](answered({ drawings: { 3: { kind: "memory", says: "three" } } }));
  await settled();
  assert.deepEqual(drawingAt(asked, wanted(3)), { drawing: { kind: "memory", says: "three" }, epoch: 3, batch: null });
  assert.equal(urls.length, 2);
});

test("while a batch is shown its own drawing is asked for, and is not that of its epoch", async () => {
  const urls = [];
  const asked = newAsked(
    () => undefined,
    async (url) => {
      urls.push(url);
      return answered({ drawings: { 3: { kind: "epoch" } }, batches: [{ drawing: { kind: "batch" } }] });
    },
  );
  drawingAt(asked, wanted(3, 2));
  await settled();
  assert.deepEqual(drawingAt(asked, wanted(3, 2)), { drawing: { kind: "batch" }, epoch: 3, batch: 2 });
  drawingAt(asked, wanted(3));
  await settled();
  assert.deepEqual(drawingAt(asked, wanted(3)), { drawing: { kind: "epoch" }, epoch: 3, batch: null });
  assert.deepEqual(urls, ["/batches/a?sequence=0&epoch=3&from=2&layer=memory", "/tensors/a?sequence=0&from=3&to=3&layer=memory"]);
});

test("while workers are busy the last drawing of the layer stays, with its own epoch, and what is not there is not asked again", async () => {
  const urls = [];
  let waits = 0;
  const replies = [answered({ drawings: { 1: { kind: "memory" } } }), answered({}, 503), answered({}, 404)];
  const asked = newAsked(
    () => undefined,
    async (url) => {
      urls.push(url);
      return replies[urls.length - 1];
    },
    () => (waits += 1),
  );
  for (const epoch of [1, 2, 2]) {
    drawingAt(asked, wanted(epoch));
    await settled();
  }
  assert.equal(drawingAt(asked, wanted(2)).epoch, 1);
  await settled();
  assert.deepEqual([urls.length, waits], [3, 1]);
  assert.equal(drawingAt(asked, { ...wanted(2), layer: "answer" }), null);
});
