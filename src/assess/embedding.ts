// Rows of many numbers as points in the plane, so that like rows lie close together.

import { ConfigError, DataError } from "../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
  requireWord,
} from "../core/option.ts";
import { RandomStream } from "../core/random.ts";
import type { Tensor } from "../core/tensor.ts";
import { principalComponents, roughComponents } from "./principal-components.ts";

/** How rows become points. */
export interface EmbeddingOptions {
  /** `pca`: the two directions in which rows differ most. `umap`: neighbours stay neighbours. Default: `umap`. */
  readonly method?: "pca" | "umap";
  /** For `umap`: how many neighbours count; few show small groups, many the whole. Default: 15. */
  readonly neighbors?: number;
  /** For `umap`: how close points may come, 0 to 1. Default: 0.1. */
  readonly minimumDistance?: number;
  /** Other seeds give other pictures with `umap`. Default: 0. */
  readonly seed?: number;
}

const optionNames: OptionNames<EmbeddingOptions> = {
  method: true,
  neighbors: true,
  minimumDistance: true,
  seed: true,
};

/** Points in the plane. */
export interface Embedding {
  readonly method: "pca" | "umap";
  /** `[N, 2]` */
  readonly points: Tensor<Float64Array>;
  /** For `pca`: the share of all variance along each axis. */
  readonly shares?: readonly number[];
}

/** More numbers a row only make UMAP slow: their main directions say the same. */
const widestForUmap = 30;

/** How often UMAP moves all points: more make no other picture. */
const sweeps = 200;

/**
 * Rows `[N, D]` as points `[N, 2]`. UMAP is that of the package umap-js: McInnes, Healy and Melville, "UMAP: uniform manifold
 * approximation and projection for dimension reduction", 2018. It is meant for up to a few thousand rows.
 *
 * @throws ConfigError where an option cannot be used, DataError where there are fewer than four rows.
 * @example const { points } = await embedding(features, { method: "pca" });
 */
export async function embedding(rows: Tensor, options: EmbeddingOptions = {}): Promise<Embedding> {
  requireKnownOptions("embedding", options, optionNames);
  const { method = "umap", neighbors = 15, minimumDistance = 0.1, seed = 0 } = options;
  requireWord("method", method, ["pca", "umap"]);
  requireWhole("neighbors", neighbors, 2);
  requireNumber("minimumDistance", minimumDistance, { least: 0, most: 1 });
  requireWhole("seed", seed, 0);
  const [count] = rows.shape;
  if (!(count >= 4)) {
    throw new DataError({
      what: "embedding cannot place so few rows.",
      expected: "at least 4",
      received: String(count),
    });
  }
  const width = rows.data.length / count;
  if (method === "pca") {
    const { points, shares } = principalComponents(rows);
    return { method, points, shares };
  }
  const components = Math.min(count, width, widestForUmap);
  const { points: short } = roughComponents(rows, components);
  const { UMAP } = await import("umap-js").catch((cause: unknown) => {
    throw new ConfigError({
      what: "UMAP cannot be computed: the package umap-js is not there.",
      expected: "umap-js, which is installed with fovea",
      received: "none",
      fix: 'install it, npm install umap-js, or use the method "pca"',
      cause,
    });
  });
  const random = new RandomStream(seed);
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(neighbors, count - 1),
    minDist: minimumDistance,
    nEpochs: sweeps,
    random: () => random.word() / 2 ** 32,
  });
  const table = Array.from({ length: count }, (_, row) =>
    Array.from(short.data.subarray(row * components, (row + 1) * components)),
  );
  const placed = await umap.fitAsync(table);
  return { method, points: { data: Float64Array.from(placed.flat()), shape: [count, 2] } };
}
