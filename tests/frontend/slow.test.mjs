import assert from "node:assert/strict";
import { test } from "node:test";

import { askSlow, batchesBeside, inWords, isReached, momentAt, momentInWords, momentsOf, periodAt, phaseBeside, PERIODS, shareInWords, slowAddress } from "../../assets/chain/slow.js";
import { beginSlow, toBatch, toPhase } from "../../assets/chain/slow_played.js";

const T = 3;
const one = { backwards: false, windows: 1 };

test("a batch goes forward, has its loss, goes backward from the last timestep to the first, and is updated", () => {
  const moments = Array.from({ length: momentsOf(T) }, (_, index) => momentAt(index + 1, T));
  assert.deepEqual(moments.map(({ phase, place }) => `${phase[0]}${place ?? ""}`), ["f1", "f2", "f3", "l", "b3", "b2", "b1", "u"]);
  assert.deepEqual([2, 4, 6, 8].map((at) => phaseBeside(at, T, 1)), [4, 5, 8, 8]);
  assert.deepEqual([2, 4, 6, 8].map((at) => phaseBeside(at, T, -1)), [1, 1, 4, 5]);
  assert.deepEqual([periodAt(2, T, true), periodAt(4, T, true)], [PERIODS.passing, PERIODS.standing]);
  const state = { at: 6, run: "a", epoch: 5, batch: 2, answer: { of: 16 }, reason: "" };
  assert.equal(momentInWords(state, T), "epoch 5, batch 2 of 16: backward, timestep 2 of 3");
  assert.equal(momentInWords({ ...state, at: 4, answer: null }, T), "epoch 5, batch 2: loss");
});

test("bars are filled in as far as the phase has come, in the order in which a direction reads", () => {
  const filled = (kind, at, way = one, length = T) =>
    Array.from({ length }, (_, index) => isReached(kind, index + 1, momentAt(at, length), way, length)).map(Number).join("");
  assert.deepEqual([1, 2, 4, 8].map((at) => filled("states", at)), ["100", "110", "111", "111"]);
  assert.deepEqual([1, 3, 4, 6].map((at) => filled("loss", at)), ["000", "000", "111", "111"]);
  assert.deepEqual([4, 5, 6, 7, 8].map((at) => filled("gradient", at)), ["000", "001", "011", "111", "111"]);
  const back = { backwards: true, windows: 1 };
  assert.deepEqual([filled("states", 1, back), filled("gradient", 5, back)], ["001", "100"]);
  // Two windows of two, each of which is read from its end.
  assert.equal(filled("states", 3, { backwards: true, windows: 2 }, 4), "1101");
});

test("a batch is asked for by its epoch, and what is wrong is a sentence", async () => {
  assert.equal(slowAddress("a b", 3, 2), "/slow/a%20b?epoch=3&batch=2");
  const answers = (status, body) => async () => ({ ok: status === 200, status, json: async () => body });
  assert.deepEqual(await askSlow("", answers(200, { reason: "", batch: 2 })), { answer: { reason: "", batch: 2 }, reason: "", busy: false });
  assert.deepEqual(await askSlow("", answers(200, { reason: "Too long." })), { answer: null, reason: "Too long.", busy: false });
  assert.deepEqual(await askSlow("", answers(503, { error: "Busy." })), { answer: null, reason: "Busy.", busy: true });
  assert.equal((await askSlow("", async () => Promise.reject(new Error()))).busy, true);
});

test("the batches before and after are those of the epoch", () => {
  const answer = { of: 3 };
  assert.deepEqual(batchesBeside({ batch: 1, answer }), { before: null, after: 2 });
  assert.deepEqual(batchesBeside({ batch: 3, answer }), { before: 2, after: null });
  assert.deepEqual(batchesBeside({ batch: 2, answer: null }), { before: 1, after: null });
});

test("numbers and parts in words", () => {
  assert.deepEqual([inWords(0.012345), inWords(-2), inWords(null)], ["0.0123", "−2", "not a finite number"]);
  assert.deepEqual([shareInWords(0.00834), shareInWords(null)], ["0.83%", "from 0"]);
});

test("slow motion plays at once, unless nothing should move by itself, and goes to the batches beside", () => {
  const [{ window, fetch }, never] = [globalThis, () => new Promise(() => {})];
  globalThis.fetch = never;
  const begin = (still, source = { run: "a", epoch: 5, batch: 2 }) => {
    globalThis.window = { matchMedia: () => ({ matches: still }) };
    const walking = { slow: null, playing: false, source, over: { length: T }, repaint() {} };
    beginSlow(walking);
    return walking;
  };
  try {
    assert.equal(begin(true).playing, false);
    assert.match(begin(false, { run: null, epoch: 0, batch: null }).wrong, /press Train/);
    const walking = begin(false);
    assert.deepEqual([walking.playing, walking.slow.epoch, walking.slow.batch], [true, 5, 2]);
    walking.slow.answer = { of: 2 };
    assert.deepEqual([toPhase(walking, 2), walking.slow.at, walking.playing], [true, T + 2, false]);
    assert.deepEqual([toBatch(walking, 1), toBatch(walking, -1), walking.slow.batch, walking.slow.at, walking.playing], [false, true, 1, 1, true]);
  } finally {
    Object.assign(globalThis, { window, fetch });
  }
});
