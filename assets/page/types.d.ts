// What the page's own component is given.

export interface Hint {
  name: string;
  at: string;
  side: string;
  says: string;
  done: { settings?: string[]; view?: string; press?: string; there?: string };
}

/** query: the settings on the page, as in its address. hints: none but on a first visit. */
export interface HintsData {
  hints: Hint[];
  query: Record<string, string>;
  view: string;
}
