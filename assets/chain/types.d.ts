// What the chain is drawn from, and what it keeps between two drawings.

import type { Answer, Description, Layer, Numbers, Row, Source } from "../description.d.ts";

export type Shape = (number | null)[];

export type Values = Record<string, Numbers>;
export type Hidden = ("shapes" | "parameters")[];
export type Grid = number[][];
export type Point = [number, number];

// What Python gives to the component (`explorer.ui.model.chain`).
export interface PageData {
  description: Description | null;
  values: Values | null;
  waiting: string | null;
  query: Record<string, string> | null;
  follows: string[];
  drawings: Record<string, LayerDrawing> | null;
  // By the names of tensors, for each probe sequence: 1 where a drawn column counts, 0 where it is masked.
  masks?: Answer["masks"];
  view: "chain" | "unrolled";
  hidden: Hidden;
  marks: Record<string, string>;
  open: string | null;
  // Where a walk through time is, in the view unrolled, and how many links were opened so far.
  timestep?: number | null;
  opened?: number;
  // Whether it shares the window with another chain.
  low?: boolean;
  // Whether it follows the run that the page plays.
  live?: boolean;
  url: string;
}

// One tensor at one epoch, as the live panel hands it on: all numbers, row by row.
export interface Given extends Omit<Numbers, "numbers" | "largest"> {
  bound: number | null;
  numbers: Float32Array;
}

// What `explorer:shown` tells. run: null where there is none. tensors: null where they are not there for this epoch.
export interface ShownDetail {
  run: string | null;
  epoch: number;
  batch?: { number: number; of: number } | null;
  sequence: number;
  trained: number;
  layout: unknown;
  sources: Map<string, Given> | null;
  tensors: Map<string, Given> | null;
}

// asked: the epoch that is displayed elsewhere; epoch, batch: that whose numbers are here.
export interface Shown {
  run: string | null;
  epoch: number | null;
  batch: { number: number; of: number } | null;
  asked: number;
  sequence: number;
  numbers: Values | null;
  fits: boolean;
}

export interface Wanted {
  run: string;
  sequence: number;
  epoch: number;
  batch: number | null;
  layer: string;
}

export interface Asked {
  changed: () => void;
  get: (url: string) => Promise<Response>;
  later: (again: () => void) => void;
  busy: boolean;
  wanted: Wanted | null;
  answers: Map<string, LayerDrawing | null>;
  last: (Wanted & { drawing: LayerDrawing }) | null;
}

export interface Axis {
  axis: string;
  size: number | null;
  symbol?: string | null;
}

export interface Tensor {
  shape: Shape;
  named: Axis[];
  rows: Axis | null;
  columns: Axis | null;
  blocks: Axis[];
  // Of a picture alone: the axis that stands behind it.
  depth?: Axis | null;
  hidden?: boolean;
  nothing?: boolean;
}

export interface Item {
  name: string;
  layer: Layer | null;
  source: Source | null;
  reads: string[];
  inputs: Tensor[];
  tensors: Tensor[];
  // What each tensor is called ("" where nothing is known), and whether a layer or the model's own output uses it.
  names: string[];
  used: boolean[];
  ports: Port[];
  depth: number;
  lane: number;
}

// Where a wire ends at a box: one for each tensor that is read, with what the layer calls it there.
export interface Port {
  name: string;
  output: number;
  label: string;
}

export interface LayerItem extends Item {
  layer: Layer;
}

export interface Wire {
  from: Item;
  to: Item;
  output: number;
  port: number;
}

export interface Graph {
  items: Item[];
  wires: Wire[];
  lanes: number;
  depth: number;
}

// A block of layers that comes several times in a row: from which layer on, how many layers, how often, and their names.
export interface Fold {
  start: number;
  size: number;
  times: number;
  names: string[];
}

export interface BlockFrame {
  element: HTMLElement;
  times: HTMLElement;
  words: HTMLElement;
  button: HTMLElement;
}

// ends: where every box ends. drawn: how many layers are said to be further right.
export interface Pan {
  scroll: HTMLElement;
  stage: HTMLElement;
  more: HTMLElement;
  bar: HTMLElement;
  zoom: number;
  width: number;
  height: number;
  room: number;
  ends: number[];
  drawn: number;
}

// Pixels of one drawn column and of one drawn row; of pictures, the part of their own size.
export interface Limit {
  columns: number;
  rows: number;
}

// Which words stand around a tensor: all of them; "batch" only where it takes no line of its own; or none, as its name and shape
// stand to its right.
export type Labels = "all" | "few" | "beside";

export interface Size {
  labels: Labels;
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  below: number;
  outer: number;
  total: number;
}

export type Sizes = Map<string, Size[]>;

export interface Plan {
  kind: "row" | "storeys" | "list";
  sizes: Sizes;
  boxWidth: number;
  gap: number;
  tensorX: number[];
  boxX: number[];
  width: number;
  // The size of type of what stands at the top of the boxes.
  titleSize: number;
  // Less high, as another chain shares the window.
  low?: boolean;
  // Only as high as it must be.
  tight?: boolean;
}

export interface Span {
  middle: number;
  from: number;
  to: number;
}

// Real heights and widths of words, in pixels.
export interface Heights {
  shapes: number[];
  wide: number[];
  box: number;
  all: number;
  caption: number;
  // The middle of each named port, from the top of the box.
  ports?: number[];
}

export interface Spot {
  middle: number;
  tensors: { x: number; y: number; grid: number; shape: number; bottom: number }[];
  box: { x: number; y: number };
}

export interface Placed {
  spots: Map<string, Spot>;
  caption: number | null;
  height: number;
  width: number;
  // Where the wires that go round run, for each lane.
  rounds: number[];
}

export interface TensorNode {
  svg: SVGElement;
  element: SVGElement;
  shape: HTMLElement;
  sheets: SVGElement[];
  grid: SVGElement;
  ground: SVGElement;
  levels: SVGElement[];
  masked: { veil: SVGElement; hatch: SVGElement };
  bars: { rows: SVGElement; columns: SVGElement };
  texts: { batch: SVGElement; rows: SVGElement; thinned: SVGElement; columns: SVGElement; steps: SVGElement };
  blocks: [SVGElement, SVGElement][];
  depth: [SVGElement, SVGElement];
  size: Size | null;
}

export interface LayerNode {
  element: HTMLElement;
  box: HTMLElement;
  below: HTMLElement;
  title: HTMLElement;
  name: HTMLElement;
  short: HTMLElement;
  reads: HTMLElement;
  ports: HTMLElement;
  params: HTMLElement;
  arithmetic: HTMLElement;
  change: HTMLElement;
  says: string;
}

export interface Why {
  panel: HTMLElement;
  title: HTMLElement;
  look: HTMLElement;
  copy: HTMLElement;
  close: HTMLElement;
  body: HTMLElement;
  drawing: HTMLElement;
  name: string | null;
  opener: HTMLElement | null;
  written: string;
  asked: string | null;
}

export interface Moved {
  axes: { name: string; tensor: number; axis: number; symbol: string | null }[];
  shapes: string[];
  parameters: { name: string; was: number | null; now: number | null }[];
  settings: { name: string; symbol: string; was: number; now: number }[];
  any: boolean;
}

export interface Told {
  words: string;
  reason: string;
  short: string;
  brief: string;
}

export interface Changes extends Told {
  from: Description | null;
  last: Description | null;
  architecture: string;
  moved: number;
  timer: number;
}

export type Shapes = Pick<Answer, "description" | "values" | "drawings">;

export interface Follower {
  draw: (state: State) => void;
  asked: string;
  before: string;
  busy: boolean;
  moved: number;
  timer: number;
  answers: Map<string, Promise<Shapes | null>>;
  observer: MutationObserver;
}

export interface State {
  root: HTMLElement;
  told: HTMLElement;
  scroll: HTMLElement;
  stage: HTMLElement;
  list: HTMLElement;
  wires: SVGElement;
  arrow: string;
  unrolled: HTMLElement;
  waiting: HTMLElement;
  skeleton: HTMLElement;
  tip: HTMLElement;
  noted: HTMLElement;
  data: PageData;
  page: PageData;
  width: number;
  closed: boolean;
  why: Why;
  changes: Changes;
  shown: Shown;
  shownLine: HTMLElement;
  asked: Asked;
  items: Item[];
  pan: Pan;
  // How many words were taken away so far for the chain to fit (fit.js), and for what.
  // timer: tries for more of them once nothing moves.
  fitted: { key: string; words: number; timer: number };
  // The names of the layers among which one fails that was brought into view.
  soughtIn: string;
  block: BlockFrame;
  // Tells Python where a walk rests.
  tell: (timestep: number | null, opened: number | null) => void;
  fold: Fold | null;
  unfolded: boolean;
  end: () => void;
  layers: Map<string, LayerNode>;
  sources: Map<string, HTMLElement>;
  tensors: Map<string, TensorNode>;
  paths: Map<string, SVGElement>;
  observer: ResizeObserver;
  follower: Follower;
}

// ------------------------------------------------------------------------------------------------ inside a layer

// key: of a cell that shares its element, a frame, with others.
export interface Cell {
  node: SVGElement;
  key?: string;
  x: number;
  y: number;
  width: number;
  height: number;
  words: string;
}

export type Attributes = Record<string, string | number | undefined>;

export interface Pen {
  (tag: string, key: string, attributes: Attributes, text?: string): SVGElement;
  cells: Cell[];
  start: (kind: string) => void;
  end: () => void;
}

export type Place = (column: number) => { x: number; width: number };

export interface Legend {
  words: string;
  range: number;
  axis: string;
  low?: number;
}

export interface Note {
  swatch: string;
  words: string;
}

// What a drawing gives back: how high it is, and what is said below it and to a screen reader.
export interface Drawn {
  height: number;
  legends?: Legend[];
  notes?: Note[];
  words: string;
}

export type LayerDrawing = NonNullable<Answer["drawings"]>[string];

// A drawing of what a layer does: `axis` and `size` are the last ones of what it returns.
export interface Drawing<Kind extends LayerDrawing = LayerDrawing> {
  pen: Pen;
  layer: Layer;
  shown: Kind;
  width: number;
  axis: string;
  size: number;
}

export interface Inside {
  root: HTMLElement;
  heading: HTMLElement;
  says: HTMLElement;
  svg: SVGElement;
  legend: HTMLElement;
  readout: HTMLElement;
  pen: Pen;
  width: number;
  at: Cell | null;
  layer: Layer;
  shown: LayerDrawing;
  observer: ResizeObserver;
}

export interface Block {
  name: string;
  rows: Axis[];
  columns: Axis[];
  high: number;
  wide: number;
  parts: string[];
  letters: string[];
  size: number;
}

// ------------------------------------------------------------------------------------------------ over time

// A tensor that a row reads: which output of which row it is, and the place at which the layer takes it.
export interface UnrolledInput {
  name: string;
  output: number;
  place: number;
}

export interface UnrolledRow extends Row {
  layer: Layer | null;
  reads: string[];
  inputs: UnrolledInput[];
  timed: boolean;
  steps: number;
  celled: boolean;
  axis: string;
  tensor: Tensor;
  index: number;
  band: number;
  top: number;
  height: number;
  bottom: number;
  track: number;
  // column: the step of the first row in this column. unit: how wide the cell is.
  cells: { x: number; gap: boolean; step: number | null; column: number | null; unit: number }[];
  single: number;
}

// One axis of a drawn window: what is drawn of it, with the padding at both ends, and the steps that two windows cover.
export interface ImageAxis {
  shown: number;
  size: number | null;
  before: number;
  after: number;
  outputs: number;
  returned: number | null;
  chosen: number;
  seen: number[];
  next: number[];
}

export interface UnrolledGrid {
  places: { step: number | null; x: number; unit?: number }[];
  cell: number;
  gap: number | undefined;
  gaps?: number[];
  middle: number;
}

export interface UnrolledDrawing {
  pen: Pen;
  grid: UnrolledGrid;
  axis: string;
  steps: number;
  values: Values;
  masks?: Record<string, number[]>;
  outs: Map<string, { y: number; x: number; timed: boolean }>;
  walk: WalkView | null;
}

export interface UnrolledHead {
  element: HTMLElement;
  title: HTMLElement;
  code: HTMLElement;
  name: HTMLElement;
  same: HTMLElement;
  hands: HTMLElement;
  end: HTMLElement;
  endHands: HTMLElement;
  endShape: HTMLElement;
}

export interface UnrolledState {
  parent: HTMLElement;
  root: HTMLElement;
  stage: HTMLElement;
  svg: SVGElement;
  list: HTMLElement;
  pen: Pen;
  heads: Map<string, UnrolledHead>;
  width: number;
  grid: UnrolledGrid | null;
  walking: Walking;
  observer: ResizeObserver;
  description: Description;
  values: Values;
  masks: Record<string, number[]>;
}

// ------------------------------------------------------------------------------------------------ a walk through time

// steps: how many columns there would be. inner: how many timesteps each of them has. length: all of them.
export interface WalkOver {
  steps: number;
  inner: number;
  length: number;
  axis: string;
}

// run: null for untrained weights, which `query` names. timestep: where the page's link begins. opened: which link that is.
export interface WalkSource {
  run: string | null;
  sequence: number;
  epoch: number;
  batch: number | null;
  query: Record<string, string> | null;
  timestep: number | null;
  opened: number;
  tell: (timestep: number | null, opened: number | null) => void;
}

// What GET /walk answers (`explorer.ui.routes.walk`).
export interface WalkAnswer {
  from: number;
  until: number;
  layers: (Omit<WalkedLayer, "tracks"> & { tracks: (Omit<WalkedTrack, "from" | "numbers"> & { numbers: string })[] })[];
  refused: string[];
  reason: string;
}

export interface WalkedTrack {
  role: string;
  kind: string;
  backwards: boolean;
  strips: { key: string; largest: number }[];
  from: number;
  numbers: Float32Array;
}

export interface WalkedLayer {
  name: string;
  timesteps: number;
  windows: number;
  units: number;
  places: number[];
  counts: number[] | null;
  notes: string[];
  tracks: WalkedTrack[];
}

export interface WalkBlock {
  from: number;
  until: number;
  layers: WalkedLayer[];
  told: string[];
}

export interface WalkWish {
  address: string;
  from: number;
  source: WalkSource;
}

// answers: by address, what has come, and why nothing more can.
export interface WalkStore {
  changed: () => void;
  get: (url: string) => Promise<Response>;
  later: (again: () => void) => void;
  busy: boolean;
  waits: boolean;
  wanted: WalkWish | null;
  answers: Map<string, { blocks: WalkBlock[]; refusal: string }>;
  last: WalkWish | null;
}

// source: whose numbers they are, null where there can be none. complete: whether they are those that were wanted.
export interface WalkFound {
  layers: Map<string, { layer: WalkedLayer; place: number }>;
  told: string[];
  source: WalkSource | null;
  complete: boolean;
}

export interface OpenedStrip {
  key: string;
  label: string;
  name: string;
  numbers: Float32Array;
  range: number;
}

export interface OpenedLayer {
  layer: WalkedLayer;
  track: WalkedTrack;
  timestep: number;
  strips: OpenedStrip[];
  masked: boolean;
}

// heights: of the cells that open, by row. mirrored: the column of a direction that reads backwards.
export interface WalkView {
  at: number;
  over: WalkOver;
  column: number;
  mirrored: number;
  both: boolean;
  heights: Map<string, number>;
  found: WalkFound;
  contents: (row: UnrolledRow, back: boolean) => OpenedLayer[];
  // In the backward phase of slow motion: how strong the gradient is in a cell, from 0 to 1, null where it has not come yet.
  strength: (row: UnrolledRow, back: boolean, column: number) => number | null;
  drawn: { drawn: number; of: number } | null;
}

export type WalkDeed = "main" | "back" | "next" | "first" | "last" | "to" | "end" | "slow" | "phase on" | "phase back";

// What GET /slow answers (`explorer.ui.routes.slow`).
export interface SlowAnswer {
  epoch: number;
  batch: number;
  of: number;
  samples: number;
  whose: string;
  loss: number | null;
  after: number | null;
  by_timestep: (number | null)[] | null;
  directions: {
    layer: string;
    role: string;
    backwards: boolean;
    windows: number;
    states: (number | null)[];
    gradient: (number | null)[];
  }[];
  changes: Record<string, number | null>;
  phases: { name: string; sentence: string }[];
}

// place: which timestep is passed, in the order of reading; null in the phases that are one moment.
export interface SlowMoment {
  phase: "forward" | "loss" | "backward" | "update";
  place: number | null;
}

// at: the moment, from 1 on. reason: why there is no answer.
export interface SlowState {
  at: number;
  run: string;
  epoch: number;
  batch: number;
  answer: SlowAnswer | null;
  reason: string;
}

export interface SlowDrawing {
  root: HTMLElement;
  phases: HTMLElement[];
  batches: HTMLElement[];
  sentence: HTMLElement;
  whose: HTMLElement;
  svg: SVGElement;
  changes: HTMLElement;
  pen: Pen;
}

export interface WalkBar {
  root: HTMLElement;
  line: HTMLElement;
  // Why there is no walk, or no slow motion.
  none: HTMLElement;
  play: HTMLButtonElement;
  back: HTMLButtonElement;
  next: HTMLButtonElement;
  slider: HTMLInputElement;
  place: HTMLElement;
  slow: HTMLButtonElement;
  end: HTMLButtonElement;
}

// asked: the timestep that the page's link is to name. opened: the link that the walk is of. pinned: ids of numbers.
export interface Walking {
  bar: WalkBar;
  told: HTMLElement;
  of: HTMLElement;
  readout: HTMLElement;
  pins: HTMLElement;
  notes: HTMLElement;
  store: WalkStore;
  repaint: () => void;
  tell: (timestep: number | null, opened: number | null) => void;
  source: WalkSource | null;
  view: WalkView | null;
  rows: UnrolledRow[];
  over: WalkOver;
  at: number | null;
  asked: number | null;
  opened: number | null;
  // What Python said and where the walk was when it was told again.
  toldAgain: string;
  playing: boolean;
  timer: number;
  rest: number;
  pinned: string[];
  pointed: Cell | null;
  slow: SlowState | null;
  slowDrawing: SlowDrawing;
  // Why slow motion cannot begin.
  wrong: string;
  end: () => void;
}
