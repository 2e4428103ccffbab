// The walk of reverse-mode differentiation: what it adds up, what it skips and what it refuses. The
// ops' own rules are held against differences in test/conformance.

import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { gradientError } from "../conformance/differences.ts";
import { sampleWeights } from "../conformance/samples.ts";

const values = (numbers: number[], shape = [numbers.length]) =>
  tensor(new Float64Array(numbers), shape);

const x = ops.input("x", { shape: [3], dtype: "f32" });

/** The gradient of Σ `y` for `x`, as numbers. */
function gradientOf(y: Node, at: number[]): number[] {
  const [result] = evaluate(gradients(ops.sum(y), [x], ops), { x: values(at) });
  return Array.from(result.data);
}

describe("gradients", () => {
  test("add up where a value is used twice", () => {
    expect(gradientOf(ops.multiply(x, x), [1, 2, -3])).toEqual([2, 4, -6]);
    expect(gradientOf(ops.add(ops.multiply(x, x), x), [1, 2, -3])).toEqual([3, 5, -5]);
  });

  test("sum over the axes along which a value was stretched", () => {
    const stretched = ops.add(ops.constant(0, [4, 3]), x);
    expect(gradientOf(stretched, [1, 2, 3])).toEqual([4, 4, 4]);
    const column = ops.reshape(x, [3, 1]);
    expect(gradientOf(ops.broadcastTo(column, [3, 5]), [1, 2, 3])).toEqual([5, 5, 5]);
  });

  test("are zeros for a target that the loss does not depend on", () => {
    const other = ops.input("other", { shape: [2, 2], dtype: "f32" });
    const [result] = evaluate(gradients(ops.sum(x), [other], ops), {});
    expect(result).toEqual(values([0, 0, 0, 0], [2, 2]));
  });

  test("are 1 for the loss itself", () => {
    const loss = ops.sum(x);
    const [result] = evaluate(gradients(loss, [loss], ops), {});
    expect(Array.from(result.data)).toEqual([1]);
  });

  test("reach targets in the middle of the graph, and not beyond them", () => {
    const middle = ops.exponential(x);
    const [result] = gradients(ops.sum(ops.multiply(middle, middle)), [middle], ops);
    const [received, expected] = evaluate([result, middle], { x: values([0, 1, 2]) });
    expect(received.data).toEqual(expected.data.map((value) => 2 * value));
  });

  test("do not flow through steps: signs, floors, comparisons and whole numbers", () => {
    const steps = [ops.sign(x), ops.floor(x), ops.less(ops.constant(0), x)];
    steps.push(ops.cast(ops.cast(x, "i32"), "f32"));
    for (const y of steps) expect(gradientOf(y, [-1.5, 0.5, 2.5])).toEqual([0, 0, 0]);
  });

  test("at ties go to the first operand, and are shared by reductions", () => {
    const tied = ops.constant(1, [3]);
    expect(gradientOf(ops.maximum(x, tied), [0, 1, 2])).toEqual([0, 1, 1]);
    expect(gradientOf(ops.maximum(tied, x), [0, 1, 2])).toEqual([0, 0, 1]);
    expect(gradientOf(ops.minimum(x, tied), [0, 1, 2])).toEqual([1, 1, 0]);
    expect(gradientOf(ops.minimum(tied, x), [0, 1, 2])).toEqual([1, 0, 0]);
    expect(gradientOf(ops.reduceMaximum(x), [2, 1, 2])).toEqual([0.5, 0, 0.5]);
    expect(gradientOf(ops.reduceMinimum(x), [1, 1, 2])).toEqual([0.5, 0.5, 0]);
  });

  test("at zero are 0 for relu and absolute", () => {
    expect(gradientOf(ops.relu(x), [-1, 0, 1])).toEqual([0, 0, 1]);
    expect(gradientOf(ops.absolute(x), [-1, 0, 1])).toEqual([-1, 0, 1]);
  });

  test("of a maximum pool go to the first largest of a window", () => {
    const image = ops.input("image", { shape: [1, 2, 2, 1], dtype: "f32" });
    const loss = ops.sum(ops.maxPool(image, { size: [2, 2] }));
    const sources = { image: values([0, 3, 3, 3], [1, 2, 2, 1]) };
    const [result] = evaluate(gradients(loss, [image], ops), sources);
    expect(Array.from(result.data)).toEqual([0, 1, 0, 0]);
  });

  test("of logits stay finite where the loss is large", () => {
    const logits = ops.input("logits", { shape: [1, 3], dtype: "f32" });
    const labels = ops.input("labels", { shape: [1], dtype: "i32" });
    const loss = ops.mean(ops.sparseSoftmaxCrossEntropy(logits, labels));
    const sources = {
      logits: values([1000, 0, -1000], [1, 3]),
      labels: tensor(new Int32Array([2]), [1]),
    };
    const [value, result] = evaluate([loss, ...gradients(loss, [logits], ops)], sources);
    expect(Array.from(value.data)).toEqual([2000]);
    expect(Array.from(result.data)).toEqual([1, 0, -1]);
  });

  test("of a loss with more than one number are refused", () => {
    expect(() => gradients(x, [x], ops)).toThrow(ShapeError);
    expect(() => gradients(x, [x], ops)).toThrow(/expected: f32 \[\][\s\S]*received: f32 \[3\]/);
    const whole = ops.cast(ops.sum(x), "i32");
    expect(() => gradients(whole, [x], ops)).toThrow(/received: i32 \[\]/);
  });
});

describe("gradients of gradients", () => {
  test("of x⁴ are 12 x²", () => {
    const squared = ops.multiply(x, x);
    const [first] = gradients(ops.sum(ops.multiply(squared, squared)), [x], ops);
    expect(gradientOf(first, [1, 2, -3])).toEqual([12, 48, 108]);
  });

  test("of a convolution are the central differences of its gradients", () => {
    const image = ops.input("image", { shape: [2, 5, 6, 3], dtype: "f32" });
    const filter = ops.input("filter", { shape: [3, 3, 3, 2], dtype: "f32" });
    const result = ops.conv2d(image, filter, { padding: "same", strides: [2, 1] });
    const first = gradients(ops.sum(ops.tanh(result)), [image, filter], ops);
    const projected = first.map((gradient, i) =>
      ops.sum(ops.multiply(gradient, ops.input(`weights${i}`, gradient))),
    );
    const loss = ops.add(projected[0], projected[1]);
    const targets = [image, filter];
    const sources: Record<string, Tensor<Float64Array>> = {
      image: sampleWeights(image.shape, 2),
      filter: values(
        Array.from(sampleWeights(filter.shape, 3).data, (w) => 0.1 * w),
        [3, 3, 3, 2],
      ),
      weights0: sampleWeights(image.shape, 4),
      weights1: sampleWeights(filter.shape, 5),
    };
    const second = evaluate(gradients(loss, targets, ops), sources);
    const lossAt = () => evaluate([loss], sources)[0].data[0];
    for (const [i, name] of ["image", "filter"].entries()) {
      expect(gradientError(lossAt, sources[name].data, second[i].data)).toBeLessThan(1e-6);
    }
  });
});
