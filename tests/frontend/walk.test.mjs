import assert from "node:assert/strict";
import { test } from "node:test";

import { unrolledColumnAt, unrolledGrid } from "../../assets/chain/grid.js";
import { nextCell } from "../../assets/chain/pointing.js";
import { picked } from "../../assets/chain/opened.js";
import { unrolledColumns } from "../../assets/chain/rows.js";
import { measureWith } from "../../assets/chain/text.js";
import { addressOf, newWalkStore, readWalk, walkAt } from "../../assets/chain/walk_asked.js";
import { walkDeed } from "../../assets/chain/walk_keys.js";
import { endWalking, takeWalk } from "../../assets/chain/walking.js";
import {
  columnsAt, drawnInWords, equationOf, hasWalk, NO_WALK, numberId, numberInWords, placeInWords, placeOf, readId, sourceInWords, stripsOf, timestepOf, walkOver, waysOf, withinWindow,
} from "../../assets/chain/walk.js";

measureWith((text, size) => 0.6 * size * text.length);

const spelled = (numbers) => Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
const KEYS = ["h before", "z", "r", "candidate", "h"];
// The number of each strip of place p (from 1) and unit u (from 0) is p + u / 10 + strip / 100.
const track = (from, until, more = {}) => {
  const numbers = [];
  for (let place = from; place <= until; place++) KEYS.forEach((_, strip) => [0, 1].forEach((unit) => numbers.push(place + unit / 10 + strip / 100)));
  return { role: "", kind: "GRU", backwards: false, strips: KEYS.map((key) => ({ key, largest: 9 })), numbers: spelled(numbers), ...more };
};
const answer = (from, until, more = {}) => {
  const layer = { name: "memory", timesteps: 9, windows: 1, units: 2, places: [1, 2], counts: null, notes: [], tracks: [track(from, until)], ...more };
  return { from, until, layers: [layer], refused: [], reason: "" };
};
const over = walkOver({ unrolled: { steps: 9, axis: "timesteps", rows: [], shown: [], says: "" } });
const windows = walkOver({ unrolled: { steps: 4, axis: "windows", rows: [{ inner_steps: null }, { inner_steps: 5 }] } });
const source = { run: "a b", sequence: 3, epoch: 2, batch: null, query: null, timestep: null, opened: 1, tell() {} };

test("a walk goes over the timesteps, and over windows through those of each", () => {
  assert.deepEqual([over.length, windows.length], [9, 20]);
  assert.deepEqual(columnsAt(9, over), { column: 9, mirrored: 1 });
  assert.deepEqual([columnsAt(5, windows).column, columnsAt(6, windows).column], [1, 2]);
  assert.equal(placeInWords(6, windows, false), "window 2 of 4, timestep 1 of 5");
  assert.equal(placeInWords(2, over, true), "timestep 2 of 9; backward: timestep 8");
  assert.equal(walkOver(null).length, 0);
  assert.equal(walkOver({ unrolled: { steps: null, axis: "timesteps", rows: [] } }).length, 0);
});

test("each layer has its own place: of fewer timesteps, of windows, and from the end where it reads backwards", () => {
  assert.deepEqual([1, 5, 9].map((at) => placeOf({ timesteps: 9, windows: 1 }, at, over)), [1, 5, 9]);
  assert.deepEqual([1, 8, 9].map((at) => placeOf({ timesteps: 7, windows: 1 }, at, over)), [1, 6, 7]);
  assert.deepEqual([1, 5, 6].map((at) => placeOf({ timesteps: 4, windows: 1 }, at, windows)), [1, 1, 2]);
  assert.equal(placeOf({ timesteps: 20, windows: 4 }, 6, windows), 6);
  assert.equal(placeOf({ timesteps: 3, windows: 1 }, 6, windows), null);
  const [forwards, backwards] = [{ backwards: false }, { backwards: true }];
  assert.deepEqual([1, 9].map((place) => timestepOf({ timesteps: 9, windows: 1 }, backwards, place)), [9, 1]);
  assert.deepEqual([1, 5, 6].map((place) => timestepOf({ timesteps: 20, windows: 4 }, backwards, place)), [5, 1, 10]);
  assert.equal(timestepOf({ timesteps: 20, windows: 4 }, forwards, 6), 6);
  assert.deepEqual(withinWindow({ timesteps: 20, windows: 4 }, 6), { window: 2, timestep: 1 });
  assert.deepEqual(waysOf({ flow: "both last" }), [false, true]);
  assert.deepEqual([waysOf({ flow: "along", layer: { backwards: true } }), waysOf({ flow: "each", inner_steps: 3, layer: { backwards: true } })], [[true], [false]]);
});

test("an open cell has the numbers of its timestep, with the formula of a unit", () => {
  const { layers } = readWalk(answer(3, 5));
  const [memory] = layers;
  const strips = stripsOf(memory, memory.tracks[0], 4, false);
  assert.deepEqual(strips.map(({ label }) => label), ["h[3]", "z", "r", "h̃", "h[4]"]);
  assert.deepEqual([...strips[1].numbers].map((number) => number.toFixed(2)), ["4.01", "4.11"]);
  assert.equal(strips[3].name, "candidate h̃");
  assert.deepEqual(stripsOf(memory, memory.tracks[0], 4, true).map(({ label }) => label), ["h", "z", "r", "h̃", "h'"]);
  const put = (...numbers) => strips.map((strip, index) => ({ ...strip, numbers: Float32Array.of(numbers[index]) }));
  assert.equal(equationOf(put(0.3, 0.75, 0, -0.8, 0.025), 0, false), "h[4] = z · h[3] + (1 − z) · h̃ = 0.75 · 0.30 + 0.25 · (−0.80) = 0.03");
  assert.match(equationOf(put(0.3, 0, 0, 0, 0.3), 0, true), /^h\[4\] = h\[3\] = 0.30: this timestep is masked/);
  assert.equal(numberInWords(memory, "backward", "update z", 4, 2, NaN), "memory, backward, timestep 4, update z, unit 2: not a finite number");
  assert.deepEqual(readId(numberId("memory (2)", "forward", "h before", 7)), { layer: "memory (2)", role: "forward", key: "h before", unit: 7 });
});

test("an LSTM tells its cell state", () => {
  const keys = ["h before", "c before", "i", "f", "candidate", "o", "c", "h"];
  const layer = { name: "memory", timesteps: 9, windows: 1, units: 1, places: [1], counts: null, notes: [] };
  const one = { role: "", kind: "LSTM", backwards: true, strips: keys.map((key) => ({ key, largest: 1 })), from: 2, numbers: Float32Array.of(0.1, 0.5, 1, 0.5, -0.25, 1, 0, 0) };
  const strips = stripsOf(layer, one, 2, false);
  assert.deepEqual(strips.map(({ label }) => label), ["h[9]", "c[9]", "i", "f", "c̃", "o", "c[8]", "h[8]"]);
  assert.equal(equationOf(strips, 0, false), "c[8] = f · c[9] + i · c̃ = 0.50 · 0.50 + 1.00 · (−0.25) = 0; h[8] = 0");
});

test("numbers are asked for once, of what the walk passes and comes to, and those of before stay meanwhile", async () => {
  const asked = [];
  const answers = [answer(1, 3), answer(6, 8), answer(2, 9)];
  const store = newWalkStore(() => {}, async (url) => {
    asked.push(url);
    return { ok: true, status: 200, json: async () => answers[asked.length - 1] };
  });
  const settled = () => new Promise((done) => setImmediate(done));
  assert.deepEqual([walkAt(store, source, 2, over).layers.size, walkAt(store, source, 2, over).complete], [0, false]);
  await settled();
  assert.deepEqual(asked, ["/walk/a%20b?sequence=3&epoch=2&batch=0&from=2"]);
  const { layer, place } = walkAt(store, source, 2, over).layers.get("memory");
  assert.deepEqual([place, layer.tracks[0].from], [2, 1]);
  await settled();
  assert.equal(asked[1], "/walk/a%20b?sequence=3&epoch=2&batch=0&from=6");
  // Of another epoch nothing is here yet.
  const next = walkAt(store, { ...source, epoch: 3 }, 2, over);
  assert.deepEqual([next.complete, next.source.epoch, next.layers.size], [false, 2, 1]);
  await settled();
  assert.deepEqual([walkAt(store, { ...source, epoch: 3 }, 2, over).complete, asked.length], [true, 3]);
});

test("what is refused is said and not asked again; while workers are busy it is asked later", async () => {
  const later = [];
  let [status, asked] = [503, 0];
  const store = newWalkStore(() => {}, async () => (asked++, { ok: false, status, json: async () => ({ error: "It is too long." }) }), (again) => later.push(again));
  const settled = () => new Promise((done) => setImmediate(done));
  walkAt(store, source, 1, over);
  await settled();
  walkAt(store, source, 1, over);
  assert.deepEqual([asked, later.length], [1, 1]);
  status = 422;
  later[0]();
  walkAt(store, source, 1, over);
  await settled();
  const found = walkAt(store, source, 1, over);
  assert.deepEqual([found.told, found.complete, asked], [["It is too long."], true, 2]);
});

test("untrained weights are those of the page's settings, and pasted code has none", () => {
  assert.equal(addressOf({ ...source, run: null, query: { units: "8" } }), "/walk?units=8&sequence=0");
  assert.equal(addressOf({ ...source, run: null }), "");
  assert.deepEqual(walkAt(newWalkStore(() => {}), { ...source, run: null }, 1, over).source, null);
});

test("the timestep that is passed has a column, and the columns do not jump as it comes out of the gap", () => {
  const shown = [1, 2, 3, 18, 19, 20];
  assert.deepEqual(unrolledColumns(shown, false, [9]), [1, 2, 3, null, 9, null, 18, 19, 20]);
  assert.deepEqual(unrolledColumns(shown, false, [2]), [1, 2, 3, 4, null, 18, 19, 20]);
  assert.deepEqual(unrolledColumns(shown, true, [19]), [1, 2, null, 18, 19, 20]);
  assert.deepEqual(unrolledColumns([1, 2, 3], false, [2]), [1, 2, 3]);
  const grid = unrolledGrid([1, 2, null, 9, null, 19, 20], 176, 700, false, [9]);
  const open = grid.places[3];
  assert.ok(open.unit > 2 * grid.cell && grid.gaps.length === 2);
  assert.ok(grid.places.every(({ x }, index) => !index || x > grid.places[index - 1].x));
  assert.deepEqual([1, 20].map((step) => unrolledColumnAt(grid, grid.places.find((place) => place.step === step).x)), [1, 20]);
  assert.deepEqual([unrolledColumnAt(grid, 0), unrolledColumnAt(grid, 9999)], [1, 20]);
  assert.equal(unrolledColumnAt(grid, (grid.places[1].x + open.x) / 2), 6);
});

test("what is left out is said, and units are picked evenly", () => {
  assert.equal(drawnInWords(over, [1, null, 9], { drawn: 8, of: 32 }), "2 of 9 timesteps are drawn at a time; the walk passes all of them; 8 of 32 units are drawn.");
  assert.equal(drawnInWords(windows, [1, 2, 3, 4], { drawn: 32, of: 32 }), "");
  assert.deepEqual(picked(3, 10), [0, 1, 2]);
  assert.deepEqual(picked(64, 36), [0, 8, 16, 24, 32, 40, 48, 56, 63].map((unit, index) => Math.round((index * 63) / 8)));
});

test("the arrow keys go to the nearest number", () => {
  const cell = (x, y) => ({ x, y, width: 4, height: 4 });
  const cells = [cell(0, 0), cell(5, 0), cell(0, 5)];
  assert.equal(nextCell(cells, null, "right"), cells[0]);
  assert.equal(nextCell(cells, cells[0], "right"), cells[1]);
  assert.equal(nextCell(cells, cells[0], "down"), cells[2]);
  assert.equal(nextCell(cells, cells[1], "right"), cells[1]);
  assert.equal(nextCell(cells, cells[0], "pin"), null);
});

test("a number that is shown as 0 stands without brackets", () => {
  const strips = ["h before", "z", "r", "candidate", "h"].map((key, index) => ({ key, label: key, name: key, range: 1, numbers: Float32Array.of([0.08, 0.5, 0, -0.001, 0.04][index]) }));
  assert.match(equationOf(strips, 0, false), /0\.50 · 0\.08 \+ 0\.50 · 0 = 0\.04$/);
});

test("it is said whose numbers the open cells hold", () => {
  assert.equal(sourceInWords({ ...source, run: null }), "The numbers in the open cells are those of validation sequence 1, with untrained weights.");
  assert.equal(sourceInWords(source), "The numbers in the open cells are those of validation sequence 4, at the end of epoch 2.");
  assert.equal(sourceInWords({ ...source, batch: 5 }), "The numbers in the open cells are those of validation sequence 4, after batch 5 of epoch 2.");
});

test("the keys of a walk are its own wherever the focus is, but in a field and where a button is pressed", () => {
  const where = { field: false, pressed: false, closes: true, slow: false };
  assert.deepEqual(["ArrowRight", "Home", " ", "Escape", "PageDown", "a"].map((key) => walkDeed(key, where)), ["next", "first", "main", "end", null, null]);
  assert.deepEqual([walkDeed("ArrowRight", { ...where, pressed: true }), walkDeed(" ", { ...where, pressed: true })], ["next", null]);
  assert.deepEqual([walkDeed("ArrowRight", { ...where, field: true }), walkDeed("Escape", { ...where, closes: false })], [null, null]);
  assert.equal(walkDeed("PageDown", { ...where, slow: true }), "phase on");
});

test("a walk is offered where a layer is recurrent, and else it is said why there is none", () => {
  const rows = (...types) => types.map((type) => ({ layer: type && { type } }));
  assert.equal(hasWalk(rows(null, "TimeDistributed(Bidirectional(GRU))", "Dense")), true);
  assert.equal(hasWalk(rows(null, "MultiHeadAttention", "TimeDistributed(Dense)")), false);
  assert.equal(NO_WALK, "No walk through time here: this model has no recurrent layer, so that no hidden state passes from timestep to timestep.");
});

test("a walk goes where another link leads, and not back to where Python late says that it was", () => {
  const described = (steps) => ({ unrolled: { steps, axis: "timesteps", rows: [], shown: [], says: "" } });
  const walking = { at: null, asked: null, opened: null, toldAgain: "", playing: true, rest: 0, timer: 0, slow: null, end() {} };
  const take = (steps, timestep, opened) => {
    takeWalk(walking, described(steps), { ...source, timestep, opened });
    return walking.at;
  };
  assert.equal(take(20, 7, 1), 7);
  // It has gone on, to a place that Python was told of, and further.
  Object.assign(walking, { at: 9, asked: 8, playing: true });
  assert.deepEqual([take(20, 7, 1), take(20, 8, 1), take(20, null, 1)], [9, 9, 9]);
  assert.equal(walking.playing, true);
  assert.equal(take(20, 3, 2), 3);
  assert.equal(walking.playing, false);
  // With fewer timesteps it rests at the last one; Python does the same and need not be told.
  Object.assign(walking, { at: 15, asked: 15 });
  assert.equal(take(10, 10, 2), 10);
  assert.equal(walking.asked, 10);
  assert.equal(take(20, 10, 2), 10);
  assert.equal(take(0, null, 2), null);
  assert.equal(take(20, null, 3), null);
  clearTimeout(walking.rest);
});

test("a walk that another view was chosen over goes on where it was, and tells that", () => {
  const described = { unrolled: { steps: 20, axis: "timesteps", rows: [], shown: [], says: "" } };
  const fresh = () => ({ at: null, asked: null, opened: null, toldAgain: "", playing: false, rest: 0, timer: 0, slow: null, end() {} });
  const before = fresh();
  takeWalk(before, described, { ...source, timestep: 4, opened: 7 });
  before.at = 6;
  endWalking(before);
  const again = fresh();
  takeWalk(again, described, { ...source, timestep: 4, opened: 7 });
  assert.equal(again.at, 6);
  // It is to be told, once: Python may have nobody who takes it.
  const { rest } = again;
  assert.notEqual(rest, 0);
  takeWalk(again, described, { ...source, timestep: 4, opened: 7 });
  assert.equal(again.rest, rest);
  takeWalk(again, described, { ...source, timestep: 6, opened: 7 });
  assert.equal(again.asked, 6);
  clearTimeout(rest);
  // Another link, and the drawing of another page, which has no link.
  for (const [timestep, opened] of [[4, 8], [null, 0]]) {
    const other = fresh();
    takeWalk(other, described, { ...source, timestep, opened });
    assert.equal(other.at, timestep);
  }
});
