import assert from "node:assert/strict";
import { test } from "node:test";

import { softmaxWords } from "../../assets/chain/softmax.js";

test("a weight is told with its timestep and the number that it comes from", () => {
  const [scores, weights] = [[[1, -2]], [[0.9526, 0.0474]]];
  assert.equal(softmaxWords(scores, weights, 0, 1, "timesteps", "timesteps"), "timestep 2: weight 0.047, from the number −2.000");
  const several = softmaxWords([...scores, [0, 0]], [...weights, [0.5, 0.5]], 1, 0, "timesteps", "features");
  assert.equal(several, "timestep 1, feature 2: weight 0.500, from the number 0");
});
