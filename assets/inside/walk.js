// Where the arrow keys lead in the heatmap, and which of the drawn timesteps stands for another one.

/** @import { InsideAnswer } from "../description.d.ts" */

// The column that is at a timestep, or the last one before it.
/** @type {(columns: number[], timestep: number) => number} */
export function columnAt(columns, timestep) {
  const after = columns.findIndex((each) => each > timestep);
  return Math.max(0, (after < 0 ? columns.length : after) - 1);
}

/** @type {(answer: Pick<InsideAnswer, "columns" | "rows" | "unit" | "timestep">, deed: string) =>
 *   { unit: number; timestep: number } | null} */
export function walked({ columns, rows, unit, timestep }, deed) {
  const column = columnAt(columns, timestep);
  const row = Math.max(0, rows.findIndex((each) => each.unit === unit));
  const to = (/** @type {number} */ place, /** @type {number} */ size) => Math.max(0, Math.min(size - 1, place));
  if (deed === "left" || deed === "right") {
    const next = columns[to(column + (deed === "right" ? 1 : -1), columns.length)];
    return { unit, timestep: next };
  }
  if (deed === "first" || deed === "last") return { unit, timestep: deed === "first" ? columns[0] : columns[columns.length - 1] };
  if (deed === "up" || deed === "down") {
    return { unit: rows[to(row + (deed === "down" ? 1 : -1), rows.length)].unit, timestep };
  }
  return null;
}

// How high a row is: few units are drawn large, and two heatmaps share the room of one.
/** @type {(rows: number, maps: number) => number} */
export function rowHeightOf(rows, maps) {
  if (rows <= 10) return maps > 1 ? 15 : 21;
  if (rows <= 34) return maps > 1 ? 9 : 12;
  return maps > 1 ? 6 : 8;
}

// Which timesteps have a number below them, so that two numbers never touch.
/** @type {(columns: number[], width: number) => number[]} */
export function labelled(columns, width) {
  const each = width / columns.length;
  const sampled = columns[columns.length - 1] !== columns.length;
  // Of some of the timesteps every so many are told, whatever their numbers are.
  if (sampled) return columns.map((_, place) => place).filter((place) => place % Math.ceil(28 / each) === 0);
  const step = [1, 2, 5, 10, 20, 50].find((size) => size * each >= 22) ?? 100;
  return columns.map((timestep, place) => (step === 1 || timestep === 1 || timestep % step === 0 ? place : -1)).filter((place) => place >= 0);
}

// The columns at which a window begins, but the first.
/** @type {(columns: number[], window: number) => number[]} */
export function startsOf(columns, window) {
  const of = (/** @type {number} */ place) => Math.floor((columns[place] - 1) / window);
  return columns.map((_, place) => place).filter((place) => place > 0 && of(place) !== of(place - 1));
}

// The same answer with its rows in the order of before, where they are the same units: rows that change their places with
// every epoch could not be followed.
/** @type {(answer: InsideAnswer, units: number[]) => InsideAnswer} */
export function inOrderOf(answer, units) {
  const places = units.map((unit) => answer.rows.findIndex((row) => row.unit === unit));
  if (places.length !== answer.rows.length || places.includes(-1)) return answer;
  /** @type {(strip: InsideAnswer["hidden"]) => InsideAnswer["hidden"]} */
  const moved = (strip) => ({ ...strip, names: places.map((place) => strip.names[place]), grid: places.map((place) => strip.grid[place]) });
  const { rows, hidden, cell } = answer;
  return { ...answer, rows: places.map((place) => rows[place]), hidden: moved(hidden), cell: cell && moved(cell) };
}
