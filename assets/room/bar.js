// The slim bar of those who are in a room: who is there, and what a host or a member can do.

import { create, mark, say } from "../dom.js";
import { close, listen, newEar } from "./listen.js";
import { followed, goTo, noteFollowed, noteSaid, saidStill } from "./calls.js";
import { ASK, HERE, NEWS } from "./events.js";
import { peopleInWords } from "./words.js";

/** @import { News, RoomData, RoomDetail } from "./types.d.ts" */

const LOST = "The connection is lost. The page tries again by itself.";
const BROUGHT = "The host brought you here. Continue on your own.";
const ALL_HERE = "You brought everybody here.";
const NAMES = /** @type {const} */ (["here", "done", "code", "leave"]);
const WORDS = { here: "All here", done: "I am done", code: "Show code", leave: "Leave the room" };
const HELPS = {
  here: "Bring everybody to what this page shows.",
  done: "Tell the host that you are done. No name is told.",
  code: "Show the code and the QR code of the room.",
  leave: "Leave the room. The page stays as it is.",
};

/** @type {(parent: HTMLElement, data: RoomData, press: (value: object) => void) => { take: (data: RoomData, press: (value: object) => void) => void; end: () => void }} */
export function newBar(parent, data, press) {
  const bar = create("section", "explorer-room", parent);
  const who = create("p", "who", bar);
  const name = create("b", "", who);
  const people = create("span", "people", who);
  const done = create("span", "done", who);
  const says = create("p", "says", bar);
  mark(says, { role: "status" });
  const buttons = create("div", "buttons", bar);
  const button = Object.fromEntries(
    NAMES.map((each) => {
      const made = create("button", "", buttons);
      mark(made, { type: "button", "data-press": each, title: HELPS[each] });
      return [each, made];
    }),
  );
  const ear = newEar();
  /** @type {Partial<News>} */
  let news = {};
  let [question, ended, lost, told] = ["", "", false, data.told];
  let called = "";
  /** @type {ReturnType<typeof setTimeout> | 0} */
  let silence = 0;

  const draw = () => {
    const { calls = 0 } = news;
    mark(bar, { "aria-label": `Room ${data.code}`, "data-room": data.code, "data-calls": calls, "data-people": news.people ?? "", "data-host": data.host, "data-done": news.done ?? "" });
    say(name, `Room ${data.code}`);
    say(people, ended || news.people === undefined ? "" : peopleInWords(news.people));
    // Before the first call there is nothing to be done with.
    say(done, ended || !calls || news.done === undefined ? "" : `${news.done} done`);
    say(says, ended || (lost ? LOST : told || called));
    const isDone = data.done === calls;
    for (const each of NAMES) {
      const shown = each === "leave" || (!ended && (data.host ? each !== "done" : each === "done" && calls > 0));
      button[each].hidden = !shown;
      say(button[each], each === "done" && isDone ? "✓ Done" : ended ? "Close" : WORDS[each]);
      button[each].disabled = each === "done" && isDone;
    }
    // A lesson can be left too.
    mark(button.leave, { "aria-label": ended ? "Close the bar of the room" : "Leave the room", title: data.host && !ended ? "Leave the room open and go: its code leads back into it." : HELPS.leave });
  };
  const tell = () => {
    /** @type {RoomDetail} */
    const detail = { people: news.people ?? 0, tally: news.tally ?? null };
    document.dispatchEvent(new CustomEvent(NEWS, { detail }));
  };
  const keepSaying = () => {
    const { words, left } = saidStill(data.code, Date.now());
    called = words;
    clearTimeout(silence);
    if (!words) return;
    silence = setTimeout(() => {
      called = "";
      draw();
    }, left);
  };
  const follow = () => {
    const { calls = 0, address = "" } = news;
    const before = followed(window.sessionStorage, data.code);
    if (calls === before) return;
    noteFollowed(window.sessionStorage, data.code, calls);
    if (!calls) return;
    noteSaid(data.code, data.host ? (before < 0 ? "" : ALL_HERE) : BROUGHT, Date.now());
    // What was wrong with a call before is over with this one.
    told = "";
    keepSaying();
    if (!data.host) goTo(address, data.code);
  };
  const start = () => {
    const about = question ? `&question=${encodeURIComponent(question)}` : "";
    listen(ear, `/room/${data.code}?member=${data.member}${about}`, {
      room(changed) {
        news = { ...news, ...changed };
        follow();
        draw();
        tell();
      },
      ended(sentence) {
        ended = sentence;
        draw();
      },
      lost(is) {
        if (lost === is) return;
        lost = is;
        draw();
      },
    });
  };
  /** Somebody draws the tally of a question. @type {(event: Event) => void} */
  const ask = (event) => {
    const wanted = /** @type {CustomEvent<{ question: string }>} */ (event).detail.question;
    if (wanted === question || ended) return tell();
    question = wanted;
    start();
  };
  for (const each of NAMES) {
    button[each].addEventListener("click", () => {
      const { pathname, search } = window.location;
      press({ name: each, ...(each === "here" ? { at: pathname + search } : {}), ...(each === "done" ? { calls: news.calls ?? 0 } : {}) });
    });
  }
  // What stands at the foot of the window stands above the bar, which has a second row where a phone is narrow.
  const measure = new ResizeObserver(() => document.body.style.setProperty("--room", `${bar.offsetHeight}px`));
  measure.observe(bar);
  document.addEventListener(ASK, ask);
  keepSaying();
  draw();
  start();
  document.dispatchEvent(new CustomEvent(HERE));
  return {
    take(next, pressed) {
      press = pressed;
      if (next.code !== data.code || next.member !== data.member) {
        [news, ended, question] = [{}, "", ""];
        data = next;
        keepSaying();
        start();
      }
      told = next.told;
      data = next;
      draw();
    },
    end() {
      close(ear);
      clearTimeout(silence);
      document.removeEventListener(ASK, ask);
      measure.disconnect();
      document.body.style.removeProperty("--room");
      bar.remove();
    },
  };
}
