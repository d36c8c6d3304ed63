// What all charts share: margins, axes and fonts.

import { lastEpoch } from "./frames.js";
import { ticks } from "./ticks.js";

/** @import { Charted, Figure, Range } from "./types.d.ts" */
/** @typedef {{ x: object; y: object; words: string; xName: string; xColour?: string; bottom?: number }} Axes */

const LEFT = 46;
const RIGHT = 10;
export const BARE = { displayModeBar: false, doubleClick: false, showTips: false };

/** @type {(panel: Charted, axes: Axes) => Figure} */
export function frameOf(panel, { x, y, words, xName, xColour, bottom = 20 }) {
  const { theme } = panel;
  const axis = {
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    showline: true,
    linecolor: theme.line,
    linewidth: 1.5,
    tickfont: { size: 11, color: theme.quiet },
    ticks: "",
  };
  return {
    data: [],
    words,
    layout: {
      margin: { l: LEFT, r: RIGHT, t: 8, b: bottom },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.font, size: 11, color: theme.quiet },
      showlegend: false,
      dragmode: false,
      hovermode: "closest",
      hoverlabel: { font: { family: theme.font, size: 12 } },
      uirevision: "same",
      xaxis: { ...axis, ...x },
      yaxis: { ...axis, nticks: 5, ...y },
      shapes: [],
      annotations: [
        {
          ...{ xref: "paper", yref: "paper", x: 1, y: 0, xanchor: "right", yanchor: "top", showarrow: false },
          ...{ text: xName, yshift: -2, borderpad: 0, font: { size: 11, color: xColour ?? theme.quiet } },
        },
      ],
    },
  };
}

/** @type {(panel: Charted) => { range: Range; tickvals: number[] }} */
export function epochAxis(panel) {
  const epochs = Math.max(panel.info.epochs, lastEpoch(panel.frames), 1);
  return { range: [0.5, epochs + 0.5], tickvals: ticks(1, epochs, 6) };
}
