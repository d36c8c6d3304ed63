import assert from "node:assert/strict";
import { test } from "node:test";

import { newFlow, noteAnswer, putEpoch, takeAnswer, takeFlow, tensorsAt, wanted } from "../../assets/live/flow.js";

// As NumPy writes float16.
const base64 = (...bits) => Buffer.from(Uint16Array.from(bits).buffer).toString("base64");
const [ONE, MINUS_TWO, HALF] = [0x3c00, 0xc000, 0x3800];
const LAYOUT = [
  { name: "sequence", rows: 1, columns: 2, of_rows: 1, of_columns: 2, source: true },
  { name: "memory", rows: 2, columns: 2, of_rows: 64, of_columns: 2, source: false },
  { name: "answer", rows: 1, columns: 1, of_rows: 1, of_columns: 1, source: false },
];
const ANSWER = { layout: LAYOUT, sources: base64(ONE, HALF), epochs: { 7: base64(ONE, 0, MINUS_TWO, HALF, ONE) } };

test("the numbers of an epoch are cut into the tensors of the layout", () => {
  const flow = newFlow("run", 2);
  takeFlow(flow, [{ epoch: 8, tensors: base64(HALF, HALF, 0, 0, MINUS_TWO) }, { epoch: 9 }], 8);
  assert.equal(tensorsAt(flow, 8), null);
  takeAnswer(flow, ANSWER, 8);
  const seven = tensorsAt(flow, 7);
  assert.deepEqual([...seven.keys()], ["memory", "answer"]);
  assert.deepEqual([...seven.get("memory").numbers], [1, 0, -2, 0.5]);
  assert.deepEqual([seven.get("memory").rows, seven.get("memory").of_rows], [2, 64]);
  assert.deepEqual([...flow.sources.get("sequence").numbers], [1, 0.5]);
  assert.deepEqual([...tensorsAt(flow, 8).get("answer").numbers], [-2]);
  assert.equal(tensorsAt(flow, 9), null);
  assert.deepEqual(tensorsAt(flow, 7), seven);
});

test("what is shown is asked for first, then what comes, and never twice at a time", () => {
  const flow = newFlow("run", 0);
  assert.deepEqual(wanted(flow, 0, 0, 0), { from: 0, to: 0 });
  assert.deepEqual(wanted(flow, 5, 60, 0), { from: 5, to: 44 });
  assert.deepEqual(wanted(flow, 55, 60, 0), { from: 55, to: 60 });
  for (let epoch = 5; epoch <= 7; epoch++) putEpoch(flow, epoch, "AAA=", 5);
  putEpoch(flow, 20, "AAA=", 5);
  assert.deepEqual(wanted(flow, 5, 60, 0), { from: 8, to: 19 });
  flow.asking = true;
  assert.equal(wanted(flow, 5, 60, 0), null);
  for (let epoch = 0; epoch <= 30; epoch++) putEpoch(flow, epoch, "AAA=", 5);
  flow.asking = false;
  // All is here but where each tensor stands.
  assert.deepEqual(wanted(flow, 5, 60, 0), { from: 5, to: 5 });
  takeAnswer(flow, ANSWER, 5);
  assert.equal(wanted(flow, 5, 60, 0), null);
});

test("what did not come is asked for later, and what cannot be had is not", () => {
  const flow = newFlow("run", 0);
  for (const [status, missing] of [[503, true], [200, true], [429, true], [0, true]]) {
    noteAnswer(flow, status, missing, 1000);
    assert.equal(wanted(flow, 0, 9, 2999), null);
    assert.ok(wanted(flow, 0, 9, 3000));
  }
  noteAnswer(flow, 200, false, 1000);
  assert.ok(wanted(flow, 0, 9, 1000));
  noteAnswer(flow, 422, true, 1000);
  assert.equal(wanted(flow, 0, 9, 1e12), null);
});

test("a tab keeps no more than so much of a run, that around the epoch that is shown", () => {
  const flow = newFlow("run", 0);
  const large = "A".repeat(2e6);
  for (let epoch = 0; epoch < 40; epoch++) putEpoch(flow, epoch, large, 20);
  assert.equal(flow.epochs.size, 6);
  assert.ok([...flow.epochs.keys()].every((epoch) => Math.abs(epoch - 20) <= 3));
  assert.equal(flow.kept, 12e6);
});
