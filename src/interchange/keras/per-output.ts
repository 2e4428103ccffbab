// What Keras's files say once for all outputs, in a list, or in a record by their names: for each output.

import { refuse } from "../refuse.ts";

/** Names and objects with a class; lists and records hold them. */
function isLeaf(value: unknown): boolean {
  return typeof value !== "object" || value === null || "class_name" in value;
}

/** A value for each output; undefined where there is none. @throws FormatError where they do not fit. */
export function oneForEach(
  value: unknown,
  outputNames: readonly string[],
  option: string,
): readonly unknown[] {
  const present = (one: unknown) => one ?? undefined;
  if (isLeaf(value)) return outputNames.map(() => present(value));
  if (Array.isArray(value)) {
    requireCount(value.length, outputNames, option);
    return value.map(present);
  }
  const record = value as Readonly<Record<string, unknown>>;
  requireKnown(Object.keys(record), outputNames, option);
  return outputNames.map((name) =>
    Object.hasOwn(record, name) ? present(record[name]) : undefined,
  );
}

/** The metrics of each output. @throws FormatError where they do not fit. */
export function metricsOfEach(
  value: unknown,
  outputNames: readonly string[],
  option: string,
): readonly (readonly unknown[])[] {
  const listed = (one: unknown) => [one].flat().filter((metric) => (metric ?? null) !== null);
  if (outputNames.length === 1 && (isLeaf(value) || Array.isArray(value))) {
    return [[value].flat(2).filter((metric) => (metric ?? null) !== null)];
  }
  const isNone = (value ?? null) === null || (Array.isArray(value) && value.length === 0);
  if (isNone) return outputNames.map(() => []);
  return oneForEach(value, outputNames, option).map(listed);
}

function requireCount(count: number, outputNames: readonly string[], option: string): void {
  if (count === outputNames.length) return;
  refuse({
    what: `The option ${option} does not fit the model's outputs.`,
    expected: `one for each of ${outputNames.join(", ")}, or a record by their names`,
    received: `a list of ${count}`,
  });
}

function requireKnown(given: readonly string[], outputNames: readonly string[], option: string) {
  const unknown = given.find((name) => !outputNames.includes(name));
  if (unknown === undefined) return;
  refuse({
    what: `The option ${option} names an output that does not exist.`,
    expected: outputNames.join(", "),
    received: unknown,
  });
}
