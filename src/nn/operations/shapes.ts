// Operations that move elements about. Shapes begin with N, which stays where it is.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { axesOf, axisOf } from "../layers/axes.ts";
import { repeatAlong } from "../layers/repeat-along.ts";
import { operation } from "./operation.ts";
import {
  axes,
  axis,
  count,
  keySetting,
  lastAxis,
  number,
  optionalAxes,
  order,
  sides,
  word,
} from "./settings.ts";
import { parseKey, resolveKey } from "./slice-key.ts";

/** Where an axis stands in a result with one axis more. */
const newAxis = (at: number, { shape }: Node) =>
  axisOf(at, [...shape.slice(1), 1], "The operation");

const oldAxis = (at: number, { shape }: Node, name: string) => axisOf(at, shape.slice(1), name);

/** The axes of `x` with `one` first. */
const toFront = ({ shape }: Node, one: number) => [
  one,
  ...shape.map((_, axis) => axis).filter((axis) => axis !== one),
];

/** `x` with the elements along an axis in the other order. */
function flipAlong(build: Builder, x: Node, along: number): Node {
  const length = x.shape[along];
  const front = toFront(x, along);
  const middles = build.samplePositions(length, length);
  const places = build.floor(build.subtract(build.constant(length), middles));
  const lines = build.gather(build.transpose(x, front), build.cast(places, "i32"));
  return build.transpose(
    lines,
    front.map((_, axis) => front.indexOf(axis)),
  );
}

/** `x` with mirror images around it along one axis; `skip` leaves out the element at the border. */
function mirrorAlong(
  build: Builder,
  x: Node,
  along: number,
  [before, after]: readonly [number, number],
  skip: number,
): Node {
  const { shape } = x;
  const length = shape[along];
  if (Math.max(before, after) + skip > length) {
    throw new ShapeError({
      what: "pad cannot mirror more elements than there are.",
      expected: `at most ${length - skip} elements along axis ${along}`,
      received: `[${before}, ${after}]`,
    });
  }
  const part = (start: number, size: number) => {
    const from = shape.map(() => 0).with(along, start);
    return flipAlong(build, build.slice(x, from, shape.with(along, size)), along);
  };
  const parts = [
    ...(before > 0 ? [part(skip, before)] : []),
    x,
    ...(after > 0 ? [part(length - skip - after, after)] : []),
  ];
  return parts.length === 1 ? x : build.concatenate(parts, along);
}

function resolveShape(x: Node, given: readonly number[]): number[] {
  const known = sizeOf(given.filter((size) => size !== -1));
  const shape = given.map((size) => (size === -1 ? sizeOf(x.shape) / known : size));
  if (sizeOf(shape) === sizeOf(x.shape) && shape.every((s) => Number.isSafeInteger(s) && s > 0)) {
    return shape;
  }
  throw new ShapeError({
    what: "reshape keeps all elements.",
    expected: `a shape of ${sizeOf(x.shape)} elements, N first, with one -1 at most`,
    received: formatShape(given),
  });
}

export const shapes = {
  reshape: operation({
    className: "Reshape",
    module: "numpy",
    operands: 1,
    settings: { newShape: order },
    compute: (build, [x], { newShape }) => build.reshape(x, resolveShape(x, newShape)),
  }),
  transpose: operation({
    className: "Transpose",
    module: "numpy",
    operands: 1,
    settings: { axes: order },
    compute(build, [x], { axes: given }) {
      const counted = given.map((one) => (one < 0 ? one + x.shape.length : one));
      const isOrder = x.shape.every((_, i) => counted.includes(i)) && counted[0] === 0;
      if (isOrder && counted.length === x.shape.length) return build.transpose(x, counted);
      throw new ShapeError({
        what: "transpose takes each axis once, and N stays first.",
        expected: `an order of ${x.shape.length} axes that begins with 0`,
        received: formatShape(given),
      });
    },
  }),
  swapaxes: operation({
    className: "Swapaxes",
    module: "numpy",
    operands: 1,
    settings: { axis1: axis, axis2: axis },
    compute(build, [x], { axis1, axis2 }) {
      const [a, b] = [axis1, axis2].map((one) => oldAxis(one, x, "swapaxes"));
      const plain = x.shape.map((_, i) => i);
      return build.transpose(x, plain.with(a, b).with(b, a));
    },
  }),
  expandDims: operation({
    className: "ExpandDims",
    module: "numpy",
    operands: 1,
    settings: { axis },
    compute: (build, [x], { axis: at }) =>
      build.reshape(x, x.shape.toSpliced(newAxis(at, x), 0, 1)),
  }),
  squeeze: operation({
    className: "Squeeze",
    module: "numpy",
    operands: 1,
    settings: { axis: optionalAxes },
    compute(build, [x], { axis: given }) {
      const ones = x.shape.map((_, i) => i).filter((i) => i > 0 && x.shape[i] === 1);
      const left = given === null ? ones : axesOf(given, x.shape.slice(1), "squeeze");
      if (left.every((i) => ones.includes(i))) {
        return build.reshape(
          x,
          x.shape.filter((_, i) => !left.includes(i)),
        );
      }
      throw new ShapeError({
        what: "squeeze leaves out axes of 1 alone.",
        expected: `some of the axes ${formatShape(ones)}`,
        received: `${JSON.stringify(given)} of ${formatShape(x.shape)}`,
      });
    },
  }),
  pad: operation({
    className: "Pad",
    module: "numpy",
    operands: 1,
    settings: {
      padWidth: sides,
      mode: word("constant", "reflect", "symmetric"),
      constantValues: number(0),
    },
    compute(build, [x], { padWidth, mode, constantValues }) {
      if (padWidth.length !== x.shape.length || padWidth[0].some((side) => side !== 0)) {
        throw new ShapeError({
          what: "pad takes two numbers for each axis, and none around N.",
          expected: `[[0, 0], …], ${x.shape.length} pairs`,
          received: JSON.stringify(padWidth),
        });
      }
      if (mode === "constant") {
        const [before, after] = [0, 1].map((side) => padWidth.map((pair) => pair[side]));
        return build.pad(x, before, after, constantValues);
      }
      const skip = mode === "reflect" ? 1 : 0;
      return padWidth.reduce((y, pair, i) => mirrorAlong(build, y, i, pair, skip), x);
    },
  }),
  slice: operation({
    className: "GetItem",
    module: "numpy",
    operands: 1,
    settings: { key: keySetting },
    compute(build, [x], { key }) {
      const resolved = resolveKey(parseKey(key) ?? [], x.shape);
      const [start, size, step] = (["start", "size", "step"] as const).map((name) =>
        resolved.axes.map((one) => one[name]),
      );
      return build.reshape(build.slice(x, start, size, step), resolved.shape);
    },
  }),
  repeat: operation({
    className: "Repeat",
    module: "numpy",
    operands: 1,
    settings: { repeats: count, axis },
    compute: (build, [x], { repeats, axis: at }) =>
      repeatAlong(build, x, oldAxis(at, x, "repeat"), repeats),
  }),
  flip: operation({
    className: "Flip",
    module: "numpy",
    operands: 1,
    settings: { axis: axes },
    compute: (build, [x], { axis: given }) =>
      axesOf(given, x.shape.slice(1), "flip").reduce((y, one) => flipAlong(build, y, one), x),
  }),
  concatenate: operation({
    className: "Concatenate",
    module: "numpy",
    operands: "list",
    settings: { axis: lastAxis },
    compute: (build, parts, { axis: at }) =>
      build.concatenate(parts, oldAxis(at, parts[0], "concatenate")),
  }),
  stack: operation({
    className: "Stack",
    module: "numpy",
    operands: "list",
    settings: { axis },
    compute(build, parts, { axis: at }) {
      const along = newAxis(at, parts[0]);
      const wide = parts.map((x) => build.reshape(x, x.shape.toSpliced(along, 0, 1)));
      return build.concatenate(wide, along);
    },
  }),
};
