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
// with the state, as sentences.
export interface Slide {
  title: string;
  text: string;
  query: Record<string, string> | null;
  hides: ("shapes" | "parameters")[];
  prediction: Prediction | null;
  notes: string;
  run: string | null;
  info: Pick<Info, "epochs" | "baselines"> | null;
  told: string[];
}

// What the room has answered: how often each answer was given, in their order; how many have answered, and of how many.
export interface Room {
  code: string;
  place: string;
  tally: number[];
  answered: number;
  of: number;
  qr: string;
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
  channel: BroadcastChannel | null;
  tell: (name: string, value: object) => void;
  telling: number;
  drawing: number;
  told: number;
  observer: ResizeObserver;
  ends: (() => void)[];
  closed: boolean;
}
