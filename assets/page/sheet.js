// The sheet of keys: opened by "?", from a button and from the projector; Escape closes it, and the keyboard goes back to where it
// was. The browser's own dialogue does both.

import { create, mark } from "../dom.js";
import { calledOf, deedOf, isForOthers, keysByPlace } from "../keys.js";

const BUTTON = ".st-key-keys button";

// press: called with what a key does that Python has to do; returns whether it does.
/** @type {(press: (does: string) => boolean) => { take: (press: (does: string) => boolean) => void; end: () => void }} */
export function newSheet(press) {
  const sheet = create("dialog", "explorer-keys");
  mark(sheet, { "aria-label": "Keys" });
  const open = () => {
    if (sheet.open) return;
    write(sheet);
    document.body.append(sheet);
    sheet.showModal();
  };
  sheet.onclose = () => sheet.remove();
  sheet.onclick = ({ target }) => target === sheet && sheet.close();
  /** @type {(event: KeyboardEvent) => void} */
  const key = (event) => {
    if (isForOthers(event)) return;
    const does = deedOf("Every page", event.key) ?? (event.shiftKey ? null : deedOf("Projector", event.key));
    if (does === "sheet") open();
    else if (does !== "present" || !press(does)) return;
    event.preventDefault();
  };
  // Streamlit need not hear of it: the sheet is here.
  /** @type {(event: MouseEvent) => void} */
  const click = (event) => {
    if (!(event.target instanceof Element) || !event.target.closest(BUTTON)) return;
    event.stopImmediatePropagation();
    open();
  };
  document.addEventListener("keydown", key);
  window.addEventListener("click", click, { capture: true });
  document.addEventListener("explorer:keys", open);
  return {
    take(next) {
      press = next;
    },
    end() {
      document.removeEventListener("keydown", key);
      window.removeEventListener("click", click, { capture: true });
      document.removeEventListener("explorer:keys", open);
      sheet.remove();
    },
  };
}

/** @type {(sheet: HTMLDialogElement) => void} */
function write(sheet) {
  sheet.replaceChildren();
  const head = create("header", "", sheet);
  create("h2", "", head).textContent = "Keys";
  const close = create("button", "", head);
  mark(close, { type: "button" });
  close.textContent = "Close";
  close.onclick = () => sheet.close();
  create("p", "", sheet).textContent = "While you type in a field, letters and arrows belong to the field.";
  const places = create("div", "places", sheet);
  for (const [place, keys] of keysByPlace()) {
    const part = create("section", "", places);
    create("h3", "", part).textContent = place;
    const list = create("dl", "", part);
    for (const { keys: names, says } of keys) {
      const term = create("dt", "", list);
      names.forEach((name, index) => {
        if (index) term.append(" ");
        create("kbd", "", term).textContent = calledOf(name);
      });
      create("dd", "", list).textContent = says;
    }
  }
}
