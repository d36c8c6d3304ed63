// The chain follows a slider: what is drawn when the page's answer comes after the slider has moved on.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { endFollower, newFollower, takePage } from "../../assets/chain/follow.js";

const HOST = { document: globalThis.document, MutationObserver: globalThis.MutationObserver, fetch: globalThis.fetch };
const slider = { value: "32", disabled: false, min: "1", max: "128" };
let observed, asked, answers;

beforeEach(() => {
  [slider.value, asked, answers] = ["32", [], true];
  globalThis.document = { body: {}, querySelector: (name) => (name === ".st-key-units input[type=range]" ? slider : null) };
  globalThis.MutationObserver = class {
    constructor(moved) {
      observed = moved;
    }
    observe() {}
    disconnect() {}
  };
  globalThis.fetch = async (url) => {
    const units = Number(new URL(url, "http://here").searchParams.get("units"));
    asked.push(units);
    return { ok: answers, json: async () => ({ description: { units }, values: {}, drawings: {} }) };
  };
});

afterEach(() => Object.assign(globalThis, HOST));

function newState() {
  const drawn = [];
  const state = { page: null, data: null, closed: false };
  state.follower = newFollower(state, ({ data }) => drawn.push([data.description.units, data.marks]));
  return { state, drawn };
}

const page = (units, marks) => ({ url: "/shapes", query: { units }, follows: ["units"], description: { units }, marks });
// All that is answered already has come.
const settled = () => new Promise((done) => setImmediate(done));

// A chain that has followed the slider to a place, and where the page has not answered for long.
async function movedTo(value) {
  const { state, drawn } = newState();
  takePage(state, page("32", "a"));
  slider.value = value;
  observed();
  await settled();
  state.follower.moved = performance.now() - 60_000;
  return { state, drawn };
}

test("the page's answer is drawn where the sliders stand as it says", async () => {
  const { state, drawn } = newState();
  takePage(state, page("32", "a"));
  await settled();
  assert.deepEqual([drawn, asked], [[["32", "a"]], []]);
  endFollower(state.follower);
});

test("a move of a slider is drawn before the page has answered, and the next place is asked for ahead", async () => {
  const { state, drawn } = await movedTo("33");
  assert.deepEqual(drawn.at(-1), [33, "a"]);
  assert.deepEqual(asked, [33, 34]);
  endFollower(state.follower);
});

test("an old answer of the page does not take the slider back, however long the next one takes", async () => {
  const { state, drawn } = await movedTo("36");
  takePage(state, page("33", "b"));
  await settled();
  assert.deepEqual(drawn.at(-1), [36, "b"]);
  // And where shapes cannot be had, the page's are better than none.
  answers = false;
  slider.value = "40";
  state.follower.moved = performance.now() - 60_000;
  takePage(state, page("36", "c"));
  await settled();
  assert.deepEqual(drawn.at(-1), ["36", "c"]);
  endFollower(state.follower);
});

test("an answer that is late twice is not drawn over a newer one", async () => {
  const { state, drawn } = await movedTo("36");
  takePage(state, page("33", "b"));
  takePage(state, page("36", "c"));
  await settled();
  assert.deepEqual(drawn.at(-1), ["36", "c"]);
  endFollower(state.follower);
});
