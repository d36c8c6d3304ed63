import assert from "node:assert/strict";
import { test } from "node:test";

import { axisColour } from "../../assets/axes.js";
import { blockOf, blockUnit } from "../../assets/chain/blocks.js";
import { insideEven, insideRowsName, insideRuns, insideShown } from "../../assets/chain/columns.js";
import { insideFew } from "../../assets/chain/copies.js";
import { insideNumber, insideRange, insideStrip } from "../../assets/chain/strips.js";
import { NEGATIVE } from "../../assets/chain/shades.js";
import { held, lastOf } from "../../assets/held.js";

const weight = (name, shape, axes) => ({ name, shape, axes, symbols: shape.map(() => null), parts: [], letters: [], says: "" });

test("a block is as wide as the last axis is long, and as high as the others together", () => {
  const kernel = blockOf(weight("kernel", [5, 96], ["features", "units"]));
  assert.deepEqual([kernel.high, kernel.wide, kernel.size], [5, 96, 480]);
  const bias = blockOf(weight("bias", [96], ["units"]));
  assert.deepEqual([bias.high, bias.wide], [1, 96]);
  // Keras keeps the heads apart from their size: both together go out.
  const query = blockOf(weight("kernel_q", [32, 2, 16], ["units", "heads", "head size"]));
  assert.deepEqual([query.high, query.wide], [32, 32]);
  const filters = blockOf(weight("kernel", [3, 5, 16], ["steps", "features", "filters"]));
  assert.deepEqual([filters.high, filters.wide], [15, 16]);
});

test("all blocks have one scale, which leaves the widest its room", () => {
  const weights = [weight("kernel", [5, 96], ["features", "units"]), weight("recurrent", [32, 96], ["units", "units"])];
  for (const width of [300, 600, 1200]) assert.ok(blockUnit(weights, width) * 96 <= width);
  assert.ok(blockUnit(weights, 1200) >= blockUnit(weights, 300));
  assert.ok(blockUnit([weight("one", [1], ["units"])], 1200) <= 12);
});

test("columns have one width, and none is wider than it needs to be", () => {
  const { place, end, width } = insideEven(20, 34, 600);
  assert.deepEqual([place(0), place(19).x + place(19).width, end, width], [{ x: 34, width: 26 }, end, 34 + 520, 520]);
  assert.equal(insideEven(100, 0, 600).place(0).width, 6);
});

test("neighbouring columns are one run", () => {
  const masked = [1, 1, 0, 0, 1, 0];
  assert.deepEqual(insideRuns(masked.length, (column) => !masked[column]), [[2, 3], [5, 5]]);
  assert.deepEqual(insideRuns(3, () => false), []);
});

test("what is left out is said", () => {
  assert.equal(insideRowsName([[0], [0]], "units", 32), "units, 2 of 32 drawn");
  assert.equal(insideRowsName([[0], [0]], "units", 2), "units");
  assert.equal(insideShown(48, 100), "timesteps, the first 48 of 100 drawn");
  assert.deepEqual(insideFew(6, 6), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(insideFew(20, 20), [0, 1, 2, null, 18, 19]);
  assert.deepEqual(insideFew(20, 40), [0, 1, 2, null, 18, 19, null]);
});

test("numbers of a strip have the colour of the axis that its rows are counted along, and grey below zero", () => {
  const styles = new Map();
  const pen = Object.assign((tag, key, { style = "" }) => styles.set(key, style), { cells: [] });
  const strip = { place: (column) => ({ x: 10 * column, width: 10 }), y: 0, rowHeight: 10, range: 4, words: () => "" };
  insideStrip(pen, "u", [[4, -2, 0]], { ...strip, axis: "units" });
  insideStrip(pen, "f", [[1]], { ...strip, axis: "channels" });
  assert.equal(styles.get("u:0:0"), "fill:var(--units);fill-opacity:1.00");
  assert.equal(styles.get("u:0:1"), `fill:${NEGATIVE};fill-opacity:0.50`);
  assert.match(styles.get("u:0:2"), /fill-opacity:0\.00$/);
  assert.equal(styles.get("f:0:0"), "fill:var(--features);fill-opacity:0.25");
});

test("numbers are as wide as their range and are rounded", () => {
  assert.equal(insideRange([[0, -3]], [[2]]), 3);
  assert.equal(insideRange([[0]]), 1);
  assert.deepEqual([-0.001, -1.256, 2].map((value) => insideNumber(value)), ["0", "−1.26", "2.00"]);
  assert.equal(insideNumber(null), "NaN");
});

test("an axis without a colour of its own is quiet", () => {
  assert.equal(axisColour("units"), "var(--units)");
  assert.equal(axisColour("units", true), "var(--units-text)");
  for (const axis of ["heads", null, undefined, ""]) assert.equal(axisColour(axis), "var(--quiet)");
});

test("what must be there and is not is named", () => {
  assert.equal(held(new Map([["a", 1]]), "a"), 1);
  assert.throws(() => held(new Map(), "memory:0"), /memory:0/);
  assert.throws(() => lastOf([]), /empty/);
});
