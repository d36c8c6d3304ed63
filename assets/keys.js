// Every key of the pages, in one list: the handlers ask it what a key does, and the sheet shows it. So the sheet cannot say
// anything else than what happens.

/** @typedef {{ place: string; does: string; keys: string[]; says: string; browser?: boolean }} Key */

// What a key is called on the sheet, where its own name says little.
const CALLED = new Map([
  [" ", "Space"],
  ["ArrowLeft", "←"],
  ["ArrowRight", "→"],
  ["ArrowUp", "↑"],
  ["ArrowDown", "↓"],
  ["PageDown", "Page Down"],
  ["PageUp", "Page Up"],
  ["Escape", "Esc"],
]);

// keys: as KeyboardEvent.key has them, letters in lower case. browser: the browser does it by itself, or Streamlit.
/** @type {Key[]} */
export const KEYS = [
  { place: "Every page", does: "sheet", keys: ["?"], says: "Show this list" },
  { place: "Every page", does: "tab", keys: ["Tab"], says: "Go to the next control", browser: true },
  { place: "Every page", does: "press", keys: ["Enter", " "], says: "Press the control that has the focus", browser: true },
  { place: "Every page", does: "close", keys: ["Escape"], says: "Close what is open: a help, a dialogue, a list", browser: true },
  { place: "Every page", does: "undo", keys: ["Ctrl+Z"], says: "Take the last change of a setting back", browser: true },
  { place: "Every page", does: "redo", keys: ["Ctrl+Shift+Z"], says: "Do it again", browser: true },
  { place: "Film of the run", does: "main", keys: [" "], says: "Train, then play and pause" },
  { place: "Film of the run", does: "step", keys: ["ArrowRight"], says: "Go to the next epoch, or batch" },
  { place: "Film of the run", does: "back", keys: ["ArrowLeft"], says: "Go back by one" },
  { place: "Chain", does: "open", keys: ["Enter", " "], says: "Open the layer that has the focus, or close it" },
  { place: "Chain", does: "close", keys: ["Escape"], says: "Close the opened layer" },
  { place: "Chain", does: "before", keys: ["ArrowLeft"], says: "With an opened layer: open the layer before it" },
  { place: "Chain", does: "after", keys: ["ArrowRight"], says: "With an opened layer: open the next layer" },
  { place: "Drawing of an opened layer", does: "left", keys: ["ArrowLeft"], says: "Read the number to the left" },
  { place: "Drawing of an opened layer", does: "right", keys: ["ArrowRight"], says: "Read the number to the right" },
  { place: "Drawing of an opened layer", does: "up", keys: ["ArrowUp"], says: "Read the number above" },
  { place: "Drawing of an opened layer", does: "down", keys: ["ArrowDown"], says: "Read the number below" },
  { place: "Look inside", does: "left", keys: ["ArrowLeft"], says: "Go to the timestep before" },
  { place: "Look inside", does: "right", keys: ["ArrowRight"], says: "Go to the next timestep" },
  { place: "Look inside", does: "up", keys: ["ArrowUp"], says: "Go to the unit above" },
  { place: "Look inside", does: "down", keys: ["ArrowDown"], says: "Go to the unit below" },
  { place: "Look inside", does: "first", keys: ["Home"], says: "Go to the first timestep" },
  { place: "Look inside", does: "last", keys: ["End"], says: "Go to the last timestep" },
  { place: "Look inside", does: "close", keys: ["Escape"], says: "Close the panel", browser: true },
  { place: "Walk through time", does: "next", keys: ["ArrowRight"], says: "In the view Unrolled: go to the next timestep" },
  { place: "Walk through time", does: "back", keys: ["ArrowLeft"], says: "Go back by one timestep" },
  { place: "Walk through time", does: "first", keys: ["Home"], says: "Go to the first timestep" },
  { place: "Walk through time", does: "last", keys: ["End"], says: "Go to the last timestep" },
  { place: "Walk through time", does: "main", keys: [" "], says: "Play and pause the walk" },
  { place: "Walk through time", does: "phase on", keys: ["PageDown"], says: "In slow motion: go to the next phase of the batch" },
  { place: "Walk through time", does: "phase back", keys: ["PageUp"], says: "In slow motion: go to the phase before" },
  { place: "Walk through time", does: "end", keys: ["Escape"], says: "End the walk" },
  { place: "Open cells of a walk", does: "left", keys: ["ArrowLeft"], says: "Read the number to the left" },
  { place: "Open cells of a walk", does: "right", keys: ["ArrowRight"], says: "Read the number to the right" },
  { place: "Open cells of a walk", does: "up", keys: ["ArrowUp"], says: "Read the number above" },
  { place: "Open cells of a walk", does: "down", keys: ["ArrowDown"], says: "Read the number below" },
  { place: "Open cells of a walk", does: "pin", keys: ["Enter", " "], says: "Pin the number that is read, or let it go" },
  { place: "Code on Paste", does: "check", keys: ["Ctrl+Enter"], says: "Check the code at once" },
  { place: "Code on Paste", does: "page down", keys: ["PageDown"], says: "Scroll down by a page" },
  { place: "Code on Paste", does: "page up", keys: ["PageUp"], says: "Scroll up by a page" },
  { place: "Quiz", does: "choose", keys: ["ArrowUp", "ArrowDown"], says: "Go from answer to answer", browser: true },
  { place: "Quiz", does: "answer", keys: ["Enter"], says: "Press the button that has the focus", browser: true },
  { place: "Projector", does: "present", keys: ["p"], says: "On Explore: show the page on the projector" },
  { place: "Projector", does: "next", keys: ["ArrowRight", "PageDown", " "], says: "Next slide" },
  { place: "Projector", does: "previous", keys: ["ArrowLeft", "PageUp"], says: "Slide before" },
  { place: "Projector", does: "first", keys: ["Home"], says: "First slide" },
  { place: "Projector", does: "last", keys: ["End"], says: "Last slide" },
  { place: "Projector", does: "reveal", keys: ["r"], says: "Reveal the answer, or hide it again" },
  { place: "Projector", does: "notes", keys: ["n"], says: "Open the notes in a second window" },
  { place: "Projector", does: "share", keys: ["s"], says: "Show the link to these slides, and its QR code" },
  { place: "Projector", does: "here", keys: ["a"], says: "All here: bring the room that you host to this slide" },
  { place: "Projector", does: "leave", keys: ["Escape"], says: "Leave the projector" },
];

// What a key does in a place; null where it does nothing there.
/** @type {(place: string, key: string) => string | null} */
export function deedOf(place, key) {
  const pressed = key.length === 1 ? key.toLowerCase() : key;
  return KEYS.find((each) => each.place === place && !each.browser && each.keys.includes(pressed))?.does ?? null;
}

/** @type {(key: string) => string} */
export const calledOf = (key) => CALLED.get(key) ?? (key.length === 1 ? key.toUpperCase() : key);

// The list by places, in their order.
/** @type {() => [string, Key[]][]} */
export function keysByPlace() {
  const places = [...new Set(KEYS.map(({ place }) => place))];
  return places.map((place) => [place, KEYS.filter((each) => each.place === place)]);
}

const WRITTEN = "input, textarea, select, [contenteditable], [role=textbox], [role=combobox], [role=listbox]";
const RADIOS = "input[type=radio], input[type=checkbox], input[type=range]";

// Whether a letter is for what has the focus: a field, or what is open before the page.
/** @type {(event: KeyboardEvent) => boolean} */
export function isForOthers({ defaultPrevented, ctrlKey, altKey, metaKey, target }) {
  if (defaultPrevented || ctrlKey || altKey || metaKey) return true;
  if (document.querySelector("[role=dialog], dialog[open]")) return true;
  return target instanceof Element && target.closest(WRITTEN) !== null && !target.matches(RADIOS);
}
