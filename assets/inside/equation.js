// The equation of one unit at one timestep: its terms can be pointed at, and say where they come from.

import { create, mark, say } from "../dom.js";

/** @import { Equation, Piece } from "../description.d.ts" */
/** @import { PieceNode, State } from "./types.d.ts" */

const MOST_PARTS = 32;
// The pieces before which a line may break.
const BEGIN = ["kernel", "plus_bias", "plus_state", "plus_state_bias", "sum"];

// The products of a sum as colours side by side; many are drawn as some of them, evenly picked.
/** @type {(parts: (number | null)[], axis: string) => string} */
export function partsAsGradient(parts, axis) {
  const count = Math.min(parts.length, MOST_PARTS);
  const picked = Array.from({ length: count }, (_, place) => parts[Math.round((place * (parts.length - 1)) / Math.max(1, count - 1))]);
  const largest = picked.reduce((/** @type {number} */ most, each) => Math.max(most, Math.abs(each ?? 0)), 0) || 1;
  const stops = picked.map((value, place) => {
    const share = Math.round((100 * Math.abs(value ?? 0)) / largest);
    const colour = `color-mix(in srgb, var(${(value ?? 0) < 0 ? "--negative" : `--${axis}`}) ${share}%, var(--ground))`;
    return `${colour} ${((100 * place) / count).toFixed(2)}% ${((100 * (place + 1)) / count).toFixed(2)}%`;
  });
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

/** @type {(state: State, shown: Equation) => void} */
export function writeEquation(state, shown) {
  const { equation, results, says } = state;
  const focused = state.pieces.find(({ node }) => node === document.activeElement)?.piece;
  equation.replaceChildren();
  results.replaceChildren();
  state.pieces = [];
  const head = create("div", "inside-line inside-heads", equation);
  mark(head, { "aria-hidden": "true" });
  create("span", "inside-gate", head);
  for (const each of shown.heads) writePiece(state, head, each, "span");
  for (const { name, gate, pieces } of shown.lines) {
    const line = create("div", "inside-line", equation);
    mark(line, { role: "group", "aria-label": name, "data-gate": gate });
    say(create("b", "inside-gate", line), name);
    // On a phone a line breaks before a term with its sign only, and each term is named, as the heads have no room.
    /** @type {HTMLElement} */
    let group = line;
    for (const each of pieces) {
      if (BEGIN.includes(each.slot)) group = create("span", "inside-group", line);
      const node = writePiece(state, group, each, each.says ? "button" : "span");
      const term = shown.heads.find(({ slot }) => slot === each.slot)?.text;
      if (term) mark(node, { "data-term": term });
    }
  }
  for (const row of shown.results) {
    const line = create("p", "inside-result", results);
    for (const each of row) writePiece(state, line, each, "span");
  }
  say(says, shown.says.join(" "));
  // The same term keeps the focus when its number changes.
  state.pieces.find(({ piece }) => piece.slot === focused?.slot && piece.gate === focused?.gate)?.node.focus();
}

/** @type {(state: State, parent: HTMLElement, piece: Piece, tag: "button" | "span") => HTMLElement} */
function writePiece(state, parent, piece, tag) {
  const { slot, text, part, gate, parts, axis, says } = piece;
  const node = create(tag, `inside-piece ${part ? `of-${part}` : "sign"}`, parent);
  if (slot) node.style.gridColumn = slot;
  if (tag === "button") mark(node, { type: "button", "aria-label": says });
  if (parts.length > 1) {
    const strip = create("i", "inside-parts", node);
    strip.style.background = partsAsGradient(parts, axis);
    // The column of the input leaves room for that of the state.
    strip.style.width = `${Math.max(20, Math.min(axis === "features" ? 75 : 120, parts.length * 15))}px`;
  }
  say(create("span", "", node), text);
  if (!part) return node;
  mark(node, { "data-part": part, "data-gate": gate });
  state.pieces.push(/** @type {PieceNode} */ ({ node, piece }));
  return node;
}
