// Windows, products, reductions and chains of random shapes, on every target, against the reference
// in f64. Values are multiples of ¼ that f32 adds up without rounding, so that all but a mean must
// come out exactly: a wrong edge cannot hide behind a tolerance.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { ConvolutionOptions } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Padding } from "../../src/graph/window.ts";
import { compile } from "../../src/kernel/compile.ts";
import { printKernel } from "../../src/kernel/print.ts";
import { allStages } from "../../src/kernel/program.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { machines, runCompiled, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";
import { relativeError } from "./samples.ts";

let devices: Device[] = [];
beforeAll(async () => {
  const targets = await openTargets();
  devices = [...targets, ...machines.map((machine) => new InterpreterDevice(machine))];
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

function input(name: string, shape: Shape): Node {
  return ops.input(name, { shape, dtype: "f32" });
}

/** Multiples of ¼ between -2 and 2 for every input. */
function valuesFor(nodes: readonly Node[]): Record<string, Tensor> {
  return Object.fromEntries(
    nodes.map(({ shape, attributes }, stream) => {
      const random = new RandomStream(sizeOf(shape), stream);
      const quarter = () => (random.below(17) - 8) / 4;
      const data = Float64Array.from({ length: sizeOf(shape) }, quarter);
      return [(attributes as { name: string }).name, { data, shape }];
    }),
  );
}

/** Holds `result` of `inputs` against the reference, on every device. */
async function holds(result: Node, inputs: readonly Node[], tolerance = 0): Promise<void> {
  const graph = { outputs: { result }, updates: [] };
  const sources = valuesFor(inputs);
  const expected = runReference(graph, sources).outputs.result;
  for (const device of devices) {
    const received = (await runCompiled(device, graph, sources)).outputs.result;
    const error = relativeError(received, expected);
    expect({ on: device.target, lanes: device.machine.lanes, tooFar: error > tolerance }).toEqual({
      on: device.target,
      lanes: device.machine.lanes,
      tooFar: false,
    });
  }
}

/** The same cases at every run. */
const cases = { seed: 20, numRuns: 40 };

const channels = fc.constantFrom(1, 2, 3, 4, 6, 10, 17, 33);
const extent = fc.integer({ min: 1, max: 11 });
const few = fc.integer({ min: 1, max: 3 });
const pair = <T>(either: fc.Arbitrary<T>) => fc.tuple(either, either);
const edge = fc.integer({ min: 0, max: 3 });
const padding = fc.oneof<fc.Arbitrary<Padding>[]>(
  fc.constantFrom("valid", "same"),
  fc.record({ top: edge, bottom: edge, left: edge, right: edge }),
);

/** Whether a window of `reach` pixels fits once. */
function fits(image: readonly number[], reach: readonly number[], chosen: Padding): boolean {
  const [height, width] =
    typeof chosen === "object"
      ? [chosen.top + chosen.bottom + image[0], chosen.left + chosen.right + image[1]]
      : image;
  return chosen === "same" || (reach[0] <= height && reach[1] <= width);
}

const convolution = fc
  .record({
    images: fc.constantFrom(1, 1, 2, 3, 33),
    image: pair(extent),
    taps: pair(fc.constantFrom(1, 2, 3, 3, 5)),
    groups: fc.constantFrom(1, 1, 1, 2, 3),
    channels,
    filters: channels,
    strides: pair(few),
    dilation: pair(fc.constantFrom(1, 1, 2)),
    padding,
  })
  .filter(
    ({ images, image, taps, groups, channels, filters, dilation, padding }) =>
      images * sizeOf(image) * sizeOf(taps) * groups * channels * filters < 100_000 &&
      fits(image, [(taps[0] - 1) * dilation[0] + 1, (taps[1] - 1) * dilation[1] + 1], padding),
  );

type Convolution = typeof convolution extends fc.Arbitrary<infer T> ? T : never;

function convolutionOf({ images, image, taps, groups, channels, filters, ...rest }: Convolution) {
  const options: ConvolutionOptions = { ...rest, groups };
  const x = input("x", [images, ...image, groups * channels]);
  const filter = input("filter", [...taps, channels, groups * filters]);
  const y = ops.conv2d(x, filter, options);
  return { x, filter, options, y, gradient: input("gradient", y.shape) };
}

describe("convolutions", () => {
  test("of random shapes", async () => {
    const property = fc.asyncProperty(convolution, (chosen) => {
      const { x, filter, y } = convolutionOf(chosen);
      return holds(y, [x, filter]);
    });
    await fc.assert(property, cases);
  });

  test("and their gradients for the image", async () => {
    const property = fc.asyncProperty(convolution, (chosen) => {
      const { x, filter, options, gradient } = convolutionOf(chosen);
      const result = ops.conv2dInputGradient(gradient, filter, { ...options, imageShape: x.shape });
      return holds(result, [gradient, filter]);
    });
    await fc.assert(property, cases);
  });

  test("and their gradients for the filters", async () => {
    const property = fc.asyncProperty(convolution, (chosen) => {
      const { x, filter, options, gradient } = convolutionOf(chosen);
      const shapes = { ...options, filterShape: filter.shape };
      return holds(ops.conv2dFilterGradient(x, gradient, shapes), [x, gradient]);
    });
    await fc.assert(property, cases);
  });
});

describe("convolutions of few channels and few filters", () => {
  const far = [
    { image: [8, 1, 2400, 1], filter: [1, 3, 1, 2], about: "wide rows" },
    { image: [8, 19, 20, 3], filter: [19, 20, 3, 2], about: "large filters" },
  ] as const;

  test.each(far)("of $about: a kernel's length is bounded", async ({ image, filter }) => {
    const x = input("x", image);
    const taps = input("filter", filter);
    const y = ops.conv2d(x, taps);
    const gradient = input("gradient", y.shape);
    const slope = ops.conv2dFilterGradient(x, gradient, { filterShape: filter });
    for (const { machine } of devices) {
      const stages = allStages(
        compile("far", { outputs: { y, slope }, updates: [] }, machine, ops),
      );
      const lengths = stages.flat().map(({ kernel }) => printKernel(kernel).split("\n").length);
      expect(Math.max(...lengths)).toBeLessThan(2000);
    }
    await holds(y, [x, taps]);
    await holds(slope, [x, gradient]);
  });
});

test("matrix products of random shapes, either operand stored the other way round", async () => {
  const size = fc.constantFrom(1, 2, 3, 5, 6, 10, 17, 33, 64);
  const property = fc.asyncProperty(
    fc.record({ m: size, k: size, n: size }),
    pair(fc.boolean()),
    ({ m, k, n }, [transposeA, transposeB]) => {
      const a = input("a", transposeA ? [k, m] : [m, k]);
      const b = input("b", transposeB ? [n, k] : [k, n]);
      return holds(ops.matmul(a, b, { transposeA, transposeB }), [a, b]);
    },
  );
  await fc.assert(property, cases);
});

const pooling = fc
  .record({
    images: fc.constantFrom(1, 2, 5),
    image: pair(extent),
    channels,
    size: pair(few),
    strides: pair(fc.integer({ min: 1, max: 4 })),
    padding,
  })
  .filter(
    ({ images, image, channels, size, padding }) =>
      images * sizeOf(image) * channels < 5000 && fits(image, size, padding),
  );

type Pooling = typeof pooling extends fc.Arbitrary<infer T> ? T : never;

function poolOf({ images, image, channels, ...options }: Pooling) {
  const x = input("x", [images, ...image, channels]);
  return { x, options, gradient: input("gradient", ops.maxPool(x, options).shape) };
}

describe("pools", () => {
  test("of maxima of random shapes", async () => {
    const property = fc.asyncProperty(pooling, (chosen) => {
      const { x, options } = poolOf(chosen);
      return holds(ops.maxPool(x, options), [x]);
    });
    await fc.assert(property, cases);
  });

  test("of means of random shapes", async () => {
    const property = fc.asyncProperty(pooling, (chosen) => {
      const { x, options } = poolOf(chosen);
      return holds(ops.averagePool(x, options), [x], 1e-6);
    });
    await fc.assert(property, cases);
  });

  test("and the gradient of a maximum, where many values tie", async () => {
    const property = fc.asyncProperty(pooling, (chosen) => {
      const { x, options, gradient } = poolOf(chosen);
      return holds(ops.maxPoolGradient(x, gradient, options), [x, gradient]);
    });
    await fc.assert(property, cases);
  });

  test("and the gradient of a mean", async () => {
    const property = fc.asyncProperty(pooling, (chosen) => {
      const { x, options, gradient } = poolOf(chosen);
      const shapes = { ...options, imageShape: x.shape };
      return holds(ops.averagePoolGradient(gradient, shapes), [gradient], 2e-6);
    });
    await fc.assert(property, cases);
  });
});

/** Shapes of a few dozens of elements, and now and then one that is cut into chunks or blocks. */
const anyShape = fc.oneof(
  { weight: 7, arbitrary: fc.array(fc.constantFrom(1, 2, 3, 5, 6, 17), { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom([700, 33], [33, 500], [17_000], [3, 5001, 2], [40, 16, 40]),
  },
);

describe("reductions", () => {
  const reduced = fc.record({
    shape: anyShape,
    chosen: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    keepDimensions: fc.boolean(),
  });
  const axesOf = ({ shape, chosen }: { shape: Shape; chosen: boolean[] }) =>
    shape.flatMap((_, axis) => (chosen[axis] ? [axis] : []));

  test.each(["sum", "reduceMaximum", "reduceMinimum"] as const)("%s", async (name) => {
    const property = fc.asyncProperty(reduced, ({ keepDimensions, ...chosen }) => {
      const x = input("x", chosen.shape);
      return holds(ops[name](x, { axes: axesOf(chosen), keepDimensions }), [x]);
    });
    await fc.assert(property, cases);
  });

  test("of products, with what follows fused into them", async () => {
    const property = fc.asyncProperty(reduced, ({ keepDimensions, ...chosen }) => {
      const x = input("x", chosen.shape);
      const half = ops.multiply(x, ops.constant(0.5));
      const sum = ops.sum(ops.multiply(half, x), { axes: axesOf(chosen), keepDimensions });
      return holds(ops.maximum(ops.add(sum, ops.constant(1)), ops.negate(sum)), [x]);
    });
    await fc.assert(property, cases);
  });
});

test("transpositions, small and large", async () => {
  const size = fc.constantFrom(1, 3, 16, 33, 65, 130);
  const property = fc.asyncProperty(
    fc.tuple(fc.constantFrom(1, 2, 3), size, size),
    fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    (shape, order) => {
      const x = input("x", shape);
      return holds(ops.negate(ops.transpose(x, order)), [x]);
    },
  );
  await fc.assert(property, cases);
});

test("chains of elementwise ops over shapes that stretch to each other", async () => {
  /** Some axes of `shape` as 1, and some leading ones left out. */
  const narrowed = (shape: Shape, choices: readonly number[]) =>
    shape.map((dimension, a) => (choices[a] % 3 === 0 ? 1 : dimension)).slice(choices[3] % 3);
  const choices = fc.array(fc.nat(60), { minLength: 4, maxLength: 4 });
  const property = fc.asyncProperty(anyShape, choices, choices, (shape, first, second) => {
    const a = input("a", shape);
    const b = input("b", narrowed(shape, first));
    const c = input("c", narrowed(shape, second));
    const product = ops.multiply(ops.add(a, b), c);
    const chosen = ops.select(ops.less(product, b), ops.subtract(product, c), ops.relu(product));
    return holds(ops.minimum(chosen, ops.absolute(a)), [a, b, c]);
  });
  await fc.assert(property, cases);
});
