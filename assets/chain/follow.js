// The chain follows a slider while it moves: what it will look like is asked for here, without a rerun of the page, and
// for the next place in the same direction ahead of time. The page's own answer comes a moment later and is the one that
// counts.

/** @import { Follower, PageData, Shapes, State } from "./types.d.ts" */

const SETTLED = 1000;
const KEPT_ANSWERS = 64;

/** @type {(state: State, draw: (state: State) => void) => Follower} */
export function newFollower(state, draw) {
  const observer = new MutationObserver(() => follow(state));
  /** @type {Follower} */
  const follower = { draw, asked: "", before: "", busy: false, moved: 0, timer: 0, answers: new Map(), observer };
  // Streamlit moves a slider by its `value`, with the keyboard and with the mouse alike.
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["value"] });
  return follower;
}

/** @type {(follower: Follower) => void} */
export function endFollower(follower) {
  follower.observer.disconnect();
  clearTimeout(follower.timer);
}

/** @type {(name: string) => HTMLInputElement | null} */
const sliderOf = (name) => document.querySelector(`.st-key-${name} input[type=range]`);

// The page's experiment, with the values at which the sliders stand now.
/** @type {(page: PageData) => string} */
function standing({ query, follows }) {
  const now = { ...query };
  for (const name of follows ?? []) {
    const slider = sliderOf(name);
    if (slider && !slider.disabled) now[name] = slider.value;
  }
  return new URLSearchParams(now).toString();
}

/** @type {(state: State) => void} */
function follow(state) {
  const { follower, page } = state;
  if (!page?.query || !page.description) return;
  const wanted = standing(page);
  if (wanted === follower.asked) return;
  follower.before = follower.asked;
  follower.asked = wanted;
  follower.moved = performance.now();
  if (!follower.busy) ask(state);
}

/** @type {(state: State) => Promise<void>} */
async function ask(state) {
  const { follower } = state;
  follower.busy = true;
  const asked = follower.asked;
  const answer = await answerTo(state, asked);
  if (answer && !state.closed && state.page.description) {
    state.data = { ...state.page, ...answer, waiting: null };
    follower.draw(state);
  }
  follower.busy = false;
  if (state.closed) return;
  if (follower.asked === asked) askAhead(state, asked);
  else ask(state);
}

// Of what was asked before, and of what is on its way, nothing is asked again.
/** @type {(state: State, asked: string) => Promise<Shapes | null>} */
function answerTo(state, asked) {
  const { answers } = state.follower;
  const before = answers.get(asked);
  if (before) return before;
  const answer = fetchShapes(`${state.page.url}?${asked}`);
  answers.set(asked, answer);
  answer.then((found) => found || answers.delete(asked));
  for (const oldest of answers.keys()) {
    if (answers.size <= KEPT_ANSWERS) break;
    answers.delete(oldest);
  }
  return answer;
}

/** @type {(url: string) => Promise<Shapes | null>} */
async function fetchShapes(url) {
  try {
    const answer = await fetch(url);
    if (!answer.ok) return null;
    const { description, values, drawings } = await answer.json();
    return { description, values, drawings };
  } catch {
    return null; // The connection is lost, or the server ended: the page itself says so.
  }
}

// A slider that went one step is likely to go one more.
/** @type {(state: State, asked: string) => void} */
function askAhead(state, asked) {
  const [now, before] = [new URLSearchParams(asked), new URLSearchParams(state.follower.before)];
  const moved = (state.page.follows ?? []).filter((name) => before.has(name) && before.get(name) !== now.get(name));
  if (moved.length !== 1) return;
  const [name] = moved;
  const [at, slider] = [Number(now.get(name)), sliderOf(name)];
  const next = at + Math.sign(at - Number(before.get(name)));
  if (!slider || next < Number(slider.min) || next > Number(slider.max)) return;
  now.set(name, String(next));
  answerTo(state, now.toString());
}

// The page's answer is drawn, unless a slider has moved on meanwhile: then it is old, and the next one is on its way. Where that
// takes long, what the slider says stays drawn, with all else that the page says.
/** @type {(state: State, data: PageData) => void} */
export function takePage(state, data) {
  const { follower } = state;
  state.page = data;
  clearTimeout(follower.timer);
  const own = data.query ? new URLSearchParams(data.query).toString() : "";
  const late = own && data.description && standing(data) !== own;
  const left = follower.moved + SETTLED - performance.now();
  if (late && left > 0) {
    follower.timer = setTimeout(() => takePage(state, data), left);
    return;
  }
  if (late) {
    void takeLate(state, data);
    return;
  }
  if (own) follower.asked = own;
  state.data = data;
  follower.draw(state);
}

/** @type {(state: State, data: PageData) => Promise<void>} */
async function takeLate(state, data) {
  const asked = standing(data);
  const answer = await answerTo(state, asked);
  // Another answer of the page has come, or the slider has moved on: then that is drawn.
  if (state.closed || state.page !== data || standing(data) !== asked) return;
  state.follower.asked = asked;
  state.data = answer ? { ...data, ...answer, waiting: null } : data;
  state.follower.draw(state);
}
