// What is known of the tensors of a run.

import type { Frame, SentFrame } from "./types.d.ts";

// A tensor as a grid, row by row; of_rows, of_columns: how many there are. bound: what its numbers are drawn against at every
// epoch, null where they may be of any size.
export interface Grid {
  rows: number;
  columns: number;
  of_rows: number;
  of_columns: number;
  bound: number | null;
  numbers: Float32Array;
}

// What GET /tensors answers (`explorer.ui.routes.tensors`); numbers as base64 of float16.
export interface FlowAnswer {
  layout: (Omit<Grid, "numbers"> & { name: string; source: boolean })[];
  sources: string;
  epochs: Record<string, string>;
}

// What GET /batches answers (`explorer.ui.routes.batches`).
export interface SentBatch extends Omit<SentFrame, "epoch" | "tensors"> {
  number: number;
  samples: number[];
  changes: Record<string, number | null>;
  sentence: string;
  tensors: string;
}

export interface BatchesAnswer extends Pick<FlowAnswer, "layout" | "sources"> {
  epoch: number;
  of: number;
  batches: SentBatch[];
  reason: string;
}

// epochs: the batches of each, by number. none: of which epochs there are none to be had, and why. trouble: what the server
// said when it last refused. read: what was read last.
export interface BatchStore extends Pick<Flow, "run" | "sequence" | "layout" | "sources" | "asking" | "notBefore"> {
  epochs: Map<number, Map<number, SentBatch>>;
  none: Map<number, string>;
  trouble: string;
  read: { batch: SentBatch; frame: Frame; tensors: Map<string, Grid> } | null;
}

// epochs: the numbers of all tensors but the sources, as they came. kept: how many letters these have. notBefore: when the
// server may be asked again. last: what was read last.
export interface Flow {
  run: string | null;
  sequence: number;
  layout: FlowAnswer["layout"] | null;
  sources: Map<string, Grid> | null;
  epochs: Map<number, string>;
  kept: number;
  asking: boolean;
  notBefore: number;
  last: { epoch: number; tensors: Map<string, Grid> } | null;
}
