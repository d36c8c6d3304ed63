// The losses of a slide's run, as they come: the same chart as on the page, at twice its size and with fewer words.

import { drawFigure, newDrawn } from "../live/draw.js";
import { newEarlier } from "../live/earlier.js";
import { epochScale, epochTicks, places } from "../live/figure.js";
import { newFilm } from "../live/film.js";
import { lastEpoch, newFrames, takeFrames } from "../live/frames.js";
import { lossFigure } from "../live/loss.js";
import { connect, disconnect, newStream } from "../live/stream.js";
import { short } from "../live/ticks.js";
import { create, mark } from "../dom.js";

/** @import { Info } from "../live/types.d.ts" */
/** @import { Losses, Slide } from "./types.d.ts" */

// What the chart does not need of a run.
const REST = { key: "", title: "", task: "", loss: "", settings: {}, answers: "every step", answer: "number", batches: 1, targets: [], lengths: [] };

/** @type {(slide: Slide, changed: () => void) => Losses | null} */
export function newLosses({ run, info }, changed) {
  if (!run || !info) return null;
  /** @type {Losses} */
  const losses = { run, stream: newStream(), frames: newFrames(), info: /** @type {Info} */ ({ ...REST, ...info }), state: "" };
  connect(losses.stream, `/live/${run}`, {
    after: () => lastEpoch(losses.frames),
    on: {
      state: ({ state }) => {
        losses.state = state ?? losses.state;
        changed();
      },
      frames: ({ frames }) => {
        takeFrames(losses.frames, frames, losses.info);
        changed();
      },
      narration: () => {},
    },
    lost: () => {},
  });
  return losses;
}

/** @type {(losses: Losses | null) => void} */
export const endLosses = (losses) => losses && disconnect(losses.stream);

// Draws into `parent`, which is empty.
/** @type {(parent: HTMLElement, losses: Losses, size: { width: number; height: number }) => void} */
export function drawLosses(parent, losses, { width, height }) {
  const { run, info, frames } = losses;
  const legend = create("p", "legend", parent);
  create("b", "", legend).textContent = "Loss by epoch";
  const last = frames.list.at(-1);
  for (const [name, value] of /** @type {const} */ ([["training", last?.loss], ["validation", last?.val_loss]])) {
    const key = create("span", `key ${name}`, legend);
    create("i", "stroke", key);
    key.append(value === undefined ? name : `${name} ${short(value)}`);
  }
  const chart = create("div", "chart loss", parent);
  mark(chart, { "data-chart": "loss" });
  const film = { ...newFilm(), shown: lastEpoch(frames) };
  const panel = { run, info, frames, film, between: null, earlier: newEarlier(), sequence: 0, log: false };
  const size = { width, height: height - legend.offsetHeight };
  const figure = lossFigure(panel, { width, height: size.height - 22 });
  const marks = [...figure.marks, ...places(epochTicks(panel, figure.plot), epochScale(panel, figure.plot), figure.plot)];
  drawFigure(newDrawn(chart), { ...figure, marks }, size, () => {});
  mark(chart, { role: "img", "aria-label": figure.words });
}
