// Pictures that excite a unit most, found by gradient ascent. A picture is kept as waves of all frequencies and colours
// without correlation, and is turned, scaled and moved a little before each step, so that what comes out looks like
// something. Source: Olah, Mordvintsev and Schubert, "Feature visualization", Distill 2017; the colours' matrix is theirs.

import { ConfigError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../../core/option.ts";
import { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import { gradients } from "../../graph/autodiff.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { gramMatrices } from "../../nn/gram-matrices.ts";
import type { Model } from "../../train/model.ts";
import { resultShape } from "../layer-choice.ts";
import { probeOf, scored } from "../probe.ts";
import { requireChannel } from "./units.ts";

/** What is to be excited, and how it is sought. */
export interface VisualizeOptions {
  /** The layer. Default: the last one, before its softmax or sigmoid: a class. */
  readonly layer?: string;
  /** The channel of the layer, or the class, from 0. */
  readonly channel: number;
  /** How many pictures are sought at once. Default: 1. */
  readonly count?: number;
  /** Steps of gradient ascent. Default: 128. */
  readonly steps?: number;
  /** The learning rate of Adam. Default: 0.05. */
  readonly learningRate?: number;
  /** How much pictures are kept apart where there are several; 0 does not. Default: 1. */
  readonly diversity?: number;
  /** The lowest and highest number of a pixel. Default: 0 to 255 where the model has `preprocess`, else 0 to 1. */
  readonly range?: readonly [low: number, high: number];
  /** The seed of first pictures and of their movements. Default: 0. */
  readonly seed?: number;
}

const names: OptionNames<VisualizeOptions> = {
  layer: true,
  channel: true,
  count: true,
  steps: true,
  learningRate: true,
  diversity: true,
  range: true,
  seed: true,
};

/** Pictures that excite a unit. */
export interface Visualization {
  /** u8 `[H, W, C]` each. */
  readonly pictures: readonly Tensor<Uint8Array>[];
  /** The mean answer of the unit at the first step and after each step, moved as it is then. */
  readonly answers: readonly number[];
}

/** From colours without correlation to red, green and blue. */
const colourMatrix = [0.56, 0.19, 0.04, 0.58, 0, -0.11, 0.58, -0.19, 0.06];

/**
 * Pictures that excite a channel of a layer, or a class, most.
 *
 * @throws ConfigError where there is no such layer or channel, or the model takes no images of 1 or 3 channels.
 * @example const { pictures } = await explain.visualize(model, { layer: "conv2d_2", channel: 5 });
 */
export async function visualize(model: Model, options: VisualizeOptions): Promise<Visualization> {
  requireKnownOptions("explain.visualize", options, names, '{ layer: "conv2d", channel: 0 }');
  const { layer, channel, count = 1, steps = 128, diversity = 1, seed = 0 } = options;
  const { learningRate = 0.05 } = options;
  const probe = probeOf(model);
  const [height, width, depth] = imageShape(probe.inputShape);
  requireWhole("count", count);
  requireWhole("steps", steps);
  requireNumber("learningRate", learningRate, { above: 0 });
  requireNumber("diversity", diversity, { least: 0 });
  requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  const shape = layer === undefined ? probe.outputShape : resultShape(model.network, layer);
  requireChannel(layer ?? "output", shape, channel);
  const [low, high] = options.range ?? (model.preprocess[0] === undefined ? [0, 1] : [0, 255]);
  const waves = [count * depth, height, width];
  const program = await model.compileProgram({
    name: "visualize",
    graph(parts) {
      const { build } = parts;
      const input = (name: string, size: readonly number[]) =>
        build.input(name, { shape: [...size], dtype: "f32" });
      const state = (name: string) => build.state(name, { shape: waves, dtype: "f32" });
      const [spectrum, mean, square] = [state("spectrum"), state("mean"), state("square")];
      const scaled = build.multiply(spectrum, input("scale", [1, height, width]));
      const bases = [input("rows", [height, height]), input("columns", [width, width])] as const;
      const plain = spread(build, scaled, bases, [count, depth]);
      const colours =
        depth === 1 ? plain : coloured(build, plain, input("colours", [depth, depth]));
      const unit = build.sigmoid(colours);
      const image = build.add(
        build.multiply(unit, build.constant(high - low)),
        build.constant(low),
      );
      const places = [count, height, width];
      const moved = build.sampleImage(image, input("down", places), input("across", places), {
        interpolation: "bilinear",
        fillMode: "reflect",
        fillValue: 0,
      });
      const applied = parts.apply(parts.preprocess(moved));
      const answer =
        layer === undefined ? scored(applied.outputs[0], "logit") : applied.activation(layer);
      const one = channelMeans(build, answer, channel);
      const total = build.sum(one);
      const alike = count > 1 && diversity > 0 ? likeness(build, answer) : build.constant(0);
      const loss = build.subtract(build.multiply(alike, build.constant(diversity)), total);
      const [slope] = gradients(loss, [spectrum], build);
      const nextMean = mix(build, mean, slope, 0.9);
      const nextSquare = mix(build, square, build.multiply(slope, slope), 0.999);
      const size = build.add(build.squareRoot(nextSquare), build.constant(1e-8));
      const rate = input("rate", []);
      const change = build.multiply(build.divide(nextMean, size), rate);
      return {
        outputs: { image, answer: build.multiply(total, build.constant(1 / count)) },
        updates: [
          { state: spectrum, value: build.subtract(spectrum, change) },
          { state: mean, value: nextMean },
          { state: square, value: nextSquare },
        ],
      };
    },
  });
  try {
    const stream = new RandomStream(seed);
    const first = Float32Array.from(
      { length: count * depth * height * width },
      () => 0.01 * stream.normal(),
    );
    await program.write("spectrum", { data: first, shape: waves });
    const fixed = {
      scale: { data: scalesOf(height, width), shape: [1, height, width] },
      rows: { data: wavesOf(height), shape: [height, height] },
      columns: { data: wavesOf(width), shape: [width, width] },
      ...(depth === 1
        ? {}
        : { colours: { data: Float32Array.from(colourMatrix), shape: [depth, depth] } }),
    };
    const answers: number[] = [];
    let image: Tensor = { data: first, shape: waves };
    for (let step = 0; step <= steps; step++) {
      // The last run only shows the picture: it is not moved, and changes nothing that is still read.
      const moves = movesOf([count, height, width], step < steps ? stream : undefined);
      const rate = (learningRate * Math.sqrt(1 - 0.999 ** (step + 1))) / (1 - 0.9 ** (step + 1));
      const given = { ...fixed, ...moves, rate: { data: Float32Array.of(rate), shape: [] } };
      const found = await program.run(given);
      answers.push(found.answer.data[0]);
      image = found.image;
    }
    return { pictures: picturesOf(image, low, high), answers };
  } finally {
    await program.dispose();
  }
}

function imageShape(shape: readonly number[]): readonly [number, number, number] {
  const [height, width, depth] = shape;
  if (shape.length === 3 && (depth === 1 || depth === 3)) return [height, width, depth];
  throw new ConfigError({
    what: "The model's input cannot be drawn.",
    expected: "images with 1 or 3 channels, [N, H, W, C]",
    received: `[${["N", ...shape].join(", ")}]`,
  });
}

/** Waves `[N · C, H, W]` as pictures `[N, H, W, C]`: rows by one basis, columns by the other. */
function spread(
  build: Builder,
  waves: Node,
  [rows, columns]: readonly [Node, Node],
  [count, depth]: readonly [number, number],
): Node {
  const [many, height, width] = waves.shape;
  const flat = build.reshape(waves, [many * height, width]);
  const across = build.reshape(build.matmul(flat, columns, { transposeB: true }), [
    many,
    height,
    width,
  ]);
  const turned = build.reshape(build.transpose(across, [1, 0, 2]), [height, many * width]);
  const down = build.reshape(build.matmul(rows, turned), [height, count, depth, width]);
  return build.transpose(down, [1, 0, 3, 2]);
}

function coloured(build: Builder, image: Node, matrix: Node): Node {
  const [count, height, width, depth] = image.shape;
  const pixels = build.reshape(image, [count * height * width, depth]);
  return build.reshape(build.matmul(pixels, matrix, { transposeB: true }), image.shape);
}

/** The mean of one channel over all places, for each example: `[N]`. */
function channelMeans(build: Builder, answer: Node, channel: number): Node {
  const { shape } = answer;
  const start = shape.map((_, axis) => (axis === shape.length - 1 ? channel : 0));
  const one = build.slice(answer, start, [...shape.slice(0, -1), 1]);
  return build.mean(one, { axes: shape.map((_, axis) => axis).slice(1) });
}

/** How alike the textures of examples are: the sum over pairs of the cosines between their Gram matrices. */
function likeness(build: Builder, answer: Node): Node {
  const grams = gramMatrices(build, answer).map((gram) => {
    const size = build.squareRoot(
      build.add(build.sum(build.multiply(gram, gram)), build.constant(1e-12)),
    );
    return build.divide(gram, size);
  });
  let total = build.constant(0);
  grams.forEach((gram, n) => {
    for (const other of grams.slice(n + 1)) {
      total = build.add(total, build.sum(build.multiply(gram, other)));
    }
  });
  return total;
}

const mix = (build: Builder, old: Node, next: Node, kept: number) =>
  build.add(
    build.multiply(old, build.constant(kept)),
    build.multiply(next, build.constant(1 - kept)),
  );

/** The frequency of each wave of a line, in waves per pixel. */
const frequencyOf = (index: number, size: number) => Math.ceil(index / 2) / size;

/** Waves along a line of `size` as columns of an orthonormal matrix `[place][wave]`: even, then cosines and sines. */
export function wavesOf(size: number): Float32Array {
  const matrix = new Float32Array(size * size);
  for (let wave = 0; wave < size; wave++) {
    const turns = Math.ceil(wave / 2);
    const isAlone = wave === 0 || 2 * turns === size;
    const height = Math.sqrt((isAlone ? 1 : 2) / size);
    for (let place = 0; place < size; place++) {
      const angle = (2 * Math.PI * turns * place) / size;
      const value = wave % 2 === 1 ? Math.cos(angle) : Math.sin(angle);
      matrix[place * size + wave] = height * (wave === 0 ? 1 : value);
    }
  }
  return matrix;
}

/** Slow waves count more, as in photographs. */
function scalesOf(height: number, width: number): Float32Array {
  const least = 1 / Math.max(height, width);
  return Float32Array.from({ length: height * width }, (_, i) => {
    const down = frequencyOf(Math.floor(i / width), height);
    const across = frequencyOf(i % width, width);
    return (
      Math.sqrt(height * width) /
      Math.max(Math.hypot(down, across), least) /
      Math.max(height, width)
    );
  });
}

/** Where each pixel is read: turned by up to 5°, scaled by up to 5 %, moved by up to a sixteenth of the side. */
function movesOf([count, height, width]: readonly number[], stream: RandomStream | undefined) {
  const [down, across] = [0, 1].map(() => new Float32Array(count * height * width));
  for (let n = 0; n < count; n++) {
    const draw = (most: number) => (stream === undefined ? 0 : (2 * stream.uniform() - 1) * most);
    const [angle, scale] = [draw(Math.PI / 36), 1 + draw(0.05)];
    const [y, x] = [draw(height / 16), draw(width / 16)];
    const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
    for (let i = 0; i < height * width; i++) {
      const row = Math.floor(i / width) - (height - 1) / 2;
      const column = (i % width) - (width - 1) / 2;
      down[n * height * width + i] = cos * row - sin * column + y + (height - 1) / 2;
      across[n * height * width + i] = sin * row + cos * column + x + (width - 1) / 2;
    }
  }
  const shape = [count, height, width];
  return { down: { data: down, shape }, across: { data: across, shape } };
}

function picturesOf({ data, shape }: Tensor, low: number, high: number): Tensor<Uint8Array>[] {
  const [count, ...own] = shape;
  const each = data.length / count;
  return Array.from({ length: count }, (_, n) => ({
    data: Uint8Array.from({ length: each }, (__, i) =>
      Math.round((255 * (data[n * each + i] - low)) / (high - low)),
    ),
    shape: own,
  }));
}
