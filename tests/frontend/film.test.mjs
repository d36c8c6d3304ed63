import assert from "node:assert/strict";
import { test } from "node:test";

import { buttonsOf, isStillExpected, pressedBy, refusalsOf } from "../../assets/live/controls.js";
import { comparable, nameOf, newEarlier, remember, togglePin } from "../../assets/live/earlier.js";
import { advance, awaitEpoch, comeBack, join, missing, newFilm, noteTrained, pause, play, seek, setSpeed, stepFilm } from "../../assets/live/film.js";
import { filmInWords, paceOf } from "../../assets/live/status.js";
import { sentencesAt, takeStory } from "../../assets/live/story.js";

test("what is said is true of the epoch that is shown", () => {
  const stories = [];
  const told = [[4, ["a"]], [9, ["b", "c"]], [4, ["again"]], [20, []]];
  told.forEach(([epoch, sentences]) => takeStory(stories, { epoch, sentences }));
  const said = [0, 3, 4, 8, 9, 19, 20].map((shown) => sentencesAt(stories, shown).join());
  assert.deepEqual(said, ["", "", "a", "a", "b,c", "b,c", ""]);
});

test("how fast training goes is said with one epoch or several, and only while it goes", () => {
  const paceAt = (rate, state = "running") => paceOf({ status: { state, rate, left: null } });
  assert.deepEqual([1.02, 0.84, 1.2, 34.4, null].map((rate) => paceAt(rate).join()), ["1 epoch/s", "0.84 epochs/s", "1.2 epochs/s", "34 epochs/s", ""]);
  assert.deepEqual(paceAt(34, "paused"), []);
});

test("a film plays ten epochs a second behind a run that is trained faster", () => {
  const film = newFilm();
  play(film, 0, true, 1000);
  assert.equal(advance(film, 0, true, 1000), null);
  const shown = [];
  for (let now = 1000; now < 2000; now += 20) shown.push((advance(film, 500, true, now), film.shown));
  assert.equal(shown.at(-1), 10);
  assert.ok(shown.every((epoch, index) => index === 0 || epoch - shown[index - 1] <= 1));
});

test("slow without batches is one epoch a second, max the newest; what a sleeping tab missed is not rushed through", () => {
  const film = newFilm("slow");
  play(film, 0, true, 0);
  assert.equal(advance(film, 9, true, 0), 1000);
  assert.equal(film.shown, 1);
  assert.equal(advance(film, 9, true, 3_600_000), 1000);
  assert.equal(film.shown, 2);
  film.speed = "max";
  advance(film, 31, true, 3_600_001);
  assert.equal(film.shown, 31);
  advance(film, 60, false, 3_700_000);
  assert.equal(film.shown, 32);
});

test("at the end it stops, and plays from the start again", () => {
  const film = newFilm();
  seek(film, 59.6, 60);
  assert.equal(film.shown, 60);
  assert.equal(advance(film, 60, false, 0), null);
  play(film, 60, false, 0);
  assert.deepEqual([film.shown, film.playing], [0, true]);
  seek(film, 60, 60);
  film.playing = true;
  advance(film, 60, false, 0);
  assert.equal(film.playing, false);
  play(film, 60, true, 0);
  assert.equal(film.shown, 60);
});

test("a film that comes back goes on where it was left, once its epochs are here", () => {
  const film = newFilm("slow", 16);
  comeBack(film, { shown: 3, batch: 12, playing: false });
  assert.equal(advance(film, 0, false, 0), null);
  assert.equal(advance(film, 2, false, 0), null);
  assert.equal(film.shown, 2);
  advance(film, 60, false, 0, () => "coming");
  assert.deepEqual([film.shown, film.batch], [3, 0]);
  advance(film, 60, false, 0, () => "here");
  assert.deepEqual([film.shown, film.batch, film.playing], [3, 12, false]);
  comeBack(film, { shown: 5, batch: 0, playing: true });
  film.speed = "normal";
  advance(film, 4, false, 1000);
  assert.equal(film.shown, 4);
  advance(film, 60, false, 1000);
  assert.deepEqual([film.shown, film.playing], [6, true]);
});

test("it pauses, seeks what is trained, and waits for an epoch that was asked for", () => {
  const film = newFilm();
  play(film, 20, true, 0);
  pause(film);
  assert.equal(advance(film, 20, true, 500), null);
  seek(film, 99, 20);
  assert.equal(film.shown, 20);
  awaitEpoch(film, 21);
  advance(film, 20, true, 600);
  assert.equal(film.shown, 20);
  advance(film, 21, false, 700);
  assert.deepEqual([film.shown, film.awaited], [21, 0]);
  seek(film, -3, 21);
  assert.equal(film.shown, 0);
});

test("a run that others began is joined at its newest epoch", () => {
  const film = newFilm();
  join(film, true);
  advance(film, 0, true, 0);
  noteTrained(film, 150);
  advance(film, 100, true, 10);
  assert.equal(film.shown, 100);
  advance(film, 170, true, 20);
  assert.deepEqual([film.shown, film.playing, film.join], [151, true, null]);
  const ended = newFilm();
  join(ended, false);
  noteTrained(ended, 60);
  advance(ended, 60, false, 0);
  assert.deepEqual([ended.shown, ended.playing], [60, false]);
});

const here = () => "here";
const place = ({ shown, batch }) => `${shown}.${batch}`;

test("slow is two batches a second, from the first of the first epoch to the last of the last", () => {
  const film = newFilm("slow", 3);
  play(film, 0, true, 0);
  assert.equal(advance(film, 0, true, 0, here), null);
  const seen = [];
  for (let now = 0; now <= 3000; now += 100) {
    advance(film, 2, now < 2000, now, here);
    if (seen.at(-1) !== place(film)) seen.push(place(film));
  }
  assert.deepEqual(seen, ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"]);
  assert.equal(film.playing, false);
  // A tab that slept goes on where it was.
  play(film, 2, false, 10_000);
  assert.equal(advance(film, 2, false, 10_000, here), 500);
  assert.equal(advance(film, 2, false, 9e6, here), 500);
  assert.equal(place(film), "1.2");
  // Held within the last epoch, it goes on from there; at another speed, and where it is sought, whole epochs are shown.
  seek(film, 1, 2);
  Object.assign(film, { shown: 2, batch: 1 });
  play(film, 2, false, 9e6);
  advance(film, 2, false, 9e6, here);
  assert.equal(place(film), "2.2");
  setSpeed(film, "normal", 0);
  assert.equal(place(film), "2.0");
  Object.assign(film, { speed: "slow", batch: 2 });
  seek(film, 1, 2);
  assert.equal(place(film), "1.0");
});

test("while batches are loading the last picture stays; of what has none whole epochs are shown", () => {
  const film = newFilm("slow", 3);
  play(film, 5, true, 0);
  let there = "coming";
  const at = () => there;
  assert.equal(advance(film, 5, true, 0, at), null);
  assert.deepEqual([place(film), missing(film, 5, at)], ["0.0", { shown: 1, batch: 1 }]);
  there = "here";
  advance(film, 5, true, 100, at);
  assert.deepEqual([place(film), missing(film, 5, at)], ["1.1", null]);
  there = "none";
  assert.equal(advance(film, 5, true, 600, at), 900);
  assert.equal(place(film), "1.0");
  advance(film, 5, true, 1600, at);
  assert.equal(place(film), "2.0");
  assert.equal(missing(film, 5, at), null);
});

test("steps at slow go by batches, on and back, and wait for those that are loading", () => {
  const film = newFilm("slow", 3);
  const seen = [];
  for (const step of [1, 1, 1, 1, -1, -1, -1, -1, -1, -1]) seen.push(stepFilm(film, step, 2, here) && place(film));
  assert.deepEqual(seen, ["1.1", "1.2", "1.3", "2.1", "1.0", "1.2", "1.1", "0.0", false, false]);
  seek(film, 2, 2);
  assert.equal(stepFilm(film, 1, 2, here), false);
  let there = "coming";
  const at = () => there;
  assert.equal(stepFilm(film, -1, 2, at), true);
  assert.deepEqual([place(film), missing(film, 2, at).batch], ["2.0", 2]);
  there = "here";
  advance(film, 2, false, 0, at);
  assert.equal(place(film), "2.2");
  // An epoch that is trained for it is shown from its first batch on.
  seek(film, 2, 2);
  awaitEpoch(film, 3);
  advance(film, 3, false, 0, at);
  assert.equal(place(film), "3.1");
  seek(film, 3, 3);
  stepFilm(film, -1, 3, () => "none");
  assert.equal(place(film), "2.0");
  setSpeed(film, "max", 0);
  assert.ok(stepFilm(film, 1, 3, at));
  assert.equal(place(film), "3.0");
});

const STANDING = { run: "a", state: "running", mine: true, same: true, ready: true, more: false, refusal: "", more_refusal: "", trained: 31, shown: 7, playing: true };
const buttons = (more) => {
  const found = buttonsOf({ ...STANDING, ...more });
  const named = ["main", "second", "step", "restart", "stop"].map((name) => found[name]);
  return named.map((each) => (each ? !each.disabled && each.key : null)).map(String).join(" ");
};

test("the buttons say what a press does, in every state", () => {
  assert.equal(buttons({ run: null, state: "idle", trained: 0, shown: 0, playing: false }), "train null step false false");
  assert.equal(buttons({ run: null, state: "idle", trained: 0, shown: 0, playing: false, ready: false }), "false null false false false");
  assert.equal(buttons({}), "pause null step reset stop");
  assert.equal(buttons({ shown: 31 }), "pause null false reset stop");
  assert.equal(buttons({ playing: false }), "play null step reset stop");
  assert.equal(buttons({ state: "paused", playing: false, shown: 31 }), "resume null step reset stop");
  assert.equal(buttons({ state: "done", playing: false, shown: 31, more: true }), "play more false reset false");
  assert.equal(buttons({ state: "failed", playing: false }), "play null step reset false");
  // Other settings than the run's, and a run of somebody else: Train, and the film beside it.
  assert.equal(buttons({ same: false, state: "done", playing: false, shown: 31 }), "train play step reset false");
  assert.equal(buttons({ mine: false, state: "done", playing: true }), "train pause step false false");
});

test("the step says what it does", () => {
  const step = (more) => buttonsOf({ ...STANDING, ...more }).step.title;
  assert.match(step({ shown: 3 }), /^Show the next epoch /);
  assert.match(step({ shown: 3, slow: true, same: false }), /^Show the next batch /);
  assert.match(step({ shown: 31, state: "paused" }), /^Train one more epoch, and show it /);
  assert.match(step({ shown: 31, same: false }), /^Start a run with the settings on the page, for one epoch /);
});

test("what must not be trained cannot be pressed, and the reason stands beside it", () => {
  const refused = { refusal: "Too long." };
  const first = { run: null, state: "idle", trained: 0, shown: 0, playing: false };
  assert.equal(buttons({ ...first, ...refused }), "false null false false false");
  // The film of the run that is there plays on.
  assert.equal(buttons({ same: false, state: "done", playing: false, shown: 31, ...refused }), "false play false false false");
  const ended = { state: "done", playing: false, shown: 31, more: true };
  assert.equal(buttons({ ...ended, more_refusal: "Too long." }), "play false false reset false");
  const may = { refusal: "Too long.", more_refusal: "Longer." };
  const said = (more, trained) => refusalsOf(buttonsOf({ ...STANDING, ...may, ...more }), may, trained);
  assert.deepEqual(said(first, 0), { bar: "Too long.", card: [] });
  assert.deepEqual(said({ same: false }, 31), { bar: "", card: ["Too long."] });
  assert.deepEqual(said(ended, 31), { bar: "", card: ["Longer."] });
});

test("a run that was asked to go on is waited for until it says so", () => {
  const stream = (told) => isStillExpected(told, false, false);
  // What the stream tells first may be how it stood before the press.
  assert.deepEqual(["paused", "queued", "running", "done"].map(stream), [true, false, false, false]);
  const answer = (told, missing) => isStillExpected(told, true, missing);
  assert.deepEqual(["paused", "queued", "stopped"].map((told) => answer(told, false)), [false, true, false]);
  // It may have come to its end before the answer did.
  assert.deepEqual([answer("done", true), answer("done", false)], [true, false]);
});

test("of a run that has ended it is said where its film is", () => {
  assert.equal(filmInWords("done", 12, 60), "film at 12 of 60");
  assert.equal(filmInWords("done", 60, 60), "");
  assert.equal(filmInWords("running", 12, 60), "");
});

test("keys press what nobody else wants", () => {
  const free = { typed: false, pressed: false };
  assert.deepEqual([" ", "ArrowRight", "ArrowLeft", "x"].map((key) => pressedBy(key, free)), ["main", "step", "back", null]);
  assert.equal(pressedBy(" ", { typed: false, pressed: true }), null);
  assert.equal(pressedBy("ArrowRight", { typed: false, pressed: true }), "step");
  for (const key of [" ", "ArrowRight", "ArrowLeft"]) assert.equal(pressedBy(key, { typed: true, pressed: false }), null);
});

const info = (title, settings = {}, key = "") => ({ key, title, settings, task: "echo", loss: "mse" });
const frames = { list: [{ loss: 0.5 }, { loss: 0.25 }, { loss: null }] };

test("of earlier runs the last one and three that are pinned are kept", () => {
  const earlier = newEarlier();
  remember(earlier, "empty", info("GRU"), { list: [] });
  for (const run of ["a", "b", "c", "d"]) {
    remember(earlier, run, info("GRU"), frames);
    togglePin(earlier, run);
  }
  // The fourth is refused, and none of the others goes.
  assert.equal(earlier.refused, "d");
  assert.deepEqual(earlier.runs.map(({ run, pinned }) => run + pinned), ["atrue", "btrue", "ctrue", "dfalse"]);
  togglePin(earlier, "a");
  togglePin(earlier, "d");
  assert.equal(earlier.refused, null);
  remember(earlier, "e", info("GRU"), frames);
  remember(earlier, "f", info("GRU"), frames);
  assert.deepEqual(earlier.runs.map(({ run, pinned }) => run + pinned), ["btrue", "ctrue", "dtrue", "ffalse"]);
  assert.deepEqual([...earlier.runs[0].losses], [0.5, 0.25, NaN]);
  togglePin(earlier, "c");
  remember(earlier, "g", info("GRU"), frames);
  assert.deepEqual(earlier.runs.map(({ run }) => run), ["b", "d", "g"]);
  assert.deepEqual(comparable(earlier, info("Dense"), "g").map(({ run }) => run), ["b", "d"]);
  assert.deepEqual(comparable(earlier, { ...info("Dense"), task: "noise" }, null), []);
});

test("an earlier run is named by what tells it from the one that is shown", () => {
  const settings = { architecture: "gru", units: "64", seed: "1", learning_rate: "0.1", batch: "8" };
  const one = { ...info("GRU", settings), run: "a" };
  assert.equal(nameOf(one, info("GRU", { ...settings, units: "32" })), "units 64");
  const other = { architecture: "gru", units: "32", seed: "2", learning_rate: "0.2", batch: "8" };
  assert.equal(nameOf(one, info("GRU", other)), "units 64, seed 1, learning rate 0.1");
  assert.equal(nameOf(one, info("GRU", settings)), "the same settings");
  assert.equal(nameOf(one, info("GRU", settings, "pasted anew")), "other code");
  // Of another model: the model, and what differs besides.
  assert.equal(nameOf(one, info("Dense", { ...settings, architecture: "dense" })), "GRU");
  assert.equal(nameOf(one, info("Dense", { ...other, architecture: "dense", batch: "8" })), "GRU, units 64, seed 1, learning rate 0.1");
});
