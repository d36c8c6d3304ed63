import assert from "node:assert/strict";
import { test } from "node:test";

import { moved } from "../../assets/who/moved.js";

test("keys lead to the next cell and stop at the edges of the table", () => {
  const next = (key, at = [1, 2]) => moved(at, key, 3, 4);
  assert.deepEqual(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].map((key) => next(key)), [
    [0, 2],
    [2, 2],
    [1, 1],
    [1, 3],
    [1, 0],
    [1, 3],
  ]);
  assert.deepEqual([next("ArrowUp", [0, 0]), next("ArrowLeft", [0, 0])], [[0, 0], [0, 0]]);
  assert.deepEqual([next("ArrowDown", [2, 3]), next("ArrowRight", [2, 3])], [[2, 3], [2, 3]]);
  for (const other of ["Tab", "Enter", "a"]) assert.equal(next(other), null);
});
