import assert from "node:assert/strict";
import { test } from "node:test";

import { graph } from "../../assets/chain/graph.js";
import { captionRoom, NARROW, place, plan, shapeMiddle, shapeSpan } from "../../assets/chain/layout.js";
import { drawnOf, labelsAbove, labelsBelow, measure } from "../../assets/chain/measure.js";
import { elbow, isSkip, wirePaths } from "../../assets/chain/paths.js";
import { measureWith } from "../../assets/chain/text.js";
import { HIDDEN, tensorOf } from "../../assets/chain/words.js";
import { branches, chain, layer, MODELS, model, source, states } from "./models.mjs";

measureWith((text, size) => 0.6 * size * text.length);
const WIDTHS = [360, 559, 560, 700, 900, 1280, 1900];
// Words of two lines below a tensor, and a box with three.
const heights = ({ tensors }) => ({ shapes: tensors.map(() => 17), wide: tensors.map(() => 90), box: 74, all: 112, caption: 34 });

function everywhere(check) {
  for (const [name, description] of Object.entries(MODELS)) {
    for (const width of WIDTHS) {
      const graphed = graph(description);
      for (const low of [false, true]) {
        const planned = plan(graphed, width, low);
        const what = `${name} at ${width}${low ? ", low" : ""}`;
        check({ graphed, planned, placed: place(graphed, planned, heights), what, width });
      }
    }
  }
}

const boxesOf = ({ graphed, planned, placed }) =>
  graphed.items
    .filter((item) => item.layer)
    .map((item) => ({ ...placed.spots.get(item.name).box, name: item.name, width: planned.boxWidth, height: heights(item).box }));
const gridsOf = ({ graphed, planned, placed }) =>
  graphed.items.flatMap((item) =>
    planned.sizes.get(item.name).map((size, index) => {
      const { x, y } = placed.spots.get(item.name).tensors[index];
      return { name: item.name, x: x + size.left, y: y + size.top, width: size.width, height: size.height };
    }),
  );
const meet = (one, two) =>
  one.x < two.x + two.width && two.x < one.x + one.width && one.y < two.y + two.height && two.y < one.y + one.height;

test("a phone gets a list, a wide window a row, and many layers two storeys", () => {
  assert.equal(plan(graph(chain()), NARROW - 1).kind, "list");
  assert.equal(plan(graph(chain()), 1280).kind, "row");
  assert.equal(plan(graph(MODELS.twelve), 1280).kind, "storeys");
  assert.equal(plan(graph(branches()), 900).kind, "row");
});

test("no box and no grid ever covers another", () => {
  everywhere((all) => {
    const parts = [...boxesOf(all), ...gridsOf(all)];
    parts.forEach((one, index) => {
      for (const two of parts.slice(index + 1)) assert.ok(!meet(one, two), `${all.what}: ${one.name} and ${two.name}`);
    });
  });
});

test("everything stands within the picture, and that is as wide as the window wherever it can be", () => {
  everywhere((all) => {
    for (const { name, x, y, width, height } of [...boxesOf(all), ...gridsOf(all)]) {
      assert.ok(x >= 0 && y >= 0, `${all.what}: ${name}`);
      assert.ok(x + width <= all.placed.width + 0.01 && y + height <= all.placed.height + 0.01, `${all.what}: ${name}`);
    }
    if (all.planned.kind === "list") assert.equal(all.placed.width, all.width);
    // An arrow with its head needs this much before a box.
    if (all.planned.kind === "row") assert.ok(all.planned.gap >= 16, all.what);
  });
});

test("data goes from left to right, in a list from top to bottom", () => {
  everywhere((all) => {
    const boxes = new Map(boxesOf(all).map((box) => [box.name, box]));
    for (const { from, to } of all.graphed.wires.filter((wire) => wire.from.layer)) {
      const side = all.planned.kind === "list" ? "y" : "x";
      assert.ok(boxes.get(from.name)[side] < boxes.get(to.name)[side], `${all.what}: ${from.name} before ${to.name}`);
    }
  });
});

test("every wire is drawn, and those that would run through a box go round it", () => {
  everywhere((all) => {
    const paths = wirePaths(all.graphed, all.planned, all.placed, heights);
    for (const [key, { d }] of paths) assert.match(d, /^M[-\d.]+,[-\d.]+[HV][-\d.HV,]*$/, `${all.what}: ${key}`);
    if (all.planned.kind === "list") return;
    for (const { from, to, output } of all.graphed.wires) {
      assert.ok(paths.has(`${from.name}>${to.name}${output ? `:${output}` : ""}`), all.what);
    }
  });
  const graphed = graph(branches());
  const round = graphed.wires.filter((wire) => isSkip(wire, graphed)).map(({ from, to }) => `${from.name}>${to.name}`);
  assert.deepEqual(round, ["first>sum"]);
  const planned = plan(graphed, 1280);
  const path = wirePaths(graphed, planned, place(graphed, planned, heights), heights).get("first>sum").d;
  const top = Math.min(...boxesOf({ graphed, planned, placed: place(graphed, planned, heights) }).map(({ y }) => y));
  assert.ok(Number(path.match(/V([\d.]+)H/)[1]) < top);
});

test("a shape stays between what stands before its tensor and what stands after it", () => {
  everywhere(({ graphed, planned, what }) => {
    for (const item of graphed.items) {
      const span = shapeSpan(graphed, planned, item, 0);
      assert.ok(span.from < span.to, `${what}: ${item.name}`);
      const width = span.to - span.from;
      assert.ok(Math.abs(shapeMiddle(span, width) - (span.from + span.to) / 2) < 0.01);
    }
  });
  assert.equal(shapeMiddle({ middle: 50, from: 0, to: 200 }, 40), 50);
  assert.equal(shapeMiddle({ middle: 5, from: 0, to: 200 }, 40), 20);
  assert.equal(shapeMiddle({ middle: 199, from: 0, to: 200 }, 40), 180);
});

test("a caption reaches beyond its box only as far as there is room", () => {
  everywhere(({ graphed, planned }) => {
    for (const item of graphed.items.filter((each) => each.layer)) {
      const room = captionRoom(graphed, planned, item);
      assert.ok(room >= -10 && room <= 70);
      if (planned.kind !== "row") assert.equal(room, 0);
    }
  });
});

test("every timestep is as wide and every unit as high in all tensors of a chain, and what is not drawn is said", () => {
  const cells = (timesteps, units) => {
    const graphed = graph(chain(timesteps, units));
    const { sizes } = plan(graphed, 1100);
    return graphed.items.map(({ name, tensors }) => {
      const [{ width, height }, { rows, perBlock }] = [sizes.get(name)[0], drawnOf(tensors[0])];
      return [width / perBlock, rows > 2 ? height / rows : null];
    });
  };
  for (const [timesteps, units] of [[20, 32], [32, 32], [200, 256], [7, 12]]) {
    const [one, ...others] = cells(timesteps, units);
    for (const [wide, high] of others) {
      assert.ok(Math.abs(wide - one[0]) < 0.01, `${timesteps} ${units}`);
      if (high && one[1]) assert.ok(Math.abs(high - one[1]) < 0.01, `${timesteps} ${units}`);
    }
  }
  const width = (timesteps) => plan(graph(chain(timesteps)), 1100).sizes.get("memory")[0].width;
  assert.ok(width(10) < width(20) && width(20) < width(32));
  const long = tensorOf([null, 200, 256], ["batch", "timesteps", "units"], undefined);
  assert.deepEqual(labelsBelow(long, 300).all, ["timesteps, 32 of 200 drawn"]);
  assert.deepEqual(labelsBelow(long, 60).all, ["timesteps,", "32 of 200 drawn"]);
  assert.deepEqual(labelsAbove(long, 60), ["units,", "32 of 256 drawn"]);
  assert.deepEqual(labelsAbove(tensorOf([null, 20, 32], ["batch", "timesteps", "units"], undefined), 60), ["units 32"]);
});

test("no two wires of different tensors lie on each other before a box", () => {
  everywhere((all) => {
    if (all.planned.kind === "list") return;
    const upright = new Map();
    for (const [key, { d }] of wirePaths(all.graphed, all.planned, all.placed, heights)) {
      const from = key.split(">")[0];
      if (!key.includes(">")) continue;
      for (const [, x] of d.matchAll(/H([\d.]+)V/g)) {
        assert.ok(!upright.has(x) || upright.get(x) === from, `${all.what}: ${key} and ${upright.get(x)} at ${x}`);
        upright.set(x, from);
      }
    }
  });
});

test("states that a layer returns take a line each, with what they are called over their wire, and fit the height of a chain", () => {
  for (const units of [6, 32, 256]) {
    const graphed = graph(states(units));
    const planned = plan(graphed, 1232, false, 0.3, true);
    const placed = place(graphed, planned, heights);
    const encoder = graphed.items.find(({ name }) => name === "encoder");
    const [sizes, { tensors }] = [planned.sizes.get("encoder"), placed.spots.get("encoder")];
    assert.deepEqual(sizes.map(({ labels }) => labels), Array(5).fill("beside"));
    if (units === 6) assert.ok(placed.height <= 240, `${placed.height}`);
    tensors.forEach(({ x, grid, shape }, index) => {
      const { from, to } = shapeSpan(graphed, planned, encoder, index);
      const words = 0.6 * 13 * `${encoder.names[index]} (B, ${units})`.length;
      assert.ok(to - from >= words && from > x + sizes[index].left + sizes[index].width, `${units}: ${index}`);
      // Over its own wire, and below that of the one above.
      assert.ok(shape + 17 < grid && (!index || shape > tensors[index - 1].grid), `${units}: ${index}`);
      assert.ok(to < planned.boxX[2] - 13);
    });
    const ends = [...wirePaths(graphed, planned, placed, heights)].filter(([key]) => key.includes(">decoder"));
    const { y } = placed.spots.get("decoder").box;
    const entries = ends.map(([, { d }]) => Number(d.match(/(?:V|M[-\d.]+,)([-\d.]+)H[-\d.]+$/)[1]));
    assert.equal(new Set(entries).size, 5);
    assert.ok(entries.every((each) => each > y && each < y + 74));
  }
});

test("where there is little height, batch is named only where that takes no line, and in the last row a shape may pass the wires", () => {
  const tall = [null, 20, 64];
  const described = model(
    [source("first", [null, 20, 5]), source("second", [null, 20, 5])],
    [
      layer("one", ["first"], [null, 20, 5], tall),
      layer("two", ["second"], [null, 20, 5], tall),
      layer("joined", ["one", "two"], tall, [null, 20, 128], { type: "Concatenate", input: [tall, tall] }),
    ],
  );
  const graphed = graph(described);
  const [whole, low] = [plan(graphed, 976, false, 1, true), plan(graphed, 976, false, 0.5, true)];
  const labels = ({ sizes }) => graphed.items.map(({ name }) => sizes.get(name)[0].labels);
  assert.deepEqual(labels(whole), Array(5).fill("all"));
  assert.deepEqual(labels(low), ["all", "few", "all", "few", "few"]);
  assert.equal(whole.sizes.get("one")[0].top - low.sizes.get("one")[0].top, 14);
  const ends = ["one", "two"].map((name) => shapeSpan(graphed, low, graphed.items.find((item) => item.name === name), 0).to);
  assert.ok(ends[0] < low.boxX[2] - low.gap / 2 && ends[1] === low.boxX[2]);
});

test("a chain of many layers breaks its titles rather than being wider than the window", () => {
  const described = model(
    [source("sequence", [null, 20, 5])],
    Array.from({ length: 5 }, (_, index) =>
      layer(`layer_${index}`, [index ? `layer_${index - 1}` : "sequence"], [null, 20, 32], [null, 20, 32], { as_code: "TimeDistributedAttention(2, 16)" }),
    ),
  );
  const planned = plan(graph(described), 1230);
  assert.equal(planned.kind, "storeys");
  assert.ok(planned.width <= 1230, `${planned.width}`);
});

test("a longer axis is drawn longer, and labels have room", () => {
  const limit = { columns: 1, rows: 1 };
  const sized = (steps, width) => measure(tensorOf([null, steps, width], ["batch", "timesteps", "units"], undefined), limit);
  assert.ok(sized(40, 5).width > sized(20, 5).width);
  assert.ok(sized(20, 64).height > sized(20, 5).height);
  assert.ok(sized(1, 1).width >= 10 && sized(1, 1).height >= 10);
  // The label of the columns is wider than a grid of one column, and stands in its middle: it has room on both sides.
  const narrow = tensorOf([null, 1, 32], ["batch", "timesteps", "units"], undefined);
  const { left, right, width } = measure(narrow, { columns: 0.3, rows: 1 });
  const half = (0.6 * 12 * "timesteps 1".length) / 2;
  assert.ok(left + width / 2 >= half && right + width / 2 >= half);
  assert.ok(measure(HIDDEN, limit).width > 0);
});

test("a wire between two heights has one corner in the middle, and none where they are the same", () => {
  assert.equal(elbow(0, 10, 40, 10.5, 20), "M0,10.5H40");
  assert.equal(elbow(0, 10, 40, 30, 20), "M0,10H20V30H40");
});

test("a low chain is at least a fifth lower", () => {
  const high = (low) => {
    const graphed = graph(chain());
    return place(graphed, plan(graphed, 976, low), heights).height;
  };
  assert.ok(high(true) <= 0.8 * high(false), `${high(true)} and ${high(false)}`);
});
