// What the page sends to the editor, and what the editor keeps.

export type Kind = "problem" | "skipped" | "asked";

export interface Mark {
  line: number;
  kind: Kind;
  // Of a problem: which one, and in a few words what it is.
  problem: string;
  words: string;
  // The same as sentences, to be read below the line.
  says?: string;
}

export interface Ask {
  name: string;
  line: number | null;
  words: string;
  why: string;
  value: string;
  placeholder: string;
  wrong: string;
}

export interface LayerLine {
  name: string;
  line: number;
}

export interface EditorData {
  code: string;
  // Another one where the page has put a code here, and not a hand; `untouched` where it did so for want of any other.
  put: string;
  untouched: boolean;
  marks: Mark[];
  layers: LayerLine[];
  asks: Ask[];
  // How many characters are taken of what is typed, and of a file.
  most: number;
  mostOfFile: number;
  words: { label: string; help: string; told: string; described: string; placeholder: string; open: string; tooLong: string };
}

export type Piece = { kind: "" | "word" | "text" | "comment"; text: string };

export interface Editor {
  data: EditorData;
  root: HTMLElement;
  area: HTMLTextAreaElement;
  box: HTMLElement;
  sheet: HTMLElement;
  rows: HTMLElement;
  told: HTMLElement;
  strip: HTMLElement;
  described: HTMLElement;
  asks: Map<string, AskNode>;
  put: string;
  sent: string;
  resting: number;
  // Of the text as it stands: the marks and the layers, moved along with their lines.
  layers: LayerLine[];
  lit: string;
  jumps: boolean;
  // How many rows there were when they were last written.
  lines: number;
  send: (name: string, value: object) => void;
}

export interface AskNode {
  root: HTMLElement;
  words: HTMLElement;
  input: HTMLInputElement;
  wrong: HTMLElement;
  sent: string;
  resting: number;
}
