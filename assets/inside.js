// The panel "Look inside": the states, the gates and the equation of a recurrent layer at the epoch that the live panel shows.

import { setTheme } from "./axes.js";
import { copied } from "./copied.js";
import { create, mark, pointWithin, say } from "./dom.js";
import { forget, newAsker, urlOf, want } from "./inside/ask.js";
import { newParts } from "./inside/panel.js";
import { closeSections, drawSections } from "./inside/sections.js";
import { listenToFilm, pressMain, pressSecond, seekTo, selectSequence, writeFilm } from "./inside/film.js";
import { pointed } from "./inside/point.js";
import { inOrderOf, walked } from "./inside/walk.js";
import { paint, writeAnswer } from "./inside/write.js";
import { deedOf } from "./keys.js";

/** @import { Component } from "./component.d.ts" */
/** @import { InsideAnswer } from "./description.d.ts" */
/** @import { InsideData, Place, Said, Shown, State, Wanted } from "./inside/types.d.ts" */

/** @type {WeakMap<HTMLElement, State>} */
const panels = new WeakMap();
// The address is told once a hand rests.
const RESTED = 400;
const FILM_RESTS = 900;
// A run that got no epoch for so long does not train.
const GROWS = 2000;
const NO_RUN = "This model has not been trained yet. Press Train: the panel then shows every epoch while it trains.";
const LOADING = "The epochs of this run are loading.";

// Asked when it is said: without a window, as in a test of the module, there is no hand.
const hint = () => {
  const byHand = matchMedia("(pointer: coarse)").matches ? "Tap a number" : "Point at a number, or go to it by Tab";
  return `${byHand}: here stands what it is made of, and its weights are framed below.`;
};

/** @type {(parent: HTMLElement) => State} */
function newInside(parent) {
  const root = create("div", "explorer-inside", parent);
  const parts = newParts(root);
  const shown = { run: null, epoch: 0, sequence: 0, trained: 0 };
  const kept = { place: {}, open: false, opened: null, opener: null, shown, grew: -Infinity, heard: false, query: null, order_by: "follows", wantsSequence: null };
  const drawn = { answer: null, refused: "", link: null, gateStrips: [], pieces: [], tellTimer: 0, sortTimer: 0, liveTimer: 0, ends: [] };
  const state = /** @type {State} */ (/** @type {unknown} */ ({ root, ...parts, ...kept, ...drawn }));
  state.asker = newAsker((wanted, said) => take(state, wanted, said));
  state.observer = new ResizeObserver(() => paint(state));
  state.observer.observe(state.hidden.body);
  listenToHands(state);
  say(state.readout, hint());
  const opens = (/** @type {Event} */ event) => {
    const { layer } = /** @type {CustomEvent<{ layer: string }>} */ (event).detail;
    const focused = document.activeElement;
    state.opener = focused instanceof HTMLElement ? focused : null;
    open(state, { layer });
    tell(state);
  };
  const shows = (/** @type {Event} */ event) => follow(state, /** @type {CustomEvent<Shown>} */ (event).detail);
  document.addEventListener("explorer:inside", opens);
  document.addEventListener("explorer:shown", shows);
  state.ends = [
    () => document.removeEventListener("explorer:inside", opens),
    () => document.removeEventListener("explorer:shown", shows),
    listenToFilm(state),
  ];
  return state;
}

/** @type {(state: State) => void} */
function listenToHands(state) {
  const { dialog, hidden, at, unit, timestep } = state;
  // Escape too.
  dialog.onclose = () => closed(state);
  state.close.onclick = () => dialog.close();
  state.copy.onclick = async () => {
    const done = state.answer !== null && (await copied(state.answer.text, dialog));
    say(state.copy, done ? "Copied" : "Could not be copied");
    setTimeout(() => say(state.copy, "Copy as text"), 2000);
  };
  state.main.onclick = () => pressMain();
  state.second.onclick = () => pressSecond();
  state.scrub.oninput = () => seekTo(Number(state.scrub.value));
  state.sequences.onchange = () => selectSequence(Number(state.sequences.value));
  state.order.onchange = () => {
    state.order_by = state.order.value;
    ask(state);
  };
  state.directions.onclick = (event) => {
    const direction = event.target instanceof HTMLElement ? event.target.dataset.direction : undefined;
    if (direction) move(state, { direction, unit: undefined });
  };
  state.pin.onclick = () => {
    const { answer } = state;
    if (answer) move(state, { pin: answer.unit });
    state.unpin.hidden = false;
    state.unpin.focus();
  };
  state.unpin.onclick = () => {
    move(state, { pin: undefined });
    state.pin.hidden = false;
    state.pin.focus();
  };
  unit.onchange = () => move(state, { unit: Number(unit.value) });
  timestep.onchange = () => move(state, { t: Number(timestep.value) });
  hidden.body.onclick = (event) => {
    const { answer } = state;
    if (!answer) return;
    const { x, y } = pointWithin(hidden.canvas, event);
    const column = Math.floor((x / hidden.body.clientWidth) * answer.columns.length);
    const row = answer.rows[Math.floor(y / hidden.rowHeight)];
    at.focus();
    if (row && answer.columns[column]) move(state, { unit: row.unit, t: answer.columns[column] });
  };
  state.maps.onpointermove = (event) => say(state.readout, pointed(state, event) || hint());
  state.maps.onpointerleave = () => say(state.readout, hint());
  at.onkeydown = (event) => {
    const deed = deedOf("Look inside", event.key);
    const next = deed && state.answer ? walked({ ...state.answer, ...chosen(state) }, deed) : null;
    if (!next) return;
    event.preventDefault();
    move(state, { unit: next.unit, t: next.timestep });
  };
  for (const [begins, ends] of /** @type {const} */ ([["pointerover", "pointerout"], ["focusin", "focusout"]])) {
    state.body.addEventListener(begins, ({ target }) => pointAt(state, target));
    state.body.addEventListener(ends, () => pointAt(state, document.activeElement));
  }
}

// What is chosen now, also while the answer is under way.
/** @type {(state: State) => { unit: number; timestep: number }} */
const chosen = ({ place, answer }) => ({ unit: place.unit ?? answer?.unit ?? 1, timestep: place.t ?? answer?.timestep ?? 1 });

/** @type {(state: State, target: EventTarget | null) => void} */
function pointAt(state, target) {
  const found = target instanceof Node ? state.pieces.find(({ node }) => node.contains(target)) : undefined;
  const link = found ? { part: found.piece.part, gate: found.piece.gate } : null;
  if (link?.part === state.link?.part && link?.gate === state.link?.gate) return;
  state.link = link;
  say(state.readout, found?.piece.says || hint());
  for (const { node, piece } of state.pieces) {
    node.toggleAttribute("data-linked", link !== null && piece.part === link.part && piece.gate === link.gate);
  }
  paint(state);
}

/** @type {(state: State, place: Place) => void} */
function open(state, place) {
  const other = place.layer !== state.place.layer;
  state.place = { ...place };
  state.wantsSequence = place.sequence ? place.sequence - 1 : null;
  if (other) Object.assign(state, { answer: null, refused: "" });
  if (!state.open) {
    state.open = true;
    state.dialog.showModal();
    state.title.focus();
  }
  say(state.title, `Inside “${place.layer}”`);
  writeAnswer(state);
  writeFilm(state);
  document.dispatchEvent(new CustomEvent("explorer:ask"));
  ask(state);
}

/** @type {(state: State) => void} */
function closed(state) {
  if (!state.open) return;
  state.open = false;
  Object.assign(state, { place: {}, answer: null, link: null, wantsSequence: null });
  forget(state.asker);
  clearTimeout(state.sortTimer);
  clearTimeout(state.liveTimer);
  say(state.live, "");
  closeSections(state);
  const { opener } = state;
  state.opener = null;
  if (opener?.isConnected) opener.focus();
  tell(state);
}

// Another unit, timestep or direction.
/** @type {(state: State, part: Place) => void} */
function move(state, part) {
  state.place = { ...state.place, ...part };
  ask(state);
  tell(state);
}

/** @type {(state: State) => void} */
function tell(state) {
  clearTimeout(state.tellTimer);
  const told = Object.fromEntries(Object.entries(state.place).filter(([, value]) => value !== undefined));
  // The server takes nothing of a place that another link has left.
  state.tellTimer = Number(setTimeout(() => state.tell({ ...told, opened: state.opened }), RESTED));
}

// The live panel shows another epoch, sequence or run.
/** @type {(state: State, shown: Shown) => void} */
function follow(state, shown) {
  const now = performance.now();
  if (shown.run === state.shown.run && shown.trained > state.shown.trained) state.grew = now;
  state.asker.live = now - state.grew < GROWS;
  const another = state.shown.run !== null && shown.run !== state.shown.run;
  Object.assign(state, { shown, heard: true });
  if (!state.open) return;
  // What stands there is of a run that is shown no more.
  if (another) {
    Object.assign(state, { answer: null, refused: "" });
    writeAnswer(state);
  }
  if (state.wantsSequence !== null) {
    const wanted = state.wantsSequence;
    if (shown.sequence === wanted || !selectSequence(wanted)) state.wantsSequence = null;
  } else if (shown.sequence + 1 !== (state.place.sequence ?? 1)) {
    state.place.sequence = shown.sequence + 1;
    tell(state);
  }
  writeFilm(state);
  ask(state);
}

// Takes an answer. While the epochs pass the rows keep their places; they are sorted once the film rests.
/** @type {(state: State, answer: InsideAnswer) => void} */
function settle(state, answer) {
  const { answer: before } = state;
  clearTimeout(state.sortTimer);
  const moves = before !== null && before.epoch !== answer.epoch && before.direction === answer.direction && before.order === answer.order;
  state.answer = moves ? inOrderOf(answer, before.rows.map(({ unit }) => unit)) : answer;
  if (state.answer === answer) return;
  state.sortTimer = Number(setTimeout(() => {
    state.answer = answer;
    writeAnswer(state);
  }, FILM_RESTS));
}

/** @type {(state: State) => Wanted} */
function wantedNow({ shown, place, query, order_by: order }) {
  const choice = { layer: place.layer ?? "", direction: place.direction ?? "", unit: place.unit ?? null, timestep: place.t ?? null };
  return { run: shown.run ?? "", query: shown.run === null ? query : null, epoch: shown.epoch, sequence: shown.sequence, ...choice, order, pin: place.pin ?? 0 };
}

/** @type {(state: State) => void} */
function ask(state) {
  const { shown, asker } = state;
  // Which run is shown the live panel says, which may come later than this one.
  if (!state.open || !state.heard) return;
  if (shown.arriving && state.answer === null) {
    state.refused = LOADING;
    writeAnswer(state);
    return;
  }
  if (state.refused === LOADING) {
    state.refused = "";
    writeAnswer(state);
  }
  if (shown.run === null && !state.query) {
    Object.assign(state, { answer: null, refused: NO_RUN });
    forget(asker);
    writeAnswer(state);
    return;
  }
  want(asker, wantedNow(state));
}

// Says the chosen number; where something was said before, that must not stay behind.
/** @type {(state: State) => void} */
function speak({ live, at, answer }) {
  if (!answer || (!live.textContent && document.activeElement !== at)) return;
  say(live, `${at.getAttribute("aria-label")}. ${answer.equation.says[0]}`);
}

/** @type {(state: State, wanted: Wanted, said: Said) => void} */
function take(state, wanted, said) {
  if (!state.open || wanted.layer !== state.place.layer) return;
  const { answer } = said;
  state.refused = said.error;
  if (answer) {
    const before = state.answer;
    settle(state, answer);
    writeAnswer(state);
    // The server's own choice is kept from here on, as another epoch may make another one; not over what was chosen meanwhile.
    const stands = (state.place.unit ?? null) === wanted.unit && (state.place.t ?? null) === wanted.timestep;
    if (stands && (wanted.unit !== answer.unit || wanted.timestep !== answer.timestep)) {
      Object.assign(state.place, { unit: answer.unit, t: answer.timestep });
      state.asker.last = urlOf(wantedNow(state));
      tell(state);
    }
    if (!before && document.activeElement === state.title) state.at.focus();
    // Of the epochs that pass only that at which the film rests.
    const moved = before?.unit !== answer.unit || before?.timestep !== answer.timestep;
    clearTimeout(state.liveTimer);
    if (moved) speak(state);
    else state.liveTimer = Number(setTimeout(() => speak(state), FILM_RESTS));
    const { run, sequence, epoch } = wanted;
    const choose = (/** @type {Place} */ part) => {
      state.place = { ...state.place, ...part };
      tell(state);
    };
    const { place, shown: { trained } } = state;
    if (!run) closeSections(state);
    else drawSections(state, { run, sequence, epoch, trained, layer: answer.layer, direction: answer.direction, answer, place, choose });
    return;
  }
  // What the link or a field asks for is not there: that is said, and what there is is shown.
  const { unit, t, pin, direction } = state.place;
  if (said.status === 400 && (unit ?? t ?? pin ?? direction) !== undefined && state.answer === null) {
    state.place = { layer: state.place.layer, sequence: state.place.sequence };
    ask(state);
    tell(state);
  } else if (said.status !== 400) state.answer = said.status === 503 || said.status === 0 ? state.answer : null;
  writeAnswer(state);
}

/** @type {(component: Component<InsideData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  let state = panels.get(parentElement);
  if (!state) panels.set(parentElement, (state = newInside(parentElement)));
  state.tell = (place) => setTriggerValue("moved", place);
  setTheme(state.root);
  const other = JSON.stringify(data.query) !== JSON.stringify(state.query);
  state.query = data.query;
  if (other && state.shown.run === null) ask(state);
  if (data.opened !== state.opened) {
    state.opened = data.opened;
    // A link is newer than what the panel was about to tell.
    clearTimeout(state.tellTimer);
    if (data.open.layer) open(state, data.open);
    else if (state.open) state.dialog.close();
  } else paint(state);
  mark(state.root, { "data-inside": state.open ? "open" : "closed" });
  const made = state;
  return () => {
    made.open = false;
    clearTimeout(made.tellTimer);
    forget(made.asker);
    made.ends.forEach((end) => end());
    made.observer.disconnect();
    made.root.remove();
    panels.delete(parentElement);
  };
}
