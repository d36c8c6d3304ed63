import assert from "node:assert/strict";
import { test } from "node:test";

import { attentionHatch, attentionLaid, attentionShades, attentionWords } from "../../assets/chain/attention.js";
import { insideAt } from "../../assets/chain/inside.js";

test("heads stand side by side where there is room, and never leave it", () => {
  for (const room of [240, 330, 700, 1200]) {
    for (const heads of [1, 2, 8]) {
      for (const [queries, keys] of [[20, 20], [4, 48], [48, 5]]) {
        const { across, side, width, height } = attentionLaid(heads, queries, keys, room);
        assert.ok(across >= 1 && across <= heads);
        assert.ok(across * width + (across - 1) * 22 <= room + 1e-9);
        assert.ok(side > 0 && Math.abs(width - side * keys) < 1e-9 && height <= 421);
      }
    }
  }
  assert.equal(attentionLaid(2, 20, 20, 700).across, 2);
  assert.equal(attentionLaid(8, 20, 20, 240).across, 1);
});

test("a weight is as dark as its share of the largest, and what is barred is not shaded", () => {
  const at = (query, key) => `${query}:${key} `;
  const paths = attentionShades([[10000, 5000], [0, 10000]], [[0, 0], [0, 1]], 10000, at);
  assert.equal(paths.at(-1), "0:0 ");
  assert.equal(paths[11], "0:1 ");
  assert.equal(paths.join("").length, 8);
});

test("hatching covers what is barred and nothing else", () => {
  const lines = attentionHatch([[0, 1, 1], [0, 0, 0]], 100, 50, 8).match(/M[\d.]+,[\d.]+/g) ?? [];
  assert.deepEqual(lines, ["M108.0,58.0", "M116.0,58.0"]);
  assert.equal(attentionHatch([[0]], 0, 0, 8), "");
});

test("a weight is told with its head and timesteps, and why it does not count", () => {
  const weight = { head: 2, query: 3, key: 5, weight: 2134, why: "" };
  assert.equal(attentionWords(weight, 4), "head 2, query timestep 3 attends to key timestep 5 with weight 0.213");
  assert.equal(attentionWords(weight, 1), "query timestep 3 attends to key timestep 5 with weight 0.213");
  assert.match(attentionWords({ ...weight, weight: 0, why: "the key timestep is masked" }, 1), /not attended to, the key timestep is masked \(weight 0\)/);
});

test("a cell is found by its place", () => {
  const cells = [{ x: 0, y: 0, width: 5, height: 5 }, { x: 5, y: 0, width: 5, height: 5 }];
  assert.equal(insideAt(cells, { x: 5, y: 4 }), cells[1]);
  assert.equal(insideAt(cells, { x: 5, y: 5 }), undefined);
});
