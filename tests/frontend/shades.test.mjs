// The colours of numbers: their sign, and which of them stands in which cell.
import assert from "node:assert/strict";
import { test } from "node:test";

import { NEGATIVE, shade, shareAt, sharesOf } from "../../assets/chain/shades.js";

const values = { rows: 2, columns: 3, of_rows: 2, of_columns: 3, largest: 4, numbers: [[-127, 0, 127], [0, 127, -127]] };

test("a cell has the number of its row and column", () => {
  assert.deepEqual([0, 1, 2].map((column) => shareAt(values, 1, 2, column, 3)), [0, 1, -1]);
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((column) => shareAt(values, 0, 2, column, 6)), [-1, -1, 0, 0, 1, 1]);
});

test("one row of numbers stands upright where it is drawn as one column", () => {
  const upright = { ...values, numbers: [[127, -127]] };
  assert.deepEqual([0, 1].map((row) => shareAt(upright, row, 2, 0, 1)), [1, -1]);
});

test("shares are parts of the largest number, and nothing where there are no numbers", () => {
  assert.deepEqual(sharesOf(values), [[-1, 0, 1], [0, 1, -1]]);
  assert.deepEqual(sharesOf(undefined), []);
});

test("a positive number has the colour of its axis, a negative one is grey, and 0 is the ground", () => {
  assert.equal(shade(0.5, "#0072B2"), "fill:#0072B2;fill-opacity:0.50");
  assert.equal(shade(-0.5, "#0072B2"), `fill:${NEGATIVE};fill-opacity:0.50`);
  assert.equal(shade(0, "#0072B2"), "fill:#0072B2;fill-opacity:0.00");
});
