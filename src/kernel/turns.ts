// Inference takes the rows of a batch through a network some at a time, where what they need then stays in
// the cache that cores share. How many at a time differs along the network: early layers make much of each
// row and have few weights, late ones have so many that all rows should use them while they are there.

import { bytesPerElement } from "../core/dtype.ts";
import { sizeOf } from "../core/shape.ts";
import type { Slices } from "../core/slices.ts";
import type { Node } from "../graph/op.ts";
import { type Cluster, clusterSources, storageOf } from "../graph/passes/05-fuse.ts";
import type { ByRows } from "../graph/rows.ts";
import { fitsSharedCache, memoryCycles } from "./cost.ts";

/** Neighbouring clusters, from the first one up to but not including the last, that take all rows in `turns`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly turns: number;
}

/** What a cluster makes of rows: bytes of all of them. */
interface Touched {
  readonly isByRows: boolean;
  readonly read: number;
  readonly written: number;
}

const bytesOf = ({ shape, dtype }: Node) => sizeOf(shape) * bytesPerElement[dtype];
const sum = (nodes: Iterable<Node>) => [...nodes].reduce((bytes, node) => bytes + bytesOf(node), 0);

function touchedBy(cluster: Cluster, { nodes }: ByRows): Touched {
  const sources = [...clusterSources(cluster)].filter((node) => nodes.has(node)).map(storageOf);
  const isGiven = sources.some(({ op }) => op.name === "input");
  return {
    isByRows: !isGiven && cluster.stores.every(({ node }) => nodes.has(node)),
    read: sum(new Set(sources)),
    written: sum(new Set(cluster.stores.map(({ node }) => storageOf(node)))),
  };
}

/** Whether a cache holds all that a cluster touches. */
const fits = ({ read, written }: Touched) => fitsSharedCache(read + written);

/** Cycles that one core needs for a cluster in so many turns, while the rows' values are at hand. */
type CyclesOf = (cluster: Cluster, turns: number) => number;

/**
 * In slices, the stretches that cost least. What is made row by row takes any number of turns, or `only` one;
 * all else takes one.
 */
export function* stretchesOf(
  clusters: readonly Cluster[],
  byRows: ByRows,
  cyclesOf: CyclesOf,
  only?: number,
): Slices<Stretch[]> {
  const touched = clusters.map((cluster) => touchedBy(cluster, byRows));
  if (only === undefined && touched.every(fits))
    return [{ from: 0, to: clusters.length, turns: 1 }];
  const counts = only === undefined ? turnsOf(byRows.rows) : [only];
  const cycles: Map<number, number>[] = [];
  for (const [at, cluster] of clusters.entries()) {
    yield;
    const possible = touched[at].isByRows ? counts : [1];
    cycles.push(new Map(possible.map((turns) => [turns, cyclesOf(cluster, turns)])));
  }
  const best: { cycles: number; stretches: readonly Stretch[] }[] = [{ cycles: 0, stretches: [] }];
  for (let to = 1; to <= clusters.length; to++) best.push({ cycles: Infinity, stretches: [] });
  for (let from = 0; from < clusters.length; from++) {
    yield;
    for (const turns of new Set([1, ...counts])) {
      const load = new Load(touched, from, turns);
      let own = best[from].cycles;
      for (let to = from + 1; to <= clusters.length; to++) {
        const more = cycles[to - 1].get(turns);
        if (more === undefined) break;
        own += more;
        const all = own + memoryCycles(load.through(to));
        if (all >= best[to].cycles) continue;
        best[to] = { cycles: all, stretches: [...best[from].stretches, { from, to, turns }] };
      }
    }
  }
  return [...best[clusters.length].stretches];
}

/** What a stretch brings from beyond the cache that cores share. */
class Load {
  readonly #clusters: readonly Touched[];
  readonly #from: number;
  readonly #turns: number;
  #bytes = 0;

  constructor(clusters: readonly Touched[], from: number, turns: number) {
    this.#clusters = clusters;
    this.#from = from;
    this.#turns = turns;
  }

  /** Bytes up to but not including the cluster `to`: asked for one after the other. */
  through(to: number): number {
    const at = to - 1;
    const { read, written } = this.#clusters[at];
    if (this.#isLost(at, at === this.#from ? 1 : this.#turns)) this.#bytes += read;
    // What is written comes into a cache before, and leaves it later.
    const bytes = this.#bytes + (this.#isLost(to, 1) ? 2 * written : 0);
    if (this.#isLost(to, this.#turns)) this.#bytes += 2 * written;
    return bytes;
  }

  /** Whether what lies between the cluster `at` and the one before it leaves the cache meanwhile. */
  #isLost(at: number, turns: number): boolean {
    const around = [this.#clusters[at - 1], this.#clusters[at]];
    const most = Math.max(...around.map((c) => (c === undefined ? 0 : c.read + c.written)));
    return !fitsSharedCache(most / turns);
  }
}

/** Numbers of turns that divide `rows`, each at least twice the one before: few, as each is estimated. */
function turnsOf(rows: number): number[] {
  const counts: number[] = [];
  for (let turns = 1; turns <= rows; turns++) {
    if (rows % turns === 0 && turns >= 2 * (counts.at(-1) ?? 0)) counts.push(turns);
  }
  return counts;
}
