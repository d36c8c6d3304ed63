// The error of a run by epoch and timestep, or by epoch and sequence where the task asks once.

import { epochScale, epochTicks, levels, markOf, places, plotOf, scale, shownLine, veil } from "./figure.js";
import { placeInWords, shownFrame } from "./frames.js";
import { countTicks, short } from "./ticks.js";

/** @import { Cells, Charted, Figure, Size } from "./types.d.ts" */

/** @type {(panel: Charted, size: Size) => Figure} */
export function errorFigure(panel, size) {
  const { info, frames } = panel;
  const once = info.answers === "once";
  const rows = Math.max(1, once ? info.targets.length : (info.targets[0]?.length ?? 1));
  const name = once ? "sequence" : "timestep";
  const plot = plotOf(size, { top: 6, bottom: 22 });
  const [x, y] = [epochScale(panel, plot), scale([0.5, rows + 0.5], plot.top, plot.bottom)];
  const ticks = countTicks(1, rows, plot.height * (1 - 1 / rows), 15).map((at) => ({ at, text: String(at) }));
  const frame = shownFrame(panel);
  const middle = plot.top + plot.height / 2;
  const turned = { class: `axis ${once ? "" : "timesteps"}`, "text-anchor": "middle" };
  const [first, last] = [frames.list[0]?.epoch ?? 1, frames.list.at(-1)?.epoch ?? 0];
  const cells = { rows, columns: frames.list.length, left: x(first - 0.5), right: x(last + 0.5), top: plot.top, bottom: plot.bottom };
  const marks = [
    markOf("frame", "rect", { class: "frame", x: plot.left, y: plot.top, width: plot.width, height: plot.height }),
    ...levels(ticks, y, plot, false).map((mark) => ({ ...mark, at: { ...mark.at, class: once ? "tick" : "tick timesteps" } })),
    ...places(epochTicks(panel, plot), x, plot),
    markOf("x", "text", { class: "axis", x: plot.left - 8, y: plot.bottom + 16, "text-anchor": "end" }, "epoch"),
    markOf("y", "text", { ...turned, x: 14, y: middle, transform: `rotate(-90 14 ${middle})` }, name),
    ...veil(panel, plot),
    shownLine(panel, plot),
  ];
  const worst = frame ? [...frame.error].reduce((best, value, row, all) => (value > all[best] ? row : best), 0) : 0;
  const begin = `Mean absolute error by epoch and ${name}`;
  return {
    marks,
    plot,
    cells: { ...cells, fill: (image, colour) => fill(panel, cells, image, colour) },
    points: frames.list.length,
    words: frame
      ? `${begin}. At ${placeInWords(frame)} it is largest at ${name} ${worst + 1}, ${short(frame.error[worst])}.`
      : `${begin}: ${frames.list.length ? "epoch 0 is shown" : "not trained yet"}.`,
    read: (across, down) => {
      if (!frames.list.length) return null;
      const step = (x(last) - x(0)) / last;
      const epoch = Math.max(first, Math.min(last, Math.round((across - x(0)) / step)));
      const row = Math.max(0, Math.min(rows - 1, Math.floor(((down - plot.top) / plot.height) * rows)));
      const value = frames.list[epoch - first]?.error[row];
      return { x: x(epoch), y: y(row + 1), title: `epoch ${epoch}, ${name} ${row + 1}`, lines: [`error ${short(value)}`] };
    },
  };
}

// Pixels of one colour, the more of it the larger the error.
/** @type {(panel: Charted, cells: Pick<Cells, "rows" | "columns">, image: Uint8ClampedArray, colour: number[]) => void} */
function fill({ frames }, { rows, columns }, image, [red, green, blue]) {
  const worst = frames.worst || 1;
  frames.list.forEach(({ error }, column) => {
    for (let row = 0; row < rows; row++) {
      const share = Number.isFinite(error[row]) ? Math.min(1, error[row] / worst) : 0;
      image.set([red, green, blue, Math.round(255 * share)], 4 * (row * columns + column));
    }
  });
}
