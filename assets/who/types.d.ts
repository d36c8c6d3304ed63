// What the table "Who can?" is given (explorer/ui/who/table.py).

/** baseline: the name and the value of the loss that is 1.0 here. */
export interface Column {
  name: string;
  title: string;
  baseline: string;
}

/** A pair that does not fit; reason: a place in `reasons`. */
export interface Misfit {
  reason: number;
}

/** level: the shade, 0 for the darkest; null where there is no number. says: sentences about it. link: to the experiment. */
export interface Pair {
  level: number | null;
  text: string;
  says: string;
  link: string;
}

export interface Row {
  name: string;
  title: string;
  cells: (Misfit | Pair)[];
}

/** legend: a text for each level. means: what 1.0 is. told: when it was measured, and with what. */
export interface WhoData {
  columns: Column[];
  rows: Row[];
  reasons: string[];
  legend: string[];
  means: string;
  told: string;
}

export interface Chosen {
  architecture: string;
  task: string;
}

/** at: row and column of the cell that Tab reaches. */
export interface Table {
  root: HTMLElement;
  written: string;
  at: [number, number];
  data: WhoData | null;
  choose: (chosen: Chosen) => void;
}
