// FullGrad: what the input and every bias add to a score.

import { ConfigError } from "../../core/errors.ts";
import { gradients } from "../../graph/autodiff.ts";
import type { Node } from "../../graph/op.ts";
import { type Step, weightName } from "../../nn/steps.ts";
import type { ModelParts } from "../../train/programs/model-program.ts";
import { meanOf, plane, resizePlane, toUnitRange } from "../map.ts";
import { imageInput, scored, type Values, weighed } from "../probe.ts";
import type { AttributionMethod } from "./method.ts";

/** |a|, summed over channels, brought to 0…1 channel by channel and to `size`. */
function strength({ data, shape }: Values, size: readonly [number, number]) {
  const [, height, width, count] = shape;
  const channel = (k: number) =>
    resizePlane(toUnitRange(plane([height, width], (i) => Math.abs(data[i * count + k]))), size);
  const all = Array.from({ length: count }, (_, k) => channel(k));
  const mean = meanOf(all);
  return { data: mean.data.map((one) => one * count), shape: mean.shape };
}

/** Whether a step adds a constant to a picture. */
function hasConstant({ layer, plan }: Step): boolean {
  const isPicture = plan.outputShape.length === 3;
  const hasBias = plan.weights.some(({ name }) => name === "bias");
  return isPicture && (hasBias || layer.kind === "batchNormalization");
}

/** What a convolution or normalization gives to its activation. */
function beforeActivation({ layer }: Step, result: Node): Node {
  const { activation } = layer.options as { readonly activation?: unknown };
  const isPlain = activation === undefined || activation === "linear" || activation === null;
  return isPlain || result.inputs.length !== 1 ? result : result.inputs[0];
}

/** What a step adds whatever its input is, `[K]`. */
function constantOf({ layer, path, plan }: Step, { build, weights }: ModelParts): Node {
  const weight = (name: string) => weights.get(weightName(path, name));
  const bias = weight("bias");
  if (bias !== undefined) return bias;
  const { epsilon } = layer.options as { readonly epsilon: number };
  const channels = plan.outputShape.slice(-1);
  const mean = weight("moving_mean") ?? build.constant(0, channels);
  const variance = weight("moving_variance") ?? build.constant(1, channels);
  const gamma = weight("gamma") ?? build.constant(1, channels);
  const beta = weight("beta") ?? build.constant(0, channels);
  const deviation = build.squareRoot(build.add(variance, build.constant(epsilon)));
  return build.subtract(beta, build.divide(build.multiply(mean, gamma), deviation));
}

export const fullGrad: AttributionMethod = {
  title: "FullGrad",
  shows: "The input's part in the score, and every bias's: together they are the whole score.",
  misleads: "Each layer counts alike, however little it adds.",
  paper: "Srinivas and Fleuret, Full-gradient representation, NeurIPS 2019",
  looksAt: "input",
  options: [],
  async explain({ probe, x, target, of, size }) {
    const steps = probe.model.network.steps.filter(hasConstant);
    if (steps.length === 0) {
      throw new ConfigError({
        what: "The method fullGrad cannot explain this model.",
        expected: "convolutions with biases, or batch normalizations",
        received: "none",
        fix: "take inputTimesGradient",
      });
    }
    const program = await probe.program(`biases ${of}`, 1, (parts) => {
      const { build } = parts;
      const image = imageInput(parts, 1, probe.inputShape);
      const wanted = build.input("target", { shape: target.shape, dtype: "f32" });
      const applied = parts.apply(image);
      const score = build.sum(weighed(build, scored(applied.outputs[0], of), wanted));
      const sums = steps.map((step) => beforeActivation(step, applied.activation(step.path)));
      const [input, ...slopes] = gradients(score, [image, ...sums], build);
      const constants = steps.map((step) => constantOf(step, parts));
      const named = slopes.map((slope, i) => [`bias${i}`, build.multiply(slope, constants[i])]);
      return { input, ...Object.fromEntries(named) };
    });
    const { input, ...rest } = (await program.run({ image: x, target })) as Record<string, Values>;
    const biases = Object.values(rest);
    const product = { data: input.data.map((one, i) => one * x.data[i]), shape: x.shape };
    const planes = [product, ...biases].map((values) => strength(values, size));
    const map = plane(size, (i) => planes.reduce((sum, one) => sum + one.data[i], 0));
    return { map: toUnitRange(map), values: product };
  },
};
