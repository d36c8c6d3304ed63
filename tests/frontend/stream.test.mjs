import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { connect, disconnect, isOpen, newStream } from "../../assets/live/stream.js";

// The browser's EventSource, as far as a stream uses it: what the tests let it hear.
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
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data ?? {}) }));
  }
}
globalThis.EventSource = Source;

function listen(epoch = 0) {
  const [stream, heard] = [newStream(), []];
  const on = Object.fromEntries(["state", "frames", "narration"].map((name) => [name, (data) => heard.push([name, data])]));
  const listener = { after: () => listener.epoch, epoch, on, lost: (lost) => heard.push(["lost", lost]) };
  connect(stream, "/live/abc", listener);
  return { stream, heard, listener };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  Source.all = [];
});

test("what comes is handed on by its name", () => {
  const { heard } = listen();
  Source.all[0].hear("frames", { frames: [] });
  Source.all[0].hear("state", { state: "running" });
  assert.deepEqual(heard.filter(([name]) => name !== "lost"), [["frames", { frames: [] }], ["state", { state: "running" }]]);
});

test("a broken connection is opened again from the last epoch, after ever longer waits", () => {
  const { stream, listener, heard } = listen();
  assert.equal(Source.all[0].url, "/live/abc");
  listener.epoch = 7;
  for (const [index, wait] of [500, 1000, 2000, 4000, 5000, 5000].entries()) {
    Source.all[index].onerror();
    assert.ok(isOpen(stream) && Source.all[index].closed);
    assert.deepEqual(heard.at(-1), ["lost", true]);
    mock.timers.tick(wait - 1);
    assert.equal(Source.all.length, index + 1);
    mock.timers.tick(1);
    assert.equal(Source.all.length, index + 2);
  }
  assert.equal(Source.all.at(-1).url, "/live/abc?after=7");
  // Whoever answers makes the next wait short again.
  Source.all.at(-1).hear("state", {});
  assert.deepEqual(heard.at(-2), ["lost", false]);
  Source.all.at(-1).onerror();
  mock.timers.tick(500);
  assert.equal(Source.all.length, 8);
});

test("after its end a stream stays closed", () => {
  const { stream } = listen();
  Source.all[0].hear("end");
  assert.deepEqual([isOpen(stream), stream.ended], [false, true]);
  Source.all[0].onerror();
  mock.timers.tick(60_000);
  assert.equal(Source.all.length, 1);
});

test("a connection that was given up is heard no more", () => {
  const { stream, heard, listener } = listen();
  connect(stream, "/live/def", listener);
  Source.all[0].hear("state", { state: "old" });
  assert.deepEqual(heard, []);
  disconnect(stream);
  assert.equal(isOpen(stream), false);
  assert.ok(Source.all[1].closed);
});
