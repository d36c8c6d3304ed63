import assert from "node:assert/strict";
import { test } from "node:test";

import { isMasked } from "../../assets/chain/shades.js";
import { masksOf } from "../../assets/chain/shown.js";
import { maskInWords } from "../../assets/chain/words.js";
import { hatchPath } from "../../assets/hatch.js";

test("a column is masked where its timestep is, however many columns are drawn", () => {
  const counts = [1, 1, 0, 0];
  assert.deepEqual([0, 1, 2, 3].map((column) => isMasked(counts, column, 4)), [false, false, true, true]);
  assert.deepEqual([0, 1].map((column) => isMasked(counts, column, 2)), [false, true]);
  assert.deepEqual([0, 7].map((column) => isMasked(counts, column, 8)), [false, true]);
  assert.equal(isMasked(undefined, 0, 4), false);
  assert.equal(isMasked([], 0, 4), false);
});

test("lines of a hatching stay within their rectangle", () => {
  for (const [x, y, width, height] of [[10, 20, 30, 8], [0, 0, 4, 40], [5, 5, 5, 5]]) {
    const places = [...hatchPath(x, y, width, height).matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, left, top]) => [left, top].map(Number));
    assert.ok(places.length);
    assert.ok(places.every(([left, top]) => left >= x && left <= x + width && top >= y && top <= y + height));
  }
});

test("the masks are those of the shown sequence, and none where a question is asked", () => {
  const data = { masks: { memory: [[1, 0], [1, 1]], short: [[1]] }, hidden: [] };
  assert.deepEqual(masksOf({ shown: { fits: true, sequence: 1 }, data }), { memory: [1, 1] });
  assert.deepEqual(masksOf({ shown: { fits: false, sequence: 1 }, data }), { memory: [1, 0], short: [1] });
  assert.deepEqual(masksOf({ shown: { fits: true, sequence: 0 }, data: { ...data, hidden: ["shapes"] } }), {});
  assert.deepEqual(masksOf({ shown: { fits: true, sequence: 0 }, data: {} }), {});
});

test("what becomes of a mask is said in a few words", () => {
  assert.equal(maskInWords(["makes"]), "makes mask");
  assert.equal(maskInWords(["uses", "passes"]), "uses mask");
  assert.equal(maskInWords(["uses", "drops"]), "uses, drops mask");
  assert.equal(maskInWords(["passes"]), "passes mask");
  assert.equal(maskInWords(["unknown", "passes"]), "mask: not known");
  assert.equal(maskInWords(undefined), "");
});
