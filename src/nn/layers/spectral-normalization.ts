// Another layer whose kernel is kept at a spectral norm of 1, as a layer.

import { ConfigError } from "../../core/errors.ts";
import { requireWhole } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions, Layer, WeightSpec } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import type { UnitConfig } from "../network-config.ts";
import { innerLayer } from "./inner-layer.ts";

export interface SpectralNormalizationOptions extends CommonOptions {
  /** The layer whose kernel is normalized: dense, or a convolution with a `kernel`. */
  readonly layer: Layer | UnitConfig;
  /** Power iterations at each training step. Default: 1. */
  readonly powerIterations?: number;
}

/** What keeps Keras from dividing by 0. */
const epsilon = 1e-7;

/**
 * Spectral normalization of another layer: `[N, …] → [N, …]`, that of the layer. Each training step first
 * replaces the layer's `kernel` by `kernel / σ`, and then trains on from there. σ is its largest singular
 * value as a matrix `[M, K]`, where K is the kernel's last dimension, estimated by power iterations:
 * `v = normalize(u · kernelᵀ)`, `u = normalize(v · kernel)`, `σ = v · kernel · uᵀ`. No gradient flows
 * through σ. Evaluation and prediction take the kernel as it is. A layer that is frozen
 * is normalized as well.
 *
 * Weights: those of the layer, and `vector_u [1, K]`, which is not trained. Source: Miyato et al., "Spectral
 * normalization for generative adversarial networks", ICLR 2018. Options and defaults as in Keras.
 *
 * @throws ConfigError if there is no layer or it has no kernel, ShapeError if the input does not fit it.
 * @example
 * layers.spectralNormalization({ layer: layers.conv2d({ filters: 64, kernelSize: 3 }) })
 */
export function spectralNormalization(
  options: SpectralNormalizationOptions,
): LayerInstance<SpectralNormalizationOptions> {
  return makeLayer(spectralNormalization.facts, options, (given) => {
    const { powerIterations = 1 } = given;
    const { layer, config } = innerLayer(given.layer);
    requireWhole("powerIterations", powerIterations);
    return {
      options: { ...given, layer: config, powerIterations },
      plan(inputs) {
        const inner = layer.plan(inputs);
        const kernel = kernelOf(inner.weights, layer.kind);
        const others = inner.weights.filter((weight) => weight !== kernel);
        return {
          ...inner,
          weights: [kernel, vectorFor(kernel), ...others],
          call(values, context) {
            if (!context.training) return inner.call(values, context);
            const { build, weights, update, replace } = context;
            const normalized = normalize(build, weights.kernel, weights.vector_u, powerIterations);
            update("vector_u", normalized.vector);
            const next = replace("kernel", normalized.kernel);
            return inner.call(values, { ...context, weights: { ...weights, kernel: next } });
          },
        };
      },
    };
  });
}
spectralNormalization.facts = layerFacts<SpectralNormalizationOptions>({
  name: "spectralNormalization",
  options: { layer: "layer", powerIterations: "power_iterations" },
  keras: { className: "SpectralNormalization" },
  example: "{ layer: layers.dense({ units: 8 }) }",
});

/** @throws ConfigError where there is none. */
function kernelOf(weights: readonly WeightSpec[], kind: string): WeightSpec {
  const kernel = weights.find(({ name }) => name === "kernel");
  if (kernel !== undefined) return kernel;
  const names = weights.map(({ name }) => name);
  throw new ConfigError({
    what: `spectralNormalization has no kernel to normalize: the layer inside is ${kind}.`,
    expected: "a layer with a kernel, such as layers.dense or layers.conv2d",
    received: names.length === 0 ? "a layer without weights" : `weights ${names.join(", ")}`,
  });
}

const vectorFor = ({ shape }: WeightSpec): WeightSpec => ({
  name: "vector_u",
  shape: [1, shape[shape.length - 1]],
  initializer: { name: "truncatedNormal", options: { stddev: 0.02 } },
  trainable: false,
});

/** The vector u after so many power iterations, and kernel / σ. A kernel of zeros changes neither. */
function normalize(build: Builder, kernel: Node, vector: Node, iterations: number) {
  const columns = vector.shape[1];
  const matrix = build.reshape(kernel, [sizeOf(kernel.shape) / columns, columns]);
  const sum = (x: Node, axis: number) => build.sum(x, { axes: [axis], keepDimensions: true });
  let u = vector;
  let product = vector;
  for (let i = 0; i < iterations; i++) {
    const v = unit(build, sum(build.multiply(matrix, u), 1));
    product = sum(build.multiply(matrix, v), 0);
    u = unit(build, product);
  }
  const sigma = build.sum(build.multiply(product, u));
  const zero = build.equal(build.reduceMaximum(build.absolute(kernel)), build.constant(0));
  return {
    vector: build.select(zero, vector, u),
    kernel: build.select(zero, kernel, build.divide(kernel, sigma)),
  };
}

/** x / |x|. */
function unit(build: Builder, x: Node): Node {
  const length = build.squareRoot(build.sum(build.multiply(x, x)));
  const inverse = build.divide(build.constant(1), length);
  return build.multiply(x, build.minimum(inverse, build.constant(1 / epsilon)));
}
