// The drawing of a sliding window: which steps one step sees.

import { INSIDE_RIGHT, insideEven } from "./columns.js";
import { insideArrow, insideText, insideWords } from "./strips.js";
import { anchorOf, seenFrom } from "./taps.js";
import { count, joined } from "./words.js";

/** @import { WindowDrawing } from "../description.d.ts" */
/** @import { Drawing, Drawn } from "./types.d.ts" */

const PADDED = new Map([
  ["causal", "padding=causal: zeros before the start; no output depends on later timesteps"],
  ["same", "padding=same: zeros at both ends, so every timestep has an output"],
  ["valid", "padding=valid: no zeros, only complete windows"],
]);
const ONE_STEP = { size: 1, stride: 1, dilation: 1, offset: 0 };

/** @type {(drawing: Drawing<WindowDrawing>) => Drawn} */
export function insideLadder({ pen, layer, shown, width }) {
  const { steps, padding } = shown;
  const slid = layer.window ?? ONE_STEP;
  const { stride, offset: before } = slid;
  const reach = (slid.size - 1) * slid.dilation + 1;
  const anchor = (/** @type {number} */ step) => anchorOf(slid, step);
  const sees = (/** @type {number} */ step) => seenFrom(slid, step);
  const after = padding === "same" ? reach - 1 - before : 0;
  const left = 8;
  const most = Math.floor((width - left - INSIDE_RIGHT) / 24);
  const visible = Math.max(Math.min(steps, most - before - after), Math.min(steps, reach));
  const { place } = insideEven(visible + before + after, left, width - left - INSIDE_RIGHT, 30);
  const spot = (/** @type {number} */ step) => place(step - 1 + before);
  const outputs = Math.max(1, Math.floor((visible + before + after - reach) / stride) + 1);
  // An output that sees no padding is followed down to its steps.
  const all = Array.from({ length: outputs }, (_, index) => index + 1);
  const whole = all.filter((step) => sees(step).every((each) => each >= 1 && each <= visible));
  const chosen = whole[Math.floor((whole.length - 1) * 0.6)] ?? outputs;
  const seen = new Set(sees(chosen));
  const centre = (/** @type {number} */ step) => spot(step).x + spot(step).width / 2;
  const [top, bottom, side] = [20, 96, 22];
  /** @type {(key: string, step: number, y: number, name: string, at?: number) => void} */
  const square = (key, step, y, name, at = step) => {
    const { x, width: wide } = spot(at);
    pen("rect", key, { class: name, x: x + 1, y, width: wide - 2, height: side, rx: 3 });
    const pad = name === "pad";
    const [text, style] = pad ? ["0", "s10 quiet"] : [step, "s10"];
    if (wide > 17 || pad) insideText(pen, `${key}:n`, text, x + wide / 2, y + 15, style, "middle");
  };
  for (const step of all) {
    for (const each of sees(step)) {
      if (each < 1 - before || each > visible + after || step === chosen) continue;
      const d = `M${centre(each)},${bottom - 2}L${centre(anchor(step))},${top + side + 2}`;
      pen("path", `line${step}:${each}`, { class: "fan", d });
    }
  }
  for (const each of seen) {
    insideArrow(pen, `see${each}`, [[centre(each), bottom - 2], [centre(anchor(chosen)), top + side + 3]], "strong");
  }
  for (const step of all) square(`out${step}`, step, top, step === chosen ? "rung chosen" : "rung", anchor(step));
  for (let step = 1 - before; step <= visible + after; step++) {
    const pad = step < 1 || step > visible;
    square(`in${step}`, step, bottom, pad ? "pad" : seen.has(step) ? "rung seen" : "rung");
  }
  const more = visible < steps ? `, the first ${visible} of ${steps} drawn` : "";
  insideText(pen, "returns", "output timesteps", spot(1).x, 12, "s11 bold", "start", "timesteps");
  insideText(pen, "receives", `input timesteps${more}`, left, bottom + side + 15, "s11 bold", "start", "timesteps");
  const went = layer.output?.[0]?.[1] ?? outputs;
  const padded = PADDED.get(padding);
  const strides = stride > 1 ? `, strides=${stride}` : "";
  const how = `${padded ? `${padded}${strides}; ` : ""}${count(steps, "timesteps")} in, ${went} out`;
  const y = bottom + side + 20;
  const words = insideWords(pen, "how", how, left, y, width - left, { size: 11, className: "quiet" });
  const listed = [...seen].filter((step) => step >= 1);
  const sight = `output ${chosen} reads ${listed.length > 1 ? "timesteps" : "timestep"} ${joined(listed.map(String))}`;
  return {
    height: y + words,
    notes: [{ swatch: "seen", words: sight }],
    words: `Lines from the input timesteps up to the output timesteps: ${sight}; ${how}.`,
  };
}
