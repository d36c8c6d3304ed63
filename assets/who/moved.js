// Where a key leads in a table.

/**
 * The cell that a key leads to from a cell, null for a key that leads nowhere.
 * @type {(at: [number, number], key: string, rows: number, columns: number) => [number, number] | null}
 */
export function moved([line, place], key, rows, columns) {
  const within = (/** @type {number} */ number, /** @type {number} */ many) => Math.min(Math.max(number, 0), many - 1);
  switch (key) {
    case "ArrowUp": return [within(line - 1, rows), place];
    case "ArrowDown": return [within(line + 1, rows), place];
    case "ArrowLeft": return [line, within(place - 1, columns)];
    case "ArrowRight": return [line, within(place + 1, columns)];
    case "Home": return [line, 0];
    case "End": return [line, columns - 1];
    default: return null;
  }
}
