// Lines of a text: where marks stand once it was changed, and where the cursor is.

// Where each line of the text before stands now, counted from 1: those above and below what was changed.
/** @type {(before: string[], now: string[]) => (line: number) => number | null} */
export function moved(before, now) {
  const most = Math.min(before.length, now.length);
  let above = 0;
  while (above < most && before[above] === now[above]) above++;
  let below = 0;
  while (below < most - above && before[before.length - 1 - below] === now[now.length - 1 - below]) below++;
  const by = now.length - before.length;
  return (line) => {
    if (line <= above) return line;
    if (line > before.length - below) return line + by;
    // Where one line became another, it is the same one still.
    return by === 0 ? line : null;
  };
}

// The line, from 1, of a place in the text.
/** @type {(text: string, place: number) => number} */
export function lineAt(text, place) {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < place; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
