import assert from "node:assert/strict";
import { test } from "node:test";

import { isDone, nextHint, reached } from "../../assets/page/hints.js";
import { coveredBy, roomFor } from "../../assets/page/room.js";

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

test("what the page has already, however it was reached, needs no hint", () => {
  const hints = [hint("data", { settings: ["timesteps"], there: ".run" }), hint("gru", { press: ".gru" }), hint("train", { there: ".run" })];
  assert.deepEqual(reached(hints, [], () => false), []);
  assert.deepEqual(reached(hints, ["data"], (there) => there === ".run"), ["train"]);
  assert.deepEqual(reached(hints, ["*"], () => true), []);
});

const edges = (left, top, width = 100, height = 40, weight = 1) => ({ left, top, right: left + width, bottom: top + height, weight });
const FORMS = { high: { width: 290, height: 108 }, low: { width: 800, height: 34 } };
const WINDOW = { width: 1280, height: 800 };

test("a box stands beside its place where there is room, and within the window at any place of it", () => {
  const { left, top } = roomFor(edges(20, 200), FORMS, "right", WINDOW, [edges(20, 200, 100, 40, 100)]);
  assert.deepEqual([left, top], [130, 220]);
  assert.deepEqual(roomFor(edges(300, 200), FORMS, "below", WINDOW, []), { form: "high", left: 300, top: 250, covered: 0 });
  const small = { high: { width: 250, height: 90 } };
  for (const window of [WINDOW, { width: 375, height: 600 }]) {
    for (const place of [edges(-50, -80), edges(1270, 790), edges(360, 590), edges(0, 0, 375, 600)]) {
      for (const side of ["right", "below"]) {
        const spot = roomFor(place, small, side, window, [{ ...place, weight: 100 }]);
        assert.ok(spot.left >= 4 && spot.left + 250 <= window.width - 4, `${spot.left}`);
        assert.ok(spot.top >= 4 && spot.top + 90 <= window.height - 4, `${spot.top}`);
      }
    }
  }
});

test("a hint covers nothing while any form of it has room anywhere, and little where none has", () => {
  const place = edges(30, 335, 196, 50, 100);
  // A page that is full but for its highest line.
  const words = Array.from({ length: 18 }, (_, row) => edges(0, 44 + 42 * row, 1280, 40));
  const spot = roomFor(place, FORMS, "right", WINDOW, [place, ...words]);
  assert.deepEqual([spot.form, spot.covered], ["low", 0]);
  assert.equal(coveredBy(spot, FORMS.low, words), 0);
  const full = roomFor(place, FORMS, "right", WINDOW, [place, edges(0, 0, 1280, 800)]);
  assert.equal(full.covered, 800 * 34);
  assert.equal(coveredBy(full, FORMS[full.form], [place]), 0);
});
