import assert from "node:assert/strict";
import { test } from "node:test";

import { returnedStep, unrolledGrid, unrolledPlace, unrolledStep } from "../../assets/chain/grid.js";
import { unrolledWires } from "../../assets/chain/rising.js";
import { unrolledCells } from "../../assets/chain/cells.js";
import { unrolledColumns, unrolledRows } from "../../assets/chain/rows.js";
import { anchorOf, reachedFrom, seenFrom } from "../../assets/chain/taps.js";
import { measureWith } from "../../assets/chain/text.js";
import { branches, chain, MODELS, states } from "./models.mjs";

measureWith((text, size) => 0.6 * size * text.length);

test("what a layer reads stands directly below it, and then what that reads", () => {
  assert.deepEqual(unrolledRows(chain()).map(({ name }) => name), ["sequence", "memory", "answer"]);
  const rows = unrolledRows(branches());
  const at = new Map(rows.map(({ name, index }) => [name, index]));
  for (const { index, reads } of rows) for (const name of reads) assert.ok(at.get(name) < index);
  assert.deepEqual(rows.map(({ index }) => index), rows.map((_, index) => index));
});

test("a row has as many steps as what it gives, and one cell where it gives one vector", () => {
  const description = chain();
  Object.assign(description.layers[1], { output: [[null, 7]], axes_out: [["batch", "outputs"]], symbols_out: [[null, null]] });
  const [sequence, memory, answer] = unrolledRows(description);
  assert.deepEqual([sequence.steps, memory.steps, answer.steps], [20, 20, 1]);
  assert.deepEqual([memory.timed, answer.timed, answer.celled], [true, false, false]);
  assert.deepEqual([sequence.layer, answer.axis], [null, "outputs"]);
  description.unrolled.rows[2].flow = "last";
  const last = unrolledRows(description)[2];
  assert.deepEqual([last.steps, last.celled, last.timed], [20, true, false]);
});

test("an ellipsis stands where steps are left out, and a phone shows fewer", () => {
  assert.deepEqual(unrolledColumns([1, 2, 3, 18, 19, 20], false), [1, 2, 3, null, 18, 19, 20]);
  assert.deepEqual(unrolledColumns([1, 2, 3, 18, 19, 20], true), [1, 2, null, 19, 20]);
  assert.deepEqual(unrolledColumns([1, 2, 3, 4], true), [1, 2, 3, 4]);
});

test("columns stand in their room, evenly and in order", () => {
  for (const narrow of [true, false]) {
    const { places, cell, gap } = unrolledGrid([1, 2, null, 19, 20], 176, 700, narrow);
    const xs = places.map(({ x }) => x);
    assert.deepEqual(xs, [...xs].sort((one, two) => one - two));
    assert.ok(xs[0] - cell / 2 >= 176 && xs.at(-1) + cell / 2 <= 876);
    assert.equal(gap, xs[2]);
    assert.ok(Math.abs(xs[1] - xs[0] - (xs[4] - xs[3])) < 1e-9);
    assert.ok(cell < xs[1] - xs[0]);
  }
});

test("the dots between columns have room for an arrow on each side, however little there is", () => {
  for (const opened of [[], [3]]) {
    const { places, cell } = unrolledGrid([1, 2, 3, null, 19, 20], 100, 251, true, opened);
    const [before, dots, after] = [2, 3, 4].map((index) => places[index]);
    assert.ok(dots.x - (before.x + before.unit / 2) >= 18 && after.x - cell / 2 - dots.x >= 18);
    assert.ok(places[0].x - cell / 2 >= 100 && places.at(-1).x + cell / 2 <= 351);
  }
});

test("the first steps are counted from the start, the last ones from the end", () => {
  assert.deepEqual([1, 2, 19, 20].map((step) => unrolledStep({ steps: 20 }, step, 20)), [1, 2, 19, 20]);
  assert.deepEqual([1, 2, 3, 18, 19, 20].map((step) => unrolledStep({ steps: 18 }, step, 20)), [1, 2, 3, 16, 17, 18]);
  assert.deepEqual([1, 2, 3, 18, 19, 20].map((step) => unrolledStep({ steps: 2 }, step, 20)), [1, 2, null, null, null, null]);
});

test("rows stand above each other, none over another, the answer at the top", () => {
  for (const description of Object.values(MODELS)) {
    const rows = unrolledRows(description);
    const height = unrolledPlace(rows, rows.map(() => 60), unrolledGrid([1, 2, 3], 176, 700, false), "timesteps");
    for (const [index, row] of rows.entries()) {
      assert.ok(row.top < row.bottom && row.bottom <= height);
      if (index) assert.ok(row.bottom <= rows[index - 1].top);
    }
  }
});

test("a window sees what its size, stride, dilation and offset say", () => {
  const plain = { size: 3, stride: 1, dilation: 1, offset: 0 };
  assert.deepEqual(seenFrom(plain, 4), [4, 5, 6]);
  assert.deepEqual(seenFrom({ ...plain, dilation: 4, offset: 8 }, 9), [1, 5, 9]);
  assert.deepEqual(seenFrom({ ...plain, stride: 2, offset: 1 }, 1), [0, 1, 2]);
  assert.deepEqual(seenFrom({ ...plain, stride: 2, offset: 1 }, 3), [4, 5, 6]);
  assert.equal(anchorOf({ ...plain, stride: 3 }, 4), 10);
});

test("where every step is spread, a step of the output is reached by those whose window it lies in", () => {
  const window = { size: 3, stride: 2, dilation: 1, offset: 0 };
  // Step 0 is outside of the sequence, as what a window sees may be.
  assert.deepEqual(reachedFrom(window, 1).sort(), [0, 1]);
  assert.deepEqual(reachedFrom(window, 3).sort(), [1, 2]);
  for (const { offset, dilation } of [{ offset: 1, dilation: 1 }, { offset: 0, dilation: 2 }]) {
    const other = { ...window, offset, dilation };
    for (let step = 1; step < 9; step++) {
      const all = [...Array(9).keys()].filter((each) => seenFrom(other, each).includes(step));
      assert.deepEqual(reachedFrom(other, step).filter((each) => each >= 0 && each < 9).sort(), all);
    }
  }
});

test("a layer that reads backwards returns the state of the last timestep first", () => {
  const row = { layer: { backwards: true }, flow: "along", steps: 20 };
  assert.deepEqual([1, 2, 20].map((step) => returnedStep(row, step)), [20, 19, 1]);
  assert.equal(returnedStep({ ...row, flow: "last" }, 4), 4);
  assert.equal(returnedStep({ ...row, layer: { backwards: false } }, 4), 4);
  assert.equal(returnedStep({ ...row, layer: null }, 4), 4);
});

test("where it is not known which timesteps reach which, no wire is drawn between them", () => {
  const wires = (flow) => {
    const description = chain();
    description.unrolled.rows[1].flow = flow;
    const rows = unrolledRows(description);
    const grid = unrolledGrid([1, 2, 3], 176, 700, false);
    unrolledPlace(rows, rows.map(() => 60), grid, "timesteps");
    const drawn = [];
    const pen = (tag, key) => {
      drawn.push(`${tag} ${key}`);
      return { firstElementChild: {} };
    };
    const outs = new Map(rows.map((row) => [row.name, { y: row.top, x: 100, timed: row.timed }]));
    for (const row of rows) row.cells = grid.places.map(({ step, x }) => ({ step, x, gap: false }));
    unrolledWires({ pen, grid, outs }, rows[1], rows[0], 0);
    return drawn;
  };
  assert.equal(wires("each").filter((each) => each.startsWith("path")).length, 3);
  assert.deepEqual(wires("unknown").map((each) => each.split(" ")[0]), ["text"]);
});

// All that is drawn of a model, by its keys: the attributes of each element.
function drawn(description, [encoder, decoder]) {
  Object.assign(description.unrolled.rows[2], { flow: encoder });
  Object.assign(description.unrolled.rows[3], { flow: decoder });
  const rows = unrolledRows(description);
  const grid = unrolledGrid([1, 2, null, 9, 10], 176, 700, false);
  unrolledPlace(rows, rows.map(() => 60), grid, "timesteps");
  const found = new Map();
  const pen = (tag, key, attributes) => {
    found.set(key, attributes);
    return { firstElementChild: {} };
  };
  unrolledCells({ pen, rows, grid, axis: "timesteps", steps: 10, values: {} });
  return { found, rows: new Map(rows.map((row) => [row.name, row])), grid };
}
const pointsOf = ({ d }) => d.split("M")[1].split("L").map((point) => point.split(",").map(Number));

test("states leave from the side of the last cell that made them, and come to the first cell that starts from them", () => {
  const described = states();
  described.layers[0].merge_mode = "concat";
  const { found, rows, grid } = drawn(described, ["both last", "along"]);
  const [encoder, decoder] = [rows.get("encoder"), rows.get("decoder")];
  const [first, last] = [grid.places[0].x, grid.places.at(-1).x];
  const wires = [1, 2, 3, 4].map((output) => pointsOf(found.get(`encoder/${output}>decoder/${output}`)));
  // Two of the direction that ends at the last timestep, two of the one that ends at the first.
  wires.forEach((points, index) => {
    const [[x, y], [endX, endY]] = [points[0], points.at(-1)];
    const way = index < 2 ? 1 : -1;
    assert.ok(Math.abs(x - (way > 0 ? last : first)) < grid.cell && way * (x - (way > 0 ? last : first)) > 0, `${index}`);
    assert.ok(y > encoder.top && y < encoder.bottom && endY > decoder.top && endY < decoder.bottom, `${index}`);
    assert.ok(endX < first - grid.cell / 2 && endX > first - grid.cell / 2 - 4, `${index}`);
    for (const [one, two] of points.slice(1).map((point, each) => [points[each], point])) {
      assert.ok(Math.abs(one[0] - two[0]) < 0.2 || Math.abs(one[1] - two[1]) < 0.2, `${index} is no line of right angles`);
    }
  });
  assert.equal(new Set(wires.map((points) => points[1][0])).size, 4);
  // Nothing goes from its output, which the decoder does not read; it starts from the states, and the encoder from zero.
  const keys = [...found.keys()];
  assert.deepEqual(keys.filter((key) => key.startsWith("encoder>decoder")), []);
  assert.deepEqual(keys.filter((key) => key.endsWith(":ring")), ["encoder:on:ring", "encoder:back:ring"]);
  assert.ok(keys.some((key) => key.startsWith("target>decoder")));
});

test("a hidden state that another layer returns starts a layer as well, and of two tensors of one layer each has its wire", () => {
  const described = states();
  described.layers[1].origins = [{ name: "target", output: 0 }, { name: "encoder", output: 0 }];
  const { found, grid } = drawn(described, ["last", "along"]);
  const points = pointsOf(found.get("encoder/0>decoder/1"));
  assert.equal(points[0][0].toFixed(1), grid.places.at(-1).x.toFixed(1));
  assert.ok(points.at(-1)[0] < grid.places[0].x - grid.cell / 2);
  const row = unrolledRows(states())[3];
  assert.deepEqual(row.inputs.map(({ name, output }) => [name, output]), [
    ["target", 0],
    ["encoder", 1],
    ["encoder", 2],
    ["encoder", 3],
    ["encoder", 4],
  ]);
});
