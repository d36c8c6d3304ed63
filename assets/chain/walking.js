// A walk through time in the unrolled chain: where it is, whether it plays, which numbers are read and pinned.

import { isWay, nextCell } from "./pointing.js";
import { newWalkStore, walkAt } from "./walk_asked.js";
import { newWalkBar, writeWalkBar } from "./walk_bar.js";
import { columnsAt, drawnInWords, hasWalk, heightsOf, nameOf, NO_WALK, numberInWords, placeInWords, readId, sourceInWords, stripsOf, timestepOf, walkOver, waysOf } from "./walk.js";
import { isReached, largestOf, momentAt, momentInWords, momentsOf, periodAt, phaseBeside } from "./slow.js";
import { beginSlow, toBatch, toPhase } from "./slow_played.js";
import { listenForWalk } from "./walk_keys.js";
import { drawSlow, newSlowDrawing } from "./slow_drawing.js";
import { create, mark, say } from "../dom.js";
import { deedOf } from "../keys.js";

/** @import { Description } from "../description.d.ts" */
/** @import { Cell, OpenedLayer, UnrolledRow, WalkDeed, Walking, WalkFound, WalkSource, WalkView } from "./types.d.ts" */

// Where the last walk was when its drawing was taken away: a view that is chosen and left again draws another one.
/** @type {{ opened: number | null; at: number | null } | null} */
let left = null;
const PERIOD = 900;
// A hand that rests this long has chosen: then the link tells where the walk is.
const RESTED = 700;
const MOST_PINNED = 8;
const HINT = "Point at a number of an open cell to read it, or focus the drawing and use the arrow keys. A click pins it.";
const NO_CELL = "No cell opens: what the recurrent layers of this model compute cannot be shown.";
const NO_NUMBERS = "The numbers of the cells come with a run: press Train.";

/** @type {(root: HTMLElement, repaint: () => void) => Walking} */
export function newWalking(root, repaint) {
  const act = (/** @type {WalkDeed} */ deed, at = 1) => walkOn(walking, deed, at);
  const bar = newWalkBar(root, act);
  const goes = (/** @type {boolean} */ moves) => void (moves && goOn(walking));
  const slowDrawing = newSlowDrawing(root, (phase) => goes(toPhase(walking, phase)), (step) => goes(toBatch(walking, step)));
  const told = create("div", "walk-told");
  const [of, readout] = [create("p", "walk-of", told), create("p", "walk-readout", told)];
  mark(readout, { "aria-live": "polite" });
  const pins = create("ul", "walk-pins", told);
  mark(pins, { "aria-label": "Pinned numbers" });
  const notes = create("p", "walk-notes", told);
  mark(notes, { role: "status" });
  const store = newWalkStore(() => walking.at !== null && repaint());
  const parts = { bar, told, of, readout, pins, notes, store, repaint, tell: () => {}, source: null, view: null, slow: null, slowDrawing, wrong: "" };
  /** @type {Walking} */
  const walking = { ...parts, at: null, asked: null, opened: null, toldAgain: "", playing: false, timer: 0, rest: 0, pinned: [], pointed: null, over: walkOver(null), rows: [], end: () => {} };
  walking.end = listenForWalk(walking, act);
  return walking;
}

/** @type {(walking: Walking) => void} */
export function endWalking({ timer, rest, end, opened, at }) {
  end();
  clearTimeout(timer);
  clearTimeout(rest);
  left = { opened, at };
}

// What is drawn is given anew with every drawing: the walk stays where it is, as far as there are timesteps.
/** @type {(walking: Walking, description: Description, source: WalkSource) => void} */
export function takeWalk(walking, description, source) {
  walking.over = walkOver(description);
  walking.source = source;
  walking.tell = source.tell;
  if (source.run !== null) walking.wrong = "";
  const { length } = walking.over;
  // Another link. What Python gives back of this walk itself may be older than where it is now.
  if (source.opened !== walking.opened) {
    clearTimeout(walking.rest);
    const goesOn = walking.opened === null && source.opened > 0 && left?.opened === source.opened;
    Object.assign(walking, { opened: source.opened, asked: source.timestep, at: goesOn ? left?.at : source.timestep, playing: false });
  }
  if (walking.at !== null) {
    const at = length ? Math.max(1, Math.min(length, walking.at)) : null;
    // Python goes to the last timestep by itself.
    if (at !== walking.at) walking.asked = walking.at = at;
  }
  // What was told while another view was chosen may have come to nobody. It is told again, once.
  const differs = `${source.timestep} ${walking.at}`;
  if (source.timestep === walking.at) walking.asked = walking.at;
  if (source.timestep === walking.at || walking.playing || walking.toldAgain === differs) return;
  Object.assign(walking, { toldAgain: differs, asked: source.timestep });
  tellRested(walking);
}

/** @type {(walking: Walking, deed: WalkDeed, to?: number) => void} */
export function walkOn(walking, deed, to = 1) {
  const { over } = walking;
  if (!over.length) return;
  walking.wrong = "";
  if (deed === "slow") beginSlow(walking);
  else if (deed === "phase on" || deed === "phase back") {
    if (!walking.slow) return;
    walking.playing = false;
    walking.slow.at = phaseBeside(walking.slow.at, over.length, deed === "phase on" ? 1 : -1);
  } else move(walking, deed, to);
  goOn(walking);
  if (deed === "end") walking.bar.play.focus();
}

/** @type {(walking: Walking) => void} */
function goOn(walking) {
  schedule(walking);
  tellRested(walking);
  walking.repaint();
}

/** @type {(walking: Walking, deed: Exclude<WalkDeed, "slow" | "phase on" | "phase back">, to: number) => void} */
function move(walking, deed, to) {
  const { slow, over } = walking;
  const at = slow ? slow.at : walking.at;
  const last = slow ? momentsOf(over.length) : over.length;
  const places = { first: 1, last, back: (at ?? 2) - 1, next: (at ?? 0) + 1, to };
  if (deed === "end") {
    walking.playing = false;
    if (slow) walking.slow = null;
    else walking.at = null;
    return;
  }
  walking.playing = deed === "main" && !walking.playing;
  if (deed === "main" && !(walking.playing && (at === null || at >= last))) return;
  const place = deed === "main" ? 1 : Math.max(1, Math.min(last, places[deed]));
  if (slow) slow.at = place;
  else walking.at = place;
}

/** @type {(walking: Walking) => void} */
function schedule(walking) {
  clearTimeout(walking.timer);
  if (!walking.playing) return;
  walking.timer = setTimeout(() => {
    // What is not looked at does not go on.
    const seen = walking.bar.root.offsetParent !== null;
    const { slow } = walking;
    if (slow) {
      if (!seen || slow.at >= momentsOf(walking.over.length)) walking.playing = false;
      else if (slow.answer) slow.at += 1;
    } else if (!seen || walking.at === null || walking.at >= walking.over.length) walking.playing = false;
    // No timestep is passed before its numbers are here.
    else if (walking.view?.found.complete !== false) walking.at += 1;
    schedule(walking);
    if (!walking.playing) tellRested(walking);
    walking.repaint();
  }, walking.slow ? periodAt(walking.slow.at, walking.over.length, true) : PERIOD);
}

/** @type {(walking: Walking) => void} */
function tellRested(walking) {
  clearTimeout(walking.rest);
  if (walking.playing || walking.slow) return;
  walking.rest = setTimeout(() => {
    if (walking.at === walking.asked) return;
    walking.asked = walking.at;
    walking.tell(walking.at, walking.opened);
  }, RESTED);
}

// What the drawing needs of the walk; null where none is on.
/** @type {(walking: Walking, rows: UnrolledRow[], narrow: boolean) => WalkView | null} */
export function walkView(walking, rows, narrow) {
  const { over, source, slow } = walking;
  walking.rows = rows;
  walking.view = null;
  if (slow && slow.run !== source?.run) walking.slow = null;
  if (!hasWalk(rows)) walking.at = null;
  const at = walking.slow ? momentAt(walking.slow.at, over.length).place : walking.at;
  if (at === null || !source || !over.length) return null;
  // In slow motion the cells stay closed: what is shown is not one sequence but a batch.
  const heights = walking.slow ? new Map() : heightsOf(rows);
  /** @type {WalkFound} */
  const found = heights.size ? walkAt(walking.store, source, at, over) : { layers: new Map(), told: [], source: null, complete: true };
  const both = rows.some((row) => heightsOf([row]).size > 0 && waysOf(row).includes(true));
  /** @type {(row: UnrolledRow, back: boolean) => OpenedLayer[]} */
  const contents = (row, back) => {
    const hit = found.layers.get(row.name);
    if (!hit) return [];
    const { layer, place } = hit;
    const one = layer.tracks.length > 1 && !row.inner_steps;
    const tracks = layer.tracks.filter(({ role }) => !one || role === (back ? "backward" : "forward"));
    return tracks.map((track) => {
      const timestep = timestepOf(layer, track, place);
      return { layer, track, timestep, strips: stripsOf(layer, track, place, narrow), masked: layer.counts?.[timestep - 1] === 0 };
    });
  };
  walking.view = { at, over, ...columnsAt(at, over), both, heights, found, contents, strength: strengthOf(walking), drawn: null };
  return walking.view;
}

// How strong the gradient is in each cell: as far as it has come back through time.
/** @type {(walking: Walking) => WalkView["strength"]} */
function strengthOf({ slow, over }) {
  const answer = slow?.answer;
  if (!slow || !answer || momentAt(slow.at, over.length).phase !== "backward") return () => null;
  const moment = momentAt(slow.at, over.length);
  const largest = largestOf(answer.directions.flatMap(({ gradient }) => gradient)) || 1;
  return (row, back, column) => {
    const direction = answer.directions.find(({ layer, role }) => layer === row.name && (!role || role === (back ? "backward" : "forward")));
    const timestep = column * over.inner;
    if (!direction || direction.gradient.length !== over.length || !isReached("gradient", timestep, moment, direction, over.length)) return null;
    return (direction.gradient[timestep - 1] ?? 0) / largest;
  };
}

// After the drawing: what is said beside it.
/** @type {(walking: Walking, cells: Cell[], columns: (number | null)[], width: number) => void} */
export function writeWalk(walking, cells, columns, width) {
  const { bar, told, of, notes, over, playing, view, slow } = walking;
  const at = slow ? slow.at : walking.at;
  const walks = hasWalk(walking.rows);
  bar.root.hidden = over.length < 1;
  bar.line.hidden = !walks;
  say(bar.none, walks ? walking.wrong : NO_WALK);
  const words = slow ? momentInWords(slow, over.length) : at === null ? "" : placeInWords(at, over, Boolean(view?.both));
  writeWalkBar(bar, at, slow ? momentsOf(over.length) : over.length, playing, words, slow !== null);
  drawSlow(walking.slowDrawing, slow, width, over.length);
  told.hidden = slow !== null || !view;
  if (slow) return;
  if (!view) {
    [of, walking.readout, walking.pins].forEach((part) => (part.hidden = true));
    return say(notes, "");
  }
  const { found, drawn, heights } = view;
  const opens = heights.size > 0;
  of.hidden = !opens || !found.source;
  say(of, found.source ? sourceInWords(found.source) : "");
  const said = [
    ...(opens ? (found.source ? [] : [NO_NUMBERS]) : [NO_CELL]),
    drawnInWords(over, columns, drawn),
    ...found.told,
  ];
  say(notes, said.filter(Boolean).join(" "));
  for (const { node } of cells) node.classList.toggle("pinned", walking.pinned.includes(node.dataset.number ?? ""));
  pointAt(walking, cells.find(({ node }) => node === walking.pointed?.node) ?? null);
  walking.readout.hidden = !cells.length;
  writePins(walking);
}

/** @type {(walking: Walking, cell: Cell | null) => void} */
export function pointAt(walking, cell) {
  walking.pointed?.node.classList.remove("pointed");
  walking.pointed = cell;
  cell?.node.classList.add("pointed");
  say(walking.readout, cell?.words ?? HINT);
}

/** @type {(walking: Walking, id: string) => void} */
export function togglePinned(walking, id) {
  const { pinned } = walking;
  walking.pinned = pinned.includes(id) ? pinned.filter((each) => each !== id) : [...pinned, id].slice(-MOST_PINNED);
  walking.repaint();
}

/** @type {(walking: Walking, cells: Cell[], event: KeyboardEvent) => void} */
export function walkKey(walking, cells, event) {
  const does = deedOf("Open cells of a walk", event.key);
  if (!does || !cells.length || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const id = walking.pointed?.node.dataset.number;
  if (does === "pin" && id) togglePinned(walking, id);
  else if (isWay(does)) pointAt(walking, nextCell(cells, walking.pointed, does));
}

/** @type {(walking: Walking) => void} */
function writePins(walking) {
  const { pins, pinned } = walking;
  pins.hidden = !pinned.length;
  while (pins.children.length > pinned.length) pins.lastElementChild?.remove();
  pinned.forEach((id, index) => {
    const item = pins.children[index] ?? create("li", "", pins);
    const text = item.firstElementChild ?? create("span", "", item);
    const button = /** @type {HTMLButtonElement} */ (item.lastElementChild === text ? create("button", "walk-button", item) : item.lastElementChild);
    const words = pinnedInWords(walking, id);
    say(text, words);
    say(button, "Let go");
    mark(button, { type: "button", "aria-label": `Let go: ${words}` });
    button.onclick = () => togglePinned(walking, id);
  });
}

/** @type {(walking: Walking, id: string) => string} */
function pinnedInWords({ view, rows }, id) {
  const { layer, role, key, unit } = readId(id);
  const row = rows.find(({ name }) => name === layer);
  const open = row && view ? view.contents(row, role === "backward").find(({ track }) => track.role === role) : undefined;
  const strip = open?.strips.find((each) => each.key === key);
  const place = open?.layer.places.indexOf(unit) ?? -1;
  if (!open || !strip || place < 0) return `${layer}${role ? `, ${role}` : ""}, ${nameOf(key, "")}, unit ${unit}: not read here`;
  return numberInWords(open.layer, role, strip.name, open.timestep, unit, strip.numbers[place]);
}
