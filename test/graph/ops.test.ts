// What the builder fills in and what its ops refuse. The meaning of each op is held against its
// reference in test/conformance.

import { describe, expect, test } from "vitest";
import type { DType } from "../../src/core/dtype.ts";
import { ShapeError } from "../../src/core/errors.ts";
import type { Shape } from "../../src/core/shape.ts";
import { tensor } from "../../src/core/tensor.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";

const f32 = (...shape: Shape) => ops.input("f32", { shape, dtype: "f32" });
const i32 = (...shape: Shape) => ops.input("i32", { shape, dtype: "i32" });
const u8 = (...shape: Shape) => ops.input("u8", { shape, dtype: "u8" });

describe("the builder", () => {
  test("fills in defaults", () => {
    expect(ops.conv2d(f32(1, 5, 5, 2), f32(3, 3, 2, 4)).attributes).toEqual({
      strides: [1, 1],
      padding: "valid",
      dilation: [1, 1],
      groups: 1,
    });
    expect(ops.maxPool(f32(1, 4, 4, 1), { size: [2, 3] }).attributes).toEqual({
      size: [2, 3],
      strides: [2, 3],
      padding: "valid",
    });
    expect(ops.constant(2)).toMatchObject({ shape: [], dtype: "f32" });
    expect(ops.sum(f32(2, 3)).shape).toEqual([]);
    expect(ops.argMaximum(f32(2, 3))).toMatchObject({ shape: [2], dtype: "i32" });
  });

  test("counts axes from the front, each once, in order", () => {
    const reduced = ops.sum(f32(2, 3, 5), { axes: [-1, 0, 2] });
    expect(reduced.attributes).toEqual({ axes: [0, 2], keepDimensions: false });
    expect(reduced.shape).toEqual([3]);
    expect(ops.concatenate([f32(2, 3), f32(2, 4)], -1).shape).toEqual([2, 7]);
    const normalized = ops.batchNormalization(f32(2, 3, 5), f32(3, 1), f32(), {
      axes: [-1, 0],
      epsilon: 1e-3,
    });
    expect(normalized.attributes).toEqual({ axes: [0, 2], epsilon: 1e-3 });
  });

  test("makes no node to reshape or stretch to the same shape", () => {
    const x = f32(2, 3);
    expect(ops.reshape(x, [2, 3])).toBe(x);
    expect(ops.broadcastTo(x, [2, 3])).toBe(x);
  });

  test("transposes where both operands of a product are stored the other way round", () => {
    const a = tensor(new Float64Array([1, 2, 3, 4, 5, 6]), [3, 2]);
    const b = tensor(new Float64Array([1, 0, -1, 2, 1, 0]), [2, 3]);
    const left = ops.input("a", { shape: [3, 2], dtype: "f32" });
    const right = ops.input("b", { shape: [2, 3], dtype: "f32" });
    const product = ops.matmul(left, right, { transposeA: true, transposeB: true });
    expect(product.shape).toEqual([2, 2]);
    const [{ data }] = evaluate([product], { a, b });
    expect(Array.from(data)).toEqual([-4, 5, -4, 8]);
  });

  test("keeps dtypes in movements, and counts in i32", () => {
    expect(ops.gather(u8(9, 4), i32(2))).toMatchObject({ shape: [2, 4], dtype: "u8" });
    expect(ops.slice(u8(9, 4), [0, 0], [3, 4]).dtype).toBe("u8");
    expect(ops.add(i32(), ops.constant(1, [], "i32")).dtype).toBe("i32");
    expect(ops.equal(i32(4), u8(4)).dtype).toBe("f32");
  });
});

describe("shape errors say what was expected and what was received", () => {
  const cases: [string, () => unknown, string, string][] = [
    ["add", () => ops.add(f32(2, 3), f32(4)), "equal, or 1", "3 against 4"],
    ["add of dtypes", () => ops.add(f32(2), i32(2)), "f32 for all", "f32, i32"],
    ["relu of bytes", () => ops.relu(u8(2)), "f32", "u8"],
    ["less of dtypes", () => ops.less(f32(2), i32(2)), "f32 on both sides", "f32, i32"],
    ["cast to bytes", () => ops.cast(f32(2), "u8"), "f32 or i32", "u8"],
    ["sum", () => ops.sum(f32(2, 3), { axes: [2] }), "from -2 to 1", "2"],
    ["mean of counts", () => ops.mean(i32(2)), "f32", "i32"],
    ["argMaximum", () => ops.argMaximum(f32(2, 3), 5), "from -2 to 1", "5"],
    ["reshape", () => ops.reshape(f32(2, 3), [4]), "6 elements, as [2, 3]", "[4], 4 elements"],
    ["transpose", () => ops.transpose(f32(2, 3), [0, 0]), "axes 0 to 1 of [2, 3]", "[0, 0]"],
    ["pad", () => ops.pad(f32(2, 3), [0, -1], [0, 0]), "at least 0 for [2, 3]", "[0, -1]"],
    ["slice", () => ops.slice(f32(4), [2], [3]), "inside of [4]", "up to [4]"],
    ["slice of an axis", () => ops.slice(f32(4), [2], [1, 1]), "1 whole numbers", "[1, 1]"],
    ["concatenate", () => ops.concatenate([f32(2, 3), f32(3, 3)], 1), "[2, any]", "f32 [3, 3]"],
    ["concatenate ranks", () => ops.concatenate([f32(2), f32(3, 3)], 0), "[any]", "f32 [3, 3]"],
    ["concatenate nothing", () => ops.concatenate([], 0), "at least one part", "no parts"],
    ["broadcastTo", () => ops.broadcastTo(f32(2, 3), [3]), "[2, 3] stretches to", "[3]"],
    ["matmul", () => ops.matmul(f32(2, 3), f32(4, 5)), "[M, K] and [K, N]", "[2, 3] and [4, 5]"],
    ["matmul ranks", () => ops.matmul(f32(2, 3, 1), f32(3, 5)), "[M, K]", "[2, 3, 1]"],
    ["conv2d", () => ops.conv2d(f32(1, 5, 5, 2), f32(3, 3, 3, 4)), "[R, S, 2, K]", "[3, 3, 3, 4]"],
    ["conv2d rank", () => ops.conv2d(f32(5, 5, 2), f32(3, 3, 2, 4)), "[N, H, W, C]", "[5, 5, 2]"],
    ["conv2d of bytes", () => ops.conv2d(u8(1, 5, 5, 2), f32(3, 3, 2, 4)), "f32, f32", "u8, f32"],
    [
      "conv2d of a small image",
      () => ops.conv2d(f32(1, 2, 2, 1), f32(3, 3, 1, 1)),
      "at least 3 by 3 pixels",
      "2 by 2 pixels",
    ],
    [
      "conv2dInputGradient",
      () => ops.conv2dInputGradient(f32(1, 4, 4, 4), f32(3, 3, 2, 4), { imageShape: [1, 5, 5, 2] }),
      "[1, 3, 3, 4]",
      "[1, 4, 4, 4]",
    ],
    [
      "conv2dFilterGradient",
      () =>
        ops.conv2dFilterGradient(f32(1, 5, 5, 2), f32(1, 4, 4, 4), { filterShape: [3, 3, 2, 4] }),
      "[1, 3, 3, 4]",
      "[1, 4, 4, 4]",
    ],
    [
      "maxPoolGradient",
      () => ops.maxPoolGradient(f32(1, 4, 4, 3), f32(1, 2, 1, 3), { size: [2, 2] }),
      "[1, 2, 2, 3]",
      "[1, 2, 1, 3]",
    ],
    ["averagePool", () => ops.averagePool(f32(4, 4), { size: [2, 2] }), "[N, H, W, C]", "[4, 4]"],
    [
      "averagePoolGradient",
      () => ops.averagePoolGradient(f32(1, 1, 1, 3), { size: [2, 2], imageShape: [1, 4, 4, 3] }),
      "[1, 2, 2, 3]",
      "[1, 1, 1, 3]",
    ],
    ["softmax", () => ops.softmax(f32()), "[…, C]", "[]"],
    ["softmaxCrossEntropy", () => ops.softmaxCrossEntropy(f32(2, 3), f32(3)), "[2, 3]", "[3]"],
    [
      "sparseSoftmaxCrossEntropy",
      () => ops.sparseSoftmaxCrossEntropy(f32(2, 3), i32(3)),
      "[2]",
      "[3]",
    ],
    [
      "sparseSoftmaxCrossEntropy of f32 labels",
      () => ops.sparseSoftmaxCrossEntropy(f32(2, 3), f32(2)),
      "i32 or u8",
      "f32",
    ],
    [
      "dropoutMask",
      () => ops.dropoutMask(i32(), { shape: [2], rate: 1, seed: 0, stream: 0 }),
      "at least 0 and less than 1",
      "1",
    ],
    ["oneHot", () => ops.oneHot(i32(2, 2), 3), "[N]", "[2, 2]"],
    ["oneHot of no classes", () => ops.oneHot(i32(2), 0), "at least 1", "0"],
    ["gather", () => ops.gather(f32(5, 2), f32(3)), "i32 or u8", "f32"],
    [
      "input",
      () => ops.input("x", { shape: [2, 0], dtype: "f32" as DType }),
      "at least 1",
      "[2, 0]",
    ],
  ];

  test.each(cases)("%s", (_, build, expected, received) => {
    expect(build).toThrow(ShapeError);
    let facts: ShapeError["facts"] | undefined;
    try {
      build();
    } catch (error) {
      facts = (error as ShapeError).facts;
    }
    expect(facts?.what).toMatch(/^[\s\S]+\.$/);
    expect(facts?.expected).toContain(expected);
    expect(facts?.received).toContain(received);
  });
});
