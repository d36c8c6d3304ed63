// The table "Who can?": architectures and tasks, and how low the loss got.

import { setTheme } from "./axes.js";
import { drawTable, newTable } from "./who/table.js";

/** @import { Component } from "./component.d.ts" */
/** @import { Table, WhoData } from "./who/types.d.ts" */

/** @type {WeakMap<HTMLElement, Table>} */
const tables = new WeakMap();

/** @type {(component: Component<WhoData>) => () => void} */
export default function ({ data, parentElement, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) tables.set(parentElement, (table = newTable(parentElement)));
  table.choose = (chosen) => setTriggerValue("chosen", chosen);
  setTheme(table.root);
  drawTable(table, data);
  return () => {
    tables.get(parentElement)?.root.remove();
    tables.delete(parentElement);
  };
}
