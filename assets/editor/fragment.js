// A link to code has it behind the # of the address, which no browser sends: the editor hands it to the page.

/** @import { Editor } from "./types.d.ts" */

const PREFIX = "#code=";

// What the document kept of its address, before the page wrote another one there. Once taken it is gone: whoever comes back to
// this page finds what they left.
/** @type {(kept: { explorerFragment?: string }) => string} */
export function takeFragment(kept) {
  const fragment = kept.explorerFragment ?? "";
  kept.explorerFragment = "";
  return fragment.startsWith(PREFIX) ? fragment : "";
}

/** @type {(editor: Editor) => void} */
export function sendFragment(editor) {
  const fragment = takeFragment(/** @type {{ explorerFragment?: string }} */ (window));
  if (fragment) editor.send("link", { fragment });
}

/** @type {(editor: Editor) => () => void} */
export function listenForFragments(editor) {
  // The document's own listener comes first, and keeps it.
  const listen = () => sendFragment(editor);
  window.addEventListener("hashchange", listen);
  return () => window.removeEventListener("hashchange", listen);
}
