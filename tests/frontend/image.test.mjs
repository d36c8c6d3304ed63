import assert from "node:assert/strict";
import { test } from "node:test";

import { imageAxis, imageThinned } from "../../assets/chain/image.js";

const window = (size, stride = 1, more = {}) => ({ size, stride, dilation: 1, offset: 0, ...more });

test("a short axis is drawn whole, with every output", () => {
  const axis = imageAxis(window(3), 8, 6);
  assert.deepEqual([axis.shown, axis.before, axis.after, axis.outputs], [8, 0, 0, 6]);
  assert.deepEqual([axis.chosen, axis.seen, axis.next], [2, [2, 3, 4], [3, 4, 5]]);
});

test("of a long axis the beginning is drawn, with the outputs that are made from there", () => {
  const axis = imageAxis(window(2, 2), 32, 16);
  assert.deepEqual([axis.shown, axis.outputs, axis.seen], [12, 6, [3, 4]]);
  assert.equal(imageThinned("input", [12, 32], [8, 8]), "input: 12 of 32 rows drawn");
  assert.equal(imageThinned("input", [12, 32], [12, 40]), "input: 12 of 32 rows and 12 of 40 columns drawn");
  assert.equal(imageThinned("output", [6, 6], [6, 6]), "");
});

test("padding stands where the window reaches over the ends, and a whole window is chosen", () => {
  const axis = imageAxis(window(3, 1, { offset: 1 }), 6, 6);
  assert.deepEqual([axis.before, axis.after, axis.outputs], [1, 1, 6]);
  assert.ok(axis.seen.every((step) => step >= 1 && step <= 6));
  assert.deepEqual(imageAxis(window(3, 2, { dilation: 2 }), 9, 3).seen, [3, 5, 7]);
});

test("an axis of unknown length is drawn as far as there is room", () => {
  const axis = imageAxis(window(3), null, null);
  assert.deepEqual([axis.shown, axis.outputs, axis.size], [12, 10, null]);
  assert.match(imageThinned("input", [12, null], [12, null]), /12 of any number of rows/);
});
