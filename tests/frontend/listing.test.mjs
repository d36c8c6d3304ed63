import assert from "node:assert/strict";
import { test } from "node:test";

import { namesAt } from "../../assets/listing.js";

test("a line names the layers that it makes, from the first line of the call to the last", () => {
  const layers = [{ name: "memory", first: 3, last: 5 }, { name: "answer", first: 5, last: 5 }];
  assert.deepEqual([2, 3, 5, 6].map((line) => namesAt(layers, line)), [[], ["memory"], ["memory", "answer"], []]);
});
