import assert from "node:assert/strict";
import { test } from "node:test";

import { measureWith } from "../../assets/chain/text.js";
import { SMALLEST, titleOf, titleParts, titleSize } from "../../assets/chain/title.js";

measureWith((text, size) => text.length * size * 0.6);

test("a title is code, and the class alone where its arguments are asked for or not known", () => {
  assert.equal(titleOf({ type: "GRU", as_code: "GRU(32)" }), "GRU(32)");
  assert.equal(titleOf({ type: "GRU", as_code: "GRU(32)" }, true), "GRU");
  assert.equal(titleOf({ type: "MyLayer", as_code: "" }), "MyLayer");
});

test("a title breaks where code would", () => {
  assert.deepEqual(titleParts("TimeDistributed(Dense(1))"), ["TimeDistributed(", "Dense(1))"]);
  assert.deepEqual(titleParts("RNN(StackedRNNCells([GRUCell(4), LSTMCell(5)]))"), ["RNN(", "StackedRNNCells(", "[", "GRUCell(4), ", "LSTMCell(5)]))"]);
  assert.deepEqual(titleParts("GRU(32)"), ["GRU(32)"]);
});

test("titles are as large as their boxes allow, first on one line, then in parts, and never too small to be read", () => {
  const titles = ["GRU(32)", "TimeDistributed(Dense(1))"];
  assert.equal(titleSize(titles, 25 * 15 * 0.6, 15), 15);
  assert.equal(titleSize(titles, 25 * 13 * 0.6, 15), 13);
  assert.equal(titleSize(titles, 16 * 15 * 0.6, 15), 15);
  assert.equal(titleSize(titles, 10, 15), SMALLEST);
  assert.ok(SMALLEST >= 12);
});
