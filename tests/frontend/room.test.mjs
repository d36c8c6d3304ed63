import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { SAID_FOR, followed, goTo, noteFollowed, noteSaid, saidStill, withRoom } from "../../assets/room/calls.js";
import { close, listen, newEar } from "../../assets/room/listen.js";
import { answersInWords, part, peopleInWords, tallyInWords } from "../../assets/room/words.js";

// The browser's EventSource, as far as a room uses it: what the tests let it hear.
class Source extends EventTarget {
  static all = [];
  constructor(url) {
    super();
    Object.assign(this, { url, closed: false });
    Source.all.push(this);
  }
  close() {
    this.closed = true;
  }
  hear(name, data) {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }));
  }
}
globalThis.EventSource = Source;

function ear() {
  const [made, heard] = [newEar(), []];
  const hears = Object.fromEntries(["room", "ended", "lost"].map((name) => [name, (data) => heard.push([name, data])]));
  listen(made, "/room/7KQ4F", hears);
  return { made, heard };
}

beforeEach(() => {
  Source.all = [];
});

test("a call is followed once, also by a page that is loaded again, and by each room anew", () => {
  const kept = new Map();
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  assert.equal(followed(storage, "7KQ4F"), -1);
  noteFollowed(storage, "7KQ4F", 2);
  assert.equal(followed(storage, "7KQ4F"), 2);
  assert.equal(followed(storage, "34679"), -1);
  for (const other of ["", "null", "[]", '{"code":"7KQ4F","calls":"2"}', "{"]) {
    kept.set("explorer_room", other);
    assert.equal(followed(storage, "7KQ4F"), -1);
  }
  const refuses = { getItem: () => assert.fail(), setItem: () => assert.fail() };
  noteFollowed(refuses, "7KQ4F", 1);
});

test("what is said of a call is said by the bar of the page that it brings too, for a while, and of this room alone", () => {
  noteSaid("7KQ4F", "The host brought you here.", 1000);
  assert.deepEqual(saidStill("7KQ4F", 1000 + SAID_FOR - 5), { words: "The host brought you here.", left: 5 });
  assert.deepEqual(saidStill("34679", 1000), { words: "", left: 0 });
  assert.deepEqual(saidStill("7KQ4F", 1000 + SAID_FOR), { words: "", left: 0 });
});

test("the host's address gets the room, and code behind the # stays behind it", () => {
  assert.equal(withRoom("/", "7KQ4F"), "/?room=7KQ4F");
  assert.equal(withRoom("/?units=8", "7KQ4F"), "/?units=8&room=7KQ4F");
  assert.equal(withRoom("/paste#code=a?b", "7KQ4F"), "/paste?room=7KQ4F#code=a?b");
});

test("a page goes within this server alone, as back and forward do, and code is heard of", () => {
  const went = [];
  globalThis.PopStateEvent = globalThis.HashChangeEvent = Event;
  globalThis.window = Object.assign(new EventTarget(), {
    location: { hash: "" },
    history: {
      pushState(_state, _title, address) {
        went.push(address);
        globalThis.window.location.hash = address.includes("#") ? address.slice(address.indexOf("#")) : "";
      },
    },
  });
  for (const name of ["popstate", "hashchange"]) globalThis.window.addEventListener(name, () => went.push(name));
  for (const foreign of ["//there.example/", "https://there.example/", ""]) goTo(foreign, "7KQ4F");
  assert.deepEqual(went, []);
  goTo("/?units=8", "7KQ4F");
  assert.deepEqual(went.splice(0), ["/?units=8&room=7KQ4F", "popstate"]);
  goTo("/paste#code=abc", "7KQ4F");
  assert.deepEqual(went, ["/paste?room=7KQ4F#code=abc", "popstate", "hashchange"]);
});

test("what is heard is told, and after the end nobody listens", () => {
  const { made, heard } = ear();
  const [source] = Source.all;
  source.hear("room", { people: 3 });
  source.hear("ended", { sentence: "The room 7KQ4F has ended." });
  source.hear("room", { people: 4 });
  assert.deepEqual(heard, [["lost", false], ["room", { people: 3 }], ["ended", "The room 7KQ4F has ended."]]);
  assert.ok(source.closed);
  close(made);
});

test("a broken connection is opened anew, after ever longer waits", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { made, heard } = ear();
  for (let tries = 1; tries < 8; tries += 1) {
    Source.all.at(-1).onerror();
    assert.deepEqual(heard.at(-1), ["lost", true]);
    assert.equal(Source.all.length, tries);
    mock.timers.tick(7500);
    assert.equal(Source.all.length, tries + 1);
  }
  assert.equal(made.wait, 5000);
  Source.all.at(-1).hear("room", {});
  assert.equal(made.wait, 500);
  Source.all.at(-1).onerror();
  close(made);
  mock.timers.tick(10000);
  assert.equal(Source.all.length, 8);
  mock.timers.reset();
});

test("numbers are said in words", () => {
  assert.deepEqual([0, 1, 31].map(peopleInWords), ["0 people", "1 person", "31 people"]);
  assert.equal(answersInWords(1, 31), "1 has answered, 31 people in the room");
  assert.equal(answersInWords(17, 1), "17 have answered, 1 person in the room");
  assert.deepEqual([part(0, 0), part(1, 4), part(9, 4)], [0, 0.25, 1]);
  assert.equal(tallyInWords(["none", "batch"], [3]), "none: 3. batch: 0.");
});
