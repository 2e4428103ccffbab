// Every loss against Keras 3 on TensorFlow, which computed the fixtures in f64
// (keras/make_losses.py): values, every reduction with and without weights, and the gradient.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Shape } from "../../src/core/shape.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { type ActivationName, activate } from "../../src/nn/activations.ts";
import { lossFrom, lossTable } from "../../src/nn/losses/index.ts";
import type { Reduction } from "../../src/nn/losses/loss.ts";
import { reduceLoss } from "../../src/nn/losses/reduce-loss.ts";
import { relativeError } from "../conformance/samples.ts";
import { classes, uniform } from "./shared-numbers.ts";

const tolerance = 1e-6;

interface Fixture {
  readonly loss: string;
  readonly options: object;
  readonly shape: Shape;
  readonly low: number;
  readonly high: number;
  readonly activation: ActivationName;
  readonly targets: "shares" | "bits" | "signs" | "hot" | "classes";
  readonly values: readonly number[];
  readonly valueShape: Shape;
  readonly weightShape: Shape;
  readonly plain: Readonly<Record<Reduction, number>>;
  readonly weighted: Readonly<Record<Reduction, number>>;
  readonly gradient: readonly number[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("keras/losses.json", import.meta.url), "utf8"),
) as Fixture[];

function answersOf(kind: Fixture["targets"], shape: Shape): Tensor {
  if (kind === "shares") return inDouble(uniform(2, shape, 0, 1));
  if (kind === "bits" || kind === "signs") {
    const { data } = classes(2, sizeOf(shape), 2);
    const value = (bit: number) => (kind === "bits" ? bit : 2 * bit - 1);
    return { data: Float64Array.from(data, value), shape };
  }
  const width = shape[shape.length - 1];
  const { data: labels } = classes(2, sizeOf(shape) / width, width);
  if (kind === "classes") return { data: labels, shape: shape.slice(0, -1) };
  const hot = (_: unknown, i: number) => Number(labels[Math.floor(i / width)] === i % width);
  return { data: Float64Array.from({ length: sizeOf(shape) }, hot), shape };
}

const inDouble = ({ data, shape }: Tensor): Tensor => ({ data: Float64Array.from(data), shape });

/** The graph of one case, and the numbers that go into it. */
function caseOf({ loss, options, shape, low, high, activation, ...fixture }: Fixture) {
  const targets = answersOf(fixture.targets, shape);
  const sources = {
    y: targets,
    x: inDouble(uniform(1, shape, low, high)),
    w: inDouble(uniform(3, fixture.weightShape, 0.25, 2)),
  };
  const whole = fixture.targets === "classes";
  const x = ops.input("x", { shape, dtype: "f32" });
  const weights = ops.input("w", { shape: fixture.weightShape, dtype: "f32" });
  const batch = {
    build: ops,
    targets: ops.input("y", { shape: targets.shape, dtype: whole ? "i32" : "f32" }),
    predictions: activate(activation, ops, x),
  };
  const reduced = (reduction: Reduction, weighted: boolean) => {
    const made = lossFrom(loss, { ...options, reduction });
    return reduceLoss(made, weighted ? { ...batch, weights } : batch);
  };
  return { x, batch, sources, reduced, made: lossFrom(loss, options) };
}

test("there is a fixture of every loss", () => {
  // PyTorch's are compared with these in detector.test.ts and in segmentation.test.ts.
  const others = ["detection", "lovaszHinge", "lovaszSoftmax", "weightedSum"];
  const known = new Set([...fixtures.map(({ loss }) => loss), ...others]);
  expect(Object.keys(lossTable).filter((name) => !known.has(name))).toEqual([]);
});

function titleOf({ loss, options, targets, shape, activation }: Fixture): string {
  const [given, size] = [options, shape].map((value) => JSON.stringify(value));
  return `${loss} ${given} of ${targets} ${size}, ${activation}`;
}

describe.each(fixtures.map((fixture): [string, Fixture] => [titleOf(fixture), fixture]))(
  "%s",
  (_, fixture) => {
    const { x, batch, sources, reduced, made } = caseOf(fixture);

    test("the number of every place", () => {
      const values = made.values(batch.targets, batch.predictions, ops);
      expect(values.shape).toEqual(fixture.valueShape);
      const [{ data }] = evaluate([values], sources);
      expect(relativeError(data, fixture.values)).toBeLessThanOrEqual(tolerance);
    });

    test("every reduction, with and without weights", () => {
      for (const name of Object.keys(fixture.plain) as Reduction[]) {
        const nodes = [reduced(name, false).shown, reduced(name, true).shown];
        const [plain, weighted] = evaluate(nodes, sources).map(({ data }) => data[0]);
        expect(relativeError([plain], [fixture.plain[name]]), name).toBeLessThanOrEqual(tolerance);
        expect(relativeError([weighted], [fixture.weighted[name]]), name).toBeLessThanOrEqual(
          tolerance,
        );
      }
    });

    test("the gradient of the weighted mean", () => {
      const { trained } = reduced("sumOverBatchSize", true);
      const [{ data }] = evaluate(gradients(trained, [x], ops), sources);
      expect(relativeError(data, fixture.gradient)).toBeLessThanOrEqual(tolerance);
    });
  },
);
