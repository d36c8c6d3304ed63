// "All here": where a call of the host takes this page, and which calls it has followed. Each is followed once: after it
// everybody goes on alone, also when the page is loaded again.

const KEPT = "explorer_room";
const CODE = "#code=";
// For so long a call is spoken of: nobody need keep the sentence in view.
export const SAID_FOR = 12_000;
// The page that a call brings has a bar of its own, which goes on saying it.
let said = { code: "", words: "", until: 0 };

/** How many calls of a room this tab has followed, -1 before the first look. @type {(storage: Pick<Storage, "getItem">, code: string) => number} */
export function followed(storage, code) {
  try {
    const kept = JSON.parse(storage.getItem(KEPT) ?? "{}");
    return kept?.code === code && Number.isInteger(kept.calls) ? kept.calls : -1;
  } catch {
    return -1; // Nothing can be kept here, or something else was.
  }
}

/** @type {(storage: Pick<Storage, "setItem">, code: string, calls: number) => void} */
export function noteFollowed(storage, code, calls) {
  try {
    storage.setItem(KEPT, JSON.stringify({ code, calls }));
  } catch {
    // What cannot be kept is followed once more when the page is loaded again.
  }
}

/** Keep what is said of a call. now: in milliseconds. @type {(code: string, words: string, now: number) => void} */
export function noteSaid(code, words, now) {
  said = { code, words, until: now + SAID_FOR };
}

/** What a bar of this room says still, "" for nothing, and for how long. @type {(code: string, now: number) => { words: string, left: number }} */
export function saidStill(code, now) {
  const left = said.code === code ? Math.max(0, said.until - now) : 0;
  return { words: left ? said.words : "", left };
}

/** The address of a call for a page in the room: the host's, with the room in it. @type {(address: string, code: string) => string} */
export function withRoom(address, code) {
  const hash = address.indexOf("#");
  const [before, behind] = hash < 0 ? [address, ""] : [address.slice(0, hash), address.slice(hash)];
  return `${before}${before.includes("?") ? "&" : "?"}room=${code}${behind}`;
}

/** Take this page to an address, as "back" and "forward" do. @type {(address: string, code: string) => void} */
export function goTo(address, code) {
  const wanted = withRoom(address, code);
  if (!wanted.startsWith("/") || wanted.startsWith("//")) return;
  window.history.pushState({}, "", wanted);
  window.dispatchEvent(new PopStateEvent("popstate"));
  // Code travels behind the #: the document keeps it for the editor, which takes it when it is drawn.
  if (window.location.hash.startsWith(CODE)) window.dispatchEvent(new HashChangeEvent("hashchange"));
}
