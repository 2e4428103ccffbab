// What a network counts, to hold beside what was published.

import { sizeOf } from "../core/shape.ts";
import type { Network } from "../nn/network.ts";
import type { Architecture, OwnValues, PublishedFigures } from "./architecture.ts";

/** The figures of a network. */
export interface Counts {
  /** All numbers in the weights. */
  readonly parameters: number;
  /** Those that training changes. */
  readonly trainableParameters: number;
  /** Multiply-adds of convolutions and dense layers for one image, in billions. */
  readonly gmacs: number;
}

/** Counts `network`. */
export function countsOf(network: Network): Counts {
  const { weights, steps } = network;
  const total = (some: typeof weights) => some.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const products = steps.filter(({ layer }) => !layer.kind.endsWith("Normalization"));
  return {
    parameters: total(weights),
    trainableParameters: total(weights.filter(({ trainable }) => trainable)),
    gmacs: products.reduce((sum, { plan }) => sum + plan.macs, 0) / 1e9,
  };
}

/** A published number beside the one that was counted. */
export interface Comparison {
  readonly source: string;
  readonly options: PublishedFigures["options"];
  /** What is counted, such as `parameters`. */
  readonly figure: "parameters" | "trainableParameters" | "parametersWithoutTop" | "gmacs";
  readonly published: number;
  readonly counted: number;
  /** Whether both are the same, in as many digits as were published. */
  readonly agrees: boolean;
}

/** Every published number of `architecture` that can be counted, beside what its networks count. */
export function compareFigures<O extends OwnValues>(architecture: Architecture<O>): Comparison[] {
  return architecture.figures.flatMap((figures) => {
    const { source, options, counters = 0, parameters, parametersWithoutTop, gmacs } = figures;
    const build = (more: object) =>
      countsOf(
        architecture.build({ ...options, ...more } as Parameters<typeof architecture.build>[0]),
      );
    const whole = build({});
    const compare = (
      figure: Comparison["figure"],
      published: number | undefined,
      counted: () => number,
    ): Comparison[] => {
      if (published === undefined) return [];
      const number = counted();
      const agrees = figure === "gmacs" ? agreesTo(published, number) : published === number;
      return [{ source, options, figure, published, counted: number, agrees }];
    };
    return [
      ...compare("parameters", parameters, () => whole.parameters + counters),
      ...compare(
        "trainableParameters",
        figures.trainableParameters,
        () => whole.trainableParameters,
      ),
      ...compare(
        "parametersWithoutTop",
        parametersWithoutTop,
        () => build({ includeTop: false }).parameters + counters,
      ),
      ...compare("gmacs", gmacs, () => whole.gmacs),
    ];
  });
}

/**
 * Whether `counted`, rounded to the digits of `published`, is the same; sources round up, down, or
 * cut off.
 */
function agreesTo(published: number, counted: number): boolean {
  const digits = String(published).split(".")[1]?.length ?? 0;
  return Math.abs(counted - published) < 10 ** -digits;
}
