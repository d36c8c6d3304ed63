// The hidden state of one unit as a line, beside the target's.

/** @type {(numbers: (number | null)[]) => number} */
export function reachOf(numbers) {
  const largest = numbers.reduce((/** @type {number} */ most, each) => Math.max(most, Math.abs(each ?? 0)), 0);
  return largest || 1;
}

// A path over the middles of the columns, 0 in the middle of the height. Where there is no number the line is interrupted.
/** @type {(numbers: (number | null)[], width: number, height: number) => string} */
export function pathOf(numbers, width, height) {
  const [each, reach] = [width / (numbers.length || 1), reachOf(numbers)];
  let path = "";
  let pen = "M";
  numbers.forEach((value, place) => {
    if (value === null) {
      pen = "M";
      return;
    }
    const [x, y] = [(place + 0.5) * each, height / 2 - (value / reach) * (height / 2 - 4)];
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  return path;
}
