import assert from "node:assert/strict";
import { test } from "node:test";

import { concatenated, graph, tensorsOf } from "../../assets/chain/graph.js";
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

const vector = [null, 8];
const encoder = layer("encoder", ["source"], shape, vector, {
  output: [vector, vector, vector],
  names_out: ["output", "state h", "state c"],
  axes_out: [["batch", "units"], ["batch", "units"], ["batch", "units"]],
  symbols_out: [],
});
const decoder = layer("decoder", ["target", "encoder"], shape, shape, {
  input: [shape, vector, vector],
  origins: [{ name: "target", output: 0 }, { name: "encoder", output: 1 }, { name: "encoder", output: 2 }],
  names_in: ["sequence", "initial state h", "initial state c"],
});

test("wires leave from the tensor that is used, and end at the name that it has there; the others are unused", () => {
  const description = model([source("source", shape), source("target", shape)], [encoder, decoder]);
  const { items, wires } = graph({ ...description, returns: [{ name: "decoder", output: 0 }] });
  const into = wires.filter(({ to }) => to.name === "decoder");
  assert.deepEqual(into.map(({ from, output, to, port }) => [from.name, output, to.ports[port].label]), [
    ["target", 0, "sequence"],
    ["encoder", 1, "initial state h"],
    ["encoder", 2, "initial state c"],
  ]);
  const found = items.find(({ name }) => name === "encoder");
  assert.deepEqual([found.used, found.names], [[false, true, true], ["output", "state h", "state c"]]);
});

test("of a part of a model whose outputs are not known, nothing is said to be unused where nothing is used", () => {
  const { items } = graph(model([source("source", shape)], [encoder]));
  assert.deepEqual(items[1].used, [true, true, true]);
});

test("a tensor that is read as two things comes in once, with both names", () => {
  const twice = { origins: [0, 0].map((output) => ({ name: "source", output })), names_in: ["query", "value"] };
  const [, attention] = graph(model([source("source", shape)], [layer("attention", ["source"], shape, shape, twice)])).items;
  assert.deepEqual(attention.ports, [{ name: "source", output: 0, label: "query, value" }]);
});

test("a Concatenate says which stretch of its axis each tensor becomes", () => {
  const joined = { type: "Concatenate", input: [shape, [null, 20, 1], shape], output: [[null, 20, 17]] };
  const parts = concatenated(layer("joined", ["a", "b", "c"], shape, [null, 20, 17], joined));
  assert.deepEqual(parts.map(({ words }) => words), ["units 1–8", "units 9", "units 10–17"]);
  assert.deepEqual(concatenated(layer("one", ["a"], shape, shape, { type: "Concatenate" })), []);
  assert.deepEqual(concatenated(layer("sum", ["a", "b"], shape, shape, { type: "Add", input: [shape, shape] })), []);
});

test("a source that is read late does not share its place with a layer", () => {
  const states = layer("second", ["encoder"], vector, vector, { origins: [{ name: "encoder", output: 2 }] });
  const first = layer("first", ["encoder"], vector, vector, { origins: [{ name: "encoder", output: 1 }] });
  const last = { ...decoder, reads: ["target", "first", "second"], origins: ["target", "first", "second"].map((name) => ({ name, output: 0 })) };
  const { items } = graph(model([source("source", shape), source("target", shape)], [encoder, first, states, last]));
  assert.equal(new Set(items.map(({ depth, lane }) => `${depth}:${lane}`)).size, items.length);
});
