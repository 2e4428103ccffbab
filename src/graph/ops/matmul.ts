import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { PrimitiveOp, Sample } from "../op.ts";
import type { WindowAxis } from "../window.ts";
import { floating, requireRank } from "./operands.ts";

/** Which operand is stored the other way round: none or one. The builder transposes for both. */
export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** M, K and N of `[M, K] · [K, N]`. @throws ShapeError */
function sizesOf(a: Shape, b: Shape, { transposeA, transposeB }: MatmulAttributes) {
  const [m, k] = transposeA ? [a[1], a[0]] : a;
  const [length, n] = transposeB ? [b[1], b[0]] : b;
  const lettersA = transposeA ? "[K, M]" : "[M, K]";
  const lettersB = transposeB ? "[N, K]" : "[K, N]";
  if (k !== length) {
    throw new ShapeError({
      what: "The rows of the first matrix are not as long as the columns of the second.",
      expected: `${lettersA} and ${lettersB} with one K`,
      received: `${formatShape(a)} and ${formatShape(b)}: K = ${k} against K = ${length}`,
    });
  }
  return { m, k, n };
}

/** One tap on each of `length` positions: nothing slides. */
function onePixelEach(length: number): WindowAxis {
  return { input: length, output: length, taps: 1, stride: 1, dilation: 1, before: 0 };
}

/** The product of two matrices: one number for each row of `a` and column of `b`. */
export const matmul: PrimitiveOp<MatmulAttributes> = {
  name: "matmul",
  infer([a, b], attributes) {
    const { transposeA, transposeB } = attributes;
    requireRank("matmul", "a first matrix", a, transposeA ? ["K", "M"] : ["M", "K"]);
    requireRank("matmul", "a second matrix", b, transposeB ? ["N", "K"] : ["K", "N"]);
    if (transposeA && transposeB) {
      throw new ShapeError({
        what: "A matmul record has at most one operand that is stored the other way round.",
        expected: "transposeA or transposeB",
        received: "both",
        fix: "build it by ops.matmul, which transposes the first operand",
      });
    }
    const { m, n } = sizesOf(a.shape, b.shape, attributes);
    return { shape: [m, n], dtype: floating("matmul", [a, b]) };
  },
  reference([a, b], attributes, output) {
    const { m, k, n } = sizesOf(a.shape, b.shape, attributes);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          const left = a.data[attributes.transposeA ? l * m + i : i * k + l];
          sum += left * b.data[attributes.transposeB ? j * k + l : l * n + j];
        }
        output.data[i * n + j] = sum;
      }
    }
  },
  gradient({ inputs: [a, b], gradient }, { transposeA, transposeB }, build) {
    if (transposeA) {
      return [build.matmul(b, gradient, { transposeB: true }), build.matmul(a, gradient)];
    }
    if (transposeB) {
      return [build.matmul(gradient, b), build.matmul(gradient, a, { transposeA: true })];
    }
    return [
      build.matmul(gradient, b, { transposeB: true }),
      build.matmul(a, gradient, { transposeA: true }),
    ];
  },
  /** One image, one row high: its pixels are the rows of `a`, or with `transposeA` its columns. */
  lower([a, b], attributes) {
    const { m, k, n } = sizesOf(a.shape, b.shape, attributes);
    const { transposeA, transposeB } = attributes;
    const pixels = transposeA ? k : m;
    return {
      kind: "convolution",
      pass: transposeA ? "filterGradient" : "forward",
      geometry: {
        images: 1,
        window: [onePixelEach(1), onePixelEach(pixels)],
        groups: 1,
        inputChannels: transposeA ? m : k,
        outputChannels: n,
      },
      ...(transposeB ? { transposedFilter: true } : {}),
    };
  },
  samples: samples(),
};

function samples(): Sample<MatmulAttributes>[] {
  const sizes = [
    [3, 5, 7],
    [1, 17, 6],
    [33, 4, 1],
    [6, 1, 10],
    [20, 30, 17],
  ];
  return [
    { transposeA: false, transposeB: false },
    { transposeA: false, transposeB: true },
    { transposeA: true, transposeB: false },
  ].flatMap((attributes) =>
    sizes.map(([m, k, n]) => ({
      inputs: [
        { shape: attributes.transposeA ? [k, m] : [m, k] },
        { shape: attributes.transposeB ? [n, k] : [k, n] },
      ],
      attributes,
    })),
  );
}
