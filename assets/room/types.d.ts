// What a room's components are given, and what its server tells.

/** done: the number of the host's call that this member is done with, -1 for none. told: why a call was refused, or "". */
export interface RoomData {
  code: string;
  member: string;
  host: boolean;
  done: number;
  told: string;
}

export interface Told {
  question: string;
  counts: number[];
  answered: number;
}

/** Of an event `room` only what has changed is there. */
export interface News {
  people: number;
  calls: number;
  address: string;
  done: number;
  tally: Told | null;
}

/** What the page's room tells whoever draws a tally. */
export interface RoomDetail {
  people: number;
  tally: Told | null;
}

/** right: the number of the right choice, -1 while it is not to be seen. */
export interface TallyData {
  question: string;
  choices: string[];
  right: number;
  revealed: boolean;
  counts: number[];
  answered: number;
  people: number;
}

export interface Ear {
  source: EventSource | null;
  timer: ReturnType<typeof setTimeout> | 0;
  wait: number;
}

export interface Hears {
  room: (changed: Partial<News>) => void;
  ended: (sentence: string) => void;
  lost: (lost: boolean) => void;
}
