import assert from "node:assert/strict";
import { test } from "node:test";

import { half, halves, lastEpoch, newFrames, outputAt, takeFrames } from "../../assets/live/frames.js";

// As NumPy writes float16: np.float16(value).view("u2").
const HALVES = [
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x7bff, 65504],
  [0x0400, 2 ** -14],
  [0x0001, 2 ** -24],
  [0x83ff, -(2 ** -14) + 2 ** -24],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
];
const base64 = (...bits) => Buffer.from(Uint16Array.from(bits).buffer).toString("base64");
const info = (answers, targets, lengths) => ({ key: "", answers, answer: "number", epochs: 3, baselines: [], targets, lengths });
const frame = (epoch, outputs) => ({ epoch, loss: 1, val_loss: 1, outputs });

test("halves are decoded bit for bit", () => {
  for (const [bits, value] of HALVES) assert.equal(half(bits), value);
  assert.ok(Number.isNaN(half(0x7e00)) && Number.isNaN(half(0xfc01)));
  assert.deepEqual([...halves(base64(...HALVES.map(([bits]) => bits)))], HALVES.map(([, value]) => Math.fround(value)));
  assert.deepEqual([...halves("")], []);
});

test("frames come in order, none twice and none backwards", () => {
  const frames = newFrames();
  const known = info("every step", [[[0], [0]]], [2]);
  assert.equal(lastEpoch(frames), 0);
  takeFrames(frames, [frame(1, base64(0x3c00, 0)), frame(2, base64(0, 0))], known);
  takeFrames(frames, [frame(1, base64(0, 0)), frame(2, base64(0, 0)), frame(3, base64(0xc000, 0x3c00))], known);
  assert.deepEqual(frames.list.map(({ epoch }) => epoch), [1, 2, 3]);
  assert.equal(lastEpoch(frames), 3);
  assert.equal(frames.worst, 2);
});

test("the error of a timestep is its mean over the sequences, without padding", () => {
  const targets = [[[0], [0], [0]], [[1], [1], [1]]];
  const frames = newFrames();
  const outputs = base64(0x3c00, 0, 0, 0x3c00, 0xc000, 0x7c00);
  takeFrames(frames, [frame(1, outputs)], info("every step", targets, [3, 2]));
  assert.deepEqual([...frames.list[0].error], [0.5, 1.5, 0]);
  takeFrames(frames, [frame(2, outputs)], info("every step", targets, [2, 2]));
  assert.ok(Number.isNaN(frames.list[1].error[2]));
});

test("where the task asks once there is an error for each sequence", () => {
  const frames = newFrames();
  const known = info("once", [[[1, 0]], [[0, 0]]], [1, 1]);
  takeFrames(frames, [frame(1, base64(0, 0, 0x3c00, 0xc000))], known);
  assert.deepEqual([...frames.list[0].error], [0.5, 1.5]);
  assert.equal(outputAt(frames.list[0], known, 1, 0, 1), -2);
});

test("an error that is no number makes no scale", () => {
  const frames = newFrames();
  takeFrames(frames, [frame(1, base64(0x7e00)), frame(2, base64(0x3c00))], info("every step", [[[0]]], [1]));
  assert.ok(Number.isNaN(frames.list[0].error[0]));
  assert.equal(frames.worst, 1);
});
