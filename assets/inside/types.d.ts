import type { InsideAnswer, Piece } from "../description.d.ts";

// What the link opens, and what the page's address is told: all count from 1. Without a layer nothing is open.
export interface Place {
  layer?: string;
  direction?: string;
  unit?: number;
  t?: number;
  sequence?: number;
  pin?: number;
  // Of the gradient through time: the timestep whose loss it is of, the kinds of cells to compare with, by commas, whether it is
  // that of the state, and whether it is that of the sequence instead of the mean.
  loss_t?: number;
  cells?: string;
  bars?: string;
  bars_of?: string;
}

// opened: another number whenever the address opens or closes something.
// query: the experiment on the page, as in its address; null where it has none there.
export interface InsideData {
  open: Place;
  opened: number;
  query: Record<string, string> | null;
}

// What the live panel says of the epoch that is shown ("explorer:shown"). arriving: the epoch that the run is joined at is
// still on its way, and none is shown.
export interface Shown {
  run: string | null;
  epoch: number;
  sequence: number;
  trained: number;
  arriving?: boolean;
}

// What is asked of the server. run: empty for the untrained model of `query`. unit, timestep: null for the server's own choice.
export interface Wanted {
  run: string;
  query: Record<string, string> | null;
  epoch: number;
  sequence: number;
  layer: string;
  direction: string;
  unit: number | null;
  timestep: number | null;
  order: string;
  pin: number;
}

export interface Said {
  ok: boolean;
  status: number;
  answer: InsideAnswer | null;
  error: string;
}

export interface Asker {
  get: (url: string) => Promise<Response>;
  take: (wanted: Wanted, said: Said) => void;
  wanted: Wanted | null;
  last: string;
  busy: boolean;
  timer: number;
  // Whether the run trains now; how long the last epoch took, and when its answer came; which epoch was asked for last.
  live: boolean;
  took: number;
  ended: number;
  epoch: number | null;
}

// What a section below the panel is told: whenever it may have to be drawn anew, and when the panel is closed.
export interface SectionShown {
  run: string;
  sequence: number;
  epoch: number;
  trained: number;
  layer: string;
  direction: string;
  answer: InsideAnswer;
  // What the link says of sections, and what it is to say from now on.
  place: Place;
  choose: (part: Place) => void;
}

// A section of the panel, below the states and the equation. draw: called with its own element after every change.
export interface Section {
  name: string;
  draw: (place: HTMLElement, shown: SectionShown) => void;
  close?: (place: HTMLElement) => void;
}

export interface Colours {
  ground: string;
  negative: string;
  ink: string;
  line: string;
  danger: string;
  axes: Record<string, string>;
}

// One strip of numbers over the timesteps: its words, its canvas.
export interface StripNode {
  root: HTMLElement;
  title: HTMLElement;
  scale: HTMLElement;
  names: HTMLElement;
  body: HTMLElement;
  canvas: HTMLCanvasElement;
  rowHeight: number;
}

export interface Marks {
  column: number;
  row: number | null;
  old: number | null;
  strong: boolean;
}

export interface Link {
  part: string;
  gate: string;
}

export interface PieceNode {
  node: HTMLElement;
  piece: Piece;
}

export interface Parts {
  dialog: HTMLDialogElement;
  title: HTMLElement;
  task: HTMLElement;
  parameters: HTMLElement;
  sequences: HTMLSelectElement;
  directions: HTMLElement;
  order: HTMLSelectElement;
  copy: HTMLButtonElement;
  close: HTMLButtonElement;
  main: HTMLButtonElement;
  second: HTMLButtonElement;
  scrub: HTMLInputElement;
  epoch: HTMLElement;
  said: HTMLElement;
  notes: HTMLElement;
  body: HTMLElement;
  maps: HTMLElement;
  axis: HTMLElement;
  lines: HTMLElement;
  input: StripNode;
  hidden: StripNode;
  cell: StripNode;
  gates: HTMLElement;
  gatesTitle: HTMLElement;
  at: HTMLElement;
  unit: HTMLInputElement;
  timestep: HTMLInputElement;
  pin: HTMLButtonElement;
  unpin: HTMLButtonElement;
  pinSays: HTMLElement;
  symbols: HTMLElement;
  follows: HTMLElement;
  equation: HTMLElement;
  results: HTMLElement;
  says: HTMLElement;
  readout: HTMLElement;
  matrices: HTMLElement;
  sections: HTMLElement;
  live: HTMLElement;
}

export interface State extends Parts {
  root: HTMLElement;
  place: Place;
  open: boolean;
  opened: number | null;
  opener: HTMLElement | null;
  shown: Shown;
  grew: number;
  heard: boolean;
  query: Record<string, string> | null;
  order_by: string;
  wantsSequence: number | null;
  asker: Asker;
  answer: InsideAnswer | null;
  refused: string;
  link: Link | null;
  gateStrips: StripNode[];
  pieces: PieceNode[];
  tell: (place: Place & { opened: number | null }) => void;
  tellTimer: number;
  sortTimer: number;
  liveTimer: number;
  observer: ResizeObserver;
  watcher: MutationObserver;
  ends: (() => void)[];
}
