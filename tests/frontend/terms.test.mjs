import assert from "node:assert/strict";
import { test } from "node:test";

import { GLOSSARY } from "../../assets/glossary.js";
import { wordsIn } from "../../assets/terms.js";

test("the words of a sentence are found, each once, in the plural too", () => {
  const found = wordsIn("Reads 20 timesteps and returns the hidden state of every timestep; each gate has parameters.");
  assert.deepEqual(found.map(({ word }) => word), ["timestep", "hidden state", "gate", "parameter"]);
  assert.deepEqual(found.map(({ text }) => text), ["timesteps", "hidden state", "gate", "parameters"]);
});

test("a longer word wins over one that it begins with, and code is left alone", () => {
  assert.deepEqual(wordsIn("return_sequences=True, with units=32"), []);
  assert.deepEqual(wordsIn("a baseline").map(({ word }) => word), ["baseline"]);
  assert.deepEqual(wordsIn("nothing to explain"), []);
});

test("every word has a meaning", () => {
  for (const [word, meaning] of Object.entries(GLOSSARY)) {
    assert.ok(meaning.endsWith("."), word);
    assert.equal(wordsIn(`It is a ${word} here.`)[0].word, word);
  }
});
