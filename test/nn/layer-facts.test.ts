// What layers say of themselves: which options they take, which they refuse, and what they were called.

import { expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { layerRows } from "../../src/interchange/keras/layer-rows.ts";
import { defineLayer } from "../../src/nn/custom-layer.ts";
import { type LayerKind, layerFrom, layers } from "../../src/nn/layers/index.ts";
import { layerCases } from "../conformance/layer-cases/index.ts";

const kinds = Object.keys(layers) as LayerKind[];

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return "";
}

test.each(kinds)("%s carries its facts under its own name", (kind) => {
  const { name, group } = layers[kind].facts;
  expect([group, name]).toEqual(["layers", kind]);
});

test.each(kinds)("%s refuses an option that it does not have, with the closest name", (kind) => {
  const { given } = layerCases[kind].defaults;
  const message = messageOf(() => layerFrom(kind, { ...given, trainabel: false }));
  expect(message).toMatch(`layers.${kind} has no option "trainabel".`);
  expect(message).toContain('did you mean "trainable"?');
});

test.each(kinds)("%s fills in no option that its facts do not list", (kind) => {
  const { all } = layerCases[kind].defaults;
  expect(Object.keys(layers[kind].facts.options)).toEqual(expect.arrayContaining(Object.keys(all)));
});

const misspelt: readonly [string, () => unknown, string][] = [
  ["a slip", () => layers.dense({ units: 3, activaton: "relu" } as never), "activation"],
  [
    "a short form",
    () => layers.conv2d({ filters: 3, kernelSize: 3, dilation: 2 } as never),
    "dilationRate",
  ],
  [
    "snake case, as in Keras",
    () => layers.conv2d({ filters: 3, kernel_size: 3 } as never),
    "kernelSize",
  ],
];
test.each(misspelt)("%s is answered with the right name", (_, make, name) => {
  expect(messageOf(make)).toContain(`did you mean "${name}"?`);
});

test("an option that is undefined is as good as absent", () => {
  const given = { filters: 3, kernelSize: 3, strides: undefined, activation: undefined };
  const { options } = layers.conv2d(given as unknown as { filters: number; kernelSize: number });
  expect(options).toEqual(layers.conv2d({ filters: 3, kernelSize: 3 }).options);
});

test("a flag that is something else is refused, and the layer is named", () => {
  expect(messageOf(() => layers.dense({ units: 3, useBias: "no" } as never))).toMatch(
    /^layers\.dense: The option useBias cannot be used.\n.*true or false/,
  );
});

test.each([
  ["reLU", "relu", { maxValue: 6 }],
  ["leakyReLU", "leakyRelu", { negativeSlope: 0.1 }],
  ["pReLU", "prelu", {}],
  ["eLU", "elu", { alpha: 0.5 }],
] as const)("%s of an earlier file is %s", (former, kind, options) => {
  const layer = layerFrom(former, options);
  expect(layer.kind).toBe(kind);
  expect(layer.options).toMatchObject(options);
});

test("an activation of an earlier file has its name of today", () => {
  const activation = { name: "leakyReLU", options: { negativeSlope: 0.1 } };
  expect(layers.dense({ units: 3, activation }).options.activation).toEqual({
    name: "leakyRelu",
    options: { negativeSlope: 0.1 },
  });
});

test("Keras's names of options are those of its files", () => {
  expect(layerRows.conv2d.options).toMatchObject({
    kernelSize: "kernel_size",
    kernelInitializer: "kernel_initializer",
    useBias: "use_bias",
  });
  expect(layerRows.globalMaxPooling2d.options).toEqual({
    activityRegularizer: "activity_regularizer",
    keepDimensions: "keepdims",
  });
});

test("a layer of one's own that lists its options refuses others", () => {
  const scaled = defineLayer<{ readonly factor?: number }>({
    kind: "scaled",
    options: ["factor"],
    plan: ([input], { factor = 2 }) => ({
      outputShape: input,
      call: ([x], { build }) => build.multiply(x, build.constant(factor)),
    }),
  });
  expect(scaled({ factor: 3, name: "three" }).options).toEqual({ factor: 3, name: "three" });
  expect(messageOf(() => scaled({ factr: 3 } as never))).toMatch(
    /^scaled has no option "factr".*\n.*\n.*\n.*did you mean "factor"\?/,
  );
});
