// The bar of a room, which listens to it for the whole page.

import { newBar } from "./room/bar.js";

/** @import { Component } from "./component.d.ts" */
/** @import { RoomData } from "./room/types.d.ts" */

/** @type {WeakMap<HTMLElement, ReturnType<typeof newBar>>} */
const bars = new WeakMap();

/** @type {(component: Component<RoomData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  const press = (/** @type {object} */ value) => setTriggerValue("pressed", value);
  const bar = bars.get(parentElement);
  if (bar) bar.take(data, press);
  else bars.set(parentElement, newBar(parentElement, data, press));
  return () => {
    bars.get(parentElement)?.end();
    bars.delete(parentElement);
  };
}
