import assert from "node:assert/strict";
import { test } from "node:test";

import { backInWords, changesInWords, compare } from "../../assets/chain/changes.js";
import { branches, chain } from "./models.mjs";

const told = (before, after) => changesInWords(compare(before, after), before, after);

test("another model is no change, and the same one is none", () => {
  assert.equal(compare(null, chain()), null);
  assert.equal(compare(branches(), chain()), null);
  assert.equal(compare(chain(), chain()).any, false);
});

test("a slider that moves no parameter says why", () => {
  const { words, short } = told(chain(20), chain(21));
  assert.equal(short, "timesteps 20 → 21. T changed in sequence, memory and answer.");
  assert.equal(words, `${short} No parameter changes: the same weights are used at every timestep.`);
});

test("a slider that moves parameters says which, and from what to what", () => {
  const { words } = told(chain(20, 32), chain(20, 33));
  const counts = "parameters of memory 3,744 → 3,960, of answer 33 → 34";
  assert.equal(words, `units 32 → 33. U changed in memory; ${counts}. memory and answer have weights along units.`);
});

test("where there is least room, the setting and the sum are told", () => {
  assert.match(told(chain(20, 32), chain(20, 256)).brief, /^units 32 → 256\. [\d,]+ → [\d,]+ parameters\.$/);
  assert.equal(told(chain(20), chain(21)).brief, "timesteps 20 → 21.");
});

test("of two settings at once no sentence of one is told", () => {
  const { words } = told(chain(20, 32), chain(21, 33));
  assert.match(words, /^timesteps 20 → 21 and units 32 → 33\. T changed in .*; U changed in memory; parameters /);
  assert.doesNotMatch(words, /have weights along/);
});

test("what is marked is what moved: which axis of which tensor, and whose parameters", () => {
  const found = compare(chain(20, 32), chain(21, 33));
  assert.deepEqual(
    found.axes.map(({ name, axis, symbol }) => [name, axis, symbol]),
    [["sequence", 1, "T"], ["memory", 1, "T"], ["memory", 2, "U"], ["answer", 1, "T"]],
  );
  assert.deepEqual(found.parameters.map(({ name, was, now }) => [name, was, now]), [["memory", 3744, 3960], ["answer", 33, 34]]);
});

test("a tensor with other axes has another shape, whatever its sizes", () => {
  const after = chain();
  after.layers[0].output = [[null, 32]];
  const found = compare(chain(), after);
  assert.deepEqual([found.shapes, found.axes], [["memory"], []]);
  assert.equal(told(chain(), after).words, "The shape changed in memory. No parameter changes.");
});

test("many layers are told of together", () => {
  const [before, after] = [chain(), chain()];
  for (const [index, name] of ["a", "b", "c", "d"].entries()) {
    for (const each of [before, after]) each.layers.push({ ...each.layers[1], name, parameters: { total: 1 } });
    after.layers[2 + index].parameters = { total: 2 };
  }
  after.params += 4;
  assert.equal(told(before, after).short, "parameters of a, b, c and d, in total 3,777 → 3,781.");
});

test("a slider that comes back says so", () => {
  const back = compare(chain(21), chain(20));
  assert.equal(backInWords(back).words, "Back to timesteps 20: all shapes and parameters are as before.");
  assert.equal(backInWords({ ...back, settings: [] }).words, "As before.");
});
