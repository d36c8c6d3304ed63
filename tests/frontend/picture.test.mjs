import assert from "node:assert/strict";
import { test } from "node:test";

import { labelsBelow, measure } from "../../assets/chain/measure.js";
import { isPicture, pictureFrames, pictureSegments, pictureSheets } from "../../assets/chain/picture.js";
import { measureWith } from "../../assets/chain/text.js";
import { tensorOf } from "../../assets/chain/words.js";

measureWith((text, size) => 0.6 * size * text.length);
const FIVE = ["batch", "timesteps", "rows", "columns", "channels"];
const film = (...sizes) => tensorOf([null, ...sizes], FIVE, undefined);
const LIMITS = [1, 0.5, 0.1].flatMap((columns) => [1, 0.3].map((rows) => ({ columns, rows })));

test("rows and columns are a picture, channels its depth, and timesteps run from left to right", () => {
  const tensor = film(10, 32, 48, 3);
  assert.ok(isPicture(tensor));
  assert.deepEqual([tensor.rows.size, tensor.columns.size, tensor.depth.size], [32, 48, 3]);
  assert.deepEqual(tensor.blocks.map(({ axis }) => axis), ["timesteps"]);
  const first = tensorOf([null, 3, 32, 48], ["batch", "channels", "rows", "columns"], undefined);
  assert.deepEqual([first.rows.size, first.columns.size, first.depth.size, first.blocks.length], [32, 48, 3, 0]);
  assert.ok(!isPicture(tensorOf([null, 8, 5, 3], ["batch", "windows", "timesteps", "features"], undefined)));
  assert.ok(!isPicture(tensorOf([null, 8, 5, 3], undefined, undefined)));
});

test("a picture keeps its proportions in any room", () => {
  for (const [rows, columns] of [[32, 32], [20, 60], [60, 20], [300, 400]]) {
    for (const limit of LIMITS) {
      const tensor = film(3, rows, columns, 3);
      const size = measure(tensor, limit);
      const [from, to] = pictureSegments(tensor, size)[0];
      assert.ok(Math.abs((to - from) / size.height / (columns / rows) - 1) < 0.01, `${rows} × ${columns}`);
    }
  }
});

test("what is not drawn is said, and what is all drawn needs no words", () => {
  assert.deepEqual(labelsBelow(film(10, 32, 32, 8), 90).all, ["columns 32", "timesteps, 4 of 10 drawn", "channels, 4 of 8 drawn"]);
  assert.deepEqual(labelsBelow(film(2, 32, 32, 3), 90).all, ["columns 32", "timesteps 2", "channels 3"]);
  assert.deepEqual([pictureFrames(film(10, 8, 8, 1)), pictureSheets(film(10, 8, 8, 1))], [4, 1]);
  const open = film(null, null, null, 3);
  assert.deepEqual(labelsBelow(open, 90).all, ["columns", "timesteps", "channels 3"]);
  assert.ok(measure(open, LIMITS[0]).width > 0);
});

test("pictures stand beside each other, within the width that they are given", () => {
  const tensor = film(10, 32, 32, 8);
  for (const limit of LIMITS) {
    const size = measure(tensor, limit);
    const segments = pictureSegments(tensor, size);
    segments.slice(1).forEach(([from], index) => assert.ok(from > segments[index][1]));
    assert.ok(Math.abs(segments.at(-1)[1] - size.left - size.width) < 1e-9);
  }
});
