// What a run has left behind so far: one frame an epoch, in order, never twice and never backwards.

/** @import { Charted, Frame, Frames, Info, SentFrame } from "./types.d.ts" */

/** @type {(bits: number) => number} */
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** @type {(base64: string) => Float32Array} */
export function halves(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => half(view.getUint16(2 * index, true)));
}

/** @type {() => Frames} */
export function newFrames() {
  return { list: [], worst: 0, low: Infinity, high: -Infinity };
}

/** @type {(frames: Frames) => number} */
export function lastEpoch(frames) {
  return frames.list.at(-1)?.epoch ?? 0;
}

// The frame of the epoch that is shown: none at epoch 0, and the next one there is where one is missing.
/** @type {(panel: Pick<Charted, "frames" | "film" | "between">) => Frame | undefined} */
export function shownFrame({ frames, film, between }) {
  if (film.shown < 1) return undefined;
  if (film.batch && between) return between;
  const { list } = frames;
  const there = list[film.shown - (list[0]?.epoch ?? 1)];
  return there?.epoch === film.shown ? there : (list.find((frame) => frame.epoch >= film.shown) ?? list.at(-1));
}

/** @type {(frames: Frames, incoming: SentFrame[], info: Info) => void} */
export function takeFrames(frames, incoming, info) {
  for (const frame of incoming) {
    if (frame.epoch <= lastEpoch(frames)) continue;
    const taken = frameOf(frame, info);
    const { outputs, error } = taken;
    frames.list.push(taken);
    for (const value of error) if (Number.isFinite(value)) frames.worst = Math.max(frames.worst, value);
    for (const value of outputs) {
      if (!Number.isFinite(value)) continue;
      frames.low = Math.min(frames.low, value);
      frames.high = Math.max(frames.high, value);
    }
  }
}

/** @type {(sent: SentFrame, info: Info) => Frame} */
export function frameOf({ outputs: spelled = "", ...sent }, info) {
  const outputs = halves(spelled);
  const { epoch, loss, val_loss, accuracy, val_accuracy, own_accuracy, decoded } = sent;
  return { epoch, loss, val_loss, accuracy, val_accuracy, own_accuracy, decoded, outputs, error: errors(outputs, info) };
}

/** @type {(frame: Frame) => string} */
export const placeInWords = ({ epoch, batch }) => (batch ? `batch ${batch} of epoch ${epoch}` : `epoch ${epoch}`);

// Outputs are row major, [sequences][steps][outputs].
/** @type {(frame: Frame, info: Info, sequence: number, step: number, output: number) => number} */
export function outputAt(frame, info, sequence, step, output) {
  const steps = info.targets[0].length;
  const outputs = info.targets[0][0].length;
  return frame.outputs[(sequence * steps + step) * outputs + output];
}

// The mean absolute error of every timestep over the probe sequences; of every sequence where the task asks once.
/** @type {(outputs: Float32Array, info: Info) => Float32Array} */
function errors(outputs, info) {
  const once = info.answers === "once";
  const [steps, width] = [info.targets[0]?.length ?? 0, info.targets[0]?.[0]?.length ?? 0];
  const sums = new Float32Array(once ? info.targets.length : steps);
  const counts = new Uint16Array(sums.length);
  info.targets.forEach((sequence, index) => {
    const valid = once ? steps : (info.lengths?.[index] ?? steps);
    for (let step = 0; step < valid; step++) {
      const row = once ? index : step;
      for (let output = 0; output < width; output++) {
        sums[row] += Math.abs(outputs[(index * steps + step) * width + output] - sequence[step][output]);
        counts[row] += 1;
      }
    }
  });
  return sums.map((sum, row) => (counts[row] ? sum / counts[row] : NaN));
}
