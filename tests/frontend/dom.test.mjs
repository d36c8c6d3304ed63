import assert from "node:assert/strict";
import { test } from "node:test";

import { pointWithin, zoomOf } from "../../assets/dom.js";

test("a pointer is found in an element's own pixels, however large the page is shown", () => {
  const at = { clientX: 350, clientY: 200 };
  const drawn = (currentCSSZoom) => ({ currentCSSZoom, getBoundingClientRect: () => ({ left: 100, top: 75 }) });
  assert.deepEqual(pointWithin(drawn(1), at), { x: 250, y: 125 });
  assert.deepEqual(pointWithin(drawn(1.25), at), { x: 200, y: 100 });
  // A browser that does not tell shows nothing larger.
  assert.deepEqual(pointWithin(drawn(undefined), at), { x: 250, y: 125 });
  assert.equal(zoomOf({}), 1);
});
