// What the projector is given, and what it keeps between two drawings.

import type { Description, Numbers } from "../description.d.ts";
import type { Info, Frames, Stream } from "../live/types.d.ts";

export interface GivenAnswer {
  text: string;
  right: boolean;
  why: string;
}

export interface Prediction {
  question: string;
  answers: GivenAnswer[];
}

// hides: what the chain hides until the answer is revealed. query: the model, as parameters of an address; null where a slide has none. run: whose losses are drawn. told: what was wrong
// with the state, as sentences. question: what the room calls its question, "" for none.
export interface Slide {
  title: string;
  text: string;
  query: Record<string, string> | null;
  hides: ("shapes" | "parameters")[];
  prediction: Prediction | null;
  question: string;
  notes: string;
  run: string | null;
  info: Pick<Info, "epochs" | "baselines"> | null;
  told: string[];
}

// The room that the presenter hosts: its code, where it is joined, and the QR code of both ("" where that is too long).
export interface Room {
  code: string;
  place: string;
  qr: string;
}

// What its members have answered: how often each answer was given, in their order; how many have answered, and how many are
// there.
export interface Answers {
  tally: number[];
  answered: number;
  people: number;
}

// deck: tells one list of slides from another. at: the slide to show, from 0, whenever `arrival` is another one.
export interface PresentData {
  mode: "slides" | "notes";
  deck: string;
  name: string;
  at: number;
  arrival: number;
  slides: Slide[];
  notes_link: string;
  room: Room | null;
}

export interface Known {
  description: Description | null;
  values: Record<string, Numbers> | null;
  error: string;
}

export interface Losses {
  run: string;
  stream: Stream;
  frames: Frames;
  info: Info;
  state: string;
}

export interface Deck {
  root: HTMLElement;
  data: PresentData | null;
  at: number;
  revealed: Set<number>;
  known: Map<string, Known>;
  asking: boolean;
  losses: Losses | null;
  answers: Answers | null;
  channel: BroadcastChannel | null;
  tell: (name: string, value: object) => void;
  telling: number;
  drawing: number;
  told: number;
  observer: ResizeObserver;
  ends: (() => void)[];
  closed: boolean;
}
