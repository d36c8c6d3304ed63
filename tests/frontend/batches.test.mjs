import assert from "node:assert/strict";
import { test } from "node:test";

import { batchAt, batchOf, newBatches, readBatch, takeBatches, wantedBatch } from "../../assets/live/batches.js";
import { beside, newFilm, pause, play } from "../../assets/live/film.js";
import { noteAnswer } from "../../assets/live/flow.js";
import { placeInWords, shownFrame } from "../../assets/live/frames.js";

const spelled = (...numbers) => Buffer.from(Float16Array.from(numbers).buffer).toString("base64");
const grid = (name, source) => ({ name, rows: 1, columns: 2, of_rows: 1, of_columns: 2, source });
const layout = [grid("sequence", true), grid("answer", false)];
const batch = (number, more = {}) => {
  const results = { loss: 0.5, val_loss: 0.25, outputs: spelled(number, 0), tensors: spelled(number, -1) };
  return { number, samples: [3, 1], changes: { answer: 0.01 }, sentence: `It was batch ${number}.`, ...results, ...more };
};
const answer = (epoch, numbers, reason = "") => {
  return { layout, sources: spelled(1, 2), epoch, of: 3, batches: numbers.map((number) => batch(number)), reason };
};
const info = { answers: "every step", targets: [[[0], [1]]], lengths: [2] };

test("a batch gives the charts a frame and the chain its tensors, each read once", () => {
  const store = newBatches("a", 0);
  takeBatches(store, answer(2, [1, 2, 3]));
  const place = { shown: 2, batch: 3 };
  const { frame, tensors } = readBatch(store, place, info);
  assert.deepEqual([frame.epoch, frame.batch, frame.loss, placeInWords(frame)], [2, 3, 0.5, "batch 3 of epoch 2"]);
  assert.deepEqual([...frame.outputs, ...frame.error], [3, 0, 3, 1]);
  assert.deepEqual([...tensors.get("answer").numbers], [3, -1]);
  assert.deepEqual([...store.sources.get("sequence").numbers], [1, 2]);
  assert.equal(readBatch(store, place, info).frame, frame);
  assert.equal(batchOf(store, place).sentence, "It was batch 3.");
  assert.equal(readBatch(store, { shown: 1, batch: 1 }, info), null);
  const frames = { list: [{ epoch: 1 }, { epoch: 2 }] };
  assert.equal(shownFrame({ frames, film: { ...newFilm(), ...place }, between: frame }), frame);
  assert.equal(shownFrame({ frames, film: { ...newFilm(), shown: 2 }, between: frame }).batch, undefined);
});

test("asked for is what a slow film comes to, and nothing at another speed or while it rests", () => {
  const store = newBatches("a", 0);
  const film = newFilm("normal", 3);
  const wanted = (trained = 2, now = 0) => wantedBatch(store, film, beside(film, 1), trained, now);
  play(film, 0, true, 0);
  assert.equal(wanted(), null);
  film.speed = "slow";
  assert.equal(wanted(0), null);
  assert.deepEqual(wanted(), { shown: 1, batch: 1 });
  pause(film);
  assert.equal(wanted(), null);
  play(film, 2, true, 0);
  store.asking = true;
  assert.equal(wanted(), null);
  noteAnswer(store, 503, false, 0);
  assert.equal(wanted(), null);
  assert.deepEqual(wanted(2, 2000), { shown: 1, batch: 1 });
  // Fewer than there are: then those after them, and then the next epoch.
  takeBatches(store, answer(1, [1, 2]));
  Object.assign(film, { shown: 1, batch: 2 });
  assert.deepEqual(wanted(2, 2000), { shown: 1, batch: 3 });
  takeBatches(store, answer(1, [3]));
  assert.equal(store.epochs.get(1).size, 3);
  assert.deepEqual(wanted(2, 2000), { shown: 2, batch: 1 });
  assert.equal(wanted(1, 2000), null);
});

test("what there is not is known, and an old epoch makes room", () => {
  const store = newBatches("a", 0);
  assert.equal(batchAt(store, 1, 1), "coming");
  takeBatches(store, answer(1, [], "It would take too long."));
  assert.deepEqual([batchAt(store, 1, 1), batchAt(store, 2, 1), store.none.get(1)], ["none", "coming", "It would take too long."]);
  const large = "A".repeat(5e6);
  for (const epoch of [2, 3, 4, 5]) takeBatches(store, { ...answer(epoch, []), batches: [batch(1, { tensors: large })] });
  assert.deepEqual([...store.epochs.keys()], [4, 5]);
  noteAnswer(store, 422, false, 0);
  assert.equal(batchAt(store, 2, 1), "none");
});
