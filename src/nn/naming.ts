// The names of a network's parts, as Keras gives them.

import { ConfigError } from "../core/errors.ts";
import type { Unit } from "./symbolic.ts";

/** Keras's name for a class: `MaxPooling2D` becomes `max_pooling2d`. */
export function baseName(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** @throws ConfigError unless `name` can be part of a weight's name. */
export function requireName(name: unknown): void {
  if (typeof name === "string" && name !== "" && !name.includes("/")) return;
  throw new ConfigError({
    what: "The name of a layer cannot be used.",
    expected: 'text without "/"',
    received: JSON.stringify(name),
  });
}

/** `base`, or the first of `base_1`, `base_2`, … that is not taken. */
export function freeName(base: string, taken: { has(name: string): boolean }): string {
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
  return name;
}

/**
 * A name for each unit: the one that it was given, else the one that another network chose for it,
 * else Keras's next: `conv2d`, `conv2d_1`, … in the order in which the units were made. Names count
 * anew in every network, so they do not depend on what else a program has made.
 *
 * @throws ConfigError where a name cannot be used, or two units were given the same.
 */
export function nameUnits(units: readonly Unit[]): Map<Unit, string> {
  const names = new Map<Unit, string>();
  const taken = new Set<string>();
  const give = (unit: Unit, name: string) => {
    taken.add(name);
    names.set(unit, name);
  };
  for (const unit of units) {
    if (unit.givenName === undefined) continue;
    requireName(unit.givenName);
    if (taken.has(unit.givenName)) {
      throw new ConfigError({
        what: "Two layers have one name.",
        expected: "a name of its own for each layer",
        received: `"${unit.givenName}" twice`,
        fix: "give one of them another name",
      });
    }
    give(unit, unit.givenName);
  }
  const unnamed = units.filter((unit) => unit.givenName === undefined);
  unnamed.sort((a, b) => a.serial - b.serial);
  for (const unit of unnamed) {
    const { chosenName } = unit;
    if (chosenName !== undefined && !taken.has(chosenName)) give(unit, chosenName);
  }
  for (const unit of unnamed) {
    if (!names.has(unit)) give(unit, freeName(baseName(unit.className), taken));
    unit.chosenName ??= names.get(unit);
  }
  return names;
}
