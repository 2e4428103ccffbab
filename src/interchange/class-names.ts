// Names of classes, which Keras's files have no place for: they lie where their readers look past them.

/** Names of classes in plain data; undefined where it holds something else. */
export function classNamesIn(value: unknown): readonly string[] | undefined {
  const areNames = Array.isArray(value) && value.every((name) => typeof name === "string");
  return areNames ? value : undefined;
}
