// Whose keys Ctrl+Z and Ctrl+Shift+Z are: a text field's own, while somebody writes in it, and the page's otherwise.

const WRITTEN_IN = new Set(["", "text", "search", "number", "email", "url", "tel", "password"]);

/**
 * A field to choose from a list is one of these only while its list is open: then what is typed searches the list.
 *
 * @type {(field: { tag: string; type?: string; role?: string; expanded?: boolean; editable?: boolean }) => boolean}
 */
export function takesText({ tag, type = "", role = "", expanded = false, editable = false }) {
  if (editable || tag === "TEXTAREA") return true;
  if (tag !== "INPUT" || !WRITTEN_IN.has(type)) return false;
  return role !== "combobox" || expanded;
}

/** @type {(event: KeyboardEvent) => boolean} */
function isUndo(event) {
  return (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "z";
}

// Streamlit's shortcuts with Ctrl work within text fields too, and take the key away from them.
/** @type {(event: KeyboardEvent) => void} */
export function leaveToTextFields(event) {
  const field = event.target;
  if (!isUndo(event) || !(field instanceof HTMLElement)) return;
  const { tagName: tag, isContentEditable: editable } = field;
  const [type, role, expanded] = ["type", "role", "aria-expanded"].map((name) => field.getAttribute(name) ?? "");
  if (takesText({ tag, type, role, editable, expanded: expanded === "true" })) event.stopImmediatePropagation();
}
