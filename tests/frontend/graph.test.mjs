import assert from "node:assert/strict";
import { test } from "node:test";

import { graph, tensorsOf } from "../../assets/chain/graph.js";
import { HIDDEN, NOTHING } from "../../assets/chain/words.js";
import { branches, chain, layer, model, MODELS, source } from "./models.mjs";

const shape = [null, 20, 8];
const at = (graphed) => Object.fromEntries(graphed.items.map(({ name, depth, lane }) => [name, [depth, lane]]));

test("a chain has one lane and a column for each layer", () => {
  const graphed = graph(chain());
  assert.deepEqual(at(graphed), { sequence: [0, 0], memory: [1, 0], answer: [2, 0] });
  assert.equal(graphed.lanes, 1);
  assert.equal(graphed.depth, 2);
  assert.deepEqual(graphed.wires.map(({ from, to }) => `${from.name}>${to.name}`), ["sequence>memory", "memory>answer"]);
});

test("nothing is a graph of nothing", () => {
  assert.deepEqual(graph({}), { items: [], wires: [], lanes: 1, depth: 0 });
});

test("every layer stands after all that it reads, and no two share a place", () => {
  for (const [name, description] of Object.entries(MODELS)) {
    const { items, wires } = graph(description);
    for (const { from, to } of wires) assert.ok(from.depth < to.depth, `${name}: ${from.name} before ${to.name}`);
    const layers = items.filter((item) => item.layer);
    assert.equal(new Set(layers.map(({ depth, lane }) => `${depth}:${lane}`)).size, layers.length);
    const sources = items.filter((item) => !item.layer);
    assert.equal(new Set(sources.map(({ depth, lane }) => `${depth}:${lane}`)).size, sources.length);
  }
});

test("a source that is read late stands just before its reader", () => {
  const places = at(graph(branches()));
  assert.deepEqual(places.second, [places.both[0] - 1, 1]);
  assert.equal(places.first[0], 0);
});

test("in the list a source stands directly above its first reader", () => {
  const names = graph(branches()).items.map(({ name }) => name);
  assert.deepEqual(names, ["first", "near", "far", "sum", "second", "both"]);
});

test("two branches of one layer have lanes of their own, and what joins them stands between", () => {
  const description = model(
    [source("sequence", shape)],
    [
      layer("left", ["sequence"], shape, shape),
      layer("right", ["sequence"], shape, shape),
      layer("joined", ["left", "right"], shape, shape, { input: [shape, shape] }),
    ],
  );
  const places = at(graph(description));
  assert.deepEqual([places.left[1], places.right[1], places.joined[1], places.sequence[1]], [0, 1, 0.5, 0.5]);
});

test("what a layer reads twice is one wire, and what is not there is none", () => {
  const twice = layer("attention", ["sequence", "sequence", "gone"], shape, shape, { input: [shape, shape] });
  const { wires } = graph(model([source("sequence", shape)], [twice]));
  assert.deepEqual(wires.map(({ from, to }) => `${from.name}>${to.name}`), ["sequence>attention"]);
});

test("while shapes are asked for, not even the number of axes is in the graph", () => {
  const { items } = graph(chain(), ["shapes"]);
  const [sequence, memory, answer] = items;
  assert.deepEqual([memory.tensors, answer.tensors], [[HIDDEN], [HIDDEN]]);
  assert.equal(sequence.tensors[0].shape.length, 3);
  assert.deepEqual(answer.inputs, [HIDDEN]);
  assert.equal(graph(chain(), ["parameters"]).items[1].tensors[0].shape.length, 3);
});

test("a layer that cannot go on returns nothing", () => {
  const broken = layer("answer", ["sequence"], shape, shape, { broken: true, output: [], axes_out: [] });
  assert.deepEqual(graph(model([source("sequence", shape)], [broken])).items[1].tensors, [NOTHING]);
});

test("each side of a layer has its own names and symbols", () => {
  const [memory] = chain().layers;
  assert.deepEqual(tensorsOf(memory, "input")[0].rows, { axis: "features", size: 5, symbol: null });
  assert.deepEqual(tensorsOf(memory, "output")[0].rows, { axis: "units", size: 32, symbol: "U" });
});
