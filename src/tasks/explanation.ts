// What the explanations of all tasks have in common.

import { FoveaError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import { requireSpatialLayer } from "../explain/layer-choice.ts";
import { type AttributionName, methods } from "../explain/methods/table.ts";
import type { Network } from "../nn/network.ts";
import type { ExplainOptions } from "./task.ts";

/** A name for each of `count` classes; its number where it has none. */
export function namesOf(count: number, names: readonly string[] = []): string[] {
  return Array.from({ length: count }, (_, label) => names[label] ?? String(label));
}

/** A class by its name, or its number from 0; undefined where none is asked for. @throws ConfigError where there is none. */
export function classNamed(text: string | undefined, names: readonly string[]): number | undefined {
  if (text === undefined) return undefined;
  const byName = names.indexOf(text);
  if (byName >= 0) return byName;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number < names.length) return number;
  return lookUp(Object.fromEntries(names.map((name, i) => [name, i])), text, "class");
}

/**
 * The options of each method that is asked for: the layer for those alone that look at one.
 *
 * @throws ConfigError where the layer does not exist or its result has no rows and columns.
 */
export function methodsWith(
  { methods: wanted, layer }: ExplainOptions,
  network: Network,
  usual: AttributionName,
): { readonly method: AttributionName; readonly layer?: string }[] {
  if (layer !== undefined) requireSpatialLayer(network, layer);
  return (wanted ?? [usual]).map((method) => ({
    method,
    ...(methods[method].looksAt === "layer" && layer !== undefined && { layer }),
  }));
}

/** What `make` gives; nothing where a model or its images do not allow it. */
export async function whatCanBe<T>(make: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof FoveaError) return [];
    throw error;
  }
}
