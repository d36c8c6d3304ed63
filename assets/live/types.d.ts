// What the live panel is told by Python and by the stream, and what it keeps.

import type { BatchStore, Flow } from "./tensors.d.ts";

// What is known of a run before its first frame (`explorer.ui.state.run_info`).
export interface Info {
  key: string;
  title: string;
  task: string;
  loss: string;
  settings: Record<string, string>;
  answers: string;
  answer: string;
  epochs: number;
  batches: number;
  baselines: { name: string; value: number }[];
  targets: number[][][];
  lengths: number[];
  classes?: string[];
  symbols?: string[];
  reads?: string;
}

// What a visitor may do (`explorer.ui.run.run_panel`): with the run, and with the settings on the page. most: to how many epochs
// a run can be made longer. refusal: why the settings on the page must not be trained; more_refusal: why the run must not go on
// where it ended; empty where they may.
export interface May {
  mine: boolean;
  same: boolean;
  ready: boolean;
  kept: boolean;
  most: number;
  refusal: string;
  more_refusal: string;
}

export interface PageData {
  run?: string | null;
  state?: string;
  url?: string | null;
  info?: Info | null;
  note?: string | null;
  may?: May;
}

export interface SentFrame {
  epoch: number;
  loss: number;
  val_loss: number;
  accuracy?: number | null;
  val_accuracy?: number | null;
  own_accuracy?: number | null;
  decoded?: number[];
  outputs?: string;
  tensors?: string;
}

// batch: where it is not of a whole epoch.
export interface Frame extends Omit<SentFrame, "outputs" | "tensors"> {
  batch?: number;
  outputs: Float32Array;
  error: Float32Array;
}

// worst: the largest error. low, high: the ends of all outputs.
export interface Frames {
  list: Frame[];
  worst: number;
  low: number;
  high: number;
}

export interface Status {
  state: string;
  epoch?: number;
  epochs?: number;
  rate?: number | null;
  left?: number | null;
  reason?: string | null;
}

export interface Stream {
  source: EventSource | null;
  timer: number;
  wait: number;
  ended: boolean;
}

// Sentences that are true from an epoch on.
export interface Story {
  epoch: number;
  sentences: string[];
}

export interface News {
  state: (news: Partial<Status>) => void;
  frames: (news: { frames: SentFrame[] }) => void;
  narration: (news: Story) => void;
}

export interface Listener {
  after: () => number;
  on: News;
  lost: (lost: boolean) => void;
}

export type Speed = "slow" | "normal" | "max";

export interface Place {
  shown: number;
  batch: number;
}

// How a film stood when its panel went from the page, as it does for a quiz.
export interface Left extends Place {
  playing: boolean;
}

export type BatchAt = (epoch: number, batch: number) => "here" | "coming" | "none";

// shown: the epoch on the screen. due: when the next one is. join: the epoch that a run had when it was joined, Infinity
// until that is known, null afterwards. awaited: the epoch that is shown as soon as it is trained; 0: none. batch: which of
// the epoch is shown, 0 for the whole epoch; of: how many it has. wish: where it steps to as soon as that is here.
export interface Film extends Place {
  of: number;
  wish: (Place & { step: 1 | -1 }) | null;
  playing: boolean;
  speed: Speed;
  due: number;
  join: number | null;
  awaited: number;
}

// more: whether a run that has ended can go on.
export interface Standing extends Omit<May, "kept" | "most"> {
  run: string | null;
  state: string;
  more: boolean;
  trained: number;
  shown: number;
  playing: boolean;
  slow: boolean;
}

export interface Button {
  key: string;
  label: string;
  icon: string;
  disabled: boolean;
  title: string;
}

export interface Buttons {
  main: Button;
  second: Button | null;
  step: Button;
  restart: Button;
  stop: Button;
  keeps: boolean;
}

export interface EarlierRun extends Pick<Info, "key" | "title" | "task" | "loss" | "settings"> {
  run: string;
  losses: Float32Array;
  pinned: boolean;
}

// refused: the run whose line was to be pinned when there was no room for it.
export interface Earlier {
  runs: EarlierRun[];
  refused: string | null;
}

export type Range = [number, number];

export interface Tick {
  at: number;
  text: string;
}

export interface Size {
  width: number;
  height: number;
}

// In pixels of the chart.
export interface Plot extends Size {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Spot {
  left: number;
  top: number;
}

// y: the level of what it names. lined: whether that is a line through the whole plot. run: whose name it is, if one's.
export interface Label {
  text: string;
  y: number;
  width: number;
  lined: boolean;
  run: string;
}

// An SVG element of a chart.
export interface Mark {
  key: string;
  tag: string;
  at: Record<string, string | number>;
  text?: string;
}

// key: what else than their number makes cells others.
export interface Cells {
  key?: string;
  rows: number;
  columns: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  fill: (image: Uint8ClampedArray, colour: number[]) => void;
}

export interface Reading {
  x: number;
  y: number;
  title: string;
  lines: string[];
}

// words: what is drawn, in a sentence. points: how many epochs or timesteps are drawn. read: what is at a pixel.
export interface Figure {
  marks: Mark[];
  plot: Plot;
  words: string;
  points: number;
  read: (x: number, y: number) => Reading | null;
  cells?: Cells;
  buttons?: (Label & Spot & { pinned: boolean })[];
}

export interface Drawn {
  chart: HTMLElement;
  svg: Element;
  buttons: HTMLElement;
  canvas: HTMLCanvasElement | null;
  filled: string;
  nodes: Map<string, Element>;
  figure: Figure | null;
  read: () => void;
}

// What a chart is drawn from.
export interface Charted {
  run: string | null;
  info: Info;
  frames: Frames;
  film: Film;
  between: Frame | null;
  earlier: Earlier;
  sequence: number;
  log: boolean;
}

export interface Transport {
  bar: HTMLElement;
  buttons: Record<"main" | "second" | "step" | "reset", HTMLElement>;
  radios: HTMLInputElement[];
  scrub: HTMLInputElement;
  place: HTMLElement;
  numbers: HTMLElement;
  words: Record<string, HTMLElement>;
  /** Of the scrubber, in pixels, as the observer of sizes found it; 0 before. */
  width: number;
  ticks: string;
}

export interface Standings {
  stop: HTMLElement;
  keep: HTMLInputElement;
  sign: HTMLElement;
  state: HTMLElement;
  film: HTMLElement;
  batch: HTMLElement;
  reason: HTMLElement;
}

// at: when something was told last. told: of which run in which state.
export interface Spoken {
  line: HTMLElement;
  at: number;
  told: string;
}

export interface Built {
  spoken: Spoken;
  root: HTMLElement;
  transport: Transport;
  charts: Map<string, Drawn>;
  words: Record<string, HTMLElement>;
  charted: Map<string, string>;
  logButton: HTMLElement;
  select: HTMLSelectElement;
  standing: Standings;
  narration: HTMLElement;
  more: HTMLElement;
  quiet: HTMLElement;
}

// wanted: the buttons as they are drawn. sent: what was asked of Python and is not answered yet; pressed: what began the
// run that is to come. expects: whether a run was asked to go on, and has not said yet that it does. announced: the epoch
// that the page was told of. watched: whether the stream was asked for tensors.
export interface Panel extends Built, Charted {
  stories: Story[];
  may: May;
  wanted: Buttons | null;
  sent: string;
  sentTimer: number;
  pressed: string;
  expects: boolean;
  announced: string;
  flow: Flow;
  askTimer: number;
  batches: BatchStore;
  batchTimer: number;
  watched: boolean;
  url: string;
  status: Status;
  stream: Stream;
  lost: boolean;
  note: string;
  pending: boolean;
  notBefore: number;
  tickTimer: number;
  labelled: number;
  labelTimer: number;
  redraws: number;
  closed: boolean;
  ask: (name: string, value: object) => void;
  observer: ResizeObserver;
  ends: (() => void)[];
}
