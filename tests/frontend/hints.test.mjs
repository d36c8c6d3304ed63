import assert from "node:assert/strict";
import { test } from "node:test";

import { isDone, nextHint, placeBeside } from "../../assets/page/hints.js";

const hint = (name, done = {}) => ({ name, at: `.${name}`, side: "below", says: `${name}.`, done });
const HINTS = [hint("data", { settings: ["timesteps"] }), hint("gru", { press: ".gru" }), hint("compare", { view: "twins" })];
const page = (query, view = "chain") => ({ hints: HINTS, query, view });

test("hints come one at a time, in order, without those that are gone", () => {
  assert.equal(nextHint(HINTS, [], () => true).name, "data");
  assert.equal(nextHint(HINTS, ["data"], () => true).name, "gru");
  assert.equal(nextHint(HINTS, ["data", "gru", "compare"], () => true), undefined);
});

test("a hint whose place is not on the page is left out, and comes when it is", () => {
  assert.equal(nextHint(HINTS, ["data"], ({ name }) => name !== "gru").name, "compare");
  assert.equal(nextHint(HINTS, [], () => false), undefined);
});

test("whoever wants no more hints gets none", () => {
  assert.equal(nextHint(HINTS, ["*"], () => true), undefined);
});

test("a hint is done by what it suggests, and by nothing else", () => {
  const [data, gru, compare] = HINTS;
  const first = page({ timesteps: "20", units: "32" });
  assert.ok(isDone(data, first, page({ timesteps: "21", units: "32" })));
  assert.ok(!isDone(data, first, page({ timesteps: "20", units: "33" })));
  assert.ok(isDone(compare, first, page(first.query, "twins")));
  for (const each of [data, gru, compare]) assert.ok(!isDone(each, first, first), each.name);
});

test("a box stands beside its place, and within the window at any place of it", () => {
  const window = { width: 1280, height: 800 };
  const at = (left, top, width = 100, height = 40) => ({ left, top, right: left + width, bottom: top + height });
  assert.deepEqual(placeBeside(at(20, 200), 250, 90, "right", window), { left: 130, top: 220 });
  assert.deepEqual(placeBeside(at(300, 200), 250, 90, "below", window), { left: 300, top: 250 });
  // No room below: above.
  assert.deepEqual(placeBeside(at(300, 740), 250, 90, "below", window), { left: 300, top: 640 });
  for (const small of [window, { width: 375, height: 600 }]) {
    for (const place of [at(-50, -80), at(1270, 790), at(360, 590), at(0, 0, 375, 600)]) {
      for (const side of ["right", "below"]) {
        const { left, top } = placeBeside(place, 250, 90, side, small);
        assert.ok(left >= 8 && left + 250 <= small.width - 8, `${left}`);
        assert.ok(top >= 8 && top + 90 <= small.height - 8, `${top}`);
      }
    }
  }
});

test("a hint covers neither what it speaks of nor what is to be pressed", () => {
  const window = { width: 1280, height: 800 };
  const edges = (left, top, width, height) => ({ left, top, right: left + width, bottom: top + height });
  const train = edges(291, 451, 96, 36);
  assert.deepEqual(placeBeside(edges(30, 335, 196, 50), 290, 110, "right", window, train), { left: 236, top: 331 });
  assert.deepEqual(placeBeside(edges(291, 300, 96, 120), 290, 110, "below", window, train), { left: 291, top: 180 });
  assert.deepEqual(placeBeside(train, 290, 110, "below", window, train), { left: 291, top: 497 });
});
