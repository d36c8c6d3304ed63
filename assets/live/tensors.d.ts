// What is known of the tensors of a run.

// A tensor as a grid, row by row; of_rows, of_columns: how many there are.
export interface Grid {
  rows: number;
  columns: number;
  of_rows: number;
  of_columns: number;
  numbers: Float32Array;
}

// What GET /tensors answers (`explorer.ui.tensors`); numbers as base64 of float16.
export interface FlowAnswer {
  layout: (Omit<Grid, "numbers"> & { name: string; source: boolean })[];
  sources: string;
  epochs: Record<string, string>;
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
