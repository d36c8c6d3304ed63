import assert from "node:assert/strict";
import { test } from "node:test";

import { folded, repeatsOf } from "../../assets/chain/fold.js";
import { graph } from "../../assets/chain/graph.js";
import { chain, layer, long, model, source } from "./models.mjs";

const shape = [null, 16, 8];
const add = (name, ...reads) => layer(name, reads, shape, shape, { type: "Add", input: [shape, shape] });

// Blocks of three layers, in each of which what comes in goes round one of them.
function blocks(times, more = []) {
  const layers = [];
  let read = "tokens";
  for (let block = 0; block < times; block++) {
    layers.push(layer(`up_${block}`, [read], shape, shape), layer(`down_${block}`, [`up_${block}`], shape, shape, { type: "Up" }));
    layers.push(add(`sum_${block}`, read, `down_${block}`));
    read = `sum_${block}`;
  }
  return model([source("tokens", shape)], [...layers, layer("answer", [read], shape, [null, 16, 1]), ...more]);
}

test("a block that comes six times is drawn once, and what follows reads the one that is drawn", () => {
  const description = blocks(6);
  const fold = repeatsOf(description);
  assert.deepEqual([fold.start, fold.size, fold.times, fold.names], [0, 3, 6, ["up_0", "down_0", "sum_0"]]);
  const drawn = folded(description, fold);
  assert.deepEqual(drawn.layers.map(({ name }) => name), ["up_0", "down_0", "sum_0", "answer"]);
  assert.deepEqual(drawn.layers.at(-1).reads, ["sum_0"]);
  assert.deepEqual(graph(drawn).wires.map(({ from, to }) => `${from.name}>${to.name}`), [
    "tokens>up_0",
    "up_0>down_0",
    "tokens>sum_0",
    "down_0>sum_0",
    "sum_0>answer",
  ]);
  assert.equal(description.layers.length, 19);
});

test("the same layer many times is a block of one", () => {
  const fold = repeatsOf(long(12));
  assert.deepEqual([fold.size, fold.times], [1, 12]);
});

test("short chains, two blocks, different layers and broken ones are drawn whole", () => {
  assert.equal(repeatsOf(chain()), null);
  assert.equal(repeatsOf(long(8)), null);
  assert.equal(repeatsOf(blocks(2)), null);
  assert.equal(repeatsOf({}), null);
  const growing = long(12);
  growing.layers.forEach((each, index) => (each.output = [[null, 20, 8 + index]]));
  assert.equal(repeatsOf(growing), null);
  assert.equal(repeatsOf({ ...long(12), layers: long(12).layers.map((each) => ({ ...each, broken: true })) }), null);
});

test("a block from whose middle something else reads is drawn whole, and so is one that the model returns", () => {
  const reader = add("far", "down_2", "sum_5");
  assert.notDeepEqual(repeatsOf(blocks(6, [reader]))?.times, 6);
  const returned = { ...blocks(6), returns: [{ name: "sum_3", output: 0 }] };
  assert.notEqual(repeatsOf(returned)?.times, 6);
});
