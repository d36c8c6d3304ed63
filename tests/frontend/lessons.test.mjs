import assert from "node:assert/strict";
import { test } from "node:test";

import { readKept, withStep } from "../../assets/lessons/kept.js";
import { standing } from "../../assets/lessons/list.js";
import { isThere } from "../../assets/lessons/watch.js";

const LESSON = { name: "memory", title: "Memory", goal: "Know.", minutes: 5, steps: 4, path: "" };
const nothing = { layer: null, epoch: null, below: null };

test("an open layer is seen, and no other", () => {
  assert.ok(isThere({ ...nothing, layer: "memory" }, "memory", null));
  assert.ok(!isThere({ ...nothing, layer: "memory" }, "answer", null));
  assert.ok(!isThere({ ...nothing, layer: "memory" }, null, null));
});

test("of a run what is shown counts, and only with the settings on the page", () => {
  const run = { run: "a1", shown: "15", validation: "0.2", stale: "false" };
  assert.ok(isThere({ ...nothing, epoch: 15 }, null, run));
  assert.ok(!isThere({ ...nothing, epoch: 16 }, null, run));
  assert.ok(isThere({ ...nothing, below: 0.28 }, null, run));
  assert.ok(!isThere({ ...nothing, below: 0.19 }, null, run));
  for (const other of [null, { ...run, run: "" }, { ...run, stale: "true" }]) {
    assert.ok(!isThere({ ...nothing, epoch: 1 }, null, other));
  }
  assert.ok(!isThere({ ...nothing, below: 0.28 }, null, { ...run, validation: "" }));
});

test("what is kept is read as far as it is ours", () => {
  assert.deepEqual(readKept('{"memory": {"step": 2, "done": true, "more": 1}}'), { memory: { step: 2, done: true } });
  for (const wrong of [null, "", "[1]", "{", '{"a": 1}', '{"a": {"step": -1}}', '{"a": {"step": 1e9}}', "null", '"a"']) {
    assert.deepEqual(readKept(wrong), {}, String(wrong));
  }
  const many = Object.fromEntries([...Array(500).keys()].map((name) => [name, { step: 1 }]));
  assert.equal(Object.keys(readKept(JSON.stringify(many))).length, 100);
});

test("what is done stays done when somebody goes back", () => {
  const done = withStep({ axes: { step: 2, done: false } }, "memory", 4, true);
  assert.deepEqual(withStep(done, "memory", 1, false), { axes: { step: 2, done: false }, memory: { step: 1, done: true } });
});

test("a lesson goes on where somebody was, within its steps", () => {
  assert.equal(standing(LESSON, undefined).step, 1);
  assert.deepEqual(standing(LESSON, { step: 3, done: false }), { step: 3, says: "5 minutes, 4 steps. You were at step 3.", way: "Go on" });
  assert.equal(standing(LESSON, { step: 9, done: false }).step, 4);
  assert.equal(standing(LESSON, { step: 4, done: true }).step, 1);
});
