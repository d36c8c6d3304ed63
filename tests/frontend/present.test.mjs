// The projector's words, and the list of keys that handlers and the sheet share.

import assert from "node:assert/strict";
import { test } from "node:test";
import { calledOf, deedOf, KEYS, keysByPlace } from "../../assets/keys.js";
import { paragraphsOf } from "../../assets/present/colours.js";

test("a key does one thing in a place, and the sheet shows every key once", () => {
  for (const [place, keys] of keysByPlace()) {
    const names = keys.flatMap((each) => each.keys);
    assert.equal(new Set(names).size, names.length, place);
    for (const { does, keys: own, browser } of keys) {
      for (const name of own) assert.equal(deedOf(place, name), browser ? null : does);
    }
  }
  assert.deepEqual(keysByPlace().flatMap(([, keys]) => keys), KEYS);
  assert.ok(KEYS.every(({ says }) => /^[A-Z].*[^.]$/.test(says)));
});

test("the keys of a presenter's clicker walk, and letters do it in both cases", () => {
  assert.equal(deedOf("Projector", "PageDown"), "next");
  assert.equal(deedOf("Projector", "PageUp"), "previous");
  assert.equal(deedOf("Projector", "R"), deedOf("Projector", "r"));
  assert.equal(deedOf("Projector", "x"), null);
  assert.equal(deedOf("Nowhere", "r"), null);
  assert.deepEqual([" ", "ArrowLeft", "r", "Home"].map(calledOf), ["Space", "←", "R", "Home"]);
});

test("a text has paragraphs and points", () => {
  assert.deepEqual(paragraphsOf("One\nline.\n\nAnother.\n- first\n- second\n  goes on\n"), [
    { point: false, words: "One line." },
    { point: false, words: "Another." },
    { point: true, words: "first" },
    { point: true, words: "second goes on" },
  ]);
  assert.deepEqual(paragraphsOf(""), []);
});
