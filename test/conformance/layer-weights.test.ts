// Every layer with trained weights takes Keras's options for each of them: how it begins, what it adds
// to the loss, and how far it may go. What those do is weight-options.test.ts's business.

import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { initialize } from "../../src/nn/initializers/index.ts";
import { type LayerKind, layerFrom, layers } from "../../src/nn/layers/index.ts";
import { layerCases } from "./layer-cases/index.ts";

describe("layers", () => {
  /** The roles of weights that Keras gives options for, with the weights' names where they differ. */
  const roles: Partial<Record<LayerKind, Readonly<Record<string, string>>>> = {
    batchNormalization: { gamma: "gamma", beta: "beta" },
    conv1d: { kernel: "kernel", bias: "bias" },
    conv2d: { kernel: "kernel", bias: "bias" },
    conv2dTranspose: { kernel: "kernel", bias: "bias" },
    dense: { kernel: "kernel", bias: "bias" },
    depthwiseConv2d: { depthwise: "kernel", bias: "bias" },
    groupNormalization: { gamma: "gamma", beta: "beta" },
    layerNormalization: { gamma: "gamma", beta: "beta" },
    prelu: { alpha: "alpha" },
    separableConv1d: { depthwise: "depthwise_kernel", pointwise: "pointwise_kernel", bias: "bias" },
    separableConv2d: { depthwise: "depthwise_kernel", pointwise: "pointwise_kernel", bias: "bias" },
  };
  /** Layers whose trained weights have no such options in Keras, or are those of another layer. */
  const without = ["layerScale", "rmsNormalization", "spectralNormalization", "timeDistributed"];

  const sampleOf = (kind: LayerKind) => {
    const { defaults, samples } = layerCases[kind];
    return { options: { ...defaults.given, ...samples[0].options }, input: samples[0].input };
  };

  test("with trained weights are all here", () => {
    const kinds = (Object.keys(layers) as LayerKind[]).filter((kind) => {
      const { options, input } = sampleOf(kind);
      const others = layerCases[kind].samples[0].others ?? [];
      const { weights } = layerFrom(kind, options).plan([input, ...others]);
      return weights.some(({ trainable }) => trainable);
    });
    expect(kinds.sort()).toEqual([...Object.keys(roles), ...without].sort());
  });

  test.each(Object.entries(roles) as [LayerKind, Record<string, string>][])(
    "%s: each weight begins, is regularized and is constrained as its options say",
    (kind, names) => {
      const { options, input } = sampleOf(kind);
      const setting = (role: string) => ({
        [`${role}Initializer`]: { name: "constant", options: { value: 0.5 } },
        [`${role}Regularizer`]: { name: "l1", options: { l1: 0.25 } },
        [`${role}Constraint`]: "nonNeg",
      });
      for (const [role, name] of Object.entries(names)) {
        const { weights } = layerFrom(kind, { ...options, ...setting(role) }).plan([input]);
        const asked = weights.filter(({ regularizer }) => regularizer !== undefined);
        expect(asked).toHaveLength(1);
        const [{ name: found, initializer, regularizer, constraint }] = asked;
        expect(found).toBe(name);
        expect([...initialize(initializer, [2], 0, 0)]).toEqual([0.5, 0.5]);
        expect(regularizer?.options).toEqual({ l1: 0.25 });
        expect(constraint?.name).toBe("nonNeg");
        for (const what of ["Initializer", "Regularizer", "Constraint"]) {
          const wrong = { ...options, [`${role}${what}`]: "nothing" };
          expect(() => layerFrom(kind, wrong), `${role}${what}`).toThrow(ConfigError);
        }
      }
    },
  );
});
