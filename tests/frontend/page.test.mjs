import assert from "node:assert/strict";
import { test } from "node:test";

test("however often the page is drawn, a file that is dropped is listened for once", async () => {
  const listeners = new Set();
  const keys = new Map();
  const key = (listener) => keys.set(listener, keys.get(listener) ?? keys.size).get(listener);
  const listens = {
    addEventListener: (name, listener) => listeners.add(`${name} ${key(listener)}`),
    removeEventListener: (name, listener) => listeners.delete(`${name} ${key(listener)}`),
  };
  const element = { getAttribute: () => null, setAttribute: () => {}, hasAttribute: () => false, remove: () => {} };
  globalThis.window = listens;
  globalThis.document = { ...listens, documentElement: element, createElement: () => ({ ...element, getContext: () => null }) };
  const { default: draw } = await import("../../assets/page.js");
  const parentElement = {};
  let end = () => {};
  for (const view of ["chain", "code", "quiz"]) {
    end = draw({ data: { hints: [], query: {}, view, opens: 100, figure: null }, parentElement, setTriggerValue: () => {} });
  }
  assert.equal([...listeners].filter((each) => each.startsWith("drop ")).length, 1);
  end();
  assert.equal(listeners.size, 0);
});
