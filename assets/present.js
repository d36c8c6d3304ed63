// The projector: one slide at a time, walked by one key. All slides are here from the beginning, so that the next one is drawn
// at once; Python hears afterwards which one is shown, and writes the address.

import { setTheme } from "./axes.js";
import { create, mark } from "./dom.js";
import { deedOf, isForOthers } from "./keys.js";
import { asks, drawFoot } from "./present/foot.js";
import { endLosses, newLosses } from "./present/losses.js";
import { drawNotes } from "./present/notes.js";
import { drawSlide } from "./present/slide.js";
import { ASK, HERE, NEWS } from "./room/events.js";

/** @import { Answer } from "./description.d.ts" */
/** @import { Component } from "./component.d.ts" */
/** @import { RoomDetail } from "./room/types.d.ts" */
/** @import { Deck, Known, PresentData, Slide } from "./present/types.d.ts" */

/** @type {WeakMap<HTMLElement, Deck>} */
const decks = new WeakMap();

// The window for which everything is drawn; others show it larger or smaller, and a phone below each other.
const [WIDE, HIGH, SMALL] = [1280, 800, 900];
// A key that is held walks on; the address follows once it rests.
const RESTS = 250;
const BUSY = 1000;
const CHANNEL = "explorer-slides";
// A question that nobody answers: then the room tells how many are there.
const NO_QUESTION = "projector";

/** @type {(parent: HTMLElement) => Deck} */
function newDeck(parent) {
  const root = create("section", "explorer-present", parent);
  mark(root, { "aria-label": "Projector", "data-present": "" });
  /** @type {Deck} */
  const deck = {
    root, data: null, at: 0, revealed: new Set(), known: new Map(), asking: false, losses: null, answers: null, tell: () => {}, telling: 0, drawing: 0, told: 0,
    channel: "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null,
    observer: new ResizeObserver(() => draw(deck)), ends: [], closed: false,
  };
  deck.observer.observe(root);
  const press = (/** @type {KeyboardEvent} */ event) => pressKey(deck, event);
  document.addEventListener("keydown", press, { capture: true });
  deck.ends.push(() => document.removeEventListener("keydown", press, { capture: true }));
  const news = (/** @type {Event} */ event) => takeNews(deck, /** @type {CustomEvent<RoomDetail>} */ (event).detail);
  const here = () => askRoom(deck);
  document.addEventListener(NEWS, news);
  document.addEventListener(HERE, here);
  deck.ends.push(() => (document.removeEventListener(NEWS, news), document.removeEventListener(HERE, here)));
  if (deck.channel) deck.channel.onmessage = ({ data }) => hear(deck, data);
  return deck;
}

/** @type {(deck: Deck) => Slide | undefined} */
const slideOf = ({ data, at }) => data?.slides[at];

/** @type {(deck: Deck) => boolean} */
const isNotes = ({ data }) => data?.mode === "notes";

/** @type {(deck: Deck, event: KeyboardEvent) => void} */
function pressKey(deck, event) {
  const { target, key } = event;
  if (isForOthers(event)) return;
  if (key === " " && target instanceof Element && target.closest("button, a, summary")) return;
  const does = deedOf("Projector", key);
  if (!does || does === "present" || (isNotes(deck) && !["next", "previous", "first", "last", "reveal"].includes(does))) return;
  event.preventDefault();
  event.stopPropagation();
  act(deck, does);
}

/** @type {(deck: Deck, does: string) => void} */
function act(deck, does) {
  const { data, at } = deck;
  if (!data) return;
  if (isNotes(deck) && deck.told) return deck.channel?.postMessage({ deck: data.deck, does });
  const last = data.slides.length - 1;
  const places = new Map([["next", Math.min(last, at + 1)], ["previous", Math.max(0, at - 1)], ["first", 0], ["last", last]]);
  const place = places.get(does);
  if (place !== undefined) return place === at ? undefined : go(deck, place);
  if (does === "reveal") {
    if (!asks(slideOf(deck))) return;
    if (!deck.revealed.delete(at)) deck.revealed.add(at);
    tellOthers(deck);
    draw(deck);
  } else if (does === "notes") window.open(`${data.notes_link}&step=${at + 1}`, "explorer-notes", "popup,width=760,height=900");
  else if (does === "sheet") document.dispatchEvent(new CustomEvent("explorer:keys"));
  else deck.tell("action", { name: does, at });
}

/** @type {(deck: Deck, at: number) => void} */
function go(deck, at) {
  deck.at = at;
  if (deck.answers) deck.answers = { ...deck.answers, tally: [], answered: 0 };
  draw(deck);
  tellOthers(deck);
  askRoom(deck);
  void prepare(deck);
  clearTimeout(deck.telling);
  deck.telling = setTimeout(() => deck.tell("action", { name: "moved", at: deck.at }), RESTS);
}

// The windows of one browser that show the same slides know of each other: the slides lead, the notes follow.
/** @type {(deck: Deck) => void} */
function tellOthers(deck) {
  const { data, at, revealed, channel } = deck;
  if (data && !isNotes(deck)) channel?.postMessage({ deck: data.deck, at, revealed: [...revealed] });
}

/** @type {(deck: Deck, said: { deck: string; at?: number; revealed?: number[]; does?: string; asks?: boolean }) => void} */
function hear(deck, said) {
  const { data } = deck;
  if (!data || said.deck !== data.deck) return;
  if (!isNotes(deck)) {
    if (said.asks) tellOthers(deck);
    else if (said.does) act(deck, said.does);
    return;
  }
  if (typeof said.at !== "number" || !data.slides[said.at]) return;
  Object.assign(deck, { at: said.at, revealed: new Set(said.revealed ?? []), told: deck.told + 1 });
  draw(deck);
}

// The bar of the room listens to it (room/bar.js): it is told which question is shown, and tells what came of it.
/** @type {(deck: Deck) => void} */
function askRoom(deck) {
  const question = slideOf(deck)?.question;
  if (deck.data?.room && !isNotes(deck)) document.dispatchEvent(new CustomEvent(ASK, { detail: { question: question || NO_QUESTION } }));
}

/** @type {(deck: Deck, detail: RoomDetail) => void} */
function takeNews(deck, { people, tally }) {
  const own = tally && tally.question === slideOf(deck)?.question ? tally : { counts: [], answered: 0 };
  const answers = { people, tally: own.counts, answered: own.answered };
  if (JSON.stringify(answers) === JSON.stringify(deck.answers)) return;
  deck.answers = answers;
  later(deck);
}

/** @type {(query: Record<string, string>) => string} */
const keyOf = (query) => new URLSearchParams(query).toString();

// What the next slides need is asked for while this one is looked at: the nearest first, one at a time.
/** @type {(deck: Deck) => Promise<void>} */
async function prepare(deck) {
  if (deck.asking || isNotes(deck)) return;
  deck.asking = true;
  while (!deck.closed) {
    const key = nextUnknown(deck);
    if (key === null) break;
    const found = await shapesOf(key);
    if (!found) await new Promise((done) => setTimeout(done, BUSY));
    else {
      deck.known.set(key, found);
      if (!deck.closed && keyOf(slideOf(deck)?.query ?? {}) === key) draw(deck);
    }
  }
  deck.asking = false;
}

/** @type {(deck: Deck) => string | null} */
function nextUnknown({ data, at, known }) {
  const slides = data?.slides ?? [];
  const order = slides.map((slide, index) => ({ slide, far: index >= at ? 2 * (index - at) : 2 * (at - index) + 1 }));
  order.sort((one, two) => one.far - two.far);
  const wanted = order.flatMap(({ slide }) => (slide.query ? [keyOf(slide.query)] : []));
  return wanted.find((key) => !known.has(key)) ?? null;
}

// Null while no worker is free.
/** @type {(key: string) => Promise<Known | null>} */
async function shapesOf(key) {
  try {
    const response = await fetch(`/shapes?${key}`);
    if (response.status === 422) return { description: null, values: null, error: (await response.json()).error };
    if (!response.ok) return null;
    const { description, values } = /** @type {Answer} */ (await response.json());
    return { description, values, error: "" };
  } catch {
    return null;
  }
}

/** @type {(deck: Deck) => void} */
function draw(deck) {
  const { root, data, at, revealed, known } = deck;
  const slide = slideOf(deck);
  const [width, height] = [root.clientWidth, root.clientHeight];
  if (!data || !slide || !width) return;
  setTheme(root);
  const focused = document.activeElement instanceof HTMLElement && root.contains(document.activeElement) ? document.activeElement.dataset.does : undefined;
  root.replaceChildren();
  mark(root, { "data-step": at + 1, "data-steps": data.slides.length, "data-revealed": revealed.has(at), "data-mode": data.mode });
  if (isNotes(deck)) drawNotes(create("div", "notes", root), data, at, revealed.has(at), deck.told > 0, (does) => act(deck, does));
  else {
    if (deck.losses?.run !== slide.run) {
      endLosses(deck.losses);
      deck.losses = newLosses(slide, () => later(deck));
    }
    const small = width < SMALL;
    mark(root, { "data-small": small });
    const larger = small ? 1 : Math.min(width / WIDE, height / HIGH);
    const frame = create("div", "frame", root);
    frame.style.cssText = small ? "" : `zoom:${larger};width:${width / larger}px;height:${height / larger}px`;
    const place = create("div", "slide", frame);
    const foot = create("div", "foot", frame);
    drawFoot(foot, data, at, deck.answers, (does) => act(deck, does));
    drawSlide(place, slide, { known: known.get(keyOf(slide.query ?? {})), losses: deck.losses, revealed: revealed.has(at), given: data.room && slide.question ? deck.answers : null });
  }
  if (focused) /** @type {HTMLElement | null} */ (root.querySelector(`[data-does="${focused}"]`))?.focus();
}

// Epochs come faster than anybody looks.
/** @type {(deck: Deck) => void} */
function later(deck) {
  deck.drawing ||= setTimeout(() => {
    deck.drawing = 0;
    if (!deck.closed) draw(deck);
  }, RESTS);
}

/** @type {(component: Component<PresentData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  let deck = decks.get(parentElement);
  if (!deck) decks.set(parentElement, (deck = newDeck(parentElement)));
  deck.tell = setTriggerValue;
  const before = deck.data;
  deck.data = data;
  if (before?.deck !== data.deck) deck.revealed.clear();
  if (before?.arrival !== data.arrival || before.deck !== data.deck || deck.at >= data.slides.length) deck.at = data.at;
  const { theme } = deck.root.dataset;
  setTheme(deck.root);
  if (theme !== deck.root.dataset.theme || JSON.stringify(before) !== JSON.stringify(data)) draw(deck);
  if (isNotes(deck)) deck.channel?.postMessage({ deck: data.deck, asks: true });
  else tellOthers(deck);
  askRoom(deck);
  void prepare(deck);
  const shown = deck;
  return () => {
    shown.closed = true;
    clearTimeout(shown.telling);
    clearTimeout(shown.drawing);
    endLosses(shown.losses);
    shown.observer.disconnect();
    shown.channel?.close();
    shown.ends.forEach((end) => end());
    shown.root.remove();
    decks.delete(parentElement);
  };
}
