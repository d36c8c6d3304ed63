// The panel "Look inside": where its keys lead, what it asks for, and what it draws.
import assert from "node:assert/strict";
import { test } from "node:test";

import { forget, newAsker, urlOf, waitOf, want } from "../../assets/inside/ask.js";
import { colourOf, mixed } from "../../assets/inside/colours.js";
import { partsAsGradient } from "../../assets/inside/equation.js";
import { pointedInWords } from "../../assets/inside/point.js";
import { pathOf } from "../../assets/inside/lines.js";
import { cellOf } from "../../assets/inside/matrices.js";
import { columnAt, inOrderOf, labelled, startsOf, walked } from "../../assets/inside/walk.js";
import { isRecurrent } from "../../assets/chain/why.js";

const rows = [4, 2, 7].map((unit) => ({ unit, follows: "", says: "" }));
const columns = [1, 4, 9];
const wanted = (more = {}) => ({ run: "r", epoch: 3, sequence: 0, layer: "memory", direction: "", unit: null, timestep: null, order: "follows", pin: 0, ...more });
const answer = (body, status = 200) => ({ ok: status === 200, status, json: async () => body });

test("the arrows go through what is drawn, in its order, and stop at its ends", () => {
  const at = (unit, timestep) => ({ columns, rows, unit, timestep });
  assert.deepEqual(walked(at(2, 4), "right"), { unit: 2, timestep: 9 });
  assert.deepEqual(walked(at(2, 9), "right"), { unit: 2, timestep: 9 });
  assert.deepEqual(walked(at(2, 4), "up"), { unit: 4, timestep: 4 });
  assert.deepEqual(walked(at(7, 4), "down"), { unit: 7, timestep: 4 });
  assert.deepEqual(walked(at(2, 4), "first"), { unit: 2, timestep: 1 });
  assert.deepEqual(walked(at(2, 4), "last"), { unit: 2, timestep: 9 });
  assert.equal(walked(at(2, 4), "open"), null);
});

test("a timestep that is not drawn stands at the last one before it", () => {
  assert.deepEqual([1, 3, 4, 8, 9, 20].map((timestep) => columnAt(columns, timestep)), [0, 0, 1, 1, 2, 2]);
});

test("rows keep their places while the epochs pass, with their own numbers", () => {
  const strip = { names: ["4", "2", "7"], grid: [[0.4], [0.2], [0.7]] };
  const kept = inOrderOf({ rows, hidden: strip, cell: null }, [2, 7, 4]);
  assert.deepEqual(kept.rows.map(({ unit }) => unit), [2, 7, 4]);
  assert.deepEqual(kept.hidden.grid, [[0.2], [0.7], [0.4]]);
  const other = { rows, hidden: strip, cell: null };
  assert.equal(inOrderOf(other, [2, 7, 5]), other);
});

test("numbers below the columns never touch", () => {
  assert.equal(labelled(Array.from({ length: 20 }, (_, place) => place + 1), 560).length, 20);
  assert.deepEqual(labelled(Array.from({ length: 20 }, (_, place) => place + 1), 250), [0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
  assert.deepEqual(labelled([1, 3, 5, 8, 10], 70), [0, 2, 4]);
});

test("a window begins where its first drawn timestep is", () => {
  assert.deepEqual(startsOf([1, 2, 3, 4, 5, 6], 3), [3]);
  assert.deepEqual(startsOf([1, 3, 6, 8, 11], 4), [2, 4]);
});

test("what the server chooses itself is not asked for", () => {
  assert.equal(urlOf(wanted()), "/inside/r?sequence=0&epoch=3&layer=memory");
  const untrained = urlOf(wanted({ run: "", epoch: 0, query: { architecture: "gru_once", units: "6" } }));
  assert.equal(untrained, "/inside?architecture=gru_once&units=6&sequence=0&epoch=0&layer=memory");
  const chosen = urlOf(wanted({ unit: 4, timestep: 9, direction: "backward", order: "layer", pin: 2 }));
  assert.equal(chosen, "/inside/r?sequence=0&epoch=3&layer=memory&direction=backward&unit=4&timestep=9&order=layer&pin=2");
});

test("one request at a time, and after it the newest wish alone", async () => {
  const [asked, taken, ends] = [[], [], []];
  const get = (url) => {
    asked.push(url);
    return new Promise((done) => ends.push(() => done(answer({ epoch: asked.length }))));
  };
  const asker = newAsker((one, said) => taken.push([one.epoch, said.ok]), get);
  for (const epoch of [3, 4, 5]) want(asker, wanted({ epoch }));
  assert.equal(asked.length, 1);
  ends.shift()();
  await new Promise((done) => setTimeout(done));
  assert.equal(asked.length, 2);
  assert.match(asked[1], /epoch=5/);
  ends.shift()();
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(taken, [[3, true], [5, true]]);
  want(asker, wanted({ epoch: 5 }));
  assert.equal(asked.length, 2);
});

test("while a run trains, another epoch waits four times as long as the last one took, another unit does not", () => {
  const asker = { live: true, took: 100, ended: 1000, epoch: 3 };
  assert.equal(waitOf(asker, 4, 1000), 400);
  assert.equal(waitOf(asker, 4, 1500), 0);
  assert.equal(waitOf(asker, 3, 1000), 0);
  assert.equal(waitOf({ ...asker, live: false }, 4, 1000), 0);
});

test("a refusal is its sentence, and what was forgotten is not taken", async () => {
  const taken = [];
  const asker = newAsker((_, said) => taken.push(said), async () => answer({ error: "There is no unit 9." }, 400));
  want(asker, wanted());
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(taken, [{ ok: false, status: 400, answer: null, error: "There is no unit 9." }]);
  want(asker, wanted({ epoch: 4 }));
  forget(asker);
  await new Promise((done) => setTimeout(done));
  assert.equal(taken.length, 1);
});

test("a negative number is grey, a positive one has the colour of its axis, one that is none has no colour", () => {
  const colours = { ground: "#ffffff", negative: "#000000", ink: "", line: "", danger: "", axes: { units: "#00ff00" } };
  assert.equal(colourOf(0, 1, "units", colours), "#ffffff");
  assert.equal(colourOf(2, 2, "units", colours), "#00ff00");
  assert.equal(colourOf(-2, 2, "units", colours), "#000000");
  assert.equal(colourOf(null, 2, "units", colours), null);
  assert.equal(mixed("#000000", "#ffffff", 0.5), "#808080");
});

test("a line is interrupted where there is no number", () => {
  assert.equal(pathOf([1, null, -1], 30, 28), "M5.0 4.0M25.0 24.0");
  assert.equal(pathOf([0, 1], 20, 28), "M5.0 14.0L15.0 4.0");
});

test("a number under the pointer is told with its unit and its timestep, which need not be its column", () => {
  const strip = { grid: [[0.123456, -2], [null, 0]] };
  const at = (row, column) => pointedInWords(strip, () => "unit 4", { columns: [1, 9], masked: [0, 1] }, row, column);
  assert.equal(at(0, 0), "unit 4, timestep 1: 0.123");
  assert.equal(at(0, 1), "unit 4, timestep 9: −2, masked");
  assert.equal(at(1, 0), "unit 4, timestep 1: NaN");
  assert.equal(at(2, 0), "");
});

test("many products are drawn as some of them", () => {
  assert.equal(partsAsGradient([1, -1], "features").split("color-mix").length - 1, 2);
  assert.equal(partsAsGradient(Array(256).fill(1), "units").split("color-mix").length - 1, 32);
});

test("all gates of a matrix fit beside each other", () => {
  assert.equal(cellOf({ columns: 8, gates: ["z", "r", "candidate"], numbers: [[], []] }, 228), 9);
  assert.equal(cellOf({ columns: 16, gates: ["i", "f", "candidate", "o"], numbers: Array(32).fill([]) }, 150), 2);
});

test("only recurrent layers, and what wraps one, have an inside", () => {
  assert.ok(isRecurrent({ type: "GRU", inside: [] }));
  assert.ok(isRecurrent({ type: "Bidirectional", inside: [{ type: "LSTM", inside: [] }] }));
  assert.ok(!isRecurrent({ type: "TimeDistributed", inside: [{ type: "Dense", inside: [] }] }));
  assert.ok(!isRecurrent({ type: "ConvLSTM1D", inside: [] }));
});
