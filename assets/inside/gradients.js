// The section "Gradient through time": how strongly the loss reacts to each earlier timestep, beside the same with other cells.

import { drawFigure, drawNorms, newFigure } from "./gradient_figures.js";
import { gradientsUrl, newQuestion, wantAnswer } from "./question.js";
import { create, mark, say } from "../dom.js";

/** @import { Figure, GradientParts, GradientState, Net, Of, Said, Slopes } from "./gradient_types.d.ts" */
/** @import { Section } from "./types.d.ts" */

/** @type {WeakMap<HTMLElement, GradientState>} */
const kept = new WeakMap();
// While the run trains, it is asked at most so often, and waits so many times as long as the last answer took, which leaves
// the workers to the run; other nets train once the film rests.
const EVERY = 1200;
const WAITS = 15;
const SCRUBBED = 150;
const TRAINS = 1500;
const REST = 700;
const HOW = "Point at a bar, or focus the drawing and use the arrow keys, to read its number.";

/** @type {(place: HTMLElement) => GradientState} */
function newGradients(place) {
  const parts = newGradientParts(place);
  const others = newQuestion((url, said) => takeOther(state, url, said));
  const question = newQuestion((_, { body, error, status }) => {
    state.took = performance.now() - state.asked;
    if (body && !body.net && state.timestep !== null) {
      // What the link asks for is not there: that is said, and the last timestep is taken.
      Object.assign(state, { timestep: null, dropped: body.reason, asked: 0 });
      state.shown?.choose({ loss_t: undefined });
      return askGradients(state);
    }
    if (body) Object.assign(state, { answer: body, refused: body.reason || state.dropped });
    else if (status !== 503 && status !== 0) Object.assign(state, { answer: null, refused: error });
    drawGradients(state);
    askOthers(state);
  });
  const normsQuestion = newQuestion((_, { body, error }) => {
    if (body) state.norms = body;
    else say(state.normsBody, error);
    if (body) drawNorms(state.normsBody, body);
  });
  /** @type {GradientState} */
  const state = {
    ...parts,
    answers: new Map(),
    shown: null,
    answer: null,
    refused: "",
    dropped: "",
    what: "inputs",
    of: "mean",
    timestep: null,
    eachEnds: false,
    compared: new Set(),
    norms: null,
    normsOf: "",
    inView: false,
    width: 0,
    asked: 0,
    took: 0,
    grew: -Infinity,
    timer: 0,
    rest: 0,
    question,
    others,
    normsQuestion,
    figures: new Map(),
    observers: [],
  };
  const resized = new ResizeObserver(() => {
    const width = place.clientWidth;
    if (!width || width === state.width) return;
    state.width = width;
    drawGradients(state);
    if (state.norms) drawNorms(state.normsBody, state.norms);
  });
  resized.observe(place);
  // What nobody has scrolled to costs nothing.
  const seen = new IntersectionObserver((entries) => {
    state.inView = entries.some(({ isIntersecting }) => isIntersecting);
    if (state.inView) askGradients(state);
  });
  seen.observe(place);
  state.observers = [resized, seen];
  listenToChoices(state);
  return state;
}

/** @type {(place: HTMLElement) => GradientParts} */
function newGradientParts(place) {
  place.classList.add("slopes");
  const head = create("div", "slopes-top", place);
  say(create("h3", "slopes-title", head), "Gradient through time");
  const about = create("p", "slopes-about", head);
  const tools = create("div", "slopes-tools", place);
  const atLabel = create("label", "slopes-at", tools);
  atLabel.append("Loss at timestep ");
  const at = create("input", "inside-number", atLabel);
  mark(at, { type: "number", min: 1, step: 1 });
  const choices = /** @type {GradientParts["choices"]} */ ({});
  for (const [label, pairs] of /** @type {const} */ ([
    ["Bars", [["inputs", "Input"], ["state", "State"]]],
    ["Of which sequences", [["mean", "Mean"], ["sequence", "This sequence"]]],
  ])) {
    const group = create("div", "inside-directions", tools);
    mark(group, { role: "group", "aria-label": label });
    for (const [name, words] of pairs) {
      choices[name] = create("button", "inside-button", group);
      mark(choices[name], { type: "button" });
      say(choices[name], words);
    }
  }
  const compare = create("div", "slopes-compare", tools);
  const said = create("p", "slopes-said", place);
  mark(said, { role: "status" });
  const nets = create("div", "slopes-nets", place);
  const measure = create("p", "slopes-measure", place);
  const foot = create("p", "slopes-foot", place);
  const more = create("details", "slopes-more", place);
  say(create("summary", "", more), "Norm of each layer's gradient, by epoch");
  const normsBody = create("div", "slopes-norms-body", more);
  return { place, about, at, atLabel, choices, compare, said, nets, measure, foot, more, normsBody };
}

/** @type {(state: GradientState) => void} */
function listenToChoices(state) {
  const { choices, at, more } = state;
  for (const [name, button] of Object.entries(choices)) {
    button.onclick = () => {
      if (name === "inputs" || name === "state") state.what = name;
      else state.of = /** @type {Of} */ (name);
      // The first of each pair stands for itself: a link has only what differs from it.
      const bars = state.what === "inputs" ? undefined : state.what;
      state.shown?.choose({ bars, bars_of: state.of === "mean" ? undefined : state.of });
      drawGradients(state);
    };
  }
  at.onchange = () => {
    const { answers: most = 1, ends = false } = state.answer ?? {};
    const typed = Math.round(Number(at.value));
    const chosen = typed ? Math.min(most, Math.max(1, typed)) : null;
    // Where sequences end at different timesteps, the last one of all is not the last one of each.
    Object.assign(state, { timestep: chosen === most && !ends && !state.eachEnds ? null : chosen, dropped: "" });
    state.shown?.choose({ loss_t: state.timestep ?? undefined });
    state.asked = 0;
    askGradients(state);
    askOthers(state);
  };
  more.ontoggle = () => askNorms(state);
}

/** @type {(state: GradientState, cell?: string) => string | null} */
function urlNow({ shown, timestep }, cell = "") {
  if (!shown) return null;
  const { run, sequence, epoch, layer } = shown;
  return gradientsUrl(run, { sequence, epoch, layer, timestep, cell });
}

/** @type {(state: GradientState) => void} */
function askGradients(state) {
  clearTimeout(state.timer);
  const url = urlNow(state);
  if (!state.inView || !url || url === state.question.last) return;
  const now = performance.now();
  const pause = now - state.grew < TRAINS ? Math.max(EVERY, WAITS * state.took) : SCRUBBED;
  const wait = state.asked ? state.asked + pause - now : 0;
  if (wait > 0) {
    state.timer = Number(setTimeout(() => askGradients(state), wait));
    return;
  }
  state.asked = now;
  wantAnswer(state.question, url);
}

// One of the other nets that are not where the run is.
/** @type {(state: GradientState) => void} */
function askOthers(state) {
  clearTimeout(state.rest);
  const next = [...state.compared].map((kind) => ({ kind, url: urlNow(state, kind) })).find(({ kind, url }) => {
    const known = state.answers.get(kind);
    return !known || known.url !== url || !(known.answer?.net || known.answer?.reason || known.error);
  });
  if (!next?.url || !state.inView) return wantAnswer(state.others, null);
  const { url } = next;
  state.rest = Number(setTimeout(() => wantAnswer(state.others, url, true), state.others.last === null ? REST : 0));
}

/** @type {(state: GradientState, url: string, said: Said) => void} */
function takeOther(state, url, { status, body, error }) {
  const kind = new URLSearchParams(url.split("?")[1]).get("cell") ?? "";
  if (status !== 503 && status !== 0) state.answers.set(kind, { url, answer: body, error });
  drawGradients(state);
  askOthers(state);
}

/** @type {(state: GradientState) => void} */
function askNorms(state) {
  const { more, shown } = state;
  if (!more.open || !shown) return wantAnswer(state.normsQuestion, null);
  const key = `${shown.run} ${shown.trained}`;
  if (key === state.normsOf) return;
  state.normsOf = key;
  if (!state.norms) say(state.normsBody, "The norms are read from the run …");
  wantAnswer(state.normsQuestion, gradientsUrl(shown.run, { norms: 1 }), true);
}

/** @type {(state: GradientState) => void} */
function drawGradients(state) {
  const { answer, refused, choices, what } = state;
  const net = answer?.net ?? null;
  mark(state.place, { "data-epoch": answer ? answer.epoch : "" });
  say(state.said, refused || (net ? "" : "The gradient is being computed …"));
  state.said.hidden = !state.said.textContent;
  for (const [name, button] of Object.entries(choices)) {
    mark(button, { "aria-pressed": name === what || name === state.of });
    button.disabled = !net;
  }
  state.atLabel.hidden = !answer?.answers;
  if (answer?.answers) mark(state.at, { max: answer.answers });
  if (answer?.ends) state.eachEnds = true;
  mark(state.at, { placeholder: state.eachEnds ? "last" : "" });
  if (document.activeElement !== state.at) state.at.value = String(answer?.at ?? (state.eachEnds ? "" : (answer?.answers ?? "")));
  writeCompare(state);
  const drawn = net && answer ? netsToDraw(state, net, answer.kinds) : [];
  keepFigures(state, drawn.map(({ kind }) => kind));
  const slopes = drawn.map((each) => slopesOf(state, each));
  drawn.forEach((each, place) => {
    const figure = /** @type {Figure} */ (state.figures.get(each.kind));
    const own = slopes[place];
    figure.root.classList.toggle("slopes-wide", drawn.length === 1);
    if (own) drawFigure(figure, each, own, what);
  });
  const first = slopes[0];
  say(state.about, first?.[what].about ?? "");
  say(state.measure, first ? `${first[what].measure}; ${first.of}. ${HOW}` : "");
  say(state.foot, answer ? (answer.feet[drawn.map(({ kind }) => kind).join("+")] ?? "") : "");
}

// Side by side in the order of their kinds; only those that are at the same epoch, timestep and sequence.
/** @type {(state: GradientState, own: Net, kinds: string[]) => Net[]} */
function netsToDraw(state, own, kinds) {
  return kinds.flatMap((kind) => {
    if (kind === own.kind) return [own];
    const known = state.answers.get(kind);
    const fits = state.compared.has(kind) && known?.url === urlNow(state, kind) && state.answer?.epoch === state.shown?.epoch;
    return fits && known?.answer?.net ? [known.answer.net] : [];
  });
}

/** @type {(state: GradientState, net: Net) => Slopes | null} */
function slopesOf({ of }, net) {
  return of === "sequence" ? (net.sequence ?? net.mean) : net.mean;
}

/** @type {(state: GradientState, kinds: string[]) => void} */
function keepFigures(state, kinds) {
  for (const [kind, { root }] of state.figures) {
    if (kinds.includes(kind)) continue;
    root.remove();
    state.figures.delete(kind);
  }
  kinds.forEach((kind, place) => {
    let figure = state.figures.get(kind);
    if (!figure) state.figures.set(kind, (figure = newFigure(state.nets)));
    if (state.nets.children[place] !== figure.root) state.nets.insertBefore(figure.root, state.nets.children[place] ?? null);
  });
  mark(state.nets, { "data-nets": kinds.length });
}

/** @type {(state: GradientState) => void} */
function writeCompare(state) {
  const { answer, compare, answers } = state;
  const others = answer?.net ? answer.others : [];
  const there = [...compare.querySelectorAll("button")].map(({ dataset }) => dataset.kind).join();
  if (there !== others.join()) {
    compare.replaceChildren();
    for (const kind of others) {
      const button = create("button", "inside-button", compare);
      mark(button, { type: "button", "data-kind": kind });
      button.onclick = () => {
        if (!state.compared.delete(kind)) state.compared.add(kind);
        answers.delete(kind);
        state.shown?.choose({ cells: others.filter((each) => state.compared.has(each)).join() || undefined });
        drawGradients(state);
        askOthers(state);
      };
    }
    mark(create("span", "slopes-progress", compare), { role: "status" });
  }
  for (const button of compare.querySelectorAll("button")) {
    const kind = button.dataset.kind ?? "";
    say(button, `Compare with ${kind}`);
    mark(button, { "aria-pressed": state.compared.has(kind) });
  }
  const words = others.filter((kind) => state.compared.has(kind)).map((kind) => {
    const known = answers.get(kind);
    const now = known?.url === urlNow(state, kind) ? known : undefined;
    return now?.error || now?.answer?.reason || (now?.answer?.net ? "" : now?.answer?.progress || answer?.waits[kind]);
  });
  const progress = compare.querySelector(".slopes-progress");
  if (progress) say(progress, words.filter(Boolean).join(" "));
}

/** @type {Section} */
export const gradientsSection = {
  name: "gradients",
  draw(place, shown) {
    let state = kept.get(place);
    if (!state) kept.set(place, (state = newGradients(place)));
    const before = state.shown;
    const other = before?.run !== shown.run || before?.layer !== shown.layer;
    if (other) Object.assign(state, { answer: null, refused: "", dropped: "", norms: null, normsOf: "" });
    if (other) {
      state.answers.clear();
      state.timestep = shown.place.loss_t ?? null;
      state.eachEnds = false;
      state.what = shown.place.bars === "state" ? "state" : "inputs";
      state.of = shown.place.bars_of === "sequence" ? "sequence" : "mean";
      state.compared = new Set(shown.place.cells?.split(","));
    }
    if (before && !other && shown.trained > before.trained) state.grew = performance.now();
    state.shown = shown;
    if (!before || other) drawGradients(state);
    if (other || before?.epoch !== shown.epoch || before?.sequence !== shown.sequence) {
      wantAnswer(state.others, null);
      writeCompare(state);
    }
    askGradients(state);
    askNorms(state);
  },
  close(place) {
    const state = kept.get(place);
    if (!state) return;
    [state.timer, state.rest].forEach(clearTimeout);
    [state.question, state.others, state.normsQuestion].forEach((each) => wantAnswer(each, null));
    state.shown = null;
  },
};
