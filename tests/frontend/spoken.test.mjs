// What a screen reader hears of a run: now and then, and its end once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { speak, spokenOf } from "../../assets/live/spoken.js";

const frame = (epoch) => ({ epoch, loss: 0.5, val_loss: 0.25 });

test("epoch and losses are told in words, and how a run ended", () => {
  assert.equal(spokenOf(frame(3), 60, "running"), "Epoch 3 of 60: training loss 0.5, validation loss 0.25.");
  assert.match(spokenOf(frame(60), 60, "done"), /The run is done\.$/);
});

test("a run that trains is told of every ten seconds, one that has ended once and with its last epoch", () => {
  const spoken = { line: { textContent: "" }, at: -Infinity, told: "" };
  const panel = { run: "r", status: { state: "running", epoch: 1 }, frames: { list: [frame(1)] }, info: { epochs: 9 }, spoken };
  speak(panel, 0);
  const first = spoken.line.textContent;
  panel.frames.list.push(frame(2));
  speak(panel, 9_000);
  assert.equal(spoken.line.textContent, first);
  speak(panel, 10_000);
  assert.match(spoken.line.textContent, /^Epoch 2 of 9/);
  panel.status = { state: "done", epoch: 3 };
  speak(panel, 10_100);
  assert.match(spoken.line.textContent, /^Epoch 2/);
  panel.frames.list.push(frame(3));
  speak(panel, 10_200);
  assert.match(spoken.line.textContent, /^Epoch 3 of 9.*done\.$/);
  spoken.line.textContent = "";
  speak(panel, 90_000);
  assert.equal(spoken.line.textContent, "");
});
