// What the page's own component is given.

export interface Hint {
  name: string;
  at: string;
  side: string;
  says: string;
  done: { settings?: string[]; view?: string; press?: string; there?: string };
}

/**
 * query: the settings on the page, as in its address. hints: none but on a first visit. opens: how many bytes a
 * dropped file may have that is sent whole; 0 where none is taken. presents: whether a key shows the page on the projector.
 * figure: what the button "PNG" was pressed for.
 */
export interface HintsData {
  hints: Hint[];
  query: Record<string, string>;
  view: string;
  opens: number;
  presents: boolean;
  figure: Figure | null;
}

/** A figure to keep as PNG. id: another one each time that the button is pressed. */
export interface Figure {
  id: string;
  name: string;
  svg: string;
}

/** A file as it is sent: its beginning as text, and its size in bytes. */
export interface DroppedFile {
  name: string;
  text: string;
  size: number;
}
