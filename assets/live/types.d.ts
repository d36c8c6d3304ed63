// What the live panel is told by Python and by the stream, and what it keeps.

// What is known of a run before its first frame (`explorer.ui.run_info`).
export interface Info {
  key: string;
  answers: string;
  answer: string;
  epochs: number;
  baselines: { name: string; value: number }[];
  targets: number[][][];
  lengths: number[];
}

export interface PageData {
  run?: string | null;
  state?: string;
  url?: string | null;
  plotly_url: string;
  info?: Info | null;
  note?: string | null;
}

export interface SentFrame {
  epoch: number;
  loss: number;
  val_loss: number;
  accuracy?: number | null;
  val_accuracy?: number | null;
  outputs?: string;
}

export interface Frame extends Omit<SentFrame, "outputs"> {
  outputs: Float32Array;
  error: Float32Array;
}

export interface Frames {
  list: Frame[];
  worst: number;
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

export interface News {
  state: (news: Partial<Status>) => void;
  frames: (news: { frames: SentFrame[] }) => void;
  narration: (news: { sentences: string[] }) => void;
}

export interface Listener {
  after: () => number;
  on: News;
  lost: (lost: boolean) => void;
}

export type Theme = Record<string, string>;
export type Range = [number, number];

// Plotly's own types are larger than all of this: of a figure only what is set here matters.
export interface Figure {
  data: object[];
  layout: { shapes: object[]; annotations: object[]; width?: number; height?: number; [setting: string]: unknown };
  words: string;
}

export interface Plotly {
  react: (chart: HTMLElement, data: object[], layout: object, config: object) => void;
  purge: (chart: HTMLElement) => void;
}

// What a chart is drawn from.
export interface Charted {
  info: Info;
  frames: Frames;
  theme: Theme;
  sequence: number;
  shown: number | null;
  range: Range | null;
  log: boolean;
  charts: Record<string, HTMLElement>;
}

export interface Panel extends Charted {
  root: HTMLElement;
  words: Record<string, HTMLElement>;
  charted: Map<string, string>;
  latest: HTMLElement;
  logButton: HTMLElement;
  scrub: HTMLInputElement;
  select: HTMLSelectElement;
  narration: HTMLElement;
  quiet: HTMLElement;
  run: string | null;
  status: Status;
  stream: Stream;
  lost: boolean;
  broken: string;
  note: string;
  pending: boolean;
  notBefore: number;
  labelled: number;
  labelTimer: number;
  allTimer: number;
  allDrawn: number;
  redraws: number;
  begun: boolean;
  closed: boolean;
  plotly: Plotly | null;
  tell: (name: string, value: object) => void;
  observer: ResizeObserver;
}

declare global {
  interface Window {
    Plotly?: Plotly;
    explorerPlotly?: Promise<Plotly> | null;
  }
}
