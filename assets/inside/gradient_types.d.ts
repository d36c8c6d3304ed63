// The section "Gradient through time": what GET /gradients answers (`explorer.ui.routes.gradients`), and what the section keeps.

import type { SectionShown } from "./types.d.ts";

export type What = "inputs" | "state";
export type Of = "mean" | "sequence";

// about: what is drawn. numbers: in % of the largest, by timestep; null where it is no finite number. unit: of them. low: ranges
// of timesteps that hardly count, from 1.
export interface Bars {
  about: string;
  numbers: (number | null)[];
  unit: string;
  low: [number, number][];
  measure: string;
  sentence: string;
}

export interface Slopes {
  of: string;
  inputs: Bars;
  state: Bars;
}

export interface Net {
  kind: string;
  title: string;
  loss: string;
  mean: Slopes;
  sequence: Slopes | null;
  note: string;
}

// ends: that sequences end at different timesteps. waits: what is said of another net before it answers, by its kind. feet: what
// holds for the nets that are drawn, by their kinds with "+" between them.
export interface GradientsAnswer {
  epoch: number;
  at: number | null;
  reason: string;
  layer: string;
  answers: number;
  ends: boolean;
  others: string[];
  waits: Record<string, string>;
  kinds: string[];
  net: Net | null;
  feet: Record<string, string>;
}

export interface ComparedAnswer {
  epoch: number;
  trained: number;
  net: Net | null;
  reason: string;
  progress: string;
}

export interface NormsAnswer {
  begin: number;
  epochs: number[];
  layers: { name: string; numbers: (number | null)[] }[];
  sentence: string;
  unit: string;
}

// body: null where the server gave none; error: why, as a sentence.
export interface Said {
  status: number;
  body: any;
  error: string;
}

// One request at a time, and then only for what is wanted last.
export interface Question {
  take: (url: string, said: Said) => void;
  get: (url: string) => Promise<Response>;
  later: (again: () => void) => void;
  wanted: string | null;
  last: string | null;
  busy: boolean;
}

// A bar as it is drawn: its place and height, null where there is no number.
export interface Bar {
  timestep: number;
  x: number;
  width: number;
  height: number | null;
}

export interface Bracket {
  from: number;
  to: number;
}

export interface BarPlan {
  bars: Bar[];
  brackets: Bracket[];
  ticks: { y: number; text: string }[];
  steps: { x: number; text: string }[];
}

export interface LinePlan {
  lines: { name: string; path: string; points: { x: number; y: number; epoch: number; number: number }[] }[];
  ticks: { y: number; text: string }[];
  epochs: { x: number; text: string }[];
}

// One net's figure.
export interface Figure {
  root: HTMLElement;
  title: HTMLElement;
  loss: HTMLElement;
  sentence: HTMLElement;
  svg: SVGElement;
  readout: HTMLElement;
  bars: Bars | null;
  at: number | null;
}

export interface Kept {
  // What the other nets said last, by their kinds: to which question, and what.
  answers: Map<string, { url: string; answer: ComparedAnswer | null; error: string }>;
  shown: SectionShown | null;
  answer: GradientsAnswer | null;
  refused: string;
  // Why the timestep of a link was not taken.
  dropped: string;
  what: What;
  of: Of;
  timestep: number | null;
  // That the run's sequences end at different timesteps, once it is known.
  eachEnds: boolean;
  compared: Set<string>;
  norms: NormsAnswer | null;
  normsOf: string;
  inView: boolean;
  width: number;
  // When it was asked last, and how long the answer took, in milliseconds.
  asked: number;
  took: number;
  // When the run had trained more than before.
  grew: number;
  timer: number;
  rest: number;
  question: Question;
  others: Question;
  normsQuestion: Question;
  figures: Map<string, Figure>;
  observers: (ResizeObserver | IntersectionObserver)[];
}

export interface GradientParts {
  place: HTMLElement;
  about: HTMLElement;
  at: HTMLInputElement;
  atLabel: HTMLElement;
  choices: Record<What | Of, HTMLButtonElement>;
  compare: HTMLElement;
  said: HTMLElement;
  nets: HTMLElement;
  measure: HTMLElement;
  foot: HTMLElement;
  more: HTMLDetailsElement;
  normsBody: HTMLElement;
}

export type GradientState = Kept & GradientParts;
