// Every op of the table, every sample: the record agrees with itself. A new op is tested by being
// in the table; this file names none, except where it lists what an op leaves out, and why.

import { describe, expect, test } from "vitest";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { withInputs } from "../../src/graph/graph.ts";
import { isComposite, type Node, type Op } from "../../src/graph/op.ts";
import { ops, opTable } from "../../src/graph/ops/index.ts";
import { checkRegisters, evaluateComputation } from "./computation.ts";
import { gradientError } from "./differences.ts";
import { applySample, describeSample, relativeError, sampleWeights } from "./samples.ts";

/** Ops without samples, and why. */
const withoutSamples: Record<string, string> = {
  input: "its value is handed in",
  state: "its value is handed in",
};

/** Inputs that take no gradient though the result depends on them, and why. */
const withoutFlow: Record<string, { readonly inputs: number[]; readonly reason: string }> = {
  softmaxCrossEntropy: { inputs: [1], reason: "targets are data" },
  sampleImage: { inputs: [1, 2], reason: "positions are drawn, not learned" },
  sampleImageGradient: { inputs: [1, 2], reason: "positions are drawn, not learned" },
};

const table: [string, Op][] = Object.entries(opTable);
const sampled = table.filter(([name]) => withoutSamples[name] === undefined);

/** The reference's result over an array that was full of `before`. */
function runReference(node: Node, tensors: readonly Tensor[], before: number): Float64Array {
  const output = new Float64Array(sizeOf(node.shape)).fill(before);
  node.op.reference(tensors, node.attributes, { data: output, shape: node.shape });
  return output;
}

function expandFully(node: Node): Node {
  const inputs = node.inputs.map(expandFully);
  return isComposite(node.op)
    ? expandFully(node.op.expand(inputs, node.attributes, ops))
    : withInputs(node, inputs);
}

describe("the op table", () => {
  test("holds each record under its own name", () => {
    expect(table.map(([, op]) => op.name)).toEqual(table.map(([name]) => name));
  });

  test("has one function in the builder for each record", () => {
    expect(Object.keys(ops).sort()).toEqual(Object.keys(opTable).sort());
  });

  test.each(table)("%s has a gradient, or says why not", (_, op) => {
    expect([op.gradient, op.noGradient].filter((rule) => rule !== undefined)).toHaveLength(1);
  });

  test.each(sampled)("%s has samples", (_, op) => {
    expect(op.samples.length).toBeGreaterThan(0);
  });
});

describe.each(sampled)("%s", (name, op) => {
  describe.each(op.samples.map((sample) => [describeSample(sample), sample] as const))(
    "%s",
    (_, sample) => {
      test("the reference fills the inferred shape, whatever was there before", () => {
        const { node, tensors } = applySample(op, sample, "f64");
        const result = runReference(node, tensors, Number.NaN);
        expect(result).toEqual(runReference(node, tensors, 7));
        expect(result.every(Number.isFinite)).toBe(true);
        if (node.dtype !== "f32") expect(result.every(Number.isInteger)).toBe(true);
      });

      if (isComposite(op)) {
        test("the expansion computes what the reference does", () => {
          const { node, tensors, sources } = applySample(op, sample, "f64");
          const expanded = expandFully(node);
          expect([expanded.shape, expanded.dtype]).toEqual([node.shape, node.dtype]);
          const [received] = evaluate([expanded], sources);
          expect(relativeError(received.data, runReference(node, tensors, 0))).toBeLessThan(1e-12);
        });
      } else {
        test("the lowered computation is what the reference does", () => {
          const { node, tensors } = applySample(op, sample, "f64");
          const computation = op.lower(node.inputs, node.attributes, node);
          const received = evaluateComputation(computation, tensors, node.shape);
          expect(relativeError(received, runReference(node, tensors, 0))).toBeLessThan(1e-12);
        });

        test("the lowered computation does not mix dtypes", () => {
          const { node } = applySample(op, sample, "f64");
          const computation = op.lower(node.inputs, node.attributes, node);
          const dtypes = node.inputs.map(({ dtype }) => dtype);
          expect(() => checkRegisters(computation, dtypes, node.dtype)).not.toThrow();
        });
      }

      if (op.gradient === undefined) return;
      test("the gradient is the central difference", () => {
        const { node, inputs, tensors, sources } = applySample(op, sample, "f64");
        if (node.dtype !== "f32") return;
        const weights = sampleWeights(node.shape);
        const weighted = ops.multiply(
          node,
          ops.input("weights", { shape: node.shape, dtype: "f32" }),
        );
        const targets = inputs.filter(
          (input, n) => input.dtype === "f32" && !withoutFlow[name]?.inputs.includes(n),
        );
        const results = gradients(ops.sum(weighted), targets, ops);
        const values = evaluate(results, { ...sources, weights });
        const loss = () => {
          const result = runReference(node, tensors, 0);
          return result.reduce((sum, value, i) => sum + value * weights.data[i], 0);
        };
        targets.forEach((target, t) => {
          expect(values[t].shape).toEqual(target.shape);
          const { data } = tensors[inputs.indexOf(target)];
          const error = gradientError(loss, data as Float64Array, values[t].data);
          expect(error).toBeLessThan(1e-6);
        });
      });
    },
  );
});
