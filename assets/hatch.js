// Hatching: what is padded or masked looks the same in every drawing.

// Lines from lower left to upper right over a rectangle, `apart` pixels from each other.
/** @type {(x: number, y: number, width: number, height: number, apart?: number) => string} */
export function hatchPath(x, y, width, height, apart = 5) {
  const lines = [];
  for (let start = apart; start < width + height; start += apart) {
    const [x1, y1] = start < height ? [0, start] : [start - height, height];
    const [x2, y2] = start < width ? [start, 0] : [width, start - width];
    lines.push(`M${(x + x1).toFixed(1)},${(y + y1).toFixed(1)}L${(x + x2).toFixed(1)},${(y + y2).toFixed(1)}`);
  }
  return lines.join("");
}
