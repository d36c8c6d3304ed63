// Code with its lines numbered and some of them marked, or a change of it. Whatever comes is written as text.

const codes = new WeakMap();

function writeLine(list, { number, sign, text, kind, note }) {
  const line = create("li", "line", list);
  if (kind) mark(line, { "data-kind": kind });
  if (number) mark(line, { "data-line": number });
  if (kind === "gap") {
    line.textContent = text;
    return;
  }
  const words = { removed: "removed: ", added: "added: ", marked: "here it breaks: " }[kind];
  if (words) create("span", "spoken", line).textContent = words;
  const edge = create("span", "edge", line);
  mark(edge, { "aria-hidden": "true" });
  edge.textContent = sign ?? number;
  create("code", "text", line).textContent = text || " ";
  if (note) create("p", "note", line).textContent = note;
}

export default function ({ data, parentElement }) {
  let state = codes.get(parentElement);
  if (!state) {
    const root = create("div", "explorer-code", parentElement);
    codes.set(parentElement, (state = { root, list: create("ol", "lines", root), written: "" }));
  }
  setTheme(state.root);
  const written = JSON.stringify(data);
  if (written !== state.written) {
    state.written = written;
    mark(state.root, { "data-shape": data.shape });
    mark(state.list, { "aria-label": data.label, tabindex: 0 });
    state.list.replaceChildren();
    data.lines.forEach((line) => writeLine(state.list, line));
    // A note is as wide as the box, however long the lines are.
    state.list.style.setProperty("--box", `${state.list.clientWidth}px`);
    const first = state.list.querySelector("[data-kind=marked]");
    if (first) state.list.scrollTop = Math.max(0, first.offsetTop - 46);
  }
  return () => {
    state.root.remove();
    codes.delete(parentElement);
  };
}
