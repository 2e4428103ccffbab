// The scaling initializers by the names of their authors: each is varianceScaling with options of its own.

import { type Facts, optionsOf } from "../facts.ts";
import { type Initializer, initializerFacts } from "./initializer.ts";
import { type VarianceScalingOptions, varianceScaling } from "./variance-scaling.ts";

/** What each of them is. */
const scalings = {
  glorotNormal: { scale: 1, mode: "fanAverage" },
  glorotUniform: { scale: 1, mode: "fanAverage", distribution: "uniform" },
  heNormal: { scale: 2 },
  heUniform: { scale: 2, distribution: "uniform" },
  lecunNormal: { scale: 1 },
  lecunUniform: { scale: 1, distribution: "uniform" },
} as const satisfies Readonly<Record<string, VarianceScalingOptions>>;

/**
 * The initializer that `facts` name; it has no options of its own. @throws ConfigError where there
 * are any.
 */
function scaling(facts: Facts, options: object): Initializer {
  optionsOf(facts, options);
  const name = facts.name as keyof typeof scalings;
  return { ...varianceScaling(scalings[name]), name, options: {} };
}

/**
 * Glorot (Xavier) initialization, normal, cut off at two standard deviations, with mean 0 and
 * variance `2 / (fanIn + fanOut)`, for any shape. Source: Glorot and Bengio, AISTATS 2010; as
 * Keras's `GlorotNormal`.
 *
 * @throws ConfigError where there are options: it takes none.
 * @example layers.dense({ units: 10, kernelInitializer: "glorotNormal" })
 */
export function glorotNormal(options: object = {}): Initializer {
  return scaling(glorotNormal.facts, options);
}
glorotNormal.facts = initializerFacts({
  name: "glorotNormal",
  options: {},
  keras: { className: "GlorotNormal" },
});

/**
 * Glorot (Xavier) initialization, uniform, with mean 0 and variance `2 / (fanIn + fanOut)`, for any
 * shape. Source: Glorot and Bengio, AISTATS 2010; as Keras's `GlorotUniform`.
 *
 * @throws ConfigError where there are options: it takes none.
 * @example layers.dense({ units: 10, kernelInitializer: "glorotUniform" })
 */
export function glorotUniform(options: object = {}): Initializer {
  return scaling(glorotUniform.facts, options);
}
glorotUniform.facts = initializerFacts({
  name: "glorotUniform",
  options: {},
  keras: { className: "GlorotUniform" },
});

/**
 * He (Kaiming) initialization, normal, cut off at two standard deviations, with mean 0 and variance
 * `2 / fanIn`, for any shape. Source: He et al., ICCV 2015; as Keras's `HeNormal`.
 *
 * @throws ConfigError where there are options: it takes none.
 * @example layers.dense({ units: 10, kernelInitializer: "heNormal" })
 */
export function heNormal(options: object = {}): Initializer {
  return scaling(heNormal.facts, options);
}
heNormal.facts = initializerFacts({
  name: "heNormal",
  options: {},
  keras: { className: "HeNormal" },
});

/**
 * He (Kaiming) initialization, uniform, with mean 0 and variance
 * `2 / fanIn`, for any shape. Source: He et al., ICCV 2015; as Keras's `HeUniform`.
 *
 * @throws ConfigError where there are options: it takes none.
 * @example layers.dense({ units: 10, kernelInitializer: "heUniform" })
 */
export function heUniform(options: object = {}): Initializer {
  return scaling(heUniform.facts, options);
}
heUniform.facts = initializerFacts({
  name: "heUniform",
  options: {},
  keras: { className: "HeUniform" },
});

/**
 * LeCun initialization, normal, cut off at two standard deviations, with mean 0 and variance
 * `1 / fanIn`, for any shape. Source: LeCun et al., 1998; as Keras's `LecunNormal`.
 *
 * @throws ConfigError where there are options: it takes none.
 * @example layers.dense({ units: 10, kernelInitializer: "lecunNormal" })
 */
export function lecunNormal(options: object = {}): Initializer {
  return scaling(lecunNormal.facts, options);
}
lecunNormal.facts = initializerFacts({
  name: "lecunNormal",
  options: {},
  keras: { className: "LecunNormal", aliases: ["LeCunNormal"] },
});

/**
 * LeCun initialization, uniform, with mean 0 and variance
 * `1 / fanIn`, for any shape. Source: LeCun et al., 1998; as Keras's `LecunUniform`.
 *
 * @throws ConfigError where there are options: it takes none.
 * @example layers.dense({ units: 10, kernelInitializer: "lecunUniform" })
 */
export function lecunUniform(options: object = {}): Initializer {
  return scaling(lecunUniform.facts, options);
}
lecunUniform.facts = initializerFacts({
  name: "lecunUniform",
  options: {},
  keras: { className: "LecunUniform", aliases: ["LeCunUniform"] },
});
