import assert from "node:assert/strict";
import { test } from "node:test";

import { axisInWords, count, flat, HIDDEN, joined, NOTHING, parametersInWords, sentence } from "../../assets/chain/words.js";
import { shapeAsCode, singular, sizeAsCode, tensorOf } from "../../assets/chain/words.js";

test("a count and its noun agree", () => {
  assert.equal(count(1, "features"), "1 feature");
  assert.equal(count(2, "features"), "2 features");
  assert.equal(count(0, "steps"), "0 steps");
  assert.equal(count(1234, "units"), "1,234 units");
  assert.equal(count(null, "timesteps"), "any number of timesteps");
  assert.equal(count(1, "heads"), "1 heads");
  assert.equal(singular("windows"), "window");
});

test("lists are read aloud", () => {
  assert.equal(joined([]), "");
  assert.equal(joined(["a"]), "a");
  assert.equal(joined(["a", "b"]), "a and b");
  assert.equal(joined(["a", "b", "c"]), "a, b and c");
});

test("a tensor's axes are rows, columns and blocks", () => {
  const sequence = tensorOf([null, 20, 5], ["batch", "timesteps", "features"], ["B", "T", "F"]);
  assert.deepEqual(sequence.rows, { axis: "features", size: 5, symbol: "F" });
  assert.deepEqual(sequence.columns, { axis: "timesteps", size: 20, symbol: "T" });
  assert.deepEqual(sequence.blocks, []);
  const windows = tensorOf([null, 8, 5, 3], ["batch", "windows", "timesteps", "features"], undefined);
  assert.deepEqual(windows.blocks.map(({ axis }) => axis), ["windows"]);
  const vector = tensorOf([null, 32], ["batch", "units"], [null, null]);
  assert.equal(vector.columns, null);
  assert.equal(vector.rows?.size, 32);
  // What is counted along is never a row, also where nothing stands at its places.
  const steps = tensorOf([null, 20], ["batch", "timesteps"], undefined);
  assert.equal(steps.rows, null);
  assert.equal(steps.columns?.axis, "timesteps");
  assert.deepEqual(tensorOf([null, 3, 4], undefined, undefined).named.map(({ axis }) => axis), ["batch", "size", "size"]);
});

test("a size is written with its symbol where that says more than the number", () => {
  assert.equal(sizeAsCode({ axis: "units", size: 64, symbol: "2 · U" }), "2 · U = 64");
  assert.equal(sizeAsCode({ axis: "units", size: 5, symbol: "5" }), "5");
  assert.equal(sizeAsCode({ axis: "units", size: 5408, symbol: null }), "5,408");
  assert.equal(sizeAsCode({ axis: "batch", size: null }), "B");
  assert.equal(sizeAsCode({ axis: "timesteps", size: null }), "any");
  assert.equal(axisInWords({ axis: "features", size: 1 }), "1 feature");
  assert.equal(axisInWords({ axis: "features", size: 5, symbol: "F" }), "features F = 5");
});

test("a shape as code, also one that is hidden or that is not there", () => {
  assert.equal(shapeAsCode(tensorOf([null, 20, 5], ["batch", "timesteps", "features"], ["B", "T", "F"])), "(B, T = 20, F = 5)");
  assert.equal(shapeAsCode(HIDDEN), "?");
  assert.equal(shapeAsCode(NOTHING), "nothing");
  assert.equal(flat([[null, 20, 1], [null, 2]]), "None,20,1;None,2");
});

test("parameters are counted, and hidden where they are asked for", () => {
  assert.equal(parametersInWords(1), "1 parameter");
  assert.equal(parametersInWords(3744), "3,744 parameters");
  assert.equal(parametersInWords(0), "no parameters");
  assert.equal(parametersInWords(null), "? parameters");
  assert.equal(parametersInWords(3744, ["parameters"]), "? parameters");
});

test("words become a sentence, and a sentence stays one", () => {
  assert.equal(sentence("reads every step"), "Reads every step.");
  assert.equal(sentence("Is it? "), "Is it?");
  assert.equal(sentence(" "), "");
  assert.equal(sentence(null), "");
});
