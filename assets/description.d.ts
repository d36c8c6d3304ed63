// What Python sends, made from `explorer.schema` by scripts/front_end_types.py: `make types` writes it anew.

// A model: where data comes in, what each layer makes of it, and what comes out; the batch is None.
export interface Description {
  inputs: (number | null)[][];
  output: (number | null)[][];
  sources: Source[];
  layers: Layer[];
  params: number | null;
  symbols: Record<string, Symbol>;
  settings: Record<string, Setting>;
  unrolled: Unrolled;
  spoken: string;
  returns: Origin[];
}

// Where data comes in; the batch of its shape is None. symbols: its sizes, None where an axis has no symbol.
export interface Source {
  name: string;
  shape: (number | null)[];
  axes: string[];
  symbols: (string | null)[];
  spoken: string;
}

// One call of one layer; what the fields mean stands at `explorer.shapes.model_shapes.LayerShapes`.
export interface Layer {
  name: string;
  type: string;
  input: (number | null)[][];
  broken?: boolean;
  line?: number;
  output: (number | null)[][];
  params: number | null;
  arithmetic: string | null;
  says: string;
  does: string;
  change: string;
  short: string;
  wraps: string | null;
  shares: string | null;
  explained: boolean;
  flow: "all" | "all before" | "along" | "both" | "both last" | "each" | "input" | "last" | "mark" | "merge" | "none" | "over all" | "pool" | "repeat" | "spread" | "unknown" | "window";
  reach: number | null;
  window: Window | null;
  merge_mode: string | null;
  backwards: boolean;
  title: string;
  counted: string[];
  note: string | null;
  parameters: Parameters;
  axes_in: string[][];
  axes_out: string[][];
  symbols_in: (string | null)[][];
  symbols_out: (string | null)[][];
  equation: string[];
  weights: Weight[];
  reads: string[];
  inside: Layer[];
  spoken: string;
  text: string;
  image_window: Window[];
  origins: Origin[];
  names_in: string[];
  names_out: string[];
  skips_masked: boolean;
  as_code: string;
  ranges: ("inputs" | "one" | "open")[];
  mask: string;
  mask_deeds: ("drops" | "makes" | "passes" | "unknown" | "uses")[];
}

// The stretch that a layer slides along a sequence.
export interface Window {
  size: number;
  stride: number;
  dilation: number;
  offset: number;
}

// How parameters come about: in symbols, in numbers to be evaluated, and in all; None where no rule is known.
export interface Parameters {
  formula: string | null;
  numbers: string | null;
  total: number | null;
}

// One array of weights. parts: the equal parts that its last axis has, such as the gates of a GRU. letters: of each. says: all of it.
export interface Weight {
  name: string;
  shape: number[];
  axes: string[];
  symbols: (string | null)[];
  parts: string[];
  letters: string[];
  says: string;
}

// Where a tensor comes from: the source or layer of that name, and which of its outputs it is, from 0.
export interface Origin {
  name: string;
  output: number;
}

// What a symbol stands for.
export interface Symbol {
  axis: string;
  size: number | null;
}

// What a setting of an experiment moves: the axes and the parameters of the layers named there, and why.
export interface Setting {
  symbol: string;
  axes: string[];
  parameters: string[];
  says: string;
}

// The chain over time. steps: how many, None where that is open. shown: those that are drawn, from 1.
export interface Unrolled {
  steps: number | null;
  shown: number[];
  axis: string;
  rows: Row[];
  says: string;
}

// A source or layer in the chain over time. shared: whether the same weights stand at every step, and `same` says so.
export interface Row {
  name: string;
  type: string;
  flow: string;
  says: string;
  shared: boolean;
  hands: string;
  hands_more: string;
  same: string;
  inner_steps: number | null;
  backwards: boolean;
}

// A model for other programs: what every layer does, in the order of the data.
export interface Explained {
  layers: ExplainedLayer[];
}

// A layer for other programs. input, output: for each tensor its axes. equation: lines, or None.
export interface ExplainedLayer {
  name: string;
  type: string;
  input: Axis[][];
  output: Axis[][];
  says: string;
  equation: string | null;
  weights: Weight[];
  parameters: Parameters;
  inside: ExplainedLayer[];
}

// An axis of a tensor; the size of the batch is None.
export interface Axis {
  axis: string;
  symbol: string | null;
  size: number | null;
}

// What a check found. layers: those that hold, and after them the one that broke, if one did.
export interface Report {
  layers: Outline[];
  output: (number | null)[][] | null;
  params: number | null;
  problems: Problem[];
  hints: string[];
  description: Description | null;
  x: number[][] | null;
  y: (number | number[])[] | null;
  loss: string | (string | null)[] | null;
  holds: boolean;
  asked: Asked[];
  not_followed: Line[];
  assumed: Line[];
  models: Made[];
}

// What is known of every layer, also of one that cannot be described: then its `params` are None.
export interface Outline {
  name: string;
  type: string;
  input: (number | null)[][];
  output: (number | null)[][] | null;
  params: number | null;
  broken?: boolean;
  line?: number;
}

// One thing that is wrong; what the fields mean stands at `explorer.snippet.diagnose.problems.Problem`.
export interface Problem {
  kind: string;
  layer: number | null;
  name: string | null;
  line: number | null;
  message: string;
  keras_says: string | null;
  silent: boolean;
  fixes: Fix[];
}

// A change that was proved. code: the whole changed code. x, y, loss, batch_size: what it is to be trained on.
export interface Fix {
  title: string;
  code: string;
  x: number[][] | null;
  y: (number | number[])[] | null;
  loss: string | (string | null)[] | null;
  batch_size: number | null;
  data: string | null;
  ran: boolean;
  tried: string;
  intention: string;
  shapes: string;
}

// A number that the code does not say: it comes from a file, or with an argument that nobody gives.
export interface Asked {
  name: string;
  line: number;
  why: string;
  shape: boolean;
}

// A line of the code, from 1, and what is said of it.
export interface Line {
  line: number;
  why: string;
}

// A model that the code makes. name: no other has the same; it is how the model is asked for (`model` of `explorer.snippet.check`). line: where it is made. shown: whether it is the one that the report is on.
export interface Made {
  name: string;
  line: number;
  shown: boolean;
  layers: number;
  output: (number | null)[][] | null;
  params: number | null;
}

// What a text means that somebody pasted.
export interface Found {
  status: "code" | "empty" | "known" | "unknown";
  family: string;
  title: string;
  quoted: string;
  start: number;
  end: number;
  means: string;
  facts: Fact[];
  causes: Cause[];
  advice: string;
  also: string[];
  cut: boolean;
}

// A number, a shape or a name that stands in the message. name: what the message calls it, or is told by.
export interface Fact {
  name: string;
  words: string;
  shape: (number | null)[] | null;
  axes: string[] | null;
}

// One of the usual causes. kind: as a check of code names it (`explorer.report.TITLES`), "" where no check does.
export interface Cause {
  kind: string;
  title: string;
  says: string;
  example: string;
  fixed: string;
  example_title: string;
  shows: string;
}

// A model with the numbers that flow through it for one sequence, by the names of sources and layers.
export interface Answer {
  description: Description;
  values: Record<string, Numbers> | null;
  drawings: Record<string, MemoryDrawing | WindowsDrawing | CarriedDrawing | CopiesDrawing | BothDrawing | MaskDrawing | PoolDrawing | SoftmaxDrawing | RepeatDrawing | ConcatDrawing | WindowDrawing | AttentionDrawing | FailedDrawing> | null;
  comparable: ComparableSetting[];
  hindrance: string;
  masks: Record<string, number[][]> | null;
}

// One tensor's numbers for one sequence, as a grid: a row for each feature or unit, a column for each timestep, windows side by side. of_rows, of_columns: how many there are; rows, columns: how many of them are here, evenly picked.
export interface Numbers {
  rows: number;
  columns: number;
  of_rows: number;
  of_columns: number;
  largest: number;
  numbers: number[][];
}

// A memory that runs along the steps. last: whether only the last one is handed on. counts: 1 where a step counts.
export interface MemoryDrawing {
  kind: "memory";
  grid: number[][];
  last: boolean;
  counts: number[] | null;
  cell: number[][] | null;
  gates: Gate[];
  says: string;
}

// One gate of a recurrent layer at every step, after its activation: "update z", "candidate h̃".
export interface Gate {
  name: string;
  grid: number[][];
}

// A memory that starts anew in each window, beside one that runs through all of them.
export interface WindowsDrawing {
  kind: "windows";
  windows: number;
  steps: number;
  anew: number[][];
  through: number[][];
  says: string;
}

// A state that is carried over the consecutive pieces of one long sequence, and reset before the first.
export interface CarriedDrawing {
  kind: "carried";
  pieces: number;
  here: number;
  steps: number;
  through: number[][];
  line: number[];
  anew: number[];
  says: string;
}

// Copies of one layer with the same weights, one at each step. counts: 1 where a step counts.
export interface CopiesDrawing {
  kind: "copies";
  steps: number;
  received: number[][];
  returned: number[][];
  counts: number[] | null;
  says: string;
}

// Both directions before they are merged, and after. counts: 1 where a step counts.
export interface BothDrawing {
  kind: "both";
  merge_mode: string;
  forward: number[][];
  backward: number[][];
  merged: number[][];
  last: boolean;
  counts: number[] | null;
  says: string;
}

// Which steps count; the others hold nothing but `value`.
export interface MaskDrawing {
  kind: "mask";
  counts: number[];
  value: number;
  says: string;
}

// All steps of each unit become one. verb: how, "averages". pooled: how many of them, whether they are drawn or not.
export interface PoolDrawing {
  kind: "pool";
  verb: string;
  pooled: number;
  received: number[][];
  returned: number[][];
  counts: number[] | null;
  says: string;
}

// Numbers that become weights, which sum to 1 along the columns. all_of: how many; the first ones are drawn.
export interface SoftmaxDrawing {
  kind: "softmax";
  all_of: number;
  scores: number[][];
  weights: number[][];
  says: string;
}

// One vector, handed to every step.
export interface RepeatDrawing {
  kind: "repeat";
  received: number[][];
  returned: number[][];
  says: string;
}

// Tensors side by side along the last axis.
export interface ConcatDrawing {
  kind: "concat";
  parts: Part[];
  says: string;
}

// What a tensor adds to those beside it.
export interface Part {
  name: string;
  size: number;
}

// How far a convolution sees: `window` steps, `dilation` from each other, over `reach` of all `steps`.
export interface WindowDrawing {
  kind: "window";
  reach: number;
  window: number;
  dilation: number;
  steps: number;
  padding: string;
  says: string;
}

// How each query timestep divides its attention among the key timesteps.
export interface AttentionDrawing {
  kind: "attention";
  heads: number[][][];
  queries: number[];
  keys: number[];
  of_heads: number;
  of_queries: number;
  of_keys: number;
  barred: number[][];
  reasons: string[];
  says: string;
}

// What could not be drawn: the sentence alone, in the place of numbers.
export interface FailedDrawing {
  kind: "failed";
  says: string;
}

// A setting of a layer that could be otherwise; what the fields mean stands at `explorer.models.variants.Setting`.
export interface ComparableSetting {
  layer: string;
  setting: string;
  value: unknown;
  of: string;
  label: string;
  others: unknown[];
}

// The same of a variant, as far as it can be built. broken: where it cannot, None where all of it holds.
export interface CompareAnswer {
  changed: Changed;
  description: Description | null;
  broken: Broken | null;
  values: Record<string, Numbers> | null;
  drawings: Record<string, MemoryDrawing | WindowsDrawing | CarriedDrawing | CopiesDrawing | BothDrawing | MaskDrawing | PoolDrawing | SoftmaxDrawing | RepeatDrawing | ConcatDrawing | WindowDrawing | AttentionDrawing | FailedDrawing> | null;
}

// A setting that differs. layer: whose it is, None for one of the whole model. here, there: its values.
export interface Changed {
  here: unknown;
  label: string;
  layer: string | null;
  setting: string;
  there: unknown;
}

// Where the second model fails, and why; `keras_says` is "" where Keras was not asked.
export interface Broken {
  keras_says: string;
  layer: string;
  says: string;
}

// layer: the first one that differs, or None. why: a sentence.
export interface Comparison {
  differences: Difference[];
  layer: string | null;
  why: string;
}

// What differs of a layer: "output", "parameters", "type", "says" or "missing".
export interface Difference {
  here: unknown;
  layer: string;
  says: string;
  there: unknown;
  what: string;
}

// What the panel "Look inside" shows. columns: the timesteps that are drawn; masked: 1 for each of them that is masked. line: the hidden state of the chosen unit at them; pinned: of a pinned one; target: the target's, null where masked, empty without one. legend: what these three are called, with their scales, "" for one that is not drawn; scales: what is said of these. symbols: one for each column of the input, empty where it reads none. pin_says: what pinning does. directions: "forward" and "backward", or none. notes: what must be known of the numbers. text: all of it, to be copied.
export interface InsideAnswer {
  layer: string;
  title: string;
  task: string;
  parameters: string;
  epoch: number;
  sequence: number;
  sequences: number;
  directions: string[];
  direction: string;
  units: number;
  timesteps: number;
  windows: number;
  unit: number;
  timestep: number;
  pin: number;
  order: string;
  columns: number[];
  masked: number[];
  rows: UnitRow[];
  input: Strip;
  hidden: Strip;
  cell: Strip | null;
  gates: Strip[];
  line: (number | null)[];
  pinned: (number | null)[];
  target: (number | null)[];
  legend: [string, string, string];
  scales: string;
  symbols: string[];
  pin_says: string;
  gates_title: string;
  follows: string;
  equation: Equation;
  matrices: Matrix[];
  notes: string[];
  text: string;
}

// One unit that is drawn. follows: what it follows, short ("target +0.93"), or ""; says: the same as a sentence.
export interface UnitRow {
  unit: number;
  follows: string;
  says: string;
}

// Numbers over the timesteps: a row for each name, a column for each timestep that is drawn.
export interface Strip {
  title: string;
  axis: string;
  names: string[];
  grid: (number | null)[][];
  largest: number;
  scale: string;
}

// One unit at one timestep. heads: what stands above the columns. result: the new state. says: it in sentences.
export interface Equation {
  title: string;
  heads: Piece[];
  lines: EquationLine[];
  results: Piece[][];
  says: string[];
}

// A part of an equation. slot: the column that it stands in. part: which weights it comes from ("kernel", "bias", "recurrent_kernel", "recurrent_bias"), or what else it is ("gate", "old", "sum", "value"), "" for a sign. gate: of which gate. parts: the products that it is the sum of. says: all of it in words.
export interface Piece {
  slot: string;
  text: string;
  part: string;
  gate: string;
  parts: (number | null)[];
  axis: string;
  says: string;
}

// One gate: value = activation(sum).
export interface EquationLine {
  name: string;
  gate: string;
  pieces: Piece[];
}

// Weights, drawn small: one block for each gate, side by side, each of so many columns. parts: as `Piece` has it; two for a bias of two rows. outlined: the place of the chosen unit's column within a block. letters: what stands above each. drawn: how much of it is drawn, "" for all of it. numbers: whole numbers from -127 to 127: a weight is one of them / 127 * largest.
export interface Matrix {
  title: string;
  axis: string;
  parts: string[];
  gates: string[];
  letters: string[];
  columns: number;
  outlined: number;
  numbers: number[][];
  largest: number;
  drawn: string;
  says: string;
}
