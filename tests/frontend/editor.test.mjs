// The editor's own logic: pieces of a code, lines that move, and what is sent of a notebook.

import assert from "node:assert/strict";
import { test } from "node:test";

import { codeCellsOf } from "../../assets/editor/file.js";
import { takeFragment } from "../../assets/editor/fragment.js";
import { lineAt, moved } from "../../assets/editor/lines.js";
import { piecesOf } from "../../assets/editor/pieces.js";

const written = (lines) => {
  const told = ({ kind, text }) => (kind ? `<${kind}:${text}>` : text);
  return piecesOf(lines).map((pieces) => pieces.map(told).join(""));
};

test("words of the language, texts and comments are told apart", () => {
  assert.deepEqual(written(['for x in data: # of "all"', `format = rf'a\\'b' + "c`, "is_in = 1"]), [
    '<word:for> x <word:in> data: <comment:# of "all">',
    `format = <text:rf'a\\'b'> + <text:"c>`,
    "is_in = 1",
  ]);
});

test("a text in three quotes goes on over lines", () => {
  assert.deepEqual(written(['a = """one # no', "for", 'end""" + b', "''' ''' if 1"]), [
    'a = <text:"""one # no>',
    "<text:for>",
    '<text:end"""> + b',
    "<text:''' '''> <word:if> 1",
  ]);
});

test("whatever is typed, no letter is lost", () => {
  const parts = ["'", '"', '"""', "'''", "#", "\\", "for", "x", " ", "\t", "rb", "é", "0"];
  let seed = 7;
  const next = (most) => (seed = (seed * 48271) % 2147483647) % most;
  const line = () => Array.from({ length: next(12) }, () => parts[next(parts.length)]).join("");
  for (let round = 0; round < 300; round++) {
    const lines = Array.from({ length: 4 }, line);
    assert.deepEqual(piecesOf(lines).map((pieces) => pieces.map(({ text }) => text).join("")), lines);
  }
});

test("marks move with their lines, and leave with a line that is gone", () => {
  const before = ["a", "b", "c", "d"];
  const now = (lines) => [1, 2, 3, 4].map(moved(before, lines));
  assert.deepEqual(now(["a", "new", "b", "c", "d"]), [1, 3, 4, 5]);
  assert.deepEqual(now(["a", "d"]), [1, null, null, 2]);
  assert.deepEqual(now(["a", "b", "cc", "d"]), [1, 2, 3, 4]);
  assert.deepEqual([1, 2].map(moved(["a", "a"], ["a", "a", "a"])), [1, 2]);
});

test("the cursor is on the line that it stands in", () => {
  const text = "one\ntwo\n\nfour";
  assert.deepEqual([0, 3, 4, 7, 8, 9, 13].map((place) => lineAt(text, place)), [1, 1, 2, 2, 3, 4, 4]);
});

test("of a notebook the code cells are sent, without what they printed", () => {
  const picture = { data: { "image/png": "x".repeat(100_000) } };
  const cells = [
    { cell_type: "markdown", source: ["# Title"] },
    { cell_type: "code", source: ["a = 1"], outputs: [picture] },
  ];
  assert.equal(codeCellsOf(JSON.stringify({ cells })), '{"cells":[{"cell_type":"code","source":["a = 1"]}]}');
  assert.equal(codeCellsOf(`{"cells": [${"1,".repeat(9000)}`).length, 1000);
});

test("the code of a link is taken once, and other fragments are no code", () => {
  const kept = { explorerFragment: "#code=q1bK" };
  assert.deepEqual([takeFragment(kept), takeFragment(kept)], ["#code=q1bK", ""]);
  assert.equal(takeFragment({ explorerFragment: "#stMain" }), "");
  assert.equal(takeFragment({}), "");
});
