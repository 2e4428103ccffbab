// From which number on a file counts the uses of a network inside of another. Keras 2 and TensorFlow.js
// count the network's own making as use 0, Keras 3 only where it lists a model's results, and not that of
// a Sequential.

import type { TensorReference } from "../../nn/network-config.ts";

/** A network inside of another, as the file describes it. */
export interface NestedNetwork {
  readonly name: string;
  readonly className: string;
  readonly uses: number;
  /** Whether its uses are lists, as Keras 2 has them. */
  readonly isOlder: boolean;
}

/** The number of the first use, in what layers are applied to and among the model's results. */
interface FirstUse {
  readonly applied: number;
  readonly results: number;
}

const allCounted: FirstUse = { applied: 1, results: 1 };
const resultsCounted: FirstUse = { applied: 0, results: 1 };
const noneCounted: FirstUse = { applied: 0, results: 0 };

/**
 * The first numbers by the names of networks: of the ways to count, the first by which every use is there
 * that the file has, for each is a part of the model.
 */
export function firstUsesOf(
  networks: readonly NestedNetwork[],
  applied: readonly TensorReference[],
  results: readonly TensorReference[],
): ReadonlyMap<string, FirstUse> {
  const appliedUses = usesByName(applied);
  const resultUses = usesByName(results);
  return new Map(
    networks.map((network): [string, FirstUse] => {
      const own = {
        applied: appliedUses.get(network.name) ?? new Set<number>(),
        results: resultUses.get(network.name) ?? new Set<number>(),
      };
      const fits = (first: FirstUse) => countsAll(network.uses, own, first);
      return [network.name, waysOf(network).find(fits) ?? noneCounted];
    }),
  );
}

function waysOf({ isOlder, className }: NestedNetwork): readonly FirstUse[] {
  if (isOlder) return [allCounted, resultsCounted, noneCounted];
  const isSequential = className === "Sequential";
  return isSequential
    ? [noneCounted, resultsCounted, allCounted]
    : [resultsCounted, noneCounted, allCounted];
}

function countsAll(
  uses: number,
  own: { readonly applied: ReadonlySet<number>; readonly results: ReadonlySet<number> },
  first: FirstUse,
): boolean {
  const seen = new Set([
    ...[...own.applied].map((use) => use - first.applied),
    ...[...own.results].map((use) => use - first.results),
  ]);
  return seen.size === uses && [...seen].every((use) => use >= 0 && use < uses);
}

function usesByName(references: readonly TensorReference[]): Map<string, Set<number>> {
  const uses = new Map<string, Set<number>>();
  for (const [name, use] of references) {
    const own = uses.get(name) ?? new Set<number>();
    uses.set(name, own.add(use));
  }
  return uses;
}
