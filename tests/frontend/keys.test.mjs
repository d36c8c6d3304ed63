import assert from "node:assert/strict";
import { test } from "node:test";

import { takesText } from "../../assets/page/keys.js";

test("a field that is written in keeps its own undo", () => {
  for (const type of [undefined, "text", "search", "number"]) assert.ok(takesText({ tag: "INPUT", type }), type);
  assert.ok(takesText({ tag: "TEXTAREA" }));
  assert.ok(takesText({ tag: "DIV", editable: true }));
});

test("sliders, toggles, buttons and the page itself leave it to the settings", () => {
  for (const type of ["range", "checkbox", "radio"]) assert.ok(!takesText({ tag: "INPUT", type }), type);
  for (const tag of ["BUTTON", "BODY", "DIV"]) assert.ok(!takesText({ tag }), tag);
});

test("a list to choose from keeps it only while it is open, when what is typed searches the list", () => {
  assert.ok(!takesText({ tag: "INPUT", type: "text", role: "combobox" }));
  assert.ok(takesText({ tag: "INPUT", type: "text", role: "combobox", expanded: true }));
});
