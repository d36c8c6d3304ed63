// One layer: a box that opens the panel below the chain, its words, and the shape written under each tensor.

function newLayer(state) {
  const element = create("div", "layer", state.list);
  mark(element, { role: "listitem" });
  const box = create("div", "box", element);
  mark(box, { role: "button", tabindex: 0 });
  const parts = { name: create("b", "name", box) };
  for (const name of ["type", "short", "reads"]) parts[name] = create("span", name, box);
  const below = create("div", "below", element);
  parts.params = create("div", "params", below);
  parts.arithmetic = create("div", "arithmetic", below);
  parts.change = create("div", "change", element);
  // The name of the button says all of this, in whole sentences.
  for (const hidden of [below, parts.change]) mark(hidden, { "aria-hidden": "true" });
  const layer = { element, box, below, ...parts, says: "" };
  element.onmouseenter = box.onfocus = () => showTip(state, layer);
  element.onmouseleave = box.onblur = () => (state.tip.hidden = true);
  box.onclick = () => toggleWhy(state, element.dataset.layer);
  box.onkeydown = (event) => {
    if (event.key === "Escape") state.tip.hidden = true;
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggleWhy(state, element.dataset.layer);
  };
  return layer;
}

function showTip(state, layer) {
  // What an open panel says needs no tip before it.
  if (!layer.says || state.why.name === layer.element.dataset.layer) return;
  say(state.tip, layer.says);
  state.tip.hidden = false;
  const [outer, inner] = [state.root.getBoundingClientRect(), layer.box.getBoundingClientRect()];
  const width = state.tip.offsetWidth;
  const left = inner.left - outer.left + inner.width / 2 - width / 2;
  state.tip.style.left = `${Math.max(0, Math.min(left, outer.width - width))}px`;
  state.tip.style.top = `${inner.bottom - outer.top + 6}px`;
}

// A long name may break after a bracket, an underscore or before a capital, nowhere else.
function sayBreakable(element, text) {
  if (element.textContent === text) return;
  const parts = text.split(/(?<=[(_])|(?<=[a-z])(?=[A-Z])/);
  element.replaceChildren(...parts.flatMap((part) => [part, document.createElement("wbr")]));
}

function writeLayer(state, layer, item, first) {
  const { name, type, short, says, params, arithmetic, broken } = item.layer;
  const { hidden = [], marks } = state.data;
  const asked = hidden.includes("shapes");
  sayBreakable(layer.name, name);
  sayBreakable(layer.type, type);
  say(layer.short, asked ? "" : short || says || "");
  say(layer.reads, item.reads.length > 1 || !first ? `reads ${joined(item.reads)}` : "");
  say(layer.params, broken ? "" : parametersInWords(params, hidden));
  // The arithmetic names sizes: it would answer a question about either.
  say(layer.arithmetic, params && !hidden.length ? (arithmetic ?? "") : "");
  say(layer.change, change(item.inputs, item.tensors[0]));
  layer.says = asked ? "" : sentence(says || short);
  mark(layer.element, {
    "data-layer": name,
    "data-input": asked ? "?" : flat(item.layer.input),
    "data-output": asked ? "?" : flat(item.layer.output),
  });
  layer.element.toggleAttribute("data-marked", Boolean(marks?.[name]));
  layer.element.toggleAttribute("data-broken", Boolean(broken));
  mark(layer.box, { "aria-label": layerInWords(item, hidden, marks?.[name]), "aria-disabled": hidden.length > 0 || Boolean(broken) });
}

// Each axis keeps its element, so that a mark on it may fade while the number goes on.
function writeShape(element, tensor, named = false) {
  const words = tensor.hidden ? [tensor.nothing ? "nothing" : "?"] : tensor.named.map(named ? axisInWords : sizeAsCode);
  if (element.children.length !== words.length) {
    element.replaceChildren();
    words.forEach((_, index) => {
      const part = create("span", "axis", element);
      if (!index) part.append("(");
      create("b", "", part);
      part.append(index + 1 < words.length ? "," : ")");
      // The only place where the line may break.
      if (index + 1 < words.length) element.append(" ");
    });
  }
  words.forEach((word, index) => {
    const axis = tensor.hidden ? null : tensor.named[index].axis;
    const part = element.children[index].querySelector("b");
    say(part, word);
    mark(part, { title: axis ?? (tensor.nothing ? "it cannot go on" : "hidden"), style: `color:${axisColour(axis, true)}` });
  });
}

const shapesOf = (state, item) => item.tensors.map((_, index) => state.tensors.get(`${item.name}:${index}`).shape);
