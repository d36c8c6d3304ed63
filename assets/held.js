// A value that must be there: where it is not, the error names what is missing.

/** @type {<Key, Value>(map: Map<Key, Value>, key: Key) => Value} */
export function held(map, key) {
  const value = map.get(key);
  if (value === undefined) throw new Error(`Nothing is held for ${key}.`);
  return value;
}

/** @type {<Value>(list: Value[]) => Value} */
export function lastOf(list) {
  if (!list.length) throw new Error("An empty list has no last value.");
  return list[list.length - 1];
}
