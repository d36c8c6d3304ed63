// What the lessons' component is given.

/** path: of the page that the lesson begins on. */
export interface Listed {
  name: string;
  title: string;
  goal: string;
  minutes: number;
  steps: number;
  path: string;
}

export interface LessonsData {
  lessons: Listed[];
}

/** What is looked for: an open layer, an epoch that is shown, or a validation loss below a number. */
export interface Watched {
  layer: string | null;
  epoch: number | null;
  below: number | null;
}

/** opens: whether the step opens a layer by itself. step: from 1. ends: whether the lesson is at its end. told: what a screen reader is told. watch: null for nothing. */
export interface StepData {
  lessons: null;
  lesson: string;
  step: number;
  ends: boolean;
  told: string;
  opens: boolean;
  watch: Watched | null;
}

/** How far somebody has come in a lesson: the step where they were, and whether they were at its end. */
export interface Kept {
  step: number;
  done: boolean;
}

export interface Chosen {
  lesson: string;
  step: number;
}

export interface List {
  root: HTMLElement;
  written: string;
}

export interface Watch {
  told: HTMLElement;
  data: StepData | null;
  timer: number;
  send: (seen: Chosen) => void;
}
