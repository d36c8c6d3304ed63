// Where a box finds room on the page: over no words, controls or drawings, and as near to its place as that lets it.

/** @typedef {{ left: number; top: number; right: number; bottom: number }} Edges */
/** @typedef {Edges & { weight: number }} Taken */
/** @typedef {{ width: number; height: number }} Size */
/** @typedef {{ form: string; left: number; top: number; covered: number }} Spot */

const MARGIN = 4;
const GAP = 10;
const STEP = 12;
// What a walk through time says is being read: a box keeps off it as it does off the buttons of the run.
const READ = ".walk, .walk-told, .slow";
const NEVER = 100;
// A pixel of the way weighs as much as so many that are covered.
const FAR = 0.02;
// What is pressed, and the box of a layer is pressed as well, must stay in reach: a pixel of it counts as so many of a drawing.
const PRESSED = 8;
const CONTROLS = "a, button, input, select, summary, [role=tab], [data-testid=stSlider], .layer .box";
const DRAWINGS = ".stage > svg, .explorer-head .strip, .chart, .unrolled-stage, .slow-drawing, .stCode";

/** @type {(one: Edges, other: Edges) => number} */
function overlap(one, other) {
  const [width, height] = [Math.min(one.right, other.right) - Math.max(one.left, other.left), Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)];
  return width > 0 && height > 0 ? width * height : 0;
}

/** How much of what is taken a box would cover. @type {(at: { left: number; top: number }, size: Size, taken: Taken[]) => number} */
export function coveredBy({ left, top }, { width, height }, taken) {
  const box = { left, top, right: left + width, bottom: top + height };
  return taken.reduce((sum, each) => sum + each.weight * overlap(box, each), 0);
}

/** @type {(at: Edges, box: Edges) => number} */
function apart(at, box) {
  return Math.hypot(Math.max(0, at.left - box.right, box.left - at.right), Math.max(0, at.top - box.bottom, box.top - at.bottom));
}

/**
 * The best place for a box that may have several forms, each with its size: beside `at` on its side, else wherever least is
 * covered. Of two places that cover as little the nearer one.
 *
 * @type {(at: Edges, forms: Record<string, Size>, side: string, window: Size, taken: Taken[]) => Spot}
 */
export function roomFor(at, forms, side, window, taken) {
  const inside = taken.filter((each) => each.right > 0 && each.bottom > 0 && each.left < window.width && each.top < window.height);
  /** @type {Spot | undefined} */
  let best;
  let least = Infinity;
  for (const [form, size] of Object.entries(forms)) {
    const most = { left: Math.max(MARGIN, window.width - size.width - MARGIN), top: Math.max(MARGIN, window.height - size.height - MARGIN) };
    /** @type {(left: number, top: number) => void} */
    const weigh = (left, top) => {
      const spot = { left: Math.max(MARGIN, Math.min(left, most.left)), top: Math.max(MARGIN, Math.min(top, most.top)) };
      const way = FAR * Math.max(GAP, apart(at, { ...spot, right: spot.left + size.width, bottom: spot.top + size.height }));
      if (way >= least) return;
      const covered = coveredBy(spot, size, inside);
      if (covered + way >= least) return;
      [best, least] = [{ form, ...spot, covered }, covered + way];
    };
    if (side === "right") weigh(at.right + GAP, (at.top + at.bottom) / 2);
    weigh(at.left, at.bottom + GAP);
    weigh(at.left, at.top - GAP - size.height);
    for (let top = MARGIN; top <= most.top; top += STEP) {
      for (let left = MARGIN; left <= most.left; left += STEP) weigh(left, top);
    }
  }
  return best ?? { form: Object.keys(forms)[0], left: MARGIN, top: MARGIN, covered: 0 };
}

// What is there for a screen reader alone stands in a box of a pixel.
/** @type {(element: Element) => boolean} */
function isSeen(element) {
  const around = element.parentElement ?? element;
  return [element, around, around.parentElement ?? around].every((each) => each.clientWidth !== 1 && each.clientHeight !== 1);
}

/** What words, controls and drawings of the page take. apart: what is not of the page. @type {(apart: Element[]) => Taken[]} */
export function takenOnPage(apart) {
  const range = document.createRange();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  /** @type {Taken[]} */
  const boxes = [];
  /** @type {(element: Element, box: DOMRect, weight?: number) => void} */
  const take = (element, { left, top, right, bottom }, weight = 1) => {
    if (right - left > 2 && bottom - top > 2) boxes.push({ left, top, right, bottom, weight: element.closest(READ) ? NEVER : weight });
  };
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const parent = node.parentElement;
    if (!node.nodeValue?.trim() || !parent || !isSeen(parent) || parent.closest("style, script") || apart.some((each) => each.contains(parent))) continue;
    range.selectNodeContents(node);
    take(parent, range.getBoundingClientRect());
  }
  for (const [selector, weight] of /** @type {[string, number][]} */ ([[CONTROLS, PRESSED], [DRAWINGS, 1]])) {
    for (const each of document.querySelectorAll(selector)) {
      if (!apart.some((other) => other.contains(each))) take(each, each.getBoundingClientRect(), weight);
    }
  }
  return boxes;
}
